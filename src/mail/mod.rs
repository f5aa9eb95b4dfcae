//! Mail: letters written from templates, and the ways they leave the shop, behind one trait.

mod letter;
mod mailbox;
mod smtp;

use async_trait::async_trait;

pub use letter::{Action, Letter, LetterError, Row, Stationery, Sum};
pub use mailbox::MailboxMailer;
pub use smtp::{SmtpMailer, SmtpSettingsError};

use crate::domain::notification::Mail;

/// Why a mail did not leave. Trying again later may help in every case: a server that refuses today may be mended.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// The address or the message cannot be written as a mail.
    #[error("the mail cannot be written: {0}")]
    Malformed(String),
    /// The server refused it, or did not answer.
    #[error("the mail server did not take it: {0}")]
    NotTaken(String),
    /// The mailbox could not be written.
    #[error("the mailbox could not be written")]
    Store(#[from] crate::storage::StorageError),
}

/// Sends mail. A mail may be given twice after a crash: its id, which becomes the `Message-ID`, is the same then.
#[async_trait]
pub trait Mailer: Send + Sync {
    /// Hands one mail over.
    ///
    /// # Errors
    /// When it was not taken; it is given again later.
    async fn send(&self, mail: &Mail) -> Result<(), MailError>;
}
