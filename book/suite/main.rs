//! Tests the book in a real browser, from a folder: every chapter, and the pages' own scripts.

mod chapter;
mod reader;

use std::{path::PathBuf, process::ExitCode, sync::Arc};

use book::make::{self, Options};
use browser::{Chromium, Result};
use libtest_mimic::{Arguments, Trial};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// The book for this run, and the browser that reads it.
struct Suite {
    runtime: Arc<Runtime>,
    chromium: Arc<Chromium>,
    folder: Arc<PathBuf>,
}

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert(2);
    let folder = TempDir::new().unwrap();
    let built = make::build(&Options {
        destination: Some(folder.path().join("book")),
        ..Options::default()
    })
    .unwrap();
    let runtime = Arc::new(Runtime::new().unwrap());
    let chromium = Arc::new(runtime.block_on(Chromium::launch()).unwrap());
    let suite = Suite {
        runtime: Arc::clone(&runtime),
        chromium: Arc::clone(&chromium),
        folder: Arc::new(built.folder),
    };
    let faults: Vec<_> = built.faults.iter().map(ToString::to_string).collect();
    let mut trials = suite.trials();
    trials.push(Trial::test("the_book_has_no_faults", move || {
        if faults.is_empty() {
            Ok(())
        } else {
            Err(faults.join("\n").into())
        }
    }));
    let conclusion = libtest_mimic::run(&arguments, trials);
    drop(suite);
    if let Ok(chromium) = Arc::try_unwrap(chromium) {
        runtime.block_on(chromium.close()).unwrap();
    }
    conclusion.exit_code()
}

/// Trials, named after their functions.
macro_rules! trials {
    ($suite:expr, $page:expr, $module:ident: $($trial:ident),+ $(,)?) => {
        vec![$({
            let page: String = $page.to_owned();
            let name = format!("{page}::{}", stringify!($trial));
            $suite.trial(name, async move |chromium, folder| {
                $module::$trial(&chromium, &folder, &page).await
            })
        }),+]
    };
}

impl Suite {
    fn trials(&self) -> Vec<Trial> {
        let mut trials = Vec::new();
        for page in book::pages::files(&self.folder, "html").unwrap() {
            trials.extend(trials!(self, page, chapter: is_good));
        }
        trials.extend(trials!(
            self, "reader", reader:
            searches_a_book_in_a_folder,
            copies_code_without_signs,
            chooses_colours,
            hides_the_contents,
            follows_a_link_into_a_fold,
            sees_whose_lifeline_it_is,
            sees_what_was_saved,
        ));
        trials
    }

    fn trial<F>(&self, name: String, play: F) -> Trial
    where
        F: AsyncFnOnce(Arc<Chromium>, Arc<PathBuf>) -> Result + Send + 'static,
    {
        let runtime = Arc::clone(&self.runtime);
        let (chromium, folder) = (Arc::clone(&self.chromium), Arc::clone(&self.folder));
        Trial::test(name, move || {
            runtime.block_on(play(chromium, folder)).map_err(Into::into)
        })
    }
}
