//! Vouchers: applied to carts, and kept by staff.

use super::price::voucher_refusal;
use super::{CartChange, Carts};
use crate::domain::caller::Caller;
use crate::domain::cart::{Voucher, VoucherKind};
use crate::domain::ids::{CartId, VoucherId};
use crate::domain::limits;
use crate::domain::money::Money;
use crate::domain::pricing::PARTS;
use crate::domain::text;
use crate::domain::time::Timestamp;
use crate::services::error::{Mistakes, Problem, ServiceError, refused_write};

/// A voucher as staff write it.
#[derive(Debug, Clone)]
pub struct VoucherDraft {
    pub code: String,
    pub description: Option<String>,
    pub kind: VoucherKindDraft,
    pub min_subtotal: Option<Money>,
    pub starts_at: Option<Timestamp>,
    pub ends_at: Option<Timestamp>,
    pub usage_limit: Option<i64>,
    pub per_user_limit: Option<i64>,
    pub active: bool,
}

/// What it takes off, as written.
#[derive(Debug, Clone, Copy)]
pub enum VoucherKindDraft {
    /// In parts of a million.
    Percentage(i64),
    Fixed(Money),
    FreeShipping,
}

/// A code in the one form under which it is stored and compared.
fn code(typed: &str) -> Result<String, Problem> {
    let code = text::line("code", typed, limits::KEY)?.to_uppercase();
    if code.chars().all(|one| one.is_ascii_alphanumeric() || one == '-' || one == '_') {
        Ok(code)
    } else {
        Err(Problem::Malformed { expected: "must be letters, digits, - and _" })
    }
}

impl Carts {
    /// Applies a voucher; one that is applied already stays so.
    pub async fn apply_voucher(
        &self,
        caller: &Caller,
        cart: Option<CartId>,
        typed: &str,
    ) -> Result<CartChange, ServiceError> {
        let refuse = |problem| ServiceError::refuse(["code"], problem);
        let code = code(typed).map_err(refuse)?;
        let voucher = self.storage.voucher_by_code(&code).await?;
        let voucher = voucher.ok_or_else(|| refuse(Problem::NotFound { what: "voucher" }))?;
        let uses = match caller.user() {
            Some(user) => {
                self.storage.voucher_uses_of(user, &[voucher.id]).await?.get(&voucher.id).copied().or(Some(0))
            }
            None => None,
        };
        self.change(caller, cart, None, &[], |draft, now| {
            if draft.vouchers.iter().any(|applied| applied.id == voucher.id) {
                return Ok(Vec::new());
            }
            if draft.vouchers.len() >= limits::CART_VOUCHERS {
                return Err(refuse(Problem::TooMany { max: limits::CART_VOUCHERS }));
            }
            match voucher_refusal(&voucher, &draft.cart, draft.subtotal(), uses, now) {
                Some(reason) => Err(refuse(Problem::VoucherNotApplicable { reason })),
                None => {
                    draft.apply(voucher.clone());
                    Ok(Vec::new())
                }
            }
        })
        .await
    }

    /// Takes a voucher off.
    pub async fn remove_voucher(
        &self,
        caller: &Caller,
        cart: Option<CartId>,
        typed: &str,
    ) -> Result<CartChange, ServiceError> {
        let code = code(typed).map_err(|problem| ServiceError::refuse(["code"], problem))?;
        self.change(caller, cart, None, &[], |draft, _| {
            let applied =
                draft.vouchers.iter().find(|voucher| voucher.code == code).map(|voucher| voucher.id);
            let missing =
                || ServiceError::refuse(["code"], Problem::NotFound { what: "voucher of this cart" });
            draft.take_off(applied.ok_or_else(missing)?);
            Ok(Vec::new())
        })
        .await
    }

    /// The vouchers, the latest first.
    pub async fn vouchers(&self, limit: usize) -> Result<Vec<Voucher>, ServiceError> {
        Ok(self.storage.list_vouchers(limit).await?)
    }

