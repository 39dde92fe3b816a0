//! `workbook setup`: what the pages load, into `public/vendor/`.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use base64::{Engine, prelude::BASE64_STANDARD};
use contract::lessons;
use serde_json::Value;
use sha2::{Digest, Sha384};

/// The lock file says what is installed; a copy of it beside the files says what was.
const LOCK: &str = "package-lock.json";

/// The bundle of the client that our pages load.
const CLIENT: &str = "socket.io.js";

/// What is copied: a folder in `node_modules/`, a folder in `vendor/`, the files. Of the client it is what Node's
/// server serves.
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

/// Whether `vendor/` holds what the lock file says. Where there is no npm, the client is enough.
pub fn is_up_to_date() -> bool {
    let lock = fs::read(public().join(LOCK));
    let copy = fs::read(vendor().join(LOCK));
    matches!((lock, copy), (Ok(lock), Ok(copy)) if lock == copy)
        && client().is_file()
        && (files().all(|(_, to)| to.is_file()) || !has(npm()))
}

/// Installs the client and Bootstrap with npm or, without npm, the client from Socket.IO's own CDN.
///
/// # Errors
/// Neither way is open, or the client is not the one that it should be.
pub fn setup() -> Result<(), String> {
    if is_up_to_date() {
        println!("public/vendor is up to date");
        return Ok(());
    }
    fs::create_dir_all(vendor().join("socket.io"))
        .map_err(|error| failure("public/vendor cannot be made", &error))?;
    if has(npm()) {
        println!("installing the Socket.IO client and Bootstrap with npm");
        install()?;
    } else {
        println!(
            "npm is not installed: downloading the Socket.IO client from its CDN, without Bootstrap and the other bundles"
        );
        download()?;
    }
    check()?;
    fs::copy(public().join(LOCK), vendor().join(LOCK))
        .map_err(|error| failure("the lock file cannot be copied", &error))?;
    println!("public/vendor is ready");
    Ok(())
}

fn install() -> Result<(), String> {
    let mut npm = Command::new(npm());
    // No package here has a script to run, and none needs one.
    npm.args(["ci", "--ignore-scripts", "--loglevel=error"])
        .current_dir(public());
    run(npm, "npm ci")?;
    for (from, to) in files() {
        fs::copy(&from, to)
            .map_err(|error| failure(&format!("{} cannot be copied", from.display()), &error))?;
    }
    Ok(())
}

fn download() -> Result<(), String> {
    let package = package()?;
    let version = &package["dependencies"]["socket.io-client"];
    let version = version.as_str().unwrap_or_default();
    let mut curl = Command::new("curl");
    curl.args([
        "--fail",
        "--silent",
        "--show-error",
        "--location",
        "--output",
    ])
    .arg(client())
    .arg(format!("https://cdn.socket.io/{version}/{CLIENT}"));
    run(curl, "curl, which takes the client from cdn.socket.io,")
}

/// Removes the client unless it is the very file that `package.json` names.
fn check() -> Result<(), String> {
    let file = client();
    let client = fs::read(&file).map_err(|error| failure("the client cannot be read", &error))?;
    let package = package()?;
    let expected = package["integrity"][CLIENT].as_str().unwrap_or_default();
    let hash = format!("sha384-{}", BASE64_STANDARD.encode(Sha384::digest(client)));
    if hash == expected {
        return Ok(());
    }
    fs::remove_file(&file)
        .map_err(|error| failure("the wrong client cannot be removed", &error))?;
    Err(format!(
        "the client has the hash {hash}, but should have {expected}: it was removed"
    ))
}

fn package() -> Result<Value, String> {
    let text = fs::read_to_string(public().join("package.json"))
        .map_err(|error| failure("public/package.json cannot be read", &error))?;
    serde_json::from_str(&text).map_err(|error| format!("public/package.json: {error}"))
}

fn run(mut command: Command, name: &str) -> Result<(), String> {
    let status = command
        .status()
        .map_err(|error| failure(&format!("{name} cannot be run"), &error))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("{name} failed ({status})"))
    }
}

fn has(program: &str) -> bool {
    let version = Command::new(program)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    version.is_ok_and(|status| status.success())
}

/// On Windows npm is a script, which only its full name finds.
fn npm() -> &'static str {
    if cfg!(windows) { "npm.cmd" } else { "npm" }
}

fn failure(what: &str, error: &io::Error) -> String {
    format!("{what}: {error}")
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
