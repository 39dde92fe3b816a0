//! What was measured goes stale when what it was measured with has changed.

use std::{collections::BTreeMap, fs};

use toml_edit::{DocumentMut, Item};

use crate::{fault::Fault, site::Site};

const FOLDER: &str = "book/measured";

/// Tables that name a package in a version that the workbook no longer has.
///
/// # Errors
/// A table, or what it is held against, cannot be read.
pub fn check(site: &Site) -> Result<Vec<Fault>, String> {
    let folder = site.root.join(FOLDER);
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let versions = versions(site)?;
    let mut faults = Vec::new();
    for entry in fs::read_dir(&folder).map_err(|error| format!("{FOLDER}: {error}"))? {
        let path = entry.map_err(|error| format!("{FOLDER}: {error}"))?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if path.extension().is_none_or(|ending| ending != "md") {
            continue;
        }
        let text =
            fs::read_to_string(&path).map_err(|error| format!("{FOLDER}/{name}: {error}"))?;
        for (line, words) in stale(&text, &versions) {
            faults.push(Fault {
                file: format!("{FOLDER}/{name}"),
                line,
                words,
            });
        }
    }
    Ok(faults)
}

/// Every version of every package, of the lock file and of what npm installs.
fn versions(site: &Site) -> Result<BTreeMap<String, Vec<String>>, String> {
    let mut versions: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let lock: DocumentMut = site
        .text("Cargo.lock")?
        .parse()
        .map_err(|error| format!("Cargo.lock: {error}"))?;
    let packages = lock.get("package").and_then(Item::as_array_of_tables);
    for package in packages.into_iter().flatten() {
        let text = |key: &str| package.get(key).and_then(Item::as_str).map(str::to_owned);
        if let (Some(name), Some(version)) = (text("name"), text("version")) {
            versions.entry(name).or_default().push(version);
        }
    }
    for file in ["public/package.json", "tests/reference/package.json"] {
        let json: serde_json::Value =
            serde_json::from_str(&site.text(file)?).map_err(|error| format!("{file}: {error}"))?;
        for (name, version) in json["dependencies"].as_object().into_iter().flatten() {
            let version = version.as_str().unwrap_or_default().to_owned();
            versions.entry(name.clone()).or_default().push(version);
        }
    }
    Ok(versions)
}

/// The lines of a table that name a package with a version that there is not, and what to do.
fn stale(text: &str, versions: &BTreeMap<String, Vec<String>>) -> Vec<(usize, String)> {
    let mut faults = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let words = line.split(|sign: char| sign.is_whitespace() || "|,;:()`".contains(sign));
        let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
        for pair in words.windows(2) {
            let &[name, version] = pair else { continue };
            let version = version.trim_end_matches('.');
            let is_version = version.split('.').count() == 3
                && version.split('.').all(|part| part.parse::<u64>().is_ok());
            if let Some(known) = versions.get(name)
                && is_version
                && !known.iter().any(|known| known == version)
            {
                faults.push((
                    number,
                    format!(
                        "measured with {name} {version}, which is now {}: measure again",
                        known.join(" or ")
                    ),
                ));
            }
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_measured_with_another_version_is_stale() {
        let versions = BTreeMap::from([("axum".to_owned(), vec!["0.8.9".to_owned()])]);
        let of = |text| stale(text, &versions);
        assert_eq!(of("| axum 0.8.9, 2026-11-20 | 3.2 ms |"), []);
        assert_eq!(
            of("a\n| `axum` 0.8.8 |"),
            [(
                2,
                "measured with axum 0.8.8, which is now 0.8.9: measure again".to_owned()
            )]
        );
    }
}
