//! A server on the open internet has to withstand all this: attacks, stalled clients, the end of its process.
//!
//! Each attack names the first lesson that withstands it. It runs on that lesson and on the last one, and the lesson before
//! that first one has to fail: an attack that harms nobody proves nothing.

mod answers;
mod bodies;
mod floods;
mod forwarded;
mod headers;
mod log;
mod origins;
mod properties;
mod raw;
mod sessions;
mod settings;
mod shutdown;
mod slow;
mod stalled;

use std::{
    cell::Cell,
    panic::{self, AssertUnwindSafe, catch_unwind},
    path::PathBuf,
    pin::Pin,
    time::Duration,
};

use course::{
    lessons::{self, Lesson},
    production::Production,
};
use libtest_mimic::{Arguments, Failed, Trial};
use tokio::{runtime::Builder, time::timeout};
use workbook::programs::program;

/// The last lesson of this part. It withstands everything.
const LAST: &str = "drain";

/// How long a lesson may take to fail. An attack that isn't over by then has succeeded, too. It's longer than
/// [`PATIENCE`](course::production::PATIENCE), so that the attack itself says what didn't happen.
const FAILURE_LIMIT: Duration = Duration::from_secs(40);

/// How many characters of the reason are printed.
const REASON_LENGTH: usize = 200;

/// Attacks a lesson. It panics if the lesson doesn't withstand it.
type Body = fn(Program) -> Pin<Box<dyn Future<Output = ()>>>;

struct Attack {
    /// The package of the first lesson that withstands it.
    first: &'static str,
    module: &'static str,
    name: &'static str,
    body: Body,
}

/// Lists a module's attacks by the first lesson that withstands them. Attacks on lesson 06 have no red gate: before that
/// lesson, there's no conversation to disturb.
macro_rules! attacks {
    ($($first:ident: $($name:ident),+;)+) => {
        pub fn attacks() -> Vec<crate::Attack> {
            vec![$($(crate::Attack {
                first: stringify!($first),
                module: module_path!(),
                name: stringify!($name),
                body: |program| Box::pin($name(program)),
            }),+),+]
        }
    };
}
pub(crate) use attacks;

/// A lesson's program.
#[derive(Clone)]
struct Program {
    lesson: Lesson,
}

impl Program {
    fn path(&self) -> PathBuf {
        program(&self.lesson)
    }

    /// Starts it with these settings. The lesson ignores those that it doesn't know yet.
    async fn start(&self, environment: &[(&str, &str)]) -> Production {
        let started = Production::start(&self.path(), environment).await;
        started.unwrap_or_else(|error| panic!("{error:#}"))
    }

    /// Whether it's the lesson of this package, or a later one that builds on it.
    fn includes(&self, lesson: &str) -> bool {
        self.lesson.includes(lesson)
    }
}

thread_local! {
    /// Whether this thread's panics are expected. If so, they print nothing.
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

fn main() {
    let print = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if !QUIET.get() {
            print(info);
        }
    }));
    let modules = [
        answers::attacks(),
        bodies::attacks(),
        floods::attacks(),
        forwarded::attacks(),
        headers::attacks(),
        log::attacks(),
        origins::attacks(),
        properties::attacks(),
        sessions::attacks(),
        settings::attacks(),
        shutdown::attacks(),
        slow::attacks(),
        stalled::attacks(),
    ];
    let trials = modules.into_iter().flatten().flat_map(Attack::trials);
    let arguments = Arguments::from_args();
    libtest_mimic::run(&arguments, trials.collect()).exit();
}

impl Attack {
    fn trials(self) -> Vec<Trial> {
        let first = lessons::find(self.first).unwrap();
        let last = lessons::find(LAST).unwrap();
        let module = self.module.trim_start_matches("attacks::");
        let name = |lesson: &Lesson| format!("{module}::{}::{}", self.name, lesson.name);
        let body = self.body;
        let mut trials = Vec::new();
        if let Some(before) = first.base().filter(|_| first.includes("deploy")) {
            let before = lessons::find(before).unwrap();
            let trial = Trial::test(name(&before), {
                let before = before.clone();
                let name = name(&before);
                move || fails(&name, body, before)
            });
            trials.push(trial.with_kind("red"));
        }
        let is_last = first == last;
        for lesson in [first, last].into_iter().skip(is_last.into()) {
            trials.push(Trial::test(name(&lesson), move || {
                run(async { body(Program { lesson }).await });
                Ok(())
            }));
        }
        trials
    }
}

fn run<T>(future: impl Future<Output = T>) -> T {
    let runtime = Builder::new_current_thread().enable_all().build();
    runtime.unwrap().block_on(future)
}

/// Passes if the lesson fails.
fn fails(name: &str, body: Body, lesson: Lesson) -> Result<(), Failed> {
    QUIET.set(true);
    let attack = || run(async { timeout(FAILURE_LIMIT, body(Program { lesson })).await });
    let failure = catch_unwind(AssertUnwindSafe(attack));
    QUIET.set(false);
    let reason = match failure {
        Ok(Ok(())) => return Err(format!("{name} passes").into()),
        Ok(Err(_)) => format!("not over after {FAILURE_LIMIT:?}"),
        Err(panic) => {
            let message = panic.downcast_ref::<String>().map(String::as_str);
            let message = message.or_else(|| panic.downcast_ref().copied());
            message.unwrap_or("a panic").to_owned()
        }
    };
    let reason: String = reason.chars().take(REASON_LENGTH).collect();
    println!("{name}: {}", reason.replace('\n', " "));
    Ok(())
}
