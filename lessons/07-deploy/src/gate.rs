//! Who may open a session: pages of allowed origins, as long as there are places.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr, SocketAddr},
    sync::{Arc, Mutex, PoisonError, atomic::Ordering::Relaxed},
};

use axum::{
    extract::{ConnectInfo, Request, State},
    http::{
        HeaderMap, HeaderValue, Method, StatusCode, Uri,
        header::{HOST, ORIGIN, UPGRADE},
    },
    middleware::Next,
    response::{IntoResponse, Response},
};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use socketioxide::socket::Sid;
use tower_http::request_id::RequestId;

use crate::{client::Client, ending::Ending, metrics::Metrics, settings::Settings};

/// What decides, and the places that are taken.
pub struct Gate {
    allowed_origins: Vec<String>,
    trusted_proxies: usize,
    max_clients: usize,
    max_clients_per_address: usize,
    events: Quota,
    /// How often each address opens sessions. Each is a new client, with a new limit for its events.
    openings: DefaultKeyedRateLimiter<IpAddr>,
    metrics: Metrics,
    ending: Arc<Ending>,
    /// How many sessions each address has.
    taken: Mutex<HashMap<IpAddr, usize>>,
}

/// A session's place, free again when this value is dropped.
struct Place {
    gate: Arc<Gate>,
    address: IpAddr,
}

/// Why a request may not pass.
enum Refusal {
    ForeignPage,
    Closing,
    ServerFull,
    AddressFull,
    TooOften,
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, reason) = match self {
            Self::ForeignPage => (StatusCode::FORBIDDEN, "this origin is not allowed"),
            Self::Closing => (
                StatusCode::SERVICE_UNAVAILABLE,
                "the server is shutting down",
            ),
            Self::ServerFull => (StatusCode::SERVICE_UNAVAILABLE, "the server is full"),
            Self::AddressFull => (
                StatusCode::TOO_MANY_REQUESTS,
                "too many clients from your address",
            ),
            Self::TooOften => (
                StatusCode::TOO_MANY_REQUESTS,
                "too many new sessions from your address",
            ),
        };
        (status, reason).into_response()
    }
}

impl Gate {
    /// A gate that nobody has passed yet.
    #[must_use]
    pub fn new(settings: &Settings, metrics: Metrics, ending: Arc<Ending>) -> Self {
        let events =
            Quota::per_second(settings.events_per_second).allow_burst(settings.events_at_once);
        let openings = Quota::per_second(settings.sessions_per_second)
            .allow_burst(settings.max_clients_per_address);
        Self {
            events,
            openings: RateLimiter::keyed(openings),
            metrics,
            ending,
            allowed_origins: settings.allowed_origins.clone(),
            trusted_proxies: settings.trusted_proxies,
            max_clients: settings.max_clients,
            max_clients_per_address: settings.max_clients_per_address.get() as usize,
            taken: Mutex::default(),
        }
    }

    /// Whether a page of this origin may use the server: the server's own pages may, and the listed ones.
    pub fn allows(&self, origin: &HeaderValue, headers: &HeaderMap) -> bool {
        let Ok(origin) = origin.to_str() else {
            return false;
        };
        let own = headers.get(HOST).and_then(|host| host.to_str().ok());
        let host = origin.split_once("://").map(|(_, host)| host);
        let listed = |allowed: &String| allowed == "*" || allowed == origin;
        (own.is_some() && host == own) || self.allowed_origins.iter().any(listed)
    }

    /// Whether a request comes from a page that may not use the server.
    fn is_foreign(&self, headers: &HeaderMap) -> bool {
        if let Some(origin) = headers.get(ORIGIN) {
            return !self.allows(origin, headers);
        }
        // The request for an image names no origin. Over HTTPS browsers still say from what kind of site it comes.
        let site = headers.get("sec-fetch-site");
        site.is_some_and(|site| site != "same-origin" && site != "none")
    }

    /// The address that a request comes from.
    ///
    /// Each proxy adds the address that it sees to the end of `X-Forwarded-For`. What stands before the
    /// additions of the trusted ones is the client's own invention.
    fn address(&self, request: &Request) -> IpAddr {
        let forwarded = request.headers().get_all("x-forwarded-for");
        let forwarded = forwarded.iter().filter_map(|value| value.to_str().ok());
        let forwarded: Vec<_> = forwarded.flat_map(|value| value.split(',')).collect();
        let place = forwarded.len().checked_sub(self.trusted_proxies);
        let client = place.and_then(|place| parse_address(forwarded.get(place)?));
        let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
        let peer = peer.map_or(Ipv6Addr::UNSPECIFIED.into(), |peer| peer.0.ip());
        network(client.unwrap_or(peer))
    }

