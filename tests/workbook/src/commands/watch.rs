//! `workbook watch`: restarts a server and reloads its page as files change.

use std::{
    path::{Path, PathBuf},
    pin::pin,
    process::Stdio,
    sync::Arc,
    time::Duration,
};

use anyhow::{Context, Result, bail};
use console::style;
use course::lessons::{self, Lesson, root};
use tokio::{
    process::{Child, Command},
    sync::oneshot,
    task::JoinSet,
    time::timeout,
};
use wire::connection::Http;
use workbook::work::{self, Built};

use super::{
    address::openable,
    changes::{Change, Changes},
    check::{self, Checked},
    copies, output, pointers, port,
    reload::Reload,
    report, setup,
};

/// How long a server usually takes at most to print its address, and to answer.
const USUAL: Duration = Duration::from_secs(10);

/// The crate that's watched.
struct Subject {
    lesson: Lesson,
    /// The crate's folder.
    folder: PathBuf,
    /// Where `public/` is.
    top: PathBuf,
    /// A student's copy is checked after each change.
    copy: Option<check::Subject>,
}

/// Watches a lesson, or the copy (`work 03`), until this is dropped.
pub async fn watch(what: &[String], exercise: Option<String>, work: &Path) -> Result<()> {
    let subject = subject(what, exercise, work)?;
    setup::ensure_client();
    let reload = Reload::listen().await.context("no port is free")?;
    let mut changes = Changes::of(&subject.folder, &subject.top.join("public"));
    let mut server = Running::default();
    loop {
        // The next save ends a round, whatever it's doing, and so does Ctrl-C.
        let mut round = pin!(server.round(&subject, &reload));
        let mut is_over = false;
        loop {
            tokio::select! {
                change = changes.next() => match change {
                    Change::Page => reload.reload(),
                    Change::Code => break,
                },
                () = &mut round, if !is_over => is_over = true,
            }
        }
    }
}

fn subject(what: &[String], exercise: Option<String>, work: &Path) -> Result<Subject> {
    match what {
        [copy, lesson] if copy == "work" => {
            let options = check::Options {
                lesson: lesson.clone(),
                exercise,
                url: None,
            };
            let copy = check::Subject::find(&options, work)?;
            copies::expect(&copy.copy, &copy.lesson)?;
            Ok(Subject {
                lesson: copy.lesson.clone(),
                folder: copy.copy.clone(),
                top: copy.copy.clone(),
                copy: Some(copy),
            })
        }
        [lesson] => {
            let lesson = lessons::find(lesson)?;
            Ok(Subject {
                folder: lesson.folder(),
                lesson,
                top: root().to_owned(),
                copy: None,
            })
        }
        _ => bail!("watch a lesson (`just watch 03`) or your copy (`just watch work 03`)."),
    }
}

/// The running server.
#[derive(Default)]
struct Running {
    child: Option<Child>,
    /// Kept for as long as the server runs.
    program: Option<Arc<Built>>,
    /// The tasks that show its output.
    output: JoinSet<()>,
}

impl Running {
    /// Builds, replaces the old program with the new one, checks it, and says when it exits. If it doesn't compile, the
    /// old one stays. May be dropped at any time.
    async fn round(&mut self, subject: &Subject, reload: &Reload) {
        match work::build(&subject.folder).await {
            Ok(program) => {
                if let Err(error) = self.serve(subject, reload, Arc::new(program)).await {
                    println!("{error:#}");
                }
            }
            Err(error) => {
                println!("{error:#}");
                if self.is_running() {
                    let words = "It doesn't compile: the previous server is still running.";
                    println!("{}", style(words).bold());
                }
            }
        }
        if let Some(child) = &mut self.child {
            let ended = child.wait().await;
            self.child = None;
            // An error means that the system knows nothing more about it.
            let status = ended.map_or_else(|error| error.to_string(), |status| status.to_string());
            println!("The server exited ({status}). It starts again when you save a change.");
        }
    }

    fn is_running(&mut self) -> bool {
        let child = self.child.as_mut();
        child.is_some_and(|child| matches!(child.try_wait(), Ok(None)))
    }

