//! Connecting and leaving.

use std::{collections::VecDeque, mem, time::Duration};

use anyhow::{Context, bail, ensure};
use serde_json::{Value, json};
use tokio::time::timeout;
use wire::{
    connection::{Connection, Headers, Http, Transport, handshake},
    transcript::Direction,
};

use super::{Client, FENCES, LIMIT, QUIET, Result, Scene, Unseen, unexpected};

/// How long frames that were sent before the end of a connection may take to arrive.
const REST_LIMIT: Duration = Duration::from_secs(1);

impl Scene {
    /// Connects these clients, one after the other, to the default namespace.
    pub async fn connect(&mut self, names: &[&str]) -> Result {
        for name in names {
            self.open(name).await?;
            let auth = self.introduction.map(|introduction| introduction(name));
            self.join(name, auth.as_ref()).await?;
        }
        Ok(())
    }

    /// Connects a client to another node of the server, which has this address.
    pub async fn connect_at(&mut self, address: &str, name: &str) -> Result {
        let base = mem::replace(&mut self.base, address.to_owned());
        let connected = self.connect(&[name]).await;
        self.base = base;
        connected
    }

    /// The same without joining a namespace.
    pub async fn open_at(&mut self, address: &str, name: &str) -> Result {
        let base = mem::replace(&mut self.base, address.to_owned());
        let opened = self.open(name).await;
        self.base = base;
        opened
    }

    /// Connects a client that never reads: it opens a session over long-polling, joins the default namespace, and asks
    /// for nothing more. The server keeps everything that it sends to this client.
    pub async fn connect_without_reading(&mut self, name: &str) -> Result {
        let path = "/socket.io/?EIO=4&transport=polling";
        let opened = self.get_silently(path).await?;
        let fields = handshake(&opened.body)?;
        let path = format!("{path}&sid={}", fields["sid"].as_str().unwrap_or_default());
        let joining = Http::new(&self.base)?;
        let joining = timeout(LIMIT, joining.post(&path, "40".to_owned())).await;
        joining.with_context(|| format!("{name} can't join the namespace"))??;
        let note = "connects, and reads nothing";
        self.recorder.line(name, Direction::Happened, note);
        Ok(())
    }

    /// Asks for the default namespace on a new connection, and is refused with a `connect_error`.
    pub async fn is_refused(&mut self, who: &str) -> Result {
        self.open(who).await?;
        self.is_refused_with(who, None).await
    }

    /// Asks for the default namespace on an open connection, with this `auth`, and is refused with a `connect_error`.
    pub async fn is_refused_with(&mut self, who: &str, auth: Option<&Value>) -> Result {
        self.is_refused_by(who, "", auth).await
    }

    /// The same for the namespace with this prefix: `/admin,`.
    pub async fn is_refused_by(&mut self, who: &str, prefix: &str, auth: Option<&Value>) -> Result {
        self.send(who, &join_packet(prefix, auth))?;
        let answer = self.receive(who, "a refusal").await?;
        if answer.starts_with(&format!("44{prefix}{{")) {
            return Ok(());
        }
        bail!("{who} should have been refused, but was let in")
    }

    /// Joins the default namespace on an open connection, with this `auth`.
    pub async fn join(&mut self, who: &str, auth: Option<&Value>) -> Result {
        self.join_namespace(who, "", auth).await
    }

    /// The same for the namespace with this prefix: `/admin,`.
    pub async fn join_namespace(
        &mut self,
        who: &str,
        prefix: &str,
        auth: Option<&Value>,
    ) -> Result {
        let packet = join_packet(prefix, auth);
        let expected = format!("an answer to `{packet}`");
        self.send(who, &packet)?;
        let answer = self.receive(who, &expected).await?;
        if answer.starts_with(&format!("40{prefix}{{")) {
            return Ok(());
        }
        Err(unexpected(who, &expected, &answer))
    }

    /// Opens a connection, and doesn't join a namespace yet.
    pub async fn open(&mut self, name: &str) -> Result {
        self.open_with(name, &[]).await
    }

    /// The same with header fields, as a browser sends them for a page.
    pub async fn open_with(&mut self, name: &str, headers: &Headers) -> Result {
        let packet = self.open_silently(name, headers).await?;
        self.recorder.line(name, Direction::Received, &packet);
        Ok(())
    }

    /// The same without a line in the transcript. Returns the handshake.
    async fn open_silently(&mut self, name: &str, headers: &Headers) -> Result<String> {
        let opening = Connection::open_with(&self.base, self.transport, headers);
        let opening = timeout(LIMIT, opening);
        let connection = opening
            .await
            .ok()
            .context("the server doesn't answer")
            .flatten();
        let connection = connection.with_context(|| format!("{name} cannot connect"))?;
        self.clients.push(Client {
            max_payload: None,
            name: name.to_owned(),
            connection,
            heard: VecDeque::new(),
            states: VecDeque::new(),
            next_ack: 0,
        });
        let client = self.client(name)?;
        let packet = client.connection.receive().await.unwrap_or_default();
        let fields = handshake(&packet)?;
        client.max_payload = fields["maxPayload"].as_u64();
        let sid = fields["sid"].as_str().unwrap_or_default();
        self.recorder.name_sid(sid, name);
        Ok(packet)
    }

