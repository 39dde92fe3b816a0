//! What a check says to a person.

use console::style;
use course::{
    exercises, experiments,
    lessons::{self, Lesson},
    scenario::Scenario,
    scene::Unseen,
};
use workbook::{
    check::{Fault, Target, Verdict},
    work,
};

use super::{
    check::{Checked, Subject},
    copies::shown,
    pointers::{address_in_the_book, command, elsewhere, place, print_rows, reading},
    side_by_side::print_side_by_side,
};

/// How many of the compiler's warnings are shown.
const WARNINGS: usize = 5;

/// Says what came of each scenario as it becomes known, and then what to do next.
pub struct Report<'a> {
    subject: &'a Subject,
    /// The numbers of the earlier lessons whose scenarios have passed and aren't shown yet.
    earlier: Vec<u8>,
    /// What was said last of a scenario that failed.
    said: String,
}

impl<'a> Report<'a> {
    pub fn new(subject: &'a Subject) -> Self {
        Self {
            subject,
            earlier: Vec::new(),
            said: String::new(),
        }
    }

    /// Says which lesson the copy is for, if that isn't the one that is checked.
    pub fn say_if_the_copy_is_elsewhere(&self) {
        // A manifest that can't be read is what the build complains of.
        let Ok(Some(other)) = work::lesson_of(&self.subject.copy) else {
            return;
        };
        let lesson = &self.subject.lesson;
        if other.number < lesson.number {
            println!(
                "  {} is still your copy of lesson {:02}: `just start {:02}{}` goes on from there.",
                shown(&self.subject.copy),
                other.number,
                lesson.number,
                elsewhere(&self.subject.work)
            );
        }
    }

    /// One line for a scenario. Those of earlier lessons that pass share a line.
    pub fn line(&mut self, checked: &Checked) {
        let Checked { scenario, verdict } = checked;
        let title = title(scenario, self.subject);
        match verdict {
            Verdict::Passed => {
                let earlier = scenario
                    .lesson()
                    .ok()
                    .filter(|_| !scenario.begins_with(&self.subject.lesson));
                if let Some(lesson) = earlier {
                    return self.earlier.push(lesson.number);
                }
                self.fold();
                println!("  {} {title}", style("✓").green());
            }
            Verdict::Unseen(unseen) => {
                self.fold();
                let why = match unseen {
                    Unseen::Log => "needs the server's log",
                    Unseen::Limit => "the server has limits of its own",
                };
                println!("  – {title} ({why})");
            }
            Verdict::Failed(fault) => {
                self.fold();
                println!("  {} {title}", style("✗").red());
                let words = self.subject.words(fault);
                if words != self.said {
                    println!("    {}", style(&words).dim());
                    self.said = words;
                }
            }
        }
    }

    fn fold(&mut self) {
        let (Some(first), Some(last)) = (self.earlier.iter().min(), self.earlier.iter().max())
        else {
            return;
        };
        let number = self.earlier.len();
        let plural = if number == 1 { "" } else { "s" };
        let lessons = match last - first {
            0 => format!("lesson {first:02}"),
            1 => format!("lessons {first:02} and {last:02}"),
            _ => format!("lessons {first:02} to {last:02}"),
        };
        println!(
            "  {} {number} scenario{plural} of {lessons}",
            style("✓").green()
        );
        self.earlier.clear();
    }

    /// How many passed; then the whole story of the first that failed, or what comes next.
    pub fn summary(&mut self, checked: &[Checked], unplayed: usize, target: &Target) {
        self.fold();
        let passed = checked
            .iter()
            .filter(|checked| matches!(checked.verdict, Verdict::Passed))
            .count();
        println!();
        println!("{passed} of {} pass.", checked.len() + unplayed);
        if unplayed > 0 {
            println!("The other {unplayed} were not played: the server doesn't answer any more.");
        }
        let first = checked
            .iter()
            .find_map(|checked| Some((&checked.scenario, checked.fault()?)));
        match first {
            Some((scenario, fault)) => self.tell(scenario, fault, target),
            None => self.say_what_comes_next(),
        }
    }

