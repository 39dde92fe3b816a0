//! Code that both programs share: the conditions of a run, and its record for the book.

#![allow(
    clippy::missing_errors_doc,
    clippy::missing_panics_doc,
    clippy::must_use_candidate
)]

mod conditions;
pub mod yardstick;

use std::{env, fs, path::PathBuf};

use anyhow::{Context as _, Result};
use course::lessons::root;
use serde::Serialize;

pub use conditions::Conditions;

/// The folder of the programs, which this one is in, too.
pub fn programs() -> Result<PathBuf> {
    let program = env::current_exe()?;
    Ok(program.parent().context("no folder of programs")?.into())
}

/// Prints the tables, and writes them and the record: into the book if the run was complete, otherwise beside the
/// program.
pub fn write(name: &str, complete: bool, record: &impl Serialize, tables: &str) -> Result<()> {
    println!("{tables}");
    let folder = if complete {
        root().join("book/measured")
    } else {
        programs()?.join("measured")
    };
    fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    for (ending, text) in [("json", &json(record)?), ("md", &tables.to_owned())] {
        let file = folder.join(name).with_extension(ending);
        fs::write(&file, text).with_context(|| file.display().to_string())?;
    }
    eprintln!("recorded in {}", folder.display());
    Ok(())
}

/// The text of a record.
pub fn json(record: &impl Serialize) -> Result<String> {
    Ok(serde_json::to_string_pretty(record)? + "\n")
}
