//! Interactions into the shop.

use super::{BATCH, LoadError, Loader, Tally};
use crate::domain::interaction::{Interaction, InteractionKind, Subject};
use crate::domain::limits;
use crate::import::records::InteractionRecord;

impl Loader<'_> {
    /// Adds the interactions whose event id is not there yet.
    pub async fn interactions(&mut self, records: &[InteractionRecord]) -> Result<Tally, LoadError> {
        let users = self.users_by_key(records.iter().map(|record| record.user_key.as_str())).await?;
        let products = self.products_by_sku(records.iter().map(|record| record.sku.as_str())).await?;
        let mut tally = Tally::default();
        for batch in records.chunks(BATCH * 5) {
            let mut interactions = Vec::with_capacity(batch.len());
            for record in batch {
                let Some(user) = users.get(&record.user_key) else {
                    let reason = "no user has this key; import users first";
                    self.reject(record.line, "user", reason, &record.user_key)?;
                    continue;
                };
                let Some(sold) = products.get(&record.sku.to_ascii_uppercase()) else {
                    let reason = "no product has this SKU; import products first";
                    self.reject(record.line, "sku", reason, &record.sku)?;
                    continue;
                };
                let Some(kind) = InteractionKind::from_name(&record.kind) else {
                    self.reject(record.line, "type", "not a type of interaction", &record.kind)?;
                    continue;
                };
                let view = kind == InteractionKind::View;
                let duration_ms = record.duration_ms.map(u64::from).filter(|_| view);
                interactions.push(Interaction {
                    event_id: record.event_id.clone(),
                    subject: Subject::User(*user),
                    product_id: sold.product,
                    kind,
                    occurred_at: record.at,
                    duration_ms: duration_ms.map(|millis| millis.min(limits::VIEW_MILLIS)),
                    quantity: 1,
                    recommendation_id: None,
                    position: None,
                    order_id: None,
                    context: None,
                });
            }
            let mut work = self.storage.begin().await?;
            let recorded = work.record_interactions(&interactions, self.context.now()).await?;
            work.save().await?;
            tally.created += recorded.accepted.len() as u64;
            tally.known += recorded.duplicates as u64;
            (self.progress)(batch.len() as u64);
        }
        Ok(tally)
    }
}
