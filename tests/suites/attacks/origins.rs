//! Pages of other sites that try to use the server behind their visitor's back.

use course::production::{PATIENCE, Pair, Production};
use wire::connection::{Http, Response, Transport};

use crate::{Program, attacks, raw};

attacks! {
    broadcast:
        a_list_may_allow_everyone;
    places:
        a_foreign_page_cannot_open_a_session,
        a_foreign_page_cannot_use_an_open_session,
        an_image_on_a_foreign_page_takes_no_place,
        own_and_listed_pages_open_sessions,
        a_preflight_allows_only_listed_pages,
        listed_pages_may_send_headers_and_credentials,
        a_wrong_host_is_refused_with_the_reason;
}

const LISTED: (&str, &str) = (
    "ALLOWED_ORIGINS",
    "https://example.com, https://example.org",
);

/// None of these is on the list, however similar they are.
const FOREIGN: [&str; 7] = [
    "https://evil.example",
    "http://example.com",
    "https://example.com:8443",
    "https://example.com.evil.example",
    "https://evilexample.com",
    "https://sub.example.com",
    "null",
];

async fn a_foreign_page_cannot_open_a_session(program: Program) {
    let production = program.start(&[LISTED]).await;
    let mut pair = Pair::join(&production.server.base).await.unwrap();
    for transport in Transport::BOTH {
        for origin in FOREIGN {
            let opening = raw::open(production.address(), transport, &[("Origin", origin)]).await;
            assert_eq!(opening.answer.status, 403, "{origin}: {:?}", opening.answer);
            let allowed = raw::field(&opening.answer.head, "access-control-allow-origin");
            assert_eq!(allowed, None, "{origin}");
        }
    }
    if program.includes("observe") {
        let metrics = production.metrics().await.unwrap();
        assert!(
            metrics.contains("\nrefused_requests_total 14\n"),
            "{metrics}"
        );
    }
    production.wait_for_clients(2, PATIENCE).await.unwrap();
    pair.talk().await.unwrap();
}

async fn a_foreign_page_cannot_use_an_open_session(program: Program) {
    let production = program.start(&[LISTED]).await;
    let address = production.address();
    let victim = raw::open(address, Transport::Polling, &[]).await;
    let http = Http::new(&production.server.base).unwrap();
    let path = format!("/socket.io/?EIO=4&transport=polling&sid={}", victim.sid);
    for method in ["GET", "POST"] {
        let foreign = [("origin", "https://evil.example")];
        let answer = http.request(method, &path, &foreign, "41").await.unwrap();
        assert_eq!(answer.status, 403, "{method}");
    }
    let mut upgrade = raw::Raw::connect(address).await;
    let sid = format!("&sid={}", victim.sid);
    let foreign = [("Origin", "https://evil.example")];
    let request = raw::opening(address, Transport::WebSocket, &sid, &foreign);
    upgrade.write(request).await.unwrap();
    assert_eq!(upgrade.answer().await.unwrap().status, 403);

    // The session isn't affected.
    assert_eq!(http.post(&path, "40".to_owned()).await.unwrap().status, 200);
    let answer = http.get(&path, None).await.unwrap();
    assert!(answer.body.contains("40{"), "{}", answer.body);
}

/// Browsers send no origin for an image. Over HTTPS, or to the machine itself, they say what kind of site its page is from.
async fn an_image_on_a_foreign_page_takes_no_place(program: Program) {
    // As many places as sessions that open.
    let production = program.start(&[LISTED, ("MAX_CLIENTS", "2")]).await;
    for (site, status) in [
        ("cross-site", 403),
        ("same-site", 403),
        ("same-origin", 200),
        // As if the person typed the address.
        ("none", 200),
    ] {
        let headers = [("Sec-Fetch-Site", site)];
        let opening = raw::open(production.address(), Transport::Polling, &headers).await;
        assert_eq!(opening.answer.status, status, "{site}");
    }
}

