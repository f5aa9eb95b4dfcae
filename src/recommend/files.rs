//! Trained models between two runs of the server: a folder a generation, read back only when everything in it fits.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};
use shelfwise_strategies::models::ModelSet;
use shelfwise_strategies::persist::{self, Model, ModelHeader};
use shelfwise_strategies::registry::Registry;
use uuid::Uuid;

use super::roster::{Index, Roster};
use crate::domain::ids::ProductId;
use crate::domain::interaction::Subject;

const ROSTER_FILE: &str = "roster";
const MAGIC: &[u8; 8] = b"SHELFRO1";

/// A trained model with what its file says about it.
#[derive(Clone)]
pub(super) struct Trained {
    pub(super) strategy: String,
    pub(super) version: String,
    pub(super) params: String,
    pub(super) model: Arc<dyn Model>,
}

/// What a generation's folder holds.
pub(super) struct Generation {
    pub(super) version: u64,
    /// Numbers of products, shoppers, categories and brands at the time of training; names are read anew.
    pub(super) roster: Roster,
    pub(super) models: Vec<Trained>,
}

/// Writes a generation beside those before it and removes them once it is complete.
pub(super) fn save(folder: &Path, version: u64, roster: &Roster, models: &[Trained]) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let unfinished = folder.join(format!("unfinished-{version}"));
    fs::create_dir_all(&unfinished)?;
    write_durably(&unfinished.join(ROSTER_FILE), &encode_roster(roster))?;
    for trained in models {
        let header = ModelHeader {
            strategy: trained.strategy.clone(),
            version: trained.version.clone(),
            params: trained.params.clone(),
            snapshot_version: version,
            item_count: roster.products.len() as u64,
        };
        let bytes = persist::write_model(&header, trained.model.as_ref()).map_err(io::Error::other)?;
        write_durably(&unfinished.join(&trained.strategy), &bytes)?;
    }
    fs::rename(&unfinished, folder.join(version.to_string()))?;
    for (old, path) in generations(folder)? {
        if old < version {
            fs::remove_dir_all(path)?;
        }
    }
    Ok(())
}

/// The newest generation that can be read; `None` when there is none. Models that are damaged, of another format,
/// or of a strategy no longer registered are left out, and trained anew.
pub(super) fn load(folder: &Path, registry: &Registry) -> Option<Generation> {
    let mut found = generations(folder).ok()?;
    found.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
    found.into_iter().find_map(|(version, path)| {
        let roster = fs::read(path.join(ROSTER_FILE)).ok().and_then(|bytes| decode_roster(&bytes))?;
        let models = load_models(&path, version, registry);
        Some(Generation { version, roster, models })
    })
}

/// The models of a generation as a set to serve.
pub(super) fn model_set(models: &[Trained]) -> ModelSet {
    let mut set = ModelSet::default();
    for trained in models {
        let model: Arc<dyn Model> = Arc::clone(&trained.model);
        set.insert(&trained.strategy, &trained.version, model);
    }
    set
}

fn load_models(folder: &Path, generation: u64, registry: &Registry) -> Vec<Trained> {
    let mut models = Vec::new();
    for entry in registry.entries() {
        let Ok(bytes) = fs::read(folder.join(entry.id)) else { continue };
        let read = persist::read_model(&bytes).and_then(|(header, body)| {
            let model = registry.load(entry.id, &body)?;
            Ok((header, model))
        });
        match read {
            Ok((header, model)) if header.strategy == entry.id && header.snapshot_version == generation => {
                let ModelHeader { strategy, version, params, .. } = header;
                models.push(Trained { strategy, version, params, model });
            }
            Ok(_) => tracing::warn!(strategy = entry.id, "a saved model belongs elsewhere and is left out"),
            Err(error) => tracing::warn!(strategy = entry.id, %error, "a saved model is left out"),
        }
    }
    models
}

fn generations(folder: &Path) -> io::Result<Vec<(u64, PathBuf)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let number = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.parse().ok());
        if let Some(number) = number {
            found.push((number, path));
        }
    }
    Ok(found)
}