    /// Whether a request may pass, with a place if it opens a session.
    fn check(self: &Arc<Self>, request: &Request) -> Result<Option<Arc<Place>>, Refusal> {
        if self.is_foreign(request.headers()) {
            return Err(Refusal::ForeignPage);
        }
        if opens_a_session(request.uri()) {
            if self.ending.closing.load(Relaxed) {
                return Err(Refusal::Closing);
            }
            return Ok(Some(Arc::new(self.enter(self.address(request))?)));
        }
        Ok(None)
    }

    /// Takes a place for a session, or says why there is none.
    fn enter(self: &Arc<Self>, address: IpAddr) -> Result<Place, Refusal> {
        // Nobody leaves the counts half changed, so they are good after a panic too.
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.values().sum::<usize>() >= self.max_clients {
            return Err(Refusal::ServerFull);
        }
        let here = taken.get(&address).copied().unwrap_or_default();
        if here >= self.max_clients_per_address {
            return Err(Refusal::AddressFull);
        }
        if self.openings.check_key(&address).is_err() {
            return Err(Refusal::TooOften);
        }
        taken.insert(address, here + 1);
        self.metrics.clients.inc();
        Ok(Place {
            gate: Arc::clone(self),
            address,
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.gate.metrics.clients.dec();
        let mut taken = self
            .gate
            .taken
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(here) = taken.get_mut(&self.address) {
            *here -= 1;
            if *here == 0 {
                taken.remove(&self.address);
            }
        }
    }
}

/// Lets a request pass to Socket.IO if it may.
///
/// A browser asks nobody before it opens a WebSocket to another site: without this, any page that a user visits
/// could talk to the server in the user's name.
pub async fn guard(State(gate): State<Arc<Gate>>, mut request: Request, next: Next) -> Response {
    if !is_for_socket_io(request.uri()) {
        return next.run(request).await;
    }
    match gate.check(&request) {
        // The session keeps its first request, and with it what is put in here, as long as it lives.
        Ok(Some(place)) => {
            let client = Arc::new(Client::new(gate.events));
            if client.id.is_multiple_of(1000) {
                // Now and then, who has long been away is forgotten.
                gate.openings.retain_recent();
            }
            request.extensions_mut().insert(client);
            request.extensions_mut().insert(place);
            copy_head(&mut request);
            next.run(request).await
        }
        Ok(None) => {
            let _poll = polling(&request).map(|session| gate.ending.poll(session));
            next.run(request).await
        }
        Err(refusal) => {
            gate.metrics.refused_requests.inc();
            refusal.into_response()
        }
    }
}

/// Gives the request an address and headers of its own.
///
/// They are slices of the buffer into which hyper has read it. The session keeps them, and would keep the whole buffer
/// for their sake.
fn copy_head(request: &mut Request) {
    for value in request.headers_mut().values_mut() {
        // What was a value stays one when it is copied, and so does an address.
        if let Ok(copy) = HeaderValue::from_bytes(value.as_bytes()) {
            *value = copy;
        }
    }
    if let Some(id) = request.headers().get("x-request-id").cloned() {
        request.extensions_mut().insert(RequestId::new(id));
    }
    if let Ok(copy) = request.uri().to_string().parse() {
        *request.uri_mut() = copy;
    }
}

/// An address as proxies write it: alone, or with a port.
fn parse_address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let alone = text.trim_matches(['[', ']']).parse().ok();
    alone.or_else(|| Some(text.parse::<SocketAddr>().ok()?.ip()))
}

/// Who has one IPv6 address has the 2^64 of its network, so they count as one.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
        address @ IpAddr::V4(_) => address,
    }
}

fn is_for_socket_io(uri: &Uri) -> bool {
    uri.path() == "/socket.io" || uri.path().starts_with("/socket.io/")
}

/// Whether the request names no session that it belongs to.
fn opens_a_session(uri: &Uri) -> bool {
    let query = uri.query().unwrap_or_default();
    !query.split('&').any(|pair| pair.starts_with("sid="))
}

/// The session for which a request polls, if it does.
fn polling(request: &Request) -> Option<Sid> {
    if request.method() != Method::GET || request.headers().contains_key(UPGRADE) {
        return None;
    }
    let mut pairs = request.uri().query()?.split('&');
    pairs
        .find_map(|pair| pair.strip_prefix("sid="))?
        .parse()
        .ok()
}
