//! Notices when a server's files change.
//!
//! It polls them. The system's notifications stop when a folder is replaced, as editors and git do, and some containers
//! and network drives send none at all.

use std::{
    collections::BTreeMap,
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use tokio::time::sleep;

/// The time between two looks. Looking at a lesson's few files takes less than a millisecond.
const PAUSE: Duration = Duration::from_millis(100);

/// The time and the size of each file, which show that it has changed.
type Files = BTreeMap<PathBuf, (Option<SystemTime>, u64)>;

/// The kind of a change.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Change {
    /// Only files of the page.
    Page,
    /// Files that the server is built from, or reads at its start.
    Code,
}

/// The files of a server and its page.
pub struct Changes {
    code: PathBuf,
    page: PathBuf,
    /// As they were when a change was last reported.
    reported: Files,
    /// As they were at the last look.
    seen: Files,
}

impl Changes {
    /// Begins with the current files of the crate's folder, and of the folder of the pages, which may be inside it.
    pub fn of(code: &Path, page: &Path) -> Self {
        let files = look(code, page);
        Self {
            code: code.to_owned(),
            page: page.to_owned(),
            reported: files.clone(),
            seen: files,
        }
    }

    /// Waits for the next save, until two looks in a row have found the same.
    pub async fn next(&mut self) -> Change {
        loop {
            sleep(PAUSE).await;
            let now = look(&self.code, &self.page);
            if now == self.seen && now != self.reported {
                let mut paths = self.reported.keys().chain(now.keys());
                let is_code = |path: &PathBuf| {
                    !path.starts_with(&self.page) && self.reported.get(path) != now.get(path)
                };
                let change = if paths.any(is_code) {
                    Change::Code
                } else {
                    Change::Page
                };
                self.reported = now;
                return change;
            }
            self.seen = now;
        }
    }
}

fn look(code: &Path, page: &Path) -> Files {
    let mut files = Files::new();
    let builds = code.join("target");
    let mut folders = vec![code.to_owned(), page.to_owned()];
    while let Some(folder) = folders.pop() {
        // A folder that can't be read is gone, or is being replaced.
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        for entry in entries.filter(|entry| matters(&entry.file_name())) {
            let path = entry.path();
            // This follows links. It fails if the file is gone in the meantime.
            match fs::metadata(&path) {
                // A linked folder might lead back here.
                Ok(metadata) if metadata.is_dir() => {
                    let is_link = entry.file_type().is_ok_and(|kind| kind.is_symlink());
                    if !is_link && path != builds {
                        folders.push(path);
                    }
                }
                Ok(metadata) => {
                    files.insert(path, (metadata.modified().ok(), metadata.len()));
                }
                Err(_) => {}
            }
        }
    }
    files
}

/// Hidden files belong to tools, cargo writes its lock file itself, and the server and others write to the database while it
/// runs. The server reads its settings from `.env`.
fn matters(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    let is_written_by_programs = name.starts_with('.')
        || name.contains(".db")
        || name == "Cargo.lock"
        || name == "node_modules";
    name == ".env" || !is_written_by_programs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_replaced_folder_is_a_change_and_what_tools_write_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let page = folder.join("public");
        for path in ["src", "public", "target/debug", ".git"] {
            fs::create_dir_all(folder.join(path)).unwrap();
        }
        let write = |path: &str, text: &str| fs::write(folder.join(path), text).unwrap();
        write("src/lib.rs", "1");
        let mut changes = Changes::of(folder, &page);

        for path in [
            "cola.db-wal",
            ".hints",
            "Cargo.lock",
            "lecturas.db",
            "lecturas.db-journal",
            "mensajes.db-wal",
            "target/debug/x",
            ".git/index",
            "src/.lib.rs.swp",
        ] {
            write(path, "by a tool");
        }
        write("public/index.html", "a page");
        assert_eq!(changes.next().await, Change::Page);

        for path in ["Cargo.toml", ".env", "src/a/b.rs"] {
            let parent = folder.join(path);
            fs::create_dir_all(parent.parent().unwrap()).unwrap();
            write(path, "by a person");
            assert_eq!(changes.next().await, Change::Code, "{path}");
        }

        fs::rename(folder.join("src"), folder.join("src-1")).unwrap();
        assert_eq!(changes.next().await, Change::Code);
        fs::create_dir(folder.join("src")).unwrap();
        write("src/lib.rs", "2");
        assert_eq!(changes.next().await, Change::Code);
        write("src/lib.rs", "longer");
        assert_eq!(changes.next().await, Change::Code);
    }
}
