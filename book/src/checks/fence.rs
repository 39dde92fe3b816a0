//! Blocks of code that an author typed: only what cannot be included may be typed, and says so.

/// The class of a block that no file has.
const ILLUSTRATIVE: &str = "illustrative";

/// The line that begins a block of code.
#[derive(Debug, PartialEq, Eq)]
pub struct Fence<'a> {
    indent: &'a str,
    sign: &'a str,
    info: &'a str,
}

/// The block of code that a line begins, if it does.
#[must_use]
pub fn opens(line: &str) -> Option<Fence<'_>> {
    let text = line.trim_start();
    let sign = text.chars().next().filter(|sign| "`~".contains(*sign))?;
    let length = text.chars().take_while(|other| *other == sign).count();
    let (sign, info) = text.split_at(length);
    // A line such as ```a``` is inline code.
    (length >= 3 && !info.contains('`')).then(|| Fence {
        indent: &line[..line.len() - text.len()],
        sign,
        info: info.trim(),
    })
}

impl<'a> Fence<'a> {
    /// Whether a line ends this block.
    #[must_use]
    pub fn closes(&self, line: &str) -> bool {
        let line = line.trim();
        line.starts_with(self.sign) && line.chars().all(|sign| self.sign.starts_with(sign))
    }

    /// What stands before the block.
    #[must_use]
    pub fn indent(&self) -> &'a str {
        self.indent
    }

    /// A line of the block, as far to the left as the block is.
    #[must_use]
    pub fn inside<'t>(&self, line: &'t str) -> &'t str {
        line.strip_prefix(self.indent).unwrap_or(line.trim_start())
    }

    /// The language.
    #[must_use]
    pub fn language(&self) -> &'a str {
        self.classes().next().unwrap_or("text")
    }

    fn classes(&self) -> impl Iterator<Item = &'a str> {
        self.info
            .split([',', ' '])
            .filter(|class| !class.is_empty())
    }

    /// Whether it may be typed.
    ///
    /// # Errors
    /// It is not marked; the message says how to include code instead.
    pub fn check(&self) -> Result<(), String> {
        if self.classes().any(|class| class == ILLUSTRATIVE) {
            return Ok(());
        }
        Err(format!(
            "code is included, `{{{{#code PATH ITEM}}}}`; what no file has is marked: {}{},illustrative",
            self.sign,
            self.language()
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_that_is_not_marked_is_refused() {
        let words = opens("```rust").unwrap().check().unwrap_err();
        assert!(words.ends_with("```rust,illustrative"), "{words}");
        assert!(opens("```").unwrap().check().is_err());
        assert!(opens("```sh,illustrative").unwrap().check().is_ok());
    }

    #[test]
    fn inline_code_is_no_block() {
        assert_eq!(opens("```a```"), None);
        assert_eq!(opens("`a`"), None);
        assert!(opens("  ~~~text").unwrap().closes("  ~~~"));
    }
}
