//! `{{#question}}`: a question with lettered options, and why each is right or wrong.

use crate::{
    html::{escape, fold},
    words::Words,
};

/// What stands between an option and why it is right or wrong.
const SEPARATOR: &str = " — ";

/// A question as Markdown. `options` are list items with the numbers of their lines.
///
/// # Errors
/// An option is not as it should be; with the number of its line.
pub fn write(
    words: &Words,
    title: &str,
    stem: &str,
    options: &[(usize, String)],
) -> Result<String, (usize, String)> {
    let mut listed = String::new();
    let mut verdicts = String::new();
    let mut right = 0;
    for ((number, option), letter) in options.iter().zip('A'..) {
        let at = |words: &str| (*number, words.to_owned());
        let (is_right, option) =
            match (option.strip_prefix("- [x] "), option.strip_prefix("- [ ] ")) {
                (Some(option), _) => (true, option),
                (_, Some(option)) => (false, option),
                _ => return Err(at("an option begins with `- [ ] ` or `- [x] `")),
            };
        let (option, why) = option
            .split_once(SEPARATOR)
            .ok_or_else(|| at("an option says why it is right or wrong: `- [x] option — why`"))?;
        let (class, verdict) = if is_right {
            right += 1;
            ("right", words.right)
        } else {
            ("wrong", words.wrong)
        };
        listed += &format!("<li>\n\n{option}\n\n</li>\n");
        verdicts += &format!("<li class=\"{class}\">\n\n**{letter}. {verdict}** {why}\n\n</li>\n");
    }
    let line = options.first().map_or(0, |(line, _)| *line);
    if right == 0 || options.len() < 2 {
        return Err((
            line,
            "a question has a right option, `- [x]`, and another one".to_owned(),
        ));
    }
    let title = escape(title);
    let answer = fold(
        "answer",
        words.answer,
        &format!("<ul class=\"verdicts\">\n{verdicts}</ul>"),
    );
    Ok(format!(
        "<div class=\"question\" role=\"group\" aria-label=\"{title}\"><p class=\"number\">{title}</p>\n\n{}\n\n<ol type=\"A\">\n{listed}</ol>\n\n{answer}\n\n</div>",
        stem.trim_matches('\n')
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::ENGLISH;

    fn ask(options: &[&str]) -> Result<String, (usize, String)> {
        let options: Vec<_> = (7..)
            .zip(options.iter().map(|text| (*text).to_owned()))
            .collect();
        write(&ENGLISH, "Question 1", "Who hears it?", &options)
    }

    #[test]
    fn each_option_has_a_letter_and_a_reason() {
        let text = ask(&[
            "- [ ] All — the sender too.",
            "- [x] The others — broadcast.",
        ])
        .unwrap();
        assert!(text.contains("**A. Wrong.** the sender too."), "{text}");
        assert!(text.contains("**B. Right.** broadcast."), "{text}");
        assert!(!text.contains("[x]"), "{text}");
    }

    #[test]
    fn what_is_missing_is_said_with_its_line() {
        assert_eq!(ask(&["- [x] a — b", "- [ ] c"]).unwrap_err().0, 8);
        assert!(
            ask(&["- [ ] a — b", "- [ ] c — d"])
                .unwrap_err()
                .1
                .contains("a right option")
        );
        assert!(ask(&["- [?] a — b"]).is_err());
    }
}
