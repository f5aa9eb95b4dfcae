//! Calls to servers whose addresses others have named: never to this machine or its private network, unless allowed.
//!
//! Names are resolved here and only public addresses are handed on, so that a name which changes its mind between the
//! check and the call gains nothing. Redirects are not followed.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use reqwest::Client;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::AsyncWriteExt;
use url::{Host, Url};

use crate::error::chain;

/// For the first byte of an answer, and between two parts of it.
const PATIENCE: Duration = Duration::from_secs(20);
/// For a whole answer.
const LONGEST: Duration = Duration::from_secs(15 * 60);

/// Why a call did not bring what was wanted.
#[derive(Debug, thiserror::Error)]
pub enum OutwardError {
    /// The address is not one that may be called.
    #[error("{0}")]
    NotAllowed(&'static str),
    #[error("the server answered {0}")]
    Status(u16),
    #[error("the answer is larger than {0} bytes")]
    TooLarge(u64),
    #[error("the server cannot be reached: {0}")]
    Unreachable(String),
    #[error("the answer cannot be kept")]
    File(#[from] std::io::Error),
}

/// A client for addresses that others have named.
#[derive(Clone)]
pub struct Outward {
    client: Client,
    allow_private: bool,
}

impl Outward {
    /// # Errors
    /// When the client cannot be made.
    pub fn new(allow_private: bool) -> Result<Self, OutwardError> {
        let failed = |error: String| OutwardError::Unreachable(error);
        let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let tls = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| failed(error.to_string()))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let client = Client::builder()
            .tls_backend_preconfigured(tls)
            .dns_resolver(PublicNames { allow_private })
            .connect_timeout(PATIENCE / 2)
            .read_timeout(PATIENCE)
            .timeout(LONGEST)
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("shelfwise/", env!("CARGO_PKG_VERSION")))
            .no_proxy()
            .build();
        Ok(Self { client: client.map_err(|error| failed(error.to_string()))?, allow_private })
    }

    /// Whether an address may be called at all, as far as it tells by itself.
    ///
    /// # Errors
    /// `NotAllowed` with the reason.
    pub fn check(&self, address: &str) -> Result<Url, OutwardError> {
        let url = Url::parse(address).map_err(|_| OutwardError::NotAllowed("must be a web address"))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(OutwardError::NotAllowed("must not hold a password"));
        }
        if self.allow_private && url.scheme() == "http" {
            return Ok(url);
        }
        if url.scheme() != "https" {
            return Err(OutwardError::NotAllowed("must begin with https://"));
        }
        let public = match url.host() {
            Some(Host::Ipv4(ip)) => is_public(ip.into()),
            Some(Host::Ipv6(ip)) => is_public(ip.into()),
            Some(Host::Domain(name)) => !name.eq_ignore_ascii_case("localhost"),
            None => false,
        };
        match public || self.allow_private {
            true => Ok(url),
            false => Err(OutwardError::NotAllowed("must not lead into a private network")),
        }
    }

    /// Writes what lies at an address into a file; more than `most` bytes are refused. Returns how many there were.
    ///
    /// # Errors
    /// When it may not be called, does not answer with success, or is too large.
    pub async fn fetch(&self, address: &str, into: &Path, most: u64) -> Result<u64, OutwardError> {
        let url = self.check(address)?;
        let unreachable = |error: reqwest::Error| OutwardError::Unreachable(chain(&error));
        let mut answer = self.client.get(url).send().await.map_err(unreachable)?;
        if !answer.status().is_success() {
            return Err(OutwardError::Status(answer.status().as_u16()));
        }
        let mut file = tokio::fs::File::create(into).await?;
        let mut size = 0_u64;
        while let Some(part) = answer.chunk().await.map_err(unreachable)? {
            size += part.len() as u64;
            if size > most {
                return Err(OutwardError::TooLarge(most));
            }
            file.write_all(&part).await?;
        }
        file.flush().await?;
        Ok(size)
    }

    /// Posts JSON with headers of its own and returns the status of the answer, whose content nobody reads.
    ///
    /// # Errors
    /// When it may not be called or does not answer.
    pub async fn post(
        &self,
        address: &str,
        headers: &[(&'static str, String)],
        body: String,
    ) -> Result<u16, OutwardError> {
        let url = self.check(address)?;
        let mut request = self.client.post(url).timeout(PATIENCE).header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let answer = request.body(body).send().await;
        let answer = answer.map_err(|error| OutwardError::Unreachable(chain(&error)))?;
        Ok(answer.status().as_u16())
    }
}

struct PublicNames {
    allow_private: bool,
}

impl Resolve for PublicNames {
    fn resolve(&self, name: Name) -> Resolving {
        let allow_private = self.allow_private;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let fit = found.filter(|address| allow_private || is_public(address.ip()));
            let fit: Vec<SocketAddr> = fit.collect();
            if fit.is_empty() {
                return Err("the name leads into a private network".into());
            }
            Ok(Box::new(fit.into_iter()) as Addrs)
        })
    }
}

/// Whether an address belongs to the public network: neither this machine, nor a private, shared, reserved or
/// documentation range, nor a form in which one of these can hide.
pub fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    !(ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_documentation()
        || a == 0
        || a >= 224
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (18..20).contains(&b)))
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    if let Some(mapped) = ip.to_ipv4_mapped() {
        return is_public_v4(mapped);
    }
    let [a, b, ..] = ip.segments();
    // What is global lies in 2000::/3; of that, not documentation, Teredo and 6to4, which carry other addresses.
    (0x2000..0x4000).contains(&a) && !(a == 0x2001 && (b == 0xdb8 || b < 0x200)) && a != 0x2002
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_addresses_may_be_called() {
        for inside in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "255.255.255.255",
            "224.0.0.1",
            "192.0.2.1",
            "198.18.0.1",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "2001:db8::1",
            "2002:7f00:1::",
            "64:ff9b::7f00:1",
            "ff02::1",
        ] {
            assert!(!is_public(inside.parse().unwrap()), "{inside}");
        }
        for outside in ["9.9.9.9", "1.1.1.1", "172.32.0.1", "2606:4700::1111", "2a00:1450:4001::1"] {
            assert!(is_public(outside.parse().unwrap()), "{outside}");
        }
    }

    #[test]
    fn an_address_is_judged_before_anything_is_called() {
        let outward = Outward::new(false).unwrap();
        for wrong in [
            "",
            "file:///etc/passwd",
            "http://example.org/a.csv",
            "https://127.0.0.1/",
            "https://[::1]/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://localhost/",
            "https://a:b@example.org/",
            "gopher://example.org",
        ] {
            assert!(matches!(outward.check(wrong), Err(OutwardError::NotAllowed(_))), "{wrong}");
        }
        assert!(outward.check("https://example.org/products.csv").is_ok());
        assert!(Outward::new(true).unwrap().check("http://127.0.0.1:9/a").is_ok());
    }

    #[tokio::test]
    async fn a_name_that_leads_inside_is_not_followed() {
        let answer = PublicNames { allow_private: false }.resolve("localhost".parse().unwrap()).await;
        assert!(answer.is_err());
    }
}
