//! The place where one submission at a time is built and run.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

/// A folder with everything that a submission may write to. There's one for each job.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Place {
    /// The folder.
    pub folder: PathBuf,
    /// The number of the job, from 0 on.
    pub job: usize,
}

impl Place {
    /// The place of a job, in a folder that holds them all.
    pub fn new(folder: &Path, job: usize) -> Self {
        Self {
            folder: folder.join(format!("job-{job}")),
            job,
        }
    }

    /// The place of another job.
    pub fn beside(&self, job: usize) -> Self {
        Self::new(self.folder.parent().unwrap_or(&self.folder), job)
    }

    /// Where copies of submissions are.
    pub fn copies(&self) -> PathBuf {
        self.folder.join("copies")
    }

    /// The build folder, in which the lesson's dependencies are already built.
    pub fn target(&self) -> PathBuf {
        self.folder.join("target")
    }

    /// For temporary files.
    pub fn temporary(&self) -> PathBuf {
        self.folder.join("tmp")
    }

    /// Makes the folders, without anything that an earlier submission has left in them.
    pub fn clear(&self) -> Result<()> {
        let clearing = || {
            for folder in [self.copies(), self.temporary()] {
                if folder.exists() {
                    fs::remove_dir_all(&folder)?;
                }
                fs::create_dir_all(&folder)?;
            }
            fs::create_dir_all(self.target())
        };
        clearing().with_context(|| format!("cannot write {}", self.folder.display()))
    }
}
