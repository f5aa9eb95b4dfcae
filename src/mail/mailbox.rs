//! A mailer that sends nothing: letters are kept in the store, where staff read them. For trying the shop out.

use std::sync::Arc;

use async_trait::async_trait;

use super::{MailError, Mailer};
use crate::domain::notification::Mail;
use crate::storage::Storage;

/// Keeps every mail in the store.
pub struct MailboxMailer {
    storage: Arc<dyn Storage>,
}

impl MailboxMailer {
    pub fn new(storage: Arc<dyn Storage>) -> Self {
        Self { storage }
    }
}

#[async_trait]
impl Mailer for MailboxMailer {
    async fn send(&self, mail: &Mail) -> Result<(), MailError> {
        let mut unit = self.storage.begin().await?;
        unit.keep_mail(mail).await?;
        Ok(unit.save().await?)
    }
}
