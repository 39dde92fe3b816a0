//! What must be true of a chapter before it becomes a page, and of a finished page.

pub mod constructs;
pub mod links;
pub mod measured;
pub mod prose;
pub mod skeleton;
