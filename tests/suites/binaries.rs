//! The lessons as programs: settings, the address, errors at the start, and how they shut down.

use std::{
    fs,
    net::TcpListener,
    path::Path,
    process::{Command, Output},
    sync::atomic::{AtomicU32, Ordering::Relaxed},
    time::Duration,
};

use course::{
    lessons::{self, Lesson, root},
    scenarios,
};
use serde_json::json;
use tokio::time::timeout;
use wire::{
    connection::{Connection, Http, Transport, handshake},
    server::Server,
};
use workbook::{
    check::{Target, Verdict},
    programs::{program, run_to_end, sensor},
};

async fn start(lesson: &Lesson, folder: &Path, environment: &[(&str, &str)]) -> Server {
    let server = Server::start(&program(lesson), folder, environment).await;
    server.unwrap_or_else(|words| panic!("{}: {words}", lesson.name))
}

/// Runs a program that should give up immediately, with this exit code.
async fn give_up(
    lesson: &Lesson,
    folder: &Path,
    environment: &[(&str, &str)],
    code: i32,
) -> Output {
    let mut command = tokio::process::Command::new(program(lesson));
    command.current_dir(folder).env_remove("PORT");
    // This is set on many machines, and makes an error printed with `{error:?}` include a backtrace.
    command.env("RUST_BACKTRACE", "1");
    command.envs(environment.iter().copied());
    let output = run_to_end(command).await.unwrap();
    assert_eq!(
        output.status.code(),
        Some(code),
        "{}: {output:?}",
        lesson.name
    );
    output
}

/// The one line that a program prints when it gives up.
fn complaint(output: &Output) -> &str {
    let words = str::from_utf8(&output.stderr).unwrap();
    assert_eq!(words.lines().count(), 1, "{words}");
    words.trim_end()
}

/// Fails unless a lesson refuses a port properly: up to 06 by itself, from 07 on through clap, which also names `--help`.
async fn refuses_port(lesson: &Lesson, folder: &Path, port: &str, environment: &[(&str, &str)]) {
    if !lesson.includes("deploy") {
        let output = give_up(lesson, folder, environment, 1).await;
        let expected = format!(
            "cannot listen on 127.0.0.1:{port} (set PORT to a free port from 0 to 65535): invalid port value"
        );
        assert_eq!(complaint(&output), expected);
        return;
    }
    let output = give_up(lesson, folder, environment, 2).await;
    let words = str::from_utf8(&output.stderr).unwrap();
    let expected = format!("error: invalid value '{port}' for '--port <PORT>': ");
    assert!(words.starts_with(&expected), "{words}");
    assert!(words.ends_with("try '--help'.\n"), "{words}");
}

/// A folder with a page with this title, like a student's own.
fn folder_with_page(title: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("public/page");
    fs::create_dir_all(&page).unwrap();
    fs::write(page.join("index.html"), format!("<title>{title}</title>")).unwrap();
    folder
}

fn all() -> Vec<Lesson> {
    lessons::all().unwrap()
}

fn with_sockets() -> Vec<Lesson> {
    all()
        .into_iter()
        .filter(|lesson| lesson.number >= 2)
        .collect()
}

/// The lessons whose server also serves the page.
fn serving_their_page() -> Vec<Lesson> {
    let mut lessons = all();
    lessons.retain(|lesson| !lesson.includes("front-end"));
    lessons
}

/// The lessons whose server also serves the client.
fn with_client() -> Vec<Lesson> {
    let mut lessons = serving_their_page();
    lessons.retain(|lesson| lesson.includes("connect"));
    lessons
}

/// The lessons that are ready to deploy.
fn deployed() -> Vec<Lesson> {
    let mut lessons = all();
    lessons.retain(|lesson| lesson.includes("deploy"));
    lessons
}

/// A file of the page, or one that all pages share.
async fn file(lesson: &Lesson, server: &Server, path: &str) -> String {
    Http::new(&lesson.page(server).await.unwrap())
        .unwrap()
        .get(path, None)
        .await
        .unwrap()
        .body
}

