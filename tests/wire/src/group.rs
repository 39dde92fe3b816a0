//! A process and everything that it starts.

use std::io;

use tokio::process::{Child, Command};

/// The processes that a command has started, and those that they have started. They're stopped when this is dropped.
pub struct Group {
    #[cfg(unix)]
    id: Option<u32>,
}

impl Group {
    /// Starts a command in a group of its own. On systems other than Unix, the group is just the process.
    pub fn spawn(command: &mut Command) -> io::Result<(Child, Self)> {
        #[cfg(unix)]
        command.process_group(0);
        let child = command.kill_on_drop(true).spawn()?;
        let group = Self {
            #[cfg(unix)]
            id: child.id(),
        };
        Ok((child, group))
    }
}

#[cfg(unix)]
impl Drop for Group {
    fn drop(&mut self) {
        use rustix::process::{Pid, Signal, kill_process_group};

        let id = self.id.and_then(|id| Pid::from_raw(id.try_into().ok()?));
        if let Some(id) = id {
            // There may be no process left.
            kill_process_group(id, Signal::KILL).ok();
        }
    }
}
