//! A whole class: thirty submissions with everything that can go wrong, none of which may harm the others.

mod students;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Stdio,
    time::{Duration, SystemTime},
};

use class::{
    report,
    results::{Class, State},
};
use course::lessons::{self, root};
use suites::assert_snapshot;
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    net::TcpListener,
    process::Command,
    sync::Mutex,
    time::{sleep, timeout},
};
use wire::server::Server;
use workbook::{
    programs::{self, program, target},
    work::{self, Begin},
};

/// How long a class may take here. The program has limits of its own; this one is for a very busy machine.
const PATIENCE: Duration = Duration::from_mins(20);

/// How long a build may take: a real one takes a few seconds.
const BUILD_LIMIT: &str = "45";

/// There's one place for the results, so one test at a time.
static TURN: Mutex<()> = Mutex::const_new(());

fn class() -> Command {
    let mut command = Command::new(programs::class());
    command
        .current_dir(root())
        .env("SECRET", "a password")
        .env("NO_COLOR", "1")
        .stdin(Stdio::null())
        .kill_on_drop(true);
    command
}

/// Runs a command to its end, and returns its exit code, standard output and standard error.
async fn run(mut command: Command) -> (Option<i32>, String, String) {
    let output = timeout(PATIENCE, command.output()).await.unwrap().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (
        output.status.code(),
        text(&output.stdout),
        text(&output.stderr),
    )
}

fn results() -> Class {
    let file = target().join("class/06/class.json");
    serde_json::from_slice(&fs::read(file).unwrap()).unwrap()
}

/// The contents of all files in a folder.
fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let entries = walkdir::WalkDir::new(folder).into_iter();
    let files = entries
        .map(Result::unwrap)
        .filter(|entry| entry.file_type().is_file());
    files
        .map(|file| (file.path().to_owned(), fs::read(file.path()).unwrap()))
        .collect()
}

/// The processes that a class has started and that are still there, by their command lines.
fn left_over() -> Vec<String> {
    let places = target().join("class/places");
    let processes = fs::read_dir("/proc").unwrap().flatten();
    let lines = processes.filter_map(|process| {
        let line = fs::read(process.path().join("cmdline")).ok()?;
        Some(String::from_utf8_lossy(&line).replace('\0', " "))
    });
    lines
        .filter(|line| line.contains(&*places.to_string_lossy()))
        .collect()
}

/// Waits until nothing is left of a class. Processes take a moment to end.
async fn expect_nothing_left() {
    for _ in 0..100 {
        if left_over().is_empty() {
            return;
        }
        // There's no event for the end of somebody else's process.
        sleep(Duration::from_millis(100)).await;
    }
    panic!("these are left: {:#?}", left_over());
}

/// The table, without what differs from run to run: times and ports.
fn stable_table(mut class: Class, ports: &[&str]) -> String {
    // How much of its own output a server survives depends on the machine.
    class
        .students
        .retain(|student| student.name != "endless-output");
    for student in &mut class.students {
        student.seconds = 0.0;
    }
    let mut table = report::table::table(&class, 100).replace("  time\n", "\n");
    for port in ports {
        table = table.replace(port, "http://127.0.0.1:<port>");
    }
    let lines = table.lines().map(|line| line.trim_end().to_owned() + "\n");
    lines.collect()
}

