//! Exercises of lesson 16.

use anyhow::{Context, ensure};
use serde_json::{Value, json};

use super::Exercise;
use crate::{
    scenario::from,
    scenarios::{
        chat::hears_notice,
        middleware::{auth, enters, secret},
        scenario,
    },
    scene::{Result, Scene},
};

pub(super) const EXERCISES: &[Exercise] = &[
    Exercise {
        name: "aforo",
        task: "The chat has two places. When both are taken, the next person gets a `connect_error` with the message `the \
               chat is full`. But a person who is here already and enters again on another page isn't one more: the new \
               connection is let in.",
        scenario: scenario!(
            from("middleware"),
            BothTransports,
            [
                "It's a third middleware, which counts. When ana comes back, `admit` disconnects her old connection. Should \
                 you count before or after that?",
                "`people` leaves out everyone who isn't connected any more. `ConnectHandler::with`: the last one runs first.",
                "io.ns(\"/\", on_connect.with(has_place).with(admit).with(log));\n\npub async fn has_place(io: SocketIo) -> \
                 Result<(), &'static str> { ... }",
            ],
            exercise_aforo
        ),
    },
    Exercise {
        name: "espectador",
        task: "A client may come to watch: it says `mira: true` in its `auth`, next to its name and secret. It's on the list, \
               and hears everything. But if it sends `enviar-mensaje` or `mensaje-privado`, nobody hears it, and the answer \
               is `{ \"error\": \"you only watch\" }`. Leave the handlers as they are, except for one extractor.",
        scenario: scenario!(
            from("middleware"),
            BothTransports,
            [
                "If an extractor fails, the handler doesn't run. Before it fails, it can send the answer itself.",
                "An extractor `Writer`, which calls that of `Sender`, looks at the `Person`, and answers with \
                 `AckSender::from_message_parts`, which can't fail. Its error is a type of your own that implements \
                 `std::error::Error`.",
                "let Ok(ack) = AckSender::from_message_parts(socket, value, ack);\nack.send(&json!({ \"error\": \"you only \
                 watch\" })).ok();\nreturn Err(MayNotWrite);",
            ],
            exercise_espectador
        ),
    },
    Exercise {
        name: "token",
        task: "Let people log in. `POST /login` gets `{ nombre, secreto }` as JSON. For a person in the setting `PEOPLE` (by default \
               `ana:the secret of ana,beto:the secret of beto`), the answer is `{ token }`: a JSON Web Token with the name as \
               `sub`, valid for an hour, signed with the setting `TOKEN_KEY` (by default `only for the exercise`). For anybody \
               else it's the status 401. Clients now connect with `{ token, vuelve }` as their `auth`. Without a token they're \
               refused with `a token is needed`, and with one that has expired or has another signature with `log in again`. \
               The newest connection with a valid token keeps the name.",
        scenario: scenario!(
            from("middleware"),
            BothTransports,
            [
                "Logging in is a route like any other, and needs no Socket.IO. The token says who somebody is, and the \
                 signature that the server wrote it. So the server remembers nothing, and the middleware has no secrets to \
                 compare.",
                "`jsonwebtoken`, which is in your Cargo.toml: `encode` with `Header::default()`, `decode` with \
                 `Validation::default()`, which checks `exp`, and `get_current_timestamp`. `clap` splits a list with \
                 `value_delimiter`. `SocketIoBuilder::with_state` and the extractor `State` take the keys to the middleware.",
                "let token = encode(&Header::default(), &claims, &EncodingKey::from_secret(key))?;\nlet claims = \
                 decode::<Claims>(&token, &DecodingKey::from_secret(key), &Validation::default())?.claims;",
            ],
            exercise_token
        ),
    },
];

async fn exercise_aforo(scene: &mut Scene) -> Result {
    scene.step("ana and beto enter").await?;
    enters(scene, "ana", &auth("ana")).await?;
    enters(scene, "beto", &auth("beto")).await?;
    hears_notice(scene, "ana").await?;
    scene.step("carla finds no place").await?;
    scene.open("carla").await?;
    scene.is_refused_with("carla", Some(&auth("carla"))).await?;
    scene.step("ana enters again, on another page").await?;
    enters(scene, "ana-2", &auth("ana")).await?;
    scene.is_disconnected("ana").await?;
    hears_notice(scene, "beto").await?;
    scene.step("beto leaves, and carla tries again").await?;
    scene.leave("beto").await?;
    hears_notice(scene, "ana-2").await?;
    scene.join("carla", Some(&auth("carla"))).await?;
    scene.hears("carla", "personas").await?;
    hears_notice(scene, "ana-2").await
}

