//! Coming and going.

use tokio::time::timeout;

use super::{Client, Failure, Result, Scene, seconds, unexpected};
use crate::{
    connection::{Connection, Transport, handshake},
    transcript::Direction,
};

impl Scene {
    /// Connects these clients, one after the other, to the default namespace.
    ///
    /// # Errors
    /// The server does not answer, or not as the protocol says.
    pub async fn connect(&mut self, names: &[&str]) -> Result {
        for name in names {
            self.open(name).await?;
            self.send(name, "40")?;
            let answer = self.receive(name, "an answer to `40`").await?;
            if !answer.starts_with("40{") {
                return Err(unexpected(name, "an answer to `40`", &answer));
            }
        }
        Ok(())
    }

    /// Asks for the default namespace on a connection of its own, and is refused with a `connect_error`.
    ///
    /// # Errors
    /// The server lets it in, or does not answer.
    pub async fn is_refused(&mut self, who: &str) -> Result {
        self.open(who).await?;
        self.send(who, "40")?;
        let answer = self.receive(who, "a refusal").await?;
        if answer.starts_with("44{") {
            return Ok(());
        }
        let words = format!("{who} should have been refused, but was let in");
        Err(Failure(words))
    }

    async fn open(&mut self, name: &str) -> Result {
        let opening = Connection::open(&self.base, self.transport);
        let connection = timeout(self.patience, opening)
            .await
            .map_err(|_| {
                Failure(format!(
                    "{name} got no connection within {}",
                    seconds(self.patience)
                ))
            })?
            .map_err(|reason| Failure(format!("{name} cannot connect: {reason}")))?;
        self.clients.push(Client {
            name: name.to_owned(),
            connection,
            next_ack: 0,
        });
        let client = self.client(name)?;
        let packet = client.connection.receive().await.unwrap_or_default();
        let fields = handshake(&packet)?;
        let sid = fields["sid"].as_str().unwrap_or_default();
        self.transcript.name_sid(sid, name);
        self.transcript.line(name, Direction::Received, &packet);
        Ok(())
    }

    /// Sees its connection closed by the server.
    ///
    /// # Errors
    /// The connection stays open.
    pub async fn is_closed(&mut self, who: &str) -> Result {
        let patience = self.patience;
        let client = self.client(who)?;
        loop {
            match timeout(patience, client.connection.receive()).await {
                Ok(None) => break,
                Ok(Some(_)) => {}
                Err(_) => {
                    return Err(Failure(format!(
                        "the server should have closed {who}'s connection, but left it open"
                    )));
                }
            }
        }
        self.clients.retain(|client| client.name != who);
        let note = "the server closes the connection";
        self.transcript.line(who, Direction::Happened, note);
        Ok(())
    }

    /// Leaves politely: the namespace first, then the connection.
    ///
    /// # Errors
    /// There is no such client.
    pub async fn leave(&mut self, who: &str) -> Result {
        self.send(who, "41")?;
        let connection = self.take(who)?.connection;
        timeout(self.patience, connection.close())
            .await
            .map_err(|_| {
                Failure(format!(
                    "{who} could not say goodbye within {}",
                    seconds(self.patience)
                ))
            })
    }

    /// Is cut off, without a goodbye.
    ///
    /// # Errors
    /// There is no such client.
    pub fn vanish(&mut self, who: &str) -> Result {
        drop(self.take(who)?);
        let note = "the connection is cut";
        self.transcript.line(who, Direction::Happened, note);
        Ok(())
    }

    /// Is gone as a page that its person closes: without leaving the namespace. Long-polling has no connection
    /// that the server would miss, so there the page's last request ends the session.
    ///
    /// # Errors
    /// There is no such client.
    pub async fn close_page(&mut self, who: &str) -> Result {
        let connection = self.take(who)?.connection;
        match self.transport {
            Transport::WebSocket => drop(connection),
            Transport::Polling => {
                let closing = timeout(self.patience, connection.close()).await;
                closing.map_err(|_| Failure(format!("{who} could not end its session")))?;
            }
        }
        let note = "the page is closed";
        self.transcript.line(who, Direction::Happened, note);
        Ok(())
    }
}
