//! The signals that ask the server to shut down: SIGTERM from the platform, or Ctrl-C from a person.

use std::io;

/// Keeps these signals from ending the process, as they'd do by default. The future is ready when one arrives.
///
/// # Errors
/// The system can't watch for signals.
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

/// The same for Windows, which has no SIGTERM.
///
/// # Errors
/// The system can't watch for signals.
#[cfg(windows)]
pub fn shutdown_signal() -> io::Result<impl Future<Output = ()>> {
    let mut ctrl_c = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        ctrl_c.recv().await;
    })
}
