//! Mail by SMTP, over connections that are kept open and encrypted unless the settings say otherwise.

use std::time::Duration;

use async_trait::async_trait;
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};

use super::{MailError, Mailer};
use crate::config::{MailConfig, MailEncryption};
use crate::domain::notification::Mail;
use crate::error::chain;

/// The settings of the mail server do not fit.
#[derive(Debug, thiserror::Error)]
pub enum SmtpSettingsError {
    #[error("mail.from is not an address: {0}")]
    From(String),
    #[error("mail.host cannot be used: {0}")]
    Host(String),
}

/// Sends through one SMTP server.
pub struct SmtpMailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl SmtpMailer {
    /// Prepares the connections; none is opened before the first mail.
    ///
    /// # Errors
    /// When sender or server of the settings cannot be used.
    pub fn new(config: &MailConfig) -> Result<Self, SmtpSettingsError> {
        let from: Mailbox =
            config.from.parse().map_err(|error| SmtpSettingsError::From(format!("{error}")))?;
        let host = |error: lettre::transport::smtp::Error| SmtpSettingsError::Host(error.to_string());
        let builder = match config.encryption {
            MailEncryption::Tls => AsyncSmtpTransport::<Tokio1Executor>::relay(&config.host).map_err(host)?,
            MailEncryption::Starttls => {
                AsyncSmtpTransport::<Tokio1Executor>::starttls_relay(&config.host).map_err(host)?
            }
            MailEncryption::None => AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&config.host),
        };
        let mut builder =
            builder.port(config.port).timeout(Some(Duration::from_secs(config.timeout_seconds)));
        if !config.username.is_empty() {
            let credentials = Credentials::new(config.username.clone(), config.password.clone());
            builder = builder.credentials(credentials);
        }
        Ok(Self { transport: builder.build(), from })
    }

    fn message(&self, mail: &Mail) -> Result<Message, MailError> {
        let malformed = |error: String| MailError::Malformed(error);
        let to: Address = mail.to.as_str().parse().map_err(|error| malformed(format!("{error}")))?;
        let domain = self.from.email.domain();
        Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(&mail.subject)
            .message_id(Some(format!("<{}@{domain}>", mail.id)))
            .multipart(MultiPart::alternative_plain_html(mail.text.clone(), mail.html.clone()))
            .map_err(|error| malformed(error.to_string()))
    }
}

#[async_trait]
impl Mailer for SmtpMailer {
    async fn send(&self, mail: &Mail) -> Result<(), MailError> {
        let message = self.message(mail)?;
        match self.transport.send(message).await {
            Ok(_) => Ok(()),
            Err(error) => Err(MailError::NotTaken(chain(&error))),
        }
    }
}
