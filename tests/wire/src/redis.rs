//! A Redis of our own, on loopback, which keeps nothing on the disk.

use std::{process::Stdio, time::Duration};

use anyhow::{Context, Result};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    process::{Child, Command},
    time::{sleep, timeout},
};

use crate::port::free_port;

/// How long it may take until it answers.
const START_LIMIT: Duration = Duration::from_secs(10);

/// How often it's asked whether it's there.
const ASK_EVERY: Duration = Duration::from_millis(5);

/// A running Redis, which is stopped when this is dropped.
pub struct Redis {
    port: u16,
    child: Child,
}

impl Redis {
    /// Starts one, and waits until it answers.
    pub async fn start() -> Result<Self> {
        Self::start_at(free_port()?).await
    }

    async fn start_at(port: u16) -> Result<Self> {
        let mut command = Command::new("redis-server");
        command
            .args(["--bind", "127.0.0.1", "--port", &port.to_string()])
            .args(["--save", "", "--appendonly", "no"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .kill_on_drop(true);
        let missing = "Redis is needed: on Debian, run `sudo apt install redis-server`";
        let child = command.spawn().context(missing)?;
        let answer = async {
            while ask(port, "PING", 7).await.ok().as_deref() != Some("+PONG\r\n") {
                sleep(ASK_EVERY).await;
            }
        };
        timeout(START_LIMIT, answer)
            .await
            .context("Redis doesn't answer")?;
        Ok(Self { port, child })
    }

    /// Its address, `redis://127.0.0.1:6379`.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Waits until this many connections listen to a channel.
    pub async fn has_subscribers(&self, channel: &str, count: usize) -> Result<()> {
        let question = format!("PUBSUB NUMSUB {channel}");
        let expected = format!("*2\r\n${}\r\n{channel}\r\n:{count}\r\n", channel.len());
        let answer = async {
            while ask(self.port, &question, expected.len()).await? != expected {
                sleep(ASK_EVERY).await;
            }
            Ok(())
        };
        let answer = timeout(START_LIMIT, answer).await;
        answer.with_context(|| format!("{channel} doesn't have {count} subscribers"))?
    }

    /// Kills it without a warning.
    pub async fn kill(&mut self) -> Result<()> {
        Ok(self.child.kill().await?)
    }

    /// Starts it again at the same address, after it was killed.
    pub async fn restart(&mut self) -> Result<()> {
        *self = Self::start_at(self.port).await?;
        Ok(())
    }
}

/// Asks a question in one line, and returns the answer of this length.
async fn ask(port: u16, question: &str, length: usize) -> Result<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
    stream
        .write_all(format!("{question}\r\n").as_bytes())
        .await?;
    let mut answer = vec![0; length];
    stream.read_exact(&mut answer).await?;
    Ok(String::from_utf8(answer)?)
}
