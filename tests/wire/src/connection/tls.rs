//! TLS: the authorities that a client trusts, and readable errors.

use std::{
    error::Error,
    io,
    sync::{Arc, OnceLock},
};

use anyhow::{Result, ensure};
use rustls::{CertificateError, ClientConfig, InvalidMessage, RootCertStore, crypto::ring};

/// The settings for a server at `base`: the authorities that this machine trusts, or none if the address doesn't need
/// TLS.
pub(super) fn config(base: &str) -> Result<Arc<ClientConfig>> {
    /// Reading some hundred certificates takes a while, so it's done once instead of for every client.
    static TRUSTING: OnceLock<Arc<ClientConfig>> = OnceLock::new();

    if !base.starts_with("https:") {
        return with_roots(RootCertStore::empty());
    }
    if let Some(config) = TRUSTING.get() {
        return Ok(Arc::clone(config));
    }
    let config = with_roots(native_roots()?)?;
    Ok(Arc::clone(TRUSTING.get_or_init(|| config)))
}

fn with_roots(roots: RootCertStore) -> Result<Arc<ClientConfig>> {
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

/// The authorities that the system trusts, or those in `SSL_CERT_FILE` and `SSL_CERT_DIR` if these are set.
fn native_roots() -> Result<RootCertStore> {
    let loaded = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    // A system may have some that rustls can't read. That's fine if there are others.
    roots.add_parsable_certificates(loaded.certs);
    let reason = loaded.errors.first();
    let reason = reason.map_or(String::new(), |error| format!(": {error}"));
    ensure!(
        !roots.is_empty(),
        "this machine trusts no authority for certificates, so there is no TLS{reason}"
    );
    Ok(roots)
}

/// Why a connection can't be made or used: the last error in the chain. If TLS is the reason, the message says what to
/// do.
pub(super) fn reason(error: &(dyn Error + 'static)) -> String {
    let mut last = error;
    while let Some(below) = below(last) {
        last = below;
    }
    match last.downcast_ref() {
        Some(error) => explain(error),
        None => last.to_string(),
    }
}

/// The next error in the chain. An I/O error's `source` skips the error that it wraps, which is the one from TLS.
fn below<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    match error.downcast_ref::<io::Error>() {
        Some(error) => error.get_ref().map(|wrapped| wrapped as _),
        None => error.source(),
    }
}

fn explain(error: &rustls::Error) -> String {
    match error {
        rustls::Error::InvalidCertificate(reason) if is_of_the_server(reason) => {
            format!("its certificate can't be used: {reason}")
        }
        rustls::Error::InvalidCertificate(reason) => format!(
            "this machine doesn't trust its certificate ({reason}). If it's your own, set SSL_CERT_FILE to its file"
        ),
        rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType) => {
            "it doesn't answer over TLS. Does its address begin with http://?".to_owned()
        }
        other => other.to_string(),
    }
}

/// Whether a certificate is invalid regardless of the authorities: for other names, or at another time.
fn is_of_the_server(reason: &CertificateError) -> bool {
    matches!(
        reason,
        CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. }
            | CertificateError::NotValidForName
            | CertificateError::NotValidForNameContext { .. }
    )
}
