//! A client that can send any bytes, and read as little as it wants.

use std::{
    fmt::Write as _,
    io,
    net::{self, SocketAddr},
};

use course::production::PATIENCE;
use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{
        TcpSocket, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    time::timeout,
};
use wire::connection::Transport;

/// The kinds of WebSocket frames. Source: RFC 6455, 5.2.
pub const CONTINUATION: u8 = 0;
pub const TEXT: u8 = 1;
pub const BINARY: u8 = 2;
pub const PING: u8 = 9;

/// The answer to one request.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    /// The header fields, one per line, with lowercase names.
    pub head: String,
    pub body: String,
}

/// A TCP connection.
pub struct Raw {
    stream: BufReader<TcpStream>,
}

impl Raw {
    pub async fn connect(address: &str) -> Self {
        Self::connect_with_room(address, None).await
    }

    /// A connection with room for this many bytes on the client's side, so that the server soon can't send
    /// any more.
    pub async fn connect_with_room(address: &str, room: Option<u32>) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_nodelay(true).unwrap();
        if let Some(room) = room {
            socket.set_recv_buffer_size(room).unwrap();
        }
        let address: SocketAddr = address.parse().unwrap();
        let connected = timeout(PATIENCE, socket.connect(address)).await;
        Self {
            stream: BufReader::new(connected.expect("no connection").unwrap()),
        }
    }

    /// Sends these bytes, unchanged.
    pub async fn write(&mut self, bytes: impl AsRef<[u8]>) -> io::Result<()> {
        let writing = self.stream.write_all(bytes.as_ref());
        let written = timeout(PATIENCE, writing).await;
        written.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
    }

    /// The answer to a request, or `None` if the server closes the connection instead.
    pub async fn answer(&mut self) -> Option<Answer> {
        timeout(PATIENCE, self.read_answer())
            .await
            .expect("neither an answer nor a closed connection")
    }

    async fn read_answer(&mut self) -> Option<Answer> {
        let mut status = String::new();
        self.stream.read_line(&mut status).await.ok()?;
        let status = status.split(' ').nth(1)?.parse().ok()?;
        let mut head = String::new();
        loop {
            let mut line = String::new();
            self.stream.read_line(&mut line).await.ok()?;
            match line.trim_end().split_once(':') {
                Some((name, value)) => {
                    writeln!(head, "{}:{value}", name.to_ascii_lowercase()).unwrap();
                }
                None => break,
            }
        }
        let length = field(&head, "content-length").and_then(|length| length.parse().ok());
        let mut body = vec![0; length.unwrap_or(0)];
        self.stream.read_exact(&mut body).await.ok()?;
        Some(Answer {
            status,
            head,
            body: String::from_utf8_lossy(&body).into_owned(),
        })
    }

    /// The next bytes of a given number, or `None` if the connection ends before that.
    pub async fn read(&mut self, count: usize) -> Option<Vec<u8>> {
        let mut bytes = vec![0; count];
        let read = timeout(PATIENCE, self.stream.read_exact(&mut bytes)).await;
        read.expect("neither bytes nor a closed connection").ok()?;
        Some(bytes)
    }

    /// The next text message of a WebSocket, or `None` if the server closes it.
    pub async fn text(&mut self) -> Option<String> {
        let head = self.read(2).await?;
        let length = match head[1] {
            126 => u16::from_be_bytes(self.read(2).await?.try_into().ok()?).into(),
            127 => u64::from_be_bytes(self.read(8).await?.try_into().ok()?),
            short => u64::from(short),
        };
        let payload = self.read(length.try_into().ok()?).await?;
        (head[0] & 0xf == TEXT).then(|| String::from_utf8_lossy(&payload).into_owned())
    }

    /// The reading and the writing half. Bytes that are already buffered are lost.
    pub fn split(self) -> (OwnedReadHalf, OwnedWriteHalf) {
        self.stream.into_inner().into_split()
    }

    /// The same connection for a thread of its own.
    pub fn into_std(self) -> net::TcpStream {
        let stream = self.stream.into_inner().into_std().unwrap();
        stream.set_nonblocking(false).unwrap();
        stream
    }

    /// Closes this side of the connection.
    pub async fn say_no_more(&mut self) {
        // It may already be closed.
        self.stream.shutdown().await.ok();
    }

    /// Reads until the server closes the connection. Fails if it doesn't.
    pub async fn is_ended(&mut self) {
        let mut rest = Vec::new();
        // A reset counts, too.
        let ended = timeout(PATIENCE, self.stream.read_to_end(&mut rest)).await;
        assert!(ended.is_ok(), "expected the server to close the connection");
    }
}

