//! The structure of the workbook: files that programs find by their folder have to be there.

use std::{fs, process::Command};

use course::lessons;
use serde_json::Value;

fn read(path: &str) -> String {
    fs::read_to_string(lessons::root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn metadata() -> Value {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--locked"])
        .current_dir(lessons::root())
        .output()
        .unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn every_lesson_has_its_parts_in_the_right_places() {
    for lesson in lessons::all().unwrap() {
        let folder = format!("lessons/{}", lesson.name);
        let manifest = read(&format!("{folder}/Cargo.toml"));
        assert!(manifest.contains(&format!("name = \"{}\"\n", lesson.package())));
        assert!(manifest.contains(&format!("name = \"{}\"\n", lesson.name)));
        let number = format!("{:02}", lesson.number);
        assert!(
            read(&format!("{folder}/src/lib.rs")).starts_with(&format!("//! Lesson {number}: "))
        );
        assert!(read(&format!("public/{}/index.html", lesson.name)).contains("<h1"));

        let readme = read(&format!("{folder}/README.md"));
        assert!(readme.contains("\n## Try it\n"), "{}", lesson.name);
    }
}

#[test]
fn no_lesson_depends_on_another_or_on_project_code() {
    for lesson in lessons::all().unwrap() {
        let manifest = read(&format!("lessons/{}/Cargo.toml", lesson.name));
        let (_, dependencies) = manifest.split_once("[dependencies]\n").unwrap();
        let dependencies = dependencies.split("\n[").next().unwrap();
        for line in dependencies.lines().filter(|line| !line.is_empty()) {
            assert!(
                line.ends_with(".workspace = true") || line.contains(" = { workspace = true, "),
                "{}: {line}",
                lesson.name
            );
        }
    }
}

#[test]
fn no_dependency_needs_a_newer_rust_than_we_do() {
    let metadata = metadata();
    let packages = metadata["packages"].as_array().unwrap();
    let version = |package: &Value| -> Vec<u32> {
        let version = package["rust_version"].as_str().unwrap_or("0");
        version
            .split('.')
            .map(|part| part.parse().unwrap())
            .collect()
    };
    let ours = packages
        .iter()
        .find(|package| package["name"] == "workbook")
        .unwrap();
    for package in packages {
        assert!(
            version(package) <= version(ours),
            "{} needs {}",
            package["name"],
            package["rust_version"]
        );
    }
}

#[test]
fn ci_runs_the_command_that_the_readme_gives() {
    let readme = read("README.md");
    let (_, command) = readme.rsplit_once("```sh\n").unwrap();
    let (command, _) = command.split_once("```").unwrap();
    assert!(command.ends_with("just test\n"), "{command}");
    // There it only builds: `just ci` runs the same suites.
    let command = command.replace("just test\n", "just test --no-run\n");
    assert!(read(".ci/run").contains(&command), "{command}");
}
