//! Directives that stand within a line.

use toml_edit::DocumentMut;

use crate::{
    directive::Directive,
    site::{Chapter, Site},
};

/// Their names.
pub const NAMES: [&str; 3] = ["version", "path", "lesson"];

/// A line with what its directives stand for.
///
/// # Errors
/// One of them asks for what is not there, or must stand alone.
pub fn replace(site: &Site, chapter: &Chapter, line: &str) -> Result<String, String> {
    let mut replaced = String::new();
    let mut rest = line;
    while let Some(start) = rest.find("{{#") {
        let (before, from) = rest.split_at(start);
        replaced += before;
        let (directive, after) =
            Directive::first(from).ok_or("`{{#` begins a directive that never ends")?;
        replaced += &write(site, chapter, directive)?;
        rest = after;
    }
    Ok(replaced + rest)
}

fn write(site: &Site, chapter: &Chapter, directive: Directive) -> Result<String, String> {
    match (directive.name, directive.arguments) {
        ("version", package) => version(site, package),
        ("path", path) => {
            if site.root.join(path).exists() {
                Ok(format!("`{path}`"))
            } else {
                Err(format!("there is no {path}"))
            }
        }
        ("lesson", number) => {
            let lesson = site.lesson(number)?;
            let other = site
                .chapter_of(lesson)
                .ok_or_else(|| format!("lesson {number} has no chapter in SUMMARY.md"))?;
            Ok(format!(
                "[{}]({})",
                other.title,
                chapter.way_to(&other.path)
            ))
        }
        (name, _) => Err(format!(
            "`{{{{#{name}}}}}` stands alone in its line, or is unknown"
        )),
    }
}

/// The version of a package, as the workbook's own files say.
fn version(site: &Site, package: &str) -> Result<String, String> {
    let manifest = |path: &str| -> Result<DocumentMut, String> {
        let text = site.text(path)?;
        text.parse().map_err(|error| format!("{path}: {error}"))
    };
    let unknown = |file: &str| format!("{file} has no version of `{package}`");
    if package == "rust" {
        let manifest = manifest("Cargo.toml")?;
        let version = manifest["workspace"]["package"]["rust-version"].as_str();
        return version
            .map(str::to_owned)
            .ok_or_else(|| unknown("Cargo.toml"));
    }
    for (prefix, file) in [
        ("npm:", "public/package.json"),
        ("node:", "tests/reference/package.json"),
    ] {
        if let Some(name) = package.strip_prefix(prefix) {
            let json: serde_json::Value = serde_json::from_str(&site.text(file)?)
                .map_err(|error| format!("{file}: {error}"))?;
            let version = json["dependencies"][name].as_str();
            let version = version.map(|version| version.trim_start_matches(['^', '~']).to_owned());
            return version.ok_or_else(|| unknown(file));
        }
    }
    let lock = manifest("Cargo.lock")?;
    let packages = lock["package"].as_array_of_tables();
    let versions: Vec<_> = packages
        .into_iter()
        .flatten()
        .filter(|entry| entry.get("name").and_then(toml_edit::Item::as_str) == Some(package))
        .filter_map(|entry| entry.get("version")?.as_str())
        .collect();
    // Of several, ours is the newest: the others are those of our dependencies.
    let newest = versions.iter().max_by_key(|version| {
        let parts = version.split(['.', '-', '+']);
        parts
            .map(|part| part.parse().unwrap_or(0))
            .collect::<Vec<u64>>()
    });
    newest
        .map(|version| (*version).to_owned())
        .ok_or_else(|| unknown("Cargo.lock"))
}
