//! Goes through a class: a process for each submission, several at a time, and nothing twice.

use std::{
    cell::RefCell,
    collections::BTreeMap,
    fs,
    io::Read,
    path::{Path, PathBuf},
    process::Stdio,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, anyhow, ensure};
use course::{
    exercises,
    lessons::{Lesson, root},
    scenarios,
};
use data_encoding::HEXLOWER;
use futures_util::future::join_all;
use ring::digest;
use serde::Serialize;
use tokio::{io::AsyncWriteExt, process::Command, task::spawn_blocking, time::timeout};
use workbook::{
    launch::Launch,
    programs,
    work::{self, Begin},
};

use crate::{
    confine::Confinement,
    place::Place,
    report,
    results::{Class, Outcome, Scenario, State, Student, VERSION},
    roster::{Entry, List, Work, is_archive},
    submission,
    worker::{Job, Rules, Server},
};

/// How long the lesson's own dependencies may take to build, the first time.
const FIRST_BUILD: Duration = Duration::from_mins(20);

/// How much longer than its own limits a worker may take.
const PATIENCE: Duration = Duration::from_mins(2);

/// The name of the file with the results.
pub const RESULTS: &str = "class.json";

/// How to go through a class.
pub struct Options {
    /// The lesson.
    pub lesson: Lesson,
    /// How many submissions are checked at a time.
    pub jobs: usize,
    /// Whether to check what hasn't changed, too.
    pub again: bool,
    /// The rules for all submissions.
    pub rules: Rules,
    /// The folder for the results.
    pub results: PathBuf,
}

/// A step of the work, to show progress.
pub enum Event<'a> {
    /// Another class is being graded, and this one comes after it.
    Waits,
    /// The lesson's own server is built, so that its dependencies are there.
    Prepares,
    /// A student's work is being looked at.
    Begins(&'a str),
    /// It's done.
    Ends {
        /// The result.
        student: &'a Student,
        /// Whether it was known from the last time.
        is_known: bool,
    },
}

/// A class that is being graded.
struct Grading<'a> {
    options: &'a Options,
    confinement: &'a Confinement,
    /// A hash of this program and of what the scenarios expect.
    judge: String,
    /// The folder of results that are certain: a file for each content, named after its hash.
    known: PathBuf,
    class: RefCell<Class>,
    tell: &'a dyn Fn(Event<'_>),
}