#[tokio::test]
async fn a_lesson_serves_its_own_page() {
    for lesson in all() {
        let server = start(&lesson, lessons::root(), &[]).await;
        let page = lessons::root()
            .join("public")
            .join(&lesson.name)
            .join("index.html");
        assert_eq!(
            file(&lesson, &server, "/").await,
            fs::read_to_string(page).unwrap()
        );
        assert!(
            file(&lesson, &server, "/shared/style.css")
                .await
                .contains("#lstMensajes")
        );
    }
}

#[tokio::test]
async fn from_lesson_07_on_other_machines_reach_the_server() {
    for lesson in all() {
        let server = start(&lesson, lessons::root(), &[]).await;
        let log = server.log.text();
        let everywhere = log.contains("http://0.0.0.0:");
        assert_eq!(
            everywhere,
            lesson.includes("deploy"),
            "{}: {log}",
            lesson.name
        );
    }
}

#[tokio::test]
async fn public_dir_names_the_page() {
    let folder = folder_with_page("another page");
    for lesson in all() {
        let server = start(&lesson, folder.path(), &[("PUBLIC_DIR", "public/page")]).await;
        assert_eq!(
            file(&lesson, &server, "/").await,
            "<title>another page</title>"
        );
    }
}

#[tokio::test]
async fn a_dotenv_file_is_read_but_the_environment_wins() {
    let folder = folder_with_page("from .env");
    fs::write(
        folder.path().join(".env"),
        "PUBLIC_DIR=public/page\nPORT=no\n",
    )
    .unwrap();
    for lesson in all() {
        // `PORT` is 0 in the environment.
        let server = start(&lesson, folder.path(), &[]).await;
        assert_eq!(
            file(&lesson, &server, "/").await,
            "<title>from .env</title>"
        );
        refuses_port(&lesson, folder.path(), "no", &[]).await;
    }
}

#[tokio::test]
async fn only_the_current_folders_dotenv_file_is_read() {
    let folder = folder_with_page("");
    fs::write(folder.path().join(".env"), "PUBLIC_DIR=nada\n").unwrap();
    let public = folder.path().join("public");
    for lesson in all() {
        let server = start(&lesson, &public, &[("PUBLIC_DIR", "page")]).await;
        drop(server);
        // If it read this file, it would look for `nada`.
        let output = give_up(&lesson, &public, &[("PORT", "0")], 1).await;
        let expected = format!("there is no folder public/{}: ", lesson.name);
        assert!(complaint(&output).starts_with(&expected), "{output:?}");
    }
}

#[tokio::test]
async fn an_error_in_a_dotenv_file_names_the_line_but_never_quotes_it() {
    let folder = folder_with_page("");
    let file = folder.path().join(".env");
    for fault in [
        "PASSWORD: secret",
        "PASSWORD=very secret",
        "PASSWORD=\"secret",
        "secret",
    ] {
        // A trailing space, a comment and the line endings of Windows are fine.
        fs::write(&file, format!("PORT=0 \r\n# it's fine\r\n\r\n{fault}\r\n")).unwrap();
        for lesson in all() {
            let output = give_up(&lesson, folder.path(), &[], 1).await;
            let expected = ".env, line 4: expected NAME=value or NAME='a b'";
            assert_eq!(complaint(&output), expected, "{fault}");
        }
    }
}

#[tokio::test]
async fn an_unreadable_dotenv_file_is_a_clear_error() {
    let folder = folder_with_page("");
    let file = folder.path().join(".env");
    // UTF-16, as older versions of PowerShell write it.
    fs::write(&file, b"\xFF\xFEP\0O\0R\0T\0").unwrap();
    for lesson in all() {
        let output = give_up(&lesson, folder.path(), &[], 1).await;
        assert!(complaint(&output).starts_with("cannot read .env: "));
    }
    fs::remove_file(&file).unwrap();
    fs::create_dir(&file).unwrap();
    for lesson in all() {
        let output = give_up(&lesson, folder.path(), &[], 1).await;
        assert!(complaint(&output).starts_with("cannot read .env: "));
    }
}

#[tokio::test]
async fn an_invalid_port_is_a_clear_error() {
    for lesson in all() {
        for port in ["abc", "70000", "-1", ""] {
            refuses_port(&lesson, lessons::root(), port, &[("PORT", port)]).await;
        }
    }
}

