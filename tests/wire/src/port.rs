//! Ports for servers that are stopped and started again.

use std::{
    iter,
    net::{Ipv4Addr, TcpListener},
    sync::atomic::{AtomicU16, Ordering},
};

use anyhow::{Context, Result};

/// A port that nobody listens on, below those that the system chooses for clients: otherwise a client might take it while no
/// server runs.
pub fn free_port() -> Result<u16> {
    static NEXT: AtomicU16 = AtomicU16::new(12_000);
    let mut ports = iter::repeat_with(|| NEXT.fetch_add(1, Ordering::Relaxed)).take(1_000);
    let free = ports.find(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok());
    free.context("no port is free")
}
