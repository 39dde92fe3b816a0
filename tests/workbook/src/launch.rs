//! How a student's program is started.

use std::{
    ffi::{OsStr, OsString},
    process::Command,
};

use crate::programs::outside_of_cargo;

/// The surroundings of a program. By default there are none: it has the rights of the person who starts it.
#[derive(Clone, Debug, Default)]
pub struct Launch {
    /// A command, such as a sandbox, that takes the program and its arguments as its last arguments.
    pub wrapper: Vec<OsString>,
    /// The only environment variables that the program gets. Without this, it inherits them all.
    pub environment: Option<Vec<(OsString, OsString)>>,
}

impl Launch {
    /// The command that starts a program.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut words = self.wrapper.iter().map(OsString::as_os_str);
        let mut command = match words.next() {
            Some(wrapper) => {
                let mut command = Command::new(wrapper);
                command.args(words).arg(program);
                command
            }
            None => Command::new(program),
        };
        if let Some(environment) = &self.environment {
            command.env_clear().envs(environment.iter().cloned());
            command
        } else {
            outside_of_cargo(command)
        }
    }
}
