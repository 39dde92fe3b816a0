//! Makes the crate: a manifest that needs no workspace, the source code, the page.

use std::{fs, io, path::Path};

use anyhow::{Context, Result};
use course::lessons::{self, Lesson, root};

use super::manifest;

/// How a new crate begins.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Begin {
    /// As the lesson's base: the lesson itself is still to be done.
    AsItsBase,
    /// As the lesson itself.
    AsTheLesson,
}

/// The source code that a lesson without a base begins with: its `src/lib.rs`.
pub const EMPTY: &str = "//! A server that doesn't do anything yet.

use std::path::Path;

use axum::Router;

/// The server's routes. The page's folder isn't used yet.
pub fn app(_page: &Path) -> Router {
    Router::new()
}
";

/// Makes a crate for a lesson in a folder that doesn't exist yet. It has the lesson's name and dependencies, with
/// their versions written out, and the workbook's lock file, so you can move it anywhere.
pub fn create(lesson: &Lesson, begin: Begin, folder: &Path) -> Result<()> {
    let source = match (begin, lesson.base()) {
        (Begin::AsItsBase, Some(base)) => &lessons::find(base)?,
        _ => lesson,
    };
    let manifest = manifest::standalone(lesson)?;
    write(lesson, source, begin, &manifest, folder)
        .with_context(|| format!("cannot write {}", folder.display()))
}

fn write(
    lesson: &Lesson,
    source: &Lesson,
    begin: Begin,
    manifest: &str,
    folder: &Path,
) -> io::Result<()> {
    copy(&source.folder().join("src"), &folder.join("src"))?;
    fs::write(folder.join("Cargo.toml"), manifest)?;
    fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock"))?;
    fs::write(folder.join(".gitignore"), "/target/\n.env\n*.db*\n")?;
    if begin == Begin::AsTheLesson {
        copy_others(&lesson.folder(), folder)?;
    } else if lesson.base().is_none() {
        fs::write(folder.join("src/lib.rs"), EMPTY)?;
    }
    rename(
        &folder.join("src/main.rs"),
        source.package(),
        lesson.package(),
    )?;

    let (public, copied) = (root().join("public"), folder.join("public"));
    // The page is complete from the beginning: only the server is left to write.
    copy(&public.join(&lesson.name), &copied.join(&lesson.name))?;
    for shared in ["shared", "vendor"] {
        if public.join(shared).is_dir() {
            copy(&public.join(shared), &copied.join(shared))?;
        }
    }
    Ok(())
}

/// A lesson's files that are neither code nor documentation: the ones that a platform reads.
fn copy_others(lesson: &Path, folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(lesson)? {
        let entry = entry?;
        let name = entry.file_name();
        if entry.file_type()?.is_file() && name != "Cargo.toml" && name != "README.md" {
            fs::copy(entry.path(), folder.join(name))?;
        }
    }
    Ok(())
}

/// In a copied main.rs, replaces the name of the lesson's crate with that of the copy's.
pub fn rename_crate(file: &Path, from: &Lesson, copy: &Path) -> Result<()> {
    let manifest = manifest::read(&copy.join("Cargo.toml"))?;
    let to = manifest["package"]["name"].as_str();
    rename(
        file,
        from.package(),
        to.context("Cargo.toml names no package")?,
    )
    .with_context(|| format!("cannot write {}", file.display()))
}

fn rename(file: &Path, from: &str, to: &str) -> io::Result<()> {
    let name = |package: &str| format!(" {}::", package.replace('-', "_"));
    let text = fs::read_to_string(file)?;
    fs::write(file, text.replace(&name(from), &name(to)))
}

/// Duplicates a copy, without the files that a build or the workbook put there.
pub fn duplicate(from: &Path, to: &Path) -> Result<()> {
    const LEFT_OUT: [&str; 4] = [".git", ".hints", "progress.txt", "target"];
    let copying = || -> io::Result<()> {
        fs::create_dir_all(to)?;
        for entry in fs::read_dir(from)? {
            let entry = entry?;
            let name = entry.file_name();
            if LEFT_OUT.iter().any(|other| name == *other) {
                continue;
            }
            if entry.file_type()?.is_dir() {
                copy(&entry.path(), &to.join(name))?;
            } else {
                fs::copy(entry.path(), to.join(name))?;
            }
        }
        Ok(())
    };
    copying().with_context(|| format!("cannot write {}", to.display()))
}

/// Serves the page of an exercise in a new copy, if the exercise has one of its own.
pub fn use_page_of(exercise: &str, lesson: &Lesson, folder: &Path) -> Result<()> {
    let page = root()
        .join("public/exercises")
        .join(exercise.replace('_', "-"));
    let served = folder.join("public").join(&lesson.name);
    if !page.is_dir() {
        return Ok(());
    }
    let replaced = fs::remove_dir_all(&served).and_then(|()| copy(&page, &served));
    replaced.with_context(|| format!("cannot write {}", served.display()))
}

/// Copies a folder with everything in it.
pub fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &to)?;
        } else {
            fs::copy(entry.path(), to)?;
        }
    }
    Ok(())
}
