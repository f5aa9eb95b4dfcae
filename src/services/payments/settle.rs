//! What a gateway reports, worked into payment, refunds and order in one unit of work.
//!
//! Reports only add up: money taken is never untaken by a later or older message, a refund is counted once by its id.
//! So the same report twice, or two in the wrong order, end in the same state.

use super::events::Entry;
use super::{Payments, ServiceError, no_payment};
use crate::domain::ids::{PaymentId, RefundId};
use crate::domain::money::Money;
use crate::domain::payment::{Payment, PaymentEventKind, PaymentStatus, Refund, RefundStatus};
use crate::payments::{Decline, RefundReport, Report, Stage};
use crate::services::messages::Message;
use crate::services::orders::{GivenBack, News, Settlement};
use crate::storage::UnitOfWork;

/// Where a report comes from.
#[derive(Debug, Clone, Copy)]
pub(super) enum Source<'a> {
    /// The answer to a request.
    Answer,
    /// A webhook that was taken in under this id.
    Notice(&'a str),
    /// A question that the shop asks again and again.
    Enquiry,
}

/// One report being worked in.
struct Settling<'a> {
    unit: Box<dyn UnitOfWork>,
    payment: Payment,
    before: Payment,
    refunds: Vec<Refund>,
    entries: Vec<Entry>,
    news: Vec<News>,
    owes: bool,
    source: Source<'a>,
}

impl Payments {
    /// Works a report in and returns the payment as it is then. A notice is settled in the same unit, once.
    pub(super) async fn settle(
        &self,
        id: PaymentId,
        report: &Report,
        source: Source<'_>,
    ) -> Result<Payment, ServiceError> {
        let known = self.storage.payments(&[id]).await?.remove(&id).ok_or_else(no_payment)?;
        let mut unit = self.storage.begin().await?;
        unit.order_for_update(known.order_id).await?;
        let payment = unit.payment_for_update(id).await?.ok_or_else(no_payment)?;
        if let Source::Notice(event) = source
            && !unit.settle_notice(&payment.gateway, event, self.context.now()).await?
        {
            return Ok(payment);
        }
        let refunds = unit.refunds_of_payment(id).await?;
        let mut settling = Settling {
            unit,
            before: payment.clone(),
            payment,
            refunds,
            entries: Vec::new(),
            news: Vec::new(),
            owes: false,
            source,
        };
        self.work_in(&mut settling, report).await?;
        self.finish(settling).await
    }

    async fn work_in(&self, settling: &mut Settling<'_>, report: &Report) -> Result<(), ServiceError> {
        if settling.payment.gateway_reference.is_none() {
            settling.payment.gateway_reference.clone_from(&report.reference);
        }
        let taken = match (report.stage, report.captured_minor) {
            (_, Some(taken)) => taken,
            (Stage::Captured, None) => settling.payment.amount_minor,
            _ => 0,
        };
        self.take(settling, taken).await?;
        self.advance(settling, report).await?;
        for told in &report.refunds {
            self.refund_told(settling, told).await?;
        }
        if let Some(total) = report.refunded_minor {
            let known: i64 =
                settling.refunds.iter().filter(|one| counts(one)).map(|one| one.amount.minor()).sum();
            if total > known {
                let rest = RefundReport {
                    refund: None,
                    gateway_id: Some(format!("total:{total}")),
                    amount_minor: Some(total - known),
                    status: RefundStatus::Succeeded,
                    chargeback: false,
                };
                self.refund_told(settling, &rest).await?;
            }
        }
        Ok(())
    }

