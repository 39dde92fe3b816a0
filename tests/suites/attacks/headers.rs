//! What answers say to browsers, and what they cost on the way.

use std::collections::BTreeSet;

use course::{lessons, production::PATIENCE};
use wire::connection::{Http, Response};

use crate::start;

/// What a person's browser may be shown, and what only programs see: all of it says the same.
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

#[tokio::test]
async fn every_answer_tells_browsers_what_pages_must_not_do() {
    let production = start(&[]).await;
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
            assert!(answer.header("x-request-id").is_some(), "{path}");
            assert_eq!(answer.header("server"), None, "{path}");
        }
    }
}

#[tokio::test]
async fn only_what_came_encrypted_is_told_to_stay_so() {
    let production = start(&[]).await;
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

#[tokio::test]
async fn files_travel_small_and_only_when_they_have_changed() {
    let production = start(&[]).await;
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

#[tokio::test]
async fn every_request_has_an_id_of_its_own_which_the_log_names() {
    let production = start(&[]).await;
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

#[tokio::test]
async fn pages_hold_no_script_and_no_style_of_their_own() {
    // The policy forbids it, so such a page would be broken.
    let public = lessons::root().join("public");
    for folder in ["07-deploy", "shared"] {
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
