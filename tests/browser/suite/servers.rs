//! The servers that the pages come from.

use std::{
    future,
    path::{Path, PathBuf},
    thread,
};

use axum::{
    Router,
    http::{HeaderValue, header::CONTENT_SECURITY_POLICY},
};
use browser::Result;
use contract::{
    lessons::{Lesson, root},
    programs::program,
    server::Server,
};
use tokio::{runtime::Builder, sync::oneshot};
use tower_http::set_header::SetResponseHeaderLayer;

/// What the pages must do with, where a lesson has no policy of its own: their own files, and a connection to where
/// they come from.
const POLICY: HeaderValue = HeaderValue::from_static("default-src 'self'");

/// A page that is watched also connects to whoever watches it.
const WATCHED: HeaderValue =
    HeaderValue::from_static("default-src 'self'; connect-src 'self' ws://127.0.0.1:*");

/// The folder of a lesson's page.
pub fn page(lesson: &Lesson) -> PathBuf {
    root().join("public").join(&lesson.name)
}

/// Serves a lesson in this process under the policy, and gives the base URL.
pub async fn serve(lesson: &Lesson) -> Result<String> {
    serve_router(apps::app(lesson.package(), &page(lesson))).await
}

/// The same under a policy that lets `just watch` reload the page.
pub async fn serve_watched(lesson: &Lesson) -> Result<String> {
    let watched = SetResponseHeaderLayer::overriding(CONTENT_SECURITY_POLICY, WATCHED);
    serve_router(apps::app(lesson.package(), &page(lesson)).layer(watched)).await
}

/// Serves a router in this process under the policy, as long as the suite runs, and gives the base URL.
///
/// On a thread of its own with one event loop, as the lessons do: on the suite's many threads, messages of one
/// client would overtake each other.
pub async fn serve_router(router: Router) -> Result<String> {
    let policy = SetResponseHeaderLayer::if_not_present(CONTENT_SECURITY_POLICY, POLICY);
    let (started, base) = oneshot::channel();
    thread::spawn(move || {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            started
                .send(apps::serve(router.layer(policy)).await)
                .unwrap();
            future::pending::<()>().await;
        });
    });
    Ok(base.await??)
}

/// Starts the program of a lesson, on a port that the system chooses or on this one.
pub async fn start(lesson: &Lesson, port: &str) -> Result<Server> {
    start_in(root(), lesson, port).await
}

/// The same in another folder than the workbook's.
pub async fn start_in(folder: &Path, lesson: &Lesson, port: &str) -> Result<Server> {
    Ok(Server::start(&program(lesson), folder, &[("PORT", port)]).await?)
}
