//! Engine.IO over HTTP long-polling: packets go out by `POST` and arrive by `GET`.

use anyhow::{Result, ensure};
use tokio::sync::mpsc::{Sender, UnboundedReceiver, WeakUnboundedSender};

use super::{Http, handshake, on_packet};

/// Separates two packets in one body.
const SEPARATOR: char = '\u{1e}';

pub(super) struct Polling {
    http: Http,
    path: String,
    /// The longest body that the server accepts, in bytes.
    max_payload: usize,
}

impl Polling {
    /// Opens a session, and passes on the packets of its first answer.
    pub(super) async fn open(http: Http, query: &str, received: &Sender<String>) -> Result<Self> {
        let base = http.base();
        let path = format!("/socket.io/?EIO=4&transport=polling{query}");
        let response = http.get(&path, None).await?;
        let status = response.status;
        ensure!(
            status == 200,
            "{base} doesn't speak Engine.IO: GET {path} returns {status}"
        );
        let first = response.body.split(SEPARATOR).next().unwrap_or_default();
        let fields = handshake(first)?;
        for packet in response.body.split(SEPARATOR) {
            // The receiver exists until this function returns.
            received.try_send(packet.to_owned()).ok();
        }
        Ok(Self {
            http,
            path: format!("{path}&sid={}", fields["sid"].as_str().unwrap_or_default()),
            max_payload: fields["maxPayload"]
                .as_u64()
                .and_then(|bytes| usize::try_from(bytes).ok())
                .unwrap_or(usize::MAX),
        })
    }

    /// Carries packets both ways until either side ends the session.
    pub(super) async fn run(
        self,
        to_send: UnboundedReceiver<String>,
        received: Sender<String>,
        pongs: WeakUnboundedSender<String>,
    ) {
        tokio::select! {
            () = self.write(to_send) => {}
            () = self.read(&received, &pongs) => {}
        }
    }

    async fn write(&self, mut to_send: UnboundedReceiver<String>) {
        let mut next = to_send.recv().await;
        while let Some(mut body) = next.take() {
            // Waiting packets go together, up to the server's limit.
            while let Ok(packet) = to_send.try_recv() {
                if body.len() + 1 + packet.len() > self.max_payload {
                    next = Some(packet);
                    break;
                }
                body.push(SEPARATOR);
                body.push_str(&packet);
            }
            if !self.post(body).await {
                return;
            }
            if next.is_none() {
                next = to_send.recv().await;
            }
        }
        // Nobody can send anything any longer, so this closes. If the server doesn't accept it, there's nothing to do.
        self.post("1".to_owned()).await;
    }

    async fn post(&self, body: String) -> bool {
        let response = self.http.post(&self.path, body).await;
        response.is_ok_and(|response| response.status == 200)
    }

    async fn read(&self, received: &Sender<String>, pongs: &WeakUnboundedSender<String>) {
        while let Ok(response) = self.http.get(&self.path, None).await {
            if response.status != 200 {
                return;
            }
            for packet in response.body.split(SEPARATOR) {
                if !on_packet(packet.to_owned(), received, pongs) {
                    return;
                }
            }
        }
    }
}
