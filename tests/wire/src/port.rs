//! Ports for servers that are stopped and started again.

use std::{
    iter,
    net::{Ipv4Addr, TcpListener},
    process,
    sync::atomic::{AtomicU16, Ordering},
};

use anyhow::{Context, Result};

/// A port that nobody listens on, below those that the system chooses for clients: otherwise a client might take it while no
/// server runs. Other processes look in other places, so that they don't choose the same one.
pub fn free_port() -> Result<u16> {
    static SEEN: AtomicU16 = AtomicU16::new(0);
    let first = 10_000 + u16::try_from(process::id() % 10_000)?;
    let mut ports = iter::repeat_with(|| first + SEEN.fetch_add(1, Ordering::Relaxed)).take(1_000);
    let free = ports.find(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok());
    free.context("no port is free")
}
