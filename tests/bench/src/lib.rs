//! What every load needs: servers in processes of their own, clients that cost little, and what the machine tells.

pub mod client;
pub mod machine;
pub mod process;
pub mod server;
