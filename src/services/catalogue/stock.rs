//! Stock: signed corrections, each applied once whatever its client repeats.

use super::Catalogue;
use super::news::{Offer, news};
use crate::bus::{Message, Topic};
use crate::domain::ids::{UserId, VariantId};
use crate::domain::{limits, text};
use crate::services::error::{Problem, ServiceError, refused_write};
use crate::services::fingerprint::fingerprint;
use crate::storage::checkout::{KeyClaim, StockMovement};

/// Where the keys of corrections are claimed.
const SCOPE: &str = "stock";
/// What a correction is called in the record of movements.
const CORRECTION: &str = "CORRECTION";

impl Catalogue {
    /// Changes what is on hand by `delta`. The same key with the same input changes nothing a second time; with
    /// other input it is refused.
    pub async fn adjust_stock(
        &self,
        variant: VariantId,
        delta: i64,
        reason: Option<&str>,
        idempotency_key: &str,
        actor: Option<UserId>,
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
        let missing = || ServiceError::refuse(["variantId"], Problem::NotFound { what: "variant" });
        let product =
            self.storage.variants(&[variant]).await?.remove(&variant).ok_or_else(missing)?.product_id;
        let request =
            fingerprint(&[&variant.to_string(), &delta.to_string(), reason.as_deref().unwrap_or("")]);
        let mut unit = self.storage.begin().await?;
        match unit.claim_key(SCOPE, &key, &request, now).await? {
            KeyClaim::New => {}
            KeyClaim::Done(_) => return Ok(()),
            KeyClaim::Reused => {
                return Err(ServiceError::refuse(["idempotencyKey"], Problem::IdempotencyKeyReused));
            }
        }
        let stock =
            unit.adjust_stock(variant, delta, now).await.map_err(|error| refused_write(error, ["delta"]))?;
        let movement = StockMovement {
            id: self.context.new_id(),
            variant_id: variant,
            delta,
            reason: reason.as_ref().map_or_else(|| CORRECTION.into(), |why| format!("{CORRECTION}: {why}")),
            order_id: None,
            actor_id: actor,
            created_at: now,
        };
        unit.record_stock_movements(&[movement]).await?;
        let after = Offer { price_minor: None, available: i64::from(stock.available()) };
        let before = Offer { available: after.available - delta, ..after };
        self.post(unit.as_mut(), news(product, before, after)).await?;
        unit.keep_result(SCOPE, &key, &stock.on_hand.to_string()).await?;
        unit.save().await?;
        tracing::info!(%variant, delta, reason, "stock was corrected");
        if let Err(error) = self.live.stock_changed(&[product]).await {
            tracing::error!(%error, "the recommender could not read changed stock");
        }
        self.bus.publish(Message::of(Topic::Stock, variant.uuid()));
        Ok(())
    }
}
