//! `workbook watch`, as a student uses it: it restarts the server as files change, and nothing that a server does stops it.

use std::{
    fs,
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use course::lessons;
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, BufReader, Lines},
    process::{Child, ChildStdout, Command},
    time::timeout,
};
use tokio_tungstenite::connect_async;
use wire::connection::Http;
use workbook::{
    programs,
    work::{Begin, create},
};

/// How long a rebuild may take on a machine that is very busy.
const PATIENCE: Duration = Duration::from_mins(1);

/// A copy of a lesson, and the program that watches it.
struct Watching {
    folder: TempDir,
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Watching {
    fn start(lesson: &str, port: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let work = folder.path().join("work");
        let lesson = lessons::find(lesson).unwrap();
        create(&lesson, Begin::AsTheLesson, &work).unwrap();
        let mut child = Command::new(programs::workbook())
            .args(["watch", "work", &lesson.name, "--work"])
            .arg(work)
            .env("NO_COLOR", "1")
            .env("CARGO_NET_OFFLINE", "true")
            .env("PORT", port)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self {
            folder,
            child,
            lines,
        }
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join("work").join(path)
    }

    fn write(&self, path: &str, text: &str) {
        fs::write(self.path(path), text).unwrap();
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }

    fn replace(&self, path: &str, from: &str, to: &str) {
        let text = self.read(path);
        assert!(text.contains(from), "{path} has no {from}");
        self.write(path, &text.replace(from, to));
    }

    /// The next line that holds these words.
    async fn says(&mut self, words: &str) -> String {
        loop {
            let line = timeout(PATIENCE, self.lines.next_line()).await;
            let line = line.unwrap_or_else(|_| panic!("nothing was said of {words:?}"));
            let line = line
                .unwrap()
                .unwrap_or_else(|| panic!("it ended before {words:?}"));
            if line.contains(words) {
                return line;
            }
        }
    }

    /// The address that it invites to, and the port where the page waits.
    async fn invitation(&mut self) -> (Http, String) {
        let line = self.says("Open ").await;
        let link = line.split_whitespace().nth(1).unwrap();
        let (base, port) = link.split_once("/?reload=").unwrap();
        (Http::new(base).unwrap(), port.to_owned())
    }

    /// Presses Ctrl-C, and expects the end.
    #[cfg(unix)]
    async fn interrupt(&mut self) {
        let process = self.child.id().unwrap().to_string();
        let sent = Command::new("kill").args(["-INT", &process]).status();
        assert!(sent.await.unwrap().success());
        let ended = timeout(PATIENCE, self.child.wait()).await;
        assert!(ended.expect("it should have ended").unwrap().success());
    }
}

#[tokio::test]
async fn the_server_is_replaced_the_page_reloads_and_a_fault_changes_neither() {
    let mut watching = Watching::start("01", "0");
    let (server, port) = watching.invitation().await;
    watching.says("passes").await;
    let (mut page, _) = connect_async(format!("ws://127.0.0.1:{port}"))
        .await
        .unwrap();

    watching.replace("src/lib.rs", "    Router::new()", "    Router::nonsense()");
    watching.says("the previous server is still running").await;
    assert_eq!(server.get("/", None).await.unwrap().status, 200);

    watching.replace(
        "src/lib.rs",
        "    Router::nonsense()",
        "    Router::new()\n        .route(\"/nuevo\", axum::routing::get(async || \"nuevo\"))",
    );
    let (server, _) = watching.invitation().await;
    let close = timeout(PATIENCE, futures_util::StreamExt::next(&mut page)).await;
    assert!(close.unwrap().unwrap().unwrap().is_close());
    assert_eq!(server.get("/nuevo", None).await.unwrap().body, "nuevo");
}

#[tokio::test]
async fn a_folder_that_is_replaced_and_a_manifest_that_is_edited_are_seen() {
    let mut watching = Watching::start("01", "0");
    watching.says("passes").await;

    let aside = watching.path("src-before");
    fs::rename(watching.path("src"), &aside).unwrap();
    watching.says("the previous server is still running").await;
    copy(&aside, &watching.path("src"));
    watching.says("passes").await;

    watching.replace("src/lib.rs", "    Router::new()", "    Router::nonsense()");
    watching.says("the previous server is still running").await;
    watching.replace("src/lib.rs", "    Router::nonsense()", "    Router::new()");
    watching.says("passes").await;

    watching.replace("Cargo.toml", "axum", "axium");
    watching.says("the previous server is still running").await;
    watching.replace("Cargo.toml", "axium", "axum");
    watching.says("passes").await;
}

/// A server that takes every signal, does nothing, and says so to a listener of ours.
#[cfg(unix)]
const DEAF: &str = r#"
use std::{io::Read, net::TcpStream};
use tokio::signal::unix::{SignalKind, signal};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let _deaf = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()));
    let mut test = TcpStream::connect("127.0.0.1:PORT").unwrap();
    test.read(&mut [0]).unwrap();
}
"#;

