//! `workbook start`: a student's own copy.

use std::{
    fs,
    path::{Path, PathBuf},
};

use contract::{
    lessons,
    work::{Begin, create},
};

use crate::{check::shown, setup};

/// Makes the copy. One that is there is kept, or moved aside if `fresh` is asked for.
///
/// # Errors
/// There is no such lesson, a copy is there already, or files cannot be written.
pub fn start(lesson: &str, work: &Path, fresh: bool) -> Result<(), String> {
    let lesson = lessons::find(lesson)?;
    let number = format!("{:02}", lesson.number);
    if work.exists() {
        if !fresh {
            return Err(format!(
                "{} is there already, and is kept. `just start {number} --fresh` moves it aside first.",
                shown(work)
            ));
        }
        let aside = aside(work);
        fs::rename(work, &aside)
            .map_err(|error| format!("{} cannot be moved: {error}", shown(work)))?;
        println!("{} is {} now", shown(work), shown(&aside));
    }
    if !setup::is_up_to_date() {
        setup::setup().unwrap_or_else(|words| eprintln!("{words}"));
    }
    create(&lesson, Begin::AsTheLessonBefore, work)?;
    let beginning = if lesson.number == 1 {
        "an empty server"
    } else {
        "the lesson before"
    };
    println!(
        "{} is yours: lesson {number}, which begins as {beginning}.",
        shown(work)
    );
    println!();
    println!("  just check {number}        what is left to do");
    println!("  just hint {number}         a hint for the next thing");
    println!("  just watch work {number}   run it, and start it anew as you save");
    Ok(())
}

/// The first of `work-1`, `work-2` and so on that is free.
fn aside(work: &Path) -> PathBuf {
    let name = work.file_name().unwrap_or_default().to_string_lossy();
    let numbered = |number: u32| work.with_file_name(format!("{name}-{number}"));
    let mut number = 1;
    while numbered(number).exists() {
        number += 1;
    }
    numbered(number)
}
