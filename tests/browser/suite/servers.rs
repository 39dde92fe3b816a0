//! The servers that serve the pages.

use std::path::PathBuf;

use anyhow::Context;
use axum::Router;
use browser::Result;
use course::{
    exercises,
    lessons::{Lesson, root},
};
use tempfile::TempDir;
use tokio::net::TcpListener;
use wire::server::Server;
use workbook::{
    programs::program,
    work::{self, Built},
};

/// The folder of a lesson's page.
pub fn page(lesson: &Lesson) -> PathBuf {
    root().join("public").join(&lesson.name)
}

/// Starts the program of a lesson.
pub async fn serve(lesson: &Lesson) -> Result<Server> {
    start(lesson, "0").await
}

/// Starts the program of a lesson on this port.
pub async fn start(lesson: &Lesson, port: &str) -> Result<Server> {
    Server::start(&program(lesson), root(), &[("PORT", port)]).await
}

/// The server of an exercise, and the copy that it was built from.
pub struct Solution {
    pub server: Server,
    _program: Built,
    _copy: TempDir,
}

/// Builds our solution of an exercise, and starts it with the exercise's page.
pub async fn solve(name: &str) -> Result<Solution> {
    let mut exercises = exercises::all().into_iter();
    let exercise = exercises.find(|exercise| exercise.name == name);
    let exercise = exercise.with_context(|| format!("there is no exercise {name}"))?;
    // Building the copy removes the lesson's program, which other trials need. From here on they have their own.
    program(&exercise.scenario.lesson()?);
    let folder = tempfile::tempdir()?;
    let copy = folder.path().join("copy");
    work::solve(&exercise, &copy)?;
    let built = work::build(&copy).await?;
    Ok(Solution {
        server: Server::start(&built.path, &copy, &[]).await?,
        _program: built,
        _copy: folder,
    })
}

/// Serves a router in this process, and returns the base URL.
pub async fn serve_router(router: Router) -> Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let base = format!("http://{}", listener.local_addr()?);
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(base)
}
