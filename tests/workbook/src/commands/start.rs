//! `workbook start`: a student's own copy, from one lesson to the next.

use std::path::Path;

use anyhow::{Result, bail, ensure};
use clap::Args;
use console::style;
use course::{
    lessons::{self, Lesson},
    scenarios,
};
use workbook::work::{self, Begin};

use super::{
    check::{self, Checked},
    copies::{self, shown},
    pointers::{address_in_the_book, elsewhere, print_rows},
    setup,
};

/// The crate to start.
#[derive(Args)]
pub struct Options {
    /// The lesson: 3, 03 and 03-emit all mean the same one; or capstone
    #[arg(required_unless_present = "list")]
    lesson: Option<String>,
    /// Begin again from the lesson before; your copy is moved aside, to work-1, work-2 and so on
    #[arg(long)]
    fresh: bool,
    /// Go on with your own code even though it doesn't pass the lesson before
    #[arg(long, conflicts_with = "fresh")]
    anyway: bool,
    /// Make a copy for one of the lesson's exercises, next to your own
    #[arg(long, conflicts_with = "anyway")]
    exercise: Option<String>,
    /// List your copies, and how to remove one
    #[arg(long, conflicts_with_all = ["fresh", "anyway", "exercise"])]
    list: bool,
}

/// Makes a copy, or goes on in the one that's there. Returns `false` if that isn't ready for it.
pub async fn start(options: &Options, work: &Path) -> Result<bool> {
    let Some(lesson) = &options.lesson else {
        copies::list(work)?;
        return Ok(true);
    };
    let lesson = lessons::find_to_build(lesson)?;
    if lesson.is_capstone() {
        ensure!(options.exercise.is_none(), "The capstone has no exercises.");
        capstone(&lesson, work, options.fresh)?;
        return Ok(true);
    }
    if let Some(name) = &options.exercise {
        exercise(&lesson, name, work, options.fresh)?;
        return Ok(true);
    }
    if work.exists() {
        if !options.fresh {
            return go_on(&lesson, work, options.anyway).await;
        }
        let aside = copies::move_aside(work)?;
        setup::ensure_client();
        work::create(&lesson, Begin::AsItsBase, work)?;
        work::take_along(&aside, work)?;
    } else {
        setup::ensure_client();
        work::create(&lesson, Begin::AsItsBase, work)?;
    }
    let beginning = lesson.base().unwrap_or("an empty server");
    println!(
        "{} is your copy of lesson {:02}. It starts from {beginning}.",
        shown(work),
        lesson.number
    );
    say_what_to_type(&lesson, "", work, None);
    Ok(true)
}

/// Goes on in the student's own copy, if it passes the lesson's base.
async fn go_on(lesson: &Lesson, work: &Path, anyway: bool) -> Result<bool> {
    let copy = shown(work);
    let number = lesson.number;
    let again = format!("just start {number:02} --fresh{}", elsewhere(work));
    let Some(from) = work::lesson_of(work)? else {
        bail!(
            "{copy} already exists, but no [[bin]] in its Cargo.toml has the name of a lesson, so nothing was changed. \
             `{again}` moves it aside and begins again."
        );
    };
    if from == *lesson {
        println!("{copy} is already your copy of lesson {number:02}, so nothing was changed.");
        let again = (again, "move it aside and begin again".to_owned());
        say_what_to_type(lesson, "", work, Some(again));
        return Ok(true);
    }
    let Some(base) = lesson.base().filter(|_| number > from.number) else {
        println!(
            "{copy} is already your copy of lesson {:02}, which comes after lesson {number:02}. Nothing was changed.",
            from.number
        );
        print_rows(&[(again, format!("move it aside and begin lesson {number:02}"))]);
        return Ok(false);
    };
    if !lesson.includes(from.package()) {
        println!(
            "{copy} is your copy of lesson {:02}, but lesson {number:02} begins again from {base}. Nothing was changed.",
            from.number
        );
        print_rows(&[(again, format!("move it aside and begin lesson {number:02}"))]);
        return Ok(false);
    }
    if !anyway && !is_ready(work, &lessons::find(base)?, lesson).await? {
        return Ok(false);
    }
    let changes = work::go_on(work, &from, lesson)?;
    setup::ensure_client();
    println!("{copy} goes on to lesson {number:02}, with your own code:");
    if !changes.libraries.is_empty() {
        println!("  added to Cargo.toml: {}", changes.libraries.join(", "));
    }
    println!(
        "  the program is now called {}, so it serves public/{0}",
        lesson.name
    );
    if changes.has_new_page {
        println!("  added public/{}, the lesson's page", lesson.name);
    }
    println!("  src/ is unchanged, and your crate keeps its name");
    say_what_to_type(lesson, "", work, None);
    Ok(true)
}