fn write_durably(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = fs::File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn encode_roster(roster: &Roster) -> Vec<u8> {
    let mut body = Vec::new();
    put_ids(&mut body, &roster.products, |id| (0, id.uuid()));
    put_ids(&mut body, &roster.shoppers, |shopper| (u8::from(shopper.is_visitor()), shopper.uuid()));
    put_ids(&mut body, &roster.categories, |id| (0, id.uuid()));
    put_ids(&mut body, &roster.brands, |id| (0, id.uuid()));
    let mut bytes = MAGIC.to_vec();
    bytes.extend_from_slice(&Sha256::digest(&body));
    bytes.extend_from_slice(&body);
    bytes
}

fn put_ids<Id: Copy + Eq + std::hash::Hash>(
    bytes: &mut Vec<u8>,
    index: &Index<Id>,
    parts: impl Fn(Id) -> (u8, Uuid),
) {
    bytes.extend_from_slice(&(index.len() as u64).to_le_bytes());
    for id in index.ids() {
        let (kind, uuid) = parts(*id);
        bytes.push(kind);
        bytes.extend_from_slice(uuid.as_bytes());
    }
}

fn decode_roster(bytes: &[u8]) -> Option<Roster> {
    let body = bytes.strip_prefix(MAGIC.as_slice())?;
    let (checksum, mut body) = body.split_at_checked(32)?;
    if Sha256::digest(body).as_slice() != checksum {
        return None;
    }
    let mut roster = Roster::default();
    take_ids(&mut body, |_, uuid| {
        roster.products.enrol(ProductId::from(uuid));
    })?;
    take_ids(&mut body, |kind, uuid| {
        let shopper = if kind == 0 { Subject::User(uuid.into()) } else { Subject::Visitor(uuid.into()) };
        roster.shoppers.enrol(shopper);
    })?;
    take_ids(&mut body, |_, uuid| {
        roster.categories.enrol(uuid.into());
    })?;
    take_ids(&mut body, |_, uuid| {
        roster.brands.enrol(uuid.into());
    })?;
    body.is_empty().then_some(roster)
}

fn take_ids(bytes: &mut &[u8], mut take: impl FnMut(u8, Uuid)) -> Option<()> {
    let (count, rest) = bytes.split_first_chunk::<8>()?;
    let count = usize::try_from(u64::from_le_bytes(*count)).ok()?;
    let (ids, rest) = rest.split_at_checked(count.checked_mul(17)?)?;
    for entry in ids.chunks_exact(17) {
        let (kind, uuid) = entry.split_first()?;
        take(*kind, Uuid::from_slice(uuid).ok()?);
    }
    *bytes = rest;
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn roster() -> Roster {
        let mut roster = Roster::default();
        for id in 1..=3u128 {
            roster.products.enrol(Uuid::from_u128(id).into());
        }
        roster.shoppers.enrol(Subject::Visitor(Uuid::from_u128(9).into()));
        roster.shoppers.enrol(Subject::User(Uuid::from_u128(8).into()));
        roster
    }

    #[test]
    fn numbers_survive_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        save(folder.path(), 7, &roster(), &[]).unwrap();
        let read = load(folder.path(), &Registry::standard()).unwrap();
        assert_eq!(read.version, 7);
        assert_eq!(read.roster.products.ids(), roster().products.ids());
        assert_eq!(read.roster.shoppers.ids(), roster().shoppers.ids());
    }

    #[test]
    fn the_newest_readable_generation_counts_and_older_ones_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        save(folder.path(), 1, &roster(), &[]).unwrap();
        save(folder.path(), 2, &roster(), &[]).unwrap();
        assert!(!folder.path().join("1").exists());
        fs::create_dir(folder.path().join("3")).unwrap();
        fs::write(folder.path().join("3").join(ROSTER_FILE), b"torn").unwrap();
        assert_eq!(load(folder.path(), &Registry::standard()).unwrap().version, 2);
    }

    #[test]
    fn a_damaged_roster_is_not_believed() {
        let mut bytes = encode_roster(&roster());
        assert!(decode_roster(&bytes).is_some());
        *bytes.last_mut().unwrap() ^= 1;
        assert!(decode_roster(&bytes).is_none());
        assert!(decode_roster(b"").is_none());
    }
}
