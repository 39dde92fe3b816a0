//! `workbook run`: one lesson, in the workbook's top folder.

use std::{io::IsTerminal as _, path::PathBuf, process::Stdio};

use anyhow::{Context, Result};
use course::lessons;
use tokio::{process::Command, signal, sync::oneshot};
use workbook::programs;

use super::{
    address::{openable, qr_code},
    output, setup, several,
};

/// Runs a lesson until it exits, after installing what its page loads if that's missing. Returns `false` if the lesson
/// exits with an error.
///
/// A lesson with an `nginx.conf` runs in several processes behind nginx, with that configuration or another one.
pub async fn run(lesson: &str, nginx: Option<PathBuf>) -> Result<bool> {
    let lesson = lessons::find(lesson)?;
    setup::ensure_client();
    let own = Some(lesson.folder().join("nginx.conf")).filter(|file| file.exists());
    if let Some(configuration) = nginx.or(own) {
        return several::run(&lesson, &configuration).await;
    }
    let mut server = Command::from(programs::cargo())
        .args(["run", "--package", lesson.package(), "--bin", &lesson.name])
        .current_dir(lessons::root())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .context("cannot run cargo")?;
    let output = server
        .stdout
        .take()
        .context("cannot read what cargo prints")?;
    let (sender, address) = oneshot::channel();
    let shown = async {
        tokio::join!(output::show(output, sender, u32::MAX, ""), async {
            if let Ok(address) = address.await {
                invite(&address);
            }
        });
        server.wait().await
    };
    tokio::pin!(shown);
    loop {
        tokio::select! {
            ended = &mut shown => return Ok(ended?.success()),
            // Ctrl-C reaches the server, too, which may have work to finish.
            _ = signal::ctrl_c() => {}
        }
    }
}

/// Prints addresses that open a server that listens on all interfaces. Other servers print the right one themselves.
fn invite(printed: &str) {
    let (here, others) = openable(printed);
    if here == printed {
        return;
    }
    println!("Open {here}");
    let Some(others) = others else { return };
    println!("On other machines in this network: {others}");
    if std::io::stdout().is_terminal()
        && let Some(code) = qr_code(&others)
    {
        println!("{code}");
    }
}
