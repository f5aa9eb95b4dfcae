//! What becomes of a guest's cart at sign-in. Repeating it changes nothing: a cart that went in once is `MERGED`.

use super::draft::Draft;
use super::{CartChange, Carts, WarningKind};
use crate::domain::cart::{Cart, CartLine, CartStatus};
use crate::domain::ids::{CartId, UserId};
use crate::domain::limits;
use crate::domain::time::Timestamp;
use crate::services::accounts::tokens;
use crate::services::error::{Problem, ServiceError};
use crate::storage::StorageError;

/// Whose quantities count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MergeStrategy {
    /// The larger one of each variant.
    Max,
    /// Both together.
    Sum,
    /// The guest's cart takes the place of the user's.
    Guest,
    /// The user's cart stays as it is.
    Existing,
}

const PATH: [&str; 1] = ["guestCartToken"];
const ATTEMPTS: usize = 3;

impl Carts {
    /// Brings the guest's cart of that token into the user's; the user's cart afterwards, if there is one.
    pub async fn merge(
        &self,
        user: UserId,
        guest_token: &str,
        strategy: MergeStrategy,
    ) -> Result<Option<CartChange>, ServiceError> {
        let invalid = || ServiceError::refuse(PATH, Problem::TokenInvalid);
        let hash = tokens::stored_form(guest_token).ok_or_else(invalid)?;
        let guest = self.storage.cart_by_token(&hash).await?.ok_or_else(invalid)?;
        self.bring(user, guest.id, strategy).await
    }

    /// The same for a cart whose token was shown before, as at a registration.
    pub async fn bring(
        &self,
        user: UserId,
        guest: CartId,
        strategy: MergeStrategy,
    ) -> Result<Option<CartChange>, ServiceError> {
        let invalid = || ServiceError::refuse(PATH, Problem::TokenInvalid);
        let mut attempt = 1;
        loop {
            let guest = self.storage.carts(&[guest]).await?.remove(&guest).ok_or_else(invalid)?;
            let own = self.storage.active_cart_of(user).await?;
            if guest.user_id.is_some_and(|owner| owner != user) {
                return Err(invalid());
            }
            if guest.user_id.is_some() || guest.status != CartStatus::Active {
                return match own {
                    Some(own) => Ok(Some(unchanged(self.view(own).await?))),
                    None => Ok(None),
                };
            }
            let merged = match own {
                None => self.adopt(guest, user).await,
                Some(own) => self.pour(guest, own, strategy).await,
            };
            match merged {
                Ok(Some(change)) => return Ok(Some(change)),
                // Somebody was faster; what is there now decides.
                Ok(None) | Err(ServiceError::Storage(StorageError::Conflict { .. }))
                    if attempt < ATTEMPTS =>
                {
                    attempt += 1;
                }
                Ok(None) => return Err(ServiceError::Busy),
                Err(error) => return Err(error),
            }
        }
    }

    /// A user without a cart takes the guest's as it is.
    async fn adopt(&self, guest: Cart, user: UserId) -> Result<Option<CartChange>, ServiceError> {
        let now = self.context.now();
        let mut unit = self.storage.begin().await?;
        let Some((held, _)) = unit.cart_for_update(guest.id).await?.filter(|(held, _)| is_open(held)) else {
            return Ok(None);
        };
        let cart = Cart { user_id: Some(user), updated_at: now, expires_at: Some(now + self.life), ..held };
        let cart = unit.update_cart(&cart).await?;
        unit.save().await?;
        self.tell(cart.id);
        Ok(Some(unchanged(self.view(cart).await?)))
    }

