//! A class of thirty: right servers, and every fault that an instructor meets.

use std::{
    fs::{self, File},
    io::Write,
    path::Path,
};

use course::{exercises, lessons};
use workbook::work::{self, Begin};
use zip::{ZipWriter, write::SimpleFileOptions};

pub const LESSON: &str = "broadcast";

const CONTROLLER: &str = "src/controller.rs";
const MAIN: &str = "src/main.rs";
const MANIFEST: &str = "Cargo.toml";

const EMIT: &str = "    if let Err(error) = socket.broadcast()";
const ACK: &str = "    answer(
        ack,
        &json!({ \"id\": message.id, \"processID\": 999, \"date\": unix_millis() }),
    );
";
const CONNECTED: &str = "    info!(id = %socket.id, \"client connected\");";
const SERVE: &str = "async fn serve() -> Result<()> {";

/// Students whose crates are the lesson with a change in one file.
const CHANGES: &[(&str, &str, &str, &str)] = &[
    ("no-callback", CONTROLLER, ACK, "    drop(ack);\n"),
    (
        "emits-to-all",
        CONTROLLER,
        EMIT,
        "    socket.emit(\"enviar-mensaje\", &message).ok();\n    if let Err(error) = socket.broadcast()",
    ),
    (
        "wrong-event",
        CONTROLLER,
        "\"enviar-mensaje\", on_message",
        "\"enviar_mensaje\", on_message",
    ),
    (
        "wrong-field",
        CONTROLLER,
        "\"processID\": 999",
        "\"processId\": 999",
    ),
    (
        "does-not-compile",
        CONTROLLER,
        "    let message = match payload {",
        "    let message: String = match payload {",
    ),
    (
        "panics",
        CONTROLLER,
        ACK,
        "    let message = None::<Message>.expect(\"a message\");\n",
    ),
    (
        "hangs",
        CONTROLLER,
        ACK,
        "    if message.id == \"123\" {\n        loop { std::hint::spin_loop() }\n    }\n",
    ),
    (
        "endless-output",
        CONTROLLER,
        CONNECTED,
        "    std::thread::spawn(|| loop { println!(\"the server is fine\") });",
    ),
    (
        "ignores-the-port",
        MAIN,
        "env::var_os(\"PORT\").unwrap_or(\"3000\".into())",
        "std::ffi::OsString::from(\"0\")",
    ),
    (
        "ends-at-once",
        MAIN,
        SERVE,
        "async fn serve() -> Result<()> {\n    bail!(\"there is no database\");\n}\n\n#[expect(dead_code)]\nasync fn real() -> Result<()> {",
    ),
    (
        "endless-build",
        MAIN,
        SERVE,
        "#[allow(long_running_const_eval)]\nconst NEVER: u64 = {\n    let mut number = 0;\n    while number < u64::MAX {\n        number += 1;\n    }\n    number\n};\n\nasync fn serve() -> Result<()> {\n    println!(\"{NEVER}\");",
    ),
    // It may start children until the system refuses. The scenarios then still have to pass.
    (
        "fork-bomb",
        MAIN,
        SERVE,
        "async fn serve() -> Result<()> {
    let mut children = Vec::new();
    while let Ok(child) = std::process::Command::new(\"sleep\").arg(\"60\").spawn() {
        children.push(child);
        if children.len() > 500 {
            bail!(\"nothing holds me: {} processes\", children.len());
        }
    }
    println!(\"refused after {}\", children.len());
    for child in &mut children {
        child.kill()?;
        child.wait()?;
    }",
    ),
    (
        "foreign-crate",
        MANIFEST,
        "[dependencies]\n",
        "[dependencies]\nleft-pad = \"1\"\n",
    ),
];

/// The attempts of a server to read, change and reach more than it should. It exits if one succeeds.
fn spy(folder: &Path, port: u16) -> String {
    format!(
        "async fn serve() -> Result<()> {{
    let outside = [\"{0}/written\", \"../written\", \"/written\", \"/usr/written\", \"/tmp/written\", \"/dev/shm/written\"];
    if let Some(written) = outside.iter().find(|path| fs::write(path, \"\").is_ok()) {{
        bail!(\"it could write {{written}}\");
    }}
    if fs::read_dir(\"{0}\").is_ok() {{
        bail!(\"it could read the other students' work\");
    }}
    if let Ok(secret) = env::var(\"SECRET\") {{
        bail!(\"it could read the {{secret}}\");
    }}
    if std::net::TcpStream::connect((\"127.0.0.1\", {port})).is_ok() {{
        bail!(\"it could reach a server outside\");
    }}",
        folder.display()
    )
}

/// Makes the class in a folder that doesn't exist yet, with its roster. `urls` are servers that are running: in Rust, in
/// Node, and one that isn't there. `port` is one that a server in a sandbox shouldn't reach.
pub fn make(folder: &Path, urls: &[(&str, String)], port: u16) {
    fs::create_dir_all(folder).unwrap();
    for (name, file, from, to) in CHANGES {
        change(&copy(folder, name).join(file), from, to);
    }
    let sleeps = "fn main() { std::thread::sleep(std::time::Duration::from_secs(3600)) }\n";
    fs::write(copy(folder, "build-script").join("build.rs"), sleeps).unwrap();
    own_settings(&copy(folder, "own-settings"));
    change(&copy(folder, "spy").join(MAIN), SERVE, &spy(folder, port));

    // The right ones: in a folder, two folders down, in an archive, in an archive in a folder; and one with exercises.
    copy(folder, "ana");
    copy(folder, "Peña López/entrega final/servidor");
    let packed = folder.with_extension("packed");
    copy(&packed, "carla");
    pack(&packed.join("carla"), &folder.join("carla.zip"));
    fs::create_dir_all(folder.join("dario")).unwrap();
    pack(&packed.join("carla"), &folder.join("dario/entrega.zip"));
    fs::remove_dir_all(&packed).unwrap();
    let lesson = lessons::find(LESSON).unwrap();
    copy(folder, "elena/work");
    for exercise in exercises::of(&lesson) {
        let solved = folder.join("elena").join(format!("work-{}", exercise.name));
        if exercise.name == "private_message" {
            // This one isn't solved yet.
            work::create(&lesson, Begin::AsTheLesson, &solved).unwrap();
        } else {
            work::solve(&exercise, &solved).unwrap();
        }
    }

    work::create(&lesson, Begin::AsItsBase, &folder.join("beto")).unwrap();
    let other = lessons::find("emit").unwrap();
    work::create(&other, Begin::AsTheLesson, &folder.join("other-lesson")).unwrap();
    fs::create_dir(folder.join("empty")).unwrap();
    hostile_archives(folder);
    fs::write(folder.join("notes.txt"), "").unwrap();

    let names = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name());
    let mut names: Vec<_> = names
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    names.retain(|name| !name.starts_with("notes"));
    names.sort();
    let rows = names
        .iter()
        .map(|name| format!("{};{name};2026-05-04\n", name.trim_end_matches(".zip")));
    let urls = urls.iter().map(|(name, url)| format!("{name};{url};\n"));
    let head = "alumno;entrega;fecha\n".to_owned();
    let rows = [head].into_iter().chain(rows).chain(urls);
    let roster: String = rows.chain(["never-came;;\n".to_owned()]).collect();
    fs::write(folder.join("alumnos.csv"), roster).unwrap();
}

/// Makes the copy that never finishes to build.
pub fn never_builds(to: &Path) {
    let lesson = lessons::find(LESSON).unwrap();
    work::create(&lesson, Begin::AsTheLesson, to).unwrap();
    let found = CHANGES.iter().find(|(name, ..)| *name == "endless-build");
    let (_, file, from, change_to) = found.unwrap();
    change(&to.join(file), from, change_to);
}

fn copy(folder: &Path, name: &str) -> std::path::PathBuf {
    let copy = folder.join(name);
    let lesson = lessons::find(LESSON).unwrap();
    work::create(&lesson, Begin::AsTheLesson, &copy).unwrap();
    copy
}

fn change(file: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(file).unwrap();
    assert!(text.contains(from), "{} has no {from}", file.display());
    fs::write(file, text.replace(from, to)).unwrap();
}

fn pack(folder: &Path, archive: &Path) {
    let mut archive = ZipWriter::new(File::create(archive).unwrap());
    for entry in walkdir::WalkDir::new(folder).sort_by_file_name() {
        let entry = entry.unwrap();
        let name = entry.path().strip_prefix(folder.parent().unwrap()).unwrap();
        if entry.file_type().is_file() {
            let options = SimpleFileOptions::default();
            archive.start_file(name.to_string_lossy(), options).unwrap();
            archive.write_all(&fs::read(entry.path()).unwrap()).unwrap();
        }
    }
    archive.finish().unwrap();
}

/// A right server, with settings that would keep cargo from building it, and a link that leads out of it.
fn own_settings(copy: &Path) {
    fs::create_dir(copy.join(".cargo")).unwrap();
    let settings = "[build]\nrustc-wrapper = \"/usr/bin/false\"\n";
    fs::write(copy.join(".cargo/config.toml"), settings).unwrap();
    fs::write(
        copy.join("rust-toolchain.toml"),
        "[toolchain]\npath = \"/nowhere\"\n",
    )
    .unwrap();
    std::os::unix::fs::symlink("/etc", copy.join("src/etc")).unwrap();
}

/// An archive that would write outside of its folder, and one that becomes huge.
fn hostile_archives(folder: &Path) {
    let options = SimpleFileOptions::default();
    let mut archive = ZipWriter::new(File::create(folder.join("zip-slip.zip")).unwrap());
    archive.start_file("../../written", options).unwrap();
    archive.write_all(b"it got out").unwrap();
    archive.finish().unwrap();
    let mut archive = ZipWriter::new(File::create(folder.join("zip-bomb.zip")).unwrap());
    archive.start_file("src/main.rs", options).unwrap();
    let zeros = vec![0; 1 << 20];
    for _ in 0..1_024 {
        archive.write_all(&zeros).unwrap();
    }
    archive.finish().unwrap();
}
