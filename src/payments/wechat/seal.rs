//! The envelope of notices: AES-256-GCM under the merchant's APIv3 key.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

/// Opens an envelope; `None` when it was not sealed with this key for this place.
pub(super) fn open(key: &[u8; 32], nonce: &str, associated: &str, ciphertext: &str) -> Option<String> {
    let nonce: [u8; NONCE_LEN] = nonce.as_bytes().try_into().ok()?;
    let mut sealed = STANDARD.decode(ciphertext).ok()?;
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).ok()?);
    let nonce = Nonce::assume_unique_for_key(nonce);
    let plain = key.open_in_place(nonce, Aad::from(associated.as_bytes()), &mut sealed).ok()?;
    String::from_utf8(plain.to_vec()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made with another implementation: key "0123…", nonce "fdasflkja484",
    /// associated data "transaction".
    const KEY: &[u8; 32] = b"0123456789abcdef0123456789abcdef";
    const SEALED: &str = "DUcHkaT6Ar5NbFcP4dHc0mQPviqVoryCQYZkx72M9HOV7zfzpxNFhao=";

    #[test]
    fn an_envelope_sealed_by_another_program_is_opened() {
        let opened = open(KEY, "fdasflkja484", "transaction", SEALED);
        assert_eq!(opened.as_deref(), Some(r#"{"trade_state":"SUCCESS"}"#));
    }

    #[test]
    fn an_envelope_that_was_touched_stays_closed() {
        assert_eq!(open(KEY, "fdasflkja485", "transaction", SEALED), None);
        assert_eq!(open(KEY, "short", "transaction", SEALED), None);
        assert_eq!(open(KEY, "fdasflkja484", "refund", SEALED), None);
        assert_eq!(open(&[0; 32], "fdasflkja484", "transaction", SEALED), None);
        assert_eq!(open(KEY, "fdasflkja484", "transaction", "AAAA"), None);
        assert_eq!(open(KEY, "fdasflkja484", "transaction", "?"), None);
    }

    /// Test case 16 of the original publication of GCM (McGrew and Viega): AES-256 with associated data.
    #[test]
    fn the_cipher_is_the_published_one() {
        let bytes = |text: &str| crate::payments::signed::from_hex(text).unwrap();
        let key = bytes("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
        let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &key).unwrap());
        let nonce = Nonce::try_assume_unique_for_key(&bytes("cafebabefacedbaddecaf888")).unwrap();
        let mut sealed = bytes(
            "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa\
             8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662\
             76fc6ece0f4e1768cddf8853bb2d551b",
        );
        let associated = bytes("feedfacedeadbeeffeedfacedeadbeefabaddad2");
        let plain = key.open_in_place(nonce, Aad::from(associated), &mut sealed).unwrap();
        assert!(plain.starts_with(&bytes("d9313225f88406e5a55909c5aff5269a")));
    }
}
