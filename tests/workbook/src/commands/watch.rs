//! `workbook watch`: restarts a server and reloads its page as files change.

use std::{
    env,
    path::{Path, PathBuf},
    process::Stdio,
    sync::Arc,
    time::Duration,
};

use anyhow::{Context, Result, bail};
use console::style;
use course::{
    lessons::{self, Lesson, root},
    scenarios,
};
use notify::{EventKind, RecursiveMode, Watcher};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, ChildStdout, Command},
    sync::mpsc::{UnboundedReceiver, unbounded_channel},
    time::timeout,
};
use wire::connection::Http;
use workbook::work::{self, Built};

use super::{
    check::{self, Checked, shown},
    reload::Reload,
    report, setup,
};

/// An editor writes a file in several steps: what follows this soon belongs to the same save.
const SAVE: Duration = Duration::from_millis(50);

/// What is watched.
struct Subject {
    lesson: Lesson,
    /// The crate's folder.
    folder: PathBuf,
    /// Where `public/` is.
    top: PathBuf,
    /// Whether it is a student's copy, which is checked after each change.
    is_copy: bool,
}

/// Watches a lesson, or the copy (`work 03`), until Ctrl-C.
pub async fn watch(what: &[String], work: &Path) -> Result<()> {
    let subject = subject(what, work)?;
    setup::ensure_client();
    let (sender, mut changes) = unbounded_channel();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        if let Ok(event) = event
            && !matches!(event.kind, EventKind::Access(_))
        {
            // Nobody listens any more when the program ends.
            event
                .paths
                .into_iter()
                .for_each(|path| drop(sender.send(path)));
        }
    })?;
    for folder in [subject.folder.join("src"), subject.top.join("public")] {
        watcher
            .watch(&folder, RecursiveMode::Recursive)
            .with_context(|| format!("cannot watch {}", shown(&folder)))?;
    }

    let reload = Reload::listen().await.context("no port is free")?;
    let mut server = Running::default();
    server.restart(&subject, &reload).await;
    loop {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => return Ok(()),
            paths = save(&mut changes) => {
                let public = subject.top.join("public");
                if paths.iter().all(|path| path.starts_with(&public)) {
                    reload.reload();
                } else {
                    server.restart(&subject, &reload).await;
                }
            }
        }
    }
}

fn subject(what: &[String], work: &Path) -> Result<Subject> {
    match what {
        [copy, lesson] if copy == "work" => {
            let lesson = lessons::find(lesson)?;
            check::expect_copy(work, &lesson)?;
            Ok(Subject {
                lesson,
                folder: work.to_owned(),
                top: work.to_owned(),
                is_copy: true,
            })
        }
        [lesson] => {
            let lesson = lessons::find(lesson)?;
            Ok(Subject {
                folder: lesson.folder(),
                lesson,
                top: root().to_owned(),
                is_copy: false,
            })
        }
        _ => bail!("watch a lesson (`just watch 03`) or your copy (`just watch work 03`)."),
    }
}

/// The files of the next save.
async fn save(changes: &mut UnboundedReceiver<PathBuf>) -> Vec<PathBuf> {
    let mut paths: Vec<_> = changes.recv().await.into_iter().collect();
    while let Ok(Some(path)) = timeout(SAVE, changes.recv()).await {
        paths.push(path);
    }
    paths
}

/// The server that runs now.
#[derive(Default)]
struct Running {
    child: Option<Child>,
    /// Kept as long as it runs.
    program: Option<Arc<Built>>,
}

impl Running {
    /// Builds, and puts the new program in the old one's place. If it does not compile, the old one stays.
    async fn restart(&mut self, subject: &Subject, reload: &Reload) {
        let program = match work::build(&subject.folder) {
            Ok(program) => Arc::new(program),
            Err(error) => {
                println!("{error:#}");
                if self.child.is_some() {
                    println!(
                        "{}",
                        style("It does not compile: the previous server is still running.").bold()
                    );
                }
                return;
            }
        };
        if let Some(mut child) = self.child.take() {
            // It may have ended by itself.
            child.kill().await.ok();
        }
        let port = env::var("PORT").unwrap_or_else(|_| "3000".to_owned());
        let child = Command::new(&program.path)
            .current_dir(&subject.top)
            .env("PORT", port)
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn();
        match child {
            Ok(child) => {
                self.child = Some(child);
                self.program = Some(Arc::clone(&program));
            }
            Err(error) => return println!("{} cannot be started: {error}", program.path.display()),
        }
        let output = self.child.as_mut().and_then(|child| child.stdout.take());
        let Some(address) = show(output).await else {
            return println!("The server ended. Fix it and save, and it starts again.");
        };
        let invitation = if has_policy(&address).await {
            // It forbids the page to connect to anyone else, and so to this program.
            format!("Open {address} : its policy keeps the page from reloading by itself.")
        } else {
            let port = reload.port();
            format!("Open {address}/?reload={port} : the page reloads as you save.")
        };
        println!("{}", style(invitation).bold());
        reload.reload();
        if subject.is_copy {
            next_thing(subject, program).await;
        }
    }
}

/// Shows what a server prints, and gives the address among it once it is there.
async fn show(output: Option<ChildStdout>) -> Option<String> {
    let mut lines = BufReader::new(output?).lines();
    let mut address = None;
    while address.is_none() {
        let line = lines.next_line().await.ok()??;
        println!("{line}");
        address = line.starts_with("http://").then_some(line);
    }
    tokio::spawn(async move {
        while let Ok(Some(line)) = lines.next_line().await {
            println!("{line}");
        }
    });
    address.map(|address| address.replace("0.0.0.0", "127.0.0.1"))
}

/// Whether a server tells browsers what its page may load.
async fn has_policy(address: &str) -> bool {
    let Ok(http) = Http::new(address) else {
        return false;
    };
    let page = http.get("/", None).await;
    page.is_ok_and(|page| page.header("content-security-policy").is_some())
}

/// Checks the copy as it is now, and says the one thing that comes next.
async fn next_thing(subject: &Subject, program: Arc<Built>) {
    let target = workbook::check::Target::Program {
        program,
        folder: subject.folder.clone(),
    };
    for scenario in scenarios::of(&subject.lesson) {
        match target.check(&scenario).await {
            Ok(verdict) => {
                if let Some(words) = report::next_thing(&Checked { scenario, verdict }) {
                    return println!("{} {words}", style("Next:").bold());
                }
            }
            Err(error) => return println!("{error:#}"),
        }
    }
    println!("{} passes.", style(&subject.lesson.name).green());
}
