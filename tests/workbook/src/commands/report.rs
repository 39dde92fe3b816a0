//! Reports a check's results to a person.

use std::collections::HashSet;

use console::style;
use course::{exercises, experiments, lessons, scenario::Scenario, scene::Unseen};
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

/// Prints the result of each scenario as soon as it's known, and then what to do next.
pub struct Report<'a> {
    subject: &'a Subject,
    /// The numbers of the earlier lessons whose scenarios have passed and aren't shown yet.
    earlier: Vec<u8>,
    /// The last explanation that was printed for a failed scenario.
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

    /// Says which lesson the copy is for, if it isn't the one being checked.
    pub fn say_if_the_copy_is_elsewhere(&self) {
        // The build complains about a manifest that can't be read.
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

    /// Prints one line for a scenario. Passing scenarios of earlier lessons share a line.
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
                    Unseen::Database => "needs the server's database",
                    Unseen::Restart => "needs a restart of the server",
                    Unseen::Limit => "the server has its own limits",
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

    /// Prints how many passed, and then the details of the first that failed, or what to do next.
    pub fn summary(&mut self, checked: &[Checked], unplayed: usize, target: &Target) {
        self.fold();
        let passed = checked
            .iter()
            .filter(|checked| matches!(checked.verdict, Verdict::Passed))
            .count();
        println!();
        println!("{passed} of {} pass.", checked.len() + unplayed);
        if unplayed > 0 {
            println!("The other {unplayed} weren't played: the server no longer answers.");
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

    /// Prints what a student can do once everything passes.
    fn say_what_comes_next(&self) {
        let subject = self.subject;
        if subject.url.is_some() {
            return;
        }
        if subject.lesson.is_capstone() {
            println!();
            println!(
                "That's the capstone: the queue works. Show it to somebody, on a phone and on a wall."
            );
            println!(
                "What to think about next: just book, then {}",
                address_in_the_book(&subject.lesson, "next")
            );
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
        if subject.exercise.is_some() {
            let solution = command("solution", subject);
            rows.push((solution, "our solution, compared with yours".to_owned()));
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
        let all = lessons::all().unwrap_or_default();
        // Lessons that begin again from this one come later.
        let mut parts = HashSet::new();
        let next = all
            .iter()
            .filter(|next| next.base() == Some(&subject.lesson.name) && parts.insert(next.part));
        let next: Vec<_> = next
            .map(|next| {
                let part = match next.part {
                    part if part == subject.lesson.part => String::new(),
                    part => format!(", which begins part {part},"),
                };
                (
                    format!("just start {:02}{elsewhere}", next.number),
                    format!(
                        "go on to lesson {:02}{part} with your own code",
                        next.number
                    ),
                )
            })
            .collect();
        if next.is_empty() {
            println!("That was the last lesson of part {}.", subject.lesson.part);
        }
        rows.extend(next);
        let after = all.iter().find(|other| other.number == number + 1);
        if let Some(other) = after
            && !other.includes(subject.lesson.package())
        {
            let base = other.base().unwrap_or("an empty server");
            rows.push((
                format!("just start {:02} --fresh{elsewhere}", other.number),
                format!("begin lesson {:02}, from our {base}", other.number),
            ));
        }
        println!();
        println!("What to do next:");
        print_rows(&rows);
    }
}

/// A scenario's title; for an exercise, its name as you type it.
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

/// A short description of what's wrong, if anything.
pub fn next_thing(checked: &Checked, subject: &Subject) -> Option<String> {
    let fault = checked.fault()?;
    let words = fault.panic().map_or_else(
        || subject.words(fault),
        |panic| format!("the server panicked:\n{}", indent(&panic)),
    );
    Some(format!("{}: {words}", title(&checked.scenario, subject)))
}
