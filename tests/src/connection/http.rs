//! Plain HTTP requests.

use std::{error::Error, iter::successors};

use http_body_util::{BodyExt, Full};
use hyper::{
    Request,
    body::Bytes,
    header::{CONTENT_TYPE, HeaderMap},
};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};

/// An HTTP client that sends each path as it is given, `..` and all.
pub struct Http {
    client: Client<HttpConnector, Full<Bytes>>,
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
    /// A client for the server at `base` (`http://host:port`).
    #[must_use]
    pub fn new(base: &str) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        Self {
            client: Client::builder(TokioExecutor::new()).build(connector),
            base: base.to_owned(),
        }
    }

    /// `GET`s a path, saying which page asks where there is an `origin`.
    ///
    /// # Errors
    /// What went wrong, in words.
    pub async fn get(&self, path: &str, origin: Option<&str>) -> Result<Response, String> {
        let mut request = Request::get(format!("{}{path}", self.base));
        if let Some(origin) = origin {
            request = request.header("origin", origin);
        }
        self.send(request.body(Full::default())).await
    }

    /// `POST`s text to a path.
    ///
    /// # Errors
    /// What went wrong, in words.
    pub async fn post(&self, path: &str, body: String) -> Result<Response, String> {
        let request = Request::post(format!("{}{path}", self.base))
            .header(CONTENT_TYPE, "text/plain;charset=UTF-8");
        self.send(request.body(Full::from(body))).await
    }

    async fn send(
        &self,
        request: Result<Request<Full<Bytes>>, hyper::http::Error>,
    ) -> Result<Response, String> {
        let request =
            request.map_err(|error| format!("no request can be made of this: {error}"))?;
        let response = self.client.request(request).await.map_err(|error| {
            // The reason, "connection refused" say, is the last link of a chain.
            let chain = successors(error.source(), |reason: &&dyn Error| (*reason).source());
            let reason = chain
                .last()
                .map_or(String::new(), |reason| format!(": {reason}"));
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
