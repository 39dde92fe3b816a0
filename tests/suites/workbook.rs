//! The `workbook` program, as a student uses it.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    path::PathBuf,
    process::{Command, Output},
    time::SystemTime,
};

use course::{
    exercises,
    lessons::{self, Lesson},
    scenarios,
};
use serde_json::Value;
use suites::assert_snapshot;
use tempfile::TempDir;
use wire::connection::Http;
use workbook::{
    programs,
    work::{Begin, build, copy, create, rename_crate, solve},
};

/// A student's folder, outside of the workbook.
struct Student {
    folder: TempDir,
}

impl Student {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// A student whose copy is the lesson itself.
    fn with(lesson: &str) -> Self {
        let student = Self::new();
        let lesson = lessons::find(lesson).unwrap();
        create(&lesson, Begin::AsTheLesson, &student.work()).unwrap();
        student
    }

    fn work(&self) -> PathBuf {
        self.folder.path().join("work")
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(programs::workbook());
        command
            .args(arguments)
            .arg("--work")
            .arg(self.work())
            .env("NO_COLOR", "1")
            .env("CARGO_NET_OFFLINE", "true");
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// A command's output from both streams, with this folder's name replaced, and whether it succeeded.
    fn says(&self, arguments: &[&str]) -> (String, bool) {
        let output = self.run(arguments);
        // Cargo's progress isn't part of the answer.
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        let errors = errors.lines().filter(|line| {
            !["Compiling", "Finished", "Blocking"]
                .iter()
                .any(|word| line.trim_start().starts_with(word))
                && !line.starts_with("error: could not compile")
        });
        let mut said = String::from_utf8_lossy(&output.stdout).into_owned();
        said.extend(errors.map(|line| format!("{line}\n")));
        let said = said.replace(&*self.folder.path().to_string_lossy(), "<folder>");
        let said = without_ports(&said);
        (said, output.status.success())
    }

    /// The output of a lesson's check, as a student in the workbook reads it, and the names of the scenarios
    /// that fail.
    fn check(&self, lesson: &Lesson) -> (String, Vec<String>) {
        let (said, _) = self.says(&["check", &format!("{:02}", lesson.number)]);
        let titles = said.lines().filter_map(|line| line.strip_prefix("  ✗ "));
        let failing = titles.map(|title| title.replace(' ', "_")).collect();
        (in_the_workbook(&said), failing)
    }

    /// The names of the scenarios that fail.
    fn failing(&self, lesson: &Lesson) -> Vec<String> {
        let output = self.run(&["check", &lesson.name, "--json"]);
        let report: Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
        assert_eq!(report["state"], "checked", "{}", report["message"]);
        let scenarios = report["scenarios"].as_array().unwrap().iter();
        let failed = scenarios.filter(|scenario| scenario["verdict"] == "failed");
        failed
            .map(|scenario| scenario["scenario"].as_str().unwrap().to_owned())
            .collect()
    }

    /// When the student's files were last changed.
    fn times(&self) -> BTreeMap<PathBuf, SystemTime> {
        let folders = [self.work(), self.work().join("src")];
        let files = folders
            .into_iter()
            .flat_map(|folder| fs::read_dir(folder).unwrap());
        let paths = files.map(|file| file.unwrap().path());
        let own = paths.filter(|path| {
            let is_ours = ["Cargo.lock", "progress.txt"]
                .iter()
                .any(|name| path.ends_with(name));
            path.is_file() && !is_ours
        });
        own.map(|path| (path.clone(), path.metadata().unwrap().modified().unwrap()))
            .collect()
    }

    /// Replaces a part of a source file, which must contain it.
    fn replace(&self, file: &str, from: &str, to: &str) {
        let file = self.work().join(file);
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.contains(from), "{} has no {from}", file.display());
        fs::write(file, text.replace(from, to)).unwrap();
    }
}