async fn own_and_listed_pages_open_sessions(program: Program) {
    let production = program.start(&[LISTED]).await;
    let address = production.address();
    let own = format!("http://{address}");
    for transport in Transport::BOTH {
        let none: &[_] = &[];
        for (headers, allowed) in [
            (none, None),
            (&[("Origin", own.as_str())], Some(own.as_str())),
            (
                &[("Origin", "https://example.com")],
                Some("https://example.com"),
            ),
            (
                &[("Origin", "https://example.org")],
                Some("https://example.org"),
            ),
        ] {
            let opening = raw::open(address, transport, headers).await;
            assert!(!opening.sid.is_empty(), "{headers:?}: {:?}", opening.answer);
            let head = &opening.answer.head;
            assert_eq!(raw::field(head, "access-control-allow-origin"), allowed);
        }
    }
}

async fn a_preflight_allows_only_listed_pages(program: Program) {
    let production = program.start(&[LISTED]).await;
    let http = Http::new(&production.server.base).unwrap();
    for path in ["/socket.io/?EIO=4&transport=polling", "/"] {
        for (origin, allowed) in [
            ("https://example.com", Some("https://example.com")),
            ("https://evil.example", None),
        ] {
            let headers = [
                ("origin", origin),
                ("access-control-request-method", "POST"),
            ];
            let answer = http.request("OPTIONS", path, &headers, "").await.unwrap();
            assert_eq!(answer.header("access-control-allow-origin"), allowed);
        }
    }
}

async fn a_list_may_allow_everyone(program: Program) {
    let production = program.start(&[("ALLOWED_ORIGINS", "*")]).await;
    for transport in Transport::BOTH {
        let anyone = [("Origin", "https://evil.example")];
        let opening = raw::open(production.address(), transport, &anyone).await;
        assert!(!opening.sid.is_empty(), "{:?}", opening.answer);
    }
}

/// Asks like a browser before a page of another site sends a custom header.
async fn preflight(production: &Production, origin: &str) -> Response {
    let http = Http::new(&production.server.base).unwrap();
    let headers = [
        ("origin", origin),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "x-a"),
    ];
    let path = "/socket.io/?EIO=4&transport=polling";
    http.request("OPTIONS", path, &headers, "").await.unwrap()
}

async fn listed_pages_may_send_headers_and_credentials(program: Program) {
    let production = program.start(&[LISTED]).await;
    let answer = preflight(&production, "https://example.com").await;
    let credentials = "access-control-allow-credentials";
    assert_eq!(answer.header(credentials), Some("true"));
    let origin = answer.header("access-control-allow-origin");
    assert_eq!(origin, Some("https://example.com"));
    assert_eq!(answer.header("access-control-allow-headers"), Some("x-a"));
    // The answer to the request itself has it, too.
    let origin = [("Origin", "https://example.com")];
    let opening = raw::open(production.address(), Transport::Polling, &origin).await;
    let allowed = raw::field(&opening.answer.head, credentials);
    assert_eq!(allowed, Some("true"));

    // With `*`, any page could act on behalf of its visitor.
    let production = program.start(&[("ALLOWED_ORIGINS", "*")]).await;
    let answer = preflight(&production, "https://evil.example").await;
    assert!(answer.header("access-control-allow-origin").is_some());
    assert_eq!(answer.header(credentials), None);
}

/// Behind a proxy that doesn't pass on `Host`, such as nginx by default, our own page looks like one of another site.
async fn a_wrong_host_is_refused_with_the_reason(program: Program) {
    let production = program.start(&[]).await;
    let http = Http::new(&production.server.base).unwrap();
    let path = "/socket.io/?EIO=4&transport=polling";
    let origin = "https://chat.example";
    let refused = http.get(path, Some(origin)).await.unwrap();
    assert_eq!(refused.status, 403);
    for word in ["Host", "ALLOWED_ORIGINS"] {
        assert!(refused.body.contains(word), "{}", refused.body);
    }
    let headers = [("origin", origin), ("host", "chat.example")];
    let passed = http.request("GET", path, &headers, "").await.unwrap();
    assert_eq!(passed.status, 200, "{}", passed.body);
}
