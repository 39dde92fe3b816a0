//! `workbook package`: one lesson in a folder of its own, as a platform builds it.

use std::{path::Path, process::Command};

use anyhow::{Result, ensure};
use course::lessons;
use workbook::work::{Begin, create};

use super::{copies::shown, setup};

/// Makes the folder: the crate, its lock file, its pages with all that they load, and the platform's files.
pub fn package(lesson: &str, folder: &Path) -> Result<()> {
    let lesson = lessons::find(lesson)?;
    ensure!(!folder.exists(), "{} already exists.", shown(folder));
    // Nobody will run `just setup` where the folder goes.
    if !setup::is_up_to_date() {
        setup::setup()?;
    }
    create(&lesson, Begin::AsTheLesson, folder)?;
    // The workbook's lock file has crates that this lesson doesn't need, and `--locked` would refuse them.
    let pruned = Command::new("cargo")
        .args(["update", "--workspace", "--offline", "--quiet"])
        .current_dir(folder)
        .status();
    let pruned = pruned.is_ok_and(|status| status.success());
    ensure!(pruned, "cargo can't read {}.", shown(folder));
    println!(
        "{} contains lesson {:02} alone:",
        shown(folder),
        lesson.number
    );
    println!();
    println!("  cargo run --release                builds and runs it");
    println!("  docker build --tag my-server .     builds an image, if there is a Dockerfile");
    Ok(())
}
