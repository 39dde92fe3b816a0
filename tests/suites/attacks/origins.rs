//! Pages of other sites, in a browser whose person knows nothing of them.

use course::production::Pair;
use wire::connection::{Http, Transport};

use crate::{raw, start};

const LISTED: (&str, &str) = (
    "ALLOWED_ORIGINS",
    "https://example.com, https://example.org",
);

/// None of these is on the list, however near they come.
const FOREIGN: [&str; 7] = [
    "https://evil.example",
    "http://example.com",
    "https://example.com:8443",
    "https://example.com.evil.example",
    "https://evilexample.com",
    "https://sub.example.com",
    "null",
];

#[tokio::test]
async fn a_foreign_page_opens_no_session() {
    let production = start(&[LISTED]).await;
    let mut pair = Pair::join(&production.server.base).await.unwrap();
    for transport in Transport::BOTH {
        for origin in FOREIGN {
            let opening = raw::open(production.address(), transport, &[("Origin", origin)]).await;
            assert_eq!(opening.answer.status, 403, "{origin}: {:?}", opening.answer);
            let allowed = raw::field(&opening.answer.head, "access-control-allow-origin");
            assert_eq!(allowed, None, "{origin}");
        }
    }
    let refused = production.metric("refused_requests_total").await.unwrap();
    assert_eq!(refused, 14.0);
    assert_eq!(production.metric("clients").await.unwrap(), 2.0);
    pair.talk().await.unwrap();
}

#[tokio::test]
async fn a_foreign_page_has_no_part_in_a_session_that_is_open() {
    let production = start(&[LISTED]).await;
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

    // The session has noticed nothing.
    assert_eq!(http.post(&path, "40".to_owned()).await.unwrap().status, 200);
    let answer = http.get(&path, None).await.unwrap();
    assert!(answer.body.contains("40{"), "{}", answer.body);
}

/// What browsers send for an image: no origin, and over HTTPS or to the machine itself a word on where its page is from.
#[tokio::test]
async fn an_image_on_a_foreign_page_takes_no_place() {
    let production = start(&[LISTED]).await;
    for (site, status) in [
        ("cross-site", 403),
        ("same-site", 403),
        ("same-origin", 200),
        // The person has typed the address.
        ("none", 200),
    ] {
        let headers = [("Sec-Fetch-Site", site)];
        let opening = raw::open(production.address(), Transport::Polling, &headers).await;
        assert_eq!(opening.answer.status, status, "{site}");
    }
    assert_eq!(production.metric("clients").await.unwrap(), 2.0);
}

#[tokio::test]
async fn own_and_listed_pages_open_sessions() {
    let production = start(&[LISTED]).await;
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

#[tokio::test]
async fn a_preflight_allows_listed_pages_alone() {
    let production = start(&[LISTED]).await;
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

#[tokio::test]
async fn a_list_may_allow_everyone() {
    let production = start(&[("ALLOWED_ORIGINS", "*")]).await;
    for transport in Transport::BOTH {
        let anyone = [("Origin", "https://evil.example")];
        let opening = raw::open(production.address(), transport, &anyone).await;
        assert!(!opening.sid.is_empty(), "{:?}", opening.answer);
    }
}
