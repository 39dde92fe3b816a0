//! Checks what every scenario relies on: that the server starts on the right port, and answers.

use std::{
    net::{Ipv4Addr, TcpListener},
    path::Path,
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};
use tokio::{
    net::TcpStream,
    time::{sleep, timeout},
};
use wire::{
    connection::{Http, Response},
    server::Server,
};

use crate::{
    launch::Launch,
    unfit::{State, unfit},
};

/// How long a server on the network may take to answer.
const LIMIT: Duration = Duration::from_secs(10);

/// How long a server that accepts connections may take to print its address.
const PRINT_LIMIT: Duration = Duration::from_secs(3);

/// Probes a student's program.
pub async fn program(program: &Path, folder: &Path, launch: &Launch) -> Result<()> {
    let fails = |words: String| unfit(State::DoesNotStart, words);
    let port = free_port()?;
    let number = port.to_string();
    let starting = start(program, folder, launch, &number);
    let server = tokio::select! {
        started = starting => started.map_err(|error| fails(port_fault(&format!("{error:#}"))))?,
        () = accepts(port) => {
            return Err(fails(
                "the server listens on the port in PORT, but doesn't print its address. Add this once it listens:\n  \
                 println!(\"http://{}\", listener.local_addr()?);"
                    .to_owned(),
            ));
        }
    };
    if !server.base.ends_with(&format!(":{port}")) {
        return Err(fails(format!(
            "PORT was set to another port, but the server says it listens at {}. Read PORT from the environment, and \
             print what `listener.local_addr()` returns.",
            server.base
        )));
    }
    let answered = answer(&server.base).await;
    answered.map_err(|error| fails(format!("the server printed its address, but {error:#}")))?;
    drop(server);

    // The scenarios let the system choose a port.
    let server = start(program, folder, launch, "0").await;
    let server = server.map_err(|error| fails(format!("with PORT=0, {error:#}")))?;
    ensure!(
        !server.base.ends_with(":0"),
        fails(
            "with PORT=0 the system chooses a port, but the server printed port 0: print what `listener.local_addr()` \
             returns."
                .to_owned()
        )
    );
    Ok(())
}

/// Explains why a program doesn't start.
fn port_fault(error: &str) -> String {
    if error.contains("Address already in use") || error.contains("Address in use") {
        return format!(
            "{error}\nIt was started with PORT set to a free port: read PORT from the environment."
        );
    }
    error.to_owned()
}

/// Returns once something accepts connections on a port, and has had time to print its address.
async fn accepts(port: u16) {
    while TcpStream::connect((Ipv4Addr::LOCALHOST, port))
        .await
        .is_err()
    {
        // There's no event for a port that opens.
        sleep(Duration::from_millis(100)).await;
    }
    sleep(PRINT_LIMIT).await;
}

/// A port that nothing listens on.
fn free_port() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no port is free")?;
    Ok(listener.local_addr()?.port())
}

/// Starts a student's program without backtraces, which would bury a panic's message.
pub async fn start(program: &Path, folder: &Path, launch: &Launch, port: &str) -> Result<Server> {
    let environment = [("RUST_BACKTRACE", "0"), ("PORT", port)];
    Server::start_apart(launch.command(program).into(), folder, &environment).await
}

/// Probes the server at a URL: it answers, doesn't redirect its clients, and speaks this version of the protocol.
pub async fn url(url: &str) -> Result<()> {
    let reached = reachable(url).await;
    reached.map_err(|error| unfit(State::Unreachable, format!("{error:#}")))
}

async fn reachable(url: &str) -> Result<()> {
    let secure = url.starts_with("https://");
    ensure!(
        secure || url.starts_with("http://"),
        "{url} isn't a URL: it should begin with http:// or https://"
    );
    let answer = answer(url).await?;
    match (answer.status, answer.header("location")) {
        (300..400, Some(other)) if other.starts_with("http") => {
            bail!("{url} redirects its clients to {other}")
        }
        // A proxy answers this to a client that doesn't use TLS.
        (400, _) if !secure => {
            bail!("{url} refuses plain HTTP (400). Does its address begin with https://?")
        }
        _ => {}
    }
    let path = "/socket.io/?EIO=4&transport=polling";
    let session = timeout(LIMIT, Http::new(url)?.get(path, None)).await;
    // The scenarios will find out whether it speaks Socket.IO at all.
    if let Ok(Ok(session)) = session {
        ensure!(
            !is_framed_as_before(&session.body),
            "{url} runs Socket.IO 2 or older, which speaks revision 3 of Engine.IO. The lessons, and Socket.IO 3 and 4, speak \
             revision 4."
        );
    }
    Ok(())
}

/// Whether each packet in a body follows its length, as in revision 3 of Engine.IO: `96:0{"sid":...}`.
fn is_framed_as_before(body: &str) -> bool {
    let packet = body.split_once(':');
    packet.is_some_and(|(length, packet)| length.parse::<u32>().is_ok() && packet.starts_with("0{"))
}

async fn answer(base: &str) -> Result<Response> {
    let http = Http::new(base)?;
    let answer = timeout(LIMIT, http.get("/", None)).await;
    answer
        .ok()
        .with_context(|| format!("{base} doesn't answer within {} s", LIMIT.as_secs()))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_older_protocol_is_recognised() {
        assert!(is_framed_as_before("96:0{\"sid\":\"a\"}2:40"));
        assert!(!is_framed_as_before("0{\"sid\":\"a:b\"}"));
        assert!(!is_framed_as_before("Not Found"));
    }
}
