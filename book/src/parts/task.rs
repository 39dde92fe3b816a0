//! `{{#task}}`: a step of building a lesson, with the files to edit and the scenarios that turn green.

use anyhow::{Result, bail, ensure};
use course::lessons::CAPSTONE;

use super::transcript;
use crate::{expand::Line, site::Chapter};

/// The task of this number in its chapter, as Markdown.
///
/// `files` are the files to edit, from the top of the student's copy; `lines` a list of scenarios by their names.
pub fn write(chapter: &Chapter, number: u32, files: &str, lines: &[Line]) -> Result<String> {
    ensure!(
        chapter.path.starts_with("lessons/") || chapter.path == format!("{CAPSTONE}.md"),
        "a task belongs to a lesson, or to the capstone"
    );
    let files: Vec<_> = files
        .split_whitespace()
        .map(|file| format!("`{file}`"))
        .collect();
    ensure!(
        !files.is_empty(),
        "a task says which files it's about: `{{{{#task src/lib.rs}}}}`"
    );
    let scenarios = scenarios(lines)?;
    let mut text = format!(
        "<div class=\"task\">\n\n**Task {number}** in {}.",
        files.join(" and ")
    );
    if scenarios.is_empty() {
        text += " It turns nothing green by itself.\n\n";
    } else {
        text += " Turns green:\n\n";
        for scenario in scenarios {
            text += &format!("- {}\n", transcript::title(scenario));
        }
        text.push('\n');
    }
    Ok(text + "</div>")
}

/// The names in the list of a task.
pub fn scenarios<'a>(lines: &[Line<'a>]) -> Result<Vec<&'a str>> {
    let mut names = Vec::new();
    for (_, line) in lines.iter().filter(|(_, line)| !line.is_empty()) {
        let Some(name) = line.strip_prefix("- ") else {
            bail!("a task has a list of scenarios, `- the_page_is_served`, and nothing else");
        };
        names.push(name.trim());
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task(path: &str, files: &str, lines: &[&str]) -> String {
        let lines: Vec<_> = (1..).zip(lines.iter().copied()).collect();
        let text = write(&Chapter::new(path, ""), 2, files, &lines);
        text.unwrap_or_else(|error| error.to_string())
    }

    #[test]
    fn a_task_names_its_files_and_what_turns_green() {
        let lesson = "lessons/05-callbacks.md";
        assert_eq!(
            task(lesson, "src/lib.rs src/main.rs", &["- clients_come_and_go"]),
            "<div class=\"task\">\n\n**Task 2** in `src/lib.rs` and `src/main.rs`. Turns green:\n\n- clients come and go\n\n</div>"
        );
        assert!(task(lesson, "src/lib.rs", &[]).contains("turns nothing green by itself"));
        assert!(task(lesson, "", &[]).contains("says which files"));
        assert!(task(lesson, "src/lib.rs", &["words"]).contains("and nothing else"));
        assert_eq!(
            task("a.md", "src/lib.rs", &[]),
            "a task belongs to a lesson, or to the capstone"
        );
    }
}
