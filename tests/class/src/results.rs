//! The results of a class: `class.json`, from which every other file is made.

use serde::{Deserialize, Serialize};

/// The version of `class.json`. It changes when a field changes its meaning or disappears.
pub const VERSION: u32 = 1;

/// A class's work on one lesson.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Class {
    /// [`VERSION`].
    pub version: u32,
    /// The lesson, `06-broadcast`.
    pub lesson: String,
    /// Whether every student has been looked at. While the program runs, and after Ctrl-C, it's `false`.
    pub complete: bool,
    /// The lesson's scenarios, in the order in which they're played.
    pub scenarios: Vec<Scenario>,
    /// The names of the lesson's exercises.
    pub exercises: Vec<String>,
    /// The things that the system couldn't restrict while the students' programs ran.
    pub not_restricted: Vec<String>,
    /// The students, in the roster's order, or by name.
    pub students: Vec<Student>,
    /// The names in the folder that aren't on the roster.
    pub unknown: Vec<String>,
}

/// A scenario of the lesson.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Scenario {
    /// Its name, `broadcast_reaches_everyone_but_the_sender`.
    pub name: String,
    /// Its name as a sentence.
    pub title: String,
    /// Whether it begins with this lesson. The others come from the lessons before.
    pub new: bool,
}

/// A student, or a pair that hands in together.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Student {
    /// The name on the roster, or of the folder.
    pub name: String,
    /// When it was handed in, as the roster says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handed_in: Option<String>,
    /// Where the server was: a path in the folder of submissions, or a URL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub work: Option<String>,
    /// A hash of what was checked, and with what. As long as it's the same, the result is, too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// How it went.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// How long that took, in seconds.
    pub seconds: f64,
}

/// How a submission did.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Outcome {
    /// How far it got.
    pub state: State,
    /// One line on why it got no further.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// More about the reason, such as what the compiler said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub details: Option<String>,
    /// The points, if they're known. A fault of the network or of this program never makes them zero.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub points: Option<Points>,
    /// The verdict on each of the lesson's scenarios that was played, in their order.
    pub scenarios: Vec<Checked>,
    /// The verdict on each of the lesson's exercises that was played.
    pub exercises: Vec<Checked>,
}

/// How far a submission got.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It passes all of the lesson's scenarios.
    Passed,
    /// It fails at least one.
    Partly,
    /// The compiler, or cargo, refuses it.
    DoesNotCompile,
    /// The program ends, prints no address, or doesn't answer there.
    DoesNotStart,
    /// The build took too long.
    BuildTimedOut,
    /// The server stopped answering, or the scenarios took too long.
    RunTimedOut,
    /// Nobody answers at the URL.
    Unreachable,
    /// There is no server in it, or nothing at all.
    NotHandedIn,
    /// It wasn't built: it brings code that would run during the build, or an archive that isn't safe to unpack.
    Skipped,
    /// Something went wrong here.
    Error,
}

impl State {
    /// Whether the result says something about the student's work, so that the points count.
    pub fn is_graded(self) -> bool {
        match self {
            Self::Passed
            | Self::Partly
            | Self::DoesNotCompile
            | Self::DoesNotStart
            | Self::RunTimedOut
            | Self::NotHandedIn => true,
            Self::BuildTimedOut | Self::Unreachable | Self::Skipped | Self::Error => false,
        }
    }

    /// Whether the same content gives the same result the next time. A time limit or a network may not.
    pub fn is_certain(self) -> bool {
        !matches!(
            self,
            Self::BuildTimedOut | Self::RunTimedOut | Self::Unreachable | Self::Error
        )
    }
}

/// The points, each as passed scenarios of all that could be judged.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Points {
    /// Scenarios that begin with this lesson.
    pub new: Score,
    /// Scenarios of the lessons before.
    pub before: Score,
    /// Exercises of this lesson.
    pub exercises: Score,
}

/// Points, of a possible number.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Score {
    /// How many passed.
    pub passed: usize,
    /// How many could pass.
    pub of: usize,
}

/// A scenario with its verdict.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Checked {
    /// The scenario's name; for an exercise, the exercise's.
    pub name: String,
    /// Whether the server passes it.
    pub verdict: Verdict,
    /// How the server fails it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<Fault>,
}

/// The verdict on a scenario.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The server passes it.
    Passed,
    /// The server fails it.
    Failed,
    /// It needs something that can't be seen at a URL, such as the server's log. It gives no points and takes none.
    Unseen,
    /// It wasn't played, because the server no longer answered. It counts as failed.
    NotPlayed,
}

/// How a server fails a scenario.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Fault {
    /// The transport it was played over.
    pub transport: String,
    /// The fault, in words.
    pub words: String,
    /// The panic in the server's log: where, and its message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub panic: Option<String>,
    /// The frames that should have crossed, in the first step that differs. A line each.
    pub expected: Vec<String>,
    /// The frames that did cross in that step.
    pub actual: Vec<String>,
    /// The first of three hints.
    pub hint: String,
}

impl Student {
    /// The first scenario that fails, with what's wrong. If all pass, the first exercise.
    pub fn first_failure(&self) -> Option<(&Checked, &Fault)> {
        let outcome = &self.outcome;
        let mut checked = outcome.scenarios.iter().chain(&outcome.exercises);
        checked.find_map(|checked| Some((checked, checked.fault.as_ref()?)))
    }
}

impl Class {
    /// How many students miss each scenario, among those whose servers were tried: scenario and number, the most missed
    /// first. Scenarios that everybody passes are left out.
    pub fn most_missed(&self) -> Vec<(&Scenario, usize)> {
        let missed = |scenario: &Scenario| {
            let checked = self
                .students
                .iter()
                .flat_map(|student| &student.outcome.scenarios);
            let of_it = checked.filter(|checked| checked.name == scenario.name);
            of_it
                .filter(|checked| matches!(checked.verdict, Verdict::Failed | Verdict::NotPlayed))
                .count()
        };
        let mut all: Vec<_> = self
            .scenarios
            .iter()
            .map(|scenario| (scenario, missed(scenario)))
            .filter(|(_, missed)| *missed > 0)
            .collect();
        // A stable sort: the first of two that are missed equally often comes first in the lesson, too.
        all.sort_by_key(|(_, missed)| std::cmp::Reverse(*missed));
        all
    }

    /// How many servers the scenarios were played on.
    pub fn tried(&self) -> usize {
        let students = self.students.iter();
        students
            .filter(|student| !student.outcome.scenarios.is_empty())
            .count()
    }
}
