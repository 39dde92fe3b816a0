//! TLS: whom a client trusts, and what a failure says to a person.

use std::{
    error::Error,
    io,
    sync::{Arc, LazyLock},
};

use rustls::{CertificateError, ClientConfig, InvalidMessage, RootCertStore, crypto::ring};

/// The settings for a server at `base`: whom this machine trusts, or nobody where the address asks for no TLS.
///
/// # Errors
/// TLS is asked for, and this machine trusts nobody.
pub(super) fn config(base: &str) -> Result<Arc<ClientConfig>, String> {
    /// Reading some hundred certificates takes a while, so it is done once and not for every client.
    static TRUSTING: LazyLock<Result<Arc<ClientConfig>, String>> =
        LazyLock::new(|| with_roots(native_roots()?));
    static PLAIN: LazyLock<Result<Arc<ClientConfig>, String>> =
        LazyLock::new(|| with_roots(RootCertStore::empty()));

    if base.starts_with("https:") {
        TRUSTING.clone()
    } else {
        PLAIN.clone()
    }
}

fn with_roots(roots: RootCertStore) -> Result<Arc<ClientConfig>, String> {
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    let config = config.with_root_certificates(roots).with_no_client_auth();
    Ok(Arc::new(config))
}

/// The authorities that the system trusts, or those in `SSL_CERT_FILE` and `SSL_CERT_DIR` where these are set.
fn native_roots() -> Result<RootCertStore, String> {
    let loaded = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    // A system may well hold some that rustls cannot read; what counts is that there are others.
    roots.add_parsable_certificates(loaded.certs);
    if roots.is_empty() {
        let reason = loaded.errors.first();
        let reason = reason.map_or(String::new(), |error| format!(": {error}"));
        return Err(format!(
            "this machine trusts no authority for certificates, so there is no TLS{reason}"
        ));
    }
    Ok(roots)
}

/// Why a connection could not be made or used: the last link of an error's chain, in words that say what to do where
/// TLS is the reason.
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

/// The next link of the chain. An I/O error passes over the one that it wraps, which is where TLS says what is wrong.
fn below<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    match error.downcast_ref::<io::Error>() {
        Some(error) => error.get_ref().map(|wrapped| wrapped as _),
        None => error.source(),
    }
}

fn explain(error: &rustls::Error) -> String {
    match error {
        rustls::Error::InvalidCertificate(reason) if is_of_the_server(reason) => {
            format!("its certificate cannot be used: {reason}")
        }
        rustls::Error::InvalidCertificate(reason) => format!(
            "this machine does not trust its certificate ({reason}). Where it is your own, set SSL_CERT_FILE to its file"
        ),
        rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType) => {
            "what it says is no TLS. Does its address begin with http://?".to_owned()
        }
        other => other.to_string(),
    }
}

/// Whether a certificate is wrong whoever is trusted: for other names, or at another time.
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
