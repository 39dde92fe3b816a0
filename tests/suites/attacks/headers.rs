//! Headers that browsers obey, compression, caches, and files that must stay private.

use std::{collections::BTreeSet, fs};

use course::{lessons, production::PATIENCE};
use tempfile::TempDir;
use wire::connection::{Http, Response};

use crate::{Program, attacks};

attacks! {
    broadcast:
        pages_have_no_inline_scripts_or_styles;
    headers:
        every_answer_tells_browsers_what_pages_must_not_do,
        only_encrypted_requests_get_hsts,
        files_are_compressed_and_sent_only_when_they_have_changed,
        hidden_files_are_refused,
        text_files_name_their_charset;
    observe:
        every_request_has_its_own_id_which_the_log_shows;
}

/// Pages for people and answers for programs: all have the same headers.
const PATHS: [&str; 10] = [
    "/",
    "/index.html",
    "/shared/style.css",
    "/shared/duo.html",
    "/nada",
    "/..%2f",
    "/healthz",
    "/readyz",
    "/socket.io/?EIO=4&transport=polling",
    "/socket.io/?EIO=4&transport=polling&sid=x",
];

async fn get(http: &Http, path: &str, headers: &[(&str, &str)]) -> Response {
    http.request("GET", path, headers, "").await.unwrap()
}

async fn every_answer_tells_browsers_what_pages_must_not_do(program: Program) {
    let production = program.start(&[]).await;
    let http = Http::new(&production.server.base).unwrap();
    for path in PATHS {
        for origin in [None, Some("https://evil.example")] {
            let answer = http.get(path, origin).await.unwrap();
            let policy = answer.header("content-security-policy").unwrap();
            assert!(policy.contains("default-src 'self'"), "{path}: {policy}");
            assert!(policy.contains("object-src 'none'"), "{path}: {policy}");
            assert!(!policy.contains("unsafe"), "{path}: {policy}");
            assert!(!policy.contains('*'), "{path}: {policy}");
            assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
            assert_eq!(answer.header("referrer-policy"), Some("same-origin"));
            assert_eq!(answer.header("server"), None, "{path}");
        }
    }
}

async fn only_encrypted_requests_get_hsts(program: Program) {
    let production = program.start(&[]).await;
    let http = Http::new(&production.server.base).unwrap();
    for path in PATHS {
        let encrypted = get(&http, path, &[("x-forwarded-proto", "https")]).await;
        let hsts = encrypted.header("strict-transport-security").unwrap();
        assert!(hsts.starts_with("max-age="), "{path}: {hsts}");
        for headers in [&[][..], &[("x-forwarded-proto", "http")]] {
            let plain = get(&http, path, headers).await;
            assert_eq!(plain.header("strict-transport-security"), None, "{path}");
        }
    }
}

async fn files_are_compressed_and_sent_only_when_they_have_changed(program: Program) {
    let production = program.start(&[]).await;
    let http = Http::new(&production.server.base).unwrap();
    for path in ["/", "/shared/style.css"] {
        let plain = get(&http, path, &[]).await;
        assert_eq!(plain.header("content-encoding"), None, "{path}");
        let packed = get(&http, path, &[("accept-encoding", "gzip")]).await;
        assert_eq!(packed.header("content-encoding"), Some("gzip"), "{path}");
        // The first byte of every gzip file. Source: RFC 1952, 2.3.1.
        assert!(packed.body.starts_with('\u{1f}'), "{path}");
        let vary = packed.header("vary").unwrap_or_default();
        assert!(vary.contains("accept-encoding"), "{path}: {vary}");

        assert_eq!(plain.header("cache-control"), Some("no-cache"), "{path}");
        let date = plain.header("last-modified").unwrap();
        let again = get(&http, path, &[("if-modified-since", date)]).await;
        assert_eq!((again.status, again.body.as_str()), (304, ""), "{path}");
        let older = [("if-modified-since", "Sat, 01 Jan 2000 00:00:00 GMT")];
        assert_eq!(get(&http, path, &older).await.status, 200, "{path}");
    }
}

/// A folder with a page, and files that must stay private.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("js/.git")).unwrap();
    for (file, text) in [
        ("index.html", "<!doctype html><title>ñ</title>"),
        ("js/app.js", "// ñ"),
        ("style.css", "/* ñ */"),
        ("notes.txt", "ñ"),
        (".env", "SECRET=1"),
        ("js/.env", "SECRET=1"),
        ("js/.git/config", "SECRET=1"),
    ] {
        fs::write(folder.path().join(file), text).unwrap();
    }
    folder
}

async fn hidden_files_are_refused(program: Program) {
    let folder = folder();
    let page = folder.path().to_str().unwrap();
    let production = program.start(&[("PUBLIC_DIR", page)]).await;
    let http = Http::new(&production.server.base).unwrap();
    for path in [
        "/.env",
        "/%2eenv",
        "/%2Eenv",
        "/js/.env",
        "/js/%2eenv",
        "/js%2f.env",
        "/js%2F%2eenv",
        "//.env",
        "/js/.git/config",
        "/js/%2egit/config",
        "/js/../.env",
        "/.env/",
    ] {
        let answer = get(&http, path, &[]).await;
        assert_eq!(answer.status, 404, "{path}");
        assert!(!answer.body.contains("SECRET"), "{path}: {}", answer.body);
    }
}

async fn text_files_name_their_charset(program: Program) {
    let folder = folder();
    let page = folder.path().to_str().unwrap();
    let production = program.start(&[("PUBLIC_DIR", page)]).await;
    let http = Http::new(&production.server.base).unwrap();
    for (path, kind) in [
        ("/", "text/html"),
        ("/index.html", "text/html"),
        ("/js/app.js", "text/javascript"),
        ("/style.css", "text/css"),
        ("/notes.txt", "text/plain"),
    ] {
        let answer = get(&http, path, &[]).await;
        let expected = format!("{kind}; charset=utf-8");
        assert_eq!(answer.header("content-type"), Some(&*expected), "{path}");
    }
}

async fn every_request_has_its_own_id_which_the_log_shows(program: Program) {
    let production = program.start(&[]).await;
    let http = Http::new(&production.server.base).unwrap();
    let mut ids = BTreeSet::new();
    for path in PATHS {
        let answer = get(&http, path, &[]).await;
        ids.insert(answer.header("x-request-id").unwrap().to_owned());
    }
    assert_eq!(ids.len(), PATHS.len());
    let answer = get(&http, "/", &[("x-request-id", "from-the-router")]).await;
    assert_eq!(answer.header("x-request-id"), Some("from-the-router"));
    let logged = production.server.log.wait_for("from-the-router", PATIENCE);
    logged.await.unwrap();
}

async fn pages_have_no_inline_scripts_or_styles(program: Program) {
    // The policy forbids it, so such a page would be broken.
    let public = lessons::root().join("public");
    for folder in [program.lesson.name.as_str(), "shared"] {
        for file in std::fs::read_dir(public.join(folder)).unwrap() {
            let path = file.unwrap().path();
            if path.extension().is_none_or(|extension| extension != "html") {
                continue;
            }
            let page = std::fs::read_to_string(&path).unwrap();
            for inline in ["<script>", "<style", " style=", " onclick=", "javascript:"] {
                assert!(!page.contains(inline), "{}: {inline}", path.display());
            }
        }
    }
}