    /// Adds a voucher, or replaces the one of that code. How often it was used stays.
    pub async fn save_voucher(&self, draft: VoucherDraft) -> Result<Voucher, ServiceError> {
        let now = self.context.now();
        let voucher = self.checked_voucher(draft, now)?;
        let voucher = match self.storage.voucher_by_code(&voucher.code).await? {
            Some(old) => {
                Voucher { id: old.id, used_count: old.used_count, created_at: old.created_at, ..voucher }
            }
            None => voucher,
        };
        let mut unit = self.storage.begin().await?;
        if !unit.update_voucher(&voucher).await? {
            unit.insert_voucher(&voucher).await.map_err(|error| refused_write(error, ["code"]))?;
        }
        unit.save().await?;
        Ok(voucher)
    }

    fn checked_voucher(&self, draft: VoucherDraft, now: Timestamp) -> Result<Voucher, ServiceError> {
        let mut mistakes = Mistakes::default();
        let shop = self.tariff.currency();
        let code = mistakes.check(["code"], code(&draft.code));
        let description = draft.description.unwrap_or_default();
        let description = text::optional_line("description", &description, limits::SHORT_TEXT);
        let description = mistakes.check(["description"], description).flatten();
        let amount = |money: Money, least: i64| {
            if money.currency() != shop {
                let (expected, actual) = (shop, money.currency());
                return Err(crate::domain::error::InvalidValue::CurrencyMismatch { expected, actual }.into());
            }
            let range = least..=limits::PRICE_MINOR;
            let out = Problem::OutOfRange { min: least, max: limits::PRICE_MINOR };
            if range.contains(&money.minor()) { Ok(money.minor()) } else { Err(out) }
        };
        let kind = match draft.kind {
            VoucherKindDraft::Percentage(parts) => {
                let rate = u32::try_from(parts).ok().filter(|rate| (1..=PARTS).contains(&i64::from(*rate)));
                let rate =
                    rate.ok_or(Problem::Malformed { expected: "must be above 0 and at most 100 per cent" });
                mistakes.check(["percent"], rate).map(VoucherKind::Percentage)
            }
            VoucherKindDraft::Fixed(money) => {
                mistakes.check(["amount"], amount(money, 1)).map(VoucherKind::Fixed)
            }
            VoucherKindDraft::FreeShipping => Some(VoucherKind::FreeShipping),
        };
        let least = draft.min_subtotal.and_then(|money| mistakes.check(["minSubtotal"], amount(money, 0)));
        let most = i64::from(limits::QUANTITY);
        let mut limit = |field: &str, given: Option<i64>| {
            let given = given?;
            let fits = u32::try_from(given).ok().filter(|count| (1..=limits::QUANTITY).contains(count));
            mistakes.check([field], fits.ok_or(Problem::OutOfRange { min: 1, max: most }))
        };
        let usage_limit = limit("usageLimit", draft.usage_limit);
        let per_user_limit = limit("perUserLimit", draft.per_user_limit);
        if let (Some(start), Some(end)) = (draft.starts_at, draft.ends_at)
            && end <= start
        {
            mistakes.add(["endsAt"], Problem::Malformed { expected: "must lie behind startsAt" });
        }
        let (Some(code), Some(kind), true) = (code, kind, mistakes.is_empty()) else {
            return Err(ServiceError::Refused(mistakes.into_inner()));
        };
        Ok(Voucher {
            id: self.context.new_id::<VoucherId>(),
            code,
            description: description.unwrap_or_default(),
            kind,
            currency: matches!(kind, VoucherKind::Fixed(_)).then_some(shop),
            min_subtotal_minor: least,
            starts_at: draft.starts_at,
            ends_at: draft.ends_at,
            usage_limit,
            per_user_limit,
            used_count: 0,
            active: draft.active,
            created_at: now,
        })
    }
}
