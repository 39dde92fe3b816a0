//! The most frequent problems, and their messages: recorded for the book, each from a run.

use std::{
    env, fmt::Write as _, fs, net::TcpListener, path::Path, process::Command, time::Duration,
};

use course::lessons;
use tempfile::TempDir;
use wire::{
    connection::{Connection, Http, Transport},
    server::Server,
};
use workbook::programs::{self, program, run_to_end};

use suites::{assert_snapshot, copies::copy_with};

/// How long a line of a server's log may take to arrive.
const PATIENCE: Duration = Duration::from_secs(10);

/// The output of a lesson's program that gives up in this folder.
async fn last_words(lesson: &str, folder: &Path, environment: &[(&str, &str)]) -> String {
    let mut command = tokio::process::Command::new(program(&lessons::find(lesson).unwrap()));
    command.current_dir(folder).env_remove("PORT");
    command.envs(environment.iter().copied());
    let output = run_to_end(command).await.unwrap();
    assert!(!output.status.success(), "{environment:?} isn't an error");
    String::from_utf8(output.stderr).unwrap()
}

#[tokio::test]
async fn the_port_is_taken() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let words = last_words("06", lessons::root(), &[("PORT", &port)]).await;
    assert_snapshot("symptom_port_taken", &words.replace(&port, "3000"));
}

#[tokio::test]
async fn the_port_is_none() {
    let words = last_words("06", lessons::root(), &[("PORT", "3000;")]).await;
    assert_snapshot("symptom_port_is_invalid", &words);
}

#[tokio::test]
async fn a_setting_is_invalid() {
    let words = last_words("07", lessons::root(), &[("PORT", "3000;")]).await;
    assert_snapshot("symptom_setting_is_invalid", &words);
}

#[tokio::test]
async fn the_page_has_no_folder() {
    let elsewhere = tempfile::tempdir().unwrap();
    let words = last_words("06", elsewhere.path(), &[]).await;
    assert_snapshot("symptom_no_folder", &words);
}

#[tokio::test]
async fn the_database_is_locked() {
    let folder = tempfile::tempdir().unwrap();
    let locked = rusqlite::Connection::open(folder.path().join("lecturas.db")).unwrap();
    locked.execute_batch("BEGIN EXCLUSIVE").unwrap();
    fs::create_dir(folder.path().join("page")).unwrap();
    let settings = [
        ("HOST", "127.0.0.1"),
        ("PORT", "0"),
        ("PAGE_PORT", "0"),
        ("PUBLIC_DIR", "page"),
    ];
    let words = last_words("live-data", folder.path(), &settings).await;
    assert_snapshot("symptom_database_locked", &words);
}

#[tokio::test]
async fn redis_cannot_be_reached() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("page")).unwrap();
    let settings = [
        ("HOST", "127.0.0.1"),
        ("PORT", "0"),
        ("PUBLIC_DIR", "page"),
        // A port that nobody may listen on without being root, and nobody does.
        ("REDIS_URL", "redis://127.0.0.1:1"),
    ];
    let words = last_words("machines", folder.path(), &settings).await;
    assert_snapshot("symptom_redis_unreachable", &words);
}

#[tokio::test]
async fn the_settings_file_cannot_be_read() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(".env"), "PORT: 3000\n").unwrap();
    let words = last_words("06", folder.path(), &[]).await;
    assert_snapshot("symptom_settings_file", &words);
}

/// A lesson that runs in a folder of its own, with or without an installed client.
async fn start(lesson: &str, with_client: bool) -> (TempDir, Server) {
    let folder = tempfile::tempdir().unwrap();
    let public = folder.path().join("public");
    for folder in ["page", "vendor/socket.io"] {
        fs::create_dir_all(public.join(folder)).unwrap();
    }
    if with_client {
        fs::write(
            public.join("vendor/socket.io/socket.io.js"),
            "// the client",
        )
        .unwrap();
    }
    let program = program(&lessons::find(lesson).unwrap());
    let page = [("PUBLIC_DIR", "public/page")];
    let server = Server::start(&program, folder.path(), &page).await.unwrap();
    (folder, server)
}

/// The line of a server's log that contains these words, without its time.
async fn logged(server: &Server, words: &str) -> String {
    server.log.wait_for(words, PATIENCE).await.unwrap();
    let log = server.log.text();
    let line = log.lines().find(|line| line.contains(words)).unwrap();
    let (_time, line) = line.split_once("Z ").unwrap();
    format!("{}\n", line.trim_start())
}

/// A request and its answer.
async fn exchange(server: &Server, path: &str) -> String {
    exchange_from(None, server, path).await
}

