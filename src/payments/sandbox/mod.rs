//! The sandbox: a gateway inside the shop that moves no money, for demonstrations and tests.
//!
//! What it does follows from the payment's test card alone, so it does the same after a restart. A payment without a
//! card is paid on a small page of ours, where the person in front of it plays the bank.

mod cards;
mod events;

use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use hmac::{Hmac, KeyInit as _, Mac as _};
use moka::sync::Cache;
use sha2::Sha256;

pub use self::cards::Card;
pub use self::events::{Event, EventKind};
use super::{
    Delivery, Gateway, GatewayError, Notice, Profile, Purpose, RefundReport, Report, Stage, Verified,
    WebhookRejected, signed,
};
use crate::context::Context;
use crate::domain::ids::PaymentId;
use crate::domain::money::{Currency, Money};
use crate::domain::payment::{Payment, PaymentNextAction, Refund, RefundStatus};

/// The header its webhooks are signed in.
pub const SIGNATURE_HEADER: &str = "sandbox-signature";
/// Decisions remembered; the shop itself keeps what became of a payment.
const DECISIONS: u64 = 100_000;
const PAGE_TOKEN_BYTES: usize = 16;
const TAKES: [Currency; 8] = [
    Currency::EUR,
    Currency::USD,
    Currency::GBP,
    Currency::CHF,
    Currency::SEK,
    Currency::CNY,
    Currency::JPY,
    Currency::KWD,
];

/// What somebody decided about a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Decision {
    Approved,
    Declined,
    CalledOff,
    /// So much of the promised money was taken.
    Taken(i64),
}

/// The gateway.
pub struct Sandbox {
    profile: Profile,
    secret: Vec<u8>,
    /// The shop's own address, where the page is.
    public_url: String,
    context: Context,
    decisions: Cache<PaymentId, Decision>,
    /// Held while one is looked at and changed: of taking and calling off, one wins.
    turn: Mutex<()>,
}

/// A webhook ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedEvent {
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl SignedEvent {
    pub fn delivery(&self) -> Delivery<'_> {
        Delivery { headers: &self.headers, body: &self.body }
    }
}

impl Sandbox {
    /// `secret` signs webhooks and page addresses; `currency` is the shop's own.
    pub fn new(secret: Vec<u8>, public_url: &str, currency: Currency, context: Context) -> Self {
        let mut currencies = vec![currency];
        currencies.extend(TAKES.into_iter().filter(|taken| *taken != currency));
        let profile = Profile {
            id: "sandbox",
            name: "Sandbox",
            currencies,
            supports_authorize: true,
            supports_partial_refund: true,
        };
        let public_url = public_url.trim_end_matches('/').to_owned();
        Self { profile, secret, public_url, context, decisions: Cache::new(DECISIONS), turn: Mutex::new(()) }
    }

    /// What makes the address of a payment's page unguessable.
    pub fn page_token(&self, payment: PaymentId) -> String {
        let Some(mac) = self.page_mac(payment) else { return String::new() };
        signed::to_hex(mac.finalize().into_bytes().get(..PAGE_TOKEN_BYTES).unwrap_or_default())
    }

    /// Whether the token is the one of this payment's page.
    pub fn knows_page(&self, payment: PaymentId, token: &str) -> bool {
        let Some(bytes) = signed::from_hex(token).filter(|bytes| bytes.len() == PAGE_TOKEN_BYTES) else {
            return false;
        };
        self.page_mac(payment).is_some_and(|mac| mac.verify_truncated_left(&bytes).is_ok())
    }

    fn page_mac(&self, payment: PaymentId) -> Option<Hmac<Sha256>> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.secret).ok()?;
        mac.update(b"page:");
        mac.update(payment.uuid().as_bytes());
        Some(mac)
    }

    /// Notes what was decided on the page and makes the webhook that tells the shop. The first decision stands.
    pub fn decide(&self, payment: &Payment, approve: bool) -> SignedEvent {
        let decision = if approve { Decision::Approved } else { Decision::Declined };
        let kind = match (self.decisions.get_with(payment.id, || decision), payment.terms.capture_now) {
            (Decision::Approved, true) | (Decision::Taken(_), _) => EventKind::Captured,
            (Decision::Approved, false) => EventKind::Authorized,
            (Decision::Declined, _) => EventKind::Failed,
            (Decision::CalledOff, _) => EventKind::Voided,
        };
        self.sign(&Event::about(payment, kind))
    }

    /// Signs an event as the shop's webhook expects it.
    pub fn sign(&self, event: &Event) -> SignedEvent {
        let body = event.to_json().into_bytes();
        let header = signed::header(&body, &self.secret, self.context.now());
        SignedEvent { headers: vec![(SIGNATURE_HEADER.to_owned(), header)], body }
    }

    fn waiting(&self, payment: &Payment) -> Report {
        let token = self.page_token(payment.id);
        let url = format!("{}/sandbox/payments/{}/{token}", self.public_url, payment.id);
        let next_action = Some(PaymentNextAction::Redirect { url, expires_at: None });
        Report { next_action, ..Report::at(Stage::Pending) }
    }

    /// How the payment stands, by what was decided, else by its card.
    fn standing(&self, payment: &Payment) -> Result<Report, GatewayError> {
        let refused = |card: Card| Report { decline: card.decline(), ..Report::at(Stage::Failed) };
        let report = match self.decisions.get(&payment.id) {
            Some(Decision::Approved) => paid(payment),
            Some(Decision::Declined) => refused(Card::Declined),
            Some(Decision::CalledOff) => Report::at(Stage::Voided),
            Some(Decision::Taken(amount)) => Report::captured(amount),
            None => match card(payment)? {
                Card::Redirect => self.waiting(payment),
                Card::Unavailable => return Err(GatewayError::Unavailable("the sandbox is out".to_owned())),
                card @ (Card::Declined | Card::InsufficientFunds) => refused(card),
                _ => paid(payment),
            },
        };
        Ok(report.named(events::reference(payment.id)))
    }
}

