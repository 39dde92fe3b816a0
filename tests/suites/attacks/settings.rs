//! Settings that can't work, and the list of them.

use std::process::Output;

use course::{lessons, production::PATIENCE};
use tokio::{net::TcpListener, process::Command, time::timeout};
use workbook::programs::run_to_end;

use crate::{Program, attacks};

attacks! {
    deploy:
        an_invalid_value_is_refused_by_name,
        help_lists_every_setting;
    places:
        an_origin_that_no_browser_sends_is_refused;
    observe:
        a_port_cannot_serve_both_the_pages_and_the_metrics;
}

/// Settings, the first lesson that has them, and values that can't work.
const WRONG: [(&str, &str, &[&str]); 19] = [
    ("deploy", "PORT", &["70000", "-1", "x"]),
    ("deploy", "HOST", &["here", "127.0.0.1:3000", "256.0.0.1"]),
    ("deploy", "MAX_MESSAGE", &["0", "999", "1000000001", "none"]),
    (
        "deploy",
        "SHUTDOWN_SECONDS",
        &["inf", "-1", "86401", "1e19"],
    ),
    ("limits", "MAX_WAITING", &["0", "2000000000"]),
    ("limits", "EVENTS_PER_SECOND", &["0", "-1", "1.5"]),
    ("limits", "EVENTS_AT_ONCE", &["0", "4294967296"]),
    ("limits", "REQUEST_SECONDS", &["soon", "0", "0.0001"]),
    ("places", "ALLOWED_ORIGINS", &["https://example.com/path"]),
    ("places", "TRUSTED_PROXIES", &["-1", "11", "one"]),
    ("places", "MAX_CLIENTS", &["0", "none", "4294967296"]),
    ("places", "MAX_CLIENTS_PER_ADDRESS", &["-5", "0"]),
    ("places", "SESSIONS_PER_SECOND", &["0", "0.5"]),
    (
        "headers",
        "CONTENT_SECURITY_POLICY",
        &["default-src\n'self'"],
    ),
    ("observe", "LOG_FORMAT", &["xml", "JSON"]),
    ("observe", "METRICS_PORT", &["x", "65536"]),
    ("backpressure", "STALL_SECONDS", &["-1", "0", "0.0001"]),
    ("drain", "DRAIN_SECONDS", &["NaN", "86401"]),
    // This one is checked later, since a folder may appear and disappear.
    ("deploy", "PUBLIC_DIR", &[]),
];

/// The settings that this lesson has, and values that can't work.
fn wrong(program: &Program) -> Vec<(&'static str, &'static [&'static str])> {
    // A lesson without settings is asked for those of the next one.
    let known = WRONG
        .iter()
        .filter(|(first, ..)| *first == "deploy" || program.includes(first));
    known.map(|(_, name, values)| (*name, *values)).collect()
}

async fn run(program: &Program, arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    let mut command = Command::new(program.path());
    command.args(arguments).current_dir(lessons::root());
    // Port 0, so that a lesson that accepts the value disturbs nobody.
    command.env("HOST", "127.0.0.1").env("PORT", "0");
    command.envs(environment.iter().copied());
    let ended = timeout(PATIENCE / 2, run_to_end(command)).await;
    ended
        .unwrap_or_else(|_| panic!("{arguments:?} {environment:?}: it started"))
        .unwrap()
}

fn text(bytes: &[u8]) -> &str {
    str::from_utf8(bytes).unwrap()
}

/// The option that means the same as a variable: `--max-message`.
fn option(name: &str) -> String {
    format!("--{}", name.to_lowercase().replace('_', "-"))
}

/// Fails unless the program refuses to start, and says why.
async fn is_refused(program: &Program, name: &str, value: &str) {
    let option = option(name);
    let argument = format!("{option}={value}");
    for output in [
        run(program, &[], &[(name, value)]).await,
        run(program, &[&argument], &[]).await,
    ] {
        let words = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{name}={value}: {words}");
        assert_eq!(text(&output.stdout), "", "{name}={value}: it started");
        let named = words.contains(&option) && words.contains(&format!("'{value}'"));
        assert!(named, "{name}={value}: {words}");
    }
}

async fn an_invalid_value_is_refused_by_name(program: Program) {
    for (name, values) in wrong(&program) {
        for value in values {
            is_refused(&program, name, value).await;
        }
    }
    let output = run(&program, &[], &[("PUBLIC_DIR", "nada")]).await;
    assert_eq!(output.status.code(), Some(1));
    let words = text(&output.stderr);
    assert!(
        words.contains("nada") && words.contains("PUBLIC_DIR"),
        "{words}"
    );
}

async fn an_origin_that_no_browser_sends_is_refused(program: Program) {
    for value in [
        "example.com",
        "://example.com",
        "https://",
        "https://example.com/",
        "https://example.com?x",
        "https://example.com#x",
        "https://ana@example.com",
        "https://*.example.com",
        "https://example.com https://example.org",
        "https://example.com:443",
        "http://example.com:80",
        "https://Example.com",
        "HTTPS://example.com",
        "ftp://example.com",
    ] {
        is_refused(&program, "ALLOWED_ORIGINS", value).await;
    }
}

async fn help_lists_every_setting(program: Program) {
    let output = run(&program, &["--help"], &[]).await;
    assert_eq!(output.status.code(), Some(0));
    let words = text(&output.stdout);
    for (name, _) in wrong(&program) {
        let listed = words.contains(&option(name)) && words.contains(&format!("[env: {name}="));
        assert!(listed, "{name} in:\n{words}");
    }
    // There aren't any others.
    let options = words
        .lines()
        .filter(|line| line.trim_start().starts_with("--"));
    assert_eq!(options.count(), wrong(&program).len(), "{words}");
}

async fn a_port_cannot_serve_both_the_pages_and_the_metrics(program: Program) {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = free.local_addr().unwrap().port().to_string();
    drop(free);
    let output = run(&program, &[], &[("PORT", &port), ("METRICS_PORT", &port)]).await;
    assert_eq!(output.status.code(), Some(1));
    let words = text(&output.stderr);
    assert!(
        words.contains("METRICS_PORT") && words.contains(&port),
        "{words}"
    );
}
