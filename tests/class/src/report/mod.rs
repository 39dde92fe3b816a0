//! The reports for the instructor and the students, all made from `class.json`.

mod advice;
pub mod classroom50;
#[cfg(test)]
mod fixture;
pub mod gradebook;
pub mod letter;
mod markdown;
mod names;
pub mod page;
pub mod table;
mod words;
mod write;

pub use words::plain;
pub(crate) use write::replace;
pub use write::{write, write_classroom50};