    async fn serve(
        &mut self,
        subject: &Subject,
        reload: &Reload,
        program: Arc<Built>,
    ) -> Result<()> {
        let Some(printed) = self.replace(subject, &program).await? else {
            self.child = None;
            println!(
                "{}",
                port::fault(&port::of_server(&subject.top)).unwrap_or_else(|| {
                    "The server exited. It starts again when you fix it and save.".to_owned()
                })
            );
            return Ok(());
        };
        let (address, others) = openable(&printed);
        if has_policy(&address).await {
            // The policy keeps the page from connecting to other servers, including this program.
            let words = format!(
                "Open {address} : its Content-Security-Policy keeps the page from reloading by itself."
            );
            println!("{}", style(words).bold());
        } else {
            let query = format!("?reload={}", reload.port());
            let words = format!("Open {address}/{query} : the page reloads when you save.");
            println!("{}", style(words).bold());
            if subject.lesson.is_capstone() {
                println!("A desk: {address}/escritorio.html{query}");
                println!("The wall screen: {address}/pantalla.html{query}");
            } else if subject.lesson.includes("connect") {
                println!("Two clients side by side: {address}/shared/duo.html{query}");
            }
        }
        if let Some(others) = others {
            println!("On other machines in this network: {others}");
        }
        reload.reload();
        if let Some(copy) = &subject.copy {
            next_thing(copy, program).await;
        }
        Ok(())
    }

    /// Stops the old server and starts the new one. Returns the address that it prints, or nothing if it exits first.
    async fn replace(&mut self, subject: &Subject, program: &Arc<Built>) -> Result<Option<String>> {
        if let Some(mut old) = self.child.take() {
            // It may have exited by itself.
            old.kill().await.ok();
        }
        self.output = JoinSet::new();
        let mut child = Command::new(&program.path)
            .current_dir(&subject.top)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("cannot start {}", program.path.display()))?;
        let (sender, mut address) = oneshot::channel();
        if let Some(output) = child.stdout.take() {
            self.output
                .spawn(output::show(output, sender, output::READABLE, ""));
        }
        if let Some(errors) = child.stderr.take() {
            let (ignored, _) = oneshot::channel();
            self.output
                .spawn(output::show(errors, ignored, output::READABLE, ""));
        }
        let child = self.child.insert(child);
        self.program = Some(Arc::clone(program));
        let mut patience = pin!(tokio::time::sleep(USUAL));
        loop {
            tokio::select! {
                Ok(address) = &mut address, if !address.is_terminated() => return Ok(Some(address)),
                _ = child.wait() => break,
                () = &mut patience, if !patience.is_elapsed() => {
                    println!("The server hasn't printed its address (http://...) yet. Does it get as far as listening?");
                }
            }
        }
        // Its last output may still be on its way, unless a process that it started keeps the pipe open.
        let last_words = async { while self.output.join_next().await.is_some() {} };
        timeout(Duration::from_secs(1), last_words).await.ok();
        // A program that exits immediately may have printed its address first.
        Ok(address.try_recv().ok())
    }
}

/// Whether a server tells browsers what its page may load.
async fn has_policy(address: &str) -> bool {
    let Ok(http) = Http::new(address) else {
        return false;
    };
    let page = timeout(USUAL, http.get("/", None)).await;
    page.is_ok_and(|page| page.is_ok_and(|page| page.header("content-security-policy").is_some()))
}

/// Checks the copy as it is now, and prints the next thing to do.
async fn next_thing(copy: &check::Subject, program: Arc<Built>) {
    let target = workbook::check::Target::Program {
        launch: workbook::launch::Launch::default(),
        program,
        folder: copy.copy.clone(),
    };
    for scenario in copy.scenarios() {
        match target.check(&scenario).await {
            Ok(verdict) => {
                let checked = Checked { scenario, verdict };
                if let Some(words) = report::next_thing(&checked, copy) {
                    return println!("{} {words}", style("Next:").bold());
                }
            }
            Err(error) => return println!("{error:#}"),
        }
    }
    println!(
        "{} What to do next: {}",
        style("Everything passes.").green(),
        pointers::command("check", copy)
    );
}
