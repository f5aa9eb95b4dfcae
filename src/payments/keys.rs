//! RSA keys of the shop and of gateways: SHA-256 with PKCS #1 v1.5, as Alipay and WeChat Pay sign.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, SubjectPublicKeyInfoDer};
use webpki::ring::RSA_PKCS1_2048_8192_SHA256;
use webpki::{EndEntityCert, RawPublicKeyEntity};

use super::signed::to_hex;

/// The text is not a key of the expected kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not {0}")]
pub struct KeyError(&'static str);

/// The shop's private key. Never printed.
pub struct SigningKey {
    pair: RsaKeyPair,
    random: SystemRandom,
}

impl SigningKey {
    /// Reads PEM, or base64 of DER without the lines around it, as gateways' consoles hand it out; PKCS #8 or PKCS #1.
    ///
    /// # Errors
    /// When it is no RSA private key of at least 2048 bits.
    pub fn read(text: &str) -> Result<Self, KeyError> {
        let wrong = KeyError("an RSA private key of at least 2048 bits");
        let pair = if text.contains("-----BEGIN") {
            match PrivateKeyDer::from_pem_slice(text.as_bytes()).map_err(|_| wrong)? {
                PrivateKeyDer::Pkcs8(der) => RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()),
                PrivateKeyDer::Pkcs1(der) => RsaKeyPair::from_der(der.secret_pkcs1_der()),
                _ => return Err(wrong),
            }
        } else {
            let der = bare(text).ok_or(wrong)?;
            RsaKeyPair::from_pkcs8(&der).or_else(|_| RsaKeyPair::from_der(&der))
        };
        Ok(Self { pair: pair.map_err(|_| wrong)?, random: SystemRandom::new() })
    }

    /// The signature, in base64. `None` when the system has no randomness to blind the computation with.
    pub fn sign(&self, message: &[u8]) -> Option<String> {
        let mut signature = vec![0; self.pair.public().modulus_len()];
        self.pair.sign(&RSA_PKCS1_SHA256, &self.random, message, &mut signature).ok()?;
        Some(STANDARD.encode(signature))
    }
}

/// A gateway's public key, bare or in a certificate.
#[derive(Clone)]
pub enum VerifyingKey {
    Certificate(CertificateDer<'static>),
    Bare(SubjectPublicKeyInfoDer<'static>),
}

impl VerifyingKey {
    /// Reads a certificate or a public key in PEM, or base64 of a public key's DER.
    ///
    /// # Errors
    /// When it is neither.
    pub fn read(text: &str) -> Result<Self, KeyError> {
        let wrong = KeyError("an RSA public key or a certificate with one");
        let key = if text.contains("BEGIN CERTIFICATE") {
            Self::Certificate(CertificateDer::from_pem_slice(text.as_bytes()).map_err(|_| wrong)?)
        } else if text.contains("-----BEGIN") {
            Self::Bare(SubjectPublicKeyInfoDer::from_pem_slice(text.as_bytes()).map_err(|_| wrong)?)
        } else {
            Self::Bare(SubjectPublicKeyInfoDer::from(bare(text).ok_or(wrong)?))
        };
        let readable = match &key {
            Self::Certificate(der) => EndEntityCert::try_from(der).is_ok(),
            Self::Bare(der) => RawPublicKeyEntity::try_from(der).is_ok(),
        };
        if readable { Ok(key) } else { Err(wrong) }
    }

    /// Whether the base64 signature is of this message by this key.
    pub fn verify(&self, message: &[u8], signature: &str) -> bool {
        let Ok(signature) = STANDARD.decode(signature) else { return false };
        let algorithm = RSA_PKCS1_2048_8192_SHA256;
        match self {
            Self::Certificate(der) => EndEntityCert::try_from(der)
                .is_ok_and(|cert| cert.verify_signature(algorithm, message, &signature).is_ok()),
            Self::Bare(der) => RawPublicKeyEntity::try_from(der)
                .is_ok_and(|key| key.verify_signature(algorithm, message, &signature).is_ok()),
        }
    }

    /// A certificate's serial number in upper-case hexadecimal.
    pub fn serial(&self) -> Option<String> {
        let Self::Certificate(der) = self else { return None };
        let certificate = EndEntityCert::try_from(der).ok()?;
        let serial = certificate.serial();
        // DER puts a zero before a number whose first bit is set.
        let digits = serial.iter().position(|byte| *byte != 0).map_or(serial, |first| &serial[first..]);
        Some(to_hex(digits).to_uppercase())
    }
}

fn bare(text: &str) -> Option<Vec<u8>> {
    let text: String = text.split_whitespace().collect();
    STANDARD.decode(text).ok().filter(|der| !der.is_empty())
}
