//! The versions that the workbook is built with.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{Context, Result};
use serde_json::Value;

/// The versions of Rust, of every crate and of every npm package, by name. A crate may have several.
pub struct Versions(BTreeMap<String, Vec<String>>);

impl Versions {
    /// Reads them from the workbook's own files.
    pub fn read(root: &Path) -> Result<Self> {
        let mut versions = Self(BTreeMap::new());
        let manifest = toml(root, "Cargo.toml")?;
        versions.add("rust", &manifest["workspace"]["package"]["rust-version"]);
        let lock = toml(root, "Cargo.lock")?;
        for package in lock["package"].as_array().into_iter().flatten() {
            let name = package["name"].as_str().unwrap_or_default();
            versions.add(name, &package["version"]);
        }
        for file in ["public/package.json", "tests/reference/package.json"] {
            let json: Value =
                serde_json::from_str(&text(root, file)?).with_context(|| file.to_owned())?;
            for (name, version) in json["dependencies"].as_object().into_iter().flatten() {
                versions.add(name, version);
            }
        }
        Ok(versions)
    }

    fn add(&mut self, name: &str, version: &Value) {
        let versions = self.0.entry(name.to_owned()).or_default();
        versions.extend(version.as_str().map(str::to_owned));
    }

    /// Every version of something; empty if the workbook doesn't use it.
    pub fn of(&self, name: &str) -> &[String] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }

    /// The newest version. Older ones are used by our dependencies.
    pub fn newest(&self, name: &str) -> Option<&str> {
        let newest = self.of(name).iter().max_by_key(|version| {
            let parts = version.split(['.', '-', '+']);
            parts
                .map(|part| part.parse().unwrap_or(0))
                .collect::<Vec<u64>>()
        });
        newest.map(String::as_str)
    }
}

fn text(root: &Path, file: &str) -> Result<String> {
    fs::read_to_string(root.join(file)).with_context(|| file.to_owned())
}

fn toml(root: &Path, file: &str) -> Result<Value> {
    toml_edit::de::from_str(&text(root, file)?).with_context(|| file.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_of_several_versions_is_ours() {
        let versions = ["0.9.2", "0.10.1"].map(str::to_owned).to_vec();
        let versions = Versions(BTreeMap::from([("a".to_owned(), versions)]));
        assert_eq!(versions.newest("a"), Some("0.10.1"));
        assert_eq!(versions.newest("b"), None);
    }

    #[test]
    fn crates_packages_and_rust_have_versions() {
        let versions = Versions::read(course::lessons::root()).unwrap();
        for name in ["rust", "axum", "socket.io", "socket.io-client"] {
            assert!(versions.newest(name).is_some(), "{name}");
        }
    }
}
