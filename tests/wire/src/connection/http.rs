//! Plain HTTP requests.

use std::{error::Error, time::Duration};

use anyhow::{Context, Result, anyhow};
use http_body_util::{BodyExt, Full, Limited};
use hyper::{Request, body::Bytes, header::HeaderMap};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};

use super::{Headers, tls};

/// How long an idle connection may be reused. Servers close idle connections: Node after six seconds, others earlier. A
/// request that's sent at that moment is lost, so a connection is given up long before.
const REST_LIMIT: Duration = Duration::from_secs(1);

/// The longest body that is accepted, in bytes.
const BODY_LIMIT: usize = 32 << 20;

/// An HTTP client that sends each path unchanged, even with `..`.
pub struct Http {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    base: String,
    headers: Vec<(&'static str, String)>,
}

/// The answer to a request.
pub struct Response {
    /// The status code, for example 200.
    pub status: u16,
    /// The header fields.
    pub headers: HeaderMap,
    /// The body, in which invalid UTF-8 is replaced.
    pub body: String,
}

impl Response {
    /// The header field with this name, if it exists and is a string.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

impl Http {
    /// A client for the server at `base` (`http://host:port` or `https://host:port`).
    pub fn new(base: &str) -> Result<Self> {
        Self::with_headers(base, &[])
    }

    /// The same with header fields that all requests have.
    pub fn with_headers(base: &str, headers: &Headers) -> Result<Self> {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        // It would refuse `https`, which is the job of the connector around it.
        connector.enforce_http(false);
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(tls::config(base)?.as_ref().clone())
            .https_or_http()
            .enable_http1()
            .wrap_connector(connector);
        Ok(Self {
            client: Client::builder(TokioExecutor::new())
                .pool_idle_timeout(REST_LIMIT)
                .pool_timer(TokioTimer::new())
                .build(connector),
            base: base.to_owned(),
            headers: headers.to_vec(),
        })
    }

    /// Where the server is.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// `GET`s a path. An `origin` says which page asks.
    pub async fn get(&self, path: &str, origin: Option<&str>) -> Result<Response> {
        let origin = origin.map(|origin| ("origin", origin));
        self.request("GET", path, origin.as_slice(), "").await
    }

    /// `POST`s text to a path.
    pub async fn post(&self, path: &str, body: String) -> Result<Response> {
        let text = [("content-type", "text/plain;charset=UTF-8")];
        self.request("POST", path, &text, body).await
    }

    /// Sends any request, with these header fields.
    pub async fn request(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> Result<Response> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base));
        let own = self.headers.iter();
        let own = own.map(|(name, value)| (*name, value.as_str()));
        for (name, value) in own.chain(headers.iter().copied()) {
            request = request.header(name, value);
        }
        let request = request.body(Full::from(body.into()));
        let request = request.context("the request can't be made")?;
        let response = self.client.request(request).await.map_err(|error| {
            // The error itself doesn't give a reason, but its cause does.
            let reason = error
                .source()
                .map_or(String::new(), |error| format!(": {}", tls::reason(error)));
            anyhow!("{} doesn't answer{reason}", self.base)
        })?;
        let (head, body) = response.into_parts();
        let body = Limited::new(body, BODY_LIMIT).collect().await;
        let body = body.map_err(|error| anyhow!("the body of {path} can't be read: {error}"))?;
        Ok(Response {
            status: head.status.as_u16(),
            headers: head.headers,
            body: String::from_utf8_lossy(&body.to_bytes()).into_owned(),
        })
    }
}
