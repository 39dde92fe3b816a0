//! `{{#code}}`: items of a file.

use std::path::Path;

use crate::{
    highlight::highlight,
    html::{code_figure, escape},
    source::Source,
};

/// Items of a file with its path as the caption.
///
/// # Errors
/// There is no such file or item.
pub fn write(root: &Path, path: &str, items: &[&str]) -> Result<String, String> {
    let source = Source::read(root, path, items)?;
    let caption = format!("<code>{}</code>", escape(&source.path));
    let lines = highlight(&source.language, &source.text);
    Ok(code_figure("", Some(&caption), &source.language, &lines))
}

/// A block of code without a caption.
#[must_use]
pub fn block(language: &str, code: &str) -> String {
    code_figure("", None, language, &highlight(language, code))
}