/// The output as it would be if the copy were in its usual place.
fn in_the_workbook(said: &str) -> String {
    let said = said.replace(" --work <folder>/work", "");
    let said = said.replace("<folder>/", "");
    let mut lines: Vec<_> = said.lines().map(str::to_owned).collect();
    // Without the option, the commands are shorter, and their column is narrower.
    for rows in lines.chunk_by_mut(|one, other| row(one).is_some() == row(other).is_some()) {
        let commands = rows.iter().filter_map(|line| Some(row(line)?.0.len()));
        let width = commands.max().unwrap_or_default();
        for line in rows {
            if let Some((command, words)) = row(line) {
                *line = format!("{command:width$}   {words}");
            }
        }
    }
    lines.join("\n") + "\n"
}

/// A command and what it does: `  just check 02   what's left to do`.
fn row(line: &str) -> Option<(&str, &str)> {
    let (command, words) = line.split_once("   ")?;
    let is_command = command.starts_with("  just ");
    is_command.then(|| (command, words.trim_start()))
}

/// The output, with the ports that the system chose replaced.
fn without_ports(said: &str) -> String {
    let mut parts = said.split("http://127.0.0.1:");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.trim_start_matches(|digit: char| digit.is_ascii_digit());
        let port = &part[..part.len() - rest.len()];
        let port = if port.len() == 5 { "3000" } else { port };
        text += "http://127.0.0.1:";
        text += port;
        text += rest;
    }
    text
}

/// Two copies of a lesson share the build folder, and must not get each other's program. A check must not change the times
/// of their files, either: an editor or a backup would take that for changes.
#[test]
fn each_copy_runs_its_own_program_and_keeps_its_files() {
    let lesson = lessons::find("03").unwrap();
    let (right, wrong) = (Student::with("03"), Student::with("03"));
    wrong.replace("src/lib.rs", "on(\"enviar-mensaje\"", "on(\"otro\"");
    let times = [right.times(), wrong.times()];
    for _ in 0..2 {
        assert_eq!(right.failing(&lesson), Vec::<String>::new());
        assert_ne!(wrong.failing(&lesson), Vec::<String>::new());
    }
    assert_eq!([right.times(), wrong.times()], times);
}

#[test]
fn a_copy_is_never_overwritten() {
    let student = Student::new();
    assert!(student.run(&["start", "02"]).status.success());
    fs::write(student.work().join("src/lib.rs"), "// mine").unwrap();
    let is_mine = |copy: &str| {
        let file = student.folder.path().join(copy).join("src/lib.rs");
        fs::read_to_string(file).unwrap() == "// mine"
    };

    let (said, done) = student.says(&["start", "02"]);
    assert!(
        done && said.contains("already your copy of lesson 02"),
        "{said}"
    );
    let (said, done) = student.says(&["start", "01"]);
    assert!(!done && said.contains("comes after lesson 01"), "{said}");
    let (said, done) = student.says(&["start", "03"]);
    assert!(
        !done && said.contains("doesn't pass lesson 02 yet"),
        "{said}"
    );
    assert!(
        said.contains("just start 03 --anyway") && said.contains("just start 03 --fresh"),
        "{said}"
    );
    assert!(is_mine("work"));

    for number in 1..=2 {
        assert!(student.run(&["start", "02", "--fresh"]).status.success());
        let aside = student.folder.path().join(format!("work-{number}"));
        assert!(aside.is_dir());
    }
    assert!(is_mine("work-1"));
    let (said, done) = student.says(&["start", "--list"]);
    for copy in ["work ", "work-1 ", "work-2 "] {
        assert!(done && said.contains(&format!("<folder>/{copy}")), "{said}");
    }
}

#[test]
fn one_copy_goes_from_the_first_lesson_to_the_last_of_part_1() {
    walk(1);
}

#[test]
fn one_copy_goes_from_lesson_07_to_the_last_of_part_2() {
    walk(2);
}

#[test]
fn a_second_copy_goes_to_the_last_lesson_of_part_3() {
    walk(3);
}

