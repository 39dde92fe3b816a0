//! Exercise `own_not_found`: a page of its own for what is not there.
//!
//! Run it with `cargo run --package static-server --example own_not_found`.

use std::{env, error::Error};

use axum::{Router, handler::HandlerWithoutStateExt, response::Html};
use tokio::net::TcpListener;
use tower_http::services::ServeDir;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    // The status 404 is the folder's part: `fallback` in place of this would leave it at 200.
    let page = ServeDir::new("public/01-static-server").not_found_service(not_found.into_service());
    let app = Router::new()
        .nest_service("/shared", ServeDir::new("public/shared"))
        .nest_service("/vendor", ServeDir::new("public/vendor"))
        .fallback_service(page);

    let port = env::var("PORT").map_or(Ok(3000), |port| port.parse())?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    println!("http://{}", listener.local_addr()?);
    axum::serve(listener, app).await?;
    Ok(())
}

async fn not_found() -> Html<&'static str> {
    Html(
        "<!doctype html>
<html lang=\"es\">
  <title>No encontrado</title>
  <h1>Aquí no hay nada</h1>
  <p><a href=\"/\">Volver al inicio</a></p>
</html>
",
    )
}
