//! `workbook watch`, as a student uses it: it restarts the server when files change, and nothing that a server does stops it.

use std::{
    fs,
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    time::Duration,
};

use course::lessons;
use futures_util::StreamExt as _;
use tempfile::TempDir;
#[cfg(unix)]
use tokio::io::AsyncReadExt as _;
use tokio::time::timeout;
use tokio_tungstenite::connect_async;
use wire::connection::Http;
use workbook::{
    programs,
    watching::Watching,
    work::{Begin, create},
};

/// How long a rebuild may take on a very busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// A student's copy of a lesson, and the program that watches it.
struct Student {
    folder: TempDir,
    watching: Watching,
}

impl Student {
    fn watches(lesson: &str, port: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let work = folder.path().join("work");
        let lesson = lessons::find(lesson).unwrap();
        create(&lesson, Begin::AsTheLesson, &work).unwrap();
        let watching = Watching::start(&programs::workbook(), &work, &lesson, port).unwrap();
        Self { folder, watching }
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

    /// The next line that contains these words.
    async fn reads(&mut self, words: &str) -> String {
        self.watching.says(words).await.unwrap()
    }

    /// The server that the next line announces, and the port where its page waits.
    async fn is_invited(&mut self) -> (Http, String) {
        let line = self.reads("Open ").await;
        let address = line.split_whitespace().nth(1).unwrap();
        let (base, port) = address.split_once("/?reload=").unwrap();
        (Http::new(base).unwrap(), port.to_owned())
    }

    /// Presses Ctrl-C, and expects the program to exit.
    #[cfg(unix)]
    async fn interrupts(&mut self) {
        self.watching.signal("INT");
        assert!(self.watching.has_ended().await.unwrap());
    }
}

#[tokio::test]
async fn a_save_replaces_the_server_and_reloads_the_page_unless_it_does_not_compile() {
    let mut student = Student::watches("01", "0");
    let (server, port) = student.is_invited().await;
    student.reads("passes").await;
    let (mut page, _) = connect_async(format!("ws://127.0.0.1:{port}"))
        .await
        .unwrap();

    student.replace("src/lib.rs", "    Router::new()", "    Router::nonsense()");
    student.reads("the previous server is still running").await;
    assert_eq!(server.get("/", None).await.unwrap().status, 200);

    student.replace(
        "src/lib.rs",
        "    Router::nonsense()",
        "    Router::new()\n        .route(\"/nuevo\", axum::routing::get(async || \"nuevo\"))",
    );
    let (server, _) = student.is_invited().await;
    let close = timeout(PATIENCE, page.next()).await;
    assert!(close.unwrap().unwrap().unwrap().is_close());
    assert_eq!(server.get("/nuevo", None).await.unwrap().body, "nuevo");
}

#[tokio::test]
async fn a_replaced_folder_and_an_edited_manifest_are_noticed() {
    let mut student = Student::watches("01", "0");
    student.reads("passes").await;

    let aside = student.path("src-before");
    fs::rename(student.path("src"), &aside).unwrap();
    student.reads("the previous server is still running").await;
    copy(&aside, &student.path("src"));
    student.reads("passes").await;

    student.replace("src/lib.rs", "    Router::new()", "    Router::nonsense()");
    student.reads("the previous server is still running").await;
    student.replace("src/lib.rs", "    Router::nonsense()", "    Router::new()");
    student.reads("passes").await;

    student.replace("Cargo.toml", "axum", "axium");
    student.reads("the previous server is still running").await;
    student.replace("Cargo.toml", "axium", "axum");
    student.reads("passes").await;
}

/// A server that hangs, and connects to a listener of ours when it starts.
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
    let mut student = Student::watches("01", "0");
    student.reads("passes").await;
    let main = student.read("src/main.rs");
    let (deaf, port) = listen().await;

    student.write("src/main.rs", &DEAF.replace("PORT", &port));
    let _first = timeout(PATIENCE, deaf.accept()).await.unwrap().unwrap();
    student.write("src/main.rs", &main);
    student.reads("passes").await;

    student.write("src/main.rs", &DEAF.replace("PORT", &port));
    let (mut second, _) = timeout(PATIENCE, deaf.accept()).await.unwrap().unwrap();
    student.interrupts().await;
    // It leaves nothing behind: the system closes the connection of a process that has exited.
    let closed = timeout(PATIENCE, second.read(&mut [0])).await;
    assert!(matches!(closed.unwrap(), Ok(0) | Err(_)));
}

#[cfg(unix)]
#[tokio::test]
async fn a_build_that_hangs_does_not_stop_ctrl_c() {
    let mut student = Student::watches("01", "0");
    student.reads("passes").await;
    let (script, port) = listen().await;
    let hang = r#"
        use std::{io::Read, net::TcpStream};
        fn main() {
            let mut test = TcpStream::connect("127.0.0.1:PORT").unwrap();
            test.read(&mut [0]).unwrap();
        }
    "#;
    student.write("build.rs", &hang.replace("PORT", &port));
    // The script exits with this connection.
    let _build = timeout(PATIENCE, script.accept()).await.unwrap().unwrap();
    student.interrupts().await;
}

#[tokio::test]
async fn endless_output_is_left_out() {
    let mut student = Student::watches("01", "0");
    student.reads("passes").await;
    let main = student.read("src/main.rs");
    student.write(
        "src/main.rs",
        r#"fn main() { loop { println!("again"); } }"#,
    );
    student.reads("more than 100 lines a second").await;
    student.write("src/main.rs", &main);
    // None of the millions of lines that it has printed since.
    loop {
        let line = student.watching.line().await.unwrap();
        assert_ne!(line, "again");
        if line.contains("passes") {
            break;
        }
    }
}

#[tokio::test]
async fn a_taken_port_gets_advice_about_the_port() {
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let mut student = Student::watches("01", &port);
    let advice = student
        .reads(&format!("Port {port} is already used by"))
        .await;
    assert!(advice.contains("set PORT"), "{advice}");
    if cfg!(target_os = "linux") {
        let this = format!("(process {})", std::process::id());
        assert!(advice.contains(&this), "{advice}");
    }
    drop(taken);
    student.replace("src/lib.rs", "//!", "//! Again.\n//!");
    student.reads("passes").await;
}

#[tokio::test]
async fn a_server_on_all_interfaces_gets_an_address_that_opens() {
    let mut student = Student::watches("07", "0");
    let printed = student.reads("http://0.0.0.0:").await;
    let (_, port) = printed.rsplit_once(':').unwrap();
    let invitation = student.reads("Open ").await;
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
