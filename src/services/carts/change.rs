//! Filling a cart: every change runs in one unit that holds the cart, and ends in a cart that is sound.

use std::time::Duration;

use super::access::Target;
use super::draft::Draft;
use super::{CartChange, Carts};
use crate::domain::caller::Caller;
use crate::domain::cart::{CartLine, CartStatus};
use crate::domain::catalogue::check_quantity;
use crate::domain::ids::{CartId, CartLineId, ProductId, RecommendationId, VariantId};
use crate::domain::interaction::{Interaction, InteractionKind, Subject};
use crate::domain::limits;
use crate::domain::time::Timestamp;
use crate::services::error::{Mistakes, Problem, ServiceError};
use crate::storage::StorageError;

/// How often a change begins anew when another request made the cart it was about to make.
const ATTEMPTS: usize = 3;

/// Pieces to put in.
#[derive(Debug, Clone, Copy)]
pub struct LineAdd {
    pub variant: VariantId,
    pub quantity: i64,
    /// The list that led here.
    pub recommendation: Option<RecommendationId>,
}

/// Another quantity for a line; none removes it.
#[derive(Debug, Clone, Copy)]
pub struct LineUpdate {
    pub line: CartLineId,
    pub quantity: i64,
}

/// What was put in, for the recommender.
#[derive(Debug, Clone, Copy)]
pub(super) struct Added {
    product: ProductId,
    quantity: u32,
    recommendation: Option<RecommendationId>,
}

impl Carts {
    /// Puts pieces in, on top of those that are there. Fewer left than wanted come in with a warning.
    pub async fn add_lines(
        &self,
        caller: &Caller,
        cart: Option<CartId>,
        lines: &[LineAdd],
        expected_version: Option<i64>,
    ) -> Result<CartChange, ServiceError> {
        check_count(lines.len())?;
        let wanted: Vec<VariantId> = lines.iter().map(|line| line.variant).collect();
        self.change(caller, cart, expected_version, &wanted, |draft, now| {
            let mut mistakes = Mistakes::default();
            for (index, add) in lines.iter().enumerate() {
                let at = |field: &str| ["lines".to_owned(), index.to_string(), field.to_owned()];
                let quantity = check_quantity("quantity", add.quantity, limits::CART_QUANTITY);
                let quantity = mistakes.check(at("quantity"), quantity);
                let for_sale = draft.for_sale(add.variant, quantity.unwrap_or(1));
                let for_sale = mistakes.check(at("variantId"), for_sale);
                let (Some(quantity), Some(())) = (quantity, for_sale) else { continue };
                let already = draft.line_of(add.variant).map_or(0, |line| line.quantity);
                let sum = i64::from(already) + i64::from(quantity);
                let sum = check_quantity("quantity", sum, limits::CART_QUANTITY);
                let Some(sum) = mistakes.check(at("quantity"), sum) else { continue };
                draft.put(CartLine {
                    id: self.context.new_id(),
                    variant_id: add.variant,
                    quantity: sum,
                    price_when_added_minor: draft.price_of(add.variant),
                    recommendation_id: add.recommendation,
                    // A millisecond apart, so that they stay in this order.
                    added_at: now + Duration::from_millis(index as u64),
                });
            }
            mistakes.done()?;
            Ok(lines.iter().filter_map(|add| added(draft, add)).collect())
        })
        .await
    }

    /// Sets quantities; zero removes a line.
    pub async fn update_lines(
        &self,
        caller: &Caller,
        cart: Option<CartId>,
        lines: &[LineUpdate],
        expected_version: Option<i64>,
    ) -> Result<CartChange, ServiceError> {
        check_count(lines.len())?;
        self.change(caller, cart, expected_version, &[], |draft, _| {
            let mut mistakes = Mistakes::default();
            for (index, update) in lines.iter().enumerate() {
                let at = |field: &str| ["lines".to_owned(), index.to_string(), field.to_owned()];
                let Some(line) = draft.lines.iter().find(|line| line.id == update.line).cloned() else {
                    mistakes.add(at("lineId"), Problem::NotFound { what: "line of this cart" });
                    continue;
                };
                if update.quantity == 0 {
                    draft.remove(line.id);
                    continue;
                }
                let max = i64::from(limits::CART_QUANTITY);
                let quantity =
                    u32::try_from(update.quantity).ok().filter(|one| *one <= limits::CART_QUANTITY);
                let quantity = quantity.ok_or(Problem::OutOfRange { min: 0, max });
                let Some(quantity) = mistakes.check(at("quantity"), quantity) else { continue };
                if quantity > line.quantity {
                    let for_sale = draft.for_sale(line.variant_id, quantity);
                    if mistakes.check(at("quantity"), for_sale).is_none() {
                        continue;
                    }
                }
                draft.put(CartLine { quantity, ..line });
            }
            mistakes.done()?;
            Ok(Vec::new())
        })
        .await
    }

    /// Takes lines out.
    pub async fn remove_lines(
        &self,
        caller: &Caller,
        cart: Option<CartId>,
        ids: &[CartLineId],
        expected_version: Option<i64>,
    ) -> Result<CartChange, ServiceError> {
        check_count(ids.len())?;
        self.change(caller, cart, expected_version, &[], |draft, _| {
            let mut mistakes = Mistakes::default();
            for (index, id) in ids.iter().enumerate() {
                if draft.lines.iter().any(|line| line.id == *id) {
                    draft.remove(*id);
                } else {
                    let at = ["lineIds".to_owned(), index.to_string()];
                    mistakes.add(at, Problem::NotFound { what: "line of this cart" });
                }
            }
            mistakes.done()?;
            Ok(Vec::new())
        })
        .await
    }

