//! Addresses that clients invent, and addresses from trusted proxies.

use wire::connection::Transport;

use crate::{
    Program, attacks,
    raw::{self, Opening},
};

attacks! {
    places:
        without_a_trusted_proxy_the_header_is_ignored,
        behind_one_proxy_the_last_address_counts,
        a_proxy_may_add_a_port,
        behind_two_proxies_the_second_to_last_address_counts;
}

/// Opens sessions with these `X-Forwarded-For`, one place for each address, on a server that trusts this many
/// proxies, and returns the status of each.
async fn statuses(program: &Program, trusted: &str, forwarded: &[&[&str]]) -> Vec<u16> {
    let settings = [
        ("TRUSTED_PROXIES", trusted),
        ("MAX_CLIENTS_PER_ADDRESS", "1"),
        ("SESSIONS_PER_SECOND", "1000000"),
    ];
    let mut all = Vec::new();
    for transport in Transport::BOTH {
        let production = program.start(&settings).await;
        let mut held = Vec::new();
        for lines in forwarded {
            let headers: Vec<_> = lines
                .iter()
                .map(|line| ("X-Forwarded-For", *line))
                .collect();
            held.push(raw::open(production.address(), transport, &headers).await);
        }
        // A WebSocket is opened with 101, long-polling with 200.
        let status = |opening: &Opening| match opening.answer.status {
            101 => 200,
            other => other,
        };
        all.push(held.iter().map(status).collect());
    }
    let [websocket, polling]: [Vec<u16>; 2] = all.try_into().unwrap();
    assert_eq!(websocket, polling);
    websocket
}

async fn without_a_trusted_proxy_the_header_is_ignored(program: Program) {
    let trusted = "0";
    let actual = statuses(
        &program,
        trusted,
        &[&["203.0.113.1"], &["203.0.113.2"], &[]],
    )
    .await;
    assert_eq!(actual, [200, 429, 429]);
}

async fn behind_one_proxy_the_last_address_counts(program: Program) {
    let trusted = "1";
    let actual = statuses(
        &program,
        trusted,
        &[
            &["203.0.113.1"],
            // Forged in front of what the proxy adds, in the same line or in a separate one.
            &["198.51.100.7, 203.0.113.1"],
            &["198.51.100.8", "203.0.113.1"],
            &["198.51.100.9 , , 203.0.113.1"],
            &["203.0.113.1, 203.0.113.2"],
            // No header, or no address in it: the connection's own address counts.
            &[],
            &["unknown"],
            // One IPv6 network counts as one address.
            &["2001:db8::1"],
            &["2001:db8::ffff"],
            &["2001:db8:0:1::1"],
            // An IPv4 address, written as IPv6.
            &["::ffff:203.0.113.1"],
        ],
    )
    .await;
    let expected = [200, 429, 429, 429, 200, 200, 429, 200, 429, 200, 429];
    assert_eq!(actual, expected);
}

async fn a_proxy_may_add_a_port(program: Program) {
    let actual = statuses(
        &program,
        "1",
        &[
            &["203.0.113.1:4000"],
            &["203.0.113.1:4001"],
            &["203.0.113.2:4000"],
            &["[2001:db8::1]:4000"],
            &["[2001:db8::1]"],
            &["[2001:db8:0:1::1]"],
        ],
    )
    .await;
    assert_eq!(actual, [200, 429, 200, 200, 429, 200]);
}

async fn behind_two_proxies_the_second_to_last_address_counts(program: Program) {
    let trusted = "2";
    let actual = statuses(
        &program,
        trusted,
        &[
            &["203.0.113.1, 192.0.2.1"],
            &["203.0.113.1, 192.0.2.2"],
            &["198.51.100.7, 203.0.113.1, 192.0.2.1"],
            &["203.0.113.1", "192.0.2.1"],
            &["203.0.113.2, 192.0.2.1"],
            // One is missing: this request didn't pass through both.
            &["203.0.113.3"],
            &["203.0.113.4"],
        ],
    )
    .await;
    assert_eq!(actual, [200, 429, 429, 429, 200, 200, 429]);
}