/// The value of a header field.
pub fn field<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().find_map(|line| {
        let (field, value) = line.split_once(':')?;
        (field == name).then(|| value.trim())
    })
}

/// A client's knowledge after requesting a session.
pub struct Opening {
    pub connection: Raw,
    pub answer: Answer,
    /// The session's id; empty if there's no session.
    pub sid: String,
}

/// Requests a session, with these header fields.
pub async fn open(address: &str, transport: Transport, headers: &[(&str, &str)]) -> Opening {
    open_on(Raw::connect(address).await, address, transport, headers).await
}

/// The same on an existing connection.
pub async fn open_on(
    mut connection: Raw,
    address: &str,
    transport: Transport,
    headers: &[(&str, &str)],
) -> Opening {
    let request = opening(address, transport, "", headers);
    connection.write(request).await.unwrap();
    let answer = connection.answer().await.expect("no answer");
    let handshake = match (transport, answer.status) {
        (Transport::WebSocket, 101) => connection.text().await.unwrap_or_default(),
        (Transport::Polling, 200) => answer.body.clone(),
        _ => String::new(),
    };
    let fields: Value = serde_json::from_str(handshake.trim_start_matches('0')).unwrap_or_default();
    Opening {
        connection,
        answer,
        sid: fields["sid"].as_str().unwrap_or_default().to_owned(),
    }
}

/// The request for a session, or for a WebSocket of the session that `more` of the query names (`&sid=...`).
pub fn opening(
    address: &str,
    transport: Transport,
    more: &str,
    headers: &[(&str, &str)],
) -> String {
    let mut request = format!(
        "GET /socket.io/?EIO=4&transport={transport}{more} HTTP/1.1\r\nHost: {address}\r\n"
    );
    if transport == Transport::WebSocket {
        request += "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n";
        request += "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n";
    }
    for (name, value) in headers {
        write!(request, "{name}: {value}\r\n").unwrap();
    }
    request + "\r\n"
}

/// A request with a body to a session of long-polling.
pub fn post(address: &str, sid: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len().to_string();
    let mut request = post_head(address, sid, &[("Content-Length", &length)]).into_bytes();
    request.extend_from_slice(body);
    request
}

/// The head of such a request.
pub fn post_head(address: &str, sid: &str, headers: &[(&str, &str)]) -> String {
    let mut request = format!(
        "POST /socket.io/?EIO=4&transport=polling&sid={sid} HTTP/1.1\r\nHost: {address}\r\n"
    );
    for (name, value) in headers {
        write!(request, "{name}: {value}\r\n").unwrap();
    }
    request + "\r\n"
}

/// The poll of a session.
pub fn poll(address: &str, sid: &str) -> String {
    opening(address, Transport::Polling, &format!("&sid={sid}"), &[])
}

/// A WebSocket frame, masked with zeros, which don't change it.
pub fn frame(last: bool, kind: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = frame_head(last, kind, payload.len() as u64);
    frame.extend_from_slice(payload);
    frame
}

/// The head of such a frame, which may announce a payload of any length.
pub fn frame_head(last: bool, kind: u8, length: u64) -> Vec<u8> {
    let mut head = vec![u8::from(last) << 7 | kind];
    match (u8::try_from(length), u16::try_from(length)) {
        (Ok(short @ 0..126), _) => head.push(0x80 | short),
        (_, Ok(long)) => {
            head.push(0x80 + 126);
            head.extend_from_slice(&long.to_be_bytes());
        }
        _ => {
            head.push(0x80 + 127);
            head.extend_from_slice(&length.to_be_bytes());
        }
    }
    head.extend_from_slice(&[0; 4]);
    head
}