    /// Takes everything out.
    pub async fn clear(
        &self,
        caller: &Caller,
        cart: Option<CartId>,
        expected_version: Option<i64>,
    ) -> Result<CartChange, ServiceError> {
        self.change(caller, cart, expected_version, &[], |draft, _| {
            draft.clear();
            Ok(Vec::new())
        })
        .await
    }

    /// Runs one change of a cart: finds or makes it, holds it, lets `edit` work on it, brings it in line with what is
    /// sold, saves, and tells whoever watches.
    pub(super) async fn change<E>(
        &self,
        caller: &Caller,
        cart: Option<CartId>,
        expected_version: Option<i64>,
        wanted: &[VariantId],
        edit: E,
    ) -> Result<CartChange, ServiceError>
    where
        E: Fn(&mut Draft, Timestamp) -> Result<Vec<Added>, ServiceError> + Send + Sync,
    {
        let mut attempt = 1;
        loop {
            let target = self.target(caller, cart).await?;
            match self.change_target(caller, target, expected_version, wanted, &edit).await {
                Err(ServiceError::Storage(StorageError::Conflict { .. })) if attempt < ATTEMPTS => {
                    attempt += 1;
                }
                done => return done,
            }
        }
    }

    async fn change_target<E>(
        &self,
        caller: &Caller,
        target: Target,
        expected_version: Option<i64>,
        wanted: &[VariantId],
        edit: &E,
    ) -> Result<CartChange, ServiceError>
    where
        E: Fn(&mut Draft, Timestamp) -> Result<Vec<Added>, ServiceError> + Send + Sync,
    {
        let now = self.context.now();
        let tree = self.tree().await?;
        let subject = self.subject(caller).await?;
        let recording = self.live.recording().await;
        let mut unit = self.storage.begin().await?;
        let (id, token) = match target {
            Target::Existing(id) => (id, None),
            Target::New(cart, token) => {
                unit.insert_cart(&cart).await?;
                (cart.id, token)
            }
        };
        let gone = || ServiceError::refuse(["cartId"], Problem::NotFound { what: "cart" });
        let held = unit.cart_for_update(id).await?.ok_or_else(gone)?;
        if held.0.status != CartStatus::Active {
            return Err(ServiceError::refuse(["cartId"], Problem::CartCompleted));
        }
        if expected_version.is_some_and(|expected| expected != held.0.version) {
            let current = held.0.version;
            return Err(ServiceError::refuse(["expectedVersion"], Problem::VersionConflict { current }));
        }
        let mut draft = Draft::read(unit.as_mut(), held, wanted, tree).await?;
        let added = edit(&mut draft, now)?;
        draft.reconcile(now)?;
        draft.cart.updated_at = now;
        draft.cart.expires_at = Some(now + self.life);
        draft.write(unit.as_mut(), now).await?;
        let deeds: Vec<Interaction> = subject
            .map(|subject| added.iter().map(|one| self.deed(subject, *one, now)).collect())
            .unwrap_or_default();
        let accepted =
            if deeds.is_empty() { Vec::new() } else { unit.record_interactions(&deeds, now).await?.accepted };
        unit.save().await?;
        let accepted: Vec<Interaction> =
            accepted.into_iter().filter_map(|index| deeds.get(index)).cloned().collect();
        recording.observe(&accepted);
        drop(recording);
        self.tell(id);
        draft.account_email = self.account_email(&draft.cart).await?;
        let (pieces, warnings) = draft.into_pieces();
        Ok(CartChange { cart: self.priced(pieces)?, token, warnings })
    }

    /// Whose deed it is to put something in, as far as the recommender knows them.
    pub(in crate::services) async fn subject(
        &self,
        caller: &Caller,
    ) -> Result<Option<Subject>, ServiceError> {
        let subject = caller.user().map(Subject::User).or(caller.visitor.map(Subject::Visitor));
        match subject {
            Some(subject) if self.live.knows(subject).await? => Ok(Some(subject)),
            _ => Ok(None),
        }
    }

    fn deed(&self, subject: Subject, added: Added, now: Timestamp) -> Interaction {
        Interaction {
            event_id: self.context.new_id::<uuid::Uuid>().to_string(),
            subject,
            product_id: added.product,
            kind: InteractionKind::Cart,
            occurred_at: now,
            duration_ms: None,
            quantity: added.quantity,
            recommendation_id: added.recommendation,
            position: None,
            order_id: None,
            context: None,
        }
    }
}

fn added(draft: &Draft, add: &LineAdd) -> Option<Added> {
    let (_, product) = draft.goods.find(add.variant)?;
    let quantity = u32::try_from(add.quantity).ok()?;
    Some(Added { product: product.id, quantity, recommendation: add.recommendation })
}

fn check_count(count: usize) -> Result<(), ServiceError> {
    match count {
        0 => Err(ServiceError::refuse(["lines"], Problem::Required)),
        _ if count > limits::CART_LINES => {
            Err(ServiceError::refuse(["lines"], Problem::TooMany { max: limits::CART_LINES }))
        }
        _ => Ok(()),
    }
}
