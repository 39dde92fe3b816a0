//! The book in a real browser, read from a folder: every chapter, and what the pages do by themselves.

mod chapter;
mod reader;

use std::{path::PathBuf, process::ExitCode, sync::Arc};

use book::make::{self, Options};
use browser::{Chromium, Result};
use libtest_mimic::{Arguments, Trial};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// The book for this run, and who reads it.
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
    trials.push(Trial::test("nothing_is_wrong_with_the_book", move || {
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

/// Trials named as their functions are.
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
            // All on one page, the chapters are the same, and too many for axe-core to look at in time.
            if page != "print.html" {
                trials.extend(trials!(self, page, chapter: has_no_serious_fault));
            }
            trials.extend(trials!(
                self, page, chapter:
                does_not_scroll_sideways,
                asks_nobody_else_and_is_light,
                is_not_turned_by_arrow_keys,
                is_whole_on_paper,
            ));
        }
        trials.extend(trials!(
            self, "reader", reader:
            searches_a_book_in_a_folder,
            copies_code_without_signs,
            chooses_colours,
            hides_the_contents,
            follows_a_link_into_a_fold,
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
