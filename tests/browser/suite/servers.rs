//! The servers that the pages come from.

use std::{future, path::PathBuf, thread};

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

/// What the pages must do with: their own files, and a connection to where they come from.
const POLICY: HeaderValue =
    HeaderValue::from_static("default-src 'self'; connect-src 'self' ws: wss:");

/// The folder of a lesson's page.
pub fn page(lesson: &Lesson) -> PathBuf {
    root().join("public").join(&lesson.name)
}

/// Serves a lesson in this process under the policy, and gives the base URL.
pub async fn serve(lesson: &Lesson) -> Result<String> {
    serve_router(apps::app(lesson.package(), &page(lesson))).await
}

/// Serves a router in this process under the policy, as long as the suite runs, and gives the base URL.
///
/// On a thread of its own with one event loop, as the lessons do: on the suite's many threads, messages of one
/// client would overtake each other.
pub async fn serve_router(router: Router) -> Result<String> {
    let policy = SetResponseHeaderLayer::overriding(CONTENT_SECURITY_POLICY, POLICY);
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
    Ok(Server::start(&program(lesson), root(), &[("PORT", port)]).await?)
}
