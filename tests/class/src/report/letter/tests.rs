//! The letters to the students of the small class.

use super::*;
use crate::report::fixture::{class, student};

fn letter_to(name: &str) -> String {
    let class = class();
    letter(&class, student(&class, name))
}

#[test]
fn a_server_that_fails_gets_a_letter_about_its_first_failure() {
    let expected = r#"# 06-broadcast: Beto Núñez

Your server passes:

- **5 of 8** new scenarios
- **6 of 6** scenarios of earlier lessons
- **0 of 2** exercises

## Look at this first: broadcast reaches everyone but the sender

Over long-polling: `ana ← 42["enviar-mensaje",{"mensaje":"hola"}]` is unexpected. The sender hears its own message: `emit` reaches everyone.

On the wire, `-` marks what should have crossed but didn't, and `+` what crossed but shouldn't have:

```diff
  ana sends a message and asks for an answer
    ana   → 420["enviar-mensaje",{"mensaje":"hola"}]
+   ana   ← 42["enviar-mensaje",{"mensaje":"hola"}]
    ana   ← 430[{"id":"123"}]
    beto  ← 42["enviar-mensaje",{"mensaje":"hola"}]
    carla ← 42["enviar-mensaje",{"mensaje":"hola"}]
```

**Hint 1 of 3:** The sender gets its answer, and everyone else gets the message.

This fails, too, perhaps for the same reason:

- a lone sender gets only the answer
- nobody can impersonate another client
- fixed\_notice
- en\_linea

## Go on

- `just check 06` checks your copy in the same way.
- `just hint 06` gives you one more hint each time.
"#;
    assert_eq!(letter_to("Beto Núñez"), expected);
}

#[test]
fn a_server_that_does_not_compile_gets_the_compilers_words() {
    let expected = r#"# 06-broadcast: pair-04

Your server doesn't compile, so no scenario could be played.

In short: does not compile: src/controller.rs:44 E0308

```text
error[E0308]: mismatched types
  --> src/controller.rs:44:5
   |
44 |     "hola"
   |     ^^^^^^ expected `()`, found `&str`
```

## Go on

Fix the first error first: the errors after it often disappear with it.

- `just check 06` checks your copy in the same way.
"#;
    assert_eq!(letter_to("pair-04"), expected);
}

#[test]
fn every_state_has_its_words() {
    for (name, expected) in [
        ("Fidel Ruiz", "Well done: nothing fails."),
        (
            "Fidel Ruiz",
            "2 scenarios need something that can't be seen",
        ),
        ("Ana Muñoz", "## Look at this first: exercise en\\_linea"),
        ("Ana Muñoz", "`just hint 06 --exercise en_linea`"),
        ("=SUM(A1)", "Your server doesn't start"),
        ("=SUM(A1)", "# 06-broadcast: \\=SUM(A1)"),
        ("pair-05", "costs no points"),
        ("pair-05", "took too long here"),
        ("pair-06", "`just start 06`"),
        ("Eva Sanz", "Your server stopped answering"),
        ("Eva Sanz", "- **1 of 8** new scenarios"),
        ("Gema Gil", "Nobody answered"),
        ("Gema Gil", "costs no points"),
        ("Hugo Pla", "wasn't tried"),
        ("Inés Rey", "isn't your fault"),
    ] {
        let letter = letter_to(name);
        assert!(letter.contains(expected), "{letter}");
    }
    for name in ["Beto Núñez", "pair-04", "=SUM(A1)", "pair-06", "Eva Sanz"] {
        let letter = letter_to(name);
        assert!(!letter.contains("costs no points"), "{letter}");
    }
}

#[test]
fn a_program_can_not_write_the_letter() {
    let letter = letter_to("田中 Carla");
    assert!(!letter.contains('\u{1b}'), "{letter}");
    let mut class = class();
    let fence = "````text\nsrc/controller.rs:12: 田中 Carla was here ```\n<script>";
    class.students.truncate(3);
    let student = &mut class.students[2];
    let checked = &mut student.outcome.scenarios;
    checked.retain(|checked| {
        checked
            .fault
            .as_ref()
            .is_some_and(|fault| fault.panic.is_some())
    });
    let fault = checked[0].fault.as_mut().unwrap();
    fault.words = "<img src=x> [a](b)".to_owned();
    fault.actual = vec!["```\n# x".to_owned()];
    student.name = "# <b>".to_owned();
    let letter = super::letter(&class, &class.students[2]);
    assert!(letter.contains(fence), "{letter}");
    assert!(letter.contains(r"\<img src=x\> \[a\](b)"), "{letter}");
    assert!(
        letter.contains("````diff\n") && letter.contains("\n+ ``` # x\n````"),
        "{letter}"
    );
    assert!(
        letter.starts_with("# 06-broadcast: \\# \\<b\\>\n"),
        "{letter}"
    );
}
