//! The lesson of several machines with a real Redis.

use course::{
    lessons::{self, root},
    scenarios,
    scene::Scene,
};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::process::Command;
use wire::{connection::Transport, port::free_port, redis::Redis, server::Server};
use workbook::programs;

/// The channel on which the nodes hear each other.
const CHANNEL: &str = "socket.io-request#/#";

/// Two processes. Each has a second node, to which nobody connects.
struct Site {
    redis: Redis,
    servers: [Server; 2],
    _folder: TempDir,
}

impl Site {
    async fn start() -> Self {
        let redis = Redis::start().await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("mensajes.db");
        let database = database.to_str().unwrap();
        Self {
            servers: [node(&redis, database).await, node(&redis, database).await],
            redis,
            _folder: folder,
        }
    }

    /// ana enters at the first process, and beto at the second one.
    async fn scene(&self) -> Scene {
        let mut scene = Scene::new(&self.servers[0].base, Transport::WebSocket, None);
        scene.introduce(auth);
        scene.waits_for_disk();
        scene.connect(&["ana"]).await.unwrap();
        assert_eq!(people(&mut scene, "ana").await, json!(["ana"]));
        scene
            .connect_at(&self.servers[1].base, "beto")
            .await
            .unwrap();
        assert_eq!(people(&mut scene, "beto").await, json!(["ana", "beto"]));
        scene.hears("ana", "aviso").await.unwrap();
        assert_eq!(people(&mut scene, "ana").await, json!(["ana", "beto"]));
        scene
    }
}

async fn node(redis: &Redis, database: &str) -> Server {
    let program = programs::program(&lessons::find("machines").unwrap());
    let environment = [("REDIS_URL", &*redis.url()), ("DATABASE", database)];
    Server::start(&program, root(), &environment).await.unwrap()
}

fn auth(name: &str) -> Value {
    json!({ "nombre": name, "secreto": format!("the secret of {name}") })
}

async fn people(scene: &mut Scene, who: &str) -> Value {
    scene.hears(who, "personas").await.unwrap()
}

#[tokio::test]
async fn each_scenario_holds_with_redis() {
    let lesson = lessons::find("machines").unwrap();
    let mut failures = Vec::new();
    for scenario in scenarios::of(&lesson) {
        for transport in scenario.transports() {
            let redis = Redis::start().await.unwrap();
            let environment = [("REDIS_URL", &*redis.url())];
            let program = programs::program(&lesson);
            let server = Server::start(&program, root(), &environment).await.unwrap();
            let outcome = scenario.play_on(server, *transport).await;
            if let Some(failure) = outcome.failure {
                failures.push(format!("{} over {transport}: {failure}", scenario.name));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[tokio::test]
async fn a_redis_that_restarts_brings_the_nodes_together_again() {
    let mut site = Site::start().await;
    let mut scene = site.scene().await;

    site.redis.kill().await.unwrap();
    let message = json!({ "mensaje": "hola", "id": "1", "fecha": 0 });
    scene.ask("ana", "enviar-mensaje", &message).unwrap();
    scene.hears_answer("ana").await.unwrap();
    for who in ["ana", "beto"] {
        let heard = scene.hears(who, "enviar-mensaje").await.unwrap();
        assert_eq!(heard["numero"], 1, "{who} heard {heard}");
    }

    site.redis.restart().await.unwrap();
    site.redis.has_subscribers(CHANNEL, 4).await.unwrap();
    let private = json!({ "para": "beto", "mensaje": "hola", "id": "2", "fecha": 0 });
    scene.ask("ana", "mensaje-privado", &private).unwrap();
    let answer = scene.hears_answer("ana").await.unwrap();
    assert_eq!(answer, json!({ "ok": true }));
    scene.hears("beto", "mensaje-privado").await.unwrap();
}

#[tokio::test]
async fn people_at_a_killed_node_are_not_on_the_next_list() {
    let mut site = Site::start().await;
    let mut scene = site.scene().await;

    site.servers[1].child.kill().await.unwrap();
    scene.is_closed("beto").await.unwrap();
    scene.connect(&["carla"]).await.unwrap();
    assert_eq!(people(&mut scene, "carla").await, json!(["ana", "carla"]));
}

#[tokio::test]
async fn a_redis_that_does_not_answer_is_a_clear_error() {
    let lesson = lessons::find("machines").unwrap();
    let mut command = Command::new(programs::program(&lesson));
    let address = format!("redis://127.0.0.1:{}", free_port().unwrap());
    let folder = tempfile::tempdir().unwrap();
    command
        .current_dir(root())
        .env("PORT", "0")
        .env("DATABASE", folder.path().join("mensajes.db"))
        .env("REDIS_URL", address);
    let ended = programs::run_to_end(command).await.unwrap();
    let words = String::from_utf8(ended.stderr).unwrap();
    assert!(
        words.starts_with("cannot reach Redis (REDIS_URL says where it is): "),
        "{words}"
    );
    assert_eq!(ended.status.code(), Some(1));
}
