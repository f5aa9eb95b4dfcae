//! Writes letters: reads what a letter is about, makes the token that goes into it, lays it out.

use std::sync::Arc;

use super::worker::Failure;
use crate::context::Context;
use crate::domain::fulfillment::Fulfillment;
use crate::domain::ids::{FulfillmentId, OrderId, OutboxMessageId, ProductId, UserId};
use crate::domain::notification::Mail;
use crate::domain::order::{Order, OrderLine};
use crate::domain::people::{TokenPurpose, User};
use crate::domain::text::Email;
use crate::mail::{Action, Letter, Row, Stationery, Sum};
use crate::services::accounts::single_use_token;
use crate::services::messages::Message;
use crate::storage::Storage;

/// Writes the shop's letters.
pub struct Clerk {
    storage: Arc<dyn Storage>,
    context: Context,
    stationery: Stationery,
    /// What the shop is called from outside, without a slash at the end.
    url: String,
}

/// A letter and whom it goes to.
type Addressed = Option<(Email, Letter)>;

impl Clerk {
    pub fn new(storage: Arc<dyn Storage>, context: Context, stationery: Stationery, url: String) -> Self {
        Self { storage, context, stationery, url }
    }

    /// The mail a message asks for; `None` when nobody is left to read it.
    pub(super) async fn write(
        &self,
        id: OutboxMessageId,
        message: &Message,
    ) -> Result<Option<Mail>, Failure> {
        let addressed = match message {
            Message::VerificationLetter { user } => self.verification(*user).await?,
            Message::AlreadyRegisteredLetter { user } => self.already_registered(*user).await?,
            Message::PasswordResetLetter { user } => self.password_reset(*user).await?,
            Message::PasswordChangedLetter { user } => self.password_changed(*user).await?,
            Message::EmailChangeLetter { user, email } => self.email_change(*user, email).await?,
            Message::EmailChangedLetter { user, email } => self.email_changed(*user, email).await?,
            Message::OrderConfirmationLetter { order } => self.order_confirmation(*order).await?,
            Message::PaymentLetter { order } => self.payment(*order).await?,
            Message::ShipmentLetter { order, fulfillment } => self.shipment(*order, *fulfillment).await?,
            Message::BackInStockLetter { user, product } => self.back_in_stock(*user, *product).await?,
            _ => None,
        };
        let Some((to, letter)) = addressed else { return Ok(None) };
        let (text, html) = (self.stationery.text(&letter)?, self.stationery.html(&letter)?);
        Ok(Some(Mail { id, to, subject: letter.subject, text, html, created_at: self.context.now() }))
    }

    async fn verification(&self, user: UserId) -> Result<Addressed, Failure> {
        let Some((user, to)) = self.reader(user).await? else { return Ok(None) };
        if user.email_verified {
            return Ok(None);
        }
        if user.password_hash.is_none() {
            return self.first_password(&user, to).await;
        }
        let token = self.token(&user, TokenPurpose::EmailVerification, None).await?;
        let letter = Letter {
            subject: "Confirm your e-mail address".to_owned(),
            paragraphs: vec!["One step is left: tell us that this address is yours.".to_owned()],
            action: Some(self.action("Confirm the address", &format!("/verify-email?token={token}"))),
            notes: vec!["The link works for two days. If you did not register, leave it alone.".to_owned()],
            ..to_user(&user)
        };
        Ok(Some((to, letter)))
    }

    /// For who registered more than once, or was entered by the shop: no password holds yet.
    async fn first_password(&self, user: &User, to: Email) -> Result<Addressed, Failure> {
        let token = self.token(user, TokenPurpose::PasswordReset, None).await?;
        let letter = Letter {
            subject: "Confirm your e-mail address".to_owned(),
            paragraphs: vec![
                "Somebody, perhaps you, registered with this address more than once. If it was you, choose the \
                 password that is to hold: that confirms the address too."
                    .to_owned(),
            ],
            action: Some(self.action("Choose a password", &format!("/reset-password?token={token}"))),
            notes: vec![
                "The link works once, for one hour. If you did not register, leave it alone.".to_owned(),
            ],
            ..to_user(user)
        };
        Ok(Some((to, letter)))
    }

    async fn already_registered(&self, user: UserId) -> Result<Addressed, Failure> {
        let Some((user, to)) = self.reader(user).await? else { return Ok(None) };
        let letter = Letter {
            subject: "You have an account already".to_owned(),
            paragraphs: vec![
                "Somebody, perhaps you, tried to register with this address. You have an account here: just \
                 sign in."
                    .to_owned(),
            ],
            action: Some(self.action("Sign in", "/login")),
            notes: vec!["If that was not you, nothing has happened and there is nothing to do.".to_owned()],
            ..to_user(&user)
        };
        Ok(Some((to, letter)))
    }

