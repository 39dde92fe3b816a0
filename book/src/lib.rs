//! The workbook's book: chapters that state nothing that the workbook does not prove.
//!
//! A chapter is Markdown with directives. What they stand for comes from the lessons, the pages, the Node originals
//! and the snapshots, and is read again at each build.

#![allow(
    clippy::missing_errors_doc,
    clippy::missing_panics_doc,
    clippy::must_use_candidate
)]
#![expect(
    clippy::format_push_string,
    reason = "HTML is put together from pieces, and reads so"
)]

pub mod checks;
pub mod directive;
pub mod expand;
pub mod fault;
pub mod highlight;
pub mod html;
pub mod make;
pub mod pages;
pub mod parts;
pub mod serve;
pub mod site;
pub mod source;
pub mod summary;
pub mod versions;
