//! `workbook start`: a student's own copy.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use course::lessons;
use workbook::work::{Begin, create};

use super::{check::shown, setup};

/// Makes the copy. One that is there is kept, or moved aside if `fresh` is asked for.
pub fn start(lesson: &str, work: &Path, fresh: bool) -> Result<()> {
    let lesson = lessons::find(lesson)?;
    let number = format!("{:02}", lesson.number);
    if work.exists() {
        if !fresh {
            bail!(
                "{} already exists, so nothing was changed. `just start {number} --fresh` moves it aside first.",
                shown(work)
            );
        }
        let aside = aside(work);
        fs::rename(work, &aside).with_context(|| format!("cannot move {}", shown(work)))?;
        println!("moved {} to {}", shown(work), shown(&aside));
    }
    setup::ensure_client();
    create(&lesson, Begin::AsItsBase, work)?;
    let beginning = lesson.base().unwrap_or("an empty server");
    println!(
        "{} is your copy of lesson {number}. It begins as {beginning}.",
        shown(work)
    );
    println!();
    println!("  just check {number}        what is left to do");
    println!("  just hint {number}         a hint for the next thing");
    println!("  just watch work {number}   run it, and restart it as you save");
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
