//! Makes the crate: a manifest that needs no workspace, the sources, the page.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, TableLike, Value};

use crate::lessons::{self, Lesson, root};

/// What the crate begins as.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Begin {
    /// As the lesson before: what is left to do is the lesson.
    AsTheLessonBefore,
    /// As the lesson itself.
    AsTheLesson,
}

/// What lesson 01 begins as.
const EMPTY: &str = "//! A server that has nothing to say yet.

use std::path::Path;

use axum::Router;

/// What the server does with a request. The page's folder is not used yet.
pub fn app(_page: &Path) -> Router {
    Router::new()
}
";

/// Makes a crate for a lesson in a folder that does not exist yet. It has the lesson's name and
/// dependencies, with their versions written out, and the workbook's lock file, so it can be moved anywhere.
///
/// # Errors
/// A file cannot be read or written.
pub fn create(lesson: &Lesson, begin: Begin, folder: &Path) -> Result<(), String> {
    let lessons = lessons::all().map_err(|error| format!("the lessons cannot be read: {error}"))?;
    let before = lessons
        .iter()
        .rev()
        .find(|other| other.number < lesson.number);
    let model = match begin {
        Begin::AsTheLesson => Some(lesson),
        Begin::AsTheLessonBefore => before,
    };
    let failure = |error: io::Error| format!("{} cannot be made: {error}", folder.display());
    let manifest = manifest(lesson)?;

    fs::create_dir_all(folder).map_err(failure)?;
    fs::write(folder.join("Cargo.toml"), manifest).map_err(failure)?;
    fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock")).map_err(failure)?;
    fs::write(folder.join(".gitignore"), "/target/\n.env\n").map_err(failure)?;
    let source = model.unwrap_or(lesson);
    copy(&source.folder().join("src"), &folder.join("src")).map_err(failure)?;
    if model.is_none() {
        fs::write(folder.join("src/lib.rs"), EMPTY).map_err(failure)?;
    }
    rename_crate(&folder.join("src/main.rs"), source, lesson).map_err(failure)?;

    if begin == Begin::AsTheLesson {
        copy_others(&lesson.folder(), folder).map_err(failure)?;
    }

    let public = root().join("public");
    let copied = folder.join("public");
    copy(&public.join(&source.name), &copied.join(&lesson.name)).map_err(failure)?;
    for shared in ["shared", "vendor"] {
        if public.join(shared).is_dir() {
            copy(&public.join(shared), &copied.join(shared)).map_err(failure)?;
        }
    }
    Ok(())
}

/// Files of a lesson that are neither code nor words about it: what a platform reads.
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

/// The program's only line that names its crate.
fn rename_crate(file: &Path, from: &Lesson, to: &Lesson) -> io::Result<()> {
    let name = |lesson: &Lesson| format!("{}::app", lesson.package().replace('-', "_"));
    let text = fs::read_to_string(file)?;
    fs::write(file, text.replace(&name(from), &name(to)))
}

/// The lesson's manifest with everything written out that it inherits from the workspace.
fn manifest(lesson: &Lesson) -> Result<String, String> {
    let workspace = read(&root().join("Cargo.toml"))?;
    let mut manifest = read(&lesson.folder().join("Cargo.toml"))?;
    let inherited = &workspace["workspace"];
    inherit(&mut manifest["package"], &inherited["package"]);
    inherit(&mut manifest["dependencies"], &inherited["dependencies"]);
    if let Some(targets) = manifest.get_mut("target").and_then(Item::as_table_like_mut) {
        for (_, target) in targets.iter_mut() {
            inherit(&mut target["dependencies"], &inherited["dependencies"]);
        }
    }
    manifest["lints"] = inherited["lints"].clone();
    manifest["profile"] = workspace["profile"].clone();
    // This crate belongs to no workspace, wherever it lies.
    manifest["workspace"] = Item::Table(Table::new());
    Ok(manifest.to_string())
}

/// Replaces each `workspace = true` by what the workspace says of the name, with the features that are added here.
fn inherit(table: &mut Item, workspace: &Item) {
    let Some(table) = table.as_table_like_mut() else {
        return;
    };
    for (name, item) in table.iter_mut() {
        let inherits = |table: &dyn TableLike| table.contains_key("workspace");
        if item.as_table_like().is_some_and(inherits)
            && let Some(value) = workspace.get(name.get()).and_then(Item::as_value)
        {
            let mut value: Value = value.clone();
            value.decor_mut().clear();
            if let Some(more) = item.get("features").and_then(Item::as_array) {
                value = with_features(value, more);
            }
            *item = Item::Value(value);
        }
    }
}

/// A dependency, a version or a table, with more features than it has.
fn with_features(dependency: Value, more: &Array) -> Value {
    let mut table = match dependency {
        Value::InlineTable(table) => table,
        version => InlineTable::from_iter([("version", version)]),
    };
    let features = table.get_or_insert("features", Array::new());
    if let Some(features) = features.as_array_mut() {
        features.extend(more.iter().cloned().map(|mut feature| {
            feature.decor_mut().clear();
            feature
        }));
        features.fmt();
    }
    table.fmt();
    table.into()
}

fn read(file: &PathBuf) -> Result<DocumentMut, String> {
    let text = fs::read_to_string(file);
    let text = text.map_err(|error| format!("{} cannot be read: {error}", file.display()))?;
    text.parse()
        .map_err(|error| format!("{}: {error}", file.display()))
}

/// Copies a folder with all that is in it.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
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
