//! A check needs everything that its lesson teaches: it fails if any line that the lesson adds is missing. Exceptions
//! are listed in `lines.toml`, with the reason.

use std::{
    collections::BTreeSet,
    fs,
    ops::Range,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context as _, Result, ensure};
use course::{
    lessons::{self, Lesson, root},
    scenarios,
};
use libtest_mimic::{Arguments, Trial};
use serde::Deserialize;
use workbook::{
    check::{Target, Verdict},
    launch::Launch,
    work::{Begin, build, create},
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    may_go: Vec<MayGo>,
}

/// Lines that a check doesn't need, for the same reason.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MayGo {
    /// The reason.
    #[allow(dead_code, reason = "for people, but required")]
    why: String,
    /// The names of the lessons that have these lines.
    lessons: Vec<String>,
    /// A file and its line; lines that are removed together are joined by spaces.
    lines: Vec<String>,
}

fn main() {
    let mut arguments = Arguments::from_args();
    // Copies take turns in the build folder. With one copy at a time, a line doesn't need a complete build.
    arguments.test_threads = Some(1);
    // Lesson 07 adds ten times as much, and checks don't play most of that: the suites `attacks` and `binaries` do.
    let lessons = lessons::all().unwrap().into_iter();
    let lessons = lessons.filter(|lesson| !lesson.includes("deploy"));
    let trials = lessons.map(|lesson| {
        let name = lesson.name.clone();
        Trial::test(name, move || judge(&lesson).map_err(Into::into))
    });
    libtest_mimic::run(&arguments, trials.collect()).exit();
}

#[tokio::main(flavor = "current_thread")]
async fn judge(lesson: &Lesson) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let [base, work] = ["base", "work"].map(|name| folder.path().join(name));
    create(lesson, Begin::AsItsBase, &base)?;
    create(lesson, Begin::AsTheLesson, &work)?;
    ensure!(
        !turns_red(lesson, &work).await?,
        "the check fails even with all the lines"
    );

    let base: BTreeSet<_> = sources(&base)?
        .into_iter()
        .flat_map(|(_, text)| lines(&text))
        .collect();
    let mut may_go = BTreeSet::new();
    for (file, text) in sources(&work)? {
        let lines = lines(&text);
        for unit in units(&lines).filter(|unit| !base.contains(&lines[unit.start])) {
            let (taken, mut left) = (lines[unit.clone()].to_vec(), lines.clone());
            left.drain(unit);
            fs::write(&file, left.join("\n"))?;
            if !turns_red(lesson, &work).await? {
                let file = file.strip_prefix(&work)?.display().to_string();
                let taken = taken.join(" ");
                let taken: Vec<_> = taken.split_whitespace().collect();
                may_go.insert(format!("{file}: {}", taken.join(" ")));
            }
        }
        fs::write(&file, &text)?;
    }
    let listed = listed(lesson)?;
    ensure!(
        may_go == listed,
        "not needed, but not listed: {:#?}\nlisted, but needed or missing: {:#?}",
        may_go.difference(&listed),
        listed.difference(&may_go)
    );
    Ok(())
}

fn listed(lesson: &Lesson) -> Result<BTreeSet<String>> {
    const FILE: &str = "tests/suites/lines.toml";
    let list = fs::read_to_string(root().join(FILE)).context(FILE)?;
    let list: List = toml_edit::de::from_str(&list).context(FILE)?;
    let of_lesson = list.may_go.into_iter();
    let of_lesson = of_lesson.filter(|may_go| may_go.lessons.contains(&lesson.name));
    Ok(of_lesson.flat_map(|may_go| may_go.lines).collect())
}

/// The source files of a copy, with their contents.
fn sources(copy: &Path) -> Result<Vec<(PathBuf, String)>> {
    let mut sources = Vec::new();
    for file in fs::read_dir(copy.join("src"))? {
        let file = file?.path();
        let text = fs::read_to_string(&file)?;
        sources.push((file, text));
    }
    Ok(sources)
}

fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}

/// The parts that can be removed: a line of code with everything indented below it, up to its closing brackets. That's a
/// statement, a link of a chain of calls, an attribute or an item, as rustfmt writes them.
fn units(lines: &[String]) -> impl Iterator<Item = Range<usize>> {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let closes = |line: &str| line.trim_start().starts_with([')', ']', '}']);
    let is_code = move |line: &str| {
        let line = line.trim_start();
        !line.is_empty() && !line.starts_with("//") && !closes(line)
    };
    let starts = (0..lines.len()).filter(move |start| is_code(&lines[*start]));
    starts.map(move |start| {
        let is_outside = |line: &String| {
            let deeper = indent(line).cmp(&indent(&lines[start]));
            !(line.is_empty() || deeper.is_gt() || deeper.is_eq() && closes(line))
        };
        let mut after = lines.iter().skip(start + 1);
        let end = after.position(is_outside);
        start..end.map_or(lines.len(), |count| start + 1 + count)
    })
}

/// Whether the lesson's check of a copy finds a fault, or the copy can't be checked at all.
async fn turns_red(lesson: &Lesson, work: &Path) -> Result<bool> {
    let Ok(program) = build(work).await else {
        return Ok(true);
    };
    let target = Target::Program {
        launch: Launch::default(),
        program: Arc::new(program),
        folder: work.to_owned(),
    };
    if target.probe().await.is_err() {
        return Ok(true);
    }
    let mut scenarios = scenarios::of(lesson);
    // The lesson's own first, since they're the most likely to fail.
    scenarios.sort_by_key(|scenario| !scenario.begins_with(lesson));
    for scenario in scenarios {
        if let Verdict::Failed(_) = target.check(&scenario).await? {
            return Ok(true);
        }
    }
    Ok(false)
}
