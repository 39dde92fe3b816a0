//! `workbook package`: a lesson alone in a folder, as a platform builds it.

use std::{path::Path, process::Command};

use anyhow::{Result, ensure};
use course::lessons;
use workbook::work::{Begin, create};

use super::{copies::shown, setup};

/// Makes the folder: the crate, its lock file, its pages with all that they load, and the platform's files.
pub fn package(lesson: &str, folder: &Path) -> Result<()> {
    let lesson = lessons::find(lesson)?;
    ensure!(!folder.exists(), "{} already exists.", shown(folder));
    // Where the folder goes, nothing will be installed for its pages.
    if !setup::is_up_to_date() {
        setup::setup()?;
    }
    create(&lesson, Begin::AsTheLesson, folder)?;
    // The workbook's lock file names crates that this lesson does not need, which `--locked` would refuse.
    let pruned = Command::new("cargo")
        .args(["update", "--workspace", "--offline", "--quiet"])
        .current_dir(folder)
        .status();
    let pruned = pruned.is_ok_and(|status| status.success());
    ensure!(pruned, "cargo cannot read {}.", shown(folder));
    println!("{} holds lesson {:02} alone:", shown(folder), lesson.number);
    println!();
    println!("  cargo run --release                builds and runs it");
    println!(
        "  docker build --tag my-server .     makes an image of it, where there is a Dockerfile"
    );
    Ok(())
}