/// On Unix, a variable may contain any bytes. A value that isn't Unicode must not count as unset.
#[cfg(unix)]
#[tokio::test]
async fn a_setting_that_is_not_unicode_is_a_clear_error() {
    use std::os::unix::ffi::OsStrExt as _;

    let bytes = std::ffi::OsStr::from_bytes(b"\xFF");
    for lesson in all() {
        for name in ["PORT", "PUBLIC_DIR"] {
            let mut command = tokio::process::Command::new(program(&lesson));
            command.current_dir(lessons::root()).env("PORT", "0");
            command.env(name, bytes);
            let output = run_to_end(command).await.unwrap();
            if name == "PORT" && lesson.includes("deploy") {
                assert_eq!(output.status.code(), Some(2), "{output:?}");
                let words = str::from_utf8(&output.stderr).unwrap();
                assert!(words.starts_with("error: invalid UTF-8"), "{words}");
            } else {
                assert_eq!(output.status.code(), Some(1), "{output:?}");
                complaint(&output);
            }
        }
    }
}

#[tokio::test]
async fn a_taken_port_is_a_clear_error() {
    for lesson in all() {
        // From 07 on, a lesson listens on all interfaces, while another program may only listen on loopback.
        let address = if lesson.includes("deploy") {
            "0.0.0.0:0"
        } else {
            "127.0.0.1:0"
        };
        let taken = TcpListener::bind(address).unwrap();
        let port = taken.local_addr().unwrap().port().to_string();
        let output = give_up(&lesson, lessons::root(), &[("PORT", &port)], 1).await;
        let words = complaint(&output);
        assert!(
            words.starts_with("cannot listen on ") && words.contains(&port),
            "{words}"
        );
    }
}

#[tokio::test]
async fn a_missing_page_is_a_clear_error() {
    for lesson in all() {
        let output = give_up(
            &lesson,
            lessons::root(),
            &[("PORT", "0"), ("PUBLIC_DIR", "nada")],
            1,
        )
        .await;
        assert!(complaint(&output).starts_with("there is no folder nada: "));
    }
}

#[tokio::test]
async fn a_host_on_another_machine_is_a_clear_error() {
    for lesson in deployed() {
        let host = [("PORT", "0"), ("HOST", "203.0.113.7")];
        let output = give_up(&lesson, lessons::root(), &host, 1).await;
        let expected = "cannot listen on 203.0.113.7:0 (HOST and PORT say where to listen): ";
        assert!(complaint(&output).starts_with(expected), "{output:?}");
    }
}

/// The snapshot `node_files` shows where this differs from `express.static`, and the book shows the two side by side.
#[cfg(unix)]
#[tokio::test]
async fn files_are_served_as_the_book_says() {
    let folder = suites::files::folder();
    for lesson in serving_their_page() {
        let server = start(&lesson, folder.path(), &[("PUBLIC_DIR", "page")]).await;
        let name = if lesson.includes("headers") {
            "files_headers"
        } else {
            "files"
        };
        suites::assert_snapshot(name, &suites::files::answers(&server.base).await);
    }
}

/// The status of the answer to each path.
async fn statuses<const N: usize>(server: &Server, paths: [&str; N]) -> [u16; N] {
    let http = Http::new(&server.base).unwrap();
    let mut statuses = [0; N];
    for (status, path) in statuses.iter_mut().zip(paths) {
        *status = http.get(path, None).await.unwrap().status;
    }
    statuses
}

