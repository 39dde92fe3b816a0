//! An admin's session: a signed cookie, which the browser sends along by itself.

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
};
use axum_extra::extract::{
    SignedCookieJar,
    cookie::{Cookie, Key, SameSite},
};

use crate::admin::Token;

const COOKIE: &str = "admin";

/// Answers the token with a cookie, which lasts until the browser is closed or the server restarts.
pub async fn log_in(
    State((Token(token), key)): State<(Token, Key)>,
    body: String,
) -> Result<SignedCookieJar, (StatusCode, &'static str)> {
    if token.is_none_or(|token| token != body) {
        return Err((StatusCode::UNAUTHORIZED, "invalid token"));
    }
    let cookie = Cookie::build((COOKIE, "open"))
        // Not just for `/admin/login`: the cookie goes to `/socket.io`.
        .path("/")
        // No script can read it, and no page of another site can send it.
        .http_only(true)
        .same_site(SameSite::Strict);
    Ok(SignedCookieJar::new(key).add(cookie))
}

/// Whether a request carries a cookie that this server has signed.
pub fn is_logged_in(headers: &HeaderMap, key: Key) -> bool {
    let cookies = SignedCookieJar::from_headers(headers, key);
    cookies.get(COOKIE).is_some()
}
