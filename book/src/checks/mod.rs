//! Checks chapters before they become pages, and the finished pages.

pub mod constructs;
pub mod links;
pub mod measured;
pub mod prose;
pub mod skeleton;
