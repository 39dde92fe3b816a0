//! The workbook's book: chapters that state nothing that the workbook does not prove.
//!
//! A chapter is Markdown with directives. What stands in their places comes from the lessons, the pages, the Node
//! originals and the snapshots, and is read anew at each build.

#![expect(
    clippy::format_push_string,
    reason = "HTML is put together from pieces, and reads so"
)]

pub mod checks;
pub mod directive;
pub mod expand;
pub mod fault;
pub mod finish;
pub mod highlight;
pub mod html;
pub mod make;
pub mod page;
pub mod parts;
pub mod report;
pub mod serve;
pub mod site;
pub mod source;
pub mod summary;
pub mod theme;
pub mod words;
