//! Code in a submission that would run while it's built, or that the workbook doesn't know.

use std::{collections::BTreeSet, fs, path::Path};

use anyhow::{Context, Result};
use course::lessons::root;
use serde::Deserialize;
use toml_edit::{DocumentMut, Item};

/// The part of the output of `cargo metadata` that matters here.
#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    /// The registry, or nothing for a crate in a folder.
    source: Option<String>,
    manifest_path: String,
    targets: Vec<Target>,
}

#[derive(Deserialize)]
struct Target {
    kind: Vec<String>,
}

impl Package {
    /// Names the part of this crate that runs during a build, if there is one.
    fn runs(&self) -> Option<&'static str> {
        let has = |kind: &str| {
            let mut kinds = self.targets.iter().flat_map(|target| &target.kind);
            kinds.any(|other| other == kind)
        };
        if has("custom-build") {
            Some("a build script")
        } else if has("proc-macro") {
            Some("a procedural macro")
        } else {
            None
        }
    }
}

/// Lists what's foreign in a crate, given what `cargo metadata` prints for it: each crate that the workbook's lock file
/// doesn't have, and code that runs during the build.
pub fn list(metadata: &[u8], folder: &Path) -> Result<Vec<String>> {
    let metadata: Metadata =
        serde_json::from_slice(metadata).context("cannot read what cargo says about it")?;
    let known = known()?;
    let own = folder.join("Cargo.toml");
    let mut foreign = Vec::new();
    for package in &metadata.packages {
        let is_own = Path::new(&package.manifest_path) == own;
        if is_own {
            foreign.extend(package.runs().map(|what| format!("{what} of its own")));
        } else if !package.source.as_ref().is_some_and(|source| {
            known.contains(&(
                package.name.clone(),
                package.version.clone(),
                source.clone(),
            ))
        }) {
            let Package { name, version, .. } = package;
            let runs = package.runs().map(|what| format!(" with {what}"));
            foreign.push(format!("{name} {version}{}", runs.unwrap_or_default()));
        }
    }
    Ok(foreign)
}

/// The crates in the workbook's lock file: name, version, source.
fn known() -> Result<BTreeSet<(String, String, String)>> {
    let lock: DocumentMut = fs::read_to_string(root().join("Cargo.lock"))?.parse()?;
    let packages = lock.get("package").and_then(Item::as_array_of_tables);
    let packages = packages.into_iter().flatten().filter_map(|package| {
        let field = |name: &str| Some(package.get(name)?.as_str()?.to_owned());
        Some((field("name")?, field("version")?, field("source")?))
    });
    Ok(packages.collect())
}

/// The crates that a manifest names and the workbook doesn't know. Without a network, cargo can't say more about them.
pub fn unknown_dependencies(folder: &Path) -> Vec<String> {
    let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap_or_default();
    let (Ok(manifest), Ok(known)) = (manifest.parse::<DocumentMut>(), known()) else {
        return Vec::new();
    };
    let tables = ["dependencies", "build-dependencies"];
    let tables = tables
        .iter()
        .filter_map(|name| manifest.get(name)?.as_table_like());
    let names = tables.flat_map(|table| table.iter().map(|(name, _)| name.to_owned()));
    names
        .filter(|name| !known.iter().any(|(other, ..)| other == name))
        .collect()
}
