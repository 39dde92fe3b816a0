//! Writes the reports into a folder.

use std::{
    collections::HashSet,
    env, fs,
    io::{self, ErrorKind, Write},
    path::Path,
};

use anyhow::{Context, Result};
use tempfile::NamedTempFile;

use super::{
    classroom50,
    gradebook::gradebook,
    letter::{file_names, letter},
    page::page,
};
use crate::results::Class;

/// Describe one submission, so they're only used if there's one.
const OF_ONE_SUBMISSION: [&str; 6] = [
    "OWNER",
    "USERNAME",
    "SUBMISSION_TAG",
    "COMMIT_URL",
    "RELEASE_URL",
    "REVIEW_URL",
];

/// Writes `class.csv`, `index.html` and `students/NAME.md`. The folder `students` is all ours: letters to students that
/// are no longer in the class disappear.
pub fn write(class: &Class, folder: &Path) -> Result<()> {
    let students = folder.join("students");
    create(&students)?;
    replace(&folder.join("class.csv"), &gradebook(class)?)?;
    let mut letters = HashSet::new();
    for (name, student) in file_names(class).into_iter().zip(&class.students) {
        let name = format!("{name}.md");
        replace(&students.join(&name), &letter(class, student))?;
        letters.insert(name);
    }
    for entry in fs::read_dir(&students)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.ends_with(".md") && !letters.contains(&*name) {
            remove(&entry.path())?;
        }
    }
    // Last, so that the page that's open in a browser never announces a letter that isn't there yet.
    replace(&folder.join("index.html"), &page(class))
}

/// Writes `classroom50/NAME/result.json` for each student whose result is known, and removes it for the others.
pub fn write_classroom50(class: &Class, folder: &Path) -> Result<()> {
    let folder = folder.join("classroom50");
    let is_alone = class.students.len() == 1;
    let environment = |name: &str| {
        let is_known = is_alone || !OF_ONE_SUBMISSION.contains(&name);
        is_known.then(|| env::var(name).ok()).flatten()
    };
    for (name, student) in file_names(class).into_iter().zip(&class.students) {
        let folder = folder.join(name);
        let file = folder.join("result.json");
        match classroom50::result(class, student, environment) {
            Some(result) => {
                replace(&file, &format!("{result:#}\n"))?;
            }
            None => remove(&file)?,
        }
    }
    Ok(())
}

fn create(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))
}

/// Writes a file all at once, and the folder if necessary: a reader, or a program that's interrupted, never sees half of it.
pub fn replace(path: &Path, text: &str) -> Result<()> {
    let write = || -> Result<()> {
        let folder = path.parent().context("it's in no folder")?;
        fs::create_dir_all(folder)?;
        let mut file = new_file(folder)?;
        file.write_all(text.as_bytes())?;
        file.persist(path)?;
        Ok(())
    };
    write().with_context(|| format!("cannot write {}", path.display()))
}

/// A temporary file, which the same people may read as any other file. Usually only its owner may.
fn new_file(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}

fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", path.display()))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{report::fixture::class, results::State};

    /// The names in a folder, in order.
    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<_> = names.collect();
        names.sort();
        names
    }

    #[test]
    fn everything_is_written_and_stale_letters_disappear() {
        let folder = tempfile::tempdir().unwrap();
        let mut class = class();
        write(&class, folder.path()).unwrap();
        assert_eq!(
            names(folder.path()),
            ["class.csv", "index.html", "students"]
        );
        let students = folder.path().join("students");
        assert_eq!(names(&students).len(), class.students.len());
        fs::write(students.join("notes.txt"), "mine").unwrap();
        class.students.truncate(1);
        write(&class, folder.path()).unwrap();
        assert_eq!(names(&students), ["Ana-Muñoz.md", "notes.txt"]);
        let table = fs::read_to_string(folder.path().join("class.csv")).unwrap();
        assert_eq!(table.lines().count(), 2);
    }

    #[test]
    #[cfg(unix)]
    fn everybody_who_may_read_the_folder_may_read_the_files() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        write(&class(), folder.path()).unwrap();
        let usual = folder.path().join("usual");
        fs::write(&usual, "").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode(&folder.path().join("index.html")), mode(&usual));
    }

    #[test]
    fn a_result_that_is_no_longer_known_disappears() {
        let folder = tempfile::tempdir().unwrap();
        let mut class = class();
        write_classroom50(&class, folder.path()).unwrap();
        let results = folder.path().join("classroom50");
        let file = results.join("Ana-Muñoz/result.json");
        assert!(file.is_file());
        assert!(!results.join("Inés-Rey").exists());
        class.students[0].outcome.state = State::Error;
        write_classroom50(&class, folder.path()).unwrap();
        assert!(!file.exists());
    }
}
