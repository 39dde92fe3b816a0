//! A student's copies: `work/`, and `work-NAME/` beside it.

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use anyhow::{Context, Result, ensure};
use course::{
    exercises::Exercise,
    lessons::{Lesson, root},
};
use workbook::work;

/// A path as you would type it in the workbook's top folder.
pub fn shown(path: &Path) -> String {
    path.strip_prefix(root())
        .unwrap_or(path)
        .display()
        .to_string()
}

/// Makes sure that there is a copy; otherwise the error says how to make one.
pub fn expect(work: &Path, lesson: &Lesson) -> Result<()> {
    ensure!(
        work.join("Cargo.toml").is_file(),
        "{} doesn't exist yet, so there's nothing to check. `just start {}` makes your copy.",
        shown(work),
        lesson.short()
    );
    Ok(())
}

/// The folder beside a copy for an exercise, for the capstone, for an experiment, or for a copy that is moved aside.
pub fn beside(work: &Path, name: &str) -> PathBuf {
    let copy = work.file_name().unwrap_or_default().to_string_lossy();
    work.with_file_name(format!("{copy}-{name}"))
}

/// The copy in which a lesson is built: the student's own, or the capstone's beside it.
pub fn of_lesson(lesson: &Lesson, work: &Path) -> PathBuf {
    if lesson.is_capstone() {
        beside(work, &lesson.name)
    } else {
        work.to_owned()
    }
}

/// The copy for an exercise if there is one, otherwise the student's own.
pub fn of(exercise: Option<&Exercise>, work: &Path) -> PathBuf {
    let copy = exercise.map(|exercise| beside(work, exercise.name));
    copy.filter(|copy| copy.is_dir())
        .unwrap_or_else(|| work.to_owned())
}

/// Moves a copy to the first of `work-1`, `work-2` and so on that is free.
pub fn move_aside(work: &Path) -> Result<PathBuf> {
    let mut number = 1;
    while beside(work, &number.to_string()).exists() {
        number += 1;
    }
    let aside = beside(work, &number.to_string());
    fs::rename(work, &aside).with_context(|| format!("cannot move {}", shown(work)))?;
    println!("moved {} to {}", shown(work), shown(&aside));
    Ok(aside)
}

/// Lists the copies, the newest first, and says how to remove one.
pub fn list(work: &Path) -> Result<()> {
    let copies = all(work)?;
    let Some((_, oldest)) = copies.last() else {
        println!("You have no copies yet. `just start 01` makes your first one.");
        return Ok(());
    };
    for (changed, copy) in &copies {
        // A manifest that can't be read is no reason not to list the copy.
        let lesson = work::lesson_of(copy).ok().flatten();
        let lesson = lesson.map_or("unknown lesson".to_owned(), |lesson| lesson.name);
        println!("  {:50} {lesson:18} changed {}", shown(copy), ago(*changed));
    }
    println!();
    let remove = if cfg!(windows) {
        "Remove-Item -Recurse"
    } else {
        "rm -r"
    };
    println!("To remove one for good: {remove} '{}'", shown(oldest));
    Ok(())
}

/// The copy and those beside it, each with the time of its last change, newest first.
fn all(work: &Path) -> Result<Vec<(SystemTime, PathBuf)>> {
    let folder = work.parent().filter(|folder| folder.is_dir());
    let folder = folder.unwrap_or(Path::new("."));
    let name = work.file_name().unwrap_or_default().to_string_lossy();
    let mut copies = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read {}", shown(folder)))? {
        let path = entry?.path();
        let other = path.file_name().unwrap_or_default().to_string_lossy();
        let is_copy = other == name || other.starts_with(&format!("{name}-"));
        if is_copy && path.join("Cargo.toml").is_file() {
            let sources = fs::read_dir(path.join("src"))
                .into_iter()
                .flatten()
                .flatten();
            let times = sources.filter_map(|file| file.metadata().ok()?.modified().ok());
            copies.push((times.max().unwrap_or(SystemTime::UNIX_EPOCH), path));
        }
    }
    copies.sort_by(|one, other| other.cmp(one));
    Ok(copies)
}

/// How long ago that was, in the largest unit that fits.
fn ago(time: SystemTime) -> String {
    // A time in the future means that the clock was set back.
    let seconds = time.elapsed().unwrap_or(Duration::ZERO).as_secs();
    let (number, unit) = match seconds {
        0..60 => return "just now".to_owned(),
        60..3_600 => (seconds / 60, "minute"),
        3_600..86_400 => (seconds / 3_600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {unit}{plural} ago")
}
