//! `workbook run` for a lesson of several processes: one for each server in its `nginx.conf`, and nginx in front of them.

use std::{
    fs,
    path::Path,
    pin::pin,
    process::{Output, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};
use course::lessons::{Lesson, root};
use futures_util::{
    FutureExt as _,
    future::{join_all, try_join_all},
};
use tokio::{
    net::TcpStream,
    process::{Child, Command},
    signal,
    sync::oneshot,
    time::sleep,
};
use workbook::programs;

use super::{
    output,
    port::{self, Obstacle},
};

/// Where nginx is. The second one is not in an ordinary user's PATH.
const NGINX: [&str; 2] = ["nginx", "/usr/sbin/nginx"];

/// Runs a lesson until all its processes exit, as Ctrl-C makes them do. Returns `false` if one of them exits with an error.
pub async fn run(lesson: &Lesson, configuration: &Path) -> Result<bool> {
    let cannot_read = || format!("cannot read {}", configuration.display());
    let text = fs::read_to_string(configuration).with_context(cannot_read)?;
    // nginx looks for a relative path in its own folder.
    let configuration = fs::canonicalize(configuration).with_context(cannot_read)?;
    let ports = after(&text, "server 127.0.0.1:");
    let address = after(&text, "listen ");
    let address = *address.first().context("nginx doesn't listen anywhere")?;
    for port in ports.iter().copied().chain(address.rsplit(':').next()) {
        let port = port.parse().with_context(|| format!("port {port}"))?;
        match port::obstacle(port) {
            Some(Obstacle::Holder(holder)) => {
                bail!("Port {port} is already used by {holder}. Stop that and try again.")
            }
            Some(Obstacle::Error(error)) => bail!("Port {port} can't be used ({error})."),
            None => {}
        }
    }
    let nginx = nginx().await?;
    let mut cargo = Command::from(programs::cargo());
    cargo
        .args(["build", "--package", lesson.package(), "--bin"])
        .arg(&lesson.name)
        .arg("--target-dir")
        .arg(programs::target())
        .current_dir(root());
    ensure!(
        cargo.status().await?.success(),
        "{} doesn't compile",
        lesson.name
    );

    let program = programs::target().join("debug").join(&lesson.name);
    let (processes, addresses): (Vec<_>, Vec<_>) = (1..)
        .zip(ports)
        .map(|(number, port)| process(number, &program, port))
        .collect::<Result<Vec<_>>>()?
        .into_iter()
        .unzip();
    let mut processes = pin!(join_all(processes));
    tokio::select! {
        // Until all of them accept connections.
        started = try_join_all(addresses) => started.context("one of the processes hasn't started")?,
        _ = &mut processes => bail!("no process has started"),
    };
    let mut nginx = front(nginx, &configuration)?;
    let mut opened = pin!(open(address).fuse());
    loop {
        tokio::select! {
            all = &mut processes => return Ok(all.into_iter().all(|is_success| is_success)),
            ended = nginx.wait() => bail!("nginx has exited: {}", ended?),
            () = &mut opened => println!("Open http://{address}"),
            // Ctrl-C reaches the processes, too, which have work to finish.
            _ = signal::ctrl_c() => {}
        }
    }
}

/// Waits until nginx accepts connections.
async fn open(address: &str) {
    while TcpStream::connect(address).await.is_err() {
        sleep(Duration::from_millis(10)).await;
    }
}

/// The rest of each line that begins with these words, up to the semicolon.
fn after<'a>(configuration: &'a str, words: &str) -> Vec<&'a str> {
    let lines = configuration.lines().map(str::trim);
    lines
        .filter_map(|line| line.strip_prefix(words)?.strip_suffix(';'))
        .collect()
}

/// The command that starts nginx.
async fn nginx() -> Result<&'static str> {
    for name in NGINX {
        if let Ok(Output { status, .. }) = Command::new(name).arg("-v").output().await
            && status.success()
        {
            return Ok(name);
        }
    }
    bail!(
        "nginx isn't installed: `sudo apt install nginx-light`, or `brew install nginx` on macOS."
    )
}

/// Starts a process of the lesson. The first result shows its output, each line with its number, until it exits.
fn process(
    number: usize,
    program: &Path,
    port: &str,
) -> Result<(impl Future<Output = bool>, oneshot::Receiver<String>)> {
    let mut child = Command::new(program)
        .current_dir(root())
        .env("HOST", "127.0.0.1")
        .env("PORT", port)
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .context("cannot start the lesson")?;
    let stdout = child.stdout.take().context("cannot read its output")?;
    let id = child.id().unwrap_or_default();
    let (sender, address) = oneshot::channel();
    let ended = async move {
        let prefix = format!("{number} │ ");
        println!("{prefix}process {id}");
        output::show(stdout, sender, u32::MAX, &prefix).await;
        let status = child.wait().await;
        // An error means that the system knows nothing more about it.
        let said = status
            .as_ref()
            .map_or_else(ToString::to_string, ToString::to_string);
        println!("{prefix}exited: {said}");
        status.is_ok_and(|status| status.success())
    };
    Ok((ended, address))
}

/// Starts nginx in this terminal, in one process, without rights, and with all its files below the build folder.
fn front(nginx: &str, configuration: &Path) -> Result<Child> {
    let folder = programs::target().join("nginx");
    fs::create_dir_all(&folder)?;
    let mut command = Command::new(nginx);
    command
        .arg("-p")
        .arg(folder)
        .arg("-c")
        .arg(configuration)
        .args(["-e", "stderr", "-g"])
        .arg("daemon off; master_process off; pid nginx.pid; error_log stderr;")
        .stdin(Stdio::null())
        .kill_on_drop(true);
    // Ctrl-C must not reach it: through nginx, the processes say goodbye to their clients.
    #[cfg(unix)]
    command.process_group(0);
    command.spawn().context("cannot start nginx")
}
