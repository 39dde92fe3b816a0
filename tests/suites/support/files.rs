//! How a server serves a folder of files, where libraries differ.

use std::{fmt::Write as _, fs};

use tempfile::TempDir;
use wire::connection::{Http, Response};

/// A request: its method, its path and its header fields.
type Request = (
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str)],
);

/// Requests from the documentation of `express.static`, and difficult paths.
const REQUESTS: &[Request] = &[
    ("GET", "/", &[]),
    ("GET", "/js/app.mjs", &[]),
    ("GET", "/.env", &[]),
    ("GET", "/.well-known/hola", &[]),
    ("GET", "/link.txt", &[]),
    ("GET", "/js", &[]),
    ("GET", "//js", &[]),
    ("GET", "/js/", &[]),
    ("GET", "/js/../index.html", &[]),
    ("GET", "/nada.html", &[]),
    ("GET", "/<a name of 256 bytes>", &[]),
    ("OPTIONS", "/", &[]),
    ("GET", "/", &[("if-none-match", "*")]),
    (
        "GET",
        "/",
        &[("if-none-match", "*"), ("cache-control", "no-cache")],
    ),
    (
        "GET",
        "/",
        &[("range", "bytes=0-1"), ("if-range", "\"older\"")],
    ),
    ("GET", "/empty.txt", &[("range", "bytes=0-1")]),
];

/// The header fields of an answer to show, if it has them.
const SHOWN: [&str; 4] = ["content-type", "cache-control", "location", "content-range"];

/// A folder `page` with a file of each kind, and a file beside it that a link points to.
pub fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (file, text) in [
        ("page/index.html", "<!doctype html><title>page</title>"),
        ("page/js/app.mjs", "export {}"),
        ("page/.env", "SECRET=1"),
        ("page/.well-known/hola", "hola"),
        ("page/empty.txt", ""),
        ("beside.txt", "beside the page"),
    ] {
        let file = folder.path().join(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }
    #[cfg(unix)]
    std::os::unix::fs::symlink("../beside.txt", folder.path().join("page/link.txt")).unwrap();
    folder
}

/// The requests, each with the answer of the server at `base`.
pub async fn answers(base: &str) -> String {
    let http = Http::new(base).unwrap();
    let mut report = String::new();
    for (method, path, headers) in REQUESTS {
        write!(report, "{method} {path}").unwrap();
        for (name, value) in *headers {
            write!(report, " {name}: {value}").unwrap();
        }
        // One byte longer than a file's name can be.
        let path = path.replace("<a name of 256 bytes>", &"a".repeat(256));
        let answer = http.request(method, &path, headers, "").await.unwrap();
        writeln!(report, "\n  {}", show(&answer)).unwrap();
    }
    report
}

fn show(answer: &Response) -> String {
    let mut shown = answer.status.to_string();
    for name in SHOWN {
        if let Some(value) = answer.header(name) {
            write!(shown, " {name}: {value}").unwrap();
        }
    }
    if answer.body.is_empty() {
        shown += " (no body)";
    }
    shown
}
