//! How a server's clients introduce themselves, send, and hear.

use serde_json::{Value, json};

/// The protocol of a server's messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// The lessons' chat.
    Chat,
    /// The chat of Socket.IO's tutorial.
    Tutorial,
}

/// A message as a client hears it.
#[derive(Clone, Debug)]
pub struct Heard {
    /// The number that the server gave it.
    pub number: i64,
    /// The text, which is the same as its id.
    pub text: String,
}

/// The meaning of a frame for a client.
pub enum Frame {
    /// A message that somebody has just sent.
    Live(Heard),
    /// Messages that the client has missed.
    Missed(Vec<Heard>),
    /// The answer to this question.
    Answer(u64),
    /// The server has ended the connection.
    End,
    /// Anything else.
    Other,
}

impl Dialect {
    /// The packet with which a client joins, after the message with this number.
    pub fn join(self, name: &str, last: Option<i64>) -> String {
        let auth = match self {
            Self::Chat => {
                json!({ "nombre": name, "secreto": format!("the secret of {name}"), "desde": last })
            }
            Self::Tutorial => json!({ "serverOffset": last.unwrap_or(0) }),
        };
        format!("40{auth}")
    }

    /// The packet that sends a message and asks for an answer.
    pub fn message(self, question: u64, text: &str) -> String {
        let event = match self {
            Self::Chat => json!(["enviar-mensaje", { "mensaje": text, "id": text, "fecha": 0 }]),
            Self::Tutorial => json!(["chat message", text, text]),
        };
        format!("42{question}{event}")
    }

    /// Reads a packet.
    pub fn read(self, packet: &str) -> Frame {
        if packet.starts_with("41") {
            return Frame::End;
        }
        if let Some(rest) = packet.strip_prefix("43") {
            let digits = rest.split('[').next().unwrap_or_default();
            return digits.parse().map_or(Frame::Other, Frame::Answer);
        }
        let Some(event) = packet.strip_prefix("42") else {
            return Frame::Other;
        };
        let event: Value = serde_json::from_str(event).unwrap_or_default();
        match (self, event[0].as_str()) {
            (Self::Chat, Some("enviar-mensaje")) => {
                chat_message(&event[1]).map_or(Frame::Other, Frame::Live)
            }
            (Self::Chat, Some("historial")) => {
                let rows = event[1].as_array().map(Vec::as_slice).unwrap_or_default();
                Frame::Missed(rows.iter().filter_map(chat_message).collect())
            }
            (Self::Tutorial, Some("chat message")) => {
                let heard = event[2].as_i64().zip(event[1].as_str());
                heard.map_or(Frame::Other, |(number, text)| {
                    Frame::Live(Heard {
                        number,
                        text: text.to_owned(),
                    })
                })
            }
            _ => Frame::Other,
        }
    }
}

fn chat_message(message: &Value) -> Option<Heard> {
    Some(Heard {
        number: message["numero"].as_i64()?,
        text: message["mensaje"].as_str()?.to_owned(),
    })
}
