//! Settings that are wrong, and the list of them.

use std::process::{Command, Output};

use contract::lessons;

use crate::deploy;

/// Every setting with a value that is none.
const WRONG: [(&str, &str); 17] = [
    ("HOST", "here"),
    ("PORT", "70000"),
    ("PUBLIC_DIR", "nada"),
    ("ALLOWED_ORIGINS", "https://example.com/path"),
    ("TRUSTED_PROXIES", "-1"),
    ("LOG_FORMAT", "xml"),
    ("METRICS_PORT", "x"),
    ("MAX_CLIENTS", "0"),
    ("MAX_CLIENTS_PER_ADDRESS", "-5"),
    ("MAX_MESSAGE", "many"),
    ("MAX_WAITING", "0"),
    ("EVENTS_PER_SECOND", "0"),
    ("EVENTS_AT_ONCE", "0"),
    ("REQUEST_SECONDS", "soon"),
    ("STALL_SECONDS", "-1"),
    ("DRAIN_SECONDS", "NaN"),
    ("SHUTDOWN_SECONDS", "inf"),
];

fn run(arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    let mut command = Command::new(deploy());
    command.args(arguments).current_dir(lessons::root());
    command.envs(environment.iter().copied()).output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    str::from_utf8(bytes).unwrap()
}

pub async fn all_that_is_wrong_is_said_at_once() {
    let output = run(&[], &WRONG);
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

pub async fn one_that_is_wrong_is_said_alone() {
    for (name, value) in WRONG {
        let output = run(&[], &[("PORT", "0"), (name, value)]);
        assert_eq!(output.status.code(), Some(1), "{name}");
        let words = text(&output.stderr);
        assert_eq!(words.lines().count(), 1, "{words}");
        assert!(words.contains(name) && words.contains(value), "{words}");
    }
}

pub async fn help_lists_every_setting() {
    for argument in ["--help", "-h"] {
        let output = run(&[argument], &[]);
        assert_eq!(output.status.code(), Some(0));
        let words = text(&output.stdout);
        let listed = words.lines().filter_map(|line| line.strip_prefix("  "));
        let listed: Vec<_> = listed.filter_map(|line| line.split(' ').next()).collect();
        let names = WRONG.map(|(name, _)| name);
        assert_eq!(listed, names, "{words}");
    }
    let output = run(&["--port"], &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("--help"));
}