/// Grades a class. The results are written after each student, and what was known before is used.
pub async fn grade(
    list: List,
    options: &Options,
    confinement: &Confinement,
    tell: &dyn Fn(Event<'_>),
) -> Result<Class> {
    let lesson = &options.lesson;
    let places = programs::target().join("class/places");
    let _turn = take_turn(&places, tell).await?;
    let grading = Grading {
        options,
        confinement,
        judge: judge(lesson)?,
        known: programs::target().join("class/known"),
        class: RefCell::new(Class {
            version: VERSION,
            lesson: lesson.name.clone(),
            complete: false,
            scenarios: scenarios::of(lesson)
                .iter()
                .map(|scenario| Scenario {
                    name: scenario.name.to_owned(),
                    title: scenario.title(),
                    new: scenario.begins_with(lesson),
                })
                .collect(),
            exercises: exercises::of(lesson)
                .iter()
                .map(|exercise| exercise.name.to_owned())
                .collect(),
            not_restricted: confinement.not_restricted(),
            students: Vec::new(),
            unknown: list.unknown,
        }),
        tell,
    };
    let order: Vec<_> = list
        .students
        .iter()
        .map(|entry| entry.name.clone())
        .collect();
    let left = RefCell::new(list.students.into_iter());
    let prepared = tokio::sync::Mutex::new(());
    let jobs = (0..options.jobs).map(|job| {
        let place = Place::new(&places, job);
        let (grading, left, prepared) = (&grading, &left, &prepared);
        async move {
            // Taken before the next job asks, so that none is taken twice.
            while let Some(entry) = { left.borrow_mut().next() } {
                grading.one(entry, &place, prepared).await?;
            }
            Ok(())
        }
    });
    let done: Result<Vec<()>> = join_all(jobs).await.into_iter().collect();
    done?;
    let mut class = grading.class.into_inner();
    class
        .students
        .sort_by_key(|student| order.iter().position(|name| *name == student.name));
    class.complete = true;
    save(&class, &options.results)?;
    Ok(class)
}

impl Grading<'_> {
    async fn one(
        &self,
        entry: Entry,
        place: &Place,
        prepared: &tokio::sync::Mutex<()>,
    ) -> Result<()> {
        (self.tell)(Event::Begins(&entry.name));
        let mut student = Student {
            work: match &entry.work {
                Work::Missing => None,
                Work::Url(url) => Some(url.clone()),
                Work::Path(path) | Work::Wrong(path) => Some(path.display().to_string()),
            },
            name: entry.name,
            handed_in: entry.handed_in,
            content: None,
            outcome: self.ended(State::NotHandedIn, "nothing handed in".to_owned()),
            seconds: 0.0,
        };
        let mut is_known = false;
        place.clear()?;
        match entry.work {
            Work::Missing => {}
            Work::Wrong(path) => {
                let reason = format!("there's no folder or .zip file {}", path.display());
                student.outcome = self.ended(State::Error, reason);
            }
            Work::Url(url) => {
                let job = self.job(Server::Url(url), BTreeMap::new(), place);
                (student.outcome, student.seconds) = self.run(&job).await;
            }
            Work::Path(path) => match self.copy(&path, place) {
                Err(error) => student.outcome = self.ended(State::Skipped, format!("{error:#}")),
                Ok(None) => {
                    student.outcome =
                        self.ended(State::NotHandedIn, "there's no crate in it".to_owned());
                }
                Ok(Some((job, content))) => {
                    let known = self.known.join(format!("{content}.json"));
                    if let Some(earlier) = self.remembered(&known) {
                        is_known = true;
                        (student.outcome, student.seconds) = earlier;
                    } else {
                        // One at a time: the build takes all cores, and the other places can copy it.
                        let turn = prepared.lock().await;
                        self.prepare(place).await?;
                        drop(turn);
                        (student.outcome, student.seconds) = self.run_apart(&job).await;
                        if student.outcome.state.is_certain() {
                            write_json(&known, &(&student.outcome, student.seconds))?;
                        }
                    }
                    student.content = Some(content);
                }
            },
        }
        (self.tell)(Event::Ends {
            student: &student,
            is_known,
        });
        let mut class = self.class.borrow_mut();
        class.students.push(student);
        save(&class, &self.options.results)
    }

    /// The result of an earlier run, and how long it took then.
    fn remembered(&self, file: &Path) -> Option<(Outcome, f64)> {
        let text = fs::read(file).ok().filter(|_| !self.options.again)?;
        serde_json::from_slice(&text).ok()
    }

    fn ended(&self, state: State, reason: String) -> Outcome {
        Outcome::ended(state, reason, Some(&self.options.lesson))
    }

    fn job(&self, server: Server, exercises: BTreeMap<String, PathBuf>, place: &Place) -> Job {
        Job {
            lesson: self.options.lesson.name.clone(),
            server,
            exercises,
            place: place.clone(),
            confinement: self.confinement.clone(),
            rules: self.options.rules.clone(),
        }
    }

    /// Copies a submission into the place. Returns what to do with it and a hash, or nothing if there's no crate in it.
    fn copy(&self, path: &Path, place: &Place) -> Result<Option<(Job, String)>> {
        let lesson = &self.options.lesson;
        let unpacked = place.temporary().join("unpacked");
        let mut crates = submission::Crates::default();
        if path.is_dir() {
            crates = submission::find(path, lesson);
        }
        let archive = if path.is_dir() {
            only_archive(path)
        } else {
            Some(path.to_owned())
        };
        if let (None, Some(archive)) = (&crates.server, archive) {
            submission::unpack(&archive, &unpacked)?;
            crates = submission::find(&unpacked, lesson);
        }
        let Some(server) = crates.server else {
            return Ok(None);
        };
        let mut hash = digest::Context::new(&digest::SHA256);
        let rules = &self.options.rules;
        hash.update(self.judge.as_bytes());
        hash.update(format!("{rules:?} {:?}", self.confinement).as_bytes());
        let mut copy = |from: &Path, name: &str| -> Result<PathBuf> {
            let to = place.copies().join(name);
            let content = submission::copy(from, &to, lesson)?;
            hash.update(format!("{name} {content}").as_bytes());
            Ok(to)
        };
        let server = copy(&server, "server")?;
        let mut exercises = BTreeMap::new();
        for (name, from) in crates.exercises {
            let to = copy(&from, &name)?;
            exercises.insert(name, to);
        }
        if unpacked.exists() {
            fs::remove_dir_all(&unpacked)?;
        }
        let job = self.job(Server::Crate(server), exercises, place);
        Ok(Some((job, HEXLOWER.encode(hash.finish().as_ref()))))
    }

    /// Makes sure that the lesson's dependencies are built in a place, by building the lesson itself there.
    async fn prepare(&self, place: &Place) -> Result<()> {
        let lesson = &self.options.lesson;
        let ready = place.folder.join("ready");
        let line = format!("{} {}\n", lesson.name, lock()?);
        let text = fs::read_to_string(&ready).unwrap_or_default();
        if text.contains(&line) {
            return Ok(());
        }
        if text.is_empty() {
            let others = (0..self.options.jobs).map(|job| place.beside(job));
            for other in others {
                let text = fs::read_to_string(other.folder.join("ready")).unwrap_or_default();
                if text.contains(&line) {
                    copy_build(&other.target(), &place.target())?;
                    return Ok(fs::write(&ready, text)?);
                }
            }
        }
        (self.tell)(Event::Prepares);
        let folder = place.copies().join("ours");
        work::create(lesson, Begin::AsTheLesson, &folder)?;
        fetch(&folder)?;
        let mut job = self.job(Server::Crate(folder.clone()), BTreeMap::new(), place);
        job.rules.build = FIRST_BUILD;
        // Without time for a scenario, it stops once the server is built and answers.
        job.rules.run = Duration::ZERO;
        let (outcome, _) = self.run(&job).await;
        let words = outcome.details.or(outcome.reason).unwrap_or_default();
        ensure!(
            outcome.state == State::RunTimedOut,
            "our own lesson can't be built, so nothing can be checked: {words}"
        );
        fs::remove_dir_all(&folder)?;
        fs::write(&ready, text + &line)?;
        Ok(())
    }

    /// Runs a job. If its build may run code of its own, what that leaves behind reaches nobody else.
    async fn run_apart(&self, job: &Job) -> (Outcome, f64) {
        if !job.rules.allow_foreign {
            return self.run(job).await;
        }
        let target = job.place.target();
        let aside = job.place.folder.with_extension("aside");
        let preparing = || -> Result<()> {
            for folder in job.crates() {
                fetch(folder)?;
            }
            copy_build(&target, &aside)
        };
        if let Err(error) = preparing() {
            return (self.ended(State::Skipped, format!("{error:#}")), 0.0);
        }
        let outcome = self.run(job).await;
        let restored = fs::remove_dir_all(&target).and_then(|()| fs::rename(&aside, &target));
        match restored {
            Ok(()) => outcome,
            Err(error) => {
                let reason = format!("cannot restore the build folder: {error}");
                (self.ended(State::Error, reason), outcome.1)
            }
        }
    }

    /// Runs a job in a process of its own, which ends when this one does. Returns how long it took, too, in seconds.
    async fn run(&self, job: &Job) -> (Outcome, f64) {
        let begun = Instant::now();
        let limit = job.rules.build * 2 + job.rules.run + PATIENCE;
        let ran = timeout(limit, self.try_run(job)).await;
        let ran = ran.unwrap_or_else(|_| Err(anyhow!("it took more than {} s", limit.as_secs())));
        let outcome = ran.unwrap_or_else(|error| {
            let reason = format!("an error here, not the student's: {error:#}");
            self.ended(State::Error, reason)
        });
        let tenths = (begun.elapsed().as_secs_f64() * 10.0).round();
        (outcome, tenths / 10.0)
    }

    async fn try_run(&self, job: &Job) -> Result<Outcome> {
        if let Some(user) = self.confinement.user(&job.place) {
            hand_over(&job.place.folder, user)?;
        }
        let program = std::env::current_exe().context("cannot find this program's file")?;
        let launch = match &job.server {
            // Nothing foreign runs here, and it needs the network.
            Server::Url(_) => Launch::default(),
            Server::Crate(_) => self.confinement.worker(&job.place)?,
        };
        let mut worker = Command::from(launch.command(program));
        worker
            .arg("--worker")
            .current_dir(root())
            .env("TMPDIR", job.place.temporary())
            .env("RUST_BACKTRACE", "0")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        // Ctrl-C reaches only this process. When it ends, the worker sees that its input ends, and stops what it has started.
        #[cfg(unix)]
        worker.process_group(0);
        let mut worker = worker.spawn().context("cannot start the worker")?;
        let mut input = worker.stdin.take().context("the worker has no input")?;
        let line = serde_json::to_string(job)? + "\n";
        input.write_all(line.as_bytes()).await?;
        let output = worker.wait_with_output().await?;
        drop(input);
        let outcome = serde_json::from_slice(&output.stdout);
        outcome.with_context(|| {
            let words = String::from_utf8_lossy(&output.stderr);
            let last = words.lines().rev().find(|line| !line.trim().is_empty());
            format!(
                "the worker ended ({}): {}",
                output.status,
                last.unwrap_or("it said nothing")
            )
        })
    }
}