/// A student's way through a part, in one copy, or in a second one if the part begins again from an earlier lesson. Before
/// the lesson's code, its own scenarios fail, and no others; with it, all pass.
fn walk(part: u8) {
    let all = lessons::all().unwrap();
    let (earlier, lessons): (Vec<_>, Vec<_>) = all
        .iter()
        .filter(|lesson| lesson.part <= part)
        .partition(|lesson| lesson.part < part);
    let mut before = earlier.last().copied();
    let student = before.map_or_else(Student::new, |before| Student::with(&before.name));
    let mut crate_name = before.unwrap_or(lessons[0]).package().replace('-', "_");
    let mut report = String::new();
    for lesson in lessons.iter().copied() {
        let number = lesson.number;
        let mut start = vec!["start", &lesson.name];
        if before.is_some_and(|before| lesson.base() != Some(&before.name)) {
            let (said, done) = student.says(&start);
            assert!(!done && said.contains("begins again from"), "{said}");
            let said = in_the_workbook(&said);
            writeln!(report, "$ just start {number:02}\n{said}").unwrap();
            start.push("--fresh");
            crate_name = lesson.package().replace('-', "_");
        }
        before = Some(lesson);
        let (said, done) = student.says(&start);
        assert!(done, "{said}");
        let fresh = start[2..].join(" ");
        let command = format!("just start {number:02} {fresh}");
        writeln!(
            report,
            "$ {}\n{}",
            command.trim_end(),
            in_the_workbook(&said)
        )
        .unwrap();
        let main = fs::read_to_string(student.work().join("src/main.rs")).unwrap();
        assert!(main.contains(&format!(" {crate_name}::")), "{main}");

        let scenarios = scenarios::all().into_iter();
        let taught = scenarios.filter(|scenario| scenario.begins_with(lesson));
        let taught: Vec<_> = taught.map(|scenario| scenario.name.to_owned()).collect();
        let (said, failing) = student.check(lesson);
        assert_eq!(failing, taught, "{said}");
        assert_snapshot(&format!("check_{number:02}_red"), &said);

        let sources = student.work().join("src");
        copy(&lesson.folder().join("src"), &sources).unwrap();
        rename_crate(&sources.join("main.rs"), lesson, &student.work()).unwrap();
        let (said, failing) = student.check(lesson);
        assert_eq!(failing, Vec::<String>::new(), "{said}");
        assert_snapshot(&format!("check_{number:02}_green"), &said);
        let (said, done) = student.says(&["solution", &lesson.name]);
        assert!(done && said.is_empty(), "{said}");
    }
    // Lessons that a later one replaces are remembered.
    let (said, done) = student.says(&["progress"]);
    assert!(done, "{said}");
    for lesson in lessons {
        assert!(said.contains(&format!("✓ {}", lesson.name)), "{said}");
    }
    // It lists all lessons. After those before the last, each new lesson would change it.
    if part == all[all.len() - 1].part {
        writeln!(report, "$ just progress\n{}", in_the_workbook(&said)).unwrap();
    }
    assert_snapshot(&format!("workbook_road_{part}"), &report);
}

/// A copy for an exercise starts from the student's own code, and doesn't change that.
#[test]
fn an_exercise_has_a_copy_of_its_own() {
    let student = Student::with("02");
    student.replace("src/lib.rs", "\"client connected\"", "\"hello\"");
    let (said, done) = student.says(&["start", "02", "--exercise", "exercise bienvenida"]);
    assert!(done && said.contains("starts from your own"), "{said}");
    let copy = student.folder.path().join("work-bienvenida");
    let own = fs::read_to_string(copy.join("src/lib.rs")).unwrap();
    assert!(own.contains("\"hello\""), "{own}");

    let check = ["check", "02", "--exercise", "bienvenida"];
    let (said, done) = student.says(&check);
    assert!(!done && said.contains("✗ bienvenida"), "{said}");
    let solution = ["solution", "02", "--exercise", "bienvenida"];
    for hint in ["1 of 3", "2 of 3", "just solution 02 --exercise bienvenida"] {
        let (said, done) = student.says(&["hint", "02", "--exercise", "bienvenida"]);
        assert!(done && said.contains(hint), "{said}");
    }

    let (said, done) = student.says(&solution);
    assert!(done && said.contains("+    if let Err(error)"), "{said}");
    let exercises = exercises::of(&lessons::find("02").unwrap());
    let ours = student.folder.path().join("ours");
    let exercise = exercises
        .iter()
        .find(|exercise| exercise.name == "bienvenida");
    solve(exercise.unwrap(), &ours).unwrap();
    fs::copy(ours.join("src/lib.rs"), copy.join("src/lib.rs")).unwrap();
    let (said, done) = student.says(&solution);
    assert!(done && said.is_empty(), "{said}");
    let (said, done) = student.says(&check);
    assert!(done && said.contains(&solution.join(" ")), "{said}");
    let (said, _) = student.says(&["progress"]);
    assert!(said.contains("✓ bienvenida"), "{said}");
}

