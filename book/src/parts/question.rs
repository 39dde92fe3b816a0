//! `{{#question}}`: a question with lettered options, and why each is right or wrong.

use anyhow::{Context, Result, ensure};

use crate::html::fold;

/// Whether an option is right, its text, and why: `- [x] option — why`.
fn option(option: &str) -> Result<(bool, &str, &str)> {
    let right = option.strip_prefix("- [x] ").map(|rest| (true, rest));
    let wrong = option.strip_prefix("- [ ] ").map(|rest| (false, rest));
    right
        .or(wrong)
        .and_then(|(is_right, rest)| {
            let (says, why) = rest.split_once(" — ")?;
            Some((is_right, says, why.trim()))
        })
        .with_context(|| {
            format!("`{option}` doesn't say why it's right or wrong: `- [x] option — why`")
        })
}

/// A chapter's question with this number, as Markdown. The options are list items.
pub fn write(number: u32, stem: &str, options: &[String]) -> Result<String> {
    let options: Result<Vec<_>> = options.iter().map(|text| option(text)).collect();
    let options = options?;
    ensure!(
        options.len() > 1 && options.iter().any(|(is_right, ..)| *is_right),
        "a question needs a right option, `- [x]`, and a wrong one"
    );
    let mut listed = String::new();
    let mut verdicts = String::new();
    for ((is_right, option, why), letter) in options.into_iter().zip('A'..) {
        let (class, verdict) = if is_right {
            ("right", "Right")
        } else {
            ("wrong", "Wrong")
        };
        listed += &format!("<li>\n\n{option}\n\n</li>\n");
        verdicts += &format!("<li class=\"{class}\">\n\n**{letter}. {verdict}.** {why}\n\n</li>\n");
    }
    let verdicts = format!("<ul class=\"verdicts\">\n{verdicts}</ul>");
    Ok(format!(
        "<div class=\"question\" role=\"group\" aria-label=\"Question {number}\"><p class=\"number\">Question {number}</p>\n\n{}\n\n<ol type=\"A\">\n{listed}</ol>\n\n{}\n\n</div>",
        stem.trim_matches('\n'),
        fold("answer", "Answer", &verdicts)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(options: &[&str]) -> Result<String> {
        let options: Vec<_> = options.iter().map(|text| (*text).to_owned()).collect();
        write(1, "Who hears it?", &options)
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
    fn missing_pieces_are_reported() {
        for (options, missing) in [
            (["- [x] a — b", "- [ ] c"], "doesn't say why"),
            (["- [x] a — b", "- [?] c — d"], "doesn't say why"),
            (["- [ ] a — b", "- [ ] c — d"], "a right option"),
        ] {
            let error = ask(&options).unwrap_err().to_string();
            assert!(error.contains(missing), "{error}");
        }
        assert!(ask(&["- [x] a — b"]).is_err());
    }
}