async fn exercise_espectador(scene: &mut Scene) -> Result {
    scene.step("ana enters, and beto comes to watch").await?;
    enters(scene, "ana", &auth("ana")).await?;
    let mut watching = auth("beto");
    watching["mira"] = json!(true);
    enters(scene, "beto", &watching).await?;
    hears_notice(scene, "ana").await?;
    let message = json!({ "mensaje": "hola", "id": "1", "fecha": 1 });
    scene.step("ana sends a message").await?;
    scene.ask("ana", "enviar-mensaje", &message)?;
    scene.hears_answer("ana").await?;
    scene.hears("beto", "enviar-mensaje").await?;
    scene.step("beto sends one to everyone").await?;
    scene.ask("beto", "enviar-mensaje", &message)?;
    is_told(scene, "beto", "you only watch").await?;
    scene.step("beto sends one to ana").await?;
    let mut private = message;
    private["para"] = json!("ana");
    scene.ask("beto", "mensaje-privado", &private)?;
    is_told(scene, "beto", "you only watch").await
}

/// The answer is an error with this reason. The transcript shows no reasons.
async fn is_told(scene: &mut Scene, who: &str, reason: &str) -> Result {
    let answer = scene.hears_answer(who).await?;
    ensure!(
        answer["error"] == reason,
        "{who} should have been told `{reason}`, but the answer was {answer}"
    );
    Ok(())
}

/// The header of a token that isn't signed: `{"alg":"none","typ":"JWT"}`.
const UNSIGNED: &str = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0";

/// A token for ana with the right signature, which has expired: on the first second of 2026.
const EXPIRED: &str = "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbmEiLCJleHAiOjE3NjcyMjU2MDB9.bqYJYWcLjcvmMo4pNy7iUtuwOY-Vs26QIQC7OnTw99E";

async fn exercise_token(scene: &mut Scene) -> Result {
    scene.step("beto logs in with a wrong secret").await?;
    log_in(scene, "beto", &secret("ana")).await?;
    scene.step("ana and beto log in").await?;
    let ana = token(scene, "ana").await?;
    let beto = token(scene, "beto").await?;
    scene.step("ana connects with her token").await?;
    enters(scene, "ana", &json!({ "token": ana })).await?;
    scene.step("beto connects without a token").await?;
    scene.open("beto").await?;
    scene.is_refused_with("beto", Some(&auth("beto"))).await?;
    let (claims_of_ana, _) = ana.rsplit_once('.').unwrap_or_default();
    let (_, signature_of_beto) = beto.rsplit_once('.').unwrap_or_default();
    let (_, claims) = claims_of_ana.split_once('.').unwrap_or_default();
    for (title, token) in [
        (
            "beto connects with a token of ana that has expired",
            EXPIRED.to_owned(),
        ),
        (
            "beto connects with ana's token, signed with his own signature",
            format!("{claims_of_ana}.{signature_of_beto}"),
        ),
        (
            "beto connects with ana's token, not signed at all",
            format!("{UNSIGNED}.{claims}."),
        ),
    ] {
        scene.step(title).await?;
        scene
            .is_refused_with("beto", Some(&json!({ "token": token })))
            .await?;
    }
    scene.step("beto connects with his token").await?;
    scene.join("beto", Some(&json!({ "token": beto }))).await?;
    scene.hears("beto", "personas").await?;
    hears_notice(scene, "ana").await?;
    scene
        .step("ana comes back with the same token, on another page")
        .await?;
    enters(scene, "ana-2", &json!({ "token": ana, "vuelve": true })).await?;
    scene.is_disconnected("ana").await?;
    hears_notice(scene, "beto").await
}

/// Logs in, and returns the answer's body.
async fn log_in(scene: &mut Scene, name: &str, secret: &str) -> Result<String> {
    let login = json!({ "nombre": name, "secreto": secret });
    let answer = scene.post(name, "/login", &login).await?;
    let shown = format!("{} {}", answer.status, answer.body);
    scene.received(name, shown.trim_end());
    Ok(answer.body)
}

/// Logs in, and returns the token.
async fn token(scene: &mut Scene, name: &str) -> Result<String> {
    let body = log_in(scene, name, &secret(name)).await?;
    let answer: Value = serde_json::from_str(&body).unwrap_or_default();
    let token = answer["token"].as_str();
    let token = token.with_context(|| format!("{name} should have got a token from /login"))?;
    Ok(token.to_owned())
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::{
        DecodingKey, EncodingKey, Header, Validation, decode, encode, errors::ErrorKind,
    };

    use super::*;

    #[test]
    fn the_expired_token_is_right_except_for_its_time() {
        let claims = json!({ "sub": "ana", "exp": 1_767_225_600 });
        let key = EncodingKey::from_secret(b"only for the exercise");
        assert_eq!(encode(&Header::default(), &claims, &key).unwrap(), EXPIRED);
        let key = DecodingKey::from_secret(b"only for the exercise");
        let fault = decode::<Value>(EXPIRED, &key, &Validation::default()).unwrap_err();
        assert_eq!(*fault.kind(), ErrorKind::ExpiredSignature);
    }
}
