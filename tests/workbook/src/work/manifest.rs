//! A manifest that needs no workspace.

use std::{fs, path::Path};

use anyhow::{Context, Result};
use course::lessons::{self, Lesson, root};
use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, TableLike, Value};

use super::go_on::add_libraries;

/// The package of the lesson whose libraries are enough for the capstone: it uses a database.
const CAPSTONE_LIBRARIES: &str = "live-data";

/// A lesson's manifest, with everything that it inherits from the workspace written out.
pub fn standalone(lesson: &Lesson) -> Result<String> {
    if lesson.is_capstone() {
        return of_capstone(lesson);
    }
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
    // This crate belongs to no workspace, wherever it is.
    manifest["workspace"] = Item::Table(Table::new());
    Ok(manifest.to_string())
}

/// The capstone has no manifest of its own: it's that of its base, with another name and more libraries.
fn of_capstone(capstone: &Lesson) -> Result<String> {
    let base = lessons::find(capstone.base().unwrap_or_default())?;
    let mut manifest: DocumentMut = standalone(&base)?.parse()?;
    manifest["package"]["name"] = toml_edit::value(capstone.package());
    for program in manifest["bin"]
        .as_array_of_tables_mut()
        .into_iter()
        .flat_map(|programs| programs.iter_mut())
    {
        program["name"] = toml_edit::value(&capstone.name);
    }
    let libraries = standalone(&lessons::find(CAPSTONE_LIBRARIES)?)?;
    add_libraries(&mut manifest, &libraries.parse()?);
    Ok(manifest.to_string())
}

/// Reads a manifest.
pub fn read(file: &Path) -> Result<DocumentMut> {
    let text = fs::read_to_string(file);
    let text = text.with_context(|| format!("cannot read {}", file.display()))?;
    text.parse().with_context(|| file.display().to_string())
}

/// Replaces each `workspace = true` with the workspace's entry of that name, plus the features that are added here.
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

/// Adds features to a dependency, which may be a version or a table.
pub fn with_features(dependency: Value, more: &Array) -> Value {
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
