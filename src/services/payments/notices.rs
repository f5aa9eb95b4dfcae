//! Webhooks: verified, kept, then settled. What was kept is settled even if the shop dies in between.

use std::time::Duration;

use super::settle::Source;
use super::{Payments, ServiceError};
use crate::domain::ids::PaymentId;
use crate::payments::{Delivery, Reply, Target, WebhookRejected};
use crate::storage::payments::GatewayNotice;

/// How long a notice may be ahead of the payment it is about.
const UNMATCHED: Duration = Duration::from_secs(24 * 60 * 60);

/// What became of a webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Received {
    /// No gateway of that name is on offer.
    NoSuchGateway,
    /// Not believed.
    Rejected(WebhookRejected),
    /// Kept, now or before.
    Taken(Reply),
}

impl Payments {
    /// Takes in a webhook: its signature is checked over the raw body, then it is kept, once, and only then read.
    ///
    /// # Errors
    /// When it could not be kept: the gateway must send it again.
    pub async fn receive(&self, gateway: &str, delivery: &Delivery<'_>) -> Result<Received, ServiceError> {
        let Some(gateway) = self.gateways.find(gateway) else { return Ok(Received::NoSuchGateway) };
        let name = gateway.profile().id;
        let verified = match gateway.parse_webhook(delivery) {
            Ok(verified) => verified,
            Err(rejected) => {
                tracing::warn!(gateway = name, %rejected, "a webhook was not believed");
                return Ok(Received::Rejected(rejected));
            }
        };
        let notice = GatewayNotice {
            gateway: name.to_owned(),
            event_id: verified.event_id,
            payload: verified.payload,
            received_at: self.context.now(),
        };
        let mut unit = self.storage.begin().await?;
        let is_new = unit.insert_notice(&notice).await?;
        unit.save().await?;
        if is_new && let Err(error) = self.settle_notice(&notice).await {
            // It is kept; the reconciliation tries again.
            tracing::error!(gateway = name, event = notice.event_id, %error, "a notice could not be settled yet");
        }
        Ok(Received::Taken(gateway.reply(true)))
    }

    /// What to answer a gateway whose webhook could not be kept.
    pub fn reply_not_taken(&self, gateway: &str) -> Reply {
        self.gateways.find(gateway).map_or_else(|| Reply::json(false), |gateway| gateway.reply(false))
    }

    /// Settles a notice that was kept. One that is about a payment not known yet stays open for a while.
    pub(super) async fn settle_notice(&self, notice: &GatewayNotice) -> Result<(), ServiceError> {
        let Some(gateway) = self.gateways.find(&notice.gateway) else { return Ok(()) };
        let said = match gateway.read_notice(&notice.payload) {
            Ok(said) => said,
            Err(problem) => {
                let (gateway, event) = (&notice.gateway, &notice.event_id);
                tracing::error!(gateway, event, problem, "a genuine notice could not be read");
                None
            }
        };
        let Some(said) = said else { return self.put_aside(notice).await };
        match self.target(&notice.gateway, &said.target).await? {
            Some(payment) => {
                self.settle(payment, &said.report, Source::Notice(&notice.event_id)).await?;
                Ok(())
            }
            None if self.context.now().since(notice.received_at) < UNMATCHED => Ok(()),
            None => {
                let (gateway, event) = (&notice.gateway, &notice.event_id);
                tracing::warn!(gateway, event, "a notice is about no payment of this shop");
                self.put_aside(notice).await
            }
        }
    }

    async fn put_aside(&self, notice: &GatewayNotice) -> Result<(), ServiceError> {
        let mut unit = self.storage.begin().await?;
        unit.settle_notice(&notice.gateway, &notice.event_id, self.context.now()).await?;
        Ok(unit.save().await?)
    }

    /// Whose payment it is: ours by id, if it was made through this gateway, else by the gateway's name for it.
    async fn target(&self, gateway: &str, target: &Target) -> Result<Option<PaymentId>, ServiceError> {
        if let Some(id) = target.payment
            && let Some(payment) = self.storage.payments(&[id]).await?.remove(&id)
        {
            return Ok((payment.gateway == gateway).then_some(id));
        }
        let Some(reference) = &target.reference else { return Ok(None) };
        Ok(self.storage.payment_by_reference(gateway, reference).await?.map(|payment| payment.id))
    }
}
