//! Every scenario on the course's own servers, in Node: the same transcripts, except for the listed differences. For the
//! capstone, Node's transcripts are the expected ones.

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};
use course::{
    differences::Differences,
    exercises,
    lessons::{self, root},
    scenario::Scenario,
    scenarios,
};
use libtest_mimic::{Arguments, Trial};
use suites::{assert_snapshot, files};
use tokio::{process::Command, time::timeout};
use wire::{connection::Transport, server::Server};
use workbook::programs::{program, run_to_end};

/// How long a server may take to exit, if that's why a scenario was interrupted.
const END_LIMIT: Duration = Duration::from_secs(1);

/// How long Node may take to write its log.
const LOG_LIMIT: Duration = Duration::from_secs(5);

fn main() {
    let mut trials = vec![Trial::test("the_list_names_nothing_unknown", || {
        no_strays().map_err(Into::into)
    })];
    trials.push(Trial::test("01-static-server::files", || {
        files().map_err(Into::into)
    }));
    trials.push(Trial::test("01-static-server::dotenv", || {
        dotenv().map_err(Into::into)
    }));
    for (lesson, script, scenarios) in servers().unwrap() {
        for scenario in scenarios {
            // Both transports for what a lesson begins, one for what it has from those before.
            let is_new = scenario.lesson().unwrap().name == lesson;
            let transports = scenario.transports();
            for transport in if is_new { transports } else { &transports[..1] } {
                let name = format!("{lesson}::{}::{transport}", scenario.name);
                let script = script.clone();
                let play = move || judge(&script, &scenario, *transport).map_err(Into::into);
                trials.push(Trial::test(name, play));
            }
        }
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

/// The Node servers of the lessons and of some exercises: the lesson's name, the script, what it plays.
fn servers() -> Result<Vec<(String, PathBuf, Vec<Scenario>)>> {
    let folder = root().join("tests/reference");
    let mut servers = Vec::new();
    for lesson in lessons::all()? {
        let script = folder.join(&lesson.name).join("app.js");
        servers.push((lesson.name.clone(), script, scenarios::of(&lesson)));
        for exercise in exercises::of(&lesson) {
            let script = folder
                .join("exercises")
                .join(exercise.name)
                .with_extension("js");
            servers.push((lesson.name.clone(), script, vec![exercise.scenario]));
        }
    }
    let capstone = lessons::capstone()?;
    let script = folder.join(&capstone.name).join("app.js");
    servers.push((capstone.name.clone(), script, scenarios::of(&capstone)));
    servers.retain(|(_, script, _)| script.is_file());
    Ok(servers)
}

#[tokio::main(flavor = "current_thread")]
async fn judge(script: &PathBuf, scenario: &Scenario, transport: Transport) -> Result<()> {
    let differences = Differences::read()?;
    let mut node = Command::new("node");
    node.arg(script);
    // Otherwise, the last lesson would listen on all interfaces.
    let server = Server::start_command(node, root(), &[("HOST", "127.0.0.1")]).await?;
    let mut outcome = scenario.play_on(server, transport).await;
    let mut server = outcome.server.take().context("the server is gone")?;
    let ended = outcome.failure.is_some() && timeout(END_LIMIT, server.child.wait()).await.is_ok();
    if scenario.lesson()?.is_capstone() {
        if let Some(failure) = &outcome.failure {
            bail!("{failure}\n\nSo far:\n{}", outcome.transcript);
        }
        assert_snapshot(&scenario.snapshot_name()?, &outcome.transcript.to_string());
        return Ok(());
    }
    let rust = differences.comparable(&scenario.expected()?);
    let node = differences.comparable_outcome(&outcome, ended);
    match differences.of(scenario) {
        None => ensure!(
            rust == node,
            "an unlisted difference:\n{}",
            diff(&rust, &node)
        ),
        Some(_) if rust == node => bail!("a difference is listed, but there isn't one"),
        Some(difference) => {
            let folder = script
                .parent()
                .and_then(Path::file_name)
                .unwrap_or_default();
            let name = difference.snapshot(scenario.name, &folder.to_string_lossy());
            assert_snapshot(&name, &(node.join("\n") + "\n"));
            if let Some(text) = &difference.log {
                server.log.wait_for(text, LOG_LIMIT).await?;
            }
        }
    }
    Ok(())
}

/// How `express.static` serves files. The snapshot `files` shows what the lessons do.
#[tokio::main(flavor = "current_thread")]
async fn files() -> Result<()> {
    let folder = files::folder();
    let mut node = Command::new("node");
    node.arg(root().join("tests/reference/01-static-server/app.js"));
    let page = [("PUBLIC_DIR", "page")];
    let server = Server::start_command(node, folder.path(), &page).await?;
    assert_snapshot("node_files", &files::answers(&server.base).await);
    Ok(())
}

/// Settings that npm's `dotenv` and the lessons read differently, then some that both read the same way.
const SETTINGS: [&str; 20] = [
    "NAME=Juan Perez",
    "NAME: 3000",
    "NAME",
    "NAME='a' b",
    "NAME=it's",
    "NAME=`a b`",
    "NAME=\"a\nb\"",
    "NAME=$WHO",
    "NAME=pa$$word",
    "NAME=a#b",
    "NAME=C:\\new",
    "NAME={\"a\":1}",
    "NAME=1\nNAME=2",
    "NAME='Juan Perez' # a comment",
    "NAME='pa$$w#rd'",
    "NAME=\"a\\nb\"",
    "export NAME = 1",
    "NAME=a=b",
    "NAME=",
    "\u{feff}NAME=1",
];

/// How npm's `dotenv` and a lesson read the same `.env`.
#[tokio::main(flavor = "current_thread")]
async fn dotenv() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let lesson = program(&lessons::find("static-server")?);
    let package = root().join("tests/reference/node_modules/dotenv");
    let script = "const { parsed } = require(process.argv[1]).config({ quiet: true });
        process.stdout.write(parsed.PUBLIC_DIR ?? '(not set)');";
    let mut report = format!("{:<31}{:<18}{}\n", ".env", "npm's dotenv", "the lessons");
    for settings in SETTINGS {
        // A lesson names the missing folder.
        let settings = settings.replace("NAME", "PUBLIC_DIR");
        fs::write(folder.path().join(".env"), &settings)?;
        let mut node = Command::new("node");
        node.args(["--eval", script]).arg(&package);
        let mut rust = Command::new(&lesson);
        for command in [&mut node, &mut rust] {
            command.current_dir(&folder).env_remove("PUBLIC_DIR");
            command.env("WHO", "ana");
        }
        let node = String::from_utf8(run_to_end(node).await?.stdout)?;
        let rust = String::from_utf8(run_to_end(rust).await?.stderr)?;
        let rust = match rust.strip_prefix("there is no folder ") {
            Some(words) => words.split(": start").next().unwrap_or_default(),
            None => rust.split(':').next().unwrap_or_default(),
        };
        let settings = settings.replace("PUBLIC_DIR", "NAME");
        let [settings, node, rust] = [&settings, &node, rust].map(|text| match text {
            "" => "(empty)".to_owned(),
            text => text.replace('\n', "⏎").replace('\u{feff}', "<BOM>"),
        });
        writeln!(report, "{settings:<31}{node:<18}{rust}")?;
    }
    assert_snapshot("dotenv", &report);
    Ok(())
}

/// The rows that are in only one of the two.
fn diff(rust: &[String], node: &[String]) -> String {
    let (rust, node) = (rust.join("\n"), node.join("\n"));
    let diff = similar::TextDiff::from_lines(&rust, &node);
    diff.unified_diff().header("Rust", "Node").to_string()
}

/// Every lesson, exercise and scenario that the Node originals and the list name exists.
fn no_strays() -> Result<()> {
    let played: Vec<_> = servers()?
        .into_iter()
        .flat_map(|(_, _, scenarios)| scenarios)
        .collect();
    for name in Differences::read()?
        .difference
        .iter()
        .flat_map(|known| &known.scenarios)
    {
        let is_played = played.iter().any(|scenario| scenario.name == name);
        ensure!(is_played, "the scenario {name} isn't played");
    }
    let exercises = exercises::all();
    for file in fs::read_dir(root().join("tests/reference/exercises"))? {
        let file = file?.path();
        let is_exercise = |name: &str| file.file_stem().is_some_and(|stem| stem == name);
        let is_known = exercises.iter().any(|exercise| is_exercise(exercise.name));
        ensure!(is_known, "{} belongs to no exercise", file.display());
    }
    let lessons = lessons::all()?;
    for folder in fs::read_dir(root().join("tests/reference"))? {
        let name = folder?.file_name().to_string_lossy().into_owned();
        let is_numbered = name.starts_with(|first: char| first.is_ascii_digit());
        let is_known = lessons.iter().any(|lesson| lesson.name == name);
        ensure!(!is_numbered || is_known, "there's no lesson {name}");
    }
    Ok(())
}
