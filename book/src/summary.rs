//! `SUMMARY.md`: which chapters the book has.

use std::{collections::BTreeSet, fs, path::Path};

use crate::fault::Fault;

const FILE: &str = "book/text/SUMMARY.md";

/// The table of contents without the chapters that have no file, and what is wrong with it.
///
/// # Errors
/// It cannot be read.
pub fn read(folder: &Path) -> Result<(String, Vec<Fault>), String> {
    let text = fs::read_to_string(folder.join("SUMMARY.md"))
        .map_err(|error| format!("{FILE}: {error}"))?;
    let mut faults = Vec::new();
    let mut listed = BTreeSet::new();
    let mut kept = String::new();
    for (number, line) in (1..).zip(text.lines()) {
        let path = link(line);
        let missing = path.filter(|path| !folder.join(path).is_file());
        if let Some(path) = missing {
            faults.push(Fault {
                file: FILE.to_owned(),
                line: number,
                words: format!("there is no book/text/{path}"),
            });
            continue;
        }
        listed.extend(path.map(str::to_owned));
        kept += line;
        kept.push('\n');
    }
    for path in files(folder, "")? {
        if path != "SUMMARY.md" && !listed.contains(&path) {
            faults.push(Fault {
                file: format!("book/text/{path}"),
                line: 0,
                words: format!("no reader finds it: {FILE} does not list it"),
            });
        }
    }
    Ok((kept, faults))
}

/// The file that a line of the table of contents links to.
fn link(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once("](")?;
    let (path, _) = rest.split_once(')')?;
    Some(path)
}

fn files(folder: &Path, prefix: &str) -> Result<Vec<String>, String> {
    let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            found.extend(files(&entry.path(), &format!("{path}/"))?);
        } else if entry
            .path()
            .extension()
            .is_some_and(|ending| ending == "md")
        {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_listed_is_there_and_what_is_there_is_listed() {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| fs::write(folder.path().join(path), text).unwrap();
        write("SUMMARY.md", "# Book\n\n[A](a.md)\n- [B](b.md)\n");
        write("a.md", "# A");
        write("c.md", "# C");
        let (kept, faults) = read(folder.path()).unwrap();
        assert_eq!(kept, "# Book\n\n[A](a.md)\n");
        let faults: Vec<_> = faults.iter().map(ToString::to_string).collect();
        assert_eq!(
            faults,
            [
                "book/text/SUMMARY.md:4: there is no book/text/b.md",
                "book/text/c.md: no reader finds it: book/text/SUMMARY.md does not list it"
            ]
        );
    }
}
