//! The settings, which come from the environment alone.

use std::{
    env::VarError,
    fmt::Write,
    net::IpAddr,
    num::{NonZeroU32, ParseIntError},
    path::PathBuf,
    str::FromStr,
    time::Duration,
};

/// A setting as `--help` lists it.
struct Setting {
    name: &'static str,
    /// What holds where the environment is silent.
    default: &'static str,
    /// What it is for, and in what unit.
    help: &'static str,
    /// Completes "NAME is ..., but": what a value must be.
    rule: &'static str,
}

/// More than any server has room for, and less than what the libraries stumble over.
const MOST: u32 = 1_000_000_000;
const NUMBER: &str = "it is a number from 1 to 1000000000.";
const SECONDS: &str = "it is a number of seconds, as 10 or 0.5, up to a day.";
const LIMIT: &str = "it is a number of seconds above 0, as 10 or 0.5, up to a day.";
const PORT: &str = "a port is a number from 0 to 65535.";

#[rustfmt::skip]
const SETTINGS: [Setting; 18] = [
    Setting { name: "HOST", default: "0.0.0.0", help: "the address to listen on", rule: "a host is an address as 0.0.0.0 or ::1." },
    Setting { name: "PORT", default: "3000", help: "the port to listen on; with 0 the system chooses one", rule: PORT },
    Setting { name: "PUBLIC_DIR", default: "public/07-deploy", help: "the folder of the page", rule: "it is a folder." },
    Setting { name: "ALLOWED_ORIGINS", default: "", help: "other sites whose pages may use the server, as https://example.com, with commas between; * for all", rule: "an origin is written as https://example.com, without a path." },
    Setting { name: "TRUSTED_PROXIES", default: "0", help: "how many proxies stand before the server and add to X-Forwarded-For", rule: "it is a number from 0 on." },
    Setting { name: "LOG_FORMAT", default: "text", help: "text or json", rule: "it is text or json." },
    Setting { name: "METRICS_PORT", default: "", help: "the port of /metrics; without it there is none", rule: PORT },
    Setting { name: "MAX_CLIENTS", default: "10000", help: "clients at a time", rule: NUMBER },
    Setting { name: "MAX_CLIENTS_PER_ADDRESS", default: "200", help: "clients at a time from one address", rule: NUMBER },
    Setting { name: "SESSIONS_PER_SECOND", default: "10", help: "sessions that one address may open, on the average; at once MAX_CLIENTS_PER_ADDRESS", rule: NUMBER },
    Setting { name: "MAX_MESSAGE", default: "100000", help: "bytes in a message from a client", rule: NUMBER },
    Setting { name: "MAX_WAITING", default: "4096", help: "packets, each up to MAX_MESSAGE, that wait for a client; what is more is lost to it", rule: NUMBER },
    Setting { name: "EVENTS_PER_SECOND", default: "100", help: "events from one client, on the average", rule: NUMBER },
    Setting { name: "EVENTS_AT_ONCE", default: "2500", help: "events from one client in a burst", rule: NUMBER },
    Setting { name: "REQUEST_SECONDS", default: "10", help: "until a client must have sent its request, and the next one on the same connection", rule: LIMIT },
    Setting { name: "STALL_SECONDS", default: "10", help: "until a client that takes nothing is cut off", rule: LIMIT },
    Setting { name: "DRAIN_SECONDS", default: "0", help: "from SIGTERM, when /readyz says no, until nothing new is taken", rule: SECONDS },
    Setting { name: "SHUTDOWN_SECONDS", default: "5", help: "from then on, until the last client is cut off", rule: SECONDS },
];

/// How the log is written.
#[derive(Clone, Copy)]
pub enum LogFormat {
    /// For a person.
    Text,
    /// For a program, an object a line.
    Json,
}

/// What the server can be told from outside. [`help`] says what each is for.
#[derive(Clone)]
#[expect(missing_docs, reason = "`help` documents them")]
pub struct Settings {
    pub host: IpAddr,
    pub port: u16,
    pub page: PathBuf,
    pub allowed_origins: Vec<String>,
    pub trusted_proxies: usize,
    pub log_format: LogFormat,
    pub metrics_port: Option<u16>,
    pub max_clients: usize,
    pub max_clients_per_address: NonZeroU32,
    pub sessions_per_second: NonZeroU32,
    pub max_message: usize,
    pub max_waiting: usize,
    pub events_per_second: NonZeroU32,
    pub events_at_once: NonZeroU32,
    pub request_limit: Duration,
    pub stall_limit: Duration,
    pub drain: Duration,
    pub shutdown_limit: Duration,
}

