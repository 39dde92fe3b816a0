//! The students, and where their work is: a folder of submissions, a roster, or both.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail, ensure};
use csv::{ReaderBuilder, StringRecord, Trim};
use unicode_normalization::UnicodeNormalization;

/// First cells that make a row the head of a roster.
const HEADS: [&str; 16] = [
    "name",
    "full name",
    "first name",
    "last name",
    "surname",
    "username",
    "student",
    "pair",
    "team",
    "nombre",
    "apellidos",
    "usuario",
    "alumno",
    "estudiante",
    "pareja",
    "equipo",
];

/// A student on the list.
#[derive(Debug, PartialEq, Eq)]
pub struct Entry {
    /// The student's name.
    pub name: String,
    /// When it was handed in, as the roster says.
    pub handed_in: Option<String>,
    /// Where the work is.
    pub work: Work,
}

/// Where a student's work is.
#[derive(Debug, PartialEq, Eq)]
pub enum Work {
    /// A folder or a `.zip` file.
    Path(PathBuf),
    /// A running server.
    Url(String),
    /// Nowhere.
    Missing,
    /// The roster names a path, and there's no folder or archive.
    Wrong(PathBuf),
}

/// The students, and what belongs to none of them.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct List {
    /// In the roster's order, or by name.
    pub students: Vec<Entry>,
    /// Names of what else is in the folder.
    pub unknown: Vec<String>,
}

/// Lists the students.
pub fn list(folder: Option<&Path>, roster: Option<&Path>) -> Result<List> {
    let beside = roster.and_then(Path::parent);
    let beside = beside.filter(|beside| *beside != Path::new(""));
    let source = folder.or(beside).unwrap_or(Path::new("."));
    let found = submissions(source)?;
    let Some(roster) = roster else {
        let (works, others): (Vec<_>, Vec<_>) =
            found.into_iter().partition(|path| is_submission(path));
        let students = works.into_iter().map(|path| Entry {
            name: name_of(&path),
            handed_in: None,
            work: Work::Path(path),
        });
        let list = List {
            students: students.collect(),
            unknown: others.iter().map(|path| file_name(path)).collect(),
        };
        return check(list, source);
    };
    let students = read(roster, source, &found)
        .with_context(|| format!("cannot read the roster {}", roster.display()))?;
    let used: BTreeSet<_> = students
        .iter()
        .filter_map(|entry| match &entry.work {
            Work::Path(path) => path.canonicalize().ok(),
            Work::Url(_) | Work::Missing | Work::Wrong(_) => None,
        })
        .collect();
    let this = roster.canonicalize().ok();
    // A roster may lie beside anything.
    let found = if folder.is_some() { found } else { Vec::new() };
    let unknown = found.iter().filter(|path| {
        let path = path.canonicalize().ok();
        path != this && path.is_none_or(|path| !used.contains(&path))
    });
    let unknown = unknown.map(|path| file_name(path)).collect();
    check(List { students, unknown }, roster)
}

/// Makes sure that there are students, and that each has a name of their own.
fn check(list: List, source: &Path) -> Result<List> {
    let source = source.display();
    ensure!(
        !list.students.is_empty(),
        "there are no students in {source}: it should have a folder or a .zip file for each, or be a roster with a row for each"
    );
    let mut names = BTreeSet::new();
    for entry in &list.students {
        ensure!(
            names.insert(&entry.name),
            "{} is in {source} twice, so nobody could tell the two apart",
            entry.name
        );
    }
    Ok(list)
}

/// Everything in the folder, sorted, without what the system hides.
fn submissions(folder: &Path) -> Result<Vec<PathBuf>> {
    let read = || -> std::io::Result<Vec<PathBuf>> {
        let entries = fs::read_dir(folder)?.map(|entry| Ok(entry?.path()));
        entries.collect()
    };
    let mut paths = read().with_context(|| format!("cannot read {}", folder.display()))?;
    // macOS adds this one to every archive that it makes.
    paths.retain(|path| !file_name(path).starts_with('.') && file_name(path) != "__MACOSX");
    paths.sort();
    Ok(paths)
}

fn is_submission(path: &Path) -> bool {
    path.is_dir() || is_archive(path)
}

/// Whether a path is a `.zip` file.
pub fn is_archive(path: &Path) -> bool {
    path.extension()
        .is_some_and(|ending| ending.eq_ignore_ascii_case("zip"))
}

/// The name of the student that a folder or an archive belongs to.
fn name_of(path: &Path) -> String {
    let name = if is_archive(path) {
        path.file_stem()
    } else {
        path.file_name()
    };
    name.unwrap_or_default().to_string_lossy().into_owned()
}