/// Whether the copy passes the lesson before. If not, prints what is missing, and the options.
async fn is_ready(work: &Path, base: &Lesson, lesson: &Lesson) -> Result<bool> {
    let copy = shown(work);
    let failing = match check::copy(work, base).await {
        Ok(target) => {
            let mut failing = Vec::new();
            for scenario in scenarios::of(base) {
                let verdict = target.check(&scenario).await?;
                let checked = Checked { scenario, verdict };
                failing.extend(checked.fault().map(|_| checked.scenario.title()));
            }
            failing
        }
        Err(error) => {
            println!("{error:#}\n");
            vec!["no scenario can be played".to_owned()]
        }
    };
    if failing.is_empty() {
        work::remember(work, &base.name)?;
        return Ok(true);
    }
    println!("{copy} doesn't pass lesson {:02} yet:", base.number);
    for title in &failing {
        println!("  {} {title}", style("✗").red());
    }
    println!();
    println!("Nothing was changed. You can:");
    let elsewhere = elsewhere(work);
    let (base, number) = (base.number, lesson.number);
    print_rows(&[
        (
            format!("just check {base:02}{elsewhere}"),
            "see what is missing".to_owned(),
        ),
        (
            format!("just start {number:02} --anyway{elsewhere}"),
            "go on with your code as it is".to_owned(),
        ),
        (
            format!("just start {number:02} --fresh{elsewhere}"),
            format!("move it aside, and start from our lesson {base:02}"),
        ),
    ]);
    Ok(false)
}

/// Makes a copy for the capstone, next to the student's own.
fn capstone(capstone: &Lesson, work: &Path, fresh: bool) -> Result<()> {
    let copy = copies::of_lesson(capstone, work);
    if copy.exists() {
        if !fresh {
            println!("{} already exists, so nothing was changed.", shown(&copy));
            let again = format!("just start {} --fresh{}", capstone.short(), elsewhere(work));
            let again = (again, "move it aside and begin again".to_owned());
            say_what_to_type(capstone, "", work, Some(again));
            return Ok(());
        }
        copies::move_aside(&copy)?;
    }
    setup::ensure_client();
    work::create(capstone, Begin::AsItsBase, &copy)?;
    println!(
        "{} is your copy for the capstone. It starts from our lesson 07, with the libraries of the other lessons.",
        shown(&copy)
    );
    println!(
        "The tasks are in the book: just book, then {}",
        address_in_the_book(capstone, "build")
    );
    say_what_to_type(capstone, "", work, None);
    Ok(())
}

/// Makes a copy for an exercise: from the student's own code if it's at that lesson, otherwise from ours.
fn exercise(lesson: &Lesson, name: &str, work: &Path, fresh: bool) -> Result<()> {
    let exercise = check::exercise(lesson, name)?;
    let copy = copies::beside(work, exercise.name);
    let number = lesson.number;
    let option = format!(" --exercise {}", exercise.name);
    if copy.exists() {
        if !fresh {
            println!("{} already exists, so nothing was changed.", shown(&copy));
            let again = format!("just start {number:02}{option} --fresh{}", elsewhere(work));
            let again = (again, "move it aside and begin again".to_owned());
            say_what_to_type(lesson, &option, work, Some(again));
            return Ok(());
        }
        copies::move_aside(&copy)?;
    }
    setup::ensure_client();
    let own = work.exists() && work::lesson_of(work)?.as_ref() == Some(lesson);
    let beginning = if own {
        work::duplicate(work, &copy)?;
        format!("your own {}", shown(work))
    } else {
        work::create(lesson, Begin::AsTheLesson, &copy)?;
        format!("our lesson {number:02}")
    };
    work::use_page_of(exercise.name, lesson, &copy)?;
    let libraries = work::use_libraries_of(&exercise, &copy)?;
    println!(
        "{} is your copy for the exercise {}. It starts from {beginning}.",
        shown(&copy),
        exercise.name
    );
    if !libraries.is_empty() {
        println!("  added to Cargo.toml: {}", libraries.join(", "));
    }
    println!();
    println!("{}", exercise.task);
    say_what_to_type(lesson, &option, work, None);
    Ok(())
}

fn say_what_to_type(lesson: &Lesson, exercise: &str, work: &Path, more: Option<(String, String)>) {
    let (name, elsewhere) = (lesson.short(), elsewhere(work));
    let commands = [
        ("check", "what's left to do"),
        ("hint", "a hint for the first thing that fails"),
        ("watch work", "run it, and restart it when you save"),
    ];
    let rows = commands.map(|(command, words)| {
        let command = format!("just {command} {name}{exercise}{elsewhere}");
        (command, words.to_owned())
    });
    println!();
    print_rows(&rows.into_iter().chain(more).collect::<Vec<_>>());
}
