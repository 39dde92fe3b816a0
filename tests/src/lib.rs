//! The contract of the workbook: what crosses the wire between a server and its clients.
//!
//! A [scenario](scenarios) says which clients connect and what they do. Playing it on a server gives a
//! [transcript]: every frame that crossed. The transcript that a lesson must give is in `snapshots/`.

pub mod check;
pub mod connection;
pub mod exercises;
pub mod experiments;
pub mod lessons;
pub mod parity;
pub mod process;
pub mod production;
pub mod programs;
pub mod scenario;
pub mod scenarios;
pub mod scene;
pub mod server;
pub mod transcript;
pub mod work;