/// The client belongs to the folder where a lesson starts, but the page may be anywhere.
#[tokio::test]
async fn the_client_is_served_with_a_page_from_elsewhere() {
    let elsewhere = folder_with_page("from elsewhere");
    let page = elsewhere.path().join("public/page");
    let page = [("PUBLIC_DIR", page.to_str().unwrap())];
    let folder = tempfile::tempdir().unwrap();
    let bundles = ["/socket.io/socket.io.js", "/socket.io/socket.io.min.js"];
    for lesson in with_client() {
        let server = start(&lesson, folder.path(), &page).await;
        assert_eq!(statuses(&server, bundles).await, [404, 404]);
    }
    for path in ["shared/style.css", "vendor/socket.io/socket.io.js"] {
        let file = folder.path().join("public").join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, path).unwrap();
    }
    let vendor = folder.path().join("public/vendor");
    fs::write(vendor.join("socket.io/socket.io.min.js"), "small").unwrap();
    fs::write(vendor.join("bootstrap.min.css"), "bootstrap").unwrap();
    for lesson in with_client() {
        let server = start(&lesson, folder.path(), &page).await;
        assert_eq!(
            file(&lesson, &server, "/").await,
            "<title>from elsewhere</title>"
        );
        for (path, body) in [
            (bundles[0], "vendor/socket.io/socket.io.js"),
            (bundles[1], "small"),
            ("/shared/style.css", "shared/style.css"),
            ("/vendor/bootstrap.min.css", "bootstrap"),
        ] {
            assert_eq!(
                file(&lesson, &server, path).await,
                body,
                "{}: {path}",
                lesson.name
            );
        }
        // Only files: other paths with this prefix still belong to Socket.IO.
        let paths = [
            "/socket.io/nada.js",
            "/socket.io/",
            "/socket.io/?EIO=4&transport=polling",
        ];
        assert_eq!(statuses(&server, paths).await, [404, 400, 200]);
        connect(&server.base, Transport::WebSocket).await;
        connect(&server.base, Transport::Polling).await;
    }
}

/// How long a line of the log may take. It only takes this long on a very busy machine.
const LOG_LIMIT: Duration = Duration::from_secs(30);

async fn is_logged(server: &Server, text: &str) {
    server.log.wait_for(text, LOG_LIMIT).await.unwrap();
}