#[cfg(unix)]
#[tokio::test]
async fn a_server_that_hangs_stops_neither_the_watch_nor_ctrl_c() {
    let mut watching = Watching::start("01", "0");
    watching.says("passes").await;
    let main = watching.read("src/main.rs");
    let (deaf, port) = listen().await;

    watching.write("src/main.rs", &DEAF.replace("PORT", &port));
    let _first = timeout(PATIENCE, deaf.accept()).await.unwrap().unwrap();
    watching.write("src/main.rs", &main);
    watching.says("passes").await;

    watching.write("src/main.rs", &DEAF.replace("PORT", &port));
    let (mut second, _) = timeout(PATIENCE, deaf.accept()).await.unwrap().unwrap();
    watching.interrupt().await;
    // It leaves nothing behind: the system closes the connection of a process that has ended.
    let closed = timeout(PATIENCE, second.read(&mut [0])).await;
    assert!(matches!(closed.unwrap(), Ok(0) | Err(_)));
}

#[cfg(unix)]
#[tokio::test]
async fn a_build_that_hangs_does_not_stop_ctrl_c() {
    let mut watching = Watching::start("01", "0");
    watching.says("passes").await;
    let (script, port) = listen().await;
    let hang = r#"
        use std::{io::Read, net::TcpStream};
        fn main() {
            let mut test = TcpStream::connect("127.0.0.1:PORT").unwrap();
            test.read(&mut [0]).unwrap();
        }
    "#;
    watching.write("build.rs", &hang.replace("PORT", &port));
    // The script ends with this connection.
    let _build = timeout(PATIENCE, script.accept()).await.unwrap().unwrap();
    watching.interrupt().await;
}

#[tokio::test]
async fn a_server_that_never_stops_printing_is_left_out() {
    let mut watching = Watching::start("01", "0");
    watching.says("passes").await;
    let main = watching.read("src/main.rs");
    watching.write(
        "src/main.rs",
        r#"fn main() { loop { println!("again"); } }"#,
    );
    watching.says("more than 100 lines a second").await;
    watching.write("src/main.rs", &main);
    // Not one of the millions that it has printed since.
    let mut lines = Vec::new();
    loop {
        let line = timeout(PATIENCE, watching.lines.next_line()).await;
        let line = line.unwrap().unwrap().unwrap();
        if line.contains("passes") {
            break;
        }
        lines.push(line);
    }
    assert!(!lines.iter().any(|line| line == "again"), "{lines:?}");
}

#[tokio::test]
async fn when_the_port_is_taken_the_advice_is_about_the_port() {
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let mut watching = Watching::start("01", &port);
    let advice = watching.says(&format!("Port {port} is held by")).await;
    assert!(advice.contains("set PORT"), "{advice}");
    if cfg!(target_os = "linux") {
        let this = format!("(process {})", std::process::id());
        assert!(advice.contains(&this), "{advice}");
    }
    drop(taken);
    watching.replace("src/lib.rs", "//!", "//! Again.\n//!");
    watching.says("passes").await;
}

#[tokio::test]
async fn a_server_on_all_interfaces_gets_an_address_that_opens() {
    let mut watching = Watching::start("07", "0");
    let printed = watching.says("http://0.0.0.0:").await;
    let (_, port) = printed.rsplit_once(':').unwrap();
    let invitation = watching.says("Open ").await;
    let address = format!("http://127.0.0.1:{port}");
    assert!(invitation.contains(&address), "{invitation}");
    let page = Http::new(&address).unwrap().get("/", None).await.unwrap();
    assert_eq!(page.status, 200);
}

/// A port for a program to call back to.
#[cfg(unix)]
async fn listen() -> (tokio::net::TcpListener, String) {
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .await
        .unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    (listener, port)
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}
