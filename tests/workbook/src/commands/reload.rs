//! Tells open pages to reload. They wait on a WebSocket, where the server's policy lets them.

use std::io;

use futures_util::StreamExt;
use tokio::{net::TcpListener, sync::watch};
use tokio_tungstenite::accept_async;

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
                    // The connection ends when there is something to load, or when the page has gone.
                    tokio::select! {
                        _ = changes.changed() => {
                            // A page that has gone needs no goodbye.
                            page.close(None).await.ok();
                        }
                        _ = page.next() => {}
                    }
                });
            }
        });
        Ok(Self { port, version })
    }

    /// Where pages wait.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Tells all pages that wait.
    pub fn reload(&self) {
        self.version.send_modify(|version| *version += 1);
    }
}
