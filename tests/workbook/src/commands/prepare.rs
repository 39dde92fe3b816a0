//! `workbook prepare`: gets everything that the workbook needs to work offline.
//!
//! It doesn't check for Rust and its linker: without them this program wouldn't have been built.

use std::{
    env::{self, consts},
    net::TcpListener,
};

use anyhow::{Context, Result, ensure};
use console::style;
use course::lessons::{self, root};
use workbook::programs::cargo;

use super::setup::{self, has, npm};

/// Downloads, builds and looks around. Says "ready", or what is missing; returns `false` if anything is.
pub fn prepare() -> bool {
    let mut missing = tools();
    missing.extend(taken_port());
    if let Err(error) = fetch_and_build() {
        missing.push(format!("{error:#}"));
    }
    println!();
    if missing.is_empty() {
        println!("Ready: the lessons, exercises, experiments and the book now work offline.");
        return true;
    }
    println!("Not ready yet:");
    for missing in &missing {
        println!("- {missing}");
    }
    println!("Then run `just prepare` again.");
    false
}

/// The programs that are missing, and how to get them on this system.
fn tools() -> Vec<String> {
    let on_this_system = |windows, macos, linux| match consts::OS {
        "windows" => windows,
        "macos" => macos,
        _ => linux,
    };
    let mut missing = Vec::new();
    if !has("git") {
        let install = on_this_system(
            "winget install Git.Git",
            "xcode-select --install",
            "sudo apt install git",
        );
        missing.push(format!(
            "git is missing; `just diff`, `just solution` and `just break` need it: {install}"
        ));
    }
    if !has(npm()) && !has("curl") {
        let install = on_this_system(
            "winget install OpenJS.NodeJS.LTS",
            "brew install node",
            "sudo apt install npm",
        );
        missing.push(format!(
            "npm is missing; it installs what the pages load: {install}"
        ));
    }
    missing
}

/// Says why the lessons can't listen on their port, if they can't.
fn taken_port() -> Option<String> {
    let port = env::var("PORT").unwrap_or("3000".to_owned());
    let error = TcpListener::bind(format!("127.0.0.1:{port}")).err()?;
    Some(format!(
        "port {port} can't be used ({error}): stop the program that listens there, or set the variable PORT to another port"
    ))
}

/// Builds as `just run`, `just check` and `just book` will. A copy of a lesson uses the libraries of the lesson.
fn fetch_and_build() -> Result<()> {
    run_cargo("Downloading libraries", &["fetch", "--locked"])?;
    println!("{}", style("Installing what the pages load").bold());
    setup::setup()?;
    for lesson in lessons::all()? {
        let title = format!("Building lesson {}", lesson.name);
        let build = ["build", "--locked", "--package", lesson.package()];
        run_cargo(&title, &[&build[..], &["--bin", &lesson.name]].concat())?;
    }
    let build = ["build", "--locked", "--package", "sensor"];
    run_cargo("Building the sensor of lesson 19", &build)?;
    let build = ["run", "--locked", "--package", "book", "--", "build"];
    run_cargo("Building the book", &build)
}

/// Runs cargo in the workbook's top folder.
fn run_cargo(title: &str, arguments: &[&str]) -> Result<()> {
    println!("{}", style(title).bold());
    let status = cargo().args(arguments).current_dir(root()).status();
    let status = status.context("cannot run cargo")?;
    ensure!(
        status.success(),
        "{title} failed: see what cargo says above. The first time, it needs a network."
    );
    Ok(())
}
