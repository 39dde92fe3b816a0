//! `workbook package`: a lesson alone in a folder, as a platform builds it.

use std::{path::Path, process::Command};

use contract::{
    lessons,
    work::{Begin, create},
};

use crate::{check::shown, setup};

/// Makes the folder: the crate, its lock file, its pages with all that they load, and the platform's files.
///
/// # Errors
/// There is no such lesson, the folder is there already, the pages' files cannot be installed, or files cannot be
/// written.
pub fn package(lesson: &str, folder: &Path) -> Result<(), String> {
    let lesson = lessons::find(lesson)?;
    if folder.exists() {
        return Err(format!("{} is there already.", shown(folder)));
    }
    // Nobody installs anything for the pages where they are going.
    if !setup::is_up_to_date() {
        setup::setup()?;
    }
    create(&lesson, Begin::AsTheLesson, folder)?;
    // The workbook's lock file names crates that this lesson does not need, which `--locked` would refuse.
    let pruned = Command::new("cargo")
        .args(["update", "--workspace", "--offline", "--quiet"])
        .current_dir(folder)
        .status();
    if !pruned.is_ok_and(|status| status.success()) {
        return Err(format!("cargo cannot read {}.", shown(folder)));
    }
    println!("{} holds lesson {:02} alone:", shown(folder), lesson.number);
    println!();
    println!("  cargo run --release                builds and runs it");
    println!(
        "  docker build --tag my-server .     makes an image of it, where there is a Dockerfile"
    );
    Ok(())
}