    async fn pour(
        &self,
        guest: Cart,
        own: Cart,
        strategy: MergeStrategy,
    ) -> Result<Option<CartChange>, ServiceError> {
        let now = self.context.now();
        let tree = self.tree().await?;
        let mut unit = self.storage.begin().await?;
        // By rising id, so that two merges never wait for each other.
        let (mut first, mut second) = (own.id, guest.id);
        if second < first {
            std::mem::swap(&mut first, &mut second);
        }
        let (Some(a), Some(b)) = (unit.cart_for_update(first).await?, unit.cart_for_update(second).await?)
        else {
            return Ok(None);
        };
        let (held, (guest, guest_lines)) = if a.0.id == own.id { (a, b) } else { (b, a) };
        if !is_open(&guest) || held.0.status != CartStatus::Active {
            return Ok(None);
        }
        let wanted: Vec<_> = guest_lines.iter().map(|line| line.variant_id).collect();
        let guest_vouchers = unit.vouchers_of_cart(guest.id).await?;
        let mut draft = Draft::read(unit.as_mut(), held, &wanted, tree).await?;
        self.join(&mut draft, guest_lines, strategy, now);
        if strategy != MergeStrategy::Existing {
            let room = limits::CART_VOUCHERS.saturating_sub(draft.vouchers.len());
            for voucher in guest_vouchers.into_iter().take(room) {
                draft.apply(voucher);
            }
        }
        let cart = &mut draft.cart;
        cart.email = cart.email.take().or_else(|| guest.email.clone());
        cart.shipping_address = cart.shipping_address.take().or_else(|| guest.shipping_address.clone());
        cart.billing_address = cart.billing_address.take().or_else(|| guest.billing_address.clone());
        cart.shipping_option_id = cart.shipping_option_id.take().or_else(|| guest.shipping_option_id.clone());
        cart.updated_at = now;
        cart.expires_at = Some(now + self.life);
        draft.reconcile(now)?;
        draft.write(unit.as_mut(), now).await?;
        // Whoever it was for is written down in the user's cart alone.
        let emptied = Cart {
            status: CartStatus::Merged,
            email: None,
            shipping_address: None,
            billing_address: None,
            updated_at: now,
            ..guest
        };
        unit.update_cart(&emptied).await?;
        unit.save().await?;
        self.tell(draft.cart.id);
        draft.account_email = self.account_email(&draft.cart).await?;
        let (pieces, warnings) = draft.into_pieces();
        Ok(Some(CartChange { cart: self.priced(pieces)?, token: None, warnings }))
    }

    fn join(&self, draft: &mut Draft, guest: Vec<CartLine>, strategy: MergeStrategy, now: Timestamp) {
        if strategy == MergeStrategy::Existing || guest.is_empty() {
            return;
        }
        if strategy == MergeStrategy::Guest {
            let wanted: Vec<_> = guest.iter().map(|line| line.variant_id).collect();
            let surplus = draft.lines.iter().filter(|line| !wanted.contains(&line.variant_id));
            for id in surplus.map(|line| line.id).collect::<Vec<_>>() {
                draft.remove(id);
            }
        }
        let mut merged = false;
        for line in guest {
            let own = draft.line_of(line.variant_id).map_or(0, |own| own.quantity);
            let quantity = match strategy {
                MergeStrategy::Max | MergeStrategy::Existing => own.max(line.quantity),
                MergeStrategy::Sum => own.saturating_add(line.quantity).min(limits::CART_QUANTITY),
                MergeStrategy::Guest => line.quantity,
            };
            if quantity == own {
                continue;
            }
            if own == 0 && draft.lines.len() >= limits::CART_LINES {
                draft.warn(WarningKind::LineRemoved, Some(line.id));
                continue;
            }
            draft.put(CartLine { id: self.context.new_id(), quantity, added_at: now, ..line });
            merged = true;
        }
        if merged {
            draft.warn(WarningKind::LinesMerged, None);
        }
    }
}

/// Whether a guest's cart still belongs to nobody.
fn is_open(guest: &Cart) -> bool {
    guest.status == CartStatus::Active && guest.user_id.is_none()
}

fn unchanged(cart: super::PricedCart) -> CartChange {
    CartChange { cart, token: None, warnings: Vec::new() }
}