/// The packet with which a client joins the default namespace. Lessons that ask who it is get a new name each time.
fn join() -> String {
    static CLIENTS: AtomicU32 = AtomicU32::new(0);
    let number = CLIENTS.fetch_add(1, Relaxed);
    format!(r#"40{{"nombre":"client {number}","secreto":"too long to guess"}}"#)
}

/// Connects a client to the default namespace.
async fn connect(base: &str, transport: Transport) -> Connection {
    let mut connection = Connection::open(base, transport).await.unwrap();
    handshake(&connection.receive().await.unwrap()).unwrap();
    connection.send(join());
    assert!(connection.receive().await.unwrap().starts_with("40{"));
    connection
}

/// Waits until a connection ends. Before that, the client may hear of others, but it isn't told to leave the namespace:
/// then it wouldn't reconnect.
async fn ends(connection: &mut Connection) {
    while let Some(packet) = connection.receive().await {
        assert_ne!(packet, "41");
    }
}

#[tokio::test]
async fn clients_that_connect_and_leave_are_logged() {
    for lesson in with_sockets() {
        let server = start(&lesson, lessons::root(), &[]).await;
        let connection = connect(&server.base, Transport::WebSocket).await;
        let words = ["client connected", "client admitted"];
        server.log.wait_for_any(&words, LOG_LIMIT).await.unwrap();
        connection.close().await;
        is_logged(&server, "client disconnected").await;
    }
}

#[tokio::test]
async fn clients_notice_a_shutdown_and_reconnect_to_the_next_server() {
    for lesson in with_sockets() {
        for transport in Transport::BOTH {
            let mut server = start(&lesson, lessons::root(), &[]).await;
            let mut connection = connect(&server.base, transport).await;
            server.child.kill().await.unwrap();
            ends(&mut connection).await;

            let (_, port) = server.base.rsplit_once(':').unwrap();
            let next = start(&lesson, lessons::root(), &[("PORT", port)]).await;
            assert_eq!(next.base, server.base);
            connect(&next.base, transport).await;
        }
    }
}

/// The lessons whose page has a server of its own.
fn with_front_end() -> Vec<Lesson> {
    let mut lessons = all();
    lessons.retain(|lesson| lesson.includes("front-end"));
    lessons
}

#[tokio::test]
async fn pages_of_listed_origins_may_use_the_server() {
    let listed = ["https://example.com", "http://127.0.0.1:1"];
    let list = listed.join(",");
    for lesson in with_front_end() {
        let settings = [("ALLOWED_ORIGINS", list.as_str())];
        let server = start(&lesson, lessons::root(), &settings).await;
        let http = Http::new(&server.base).unwrap();
        let page = lesson.page(&server).await.unwrap();
        for origin in listed.into_iter().chain([page.as_str()]) {
            let answer = http.get("/healthz", Some(origin)).await.unwrap();
            let allowed = answer.header("access-control-allow-origin");
            assert_eq!((answer.status, allowed), (200, Some(origin)));
        }
        let answer = http.get("/healthz", Some("https://example.org")).await;
        assert_eq!(answer.unwrap().status, 403);
    }
}

#[tokio::test]
async fn an_origin_that_no_browser_sends_is_a_clear_error() {
    for lesson in with_front_end() {
        for origin in [
            "example.com",
            "https://example.com/",
            "https://Example.com",
            "*",
        ] {
            let settings = [("ALLOWED_ORIGINS", origin)];
            let output = give_up(&lesson, lessons::root(), &settings, 2).await;
            let words = str::from_utf8(&output.stderr).unwrap();
            assert!(
                words.contains(": expected an origin as browsers send it"),
                "{words}"
            );
        }
    }
}

#[tokio::test]
async fn a_page_port_that_is_taken_is_a_clear_error() {
    for lesson in with_front_end() {
        let server = start(&lesson, lessons::root(), &[("HOST", "127.0.0.1")]).await;
        let (_, port) = server.base.rsplit_once(':').unwrap();
        let settings = [("HOST", "127.0.0.1"), ("PORT", "0"), ("PAGE_PORT", port)];
        let output = give_up(&lesson, lessons::root(), &settings, 1).await;
        let expected =
            format!("cannot listen on 127.0.0.1:{port} (HOST and PAGE_PORT say where to listen): ");
        assert!(complaint(&output).starts_with(&expected), "{output:?}");
    }
}

/// The lessons that read from a database.
fn with_database() -> Vec<Lesson> {
    let mut lessons = all();
    lessons.retain(|lesson| lesson.includes("live-data"));
    lessons
}

/// Runs the sensor on a database.
async fn sense(database: &Path, values: &[&str]) -> Output {
    let mut sensor = tokio::process::Command::new(sensor());
    sensor.env("DATABASE", database).args(values);
    run_to_end(sensor).await.unwrap()
}

/// The lessons that store the chat's messages.
fn with_history() -> Vec<Lesson> {
    let mut lessons = all();
    lessons.retain(|lesson| lesson.includes("history"));
    lessons
}

/// The next packet that begins like this.
async fn next_packet(connection: &mut Connection, begin: &str) -> String {
    loop {
        let packet = timeout(LOG_LIMIT, connection.receive()).await.unwrap();
        let packet = packet.expect("the server closed the connection");
        if packet.starts_with(begin) {
            return packet;
        }
    }
}

/// The process isn't asked to stop: it's killed.
#[tokio::test]
async fn an_answered_message_outlives_the_process() {
    for lesson in with_history() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("a database");
        let settings = [("DATABASE", database.to_str().unwrap())];
        for id in ["uno", "dos"] {
            let mut server = start(&lesson, lessons::root(), &settings).await;
            let mut connection = connect(&server.base, Transport::WebSocket).await;
            let message = json!({ "mensaje": "hola", "id": id, "fecha": 1 });
            connection.send(format!("420{}", json!(["enviar-mensaje", message])));
            let answer = next_packet(&mut connection, "430[").await;
            assert!(answer.contains(r#""ok":true"#), "{answer}");
            server.child.kill().await.unwrap();
        }
        let server = start(&lesson, lessons::root(), &settings).await;
        let mut connection = connect(&server.base, Transport::WebSocket).await;
        let history = next_packet(&mut connection, "42[\"historial\",").await;
        for number in ["\"numero\":1}", "\"numero\":2}"] {
            assert!(history.contains(number), "{history}");
        }
    }
}

#[tokio::test]
async fn a_restart_tells_no_reading_again() {
    for lesson in with_database() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("a database");
        let path = database.to_str().unwrap();
        let settings = [("DATABASE", path), ("ALARM_ABOVE", "22")];
        for (value, heard) in [
            ("21.5", r#"{"id":1,"valor":21.5,"alarma":false}"#),
            ("22.5", r#"{"id":5002,"valor":22.5,"alarma":true}"#),
        ] {
            let server = start(&lesson, lessons::root(), &settings).await;
            let mut connection = connect(&server.base, Transport::WebSocket).await;
            let written = sense(&database, &[value]).await;
            assert!(written.status.success(), "{written:?}");
            let expected = format!("42[\"lectura\",{heard}]");
            let reading = next_packet(&mut connection, "42[\"lectura\",").await;
            assert_eq!(reading, expected);
            drop(server);
            // So many that telling them again would take a while.
            let many =
                "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
                INSERT INTO lecturas (valor) SELECT 20.5 FROM n";
            let database = rusqlite::Connection::open(&database).unwrap();
            database.execute_batch(many).unwrap();
        }
    }
}

#[tokio::test]
async fn the_sensor_says_why_it_cannot_write() {
    let lesson = &with_database()[0];
    let server = start(lesson, lessons::root(), &[]).await;
    let nada = server.database.with_file_name("nada.db");
    for (database, value, words) in [
        (
            &server.database,
            "5000",
            "5000 was not written: CHECK constraint failed",
        ),
        (
            &server.database,
            "NaN",
            "NaN was not written: NOT NULL constraint failed",
        ),
        (&nada, "21.5", "cannot open "),
    ] {
        let output = sense(database, &[value]).await;
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        assert!(complaint(&output).starts_with(words), "{output:?}");
    }
    assert!(!nada.exists());
}

/// A server that doesn't start says why, if necessary after the 5 seconds that it waits for a lock.
#[tokio::test]
async fn a_database_that_cannot_be_used_is_a_clear_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("text"), "This isn't a database. ".repeat(20)).unwrap();
    let other = rusqlite::Connection::open(path("other")).unwrap();
    other
        .execute_batch("CREATE TABLE lecturas (id, valor)")
        .unwrap();
    let locked = rusqlite::Connection::open(path("locked")).unwrap();
    locked.execute_batch("BEGIN EXCLUSIVE").unwrap();
    for lesson in with_database().into_iter().chain(with_history()) {
        // From lesson 23 on, another file comes first, in which the processes take turns.
        let missing = if lesson.includes("processes") {
            "No such file or directory"
        } else {
            "unable to open database file"
        };
        for (name, fault) in [
            ("text", "file is not a database"),
            ("other", "it has another table `lecturas`"),
            ("locked", "database is locked"),
            ("nada/database", missing),
        ] {
            if name == "other" && !lesson.includes("live-data") {
                continue;
            }
            let database = path(name);
            let settings = [
                ("DATABASE", database.to_str().unwrap()),
                ("HOST", "127.0.0.1"),
                ("PORT", "0"),
                ("PAGE_PORT", "0"),
            ];
            let output = give_up(&lesson, lessons::root(), &settings, 1).await;
            let expected = format!(
                "cannot use the database {} (DATABASE names another): {fault}",
                database.display()
            );
            assert!(complaint(&output).starts_with(&expected), "{output:?}");
        }
    }
}

/// The page of lesson 20 counts from 1 again after each reload, and lesson 21 needs ids that nobody uses twice.
#[tokio::test]
async fn a_database_with_repeated_ids_is_a_clear_error() {
    let lesson = lessons::find("delivery").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mensajes.db");
    let earlier = rusqlite::Connection::open(&path).unwrap();
    earlier
        .execute_batch(
            "CREATE TABLE mensajes (
                numero INTEGER PRIMARY KEY AUTOINCREMENT,
                de TEXT NOT NULL,
                mensaje TEXT NOT NULL,
                id TEXT NOT NULL,
                fecha INTEGER NOT NULL
            );
            INSERT INTO mensajes (de, mensaje, id, fecha) VALUES ('ana', 'hola', '1', 1), ('ana', 'otra vez', '1', 2)",
        )
        .unwrap();
    let settings = [
        ("DATABASE", path.to_str().unwrap()),
        ("HOST", "127.0.0.1"),
        ("PORT", "0"),
    ];
    let output = give_up(&lesson, lessons::root(), &settings, 1).await;
    let expected = format!(
        "cannot use the database {} (DATABASE names another): UNIQUE constraint failed: mensajes.de, mensajes.id",
        path.display()
    );
    assert!(complaint(&output).starts_with(&expected), "{output:?}");
}