    /// Counts money as taken, up to `total` in all.
    async fn take(&self, settling: &mut Settling<'_>, total: i64) -> Result<(), ServiceError> {
        let payment = &mut settling.payment;
        if total > payment.amount_minor {
            tracing::error!(payment = %payment.id, total, "the gateway took more than it was asked to");
        }
        let more = total.min(payment.amount_minor) - payment.captured_minor;
        if more <= 0 {
            return Ok(());
        }
        payment.captured_minor += more;
        payment.next_action = None;
        settling.entries.push(Entry::amount(PaymentEventKind::Captured, more));
        let settled = self.orders.captured(settling.unit.as_mut(), payment.order_id, more).await?;
        settling.hear(settled);
        Ok(())
    }

    /// Moves a payment on where no money was taken.
    async fn advance(&self, settling: &mut Settling<'_>, report: &Report) -> Result<(), ServiceError> {
        let payment = &mut settling.payment;
        if report.stage > stage_of(payment) && payment.captured_minor == 0 {
            let (status, kind) = match report.stage {
                Stage::Authorized => (PaymentStatus::Authorized, PaymentEventKind::Authorized),
                Stage::Failed => (PaymentStatus::Failed, PaymentEventKind::Failed),
                Stage::Voided => (PaymentStatus::Voided, PaymentEventKind::Voided),
                Stage::Pending | Stage::Captured => return Ok(()),
            };
            payment.status = status;
            payment.next_action = None;
            let failed = Decline { code: "failed".to_owned(), retryable: false };
            settling.entries.push(match kind {
                PaymentEventKind::Failed => Entry::failed(report.decline.as_ref().unwrap_or(&failed)),
                kind => Entry::amount(kind, payment.amount_minor),
            });
            if status == PaymentStatus::Failed {
                let told = Message::PaymentFailed { order: payment.order_id, payment: payment.id };
                settling.unit.post(&[told.to_outbox(&self.context)]).await?;
            }
            let moved = payment.clone();
            let standing = self.standing_of_others(settling, status).await?;
            let message = format!("payment {}", status.as_str().to_lowercase());
            let settled =
                self.orders.payment_moved(settling.unit.as_mut(), &moved, standing, &message).await?;
            settling.hear(settled);
        } else if payment.status == PaymentStatus::Pending && payment.captured_minor == 0 {
            if report.next_action.is_some() && report.next_action != payment.next_action {
                if payment.next_action.is_none() {
                    settling.entries.push(Entry::of(PaymentEventKind::ActionRequired));
                }
                payment.next_action.clone_from(&report.next_action);
            }
            // An attempt that failed while another one may follow; asked about again, it is no news.
            if let (Some(decline), Source::Notice(_)) = (&report.decline, settling.source) {
                settling.entries.push(Entry::failed(decline));
            }
        }
        Ok(())
    }

    /// How an order's payments stand when one of them ended: by the one that is furthest.
    async fn standing_of_others(
        &self,
        settling: &mut Settling<'_>,
        status: PaymentStatus,
    ) -> Result<PaymentStatus, ServiceError> {
        let this = settling.payment.id;
        let all = settling.unit.payments_of_order(settling.payment.order_id).await?;
        let open = all.into_iter().filter(|other| other.id != this).map(|other| other.status);
        let is_open =
            |status: &PaymentStatus| matches!(status, PaymentStatus::Authorized | PaymentStatus::Pending);
        let best = open.filter(is_open).max();
        Ok(match (status, best) {
            (PaymentStatus::Authorized, _) | (_, None) => status,
            (_, Some(best)) => best,
        })
    }

    async fn refund_told(
        &self,
        settling: &mut Settling<'_>,
        told: &RefundReport,
    ) -> Result<(), ServiceError> {
        let key = told.gateway_id.as_ref().map(|id| foreign_key(&settling.payment, id));
        let ours = told.refund.and_then(|id| settling.place_of(id));
        let place = ours.or_else(|| {
            let key = key.as_ref()?;
            settling.refunds.iter().position(|known| known.idempotency_key == *key)
        });
        match place {
            Some(place) => self.refund_moved(settling, place, told).await,
            // Refused or still under way at the gateway, and none of ours: nothing to keep yet.
            None if told.status != RefundStatus::Succeeded => Ok(()),
            None => self.refund_found(settling, told, key).await,
        }
    }