fn card(payment: &Payment) -> Result<Card, GatewayError> {
    let Some(token) = &payment.terms.method else { return Ok(Card::Redirect) };
    Card::from_token(token).ok_or_else(|| GatewayError::Refused {
        code: "unknown_method".to_owned(),
        detail: "no test card has this token".to_owned(),
    })
}

fn paid(payment: &Payment) -> Report {
    if payment.terms.capture_now {
        Report::captured(payment.amount_minor)
    } else {
        Report::at(Stage::Authorized)
    }
}

#[async_trait]
impl Gateway for Sandbox {
    fn profile(&self) -> &Profile {
        &self.profile
    }

    async fn create(&self, payment: &Payment, _: &Purpose) -> Result<Report, GatewayError> {
        let card = card(payment)?;
        if card == Card::Timeout && self.decisions.get(&payment.id).is_none() {
            return Err(GatewayError::Unavailable("no answer in time".to_owned()));
        }
        let report = self.standing(payment)?;
        match card.decline() {
            Some(decline) if report.stage == Stage::Failed => Err(GatewayError::Declined(decline)),
            _ => Ok(report),
        }
    }

    async fn verify(&self, payment: &Payment) -> Result<Report, GatewayError> {
        self.standing(payment)
    }

    async fn capture(&self, payment: &Payment, amount: Money) -> Result<Report, GatewayError> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let standing = self.standing(payment)?;
        match standing.stage {
            Stage::Authorized => {
                self.decisions.insert(payment.id, Decision::Taken(amount.minor()));
                Ok(Report { stage: Stage::Captured, captured_minor: Some(amount.minor()), ..standing })
            }
            Stage::Captured | Stage::Voided => Ok(standing),
            _ => Err(GatewayError::Refused {
                code: "not_authorized".to_owned(),
                detail: "there is no promise to take".to_owned(),
            }),
        }
    }

    async fn void(&self, payment: &Payment) -> Result<Report, GatewayError> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let standing = self.standing(payment)?;
        if matches!(standing.stage, Stage::Captured | Stage::Failed) {
            return Ok(standing);
        }
        self.decisions.insert(payment.id, Decision::CalledOff);
        Ok(Report::at(Stage::Voided).named(events::reference(payment.id)))
    }

    async fn refund(
        &self,
        payment: &Payment,
        refund: &Refund,
        again: bool,
    ) -> Result<RefundReport, GatewayError> {
        let status = match card(payment)? {
            Card::RefundPending => RefundStatus::Pending,
            Card::RefundTimeout if !again => {
                return Err(GatewayError::Unavailable("no answer in time".to_owned()));
            }
            Card::RefundRefused => {
                return Err(GatewayError::Refused {
                    code: "refund_refused".to_owned(),
                    detail: "this card takes nothing back".to_owned(),
                });
            }
            _ => RefundStatus::Succeeded,
        };
        Ok(RefundReport {
            refund: Some(refund.id),
            gateway_id: Some(format!("sbx_re_{}", refund.id.uuid().simple())),
            amount_minor: Some(refund.amount.minor()),
            status,
            chargeback: false,
        })
    }

    fn parse_webhook(&self, delivery: &Delivery<'_>) -> Result<Verified, WebhookRejected> {
        let header = delivery.header(SIGNATURE_HEADER);
        signed::check(header, delivery.body, &self.secret, self.context.now())?;
        let payload = delivery.text()?;
        let event = Event::from_json(payload);
        let event = event.map_err(|_| WebhookRejected::Malformed("not an event of the sandbox"))?;
        Ok(Verified { event_id: event.id, payload: payload.to_owned() })
    }

    fn read_notice(&self, payload: &str) -> Result<Option<Notice>, String> {
        Event::from_json(payload)?.notice().map(Some)
    }
}
