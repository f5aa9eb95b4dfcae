//! Registering, and proving that an address is one's own. Nothing here tells whether an address is known.

use super::{Accounts, SignedUp, check_strength, locked, tokens};
use crate::domain::caller::Caller;
use crate::domain::ids::{CartId, UserId, VisitorId};
use crate::domain::limits;
use crate::domain::people::{Arrival, OneTimeToken, TokenPurpose, User};
use crate::domain::text::{self, Email};
use crate::services::error::{Mistakes, Problem, ServiceError};
use crate::services::messages::Message;
use crate::storage::{StorageError, UnitOfWork};

/// What somebody says who registers.
#[derive(Debug, Clone)]
pub struct Registration {
    pub email: String,
    pub password: String,
    pub display_name: String,
    pub visitor: Option<VisitorId>,
    /// The token of a guest's cart that is to come along.
    pub guest_cart: Option<String>,
}

impl Accounts {
    /// Makes an account and writes to its address. When the address is taken, its owner gets a letter instead, and the
    /// answer and the work are the same.
    pub async fn register(&self, input: Registration, caller: &Caller) -> Result<(), ServiceError> {
        let mut mistakes = Mistakes::default();
        let email = mistakes.check(["email"], Email::parse(&input.email));
        let name = text::line("displayName", &input.display_name, limits::NAME);
        let name = mistakes.check(["displayName"], name);
        mistakes.check(["password"], check_strength(&input.password, &input.email, &input.display_name));
        let (Some(email), Some(display_name), true) = (email, name, mistakes.is_empty()) else {
            return Err(ServiceError::Refused(mistakes.into_inner()));
        };
        let now = self.context.now();
        if let Some(wait) = self.throttle.letter(&email, caller.ip, now).await? {
            return Err(locked(wait));
        }
        // Worked out for a taken address too: it is what takes the time.
        let hash = self.passwords.hash(&input.password).await?;
        let arrival = Arrival {
            visitor: input.visitor.or(caller.visitor),
            cart: self.guest_cart(input.guest_cart.as_deref()).await?,
        };
        let owner = self.storage.user_by_email(&email).await?;
        let mut unit = self.storage.begin().await?;
        if let Some(owner) = owner {
            let user = owner.id;
            let letter = match owner.email_verified {
                true => Message::AlreadyRegisteredLetter { user },
                false => {
                    self.forget_unproven_password(unit.as_mut(), user).await?;
                    Message::VerificationLetter { user }
                }
            };
            unit.post(&[letter.to_outbox(&self.context)]).await?;
            return Ok(unit.save().await?);
        }
        let user = User {
            email: Some(email),
            password_hash: Some(hash),
            ..User::new(self.context.new_id(), display_name, now)
        };
        match unit.insert_user(&user).await {
            Ok(()) => {}
            // Somebody registered it this very moment, and gets a letter from that.
            Err(StorageError::Conflict { what: "email" }) => return Ok(()),
            Err(error) => return Err(error.into()),
        }
        // Nothing of it moves before they sign in: a guest whose cart was gone would know that the address was free.
        if arrival != Arrival::default() {
            unit.keep_arrival(user.id, &arrival).await?;
        }
        unit.post(&[Message::VerificationLetter { user: user.id }.to_outbox(&self.context)]).await?;
        Ok(unit.save().await?)
    }

    /// Somebody registers an address again that nobody has confirmed: who of the two reads its letters is not known, so
    /// neither password may hold. The letter lets its reader choose one.
    async fn forget_unproven_password(
        &self,
        unit: &mut dyn UnitOfWork,
        user: UserId,
    ) -> Result<(), ServiceError> {
        let user = unit.user_for_update(user).await?;
        let unproven = user.filter(|user| !user.email_verified && user.password_hash.is_some());
        if let Some(user) = unproven {
            let user = User { password_hash: None, updated_at: self.context.now(), ..user };
            unit.update_user(&user, None).await?;
        }
        Ok(())
    }

    /// The guest's cart of that token. A token that opens none holds no registration up.
    async fn guest_cart(&self, token: Option<&str>) -> Result<Option<CartId>, ServiceError> {
        let Some(hash) = token.and_then(tokens::stored_form) else { return Ok(None) };
        let cart = self.storage.cart_by_token(&hash).await?;
        Ok(cart.filter(|cart| cart.user_id.is_none()).map(|cart| cart.id))
    }

    /// Uses up the token of a verification letter: the address is theirs, and they are signed in.
    pub async fn verify_email(&self, token: &str, caller: &Caller) -> Result<SignedUp, ServiceError> {
        let mut unit = self.storage.begin().await?;
        let (_, mut user) = self.redeem(unit.as_mut(), token, TokenPurpose::EmailVerification).await?;
        let now = self.context.now();
        // Registered more than once, so whoever is signed in already need not be who reads the letters.
        let ended = match user.password_hash {
            None => unit.revoke_sessions_of(user.id, None, now).await?,
            Some(_) => Vec::new(),
        };
        user.email_verified = true;
        user.updated_at = now;
        let user = unit.update_user(&user, None).await?;
        let signed_up = self.open_session(unit, user, caller).await?;
        for session in ended {
            self.standings.invalidate(&session).await;
        }
        Ok(signed_up)
    }

    /// Writes another verification letter, if there is somebody to write it to.
    pub async fn resend_verification(&self, email: &str, caller: &Caller) -> Result<(), ServiceError> {
        self.write_to(email, caller, |user| Message::VerificationLetter { user }).await
    }

    /// Asks for a letter to whoever has an address. When nobody has, it is asked for all the same, to a user there is
    /// not: the answer takes as long, and no letter comes of it.
    pub(super) async fn write_to(
        &self,
        email: &str,
        caller: &Caller,
        letter: impl FnOnce(UserId) -> Message,
    ) -> Result<(), ServiceError> {
        let email = Email::parse(email).map_err(|invalid| ServiceError::refuse(["email"], invalid))?;
        if let Some(wait) = self.throttle.letter(&email, caller.ip, self.context.now()).await? {
            return Err(locked(wait));
        }
        let user = self.storage.user_by_email(&email).await?;
        let user = user.map_or_else(|| self.context.new_id(), |user| user.id);
        let mut unit = self.storage.begin().await?;
        unit.post(&[letter(user).to_outbox(&self.context)]).await?;
        Ok(unit.save().await?)
    }

    /// Takes a single-use token and the user it was made for, locked. It is used up once the unit is saved.
    pub(super) async fn redeem(
        &self,
        unit: &mut dyn UnitOfWork,
        token: &str,
        purpose: TokenPurpose,
    ) -> Result<(OneTimeToken, User), ServiceError> {
        let refuse = |problem| ServiceError::refuse(["token"], problem);
        let hash = tokens::stored_form(token).ok_or_else(|| refuse(Problem::TokenInvalid))?;
        let found = unit.take_one_time_token(&hash, purpose).await?;
        let found = found.ok_or_else(|| refuse(Problem::TokenInvalid))?;
        if found.expires_at <= self.context.now() {
            return Err(refuse(Problem::TokenExpired));
        }
        let user = unit.user_for_update(found.user_id).await?.filter(|user| user.deleted_at.is_none());
        Ok((found, user.ok_or_else(|| refuse(Problem::TokenInvalid))?))
    }
}
