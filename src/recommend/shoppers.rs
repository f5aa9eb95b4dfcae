//! Whether a shopper exists, and what they have stated: asked of the store once, then remembered.

use super::Recommendations;
use crate::bus::{Message, Topic};
use crate::domain::ids::UserId;
use crate::domain::interaction::Subject;
use crate::domain::people::{Preferences, User};
use crate::storage::Result;

impl Recommendations {
    /// Whether there is such a user or visitor. The first question about someone costs a statement and brings their
    /// stated taste into memory.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn knows(&self, shopper: Subject) -> Result<bool> {
        if self.known.contains_key(&shopper) {
            return Ok(true);
        }
        match shopper {
            Subject::User(id) => {
                let found = self.store.users(&[id]).await?.remove(&id);
                let Some(user) = found.filter(|user| user.deleted_at.is_none()) else { return Ok(false) };
                self.remember(&user);
            }
            Subject::Visitor(id) => {
                if !self.store.visitors(&[id]).await?.contains_key(&id) {
                    return Ok(false);
                }
                self.known.insert(shopper, ());
            }
        }
        Ok(true)
    }

    /// Takes in a user whose account or stated taste was changed by another process.
    pub(super) async fn read_shopper(&self, user: UserId) -> Result<()> {
        let shopper = Subject::User(user);
        self.known.invalidate(&shopper);
        let found = self.store.users(&[user]).await?.remove(&user);
        if let Some(found) = found.filter(|found| found.deleted_at.is_none()) {
            self.taste_read(user, &found.preferences);
        }
        self.bus.publish_here(Message::about(Topic::Shopper(user.uuid())));
        Ok(())
    }

    /// Takes in a user just read from the store, as [`Recommendations::knows`] would.
    pub fn remember(&self, user: &User) {
        let shopper = Subject::User(user.id);
        if self.known.contains_key(&shopper) {
            return;
        }
        if user.preferences != Preferences::default() {
            self.world.load().set_taste(shopper, &user.preferences);
        }
        self.known.insert(shopper, ());
    }
}
