//! Being asked to end in another way than with Ctrl-C.

use std::future;

/// Waits until the terminal closes or another program asks this one to end.
#[cfg(unix)]
pub async fn asked() {
    use tokio::signal::unix::{SignalKind, signal};
    let signals = (
        signal(SignalKind::terminate()),
        signal(SignalKind::hangup()),
    );
    let (Ok(mut terminate), Ok(mut hangup)) = signals else {
        // Then the system ends this program as it always does.
        return future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = hangup.recv() => {}
    }
}

/// Nothing can ask for it here.
#[cfg(not(unix))]
pub async fn asked() {
    future::pending().await
}
