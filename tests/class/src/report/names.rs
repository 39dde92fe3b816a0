//! Names of files, made from the names of students.

use std::collections::HashSet;

use crate::results::Class;

/// The length of the longest file name, in characters, without its ending.
const LONGEST: usize = 60;

/// Names that Windows reserves, whatever the ending and the case.
const RESERVED: [&str; 4] = ["CON", "PRN", "AUX", "NUL"];

/// These are reserved if one digit follows.
const RESERVED_WITH_A_DIGIT: [&str; 2] = ["COM", "LPT"];

/// A file name that every system accepts, without its ending: the letters and digits of a student's name, with `-`
/// between them. Different names may give the same.
pub fn file_name(name: &str) -> String {
    let mut file_name = String::new();
    for sign in name.chars() {
        // macOS may write ñ as an n and a mark of its own.
        let is_mark = matches!(sign, '\u{300}'..='\u{36f}');
        if sign.is_alphanumeric() || sign == '_' || is_mark {
            file_name.push(sign);
        } else if !file_name.is_empty() && !file_name.ends_with('-') {
            file_name.push('-');
        }
    }
    let file_name: String = file_name.chars().take(LONGEST).collect();
    let file_name = file_name.trim_end_matches('-');
    if file_name.is_empty() {
        "student".to_owned()
    } else if is_reserved(file_name) {
        format!("{file_name}_")
    } else {
        file_name.to_owned()
    }
}

fn is_reserved(name: &str) -> bool {
    let name = name.to_uppercase();
    let with_a_digit = |start: &&str| {
        let rest = name.strip_prefix(*start);
        rest.is_some_and(|rest| rest.chars().count() == 1 && rest.chars().all(char::is_numeric))
    };
    RESERVED.contains(&&*name) || RESERVED_WITH_A_DIGIT.iter().any(with_a_digit)
}

/// The file names of all students, in their order, each different from the others on every system: some ignore the case.
pub fn file_names(class: &Class) -> Vec<String> {
    let mut taken = HashSet::new();
    let names = class.students.iter().map(|student| {
        let name = file_name(&student.name);
        let mut free = name.clone();
        let mut number = 1;
        while !taken.insert(free.to_lowercase()) {
            number += 1;
            free = format!("{name}-{number}");
        }
        free
    });
    names.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture::class;

    #[test]
    fn every_name_is_safe() {
        for (name, expected) in [
            ("Ana Muñoz", "Ana-Muñoz"),
            ("Mun\u{303}oz", "Mun\u{303}oz"),
            ("田中 さくら", "田中-さくら"),
            ("pair_04 - (ana & beto)", "pair_04-ana-beto"),
            ("../../etc/passwd", "etc-passwd"),
            ("..", "student"),
            (".", "student"),
            ("", "student"),
            ("\0\n", "student"),
            ("👩‍🎓", "student"),
            ("con", "con_"),
            ("COM1", "COM1_"),
            ("lpt¹", "lpt¹_"),
            ("COM10", "COM10"),
            ("C:\\a.", "C-a"),
            ("-rf", "rf"),
        ] {
            assert_eq!(file_name(name), expected, "{name}");
        }
        assert_eq!(file_name(&"ñ".repeat(100)).chars().count(), LONGEST);
        assert_eq!(file_name(&format!("{} b", "a".repeat(59))), "a".repeat(59));
    }

    #[test]
    fn every_name_is_different() {
        let mut class = class();
        class.students.truncate(4);
        let names = ["Ana Gil", "ana-gil", "ana gil 2", "ANA GIL"];
        for (student, name) in class.students.iter_mut().zip(names) {
            name.clone_into(&mut student.name);
        }
        let expected = ["Ana-Gil", "ana-gil-2", "ana-gil-2-2", "ANA-GIL-3"];
        assert_eq!(file_names(&class), expected);
    }
}