/// Without a network: a build removes unused packages from the lock file of the student's copy, and later cargo would look
/// for them.
#[test]
fn an_exercise_has_its_libraries_from_the_beginning() {
    let student = Student::with("16");
    let mut cargo = programs::cargo();
    cargo.args(["metadata", "--offline", "--format-version", "1"]);
    let resolved = cargo.current_dir(student.work()).output().unwrap();
    assert!(resolved.status.success());
    let is_locked = |copy: &str| {
        let lock = fs::read_to_string(student.folder.path().join(copy).join("Cargo.lock"));
        lock.unwrap().contains("\"jsonwebtoken\"")
    };
    assert!(!is_locked("work"));

    let (said, done) = student.says(&["start", "16", "--exercise", "token"]);
    assert!(done && said.contains("jsonwebtoken"), "{said}");
    assert!(is_locked("work-token"));
    let exercises = exercises::of(&lessons::find("16").unwrap());
    let exercise = exercises.iter().find(|exercise| exercise.name == "token");
    let ours = student.folder.path().join("ours");
    solve(exercise.unwrap(), &ours).unwrap();
    let copied = student.folder.path().join("work-token/src");
    copy(&ours.join("src"), &copied).unwrap();
    let (said, done) = student.says(&["check", "16", "--exercise", "token"]);
    assert!(done, "{said}");
}

#[tokio::test]
async fn a_copy_runs_in_its_own_folder() {
    let student = Student::with("07");
    let program = build(&student.work()).await.unwrap();
    let server = wire::server::Server::start(&program.path, &student.work(), &[])
        .await
        .unwrap();
    let page = Http::new(&server.base)
        .unwrap()
        .get("/", None)
        .await
        .unwrap();
    assert!(page.body.contains("<h1"), "{}", page.body);
}

