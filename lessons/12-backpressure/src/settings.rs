//! The settings that differ between machines. Each comes from the environment or the command line.

use std::{net::IpAddr, num::NonZeroU32, path::PathBuf, time::Duration};

use axum::http::{HeaderValue, Uri, uri::Authority};
use clap::{Parser, ValueEnum, value_parser};

/// Scripts and styles may only be this server's own files, so a script that a message smuggles into a page doesn't run.
/// Bootstrap's styles hold small pictures as `data:`. Only our own pages may frame a page.
const CONTENT_POLICY: &str = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

/// The readers of the log.
#[derive(Clone, Copy, ValueEnum)]
pub enum LogFormat {
    /// People
    Text,
    /// Programs: each line is a JSON object
    Json,
}

/// The course's chat server, ready to deploy.
#[derive(Clone, Parser)]
pub struct Settings {
    /// Address to listen on
    #[arg(long, env, default_value = "0.0.0.0")]
    pub host: IpAddr,
    /// Port to listen on; with 0 the system chooses one
    #[arg(long, env, default_value = "3000")]
    pub port: u16,
    /// Folder with the page, if it isn't this lesson's own
    #[arg(long, env)]
    pub public_dir: Option<PathBuf>,
    /// Other sites whose pages may use the server, such as `https://example.com`, separated by commas; * for all
    #[arg(long, env, value_delimiter = ',', value_parser = origin)]
    pub allowed_origins: Vec<String>,
    /// Proxies between the clients and the server, each of which adds to X-Forwarded-For
    #[arg(long, env, default_value = "0", value_parser = value_parser!(u8).range(0..=10))]
    pub trusted_proxies: u8,
    /// Sessions at a time
    #[arg(long, env, default_value = "10000", value_parser = value_parser!(u32).range(1..))]
    pub max_clients: u32,
    /// Sessions at a time from one address
    #[arg(long, env, default_value = "200")]
    pub max_clients_per_address: NonZeroU32,
    /// Sessions per second that one address may open, on average; it may open `MAX_CLIENTS_PER_ADDRESS` at once
    #[arg(long, env, default_value = "10")]
    pub sessions_per_second: NonZeroU32,
    /// Longest message that a client may send, in bytes
    #[arg(long, env, default_value = "100000", value_parser = value_parser!(u32).range(1_000..=1_000_000_000))]
    pub max_message: u32,
    /// Packets that may wait for a client; a client that reads too slowly loses the ones after them
    #[arg(long, env, default_value = "4096", value_parser = value_parser!(u32).range(1..=1_000_000))]
    pub max_waiting: u32,
    /// Events per second that a client may send, on average
    #[arg(long, env, default_value = "100")]
    pub events_per_second: NonZeroU32,
    /// Events that a client may send at once
    #[arg(long, env, default_value = "2500")]
    pub events_at_once: NonZeroU32,
    /// How long a client has to send a request, and the next one on the same connection, in seconds
    #[arg(long, env, default_value = "10", value_parser = limit)]
    pub request_seconds: Duration,
    /// What browsers let our pages load
    #[arg(long, env, default_value = CONTENT_POLICY)]
    pub content_security_policy: HeaderValue,
    /// How the log is written
    #[arg(long, env, value_enum, default_value = "text")]
    pub log_format: LogFormat,
    /// Port of /metrics, which the public shouldn't reach; without it there are no metrics
    #[arg(long, env)]
    pub metrics_port: Option<u16>,
    /// How long a client may accept no data, in seconds; only on Linux
    #[arg(long, env, default_value = "10", value_parser = limit)]
    pub stall_seconds: Duration,
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

/// A time limit, which can't be 0. The libraries count in milliseconds.
fn limit(text: &str) -> Result<Duration, &'static str> {
    let time = seconds(text)?;
    if time.as_millis() > 0 {
        Ok(time)
    } else {
        Err("expected a number of seconds above 0")
    }
}

/// An origin exactly as browsers send it: in lower case, and with a port only if it isn't the scheme's own.
fn origin(text: &str) -> Result<String, &'static str> {
    let text = text.trim();
    let uri: Uri = text.parse().unwrap_or_default();
    let default_port = match uri.scheme_str() {
        Some("http") => Some(80),
        Some("https") => Some(443),
        _ => None,
    };
    let is_host = |host: &Authority| text.ends_with(host.as_str());
    let is_origin = default_port.is_some_and(|port| uri.port_u16() != Some(port))
        && uri.authority().is_some_and(is_host)
        && !text.contains(|odd: char| odd.is_ascii_uppercase() || ['@', '*'].contains(&odd));
    if is_origin || ["", "*"].contains(&text) {
        Ok(text.to_owned())
    } else {
        Err("expected an origin as browsers send it, such as https://example.com")
    }
}
