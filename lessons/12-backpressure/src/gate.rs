//! The gate: it decides which requests may open a session, by their origin and by the places that are left.

use std::{
    net::{IpAddr, Ipv6Addr, SocketAddr},
    sync::Arc,
};

use axum::{
    extract::{ConnectInfo, Request, State},
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{HOST, ORIGIN},
    },
    middleware::Next,
    response::{IntoResponse, Response},
};

use crate::{
    client::{is_for_socket_io, opens_a_session},
    metrics::Metrics,
    places::Places,
    settings::Settings,
};

/// Decides which requests may come in.
pub struct Gate {
    allowed_origins: Vec<String>,
    trusted_proxies: usize,
    places: Places,
    metrics: Metrics,
}

impl Gate {
    pub fn new(settings: &Settings, metrics: &Metrics) -> Self {
        Self {
            allowed_origins: settings.allowed_origins.clone(),
            trusted_proxies: settings.trusted_proxies.into(),
            places: Places::new(settings, metrics),
            metrics: metrics.clone(),
        }
    }

    /// Whether pages from any site may use the server.
    pub fn allows_everyone(&self) -> bool {
        self.allowed_origins.iter().any(|allowed| allowed == "*")
    }

    /// Whether a page of this origin may use the server: its own pages may, and so may pages of listed sites.
    pub fn allows(&self, origin: &HeaderValue, headers: &HeaderMap) -> bool {
        let Ok(origin) = origin.to_str() else {
            return false;
        };
        let own = headers.get(HOST).and_then(|host| host.to_str().ok());
        let host = origin.split_once("://").map(|(_, host)| host);
        let listed = self.allowed_origins.iter().any(|allowed| allowed == origin);
        (own.is_some() && host == own) || listed || self.allows_everyone()
    }

    /// Whether a request comes from a page that may not use the server.
    fn is_foreign(&self, headers: &HeaderMap) -> bool {
        if let Some(origin) = headers.get(ORIGIN) {
            return !self.allows(origin, headers);
        }
        // A request for an image names no origin, but over HTTPS browsers still say what kind of site it's from.
        let site = headers.get("sec-fetch-site");
        site.is_some_and(|site| site != "same-origin" && site != "none")
    }

    /// The address that a request comes from.
    ///
    /// Each proxy adds the address that it sees to the end of `X-Forwarded-For`. Everything before the entries of the
    /// trusted proxies may be the client's invention.
    fn address(&self, request: &Request) -> IpAddr {
        let lines = request.headers().get_all("x-forwarded-for").iter();
        // An invalid byte spoils only its own entry.
        let lines = lines.map(|line| String::from_utf8_lossy(line.as_bytes()).into_owned());
        let forwarded = lines.collect::<Vec<_>>().join(",");
        let mut from_the_end = forwarded.rsplit(',');
        let entry = self.trusted_proxies.checked_sub(1);
        let client = entry.and_then(|entry| parse_address(from_the_end.nth(entry)?));
        let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
        let peer = peer.map_or(Ipv6Addr::UNSPECIFIED.into(), |peer| peer.0.ip());
        network(client.unwrap_or(peer))
    }
}

/// Lets a request through to Socket.IO if it's allowed.
///
/// A browser doesn't ask before it opens a WebSocket to another site. Without this check, any page that a user visits
/// could talk to the server in the user's name.
pub async fn guard(State(gate): State<Arc<Gate>>, mut request: Request, next: Next) -> Response {
    if is_for_socket_io(request.uri()) && gate.is_foreign(request.headers()) {
        gate.metrics.refused_requests.inc();
        let reason = "this page's origin is neither the Host of the request nor in ALLOWED_ORIGINS";
        return (StatusCode::FORBIDDEN, reason).into_response();
    }
    if opens_a_session(request.uri()) {
        match gate.places.take(gate.address(&request)) {
            // A session keeps its first request as long as it lasts, and the request keeps the place.
            Ok(place) => request.extensions_mut().insert(Arc::new(place)),
            Err(refusal) => {
                gate.metrics.refused_requests.inc();
                return refusal.into_response();
            }
        };
    }
    next.run(request).await
}

/// An address as proxies write it: alone, or with a port.
fn parse_address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let alone = text.trim_matches(['[', ']']).parse().ok();
    alone.or_else(|| Some(text.parse::<SocketAddr>().ok()?.ip()))
}

/// A client with an IPv6 address usually has its whole network of 2^64 addresses, so they all count as one.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
        address @ IpAddr::V4(_) => address,
    }
}
