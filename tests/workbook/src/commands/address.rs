//! The addresses under which a server can be opened.

use std::net::{IpAddr, Ipv4Addr, UdpSocket};

use qrcode::{QrCode, render::unicode::Dense1x2};

/// A server prints these when it listens on all interfaces. Not every browser can open such an address.
const EVERYWHERE: [&str; 2] = ["http://0.0.0.0:", "http://[::]:"];

/// The address that opens on this machine, and, if the server listens on all interfaces, the one for other machines.
pub fn openable(printed: &str) -> (String, Option<String>) {
    let port = EVERYWHERE
        .iter()
        .find_map(|start| printed.strip_prefix(start));
    port.map_or_else(
        || (printed.to_owned(), None),
        |port| {
            let others = network_address().map(|host| format!("http://{host}:{port}"));
            (format!("http://127.0.0.1:{port}"), others)
        },
    )
}

/// This machine's address in the network through which it reaches others.
fn network_address() -> Option<IpAddr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    // This sends nothing. The address is reserved for documentation, so it's in no local network (RFC 5737).
    socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9)).ok()?;
    let host = socket.local_addr().ok()?.ip();
    (!host.is_loopback()).then_some(host)
}

/// An address as a QR code, for a phone's camera.
pub fn qr_code(address: &str) -> Option<String> {
    let code = QrCode::new(address).ok()?;
    // Inverted, since most terminals are dark. Cameras read both.
    let mut picture = code.render::<Dense1x2>();
    picture
        .dark_color(Dense1x2::Light)
        .light_color(Dense1x2::Dark);
    Some(picture.build())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_server_that_listens_everywhere_has_an_address_for_others() {
        let (here, others) = openable("http://127.0.0.1:3000");
        assert_eq!((here.as_str(), others), ("http://127.0.0.1:3000", None));
        for printed in ["http://0.0.0.0:4000", "http://[::]:4000"] {
            let (here, others) = openable(printed);
            assert_eq!(here, "http://127.0.0.1:4000");
            // A machine without a network has no such address.
            assert!(others.is_none_or(|others| others.ends_with(":4000") && others != here));
        }
    }
}
