//! Letters and what they lead to: addresses confirmed or changed, passwords chosen anew, accounts closed.

use async_graphql::{Context, Object};

use super::account::{AuthPayload, Baggage, SuccessPayload, auth_payload};
use crate::graphql::auth::{InPerson, auth, caller};
use crate::graphql::error::GraphqlResult;
use crate::graphql::services;

#[derive(Default)]
pub struct RecoveryMutation;

#[Object]
impl RecoveryMutation {
    /// Confirms an address with the token of the letter sent to it, and signs its owner in.
    async fn email_verify(
        &self,
        ctx: &Context<'_>,
        #[graphql(secret)] token: String,
    ) -> GraphqlResult<AuthPayload> {
        let answer = services(ctx).accounts.verify_email(&token, caller(ctx)).await;
        auth_payload(ctx, answer, &[], Baggage::default()).await
    }

    /// Sends the letter again. Answers alike when there is nobody to send it to.
    async fn email_verification_resend(
        &self,
        ctx: &Context<'_>,
        email: String,
    ) -> GraphqlResult<SuccessPayload> {
        SuccessPayload::of(services(ctx).accounts.resend_verification(&email, caller(ctx)).await, &[])
    }

    /// Writes to a new address of the account. Answers alike when somebody else has it: they get the letter then.
    #[graphql(guard = "InPerson", directive = auth::apply(None, None, Some(true)))]
    async fn email_change_request(
        &self,
        ctx: &Context<'_>,
        new_email: String,
        #[graphql(secret)] password: String,
    ) -> GraphqlResult<SuccessPayload> {
        let accounts = &services(ctx).accounts;
        SuccessPayload::of(accounts.request_email_change(caller(ctx), &new_email, &password).await, &[])
    }

    /// Moves the account to the new address with the token of the letter sent there.
    async fn email_change_confirm(
        &self,
        ctx: &Context<'_>,
        #[graphql(secret)] token: String,
    ) -> GraphqlResult<SuccessPayload> {
        let answer = services(ctx).accounts.confirm_email_change(&token).await;
        SuccessPayload::of(answer.map(drop), &[])
    }

    /// Sends a letter with a link to choose a new password. Answers alike when there is nobody to send it to.
    async fn password_reset_request(
        &self,
        ctx: &Context<'_>,
        email: String,
    ) -> GraphqlResult<SuccessPayload> {
        SuccessPayload::of(services(ctx).accounts.request_password_reset(&email, caller(ctx)).await, &[])
    }

    /// Sets a new password with the token of that letter, signs the user out everywhere and in here. The token works
    /// once, and only the latest one.
    async fn password_reset(
        &self,
        ctx: &Context<'_>,
        #[graphql(secret)] token: String,
        #[graphql(secret)] new_password: String,
    ) -> GraphqlResult<AuthPayload> {
        let answer = services(ctx).accounts.choose_password(&token, &new_password, caller(ctx)).await;
        auth_payload(ctx, answer, &[], Baggage::default()).await
    }

    /// Changes the password, signs the user out everywhere and in here anew.
    #[graphql(guard = "InPerson", directive = auth::apply(None, None, Some(true)))]
    async fn password_change(
        &self,
        ctx: &Context<'_>,
        #[graphql(secret)] current_password: String,
        #[graphql(secret)] new_password: String,
    ) -> GraphqlResult<AuthPayload> {
        let accounts = &services(ctx).accounts;
        let answer = accounts.change_password(caller(ctx), &current_password, &new_password).await;
        auth_payload(ctx, answer, &[], Baggage::default()).await
    }

    /// Closes the account: everything personal is removed, orders stay without it. Orders that were not sent yet are
    /// called off and paid back; one that is partly on its way keeps the account open (ORDER_PARTLY_SHIPPED).
    #[graphql(guard = "InPerson", directive = auth::apply(None, None, Some(true)))]
    async fn account_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(secret)] password: String,
    ) -> GraphqlResult<SuccessPayload> {
        SuccessPayload::of(services(ctx).accounts.close(caller(ctx), &password).await, &[])
    }
}
