//! Settings that are wrong, and the list of them.

use std::{env::VarError, process::Output};

use course::lessons;
use deploy::settings::Settings;
use tokio::process::Command;
use workbook::programs::run_to_end;

use crate::deploy;

/// Every setting with a value that is none.
const WRONG: [(&str, &str); 18] = [
    ("HOST", "here"),
    ("PORT", "70000"),
    ("PUBLIC_DIR", "nada"),
    ("ALLOWED_ORIGINS", "https://example.com/path"),
    ("TRUSTED_PROXIES", "-1"),
    ("LOG_FORMAT", "xml"),
    ("METRICS_PORT", "x"),
    ("MAX_CLIENTS", "none"),
    ("MAX_CLIENTS_PER_ADDRESS", "-5"),
    ("SESSIONS_PER_SECOND", "0"),
    ("MAX_MESSAGE", "0"),
    ("MAX_WAITING", "2000000000"),
    ("EVENTS_PER_SECOND", "0"),
    ("EVENTS_AT_ONCE", "0"),
    ("REQUEST_SECONDS", "soon"),
    ("STALL_SECONDS", "-1"),
    ("DRAIN_SECONDS", "NaN"),
    ("SHUTDOWN_SECONDS", "inf"),
];

/// What is said of these settings, one of which is wrong at least.
fn faults(settings: &[(&str, &str)]) -> String {
    let read = Settings::read(|name| {
        // The default is a folder at the top of the workbook, where this process doesn't run.
        let mut set = settings.iter().chain(&[("PUBLIC_DIR", ".")]);
        let found = set.find(|(set, _)| *set == name);
        found.map_or(Err(VarError::NotPresent), |(_, value)| {
            Ok((*value).to_owned())
        })
    });
    read.err()
        .unwrap_or_else(|| panic!("{settings:?} are taken"))
}

async fn run(arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    let mut command = Command::new(deploy());
    command.args(arguments).current_dir(lessons::root());
    command.envs(environment.iter().copied());
    run_to_end(command).await.unwrap()
}

fn text(bytes: &[u8]) -> &str {
    str::from_utf8(bytes).unwrap()
}

#[tokio::test]
async fn all_that_is_wrong_is_said_at_once() {
    let output = run(&[], &WRONG).await;
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(text(&output.stdout), "", "nothing was started");
    let words = text(&output.stderr);
    assert_eq!(words.lines().count(), WRONG.len(), "{words}");
    for (name, value) in WRONG {
        let names = |line: &&str| line.contains(name) && line.contains(value);
        assert_eq!(
            words.lines().filter(names).count(),
            1,
            "{name} in:\n{words}"
        );
    }
}

#[test]
fn one_that_is_wrong_is_said_alone() {
    for (name, value) in WRONG {
        let words = faults(&[(name, value)]);
        assert_eq!(words.lines().count(), 1, "{words}");
        assert!(words.contains(name) && words.contains(value), "{words}");
    }
}

#[test]
fn a_time_has_bounds() {
    for (name, value) in [
        ("REQUEST_SECONDS", "0"),
        ("STALL_SECONDS", "0.0001"),
        ("DRAIN_SECONDS", "86401"),
        ("SHUTDOWN_SECONDS", "1e19"),
    ] {
        let words = faults(&[(name, value)]);
        assert!(words.contains(name) && words.contains("a day"), "{words}");
    }
}

#[test]
fn an_origin_is_a_scheme_and_a_host() {
    for value in [
        "example.com",
        "://example.com",
        "https://",
        "https://example.com?x",
        "https://example.com#x",
        "https://ana@example.com",
        "https://*.example.com",
        "https://example.com https://example.org",
    ] {
        let words = faults(&[("ALLOWED_ORIGINS", value)]);
        assert!(words.starts_with("ALLOWED_ORIGINS is "), "{words}");
    }
}

#[tokio::test]
async fn help_lists_every_setting() {
    for argument in ["--help", "-h"] {
        let output = run(&[argument], &[]).await;
        assert_eq!(output.status.code(), Some(0));
        let words = text(&output.stdout);
        let listed = words.lines().filter_map(|line| line.strip_prefix("  "));
        let listed: Vec<_> = listed.filter_map(|line| line.split(' ').next()).collect();
        let names = WRONG.map(|(name, _)| name);
        assert_eq!(listed, names, "{words}");
    }
    let output = run(&["--port"], &[]).await;
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("--help"));
}
