//! A line of the log panics if neither the log's output nor standard error can be written to.
//!
//! The report: `reports/log_panics_without_stderr.md`.

use std::{
    env, io,
    process::{Command, Stdio},
};

const FIXED: &str = "fixed: the log doesn't panic. Lessons 02 to 10 are safe when nobody reads their output. From \
    lesson 11 on, `src/log.rs` still needs its thread: a reader that has stopped would stop the server";

/// Set in the process whose standard error nobody reads.
const LOGS: &str = "UPSTREAM_LOGS";

#[test]
fn a_line_that_cannot_be_written_anywhere_panics() {
    if env::var_os(LOGS).is_some() {
        tracing_subscriber::fmt().with_writer(io::stderr).init();
        tracing::info!("a line for nobody");
        return;
    }
    let (reader, writer) = io::pipe().unwrap();
    drop(reader);
    let this_test = env::current_exe().unwrap();
    let status = Command::new(this_test)
        .arg("--nocapture")
        .env(LOGS, "")
        .stdout(Stdio::null())
        .stderr(writer)
        .status();
    assert!(!status.unwrap().success(), "{FIXED}");
}
