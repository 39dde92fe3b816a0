//! The workbook's book: its chapters only state what the workbook proves.
//!
//! A chapter is Markdown with directives. Their content comes from the lessons, the pages, the Node originals and the
//! snapshots, which each build reads again.

#![allow(
    clippy::missing_errors_doc,
    clippy::missing_panics_doc,
    clippy::must_use_candidate
)]
#![expect(
    clippy::format_push_string,
    reason = "HTML is easier to read when it's put together like this"
)]

pub mod checks;
pub mod directive;
pub mod expand;
pub mod fault;
pub mod highlight;
pub mod html;
pub mod make;
pub mod minutes;
pub mod pages;
pub mod parts;
pub mod serve;
pub mod site;
pub mod source;
pub mod summary;
pub mod versions;