    /// Opens this many connections, one after the other, and asks the same question on each as soon as the client hears that
    /// it's in the namespace.
    pub async fn asks_first_on_each_of(
        &mut self,
        count: usize,
        who: &str,
        event: &str,
        payload: &Value,
    ) -> Result {
        let question = format!("420{}", json!([event, payload]));
        let expected = "the answer to the first question on a new connection";
        for number in 1..=count {
            self.open_silently(who, &[]).await?;
            self.client(who)?.connection.send("40".to_owned());
            let joined = self.receive_silently(who, "an answer to `40`").await?;
            self.client(who)?.connection.send(question.clone());
            let answer = self.receive_silently(who, expected).await?;
            ensure!(
                joined.starts_with("40{") && answer.starts_with("430["),
                unexpected(who, expected, &answer)
            );
            if number == count {
                self.recorder.line(who, Direction::Sent, &question);
                self.recorder.line(who, Direction::Received, &answer);
            }
            self.take(who)?.connection.close().await;
        }
        let note = format!("the same on each of {count} connections");
        self.recorder.line(who, Direction::Happened, &note);
        Ok(())
    }

    /// Whether a page of this origin can open a connection in a browser, which adds a cookie. It's left open.
    ///
    /// A WebSocket needs only a server that accepts it. Over long-polling, the browser also has to let the page read the
    /// answer.
    pub async fn opens_in_browser(&mut self, who: &str, origin: &str, cookie: &str) -> bool {
        let headers = [("origin", origin), ("cookie", cookie)];
        if self.transport == Transport::Polling {
            let path = "/socket.io/?EIO=4&transport=polling";
            let answer = self.send_request(path, "GET", path, &headers, "").await;
            let may_read = answer.is_ok_and(|answer| {
                answer.header("access-control-allow-origin") == Some(origin)
                    && answer.header("access-control-allow-credentials") == Some("true")
            });
            if !may_read {
                return false;
            }
        }
        let headers = headers.map(|(name, value)| (name, value.to_owned()));
        self.open_with(who, &headers).await.is_ok()
    }

    /// The server makes the client leave the namespace, and the client closes its connection, as the official one does.
    pub async fn is_disconnected(&mut self, who: &str) -> Result {
        let expected = "`41`";
        let frame = self.receive(who, expected).await?;
        if frame != "41" {
            return Err(unexpected(who, expected, &frame));
        }
        let connection = self.take(who)?.connection;
        let closed = timeout(LIMIT, connection.close()).await;
        closed.with_context(|| format!("{who} couldn't close its connection"))
    }

    /// Waits until the server closes the client's connection.
    pub async fn is_closed(&mut self, who: &str) -> Result {
        for _ in 0..FENCES {
            let client = self.client(who)?;
            let rest = async { while let Ok(Some(_)) = timeout(QUIET, client.next()).await {} };
            // A server that goes on sending hasn't closed it.
            timeout(REST_LIMIT, rest).await.ok();
            if client.connection.is_closed() {
                break;
            }
            self.fence().await?;
        }
        if !self.client(who)?.connection.is_closed() {
            bail!("the server should have closed {who}'s connection, but left it open");
        }
        self.clients.retain(|client| client.name != who);
        let note = "the server closes the connection";
        self.recorder.line(who, Direction::Happened, note);
        Ok(())
    }

    /// Leaves politely: the namespace first, then the connection.
    pub async fn leave(&mut self, who: &str) -> Result {
        self.send(who, "41")?;
        let connection = self.take(who)?.connection;
        let closed = timeout(LIMIT, connection.close()).await;
        closed.with_context(|| format!("{who} couldn't close its connection"))
    }

    /// Ends every session politely. A server that goes on to the next scenario would otherwise still list its clients.
    pub async fn end(&mut self) {
        for client in self.clients.drain(..) {
            client.connection.send("41".to_owned());
            // One that can't be closed is lost anyway.
            timeout(LIMIT, client.connection.close()).await.ok();
        }
    }

    /// Kills the server without a warning, and starts it again on the same database. Every client is cut off. Returns
    /// `false` if that's not possible, and the scenario can't go on.
    pub async fn restart(&mut self) -> Result<bool> {
        let Some(server) = &mut self.server else {
            self.unseen = Some(Unseen::Restart);
            return Ok(false);
        };
        self.clients.clear();
        let restarting = server.restart().await;
        restarting.context("the server should have started again after it was killed")?;
        self.base.clone_from(&server.base);
        self.log = Some(server.log.clone());
        let note = "is killed, and starts again";
        self.recorder.line("server", Direction::Happened, note);
        Ok(true)
    }

    /// Cuts a client off, without a goodbye.
    pub fn vanish(&mut self, who: &str) -> Result {
        drop(self.take(who)?);
        let note = "the connection is cut";
        self.recorder.line(who, Direction::Happened, note);
        Ok(())
    }

    /// Leaves like a page that's closed, without leaving the namespace first. With long-polling there's no connection that
    /// the server would miss, so the page's last request ends the session.
    pub async fn close_page(&mut self, who: &str) -> Result {
        let connection = self.take(who)?.connection;
        match self.transport {
            Transport::WebSocket => drop(connection),
            Transport::Polling => {
                let closing = timeout(LIMIT, connection.close()).await;
                closing.with_context(|| format!("{who} couldn't end its session"))?;
            }
        }
        let note = "the page is closed";
        self.recorder.line(who, Direction::Happened, note);
        Ok(())
    }
}

/// The packet that asks for a namespace.
fn join_packet(prefix: &str, auth: Option<&Value>) -> String {
    let auth = auth.map(Value::to_string).unwrap_or_default();
    format!("40{prefix}{auth}")
}