/// A request from a page of this origin, and its answer.
async fn exchange_from(origin: Option<&str>, server: &Server, path: &str) -> String {
    let http = Http::new(&server.base).unwrap();
    let answer = http.get(path, origin).await.unwrap();
    let origin = origin.map_or(String::new(), |origin| format!("\norigin: {origin}"));
    format!("GET {path}{origin}\n{} {}\n", answer.status, answer.body)
}

#[tokio::test]
async fn the_client_is_not_installed() {
    let (_folder, server) = start("06", false).await;
    let report = exchange(&server, "/socket.io/socket.io.js").await;
    assert_snapshot("symptom_client_missing", &report);
}

#[tokio::test]
async fn the_client_is_of_another_major_version() {
    let (_folder, server) = start("06", true).await;
    let path = "/socket.io/?EIO=3&transport=polling";
    let report = exchange(&server, path).await;
    assert_snapshot("symptom_client_version", &report);
}

#[tokio::test]
async fn the_origin_is_not_allowed() {
    let (_folder, server) = start("places", true).await;
    let path = "/socket.io/?EIO=4&transport=polling";
    let report = exchange_from(Some("https://example.com"), &server, path).await;
    assert_snapshot("symptom_origin_not_allowed", &report);
}

#[tokio::test]
async fn the_session_is_unknown() {
    let (_folder, server) = start("06", true).await;
    let path = "/socket.io/?EIO=4&transport=polling&sid=AAAAAAAAAAAAAAAA";
    let report = exchange(&server, path).await;
    assert_snapshot("symptom_session_unknown", &report);
}

