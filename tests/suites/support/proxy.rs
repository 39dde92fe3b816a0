//! A router like a hosting platform's: nginx, which speaks TLS to the clients and plain HTTP to the server.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use tokio::{net::TcpStream, time::sleep};
use wire::port::free_port;

/// How long nginx may take until it accepts connections.
const START_LIMIT: Duration = Duration::from_secs(10);

/// A self-signed certificate.
pub struct Certificate {
    /// The PEM file, for clients to trust.
    pub file: PathBuf,
    key: PathBuf,
}

impl Certificate {
    /// Creates one for these names (`DNS:localhost,IP:127.0.0.1`), in this folder.
    pub fn create(folder: &Path, names: &str) -> Self {
        let certificate = Self {
            file: folder.join("certificate.pem"),
            key: folder.join("key.pem"),
        };
        let made = Command::new("openssl")
            .args([
                "req",
                "-x509",
                "-nodes",
                "-days",
                "2",
                "-subj",
                "/CN=workbook",
            ])
            .args(["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"])
            .args(["-addext", &format!("subjectAltName={names}")])
            // Without this it would be an authority, which rustls doesn't accept as a server.
            .args(["-addext", "basicConstraints=critical,CA:FALSE"])
            .arg("-keyout")
            .arg(&certificate.key)
            .arg("-out")
            .arg(&certificate.file)
            .output()
            .expect("openssl is installed");
        assert!(made.status.success(), "{made:?}");
        certificate
    }
}

/// A running nginx, which is stopped when this is dropped.
pub struct Proxy {
    /// The port for TLS.
    pub port: u16,
    /// The port that redirects its clients to the other one.
    pub plain_port: u16,
    /// The port for plain HTTP that cuts a connection after the server has been silent for 30 seconds.
    pub cutting_port: u16,
    /// Its certificate.
    pub certificate: Certificate,
    process: Child,
}

impl Proxy {
    /// Starts it in front of the server at `upstream`, with all its files in this folder.
    pub async fn start(folder: &Path, certificate: Certificate, upstream: &str) -> Self {
        let (port, plain_port, cutting_port) = (
            free_port().unwrap(),
            free_port().unwrap(),
            free_port().unwrap(),
        );
        let configuration = folder.join("nginx.conf");
        let ports = [port, plain_port, cutting_port];
        let text = configure(folder, &certificate, upstream, ports);
        fs::write(&configuration, text).unwrap();
        let process = Command::new("nginx")
            .arg("-p")
            .arg(folder)
            .arg("-c")
            .arg(&configuration)
            // Until it has read the name of its error log.
            .args(["-e", "stderr"])
            .stdin(Stdio::null())
            .spawn()
            .expect("nginx is installed");
        let mut proxy = Self {
            port,
            plain_port,
            cutting_port,
            certificate,
            process,
        };
        proxy.accepts().await;
        proxy
    }

    /// The address of the server for its clients.
    pub fn url(&self) -> String {
        format!("https://localhost:{}", self.port)
    }

    async fn accepts(&mut self) {
        let start = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.port)).await.is_err() {
            let ended = self.process.try_wait().unwrap();
            assert!(ended.is_none(), "nginx has exited: {ended:?}");
            assert!(
                start.elapsed() < START_LIMIT,
                "nginx accepts no connections"
            );
            sleep(Duration::from_millis(10)).await;
        }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        // An error means that it has already exited.
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

/// Just one process, so that there's only one to stop; no paths outside of the folder, and no other user.
fn configure(
    folder: &Path,
    certificate: &Certificate,
    upstream: &str,
    [port, plain_port, cutting_port]: [u16; 3],
) -> String {
    let folder = folder.display();
    let (file, key) = (certificate.file.display(), certificate.key.display());
    format!(
        r"daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  # A request that asks for a WebSocket is passed on with what it asks.
  map $http_upgrade $connection_header {{
    default upgrade;
    '' close;
  }}
  server {{
    listen 127.0.0.1:{port} ssl;
    ssl_certificate {file};
    ssl_certificate_key {key};
    location / {{
      proxy_pass {upstream};
      proxy_http_version 1.1;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_header;
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Proto $scheme;
    }}
  }}
  server {{
    listen 127.0.0.1:{cutting_port};
    location / {{
      proxy_pass {upstream};
      proxy_http_version 1.1;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_header;
      proxy_set_header Host $http_host;
      proxy_read_timeout 30s;
    }}
  }}
  server {{
    listen 127.0.0.1:{plain_port};
    return 301 https://$host:{port}$request_uri;
  }}
}}
"
    )
}
