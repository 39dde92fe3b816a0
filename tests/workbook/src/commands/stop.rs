//! Requests to exit other than Ctrl-C.

use std::future;

/// Waits until the terminal closes, or another program asks this one to exit.
#[cfg(unix)]
pub async fn asked() {
    use tokio::signal::unix::{SignalKind, signal};
    let signals = (
        signal(SignalKind::terminate()),
        signal(SignalKind::hangup()),
    );
    let (Ok(mut terminate), Ok(mut hangup)) = signals else {
        // Then the system stops this program in its usual way.
        return future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = hangup.recv() => {}
    }
}

/// This system has no such requests.
#[cfg(not(unix))]
pub async fn asked() {
    future::pending().await
}
