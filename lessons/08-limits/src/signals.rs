//! What asks the server to shut down: the platform (SIGTERM) or a person (Ctrl-C).

use std::io;

/// Replaces what the signals do by default, which is to end the process. The future is ready when one arrives.
///
/// # Errors
/// The system refuses to watch for signals.
#[cfg(unix)]
pub fn shutdown_signal() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// The same on Windows, which has no SIGTERM.
///
/// # Errors
/// The system refuses to watch for signals.
#[cfg(windows)]
pub fn shutdown_signal() -> io::Result<impl Future<Output = ()>> {
    let mut ctrl_c = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        ctrl_c.recv().await;
    })
}
