//! Moves a copy on from its lesson to another, with the student's own code.

use std::{fs, path::Path};

use anyhow::{Context, Result};
use course::{
    exercises::Exercise,
    lessons::{self, Lesson, root},
};
use toml_edit::{Array, DocumentMut, Item, Table, Value};

use super::{create::copy, manifest, patch::apply};

/// The changes in the copy.
#[derive(Debug, Default)]
pub struct Changes {
    /// The libraries that its manifest gained, or enabled more features of.
    pub libraries: Vec<String>,
    /// Whether the lesson's page was added. If not, there already was one.
    pub has_new_page: bool,
}

/// The lesson that a copy is for, or the capstone: its program has the lesson's name.
pub fn lesson_of(folder: &Path) -> Result<Option<Lesson>> {
    let manifest = manifest::read(&folder.join("Cargo.toml"))?;
    let mut lessons = lessons::all()?;
    lessons.push(lessons::capstone()?);
    let mut names = programs(&manifest).filter_map(|program| program.get("name")?.as_str());
    let found = names.find_map(|name| lessons.iter().find(|lesson| lesson.name == name));
    Ok(found.cloned())
}

fn programs(manifest: &DocumentMut) -> impl Iterator<Item = &Table> {
    let programs = manifest.get("bin").and_then(Item::as_array_of_tables);
    programs.into_iter().flatten()
}

/// Prepares a copy for a lesson: its libraries, its page, and the name of the program, which decides which page it
/// serves. The source code doesn't change, and neither does the crate's own name, which it uses.
pub fn go_on(folder: &Path, from: &Lesson, to: &Lesson) -> Result<Changes> {
    let file = folder.join("Cargo.toml");
    let mut manifest = manifest::read(&file)?;
    let ours = manifest::standalone(to)?.parse()?;
    let libraries = add_libraries(&mut manifest, &ours);
    let programs = manifest["bin"].as_array_of_tables_mut();
    for program in programs
        .into_iter()
        .flat_map(|programs| programs.iter_mut())
    {
        if program.get("name").and_then(Item::as_str) == Some(&from.name) {
            program["name"] = toml_edit::value(&to.name);
        }
    }
    let has_new_page = add_page(folder, to).context("cannot copy the page")?;
    for shared in ["public/shared", "public/vendor"] {
        let (ours, copied) = (root().join(shared), folder.join(shared));
        if ours.is_dir() && !copied.exists() {
            copy(&ours, &copied).with_context(|| format!("cannot copy {shared}"))?;
        }
    }
    if !libraries.is_empty() {
        renew_lock_file(folder)?;
    }
    // Last, so that a failure before this leaves the copy unchanged.
    fs::write(&file, manifest.to_string())
        .with_context(|| format!("cannot write {}", file.display()))?;
    Ok(Changes {
        libraries,
        has_new_page,
    })
}

/// Adds the libraries to a new copy that an exercise's solution uses: only the code is left to write. Returns their names.
pub fn use_libraries_of(exercise: &Exercise, folder: &Path) -> Result<Vec<String>> {
    let solution = exercise.solution()?;
    if !solution.diff.contains("\n+++ b/Cargo.toml\n") {
        return Ok(Vec::new());
    }
    let solved = tempfile::tempdir()?;
    let solved = solved.path().join(exercise.name);
    apply(&solution, &solved)?;
    let file = folder.join("Cargo.toml");
    let mut manifest = manifest::read(&file)?;
    let libraries = add_libraries(&mut manifest, &manifest::read(&solved.join("Cargo.toml"))?);
    renew_lock_file(folder)?;
    fs::write(&file, manifest.to_string())
        .with_context(|| format!("cannot write {}", file.display()))?;
    Ok(libraries)
}

/// Replaces the copy's lock file with the workbook's. An earlier build has removed unused packages from it; once they're
/// used, it would look for their newest versions.
fn renew_lock_file(folder: &Path) -> Result<()> {
    let copied = fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock"));
    copied.map(|_| ()).context("cannot copy Cargo.lock")
}

/// Adds what the copy's manifest lacks of the lesson's, and removes nothing.
pub(super) fn add_libraries(manifest: &mut DocumentMut, ours: &DocumentMut) -> Vec<String> {
    let mut added = Vec::new();
    let Some(wanted) = ours["dependencies"].as_table() else {
        return added;
    };
    let has = manifest.entry("dependencies").or_insert(toml_edit::table());
    let Some(has) = has.as_table_like_mut() else {
        return added;
    };
    for (name, item) in wanted {
        let own = has.get(name).filter(|own| own.get("workspace").is_none());
        let item = match own.map(|own| (own.as_value(), missing_features(own, item))) {
            None => item.clone(),
            Some((Some(own), missing)) if !missing.is_empty() => {
                Item::Value(manifest::with_features(own.clone(), &missing))
            }
            Some(_) => continue,
        };
        has.insert(name, item);
        added.push(name.to_owned());
    }
    let targets = ours.get("target").and_then(Item::as_table);
    for (system, target) in targets.into_iter().flatten() {
        let mut none = Table::new();
        none.set_implicit(true);
        let has = manifest.entry("target").or_insert(Item::Table(none));
        let Some(has) = has.as_table_mut().filter(|has| !has.contains_key(system)) else {
            continue;
        };
        let libraries = target["dependencies"].as_table().into_iter().flatten();
        added.extend(libraries.map(|(name, _)| name.to_owned()));
        has.insert(system, target.clone());
    }
    added
}

/// The features of a dependency that the copy doesn't ask for yet.
fn missing_features(has: &Item, wanted: &Item) -> Array {
    let features = |item: &Item| {
        let features = item.get("features").and_then(Item::as_array);
        let names = features.into_iter().flatten().filter_map(Value::as_str);
        names.map(str::to_owned).collect::<Vec<_>>()
    };
    let present = features(has);
    let mut missing = features(wanted);
    missing.retain(|feature| !present.contains(feature));
    missing.into_iter().collect()
}

/// Adds the lesson's page to the copy, unless it has one.
fn add_page(folder: &Path, lesson: &Lesson) -> Result<bool> {
    let page = folder.join("public").join(&lesson.name);
    if page.exists() {
        return Ok(false);
    }
    copy(&root().join("public").join(&lesson.name), &page)?;
    Ok(true)
}
