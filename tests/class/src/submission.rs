//! A submission: the server's crate in it, and a copy that may be built.

use std::{
    collections::BTreeMap,
    fs,
    path::{Component, Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use course::{
    exercises,
    lessons::{Lesson, root},
};
use data_encoding::HEXLOWER;
use ring::digest;
use toml_edit::DocumentMut;
use walkdir::{DirEntry, WalkDir};
use workbook::work;

/// How many folders deep a crate may be.
const DEPTH: usize = 5;

/// How many files a copy may have, and how many bytes.
const LIMITS: (usize, u64) = (5_000, 64 << 20);

/// Files and folders that are never copied: builds, histories, and settings that would change how cargo builds, such as
/// a compiler of their own.
const LEFT_OUT: [&str; 6] = [
    ".cargo",
    ".git",
    "node_modules",
    "rust-toolchain",
    "rust-toolchain.toml",
    "target",
];

/// The crates of a submission that matter for a lesson.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Crates {
    /// The lesson's server.
    pub server: Option<PathBuf>,
    /// The crates for the lesson's exercises, by the names of the exercises.
    pub exercises: BTreeMap<String, PathBuf>,
}

/// Finds the crates in a folder: the student's copy of the lesson rather than another one, and otherwise the one that is
/// nearest to the top.
pub fn find(folder: &Path, lesson: &Lesson) -> Crates {
    let names: Vec<_> = exercises::of(lesson)
        .iter()
        .map(|exercise| exercise.name)
        .collect();
    let mut found = Crates::default();
    let mut servers = Vec::new();
    for path in crates(folder) {
        let own = path.file_name().unwrap_or_default().to_string_lossy();
        let own = own.to_lowercase().replace([' ', '-'], "_");
        let exercise = names
            .iter()
            .find(|name| own == **name || own.ends_with(&format!("_{name}")));
        if let Some(name) = exercise {
            found.exercises.entry((*name).to_owned()).or_insert(path);
        } else {
            let is_other = work::lesson_of(&path).ok().flatten().as_ref() != Some(lesson);
            servers.push((is_other, own != "work", path.components().count(), path));
        }
    }
    servers.sort();
    found.server = servers.into_iter().map(|(.., path)| path).next();
    found
}

/// The folders with a package, in a fixed order.
fn crates(folder: &Path) -> Vec<PathBuf> {
    let entries = WalkDir::new(folder)
        .max_depth(DEPTH)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(|entry| entry.depth() == 0 || is_searched(entry));
    entries
        .flatten()
        .filter(|entry| entry.file_name() == "Cargo.toml" && entry.file_type().is_file())
        .filter(|entry| {
            let manifest = fs::read_to_string(entry.path()).unwrap_or_default();
            // A manifest that can't be read is one that cargo will complain about.
            manifest
                .parse::<DocumentMut>()
                .map_or(true, |manifest| manifest.contains_key("package"))
        })
        .filter_map(|entry| entry.path().parent().map(Path::to_owned))
        .collect()
}

/// Whether a student's crate may be in there.
fn is_searched(entry: &DirEntry) -> bool {
    let name = entry.file_name().to_string_lossy();
    // Somebody may hand in the whole workbook, and our lessons would pass.
    let is_ours = ["book", "lessons", "tests"].contains(&&*name)
        && entry
            .path()
            .parent()
            .is_some_and(|parent| parent.join("justfile").is_file());
    !is_ours
        && !LEFT_OUT.contains(&&*name)
        && (!name.starts_with('.') || entry.file_type().is_file())
}

/// Copies a crate into a folder that doesn't exist yet, and adds what it lacks: the lock file, the page, the client.
/// Links aren't followed. Returns a hash of the student's files.
pub fn copy(from: &Path, to: &Path, lesson: &Lesson) -> Result<String> {
    let mut hash = digest::Context::new(&digest::SHA256);
    let (mut files, mut bytes) = (0, 0);
    let entries = WalkDir::new(from)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(|entry| {
            entry.depth() == 0 || !LEFT_OUT.contains(&&*entry.file_name().to_string_lossy())
        });
    for entry in entries {
        let entry = entry?;
        let path = entry.path().strip_prefix(from)?;
        let to = to.join(path);
        if entry.file_type().is_dir() {
            fs::create_dir_all(&to)?;
        } else if entry.file_type().is_file() {
            files += 1;
            bytes += entry.metadata()?.len();
            ensure!(
                files <= LIMITS.0 && bytes <= LIMITS.1,
                "it has more than {} files, or more than {} MB without `target`",
                LIMITS.0,
                LIMITS.1 >> 20
            );
            let content = fs::read(entry.path())?;
            // The length keeps the end of one file apart from the beginning of the next.
            for part in [path.to_string_lossy().as_bytes(), &content] {
                hash.update(&part.len().to_le_bytes());
                hash.update(part);
            }
            fs::write(&to, content)?;
        }
    }
    complete(to, lesson)?;
    Ok(HEXLOWER.encode(hash.finish().as_ref()))
}

/// Adds the workbook's files that a submission may leave out.
fn complete(copy: &Path, lesson: &Lesson) -> Result<()> {
    let lock = copy.join("Cargo.lock");
    if !lock.exists() {
        fs::copy(root().join("Cargo.lock"), lock)?;
    }
    for folder in [lesson.name.as_str(), "shared", "vendor"] {
        let (from, to) = (
            root().join("public").join(folder),
            copy.join("public").join(folder),
        );
        if from.is_dir() && !to.exists() {
            work::copy(&from, &to)?;
        }
    }
    Ok(())
}

/// Unpacks an archive into a folder that doesn't exist yet. Nothing gets out of the folder, and it stays small.
pub fn unpack(archive: &Path, to: &Path) -> Result<()> {
    let file = fs::File::open(archive)?;
    let mut archive = zip::ZipArchive::new(file).context("it isn't a .zip file")?;
    ensure!(
        archive.len() <= LIMITS.0 * 2,
        "the archive has more than {} files",
        LIMITS.0 * 2
    );
    fs::create_dir_all(to)?;
    let mut left = LIMITS.1 * 2;
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).context("the archive is damaged")?;
        let path = entry.enclosed_name().with_context(|| {
            format!(
                "the archive has a file that would leave the folder: {}",
                entry.name().unwrap_or_default()
            )
        })?;
        let is_left_out = path.components().any(|component| {
            matches!(component, Component::Normal(name) if LEFT_OUT.iter().any(|other| name == *other))
        });
        if entry.is_symlink() || is_left_out {
            continue;
        }
        let path = to.join(path);
        if entry.is_dir() {
            fs::create_dir_all(&path)?;
            continue;
        }
        fs::create_dir_all(path.parent().unwrap_or(to))?;
        let mut file = fs::File::create(&path)?;
        // The sizes that an archive claims may be wrong.
        let mut limited = std::io::Read::take(&mut entry, left + 1);
        let written = std::io::copy(&mut limited, &mut file).context("the archive is damaged")?;
        ensure!(
            written <= left,
            "the archive unpacks to more than {} MB",
            (LIMITS.1 * 2) >> 20
        );
        left -= written;
    }
    Ok(())
}