    /// One of the known refunds went through, or did not.
    async fn refund_moved(
        &self,
        settling: &mut Settling<'_>,
        place: usize,
        told: &RefundReport,
    ) -> Result<(), ServiceError> {
        let Some(known) = settling.refunds.get(place).cloned() else { return Ok(()) };
        match (known.status, told.status) {
            (RefundStatus::Pending, RefundStatus::Pending) if matches!(settling.source, Source::Enquiry) => {
                // Asked about: the others that wait come first next time.
                let touched = Refund { updated_at: self.context.now(), ..known };
                settling.unit.update_refund(&touched).await?;
                Ok(())
            }
            (RefundStatus::Pending, RefundStatus::Succeeded) => {
                let done =
                    Refund { status: RefundStatus::Succeeded, updated_at: self.context.now(), ..known };
                self.gave_back(settling, done, PaymentEventKind::Refunded).await
            }
            (RefundStatus::Pending, RefundStatus::Failed) => {
                let failed = Refund { status: RefundStatus::Failed, updated_at: self.context.now(), ..known };
                settling.unit.update_refund(&failed).await?;
                settling.payment.refunded_minor -= failed.amount.minor();
                settling.entries.push(
                    Entry::amount(PaymentEventKind::Failed, failed.amount.minor()).saying("refund failed"),
                );
                settling.keep(failed);
                Ok(())
            }
            (RefundStatus::Failed, RefundStatus::Succeeded) => {
                let amount = known.amount.minor();
                let back = settling.payment.refundable().minor();
                if amount > back {
                    tracing::error!(refund = %known.id, "a refund taken for failed went through after another one");
                    return Ok(());
                }
                settling.payment.refunded_minor += amount;
                let done =
                    Refund { status: RefundStatus::Succeeded, updated_at: self.context.now(), ..known };
                self.gave_back(settling, done, PaymentEventKind::Refunded).await
            }
            (RefundStatus::Succeeded, RefundStatus::Failed) => {
                tracing::error!(refund = %known.id, "a refund came back after it had gone through: pay it another way");
                let amount = known.amount.minor();
                settling
                    .entries
                    .push(Entry::amount(PaymentEventKind::Failed, amount).saying("refund returned"));
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// A refund the shop did not ask for: made in the gateway's console, or by the buyer's bank.
    async fn refund_found(
        &self,
        settling: &mut Settling<'_>,
        told: &RefundReport,
        key: Option<String>,
    ) -> Result<(), ServiceError> {
        let Some(amount) = told.amount_minor.filter(|amount| *amount > 0) else { return Ok(()) };
        // What is given back was taken before, even if the news of that is still on its way.
        let needed = settling.payment.refunded_minor.saturating_add(amount);
        if needed > settling.payment.captured_minor {
            self.take(settling, needed).await?;
        }
        let payment = &mut settling.payment;
        let amount = amount.min(payment.refundable().minor());
        if amount == 0 {
            tracing::error!(payment = %payment.id, "the gateway gave back more than it took");
            return Ok(());
        }
        let now = self.context.now();
        let id: RefundId = self.context.new_id();
        let reason = if told.chargeback { "chargeback" } else { "made at the gateway" };
        let found = Refund {
            id,
            payment_id: payment.id,
            order_id: payment.order_id,
            amount: Money::new(amount, payment.currency),
            reason: Some(reason.to_owned()),
            status: RefundStatus::Pending,
            lines: Vec::new(),
            restock: !told.chargeback,
            idempotency_key: key.unwrap_or_else(|| foreign_key(payment, &id.to_string())),
            created_at: now,
            updated_at: now,
        };
        payment.refunded_minor += amount;
        settling.unit.insert_refund(&found).await?;
        let kind = if told.chargeback { PaymentEventKind::Chargeback } else { PaymentEventKind::Refunded };
        self.gave_back(settling, Refund { status: RefundStatus::Succeeded, ..found }, kind).await
    }

    async fn gave_back(
        &self,
        settling: &mut Settling<'_>,
        refund: Refund,
        kind: PaymentEventKind,
    ) -> Result<(), ServiceError> {
        settling.unit.update_refund(&refund).await?;
        settling.entries.push(Entry::amount(kind, refund.amount.minor()));
        let given = GivenBack {
            amount_minor: refund.amount.minor(),
            lines: &refund.lines,
            restock: refund.restock,
            actor: None,
            reason: refund.reason.as_deref(),
        };
        let settled = self.orders.refunded(settling.unit.as_mut(), refund.order_id, given).await?;
        settling.hear(settled);
        let told = Message::PaymentRefunded { order: refund.order_id, refund: refund.id };
        settling.unit.post(&[told.to_outbox(&self.context)]).await?;
        settling.keep(refund);
        Ok(())
    }

    async fn finish(&self, settling: Settling<'_>) -> Result<Payment, ServiceError> {
        let Settling { mut unit, mut payment, before, refunds, entries, news, owes, source } = settling;
        if payment.captured_minor > 0 {
            payment.status = standing(&payment, &refunds);
        }
        let asked = matches!(source, Source::Enquiry);
        if payment != before || !entries.is_empty() || asked {
            let event = match source {
                Source::Notice(event) => Some(event),
                Source::Answer | Source::Enquiry => None,
            };
            self.note(unit.as_mut(), &payment, entries, event).await?;
            payment.updated_at = self.context.now();
            payment = unit.update_payment(&payment).await?;
        }
        unit.save().await?;
        for one in news {
            self.orders.tell(one).await;
        }
        if owes {
            self.wake.notify_one();
        }
        Ok(payment)
    }
}

impl Settling<'_> {
    fn hear(&mut self, settled: Settlement) {
        self.owes |= settled.owed_back_minor > 0;
        self.news.push(settled.news);
    }

    fn place_of(&self, refund: RefundId) -> Option<usize> {
        self.refunds.iter().position(|known| known.id == refund)
    }

    fn keep(&mut self, refund: Refund) {
        match self.place_of(refund.id).and_then(|place| self.refunds.get_mut(place)) {
            Some(known) => *known = refund,
            None => self.refunds.push(refund),
        }
    }
}

/// The key under which a refund made elsewhere is kept, once.
fn foreign_key(payment: &Payment, gateway_id: &str) -> String {
    format!("{}:{}:{gateway_id}", payment.gateway, payment.id)
}

fn counts(refund: &Refund) -> bool {
    refund.status != RefundStatus::Failed
}

const fn stage_of(payment: &Payment) -> Stage {
    match payment.status {
        PaymentStatus::Unpaid | PaymentStatus::Pending => Stage::Pending,
        PaymentStatus::Authorized => Stage::Authorized,
        PaymentStatus::Failed => Stage::Failed,
        PaymentStatus::Voided => Stage::Voided,
        PaymentStatus::PartiallyPaid
        | PaymentStatus::Paid
        | PaymentStatus::PartiallyRefunded
        | PaymentStatus::Refunded => Stage::Captured,
    }
}

/// The status of a payment of which money was taken.
fn standing(payment: &Payment, refunds: &[Refund]) -> PaymentStatus {
    let gone: i64 = refunds
        .iter()
        .filter(|refund| refund.status == RefundStatus::Succeeded)
        .map(|refund| refund.amount.minor())
        .sum();
    if gone >= payment.captured_minor {
        PaymentStatus::Refunded
    } else if gone > 0 {
        PaymentStatus::PartiallyRefunded
    } else if payment.captured_minor < payment.amount_minor {
        PaymentStatus::PartiallyPaid
    } else {
        PaymentStatus::Paid
    }
}
