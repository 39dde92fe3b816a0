//! Every word that the book adds to what its authors write: one table for each language.

/// What a reader sees on every page, in one language.
///
/// `{}` stands for what differs.
pub struct Words {
    /// How long a part takes.
    pub minutes: &'static str,
    /// How long a chapter takes, its parts together.
    pub total: &'static str,
    /// A question, by its number in the chapter.
    pub question: &'static str,
    /// Unfolds the answer to a question.
    pub answer: &'static str,
    /// The verdict on a right option.
    pub right: &'static str,
    /// The verdict on a wrong one.
    pub wrong: &'static str,
    /// Unfolds what instructors need.
    pub instructor: &'static str,
    /// Unfolds a hint, by its number.
    pub hint: &'static str,
    /// Unfolds the solution of an exercise.
    pub solution: &'static str,
    /// Stands before the command that checks an exercise.
    pub check_it: &'static str,
    /// Stands before what to think about.
    pub predict: &'static str,
    /// Stands before the command that tries an experiment.
    pub try_it: &'static str,
    /// Unfolds what an experiment shows.
    pub happens: &'static str,
    /// Stands for lines of a file that stayed as they were; and for a single one.
    pub unchanged: [&'static str; 2],
    /// Said of a file that the lesson before does not have.
    pub new_file: &'static str,
    /// Said of a file that the lesson no longer has.
    pub removed_file: &'static str,
    /// The name of a difference between lessons, to a screen reader.
    pub diff: &'static str,
    /// Said where nothing differs.
    pub no_difference: &'static str,
    /// The lifeline of the server.
    pub server: &'static str,
    /// The name of a chart, to a screen reader; what it shows stands below it.
    pub chart: &'static str,
    /// The left column where Node and Rust stand side by side.
    pub node: &'static str,
    /// The right column.
    pub rust: &'static str,
    /// Stands before what Node's server logs.
    pub node_logs: &'static str,
    /// A field that differs in every packet of a kind: the field, the packet.
    pub frame_field: &'static str,
    /// The heads of a schedule's columns.
    pub schedule: [&'static str; 3],
    /// A session of a schedule: its number, its minutes.
    pub session: &'static str,
    /// A pause in a session.
    pub pause: &'static str,
    /// What no session has room for, and its minutes.
    pub left_over: &'static str,
    /// The heads of the table of topics.
    pub topics: [&'static str; 4],
    /// Stands before how a lesson's server behaves, and before how Node's does.
    pub on_the_wire: [&'static str; 2],
    /// What stands around each chapter, by the names that the theme has for it.
    pub page: &'static [(&'static str, &'static str)],
}

/// English, the language that the book is written in.
pub const ENGLISH: Words = Words {
    minutes: "{} minutes",
    total: "{} minutes in class",
    question: "Question {}",
    answer: "Answer",
    right: "Right.",
    wrong: "Wrong.",
    instructor: "For the instructor",
    hint: "Hint {}",
    solution: "Solution",
    check_it: "Check it:",
    predict: "Predict:",
    try_it: "Try it:",
    happens: "What happens",
    unchanged: ["{} lines stay as they are", "1 line stays as it is"],
    new_file: "new",
    removed_file: "removed",
    diff: "What changes in {}",
    no_difference: "Nothing changes.",
    server: "server",
    chart: "Sequence chart: {}. The same frames follow as text.",
    node: "Node",
    rust: "Rust",
    node_logs: "Node logs",
    frame_field: "{} in each {} packet",
    schedule: ["From", "What", "Minutes"],
    session: "Session {}: {} minutes",
    pause: "Break",
    left_over: "No room is left for these, {} minutes together: leave them for reading at home.",
    topics: ["Topic", "In the notes", "Note", "Place"],
    on_the_wire: ["Rust:", "Node:"],
    page: &[
        ("skip", "Skip to the text"),
        ("contents", "Contents"),
        ("search", "Search"),
        ("search_key", "Search: press /"),
        ("search_label", "Search the book"),
        ("print", "Print"),
        ("scheme", "Colours"),
        ("scheme_system", "System"),
        ("scheme_light", "Light"),
        ("scheme_dark", "Dark"),
        ("turn", "Before and after this chapter"),
        ("previous", "Before this"),
        ("next", "Next"),
        ("whole", "The whole book on one page"),
        ("copy", "Copy"),
        ("copied", "Copied"),
        ("scrolls", "Scrolls sideways"),
    ],
};

impl Words {
    /// A word of what stands around each chapter.
    #[must_use]
    pub fn on_page(&self, name: &str) -> Option<&'static str> {
        let mut page = self.page.iter();
        page.find(|(other, _)| *other == name)
            .map(|(_, word)| *word)
    }
}

/// The words with the gaps filled, in their order.
#[must_use]
pub fn fill(words: &str, gaps: &[&str]) -> String {
    let mut parts = words.split("{}");
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for (part, gap) in parts.zip(gaps) {
        filled += gap;
        filled += part;
    }
    filled
}

#[cfg(test)]
mod tests {
    use super::fill;

    #[test]
    fn gaps_are_filled_in_their_order() {
        assert_eq!(fill("{} of {}.", &["1", "2"]), "1 of 2.");
        assert_eq!(fill("none", &[]), "none");
    }
}
