//! Models and data sets as bytes: a header with format version and checksum, then postcard.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::dataset::Dataset;
use crate::error::StrategyError;
use crate::strategy::Strategy;

const MAGIC: [u8; 8] = *b"SHELFWSE";
/// Rises when the layout of anything saved changes; older files are refused, and trained anew.
pub const FORMAT_VERSION: u32 = 2;
const HEADER: usize = 8 + 4 + 4;

/// What can be saved: everything serde can write and read back.
pub trait Persist: Serialize + DeserializeOwned {}
impl<T: Serialize + DeserializeOwned> Persist for T {}

/// A trained model that can be served and saved, whatever its type.
pub trait Model: Strategy {
    /// The model as bytes without a header.
    ///
    /// # Errors
    /// When the model cannot be encoded.
    fn encode(&self) -> Result<Vec<u8>, StrategyError>;
}

impl<T: Strategy + Serialize> Model for T {
    fn encode(&self) -> Result<Vec<u8>, StrategyError> {
        postcard::to_stdvec(self).map_err(|error| persist_error(self.id(), &error))
    }
}

/// What a model file says about itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelHeader {
    /// The strategy.
    pub strategy: String,
    /// Version of the model.
    pub version: String,
    /// Its configuration as JSON.
    pub params: String,
    /// Version of the snapshot it was trained on.
    pub snapshot_version: u64,
    /// Number of products it was trained on.
    pub item_count: u64,
}

/// A model file.
///
/// # Errors
/// When the model cannot be encoded.
pub fn write_model(header: &ModelHeader, model: &dyn Model) -> Result<Vec<u8>, StrategyError> {
    seal(&(header, model.encode()?), &header.strategy)
}

/// Header and encoded model of a model file; hand both to [`crate::registry::Registry::load`].
///
/// # Errors
/// When the bytes are no model file, of another format version, or damaged.
pub fn read_model(bytes: &[u8]) -> Result<(ModelHeader, Vec<u8>), StrategyError> {
    open(bytes, "model")
}

/// A data set file with the version of its snapshot.
///
/// # Errors
/// When it cannot be encoded.
pub fn write_dataset(version: u64, dataset: &Dataset) -> Result<Vec<u8>, StrategyError> {
    seal(&(version, dataset), "dataset")
}

/// Version and data set of a data set file.
///
/// # Errors
/// When the bytes are no data set file, of another format version, or damaged.
pub fn read_dataset(bytes: &[u8]) -> Result<(u64, Dataset), StrategyError> {
    open(bytes, "dataset")
}

pub(crate) fn decode<T: DeserializeOwned>(bytes: &[u8], what: &str) -> Result<T, StrategyError> {
    postcard::from_bytes(bytes).map_err(|error| persist_error(what, &error))
}

fn seal<T: Serialize>(value: &T, what: &str) -> Result<Vec<u8>, StrategyError> {
    let body = postcard::to_stdvec(value).map_err(|error| persist_error(what, &error))?;
    let mut bytes = Vec::with_capacity(HEADER + body.len());
    bytes.extend_from_slice(&MAGIC);
    bytes.extend_from_slice(&FORMAT_VERSION.to_le_bytes());
    bytes.extend_from_slice(&crc32fast::hash(&body).to_le_bytes());
    bytes.extend_from_slice(&body);
    Ok(bytes)
}

fn open<T: DeserializeOwned>(bytes: &[u8], what: &str) -> Result<T, StrategyError> {
    let refuse = |message: String| StrategyError::Persist { what: what.to_owned(), message };
    let number = |at: usize| -> Option<u32> {
        let field: [u8; 4] = bytes.get(at..at + 4)?.try_into().ok()?;
        Some(u32::from_le_bytes(field))
    };
    if bytes.get(..8) != Some(&MAGIC) {
        return Err(refuse("not a file of this program".to_owned()));
    }
    let (Some(format), Some(checksum), Some(body)) = (number(8), number(12), bytes.get(HEADER..)) else {
        return Err(refuse("the file is cut short".to_owned()));
    };
    if format != FORMAT_VERSION {
        return Err(refuse(format!("format version {format}, this program writes {FORMAT_VERSION}")));
    }
    if crc32fast::hash(body) != checksum {
        return Err(refuse("the checksum does not match".to_owned()));
    }
    decode(body, what)
}

fn persist_error(what: &str, error: &postcard::Error) -> StrategyError {
    StrategyError::Persist { what: what.to_owned(), message: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_or_foreign_file_is_refused_with_the_reason() {
        let bytes = write_dataset(3, &Dataset::default()).unwrap();
        assert_eq!(read_dataset(&bytes).unwrap().0, 3);
        let mut damaged = bytes.clone();
        *damaged.last_mut().unwrap() ^= 1;
        let message = read_dataset(&damaged).unwrap_err().to_string();
        assert!(message.contains("checksum"), "{message}");
        assert!(read_dataset(b"hello").is_err());
        assert!(read_dataset(&bytes[..14]).is_err());
        let mut newer = bytes;
        newer[8] = 9;
        let message = read_dataset(&newer).unwrap_err().to_string();
        assert!(message.contains("format version 9"), "{message}");
    }
}