#[cfg(unix)]
mod shutdown {
    use futures_util::SinkExt as _;
    use tokio::net::TcpSocket;
    use tokio_tungstenite::{client_async, tungstenite::Message};

    use super::*;

    /// How long the process may take to exit.
    const LIMIT: Duration = Duration::from_secs(5);

    fn terminate(server: &Server) {
        let pid = server.child.id().unwrap().to_string();
        let sent = Command::new("kill").args(["-TERM", &pid]).status().unwrap();
        assert!(sent.success());
    }

    async fn ends_well(server: &mut Server) {
        let status = timeout(LIMIT, server.child.wait()).await;
        let status = status
            .unwrap_or_else(|_| panic!("still running after {LIMIT:?}"))
            .unwrap();
        assert_eq!(status.code(), Some(0), "{}", server.log.text());
    }

    /// Lessons that wait for the platform before they shut down don't wait here.
    const AT_ONCE: (&str, &str) = ("DRAIN_SECONDS", "0");

    #[tokio::test]
    async fn sigterm_closes_every_connection_and_succeeds() {
        for lesson in deployed() {
            let mut server = start(&lesson, lessons::root(), &[AT_ONCE]).await;
            let mut websocket = connect(&server.base, Transport::WebSocket).await;
            let mut polling = connect(&server.base, Transport::Polling).await;
            terminate(&server);
            ends(&mut websocket).await;
            ends(&mut polling).await;
            ends_well(&mut server).await;

            let (_, port) = server.base.rsplit_once(':').unwrap();
            let next = start(&lesson, lessons::root(), &[("PORT", port)]).await;
            for transport in Transport::BOTH {
                connect(&next.base, transport).await;
            }
        }
    }

