//! Plain HTTP requests.

use std::{error::Error, time::Duration};

use http_body_util::{BodyExt, Full};
use hyper::{Request, body::Bytes, header::HeaderMap};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};

use super::tls;

/// How long a connection may rest and be used again. Servers close one that rests: Node after six seconds, others earlier.
/// A request that crosses this end on its way is lost, so a connection is given up long before.
const REST_LIMIT: Duration = Duration::from_secs(1);

/// An HTTP client that sends each path as it is given, `..` and all.
pub struct Http {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    base: String,
}

/// What came back for a request.
pub struct Response {
    /// The status code, 200 for example.
    pub status: u16,
    /// The header fields.
    pub headers: HeaderMap,
    /// The body, with what is no UTF-8 replaced.
    pub body: String,
}

impl Response {
    /// The header field of this name, if it is there and is text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

impl Http {
    /// A client for the server at `base` (`http://host:port` or `https://host:port`).
    ///
    /// # Errors
    /// TLS is asked for, and this machine trusts nobody.
    pub fn new(base: &str) -> Result<Self, String> {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        // It would refuse `https`, which the connector around it takes care of.
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
        })
    }

    /// `GET`s a path, saying which page asks where there is an `origin`.
    ///
    /// # Errors
    /// What went wrong, in words.
    pub async fn get(&self, path: &str, origin: Option<&str>) -> Result<Response, String> {
        let origin = origin.map(|origin| ("origin", origin));
        self.request("GET", path, origin.as_slice(), "").await
    }

    /// `POST`s text to a path.
    ///
    /// # Errors
    /// What went wrong, in words.
    pub async fn post(&self, path: &str, body: String) -> Result<Response, String> {
        let text = [("content-type", "text/plain;charset=UTF-8")];
        self.request("POST", path, &text, body).await
    }

    /// Any request, with these header fields.
    ///
    /// # Errors
    /// What went wrong, in words.
    pub async fn request(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> Result<Response, String> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Full::from(body.into()))).await
    }

    async fn send(
        &self,
        request: Result<Request<Full<Bytes>>, hyper::http::Error>,
    ) -> Result<Response, String> {
        let request =
            request.map_err(|error| format!("no request can be made of this: {error}"))?;
        let response = self.client.request(request).await.map_err(|error| {
            // The error itself says no more than that there was one.
            let reason = error.source().map(tls::reason);
            let reason = reason.map_or(String::new(), |reason| format!(": {reason}"));
            format!("{} does not answer{reason}", self.base)
        })?;
        let (head, body) = response.into_parts();
        let body = body.collect().await.map_err(|error| error.to_string())?;
        Ok(Response {
            status: head.status.as_u16(),
            headers: head.headers,
            body: String::from_utf8_lossy(&body.to_bytes()).into_owned(),
        })
    }
}