/// The only archive in a folder: learning platforms put each into a folder of its own.
fn only_archive(folder: &Path) -> Option<PathBuf> {
    let entries = fs::read_dir(folder).ok()?.flatten();
    let mut archives = entries
        .map(|entry| entry.path())
        .filter(|path| is_archive(path));
    archives.next().filter(|_| archives.next().is_none())
}

/// Waits until no other class is being graded, as long as the file is open: they would use the same places.
async fn take_turn(places: &Path, tell: &dyn Fn(Event<'_>)) -> Result<fs::File> {
    let taking = async {
        fs::create_dir_all(places)?;
        let turn = fs::File::create(places.join("turn"))?;
        if turn.try_lock().is_err() {
            tell(Event::Waits);
            return spawn_blocking(move || turn.lock().map(|()| turn)).await?;
        }
        std::io::Result::Ok(turn)
    };
    taking
        .await
        .with_context(|| format!("cannot write {}", places.display()))
}

/// Copies a build folder. Cargo compares the times of its files, so they stay the same.
fn copy_build(from: &Path, to: &Path) -> Result<()> {
    for entry in walkdir::WalkDir::new(from) {
        let entry = entry?;
        let to = to.join(entry.path().strip_prefix(from)?);
        if entry.file_type().is_dir() {
            fs::create_dir_all(&to)?;
        } else {
            fs::copy(entry.path(), &to)?;
            fs::File::options()
                .append(true)
                .open(&to)?
                .set_modified(entry.metadata()?.modified()?)?;
        }
    }
    Ok(())
}

/// Gives a folder with everything in it to another user.
#[cfg(unix)]
fn hand_over(folder: &Path, user: u32) -> Result<()> {
    for entry in walkdir::WalkDir::new(folder) {
        let entry = entry?;
        std::os::unix::fs::lchown(entry.path(), Some(user), Some(user))
            .with_context(|| format!("cannot hand over {}", entry.path().display()))?;
    }
    Ok(())
}

/// Other systems have no sandbox that would need it.
#[cfg(not(unix))]
fn hand_over(_folder: &Path, _user: u32) -> Result<()> {
    Ok(())
}

/// Downloads what a crate needs, unless it's there.
fn fetch(folder: &Path) -> Result<()> {
    let fetched = programs::cargo()
        .args(["fetch", "--quiet"])
        .current_dir(folder)
        .output()
        .context("cannot run cargo")?;
    let words = String::from_utf8_lossy(&fetched.stderr);
    ensure!(
        fetched.status.success(),
        "cargo can't download what it needs: {words}"
    );
    Ok(())
}

/// A hash of this program, of what the lesson's scenarios expect, and of the versions of its dependencies.
fn judge(lesson: &Lesson) -> Result<String> {
    let mut hash = digest::Context::new(&digest::SHA256);
    let mut file = fs::File::open(std::env::current_exe()?)?;
    let mut buffer = vec![0; 1 << 20];
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        hash.update(&buffer[..read]);
    }
    for scenario in scenarios::of(lesson) {
        hash.update(scenario.expected()?.to_string().as_bytes());
    }
    hash.update(lock()?.as_bytes());
    Ok(HEXLOWER.encode(hash.finish().as_ref()))
}

/// A hash of the workbook's lock file.
fn lock() -> Result<String> {
    let text = fs::read(root().join("Cargo.lock")).context("cannot read Cargo.lock")?;
    Ok(HEXLOWER.encode(digest::digest(&digest::SHA256, &text).as_ref()))
}

/// Writes the results.
fn save(class: &Class, folder: &Path) -> Result<()> {
    write_json(&folder.join(RESULTS), class)
}

fn write_json(file: &Path, value: &impl Serialize) -> Result<()> {
    report::replace(file, &format!("{:#}\n", serde_json::to_value(value)?))
}