    async fn password_reset(&self, user: UserId) -> Result<Addressed, Failure> {
        let Some((user, to)) = self.reader(user).await? else { return Ok(None) };
        let token = self.token(&user, TokenPurpose::PasswordReset, None).await?;
        let letter = Letter {
            subject: "Choose a new password".to_owned(),
            paragraphs: vec!["Somebody, perhaps you, asked for a new password for this account.".to_owned()],
            action: Some(self.action("Choose a password", &format!("/reset-password?token={token}"))),
            notes: vec![
                "The link works once, for one hour. If you did not ask for it, your password stays as it is."
                    .to_owned(),
            ],
            ..to_user(&user)
        };
        Ok(Some((to, letter)))
    }

    async fn password_changed(&self, user: UserId) -> Result<Addressed, Failure> {
        let Some((user, to)) = self.reader(user).await? else { return Ok(None) };
        let letter = Letter {
            subject: "Your password was changed".to_owned(),
            paragraphs: vec!["All other devices are signed out.".to_owned()],
            notes: vec!["If that was not you, choose a new password at once.".to_owned()],
            action: Some(self.action("It was not me", "/forgot-password")),
            ..to_user(&user)
        };
        Ok(Some((to, letter)))
    }

    async fn email_change(&self, user: UserId, email: &str) -> Result<Addressed, Failure> {
        let (Some((user, _)), Ok(to)) = (self.reader(user).await?, Email::parse(email)) else {
            return Ok(None);
        };
        let token = self.token(&user, TokenPurpose::EmailChange, Some(to.clone())).await?;
        let letter = Letter {
            subject: "Confirm your new e-mail address".to_owned(),
            paragraphs: vec!["Once you confirm it, your account moves to this address.".to_owned()],
            action: Some(self.action("Confirm the address", &format!("/confirm-email?token={token}"))),
            notes: vec!["The link works for one day. If you did not ask for it, leave it alone.".to_owned()],
            ..to_user(&user)
        };
        Ok(Some((to, letter)))
    }

    async fn email_changed(&self, user: UserId, email: &str) -> Result<Addressed, Failure> {
        let (Some((user, _)), Ok(to)) = (self.reader(user).await?, Email::parse(email)) else {
            return Ok(None);
        };
        let letter = Letter {
            subject: "Your account has a new e-mail address".to_owned(),
            paragraphs: vec!["This address no longer opens your account.".to_owned()],
            notes: vec!["If that was not you, answer this letter.".to_owned()],
            ..to_user(&user)
        };
        Ok(Some((to, letter)))
    }

    async fn order_confirmation(&self, order: OrderId) -> Result<Addressed, Failure> {
        let Some((order, to, lines)) = self.order(order).await? else { return Ok(None) };
        let mut letter = self.bill(&order, &lines).await?;
        letter.subject = format!("Your order {}", order.number);
        letter.paragraphs = vec!["Thank you for your order. This is what we noted down:".to_owned()];
        Ok(Some((to, letter)))
    }

    async fn payment(&self, order: OrderId) -> Result<Addressed, Failure> {
        let Some((order, to, lines)) = self.order(order).await? else { return Ok(None) };
        let mut letter = self.bill(&order, &lines).await?;
        letter.subject = format!("Payment received for order {}", order.number);
        letter.paragraphs =
            vec![format!("We received {} and pack your parcel now.", order.money(order.paid_minor))];
        Ok(Some((to, letter)))
    }

    async fn shipment(&self, order: OrderId, fulfillment: FulfillmentId) -> Result<Addressed, Failure> {
        let Some((order, to, lines)) = self.order(order).await? else { return Ok(None) };
        let found = self.storage.fulfillments(&[fulfillment]).await?.remove(&fulfillment);
        let Some(parcel) = found.filter(|parcel| parcel.order_id == order.id) else { return Ok(None) };
        let letter = Letter {
            subject: format!("Order {} is on its way", order.number),
            name: addressee(&order),
            paragraphs: vec![carried_by(&parcel)],
            rows: parcel
                .lines
                .iter()
                .filter_map(|(line, pieces)| parcel_row(&lines, *line, *pieces))
                .collect(),
            action: match &parcel.tracking_url {
                Some(url) => Some(Action { label: "Follow the parcel".to_owned(), url: url.clone() }),
                None => Some(self.order_action(&order)),
            },
            ..Letter::default()
        };
        Ok(Some((to, letter)))
    }