#[tokio::test]
async fn a_class_of_thirty_is_graded_whatever_it_hands_in() {
    let _turn = TURN.lock().await;
    let folder = TempDir::new().unwrap();
    let handed_in = folder.path().join("entregas");
    let lesson = lessons::find(students::LESSON).unwrap();
    let rust = Server::start(&program(&lesson), root(), &[]).await.unwrap();
    let mut node = Command::new("node");
    node.arg(root().join("tests/reference/06-broadcast/app.js"));
    let node = Server::start_command(node, root(), &[("HOST", "127.0.0.1")])
        .await
        .unwrap();
    let outside = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = outside.local_addr().unwrap().port();
    // A port that was free a moment ago.
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let dead = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    let urls = [
        ("rust-by-url", rust.base.clone()),
        ("node-by-url", node.base.clone()),
        ("dead-url", dead.clone()),
    ];
    students::make(&handed_in, &urls, port);
    let before = contents(folder.path());

    let mut command = class();
    // Results that are left from an earlier run would prove nothing.
    command.args(["06", "--again", "--jobs", "2", "--as", "classroom50"]);
    command.args(["--build-limit", BUILD_LIMIT]);
    command
        .arg(&handed_in)
        .arg("--roster")
        .arg(handed_in.join("alumnos.csv"));
    let (code, table, said) = run(command).await;
    assert_eq!(code, Some(1), "{table}\n{said}");
    assert!(!said.contains("Not restricted"), "{said}");
    assert!(
        contents(folder.path()) == before,
        "the submissions were changed"
    );
    expect_nothing_left().await;

    let graded = results();
    for student in &graded.students {
        assert!(table.contains(&student.name), "{table}");
    }
    assert!(graded.complete);
    assert_eq!(graded.unknown, ["notes.txt"]);
    let mut students = graded.students.iter();
    let flood = students.find(|student| student.name == "endless-output");
    let flood = flood.unwrap().outcome.state;
    assert!(
        [State::Passed, State::Partly, State::RunTimedOut].contains(&flood),
        "{flood:?}"
    );
    let stable = stable_table(graded, &[&dead, &node.base, &rust.base]);
    assert_snapshot("class_of_thirty", &stable);

    // A submission whose result is certain isn't checked again.
    let roster = handed_in.join("some.csv");
    fs::write(
        &roster,
        "ana,ana\nbeto,beto\ncarla,carla.zip\nbuild-script,build-script\n",
    )
    .unwrap();
    let mut command = class_of(&roster);
    let (code, table, said) = run(command).await;
    assert_eq!(code, Some(1), "{table}\n{said}");
    assert_eq!(said.matches(", unchanged").count(), 4, "{said}");

    // But it is when it has changed, or when you ask for it.
    let new = format!("// {:?}\n", SystemTime::now());
    fs::write(handed_in.join("beto/src/new.rs"), new).unwrap();
    fs::write(&roster, "beto,beto\n").unwrap();
    command = class_of(&roster);
    let (code, _, said) = run(command).await;
    assert_eq!(code, Some(0), "{said}");
    assert!(!said.contains("unchanged"), "{said}");
    command = class_of(&roster);
    command.arg("--again");
    let (_, _, said) = run(command).await;
    assert!(!said.contains("unchanged"), "{said}");

    // With permission, its code runs, within the same limits.
    fs::write(&roster, "build-script,build-script\n").unwrap();
    command = class();
    command.args(["06", "--allow-foreign", "--build-limit", "10"]);
    command.arg("--roster").arg(&roster);
    let (code, table, said) = run(command).await;
    assert_eq!(code, Some(1), "{said}");
    assert!(table.contains("the build took more than 10 s"), "{table}");
    expect_nothing_left().await;
}

fn class_of(roster: &Path) -> Command {
    let mut command = class();
    command.args(["06", "--build-limit", BUILD_LIMIT]);
    command.arg("--roster").arg(roster);
    command
}

#[tokio::test]
async fn ctrl_c_ends_everything_and_keeps_what_is_known() {
    let _turn = TURN.lock().await;
    let folder = TempDir::new().unwrap();
    let lesson = lessons::find(students::LESSON).unwrap();
    work::create(&lesson, Begin::AsTheLesson, &folder.path().join("ana")).unwrap();
    students::never_builds(&folder.path().join("beto"));
    let mut command = class();
    command
        .arg("06")
        .arg(folder.path())
        .args(["--jobs", "1", "--again"]);
    command
        .args(["--build-limit", "600"])
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let waiting = async {
        while let Some(line) = lines.next_line().await.unwrap() {
            if line.starts_with("1 of 2: ana") {
                return;
            }
        }
        panic!("it ended before");
    };
    timeout(PATIENCE, waiting).await.unwrap();
    while !left_over().iter().any(|line| line.contains("rustc")) {
        // There's no event for the beginning of somebody else's process.
        sleep(Duration::from_millis(100)).await;
    }
    let id = child.id().unwrap().to_string();
    let interrupted = Command::new("kill").args(["-INT", &id]).status();
    assert!(interrupted.await.unwrap().success());
    let status = timeout(PATIENCE, child.wait()).await.unwrap().unwrap();
    assert_eq!(status.code(), Some(130));
    expect_nothing_left().await;
    let class = results();
    assert!(!class.complete);
    let names: Vec<_> = class.students.iter().map(|student| &student.name).collect();
    assert_eq!(names, ["ana"]);
}

#[tokio::test]
async fn a_wrong_command_says_what_is_wrong() {
    for (arguments, expected) in [
        (&["06"][..], "Give a folder of submissions"),
        (&["nada", "."], "there is no lesson nada"),
        (&["06", "/nowhere"], "cannot read /nowhere"),
        (
            &["06", "--roster", "/nowhere.csv"],
            "cannot read the roster",
        ),
        (&["06", ".", "--jobs", "0"], "--jobs"),
    ] {
        let mut command = class();
        command.args(arguments);
        let (code, _, said) = run(command).await;
        assert_eq!(code, Some(2), "{arguments:?}: {said}");
        assert!(said.contains(expected), "{arguments:?}: {said}");
    }
}
