//! Behind a router with TLS, checked at its URL.

use std::{path::Path, process::Output, time::Duration};

use course::{production::Pair, scenarios};
use suites::proxy::{Certificate, Proxy};
use tempfile::TempDir;
use tokio::process::Command;
use wire::server::Server;
use workbook::programs;

use crate::{lesson, platform::image};

async fn start(settings: &[(&str, &str)]) -> Server {
    let image = image().await;
    let settings = [&[("HOST", "127.0.0.1")], settings].concat();
    Server::start(&image.join(lesson().name), image, &settings)
        .await
        .unwrap()
}

/// Runs `just check 13 --url URL`, on a machine that trusts the authorities in this file. Meanwhile, this thread has to
/// keep reading the server's log, or the server would wait for that.
async fn check(url: &str, trusted: &Path) -> Output {
    Command::new(programs::workbook())
        .args(["check", &lesson().name, "--url", url])
        .env("SSL_CERT_FILE", trusted)
        .env_remove("SSL_CERT_DIR")
        .env("NO_COLOR", "1")
        .output()
        .await
        .unwrap()
}

/// The one line that a check prints if there's nothing to check.
async fn complaint(url: &str, trusted: &Path) -> String {
    let output = check(url, trusted).await;
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let words = String::from_utf8(output.stderr).unwrap();
    assert_eq!(words.lines().count(), 1, "{words}");
    words.trim().to_owned()
}

/// The parts that a test needs: a folder, the lesson, and the router in front of it, with a certificate for these names.
async fn deploy(names: &str) -> (TempDir, Server, Proxy) {
    let folder = tempfile::tempdir().unwrap();
    let certificate = Certificate::create(folder.path(), names);
    let server = start(&[]).await;
    let proxy = Proxy::start(folder.path(), certificate, &server.base).await;
    (folder, server, proxy)
}

const NAMES: &str = "DNS:localhost,IP:127.0.0.1";

/// A deployed server may have its own limits, which are in its handshake.
#[tokio::test]
async fn a_server_with_another_limit_passes() {
    let server = start(&[("MAX_MESSAGE", "1000000")]).await;
    let output = check(&server.base, Path::new("")).await;
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{said}");
    assert!(said.contains("(the server has its own limits)"), "{said}");
}

#[tokio::test]
async fn every_scenario_passes_over_tls() {
    let (_folder, _server, proxy) = deploy(NAMES).await;
    let scenarios = scenarios::of(&lesson());
    // There's no log at a URL.
    let seen = scenarios
        .iter()
        .filter(|scenario| !scenario.name.contains("logged"));
    let all_pass = format!("\n{} of {} pass.\n", seen.count(), scenarios.len());
    for host in ["localhost", "127.0.0.1"] {
        let url = format!("https://{host}:{}", proxy.port);
        let output = check(&url, &proxy.certificate.file).await;
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{said}\n{output:?}");
        assert!(said.ends_with(&all_pass), "{said}");
    }
}

#[tokio::test]
async fn heartbeats_keep_idle_clients_connected_behind_a_router_with_a_timeout() {
    let (_folder, _server, proxy) = deploy(NAMES).await;
    let url = format!("http://127.0.0.1:{}", proxy.cutting_port);
    let mut pair = Pair::join(&url).await.unwrap();
    pair.talk().await.unwrap();
    // Longer than the router's 30 seconds: this really has to wait. Heroku's router has 55.
    tokio::time::sleep(Duration::from_secs(35)).await;
    pair.talk().await.unwrap();
}

#[tokio::test]
async fn an_untrusted_certificate_is_a_clear_error() {
    let (_folder, _server, proxy) = deploy(NAMES).await;
    let elsewhere = tempfile::tempdir().unwrap();
    let another = Certificate::create(elsewhere.path(), "DNS:example.com");
    let words = complaint(&proxy.url(), &another.file).await;
    let expected = format!(
        "{} doesn't answer: this machine doesn't trust its certificate (",
        proxy.url()
    );
    assert!(words.starts_with(&expected), "{words}");
    assert!(words.ends_with("set SSL_CERT_FILE to its file"), "{words}");
}

#[tokio::test]
async fn a_certificate_for_another_name_is_a_clear_error() {
    let (_folder, _server, proxy) = deploy("DNS:example.com").await;
    let words = complaint(&proxy.url(), &proxy.certificate.file).await;
    let expected = format!(
        "{} doesn't answer: its certificate can't be used: certificate not valid for name \"localhost\"",
        proxy.url()
    );
    assert!(words.starts_with(&expected), "{words}");
}

#[tokio::test]
async fn confusing_tls_and_plain_http_is_a_clear_error() {
    let (_folder, server, proxy) = deploy(NAMES).await;
    let url = server.base.replace("http", "https");
    let words = complaint(&url, &proxy.certificate.file).await;
    let expected = "it doesn't answer over TLS. Does its address begin with http://?";
    assert_eq!(words, format!("{url} doesn't answer: {expected}"));

    let url = proxy.url().replace("https", "http");
    let words = complaint(&url, &proxy.certificate.file).await;
    let expected = "refuses plain HTTP (400). Does its address begin with https://?";
    assert_eq!(words, format!("{url} {expected}"));
}

#[tokio::test]
async fn a_redirect_is_reported_with_its_target() {
    let (_folder, _server, proxy) = deploy(NAMES).await;
    let url = format!("http://localhost:{}", proxy.plain_port);
    let words = complaint(&url, &proxy.certificate.file).await;
    assert_eq!(
        words,
        format!("{url} redirects its clients to {}/", proxy.url())
    );
}

#[tokio::test]
async fn an_invalid_url_a_refused_connection_and_missing_authorities_are_clear_errors() {
    let folder = tempfile::tempdir().unwrap();
    let certificate = Certificate::create(folder.path(), NAMES);
    let words = complaint("localhost:3000", &certificate.file).await;
    let expected = "localhost:3000 isn't a URL: it should begin with http:// or https://";
    assert_eq!(words, expected);
    // Port 1 belongs to a service that nobody uses today.
    let words = complaint("https://localhost:1", &certificate.file).await;
    assert!(
        words.starts_with("https://localhost:1 doesn't answer: Connection refused"),
        "{words}"
    );
    let words = complaint("https://localhost:1", &folder.path().join("nada.pem")).await;
    assert!(
        words.starts_with("this machine trusts no authority for certificates"),
        "{words}"
    );
}