    #[tokio::test]
    async fn sigterm_succeeds_although_a_client_has_stopped_reading() {
        for lesson in deployed() {
            exits_despite_a_stalled_client(&lesson).await;
        }
    }

    async fn exits_despite_a_stalled_client(lesson: &Lesson) {
        let limit = [AT_ONCE, ("SHUTDOWN_SECONDS", "1")];
        let mut server = start(lesson, lessons::root(), &limit).await;
        let address = server.base.strip_prefix("http://").unwrap();
        // A small buffer on the client's side, so that the server soon can't send any more.
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(8 * 1024).unwrap();
        let stream = socket.connect(address.parse().unwrap()).await.unwrap();
        let url = format!("ws://{address}/socket.io/?EIO=4&transport=websocket");
        let (mut stalled, _) = client_async(url, stream).await.unwrap();
        stalled.send(Message::text(join())).await.unwrap();

        let mut sender = connect(&server.base, Transport::WebSocket).await;
        let mut questions = Vec::new();
        if lesson.includes("chat") && !lesson.includes("middleware") {
            questions.push(json!(["entrar", { "nombre": "ana" }]));
        }
        let text = "x".repeat(90_000);
        questions.extend((1..=200).map(|id| {
            // Ids of their own, or the server would take them for one message.
            json!(["enviar-mensaje", { "mensaje": text, "id": id.to_string(), "fecha": 1 }])
        }));
        for (id, question) in questions.iter().enumerate() {
            sender.send(format!("42{id}{question}"));
            let answer = format!("43{id}[");
            while !sender.receive().await.unwrap().starts_with(&answer) {}
        }
        terminate(&server);
        ends_well(&mut server).await;
        // The process may have exited before the last line of its log arrives.
        is_logged(&server, "some clients were cut off").await;
        drop(stalled);
    }
}

/// At a URL, one server plays all scenarios, so each has to leave nothing behind for the next.
#[tokio::test]
async fn a_lesson_passes_at_a_url() {
    for name in ["broadcast", "chat", "rooms", "middleware"] {
        let lesson = lessons::find(name).unwrap();
        let server = Server::start(&program(&lesson), root(), &[]).await.unwrap();
        let target = Target::at(&server.base, &lesson).unwrap();
        for scenario in scenarios::of(&lesson) {
            if let Verdict::Failed(fault) = target.check(&scenario).await.unwrap() {
                panic!("{name}: {}: {}", scenario.name, fault.words);
            }
        }
    }
    let needs_a_token = lessons::find("namespaces").unwrap();
    assert!(Target::at("http://127.0.0.1:3000", &needs_a_token).is_err());
}
