//! The commands of the program, a file for each.

pub mod break_it;
pub mod check;
pub mod diff;
pub mod hint;
pub mod package;
pub mod prepare;
pub mod progress;
mod reload;
mod report;
pub mod run;
pub mod setup;
pub mod start;
pub mod watch;