fn file_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// Reads a roster: name, path or URL, and optionally when it was handed in. Without a path, the work is what has the
/// student's name.
fn read(roster: &Path, folder: &Path, found: &[PathBuf]) -> Result<Vec<Entry>> {
    let text = fs::read(roster)?;
    let text = String::from_utf8(text)
        .ok()
        .context("it isn't UTF-8: save it as \"CSV UTF-8\"")?;
    // Excel marks its files with this.
    let text = text.trim_start_matches('\u{feff}');
    // Where a comma separates decimals, Excel separates cells with a semicolon.
    let first = text.lines().next().unwrap_or_default();
    let delimiter = [b',', b';', b'\t']
        .into_iter()
        .max_by_key(|delimiter| first.bytes().filter(|byte| byte == delimiter).count())
        .filter(|delimiter| first.bytes().any(|byte| byte == *delimiter));
    let rows = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(Trim::All)
        .delimiter(delimiter.unwrap_or(b','))
        .from_reader(text.as_bytes())
        .into_records();
    let mut students = Vec::new();
    for (number, row) in rows.enumerate() {
        let row = row?;
        let name = row.get(0).unwrap_or_default();
        let is_head = number == 0 && HEADS.contains(&name.to_lowercase().as_str());
        if is_head || row.iter().all(str::is_empty) {
            continue;
        }
        if name.is_empty() {
            bail!("row {} has no name", number + 1);
        }
        students.push(entry(name, &row, folder, found));
    }
    Ok(students)
}

fn entry(name: &str, row: &StringRecord, folder: &Path, found: &[PathBuf]) -> Entry {
    let cell = |number| row.get(number).filter(|cell| !cell.is_empty());
    let work = match cell(1) {
        Some(url) if url.starts_with("http://") || url.starts_with("https://") => {
            Work::Url(url.trim_end_matches('/').to_owned())
        }
        Some(path) => match folder.join(path) {
            path if is_submission(&path) => Work::Path(path),
            path => Work::Wrong(path),
        },
        None => found
            .iter()
            .find(|path| is_same(&name_of(path), name) && is_submission(path))
            .map_or(Work::Missing, |path| Work::Path(path.clone())),
    };
    Entry {
        name: name.to_owned(),
        handed_in: cell(2).map(str::to_owned),
        work,
    }
}

/// Whether two names look the same: macOS may write an ñ as an n and a mark of its own.
fn is_same(one: &str, other: &str) -> bool {
    one.nfc().eq(other.nfc())
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    fn folder(names: &[&str]) -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        for name in names {
            let path = folder.path().join(name);
            if path.extension().is_some() || name.starts_with('.') {
                fs::write(path, "").unwrap();
            } else {
                fs::create_dir(path).unwrap();
            }
        }
        folder
    }

    fn shown(list: &List) -> Vec<String> {
        let students = list.students.iter().map(|entry| {
            let work = match &entry.work {
                Work::Path(path) => file_name(path),
                Work::Url(url) => url.clone(),
                Work::Missing => "nowhere".to_owned(),
                Work::Wrong(path) => format!("no {}", file_name(path)),
            };
            format!(
                "{}: {work} {}",
                entry.name,
                entry.handed_in.as_deref().unwrap_or_default()
            )
        });
        students.map(|line| line.trim_end().to_owned()).collect()
    }

    #[test]
    fn a_folder_has_a_student_for_each_folder_and_archive() {
        let folder = folder(&[
            "beto",
            "ana.zip",
            "Peña López",
            ".DS_Store",
            "notes.txt",
            "__MACOSX",
        ]);
        let list = list(Some(folder.path()), None).unwrap();
        assert_eq!(
            shown(&list),
            ["Peña López: Peña López", "ana: ana.zip", "beto: beto"]
        );
        assert_eq!(list.unknown, ["notes.txt"]);
    }

    #[test]
    fn a_roster_mixes_folders_and_addresses() {
        let folder = folder(&["ana.zip", "beto", "carla", "somebody"]);
        let roster = folder.path().join("alumnos.csv");
        let text = "\u{feff}Nombre;trabajo;entregado\nana;;2026-05-04\nbeto;carla\ncarla;https://carla.example.com/\n\
                    \npair-04;nada\n";
        fs::write(&roster, text).unwrap();
        let list = list(Some(folder.path()), Some(&roster)).unwrap();
        assert_eq!(
            shown(&list),
            [
                "ana: ana.zip 2026-05-04",
                "beto: carla",
                "carla: https://carla.example.com",
                "pair-04: no nada"
            ]
        );
        assert_eq!(list.unknown, ["beto", "somebody"]);
    }

    #[test]
    fn names_are_looked_up_beside_the_roster() {
        let folder = folder(&["Pen\u{303}a", "notes.txt"]);
        let roster = folder.path().join("alumnos.csv");
        fs::write(&roster, "Pe\u{f1}a\nbeto\n").unwrap();
        let list = list(None, Some(&roster)).unwrap();
        assert_eq!(shown(&list), ["Pe\u{f1}a: Pen\u{303}a", "beto: nowhere"]);
        assert!(list.unknown.is_empty());
    }

    #[test]
    fn what_cannot_be_told_apart_is_refused() {
        let twice = folder(&["ana", "ana.zip"]);
        let error = list(Some(twice.path()), None).unwrap_err().to_string();
        assert!(
            error.starts_with("ana is in ") && error.contains("twice"),
            "{error}"
        );
        let nobody = folder(&["notes.txt"]);
        let error = list(Some(nobody.path()), None).unwrap_err().to_string();
        assert!(error.starts_with("there are no students in "), "{error}");
    }

    #[test]
    fn a_roster_that_is_not_utf_8_says_what_to_do() {
        let folder = folder(&[]);
        let roster = folder.path().join("alumnos.csv");
        fs::write(&roster, b"Pe\xf1a,\n").unwrap();
        let error = format!("{:#}", list(None, Some(&roster)).unwrap_err());
        assert!(error.contains("CSV UTF-8"), "{error}");
    }
}
