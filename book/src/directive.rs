//! Directives, which a chapter uses to show something: `{{#name argument argument}}`.

/// A directive in a chapter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Directive<'a> {
    /// Its name.
    pub name: &'a str,
    /// Everything after the name.
    pub arguments: &'a str,
}

impl<'a> Directive<'a> {
    /// The directive, if the line consists of nothing else.
    pub fn alone(line: &'a str) -> Option<Self> {
        let (directive, after) = Self::first(line.trim())?;
        after.is_empty().then_some(directive)
    }

    /// The directive at the start of a string, and the rest of the string.
    pub fn first(text: &'a str) -> Option<(Self, &'a str)> {
        let (inside, after) = text.strip_prefix("{{#")?.split_once("}}")?;
        let (name, arguments) = inside.split_once(' ').unwrap_or((inside, ""));
        let arguments = arguments.trim();
        Some((Self { name, arguments }, after))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directive_is_alone_or_inside_a_line() {
        let directive = Directive::alone("  {{#code 05/src/lib.rs app}}").unwrap();
        assert_eq!(
            (directive.name, directive.arguments),
            ("code", "05/src/lib.rs app")
        );
        assert_eq!(Directive::alone("{{#end}}").unwrap().arguments, "");
        assert_eq!(Directive::alone("see {{#lesson 05}}"), None);
        let (directive, after) = Directive::first("{{#version axum}}.").unwrap();
        assert_eq!((directive.name, after), ("version", "."));
    }
}