impl Settings {
    /// Reads every setting from `variable`, which is [`std::env::var`] outside of tests.
    ///
    /// # Errors
    /// A line for each value that is none.
    pub fn read(
        variable: impl Fn(&'static str) -> Result<String, VarError>,
    ) -> Result<Self, String> {
        let mut reader = Reader {
            variable,
            faults: String::new(),
        };
        let settings = reader.all();
        settings.ok_or_else(|| reader.faults.trim_end().to_owned())
    }
}

/// Reads settings and keeps what is wrong with them, so that all of it is said at once.
struct Reader<V> {
    variable: V,
    faults: String,
}

impl<V: Fn(&'static str) -> Result<String, VarError>> Reader<V> {
    fn all(&mut self) -> Option<Settings> {
        let host = self.parsed("HOST");
        let port = self.parsed("PORT");
        let page = self.page();
        let allowed_origins = self.get("ALLOWED_ORIGINS", origins);
        let trusted_proxies = self.parsed("TRUSTED_PROXIES");
        let log_format = self.get("LOG_FORMAT", log_format);
        let metrics_port = self.get("METRICS_PORT", |text| optional_port(text).ok());
        let max_clients = self.count("MAX_CLIENTS");
        let max_clients_per_address = self.count("MAX_CLIENTS_PER_ADDRESS");
        let sessions_per_second = self.count("SESSIONS_PER_SECOND");
        let max_message = self.count("MAX_MESSAGE");
        let max_waiting = self.count("MAX_WAITING");
        let events_per_second = self.count("EVENTS_PER_SECOND");
        let events_at_once = self.count("EVENTS_AT_ONCE");
        let request_limit = self.get("REQUEST_SECONDS", limit);
        let stall_limit = self.get("STALL_SECONDS", limit);
        let drain = self.get("DRAIN_SECONDS", seconds);
        let shutdown_limit = self.get("SHUTDOWN_SECONDS", seconds);
        // Only now may a missing value end the reading.
        Some(Settings {
            host: host?,
            port: port?,
            page: page?,
            allowed_origins: allowed_origins?,
            trusted_proxies: trusted_proxies?,
            log_format: log_format?,
            metrics_port: metrics_port?,
            max_clients: max_clients?.get() as usize,
            max_clients_per_address: max_clients_per_address?,
            sessions_per_second: sessions_per_second?,
            max_message: max_message?.get() as usize,
            max_waiting: max_waiting?.get() as usize,
            events_per_second: events_per_second?,
            events_at_once: events_at_once?,
            request_limit: request_limit?,
            stall_limit: stall_limit?,
            drain: drain?,
            shutdown_limit: shutdown_limit?,
        })
    }

    /// The value of a setting, or `None` and a fault.
    fn get<T>(&mut self, name: &str, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        // Every name that is asked for stands in the table, so this always finds one.
        let setting = SETTINGS.iter().find(|setting| setting.name == name)?;
        let text = match (self.variable)(setting.name) {
            Ok(text) => text,
            Err(VarError::NotPresent) => setting.default.to_owned(),
            Err(error) => return self.fault(&format!("{name} cannot be read: {error}.")),
        };
        parse(&text).or_else(|| self.fault(&format!("{name} is {text:?}, but {}", setting.rule)))
    }

    fn parsed<T: FromStr>(&mut self, name: &str) -> Option<T> {
        self.get(name, |text| text.parse().ok())
    }

    fn count(&mut self, name: &str) -> Option<NonZeroU32> {
        self.get(name, |text| {
            let count: NonZeroU32 = text.parse().ok()?;
            (count.get() <= MOST).then_some(count)
        })
    }

    fn page(&mut self) -> Option<PathBuf> {
        let page = self.get("PUBLIC_DIR", |text| Some(PathBuf::from(text)))?;
        if page.is_dir() {
            return Some(page);
        }
        self.fault(&format!(
            "there is no folder {}: start from the top of the workbook, or set PUBLIC_DIR.",
            page.display()
        ))
    }

    fn fault<T>(&mut self, fault: &str) -> Option<T> {
        self.faults.push_str(fault);
        self.faults.push('\n');
        None
    }
}

fn seconds(text: &str) -> Option<Duration> {
    const DAY: Duration = Duration::from_hours(24);
    let time = Duration::try_from_secs_f64(text.parse().ok()?).ok()?;
    (time <= DAY).then_some(time)
}

/// A time in which something must happen. The system counts in milliseconds, and takes 0 for no limit.
fn limit(text: &str) -> Option<Duration> {
    seconds(text).filter(|time| time.as_millis() > 0)
}

fn optional_port(text: &str) -> Result<Option<u16>, ParseIntError> {
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some)
}

fn log_format(text: &str) -> Option<LogFormat> {
    match text {
        "text" => Some(LogFormat::Text),
        "json" => Some(LogFormat::Json),
        _ => None,
    }
}

/// A list of origins as browsers write them: a scheme, a host, a port where it is not the scheme's own.
fn origins(text: &str) -> Option<Vec<String>> {
    let origins = text
        .split(',')
        .map(str::trim)
        .filter(|origin| !origin.is_empty());
    origins
        .map(|origin| {
            let (scheme, host) = origin.split_once("://").unwrap_or_default();
            let is_name = !scheme.is_empty() && !host.is_empty();
            let good = origin == "*" || is_name && !host.contains(['/', '?', '#', '@', '*', ' ']);
            good.then(|| origin.to_ascii_lowercase())
        })
        .collect()
}

/// The settings with their defaults, as `--help` shows them.
#[must_use]
pub fn help() -> String {
    let mut text = "The course's server, ready for production.\n\n\
        It takes no arguments. Its settings come from the environment, or from a file .env in the folder where it is started:\n\n"
        .to_owned();
    for Setting {
        name,
        default,
        help,
        ..
    } in &SETTINGS
    {
        // Writing to a `String` cannot fail.
        writeln!(text, "  {name:<24} {default:<17} {help}").ok();
    }
    text
}
