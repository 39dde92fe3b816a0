//! Where to look, what to read and what to type next.

use std::{fs, path::Path};

use anyhow::Result;
use course::{
    lessons::{self, Lesson},
    scenario::Scenario,
};
use workbook::work;

use super::{check::Subject, copies::shown};

/// How many files a pointer names at most.
const FILES: usize = 3;

/// Commands, each with what it does.
pub fn print_rows(rows: &[(String, String)]) {
    let lengths = rows.iter().map(|(command, _)| command.chars().count());
    let width = lengths.max().unwrap_or_default();
    for (command, words) in rows {
        println!("  {command:width$}   {words}");
    }
}

/// The files that the scenario's lesson changes: the cause is most likely there.
pub fn place(scenario: &Scenario, subject: &Subject) -> String {
    if subject.url.is_some() {
        return "the server's handlers".to_owned();
    }
    let source = |name: &str| subject.copy.join("src").join(name);
    let mut names = match scenario.lesson().and_then(|lesson| changed_files(&lesson)) {
        Ok(names) if subject.exercise.is_none() => names,
        _ => vec!["lib.rs".to_owned()],
    };
    let controller = "controller.rs".to_owned();
    // If it exists, it has the handlers of all the lessons.
    if names.iter().any(|name| name == "lib.rs")
        && !names.contains(&controller)
        && source(&controller).is_file()
    {
        names.insert(0, controller);
    }
    if names.len() > FILES {
        let others = names.len();
        return format!(
            "{}: the lesson changes {others} files there",
            shown(&subject.copy.join("src"))
        );
    }
    let names = names.iter().map(|name| {
        let new = if source(name).is_file() { "" } else { " (new)" };
        format!("{}{new}", shown(&source(name)))
    });
    names.collect::<Vec<_>>().join(", ")
}

/// The names of the source files in which a lesson differs from its base by more than the name of the crate.
fn changed_files(lesson: &Lesson) -> Result<Vec<String>> {
    let base = lesson.base().map(lessons::find).transpose()?;
    let text = |lesson: &Lesson, name: &str| {
        let text = fs::read_to_string(lesson.folder().join("src").join(name)).ok()?;
        let text = text.replace(&format!("{}::", lesson.package().replace('-', "_")), "");
        let code = text.lines().filter(|line| !line.starts_with("//!"));
        let mut code: Vec<_> = code.map(str::to_owned).collect();
        // The crate's name also decides the place of its imports.
        code.sort();
        Some(code)
    };
    let mut names = Vec::new();
    for entry in fs::read_dir(lesson.folder().join("src"))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let before = base.as_ref().and_then(|base| text(base, &name));
        // Students get the first lesson's main.rs.
        let is_given = base.is_none() && name == "main.rs";
        if Path::new(&name).extension().is_some() && !is_given && text(lesson, &name) != before {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

/// The address of a section of a lesson's chapter, or of the capstone's, while `just book` runs.
pub fn address_in_the_book(lesson: &Lesson, section: &str) -> String {
    let folder = if lesson.is_capstone() { "" } else { "lessons/" };
    format!(
        "http://127.0.0.1:3001/{folder}{}.html#{section}",
        lesson.name
    )
}

/// Where to read about a scenario.
pub fn reading(scenario: &Scenario, subject: &Subject) -> String {
    match (&subject.exercise, scenario.lesson()) {
        (Some(exercise), _) => exercise.task.to_owned(),
        (None, Ok(lesson)) => format!("just book, then {}", address_in_the_book(&lesson, "build")),
        (None, Err(_)) => "just book".to_owned(),
    }
}

/// The command to type for what is checked.
pub fn command(name: &str, subject: &Subject) -> String {
    let exercise = subject.exercise.as_ref();
    let exercise = exercise.map(|exercise| format!(" --exercise {}", exercise.name));
    // A solution is compared with a copy's code, and there's none at a URL.
    let url = subject.url.as_ref().filter(|_| name != "solution");
    let url = url.map(|url| format!(" --url {url}"));
    let options = [exercise, url, Some(elsewhere(&subject.work))];
    let options: String = options.into_iter().flatten().collect();
    format!("just {name} {}{options}", subject.lesson.short())
}

/// The option that a command needs if the copy isn't in its usual place.
pub fn elsewhere(work: &Path) -> String {
    if work == work::folder() {
        String::new()
    } else {
        format!(" --work {}", quoted(&shown(work)))
    }
}

/// A path as an argument of a command.
pub fn quoted(path: &str) -> String {
    if path.contains(' ') {
        format!("'{path}'")
    } else {
        path.to_owned()
    }
}
