//! Measurements go stale when the versions that they were made with change.

use std::sync::LazyLock;

use anyhow::Result;
use regex::Regex;

use crate::{fault::Fault, pages, site::Site, versions::Versions};

/// A name and a version.
static NAMED: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"([\w.-]+)`? (\d+\.\d+\.\d+)\b").expect("the pattern is valid"));

/// Finds tables that name a package with a version that the workbook no longer uses.
pub fn check(site: &Site) -> Result<Vec<Fault>> {
    let mut faults = Vec::new();
    for name in pages::files(&site.root.join("book/measured"), "md")? {
        let path = format!("book/measured/{name}");
        for (line, words) in stale(&site.text(&path)?, &site.versions) {
            faults.push(Fault::new(&path, line, words));
        }
    }
    Ok(faults)
}

/// The lines of a table that name a package with a version that the workbook doesn't use, and what to do.
fn stale(text: &str, versions: &Versions) -> Vec<(usize, String)> {
    let mut faults = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        for (_, [name, version]) in NAMED.captures_iter(line).map(|found| found.extract()) {
            let known = versions.of(name);
            if !known.is_empty() && !known.iter().any(|known| known == version) {
                let known = known.join(" or ");
                let words =
                    format!("measured with {name} {version}, which is now {known}: measure again");
                faults.push((number, words));
            }
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measurements_with_another_version_are_stale() {
        let versions = Versions::read(course::lessons::root()).unwrap();
        let axum = versions.newest("axum").unwrap();
        let of = |text: &str| stale(text, &versions);
        assert_eq!(of(&format!("| axum {axum}, 2026-11-20 | 3.2 ms |")), []);
        assert_eq!(
            of("a\n| Rust 1.2.3, `axum` 0.1.8. |"),
            [(
                2,
                format!("measured with axum 0.1.8, which is now {axum}: measure again")
            )]
        );
    }
}
