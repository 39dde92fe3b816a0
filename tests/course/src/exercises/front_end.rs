//! Exercises of lesson 18.

use wire::server::ADMIN_TOKEN;

use super::Exercise;
use crate::{
    scenario::from,
    scenarios::{
        front_end::{cookie, cookie_of},
        namespaces::ADMIN,
        scenario,
    },
    scene::{Result, Scene},
};

pub(super) const EXERCISES: &[Exercise] = &[
    Exercise {
        name: "cerrar_sesion",
        task: "Let an admin log out. `DELETE /admin/login` is answered with the same cookie, but empty, and with a time that's \
               over, so that the browser deletes it. Pages of the allowed origins may send this request, and no other pages.",
        scenario: scenario!(
            from("front-end"),
            PlainHttp,
            [
                "A browser sends a `DELETE` to another origin only if the server allows this method. It asks first, and CORS \
                 answers. A browser tells cookies apart by their name and their path.",
                "`CorsLayer::allow_methods` with `axum::http::Method`; `SignedCookieJar::from_headers`, `remove`, and \
                 `Cookie::build` with the name alone.",
                ".route(\"/admin/login\", post(log_in).delete(log_out))\n\nSignedCookieJar::from_headers(&headers, \
                 key).remove(Cookie::build(COOKIE).path(\"/\"))",
            ],
            exercise_cerrar_sesion
        ),
    },
    Exercise {
        name: "caducar",
        task: "Let a session end. `POST /admin/login/{minutos}` takes the place of `/admin/login`, and its cookie opens `/admin` \
               for that many minutes. After that, a client that connects with it is refused with `invalid token`. Nobody can \
               make a session longer than it is: neither in the browser nor with a program.",
        scenario: scenario!(
            from("front-end"),
            BothTransports,
            [
                "Only a browser cares about `Max-Age`. A program sends a cookie for as long as it likes. But it can't change what's \
                 signed.",
                "The extractor `axum::extract::Path`; `SystemTime`, as seconds since `UNIX_EPOCH`, in place of `open`; \
                 `Cookie::value`, `parse`, `is_some_and`.",
                "let end = now() + 60 * u64::from(minutes);\nCookie::build((COOKIE, end.to_string()))",
            ],
            exercise_caducar
        ),
    },
];

async fn exercise_cerrar_sesion(scene: &mut Scene) -> Result {
    let Some(page) = scene.page().await? else {
        return Ok(());
    };
    scene.step("carla logs in").await?;
    let cookie = cookie(scene).await?;
    for (who, origin) in [
        ("her page", page.as_str()),
        ("a page of another port", "http://127.0.0.1:1"),
    ] {
        scene
            .step(&format!("the browser asks whether {who} may log out"))
            .await?;
        let question = [
            ("origin", origin),
            ("access-control-request-method", "DELETE"),
        ];
        let shown = "OPTIONS /admin/login";
        let answer = scene
            .request("carla", shown, "OPTIONS", "/admin/login", &question)
            .await?;
        let has = |name: &str, wanted: &str| {
            let values = answer.header(name).unwrap_or_default();
            values.split(',').any(|value| value.trim() == wanted)
        };
        let may = has("access-control-allow-origin", origin)
            && has("access-control-allow-credentials", "true")
            && has("access-control-allow-methods", "DELETE");
        scene.received("carla", if may { "it may" } else { "it may not" });
    }
    scene.step("carla logs out").await?;
    let headers = [("origin", page.as_str()), ("cookie", &cookie)];
    let shown = "DELETE /admin/login";
    let answer = scene
        .request("carla", shown, "DELETE", "/admin/login", &headers)
        .await?;
    let cookie = answer.header("set-cookie").unwrap_or_default();
    let mut parts = cookie.split(';').map(str::trim);
    let is_empty = parts.next() == Some("admin=");
    let attributes: Vec<_> = parts.collect();
    let is_deleted =
        is_empty && attributes.contains(&"Path=/") && attributes.contains(&"Max-Age=0");
    let outcome = if is_deleted {
        "the browser deletes the cookie"
    } else {
        "the browser keeps the cookie"
    };
    scene.received("carla", outcome);
    Ok(())
}

/// Logs in for this many minutes, and returns the cookie.
async fn cookie_for(scene: &mut Scene, minutes: u64) -> Result<String> {
    scene
        .step(&format!("carla logs in for {minutes} minutes"))
        .await?;
    let path = format!("/admin/login/{minutes}");
    let answer = scene.post_secret("carla", &path, ADMIN_TOKEN).await?;
    cookie_of(scene, &answer)
}

/// How long the name of a cookie and its signature are, before its value.
const SIGNATURE: usize = "admin=".len() + 44;

async fn exercise_caducar(scene: &mut Scene) -> Result {
    let valid = cookie_for(scene, 60).await?;
    scene.step("she connects with the cookie").await?;
    scene
        .open_with("carla", &[("cookie", valid.clone())])
        .await?;
    scene.join_namespace("carla", ADMIN, None).await?;
    scene.vanish("carla")?;
    let expired = cookie_for(scene, 0).await?;
    let (signature, _) = expired.split_at_checked(SIGNATURE).unwrap_or_default();
    let later = valid.get(SIGNATURE..).unwrap_or_default();
    let forged = format!("{signature}{later}");
    for (title, cookie) in [
        ("she connects with the cookie, whose time is over", expired),
        ("she writes a later time into the cookie", forged),
    ] {
        scene.step(title).await?;
        scene.open_with("carla", &[("cookie", cookie)]).await?;
        scene.is_refused_by("carla", ADMIN, None).await?;
        scene.vanish("carla")?;
    }
    scene.step("carla logs in with a wrong token").await?;
    let answer = scene
        .post_secret("carla", "/admin/login/60", "the wrong token")
        .await?;
    scene.received("carla", &answer.status.to_string());
    Ok(())
}
