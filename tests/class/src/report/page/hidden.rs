//! Names that the page can hide.

use maud::{Markup, html};

use crate::{
    report::words::{plain, plain_lines},
    results::Class,
};

/// The clients in every scenario. A fault that names them says nothing about a student of the same name.
const CLIENTS: [&str; 3] = ["ana", "beto", "carla"];

/// Every name that occurs in a class, with what the page shows instead if names are hidden.
pub struct Names {
    /// The longest first, since a name may contain another.
    aliases: Vec<(String, String)>,
}

impl Names {
    pub fn of(class: &Class) -> Self {
        let mut aliases = Vec::new();
        for (number, student) in (1..).zip(&class.students) {
            // The folder, or the URL, may contain the name in another spelling.
            for name in [Some(&student.name), student.work.as_ref()]
                .into_iter()
                .flatten()
            {
                aliases.push((plain(name), alias(number)));
            }
        }
        for name in &class.unknown {
            aliases.push((plain(name), "somebody".to_owned()));
        }
        aliases.retain(|(name, _)| !name.is_empty() && !CLIENTS.contains(&&**name));
        aliases.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
        Self { aliases }
    }

    /// The text for an element. Scripts and styles decide which of both is shown.
    pub fn text(&self, text: &str) -> Markup {
        let text = plain_lines(text);
        html! {
            @for (between, named) in self.parts(&text) {
                (between)
                @if let Some((name, alias)) = named { (pair(name, alias)) }
            }
        }
    }

    /// The text for an attribute, where names are always hidden.
    pub fn attribute(&self, text: &str) -> String {
        let text = plain(text);
        let parts = self.parts(&text).into_iter();
        let parts = parts
            .map(|(between, named)| format!("{between}{}", named.map_or("", |(_, alias)| alias)));
        parts.collect()
    }

    /// The text in parts: what's before a name, and the name with its alias.
    fn parts<'a>(&'a self, text: &'a str) -> Vec<(&'a str, Option<(&'a str, &'a str)>)> {
        let mut parts = Vec::new();
        let mut rest = text;
        let mut at = 0;
        while let Some(sign) = rest[at..].chars().next() {
            let is_inside = |sign: Option<char>| sign.is_some_and(char::is_alphanumeric);
            let follows_a_word = is_inside(rest[..at].chars().next_back());
            let mut aliases = self.aliases.iter();
            let named = aliases.find(|(name, _)| {
                let after = rest[at..].strip_prefix(&**name);
                !follows_a_word && after.is_some_and(|after| !is_inside(after.chars().next()))
            });
            if let Some((name, alias)) = named {
                parts.push((&rest[..at], Some((&**name, &**alias))));
                rest = &rest[at + name.len()..];
                at = 0;
            } else {
                at += sign.len_utf8();
            }
        }
        parts.push((rest, None));
        parts
    }
}

/// The name of a student, by number.
pub fn student(number: usize, name: &str) -> Markup {
    pair(&plain(name), &alias(number))
}

fn alias(number: usize) -> String {
    format!("student {number}")
}

/// A name and what hides it. Each may be written from right to left.
pub fn pair(name: &str, alias: &str) -> Markup {
    html! {
        bdi.name { (name) }
        span.alias { (alias) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture::class;

    #[test]
    fn names_in_texts_are_hidden_too() {
        let mut class = class();
        class.students[3].name = "ana".to_owned();
        class.students[3].work = Some("grupo-7".to_owned());
        let names = Names::of(&class);
        for (text, expected) in [
            (
                "in Ana Muñoz/src: Ana Muñozo",
                "in student 1/src: Ana Muñozo",
            ),
            ("ana hears beto", "ana hears beto"),
            ("(grupo-7) and grupo-70", "(student 4) and grupo-70"),
            ("xEva Sanz", "xEva Sanz"),
            ("Iris Ortega, =SUM(A1)", "somebody, student 7"),
            ("田中 Carla", "student 3"),
            ("", ""),
        ] {
            assert_eq!(names.attribute(text), expected);
        }
        assert_eq!(
            names.text("by Eva Sanz <b>").into_string(),
            "by <bdi class=\"name\">Eva Sanz</bdi><span class=\"alias\">student 8</span> &lt;b&gt;"
        );
    }
}
