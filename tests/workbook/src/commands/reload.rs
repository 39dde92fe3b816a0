//! Tells open pages to reload. They wait on a WebSocket, if the server's policy lets them.

use std::{io, time::Duration};

use futures_util::StreamExt;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    time::timeout,
};
use tokio_tungstenite::{WebSocketStream, accept_async};

/// How long a page may take to answer a close frame.
const CLOSE_LIMIT: Duration = Duration::from_secs(5);

/// A port on which pages wait.
pub struct Reload {
    port: u16,
    version: watch::Sender<u64>,
}

impl Reload {
    /// Listens on a port that the system chooses.
    pub async fn listen() -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        let version = watch::Sender::new(0);
        let changes = version.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let mut changes = changes.subscribe();
                tokio::spawn(async move {
                    let Ok(mut page) = accept_async(stream).await else {
                        return;
                    };
                    // The connection ends when there's something to load, or when the page is gone.
                    tokio::select! {
                        _ = changes.changed() => close(page).await,
                        _ = page.next() => {}
                    }
                });
            }
        });
        Ok(Self { port, version })
    }

    /// The port on which pages wait.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Tells all waiting pages to reload.
    pub fn reload(&self) {
        self.version.send_modify(|version| *version += 1);
    }
}

/// Sends a close frame and waits for the answer. If the connection ended without it, the page would take that for a
/// failure, and not reload.
async fn close(mut page: WebSocketStream<TcpStream>) {
    let closing = async {
        // A page that's gone doesn't need it.
        page.close(None).await.ok();
        while let Some(Ok(_)) = page.next().await {}
    };
    timeout(CLOSE_LIMIT, closing).await.ok();
}
