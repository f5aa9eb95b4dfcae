//! Stock: signed corrections, each applied once whatever its client repeats.

use super::Catalogue;
use crate::bus::{Message, Topic};
use crate::domain::ids::VariantId;
use crate::domain::{limits, text};
use crate::services::error::{Problem, ServiceError, refused_write};
use crate::services::fingerprint::fingerprint;

impl Catalogue {
    /// Changes what is on hand by `delta`. The same key with the same input changes nothing a second time; with
    /// other input it is refused.
    pub async fn adjust_stock(
        &self,
        variant: VariantId,
        delta: i64,
        reason: Option<&str>,
        idempotency_key: &str,
    ) -> Result<(), ServiceError> {
        let key = text::line("idempotencyKey", idempotency_key, limits::CLIENT_KEY)
            .map_err(|invalid| ServiceError::refuse(["idempotencyKey"], invalid))?;
        let reason = text::optional_line("reason", reason.unwrap_or_default(), limits::SHORT_TEXT)
            .map_err(|invalid| ServiceError::refuse(["reason"], invalid))?;
        let bound = i64::from(limits::QUANTITY);
        if delta == 0 || !(-bound..=bound).contains(&delta) {
            let problem = match delta {
                0 => Problem::Malformed { expected: "must not be zero" },
                _ => Problem::OutOfRange { min: -bound, max: bound },
            };
            return Err(ServiceError::refuse(["delta"], problem));
        }
        let now = self.context.now();
        let request =
            fingerprint(&[&variant.to_string(), &delta.to_string(), reason.as_deref().unwrap_or("")]);
        // The nonce tells our own entry from one an earlier call left with the same content.
        let entry = format!("{request}:{:016x}", self.context.random_u64());
        let mut unit = self.storage.begin().await?;
        let kept = unit.setting_or_insert(&format!("stock.{}", fingerprint(&[&key])), &entry, now).await?;
        if kept != entry {
            let same = kept.split(':').next() == Some(request.as_str());
            return if same {
                Ok(())
            } else {
                Err(ServiceError::refuse(["idempotencyKey"], Problem::IdempotencyKeyReused))
            };
        }
        unit.adjust_stock(variant, delta, now).await.map_err(|error| refused_write(error, ["delta"]))?;
        unit.save().await?;
        tracing::info!(%variant, delta, reason, "stock was corrected");
        if let Some(sold) = self.storage.variants(&[variant]).await?.get(&variant)
            && let Err(error) = self.live.stock_changed(&[sold.product_id]).await
        {
            tracing::error!(%error, "the recommender could not read changed stock");
        }
        self.bus.publish(Message::of(Topic::Stock, variant.uuid()));
        Ok(())
    }
}
