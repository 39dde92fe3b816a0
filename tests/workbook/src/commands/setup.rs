//! `workbook setup`: what the pages load, into `public/vendor/`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail, ensure};
use course::lessons;
use data_encoding::BASE64;
use ring::digest;
use serde_json::Value;

/// The lock file says what should be installed; the copy of it beside the files says what was.
const LOCK: &str = "package-lock.json";

/// The bundle of the client that our pages load.
const CLIENT: &str = "socket.io.js";

/// The files to copy: a folder in `node_modules/`, a folder in `vendor/`, the files. The client's files are those that
/// Node's server serves.
const FILES: [(&str, &str, &[&str]); 2] = [
    (
        "socket.io-client/dist",
        "socket.io",
        &[
            CLIENT,
            "socket.io.js.map",
            "socket.io.min.js",
            "socket.io.min.js.map",
            "socket.io.esm.min.js",
            "socket.io.esm.min.js.map",
            "socket.io.msgpack.min.js",
            "socket.io.msgpack.min.js.map",
        ],
    ),
    ("bootstrap/dist/css", "", &["bootstrap.min.css"]),
];

/// Where each file comes from and where it goes.
fn files() -> impl Iterator<Item = (PathBuf, PathBuf)> {
    FILES.iter().flat_map(|(from, to, files)| {
        let from = public().join("node_modules").join(from);
        let to = vendor().join(to);
        files
            .iter()
            .map(move |file| (from.join(file), to.join(file)))
    })
}

/// Whether `vendor/` matches the lock file. Without npm, the client is enough.
pub fn is_up_to_date() -> bool {
    let lock = fs::read(public().join(LOCK));
    let copy = fs::read(vendor().join(LOCK));
    matches!((lock, copy), (Ok(lock), Ok(copy)) if lock == copy)
        && client().is_file()
        && (files().all(|(_, to)| to.is_file()) || !has(npm()))
}

/// Installs what is missing. If that fails, the page itself says that it has no client.
pub fn ensure_client() {
    if !is_up_to_date() {
        setup().unwrap_or_else(|error| eprintln!("{error:#}"));
    }
}

/// Installs the client and Bootstrap with npm or, without npm, the client from Socket.IO's own CDN.
pub fn setup() -> Result<()> {
    if is_up_to_date() {
        println!("public/vendor is up to date");
        return Ok(());
    }
    fs::create_dir_all(vendor().join("socket.io")).context("cannot create public/vendor")?;
    if has(npm()) {
        println!("installing the Socket.IO client and Bootstrap with npm");
        install()
            .context("cannot install the Socket.IO client and Bootstrap, which needs a network")?;
    } else {
        println!(
            "npm is not installed: downloading the Socket.IO client from its CDN, without Bootstrap and the other bundles"
        );
        download().context("cannot install the Socket.IO client, which needs a network")?;
    }
    check()?;
    fs::copy(public().join(LOCK), vendor().join(LOCK)).context("cannot copy the lock file")?;
    println!("public/vendor is ready");
    Ok(())
}

fn install() -> Result<()> {
    let mut npm = Command::new(npm());
    // No package here needs an install script.
    npm.args(["ci", "--omit=dev", "--ignore-scripts", "--loglevel=error"])
        .current_dir(public());
    run(npm, "npm ci")?;
    for (from, to) in files() {
        fs::copy(&from, to).with_context(|| format!("cannot copy {}", from.display()))?;
    }
    Ok(())
}

fn download() -> Result<()> {
    let package = package()?;
    let version = &package["dependencies"]["socket.io-client"];
    let version = version.as_str().unwrap_or_default();
    let mut curl = Command::new("curl");
    curl.args([
        "--fail",
        "--silent",
        "--show-error",
        "--location",
        "--connect-timeout",
        "10",
        "--output",
    ])
    .arg(client())
    .arg(format!("https://cdn.socket.io/{version}/{CLIENT}"));
    run(curl, "curl, which downloads the client from cdn.socket.io,")
}

/// Removes the client unless its hash is the one in `package.json`.
fn check() -> Result<()> {
    let file = client();
    let client = fs::read(&file).context("cannot read the client")?;
    let package = package()?;
    let expected = package["integrity"][CLIENT].as_str().unwrap_or_default();
    let hash = digest::digest(&digest::SHA384, &client);
    let hash = format!("sha384-{}", BASE64.encode(hash.as_ref()));
    if hash != expected {
        fs::remove_file(&file).context("cannot remove the wrong client")?;
        bail!("the client's hash is {hash}, expected {expected}: it was removed");
    }
    Ok(())
}

fn package() -> Result<Value> {
    let text = fs::read_to_string(public().join("package.json"));
    let text = text.context("cannot read public/package.json")?;
    serde_json::from_str(&text).context("public/package.json")
}

fn run(mut command: Command, name: &str) -> Result<()> {
    let status = command
        .status()
        .with_context(|| format!("cannot run {name}"))?;
    ensure!(status.success(), "{name} failed ({status})");
    Ok(())
}

/// Whether a program can be run.
pub fn has(program: &str) -> bool {
    let version = Command::new(program)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    version.is_ok_and(|status| status.success())
}

/// On Windows npm is a script, which is only found by its full name.
pub fn npm() -> &'static str {
    if cfg!(windows) { "npm.cmd" } else { "npm" }
}

fn public() -> PathBuf {
    lessons::root().join("public")
}

fn vendor() -> PathBuf {
    Path::join(&public(), "vendor")
}

fn client() -> PathBuf {
    vendor().join("socket.io").join(CLIENT)
}
