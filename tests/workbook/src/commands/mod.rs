//! The commands of the program, a file for each.

mod address;
pub mod break_it;
mod changes;
pub mod check;
mod copies;
pub mod diff;
pub mod hint;
mod output;
pub mod package;
mod pointers;
mod port;
pub mod prepare;
pub mod progress;
mod reload;
mod report;
pub mod run;
pub mod setup;
mod several;
mod side_by_side;
pub mod start;
pub mod stop;
pub mod watch;
