//! Writes temperatures into the database that the server of lesson 19 watches. The two processes share nothing else.

use std::{path::PathBuf, process};

use anyhow::{Context, Result};
use clap::Parser;
use rusqlite::{Connection, OpenFlags};

/// Writes temperatures into the server's database
#[derive(Parser)]
struct Arguments {
    /// Temperatures in °C
    #[arg(required = true, allow_negative_numbers = true)]
    values: Vec<f64>,
    /// The database, which the server creates
    #[arg(long, env, default_value = "lecturas.db")]
    database: PathBuf,
}

fn main() {
    let Err(error) = write() else { return };
    eprintln!("{error:#}");
    process::exit(1);
}

fn write() -> Result<()> {
    let Arguments { values, database } = Arguments::parse();
    let failure = format!(
        "cannot open {} (has the server created it?)",
        database.display()
    );
    // Not `open`, which would create an empty database.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE;
    let database = Connection::open_with_flags(database, flags).context(failure)?;
    for value in values {
        let written = database.execute("INSERT INTO lecturas (valor) VALUES (?)", [value]);
        written.with_context(|| format!("{value} was not written"))?;
    }
    Ok(())
}
