//! The settings of the protocols, taken from the configuration once.

use std::net::IpAddr;
use std::time::Duration;

use crate::config::Config;

#[derive(Debug, Clone)]
pub struct HttpSettings {
    pub body_bytes: usize,
    pub request_timeout: Duration,
    /// Origins besides our own whose pages may call the API and open sockets.
    pub allowed_origins: Vec<String>,
    /// Peers whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    pub rate_per_second: u32,
    pub rate_burst: u32,
    pub socket: SocketSettings,
}

#[derive(Debug, Clone)]
pub struct SocketSettings {
    /// How long a fresh socket may take to send `connection_init`.
    pub init_timeout: Duration,
    /// The server pings this often and gives up after two silent intervals.
    pub keep_alive: Duration,
    /// How long a client may refuse to read before it is dropped.
    pub write_timeout: Duration,
    pub message_bytes: usize,
    /// Operations running at once on one socket.
    pub operations: usize,
    /// Sockets open at once, in all and from one address.
    pub sockets: usize,
    pub sockets_per_address: usize,
}

impl Default for SocketSettings {
    fn default() -> Self {
        Self {
            init_timeout: Duration::from_secs(10),
            keep_alive: Duration::from_secs(15),
            write_timeout: Duration::from_secs(10),
            message_bytes: 256 * 1024,
            operations: 50,
            sockets: 4096,
            sockets_per_address: 200,
        }
    }
}

impl Default for HttpSettings {
    fn default() -> Self {
        Self {
            body_bytes: 1024 * 1024,
            request_timeout: Duration::from_secs(30),
            allowed_origins: Vec::new(),
            trusted_proxies: Vec::new(),
            rate_per_second: 200,
            rate_burst: 1000,
            socket: SocketSettings::default(),
        }
    }
}

impl From<&Config> for HttpSettings {
    fn from(config: &Config) -> Self {
        let (server, limits) = (&config.server, &config.limits);
        Self {
            body_bytes: limits.body_bytes,
            request_timeout: Duration::from_secs(server.request_timeout_seconds),
            allowed_origins: server.allowed_origins.clone(),
            trusted_proxies: server.trusted_proxies.clone(),
            rate_per_second: server.rate_per_second,
            rate_burst: server.rate_burst,
            socket: SocketSettings {
                init_timeout: Duration::from_secs(limits.socket_init_seconds),
                message_bytes: limits.socket_message_bytes,
                operations: limits.socket_operations,
                ..SocketSettings::default()
            },
        }
    }
}
