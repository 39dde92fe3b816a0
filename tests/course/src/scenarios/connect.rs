//! Lesson 02: clients connect and leave.

use serde_json::json;

use super::{
    EVENT, group, message,
    static_server::{allowed_origin, media_type},
};
use crate::{
    scenario::{Hints, Scenario, from},
    scene::{Result, Scene},
};

/// For the client's script.
const CLIENT: Hints = [
    "The page loads the client from `/socket.io/socket.io.js`. Node's server includes that file; here you have to say where it is.",
    "`Router::route_service` with a `ServeDir`, for every file in `/socket.io/`. Add it after the Socket.IO layer, which would answer the path itself.",
    ".layer(socket_layer).route_service(\"/socket.io/{file}\", ServeDir::new(\"public/vendor\"))",
];

/// For connections.
const CONNECT: Hints = [
    "Socket.IO is a layer around the router. A client joins a namespace, which the server must have registered. The default one is `/`.",
    "`SocketIo::new_layer`, `SocketIo::ns`, `Router::layer`.",
    "let (socket_layer, io) = SocketIo::new_layer(); io.ns(\"/\", on_connect); ... .layer(socket_layer)",
];

/// For the log.
const LOG: Hints = [
    "Log each client that connects or leaves: one line with the words \"client connected\", and one with \"client disconnected\" and the reason. A client's disconnect handler is registered when it connects, and gets the reason.",
    "`tracing::info!`, `SocketRef::on_disconnect`, the argument `DisconnectReason`; `tracing_subscriber::fmt().init()` in `main.rs` prints the log.",
    "info!(id = %socket.id, \"client connected\"); socket.on_disconnect(on_disconnect); async fn on_disconnect(socket: SocketRef, reason: DisconnectReason) { info!(id = %socket.id, ?reason, \"client disconnected\"); }",
];

/// For pages of other sites.
const ALLOW: Hints = [
    "Socket.IO's answers need the header as well. A layer wraps everything that was added before it.",
    "`CorsLayer` as the outermost layer: the last call of `Router::layer`.",
    ".layer(socket_layer)...layer(CorsLayer::permissive())",
];

pub(super) const SCENARIOS: &[&[Scenario]] = &[
    group!(
        from("connect").until("front-end"),
        PlainHttp,
        CLIENT,
        [the_client_script_is_served,]
    ),
    group!(
        from("connect").until("places").until("front-end"),
        PlainHttp,
        ALLOW,
        [another_site_may_connect,]
    ),
    group!(
        from("connect").until("middleware"),
        BothTransports,
        CONNECT,
        [
            clients_come_and_go,
            a_client_that_vanishes_disturbs_nobody,
            a_client_that_left_may_come_back,
            an_unknown_event_is_ignored,
            an_unknown_namespace_is_refused,
            a_malformed_frame_closes_only_its_connection,
        ]
    ),
    group!(
        from("connect").until("middleware"),
        BothTransports,
        LOG,
        [
            a_client_that_connects_is_logged,
            a_client_that_leaves_is_logged_with_the_reason,
        ]
    ),
    group!(
        from("connect").until("emit"),
        BothTransports,
        CONNECT,
        [a_message_without_a_handler_is_ignored,]
    ),
];

async fn the_client_script_is_served(scene: &mut Scene) -> Result {
    scene.step("ana's page loads the client").await?;
    let script = scene.get("ana", "/socket.io/socket.io.js").await?;
    let kind = media_type(script.header("content-type"));
    // An older name of the same type, which some servers still use.
    let kind = kind.replace("application/javascript", "text/javascript");
    scene.received("ana", &format!("{} {kind}", script.status));
    Ok(())
}

async fn another_site_may_connect(scene: &mut Scene) -> Result {
    scene
        .step("a page of https://example.com opens a session")
        .await?;
    let answer = scene
        .get("ana", "/socket.io/?EIO=4&transport=polling")
        .await?;
    scene.received("ana", &allowed_origin(&answer));
    Ok(())
}

async fn clients_come_and_go(scene: &mut Scene) -> Result {
    scene.step("ana connects").await?;
    scene.connect(&["ana"]).await?;
    scene.step("beto connects").await?;
    scene.connect(&["beto"]).await?;
    scene.step("ana leaves").await?;
    scene.leave("ana").await
}

async fn a_client_that_connects_is_logged(scene: &mut Scene) -> Result {
    scene.step("ana connects").await?;
    scene.connect(&["ana"]).await?;
    scene.is_logged("client connected").await
}

async fn a_client_that_leaves_is_logged_with_the_reason(scene: &mut Scene) -> Result {
    scene.step("ana and beto connect").await?;
    scene.connect(&["ana", "beto"]).await?;
    scene.step("ana leaves").await?;
    scene.leave("ana").await?;
    scene.is_logged("client disconnected").await?;
    // As Node writes it, then as Rust writes it with `{}` and with `{:?}`.
    let reason = [
        "client namespace disconnect",
        "client has manually disconnected the socket",
        "ClientNSDisconnect",
    ];
    scene.is_logged_as("the reason", &reason).await
}

async fn a_client_that_vanishes_disturbs_nobody(scene: &mut Scene) -> Result {
    scene.step("ana and beto connect").await?;
    scene.connect(&["ana", "beto"]).await?;
    scene.step("ana's network fails").await?;
    scene.vanish("ana")
}

async fn a_client_that_left_may_come_back(scene: &mut Scene) -> Result {
    scene.step("ana and beto connect").await?;
    scene.connect(&["ana", "beto"]).await?;
    scene.step("ana leaves").await?;
    scene.leave("ana").await?;
    scene.step("ana comes back, with a new session").await?;
    scene.connect(&["ana"]).await
}

async fn an_unknown_event_is_ignored(scene: &mut Scene) -> Result {
    scene.step("ana and beto connect").await?;
    scene.connect(&["ana", "beto"]).await?;
    scene.step("ana emits an event that nobody handles").await?;
    scene.emit("ana", "desconocido", &json!({ "mensaje": "¿hay alguien?" }))
}

async fn an_unknown_namespace_is_refused(scene: &mut Scene) -> Result {
    scene.step("ana and beto connect").await?;
    scene.connect(&["ana", "beto"]).await?;
    scene
        .step("ana asks for a namespace that doesn't exist")
        .await?;
    scene.send("ana", "40/nada,")
}

async fn a_malformed_frame_closes_only_its_connection(scene: &mut Scene) -> Result {
    scene.step("ana connects").await?;
    scene.connect(&["ana"]).await?;
    for frame in ["49", "42{}", "42[]", "42[1]", "garbage"] {
        scene
            .step(&format!("beto connects and sends {frame}"))
            .await?;
        scene.connect(&["beto"]).await?;
        scene.send("beto", frame)?;
        scene.is_closed("beto").await?;
    }
    Ok(())
}

/// The next lesson adds a handler for this event.
async fn a_message_without_a_handler_is_ignored(scene: &mut Scene) -> Result {
    scene.step("ana and beto connect").await?;
    scene.connect(&["ana", "beto"]).await?;
    scene.step("ana sends a message").await?;
    scene.emit("ana", EVENT, &message("hola"))
}