/// A file, a part of it, and its replacement.
type Replacement = (&'static str, &'static str, &'static str);

const HANDLERS: &str = "src/controller.rs";

/// Students' most frequent faults, each with a name.
const FAULTS: [(&str, &[Replacement]); 13] = [
    (
        "no_callback",
        &[(
            HANDLERS,
            "ack.send(answer)",
            "Ok::<_, String>(drop((ack, answer)))",
        )],
    ),
    (
        "emits_to_all",
        &[
            (
                HANDLERS,
                "(socket: SocketRef, ack",
                "(io: socketioxide::SocketIo, ack",
            ),
            (HANDLERS, "socket.broadcast().emit(", "io.emit("),
        ],
    ),
    (
        "wrong_event_name",
        &[(HANDLERS, "on(\"enviar-mensaje\"", "on(\"enviar_mensaje\"")],
    ),
    (
        "wrong_field",
        &[(HANDLERS, "\"processID\"", "\"processId\"")],
    ),
    (
        "wrong_port",
        &[(
            "src/main.rs",
            "println!(\"http://{}\", listener.local_addr()?)",
            "println!(\"http://127.0.0.1:1\")",
        )],
    ),
    (
        "does_not_compile",
        &[(
            HANDLERS,
            "fn unix_millis() -> u64 {",
            "fn unix_millis() -> String {",
        )],
    ),
    (
        "does_not_await",
        &[(
            HANDLERS,
            "    info!(message.text",
            "    std::thread::sleep(std::time::Duration::from_mins(2));\n    info!(message.text",
        )],
    ),
    (
        "exits",
        &[(
            HANDLERS,
            "    info!(message.text",
            "    std::process::exit(7);\n    #[allow(unreachable_code)]\n    info!(message.text",
        )],
    ),
    (
        "prints_nothing",
        &[(
            "src/main.rs",
            "    println!(\"http://{}\", listener.local_addr()?);\n",
            "",
        )],
    ),
    (
        "ignores_port",
        &[(
            "src/main.rs",
            "env::var_os(\"PORT\").unwrap_or(\"3000\".into())",
            "std::ffi::OsString::from(\"0\")",
        )],
    ),
    (
        "wrong_manifest",
        &[("Cargo.toml", "[dependencies]", "[dependencies")],
    ),
    (
        "unused_acknowledgement",
        &[(
            HANDLERS,
            "            return answer(ack, &json!({ \"error\": error.to_string() }));",
            "            return;",
        )],
    ),
    (
        "panics",
        &[(
            HANDLERS,
            "    info!(message.text",
            "    assert!(message.text.is_empty(), \"no message today\");\n    info!(message.text",
        )],
    ),
];

#[test]
fn faults_get_readable_messages() {
    let mut report = String::new();
    for (name, replacements) in FAULTS {
        let student = Student::with("06");
        for (file, from, to) in replacements {
            student.replace(file, from, to);
        }
        let (said, done) = student.says(&["check", "06"]);
        assert!(!done, "{name} passes");
        writeln!(report, "== {name}\n{}", in_the_workbook(&said)).unwrap();
    }
    let (said, done) = Student::new().says(&["check", "06", "--url", "http://127.0.0.1:1"]);
    assert!(!done);
    writeln!(report, "== server_not_running\n{said}").unwrap();
    assert_snapshot("workbook_faults", &report);
}

#[test]
fn there_is_one_hint_at_a_time_and_then_the_solution() {
    let student = Student::with("04");
    let mut report = String::new();
    for _ in 0..4 {
        let (said, done) = student.says(&["hint", "05"]);
        assert!(done, "{said}");
        writeln!(report, "{}", in_the_workbook(&said)).unwrap();
    }
    assert_snapshot("workbook_hints", &report);
}

/// Everything that a person can ask for about the capstone, from the beginning on.
#[test]
fn the_capstone_has_a_copy_of_its_own_and_no_solution() {
    let student = Student::new();
    let mut report = String::new();
    for command in [
        "check capstone",
        "start capstone",
        "start capstone",
        "start --list",
        "check capstone",
        "hint capstone",
        "hint capstone",
        "hint capstone",
        "solution capstone",
        "run capstone",
        "diff capstone",
        "break capstone",
        "package capstone folder",
        "start capstone --exercise nada",
        "check capstone --exercise nada",
        "check capstone --url http://127.0.0.1:1",
        "start capstone --fresh",
    ] {
        let arguments: Vec<_> = command.split(' ').collect();
        let (said, _) = student.says(&arguments);
        let said = in_the_workbook(&said);
        writeln!(report, "== just {command}\n{}\n", said.trim_end()).unwrap();
    }
    assert_snapshot("workbook_capstone", &report);
    assert!(!student.work().exists());
}

#[test]
fn progress_shows_every_lesson_and_exercise() {
    let (said, done) = Student::with("05").says(&["progress"]);
    assert!(done, "{said}");
    for lesson in lessons::all().unwrap() {
        assert!(said.contains(&lesson.name), "{said}");
    }
    assert!(said.contains("✓ 05-callbacks"), "{said}");
    assert!(said.contains("· 06-broadcast"), "{said}");
    assert!(said.contains("  · bare_number"), "{said}");
    assert!(said.contains("  · capstone "), "{said}");
}

#[test]
fn the_solution_is_the_remaining_difference() {
    let student = Student::with("05");
    let (said, done) = student.says(&["solution", "05"]);
    assert!(done && said.is_empty(), "{said}");
    let (said, done) = student.says(&["solution", "06"]);
    assert!(
        done && said.contains("+    if let Err(error) = socket.broadcast()"),
        "{said}"
    );
}

#[test]
fn without_a_copy_every_command_says_how_to_make_one() {
    let student = Student::new();
    for arguments in [
        &["check", "03"][..],
        &["hint", "03"],
        &["progress"],
        &["solution", "03"],
        &["watch", "work", "03"],
    ] {
        let (said, done) = student.says(arguments);
        assert!(
            !done && said.contains("just start 0"),
            "{arguments:?}: {said}"
        );
    }
}
