//! The settings that differ between machines. Each comes from the environment or the command line.

use std::{net::IpAddr, path::PathBuf, time::Duration};

use axum::http::{HeaderValue, Uri};
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
    /// Port of the page's server; with 0 the system chooses one
    #[arg(long, env, default_value = "8080")]
    pub page_port: u16,
    /// Origins of other pages that may use the server, separated by commas
    #[arg(long, env, value_delimiter = ',', value_parser = origin)]
    pub allowed_origins: Vec<HeaderValue>,
    /// Folder with the page, if it isn't this lesson's own
    #[arg(long, env)]
    pub public_dir: Option<PathBuf>,
    /// Longest message that a client may send, in bytes
    #[arg(long, env, default_value = "100000", value_parser = value_parser!(u32).range(1_000..=1_000_000_000))]
    pub max_message: u32,
    /// Token that opens the namespace `/admin`; without one it stays closed
    #[arg(long, env, hide_env_values = true, value_parser = token)]
    pub admin_token: Option<String>,
    /// Database with the readings; it's created if it doesn't exist
    #[arg(long, env, default_value = "lecturas.db")]
    pub database: PathBuf,
    /// A reading above this is an alarm
    #[arg(long, env, default_value = "30")]
    pub alarm_above: f64,
    /// How long a shutdown may take, in seconds
    #[arg(long, env, default_value = "5", value_parser = seconds)]
    pub shutdown_seconds: Duration,
}

fn token(text: &str) -> Result<String, &'static str> {
    let is_long = text.len() >= 16;
    is_long
        .then(|| text.to_owned())
        .ok_or("expected at least 16 characters")
}

/// An origin as browsers send it: in lower case, and without a path, not even a slash.
fn origin(text: &str) -> Result<HeaderValue, &'static str> {
    let uri: Uri = text.parse().unwrap_or_default();
    let origin = uri.scheme_str().zip(uri.authority());
    let origin = origin.map(|(scheme, host)| format!("{scheme}://{host}").to_lowercase());
    let parsed = origin.filter(|origin| origin == text);
    parsed
        .and_then(|origin| origin.parse().ok())
        .ok_or("expected an origin as browsers send it, such as https://example.com")
}

fn seconds(text: &str) -> Result<Duration, &'static str> {
    let seconds = text.parse().ok();
    let time = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    time.filter(|time| *time <= Duration::from_hours(24))
        .ok_or("expected a number of seconds, at most a day")
}
