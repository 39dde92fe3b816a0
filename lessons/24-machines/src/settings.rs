//! The settings that differ between machines. Each comes from the environment or the command line.

use std::{net::IpAddr, path::PathBuf, time::Duration};

use clap::{Parser, value_parser};

/// The course's chat server, ready to deploy.
#[derive(Parser)]
pub struct Settings {
    /// Address to listen on
    #[arg(long, env, default_value = "0.0.0.0")]
    pub host: IpAddr,
    /// Port to listen on; with 0 the system chooses one
    #[arg(long, env, default_value = "3000")]
    pub port: u16,
    /// Port of a second node in this process
    #[arg(long, env)]
    pub second_port: Option<u16>,
    /// Address of the Redis that all nodes share; without it, only the nodes in this process hear each other
    #[arg(long, env)]
    pub redis_url: Option<String>,
    /// Folder with the page, if it isn't this lesson's own
    #[arg(long, env)]
    pub public_dir: Option<PathBuf>,
    /// Longest message that a client may send, in bytes
    #[arg(long, env, default_value = "100000", value_parser = value_parser!(u32).range(1_000..=1_000_000_000))]
    pub max_message: u32,
    /// Database with the messages; it's created if it doesn't exist
    #[arg(long, env, default_value = "mensajes.db")]
    pub database: PathBuf,
    /// How long a shutdown may take, in seconds
    #[arg(long, env, default_value = "5", value_parser = seconds)]
    pub shutdown_seconds: Duration,
}

fn seconds(text: &str) -> Result<Duration, &'static str> {
    let seconds = text.parse().ok();
    let time = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    time.filter(|time| *time <= Duration::from_hours(24))
        .ok_or("expected a number of seconds, at most a day")
}