    async fn back_in_stock(&self, user: UserId, product: ProductId) -> Result<Addressed, Failure> {
        let Some((user, to)) = self.reader(user).await? else { return Ok(None) };
        let found = self.storage.products(&[product]).await?.remove(&product);
        // Only to addresses that are known to be theirs: nobody asked for this letter by name.
        let Some(product) = found.filter(|found| found.is_visible() && user.email_verified) else {
            return Ok(None);
        };
        let letter = Letter {
            subject: format!("{} is back", product.name),
            paragraphs: vec![format!(
                "It is on your wishlist, costs {} and can be bought again.",
                product.price
            )],
            action: Some(self.action("Look at it", &format!("/p/{}", product.slug))),
            notes: vec!["Take it off your wishlist to hear no more of it.".to_owned()],
            ..to_user(&user)
        };
        Ok(Some((to, letter)))
    }

    /// The user and where to write to; `None` for closed accounts and those without an address.
    async fn reader(&self, id: UserId) -> Result<Option<(User, Email)>, Failure> {
        let user = self.storage.users(&[id]).await?.remove(&id).filter(|user| user.deleted_at.is_none());
        Ok(user.and_then(|user| user.email.clone().map(|email| (user, email))))
    }

    async fn order(&self, id: OrderId) -> Result<Option<(Order, Email, Vec<OrderLine>)>, Failure> {
        let Some(order) = self.storage.orders(&[id]).await?.remove(&id) else { return Ok(None) };
        let Some(email) = order.email.clone() else { return Ok(None) };
        let lines = self.storage.order_lines_of(&[id]).await?.remove(&id).unwrap_or_default();
        Ok(Some((order, email, lines)))
    }

    async fn token(
        &self,
        user: &User,
        purpose: TokenPurpose,
        email: Option<Email>,
    ) -> Result<String, Failure> {
        let (token, secret) = single_use_token(&self.context, user.id, purpose, email);
        let mut unit = self.storage.begin().await?;
        unit.insert_one_time_token(&token).await?;
        unit.save().await?;
        Ok(secret)
    }

    async fn bill(&self, order: &Order, lines: &[OrderLine]) -> Result<Letter, Failure> {
        let cost = &order.cost;
        let sums = [
            ("Goods", cost.subtotal_minor, true),
            ("Discount", cost.discount_minor.saturating_neg(), cost.discount_minor != 0),
            ("Shipping", cost.shipping_minor, true),
            ("Tax", cost.tax_minor, cost.tax_minor != 0),
            ("Total", cost.total_minor, true),
        ];
        let sum =
            |label: &str, minor| Sum { label: label.to_owned(), amount: order.money(minor).to_string() };
        Ok(Letter {
            name: addressee(order),
            rows: lines.iter().map(|line| bill_row(order, line)).collect(),
            sums: sums
                .into_iter()
                .filter(|(_, _, shown)| *shown)
                .map(|(label, minor, _)| sum(label, minor))
                .collect(),
            action: Some(self.order_action(order)),
            ..Letter::default()
        })
    }

    fn order_action(&self, order: &Order) -> Action {
        self.action("See the order", &format!("/orders/{}", order.number))
    }

    fn action(&self, label: &str, path: &str) -> Action {
        Action { label: label.to_owned(), url: format!("{}{path}", self.url) }
    }
}

/// Before an address is confirmed the name is whatever somebody typed who need not own it: a stranger's words do not go
/// out under the shop's name.
fn to_user(user: &User) -> Letter {
    Letter { name: user.email_verified.then(|| user.display_name.clone()), ..Letter::default() }
}

fn addressee(order: &Order) -> Option<String> {
    order.shipping_address.as_ref().map(|address| address.name.clone())
}

fn bill_row(order: &Order, line: &OrderLine) -> Row {
    Row {
        label: line.product_name.clone(),
        detail: format!("{} × {}", line.quantity, order.money(line.unit_price_minor)),
        amount: order.money(line.total_minor).to_string(),
    }
}

fn parcel_row(lines: &[OrderLine], line: crate::domain::ids::OrderLineId, pieces: u32) -> Option<Row> {
    let line = lines.iter().find(|one| one.id == line)?;
    Some(Row { label: line.product_name.clone(), detail: line.sku.clone(), amount: format!("{pieces} ×") })
}

fn carried_by(parcel: &Fulfillment) -> String {
    match (&parcel.carrier, &parcel.tracking_number) {
        (Some(carrier), Some(number)) => format!("{carrier} carries it, under the number {number}."),
        (Some(carrier), None) => format!("{carrier} carries it."),
        (None, Some(number)) => format!("The carrier knows it under the number {number}."),
        (None, None) => "It was handed to the carrier.".to_owned(),
    }
}
