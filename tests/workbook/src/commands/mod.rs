//! The commands of the program, a file for each.

mod address;
pub mod break_it;
mod changes;
pub mod check;
pub mod diff;
pub mod hint;
mod output;
pub mod package;
mod port;
pub mod progress;
mod reload;
mod report;
pub mod run;
pub mod setup;
pub mod start;
mod stop;
pub mod watch;
