//! RSA keys read from every form consoles hand out, and signatures other programs made.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use shelfwise::payments::{SigningKey, VerifyingKey};

pub(crate) const SHOP_KEY: &str = include_str!("../fixtures/payments/shop_key.pem");
pub(crate) const SHOP_PUBLIC_KEY: &str = include_str!("../fixtures/payments/shop_public_key.pem");
pub(crate) const GATEWAY_KEY: &str = include_str!("../fixtures/payments/gateway_key.pem");
pub(crate) const GATEWAY_PUBLIC_KEY: &str = include_str!("../fixtures/payments/gateway_public_key.pem");
pub(crate) const GATEWAY_CERTIFICATE: &str = include_str!("../fixtures/payments/gateway_certificate.pem");

/// Made with `printf vector | openssl dgst -sha256 -sign shop_key.pem | base64`.
const VECTOR: &str = "Af5tP7Z/OxyKG+Iot2Lb9EBYz5//T6ulahM1Wqn29CeBfZMFYc6L4Rej3QDLdJ8MszcyS4d47gO3UsXjIopieTLf4xsJQIAjgDRH8hhMaVBE6V05CFS2LODBWSnw1+umzTXXSVZBXz6PEO2EM2aj0i3GMUBYPvAJf1zBYhNNiIRCp1mqY3HsK4GF+CbASndjSodIKF2DVFjb17fBLZOXjxW5rM4BufrFl0kqDo6SURYYmHl20n9hQKYPhgXw/bOiFQp7RgMnfvHCQzKJjuxDEtFwlLF6+ro4jsc1AFZk0dtWZlK/lbSvc+UZgFzqRCeW1mwW6H9BrD7G8yqWmlmxRQ==";

pub(crate) fn signing(pem: &str) -> SigningKey {
    SigningKey::read(pem).unwrap()
}

pub(crate) fn verifying(pem: &str) -> VerifyingKey {
    VerifyingKey::read(pem).unwrap()
}

fn bare(pem: &str) -> String {
    pem.lines().filter(|line| !line.starts_with("-----")).collect()
}

#[test]
fn a_signature_is_the_one_openssl_makes() {
    assert_eq!(signing(SHOP_KEY).sign(b"vector").as_deref(), Some(VECTOR));
    assert!(verifying(SHOP_PUBLIC_KEY).verify(b"vector", VECTOR));
    assert!(!verifying(SHOP_PUBLIC_KEY).verify(b"Vector", VECTOR));
    assert!(!verifying(GATEWAY_PUBLIC_KEY).verify(b"vector", VECTOR));
    assert!(!verifying(SHOP_PUBLIC_KEY).verify(b"vector", "no base64"));
}

#[test]
fn keys_are_read_with_and_without_the_lines_around_them() {
    let signature = SigningKey::read(&bare(SHOP_KEY)).unwrap().sign(b"vector");
    assert_eq!(signature.as_deref(), Some(VECTOR));
    assert!(verifying(&bare(SHOP_PUBLIC_KEY)).verify(b"vector", VECTOR));
}

#[test]
fn a_certificate_verifies_and_tells_its_serial_number() {
    let signature = signing(GATEWAY_KEY).sign(b"hello").unwrap();
    let certificate = verifying(GATEWAY_CERTIFICATE);
    assert!(certificate.verify(b"hello", &signature));
    assert_eq!(certificate.serial().as_deref(), Some("5157F09EFDC096DE15EBE81A47057A7232F1B8E1"));
    assert_eq!(verifying(GATEWAY_PUBLIC_KEY).serial(), None);
}

#[test]
fn what_is_no_key_is_refused() {
    let garbage = STANDARD.encode([0; 300]);
    for text in ["", "hello", garbage.as_str(), SHOP_PUBLIC_KEY, "-----BEGIN PRIVATE KEY-----"] {
        assert!(SigningKey::read(text).is_err(), "{text}");
    }
    for text in ["", "hello", SHOP_KEY, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"] {
        assert!(VerifyingKey::read(text).is_err(), "{text}");
    }
}