#[tokio::test]
async fn the_payload_does_not_fit_and_only_the_log_knows() {
    let (_folder, server) = start("03", true).await;
    let connection = Connection::open(&server.base, Transport::WebSocket);
    let connection = connection.await.unwrap();
    connection.send("40".to_owned());
    logged(&server, "client connected").await;
    connection.send(r#"42["enviar-mensaje"]"#.to_owned());
    let report = logged(&server, "extract").await;
    assert_snapshot("symptom_payload_does_not_fit", &report);
}

/// The first error of the compiler, without the names of this machine's folders.
fn compiler_says(lesson: &str, file: &str, changes: &[(&str, &str)]) -> String {
    let folder = copy_with(lesson, file, changes);
    let Err(words) = suites::copies::build(&folder.path().join("work")) else {
        panic!("{changes:?} compiles");
    };
    let words = words.to_string();
    let first = words.split("\nerror").next().unwrap_or_default();
    let mut report = String::new();
    let mut lines = first.lines();
    while let Some(line) = lines.next() {
        // The place of messages that are too long to print.
        if line.contains("the full name for the type") || line.contains("--verbose") {
            continue;
        }
        // This list has types that have nothing to do with the fault.
        if line.contains("the following other types implement trait") {
            lines.find(|line| line.trim_end().ends_with("others"));
            continue;
        }
        writeln!(report, "{}", without_registry(line).trim_end()).unwrap();
    }
    report
}

/// A line with a dependency's source file, with its path relative to the dependency's folder.
fn without_registry(line: &str) -> String {
    let registry = "/registry/src/";
    let path = line.find(registry).and_then(|start| {
        let (_name, path) = line[start + registry.len()..].split_once('/')?;
        Some(path)
    });
    let arrow = ["--> ", "::: "].iter().find_map(|arrow| line.find(arrow));
    match (arrow, path) {
        (Some(arrow), Some(path)) => format!("{}{path}", &line[..arrow + 4]),
        _ => line.to_owned(),
    }
}

/// Four functions that aren't handlers: the compiler says the same each time.
#[test]
fn a_function_is_not_a_handler() {
    let not_async = compiler_says(
        "03",
        "src/lib.rs",
        &[(
            "\"enviar-mensaje\", on_message);",
            "\"enviar-mensaje\", |Data(payload): Data<Value>| {\n        info!(%payload, \"enviar-mensaje\");\n    });",
        )],
    );
    let gives_a_result = compiler_says(
        "03",
        "src/lib.rs",
        &[
            (
                "on_message(Data(payload): Data<Value>) {",
                "on_message(Data(payload): Data<Value>) -> Result<(), String> {",
            ),
            (
                "info!(%payload, \"enviar-mensaje\");",
                "info!(%payload, \"enviar-mensaje\");\n    Ok(())",
            ),
        ],
    );
    let cannot_be_read = compiler_says(
        "05",
        "src/lib.rs",
        &[
            ("use serde::Deserialize;", "use serde::Serialize;"),
            ("#[derive(Deserialize)]", "#[derive(Serialize)]"),
        ],
    );
    let no_extractor = compiler_says(
        "03",
        "src/lib.rs",
        &[(
            "on_message(Data(payload): Data<Value>)",
            "on_message(payload: Value)",
        )],
    );
    for words in [&gives_a_result, &cannot_be_read, &no_extractor] {
        assert!(words.contains("is not a MessageHandler"), "{words}");
    }
    assert_snapshot("symptom_no_handler", &not_async);
}

#[test]
fn other_compiler_errors() {
    for (name, lesson, file, changes) in [
        (
            "symptom_forgotten_await",
            "06",
            "src/controller.rs",
            &[(
                "    if let Err(error) = socket.broadcast().emit(\"enviar-mensaje\", &message).await {\n        warn!(%error, \"the message did not reach everyone\");\n    }\n",
                "    socket.broadcast().emit(\"enviar-mensaje\", &message);\n",
            )][..],
        ),
        (
            "symptom_payload_not_borrowed",
            "04",
            "src/lib.rs",
            &[("&payload).await", "payload).await")],
        ),
        (
            "symptom_not_serialize",
            "06",
            "src/controller.rs",
            &[
                (
                    "use serde::{Deserialize, Serialize};",
                    "use serde::Deserialize;",
                ),
                (
                    "#[derive(Deserialize, Serialize)]",
                    "#[derive(Deserialize)]",
                ),
            ],
        ),
        (
            "symptom_not_send",
            "threads",
            "src/controller.rs",
            &[
                (
                    "use std::time::{SystemTime, UNIX_EPOCH};",
                    "use std::{\n    cell::Cell,\n    rc::Rc,\n    time::{SystemTime, UNIX_EPOCH},\n};",
                ),
                (
                    "    while let Some((socket, ack, payload)) = messages.recv().await {\n",
                    "    let handled = Rc::new(Cell::new(0));\n    while let Some((socket, ack, payload)) = messages.recv().await {\n        handled.set(handled.get() + 1);\n",
                ),
            ],
        ),
        (
            "symptom_middleware_trait",
            "02",
            "src/lib.rs",
            &[
                (
                    "io.ns(\"/\", on_connect);",
                    "io.ns(\"/\", on_connect.with(has_place));",
                ),
                (
                    "async fn on_connect(",
                    "async fn has_place() -> Result<(), &'static str> {\n    Ok(())\n}\n\nasync fn on_connect(",
                ),
            ],
        ),
    ] {
        assert_snapshot(name, &compiler_says(lesson, file, changes));
    }
}

/// The part of `just check`'s output about the next fault in a copy.
fn check_says(lesson: &str, file: &str, changes: &[(&str, &str)]) -> String {
    let folder = copy_with(lesson, file, changes);
    let output = Command::new(programs::workbook())
        .args(["check", lesson, "--work"])
        .arg(folder.path().join("work"))
        .env("NO_COLOR", "1")
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let next = said.find("Next: ").unwrap_or_else(|| panic!("{said}"));
    let folder = folder.path().to_string_lossy();
    let said = said[next..].replace(&format!(" --work {folder}/work"), "");
    let said = said.replace(&format!("{folder}/"), "");
    said.trim_end().to_owned()
}

#[test]
fn a_layer_is_in_the_wrong_place() {
    let page = "        .fallback_service(ServeDir::new(page))\n";
    let sockets = "        .layer(socket_layer)\n";
    let report = check_says(
        "02",
        "src/lib.rs",
        &[(&format!("{page}{sockets}"), &format!("{sockets}{page}"))],
    );
    assert_snapshot("symptom_layer_before_page", &report);

    let cors = [("        .layer(CorsLayer::permissive())\n", "")];
    let report = check_says("02", "src/lib.rs", &cors);
    assert_snapshot("symptom_other_origin", &report);
}

/// Cargo's message about a lesson that needs a newer Rust than the installed one.
#[test]
fn rust_is_too_old() {
    let needed = format!("rust-version = {:?}", env!("CARGO_PKG_RUST_VERSION"));
    let folder = copy_with(
        "06",
        "Cargo.toml",
        &[(&needed, "rust-version = \"1.9999\"")],
    );
    let output = Command::new("cargo")
        .args(["build", "--offline", "--target-dir"])
        .arg(folder.path().join("target"))
        .current_dir(folder.path().join("work"))
        .env("CARGO_TERM_COLOR", "never")
        .output()
        .unwrap();
    let words = String::from_utf8(output.stderr).unwrap();
    let start = words.find("error: rustc");
    let words = &words[start.unwrap_or_else(|| panic!("{words}"))..];
    let words = words.split("\n\n").next().unwrap();
    let installed = words.split_whitespace().nth(2).unwrap();
    let report = words
        .replace(installed, "<your version>")
        .replace("1.9999", "<the version it needs>");
    assert_snapshot("symptom_old_rust", &report);
}