    fn tell(&self, scenario: &Scenario, fault: &Fault, target: &Target) {
        let subject = self.subject;
        println!();
        let title = style(format!("Next: {}", title(scenario, subject))).bold();
        println!("{title}, over {}", fault.transport);
        println!("  {}", subject.words(fault));
        let panic = fault.panic().map(|panic| ("The server panicked:", panic));
        let complaints = fault.complaints().join("\n");
        let complaints = Some(("The server's log says:", complaints));
        let warnings = match target {
            Target::Program { program, .. } => program.warnings.as_slice(),
            Target::Url(_) => &[],
        };
        let warnings = &warnings[..warnings.len().min(WARNINGS)];
        let warnings = Some(("The compiler warns:", warnings.join("\n")));
        let blocks = [panic.or(complaints), warnings].into_iter().flatten();
        for (head, text) in blocks.filter(|(_, text)| !text.is_empty()) {
            println!();
            println!("{head}");
            println!("{}", indent(&text));
        }
        println!();
        print_side_by_side(fault);
        println!();
        println!("Look at  {}", place(scenario, subject));
        println!("Read     {}", reading(scenario, subject));
        println!("Stuck?   {}", command("hint", subject));
    }

    /// What a student may do once everything is green.
    fn say_what_comes_next(&self) {
        let subject = self.subject;
        if subject.url.is_some() {
            return;
        }
        let number = subject.lesson.number;
        let elsewhere = elsewhere(&subject.work);
        let done = work::remembered(&subject.work);
        let open = exercises::of(&subject.lesson)
            .into_iter()
            .map(|exercise| exercise.name);
        let open: Vec<_> = open
            .filter(|name| !done.contains(&format!("{} {name}", subject.lesson.name)))
            .collect();
        let mut rows = Vec::new();
        if let Some(exercise) = &subject.exercise {
            let solution = format!(
                "lessons/{}/examples/{}.rs",
                subject.lesson.name, exercise.name
            );
            rows.push((solution, "our solution, to compare with yours".to_owned()));
        }
        if let Some(name) = open.first() {
            let more = match open.len() {
                1 => "an exercise".to_owned(),
                many => format!("the first of {many} exercises"),
            };
            rows.push((
                format!("just start {number:02} --exercise {name}{elsewhere}"),
                more,
            ));
        }
        if experiments::of(&subject.lesson).is_ok_and(|experiments| !experiments.is_empty()) {
            rows.push((
                format!("just break {number:02}"),
                "experiments: predict what a fault does".to_owned(),
            ));
        }
        let page = address_in_the_book(&subject.lesson, "check-yourself");
        rows.push((
            "just book".to_owned(),
            format!("the chapter's questions: {page}"),
        ));
        match next_lesson(&subject.lesson) {
            Some(next) => rows.push((
                format!("just start {:02}{elsewhere}", next.number),
                format!("go on to lesson {:02} with your own code", next.number),
            )),
            None => {
                println!("That was the last lesson: your server does what the course asks for.");
            }
        }
        println!();
        println!("What comes next:");
        print_rows(&rows);
    }
}

/// The lesson whose base this one is, if there is one.
fn next_lesson(lesson: &Lesson) -> Option<Lesson> {
    let lessons = lessons::all().unwrap_or_default();
    lessons
        .into_iter()
        .find(|next| next.base() == Some(&lesson.name))
}

/// What a scenario is called: an exercise by its name, as it is typed.
pub fn title(scenario: &Scenario, subject: &Subject) -> String {
    match &subject.exercise {
        Some(exercise) => exercise.name.to_owned(),
        None => scenario.title(),
    }
}

fn indent(text: &str) -> String {
    let lines: Vec<_> = text.lines().map(|line| format!("  {line}")).collect();
    lines.join("\n")
}

/// What is wrong in short, if anything is.
pub fn next_thing(checked: &Checked, subject: &Subject) -> Option<String> {
    let fault = checked.fault()?;
    let words = fault.panic().map_or_else(
        || subject.words(fault),
        |panic| format!("the server panicked:\n{}", indent(&panic)),
    );
    Some(format!("{}: {words}", title(&checked.scenario, subject)))
}
