//! Letters, and what their links do: addresses confirmed and changed, passwords chosen anew.

use std::time::Duration;

use serde_json::{Value, json};

use super::accounts::{apply, login, register};
use super::{Api, nobody, user_errors};

const PASSWORD: &str = "correct horse battery";

async fn with_token(api: &Api, mutation: &str, token: &str) -> Value {
    let response = api.run_with(&nobody(), mutation, json!({"token": token})).await;
    assert_eq!(response.get("errors"), None, "{mutation}");
    response["data"]["answer"].clone()
}

const VERIFY: &str = "mutation($token: String!) { answer: emailVerify(token: $token) {
    session { accessToken } user { emailVerified } userErrors { path code } } }";
const RESET: &str = "mutation($token: String!) { answer: passwordReset(token: $token, newPassword: \"four plain new words\") {
    session { accessToken } user { emailVerified } userErrors { path code } } }";
const CONFIRM: &str = "mutation($token: String!) { answer: emailChangeConfirm(token: $token) {
    success userErrors { path code } } }";

#[tokio::test]
async fn the_letter_after_registering_confirms_the_address_once() {
    let api = Api::start().await;
    apply(&api, "maria@example.org", PASSWORD).await;
    let letters = api.letters().await;
    assert_eq!(letters.len(), 1);
    let token = api.token_for("maria@example.org").await;
    insta::assert_snapshot!("verification_letter", letters[0].text.replace(&token, "TOKEN"));
    let verified = with_token(&api, VERIFY, &token).await;
    assert_eq!(verified["user"]["emailVerified"], true);
    assert!(verified["session"]["accessToken"].is_string());
    assert_eq!(user_errors(&with_token(&api, VERIFY, &token).await), ["token: TOKEN_INVALID"]);
}

#[tokio::test]
async fn a_letter_can_be_sent_again_and_only_the_latest_works() {
    let api = Api::start().await;
    apply(&api, "maria@example.org", PASSWORD).await;
    let first = api.token_for("maria@example.org").await;
    api.shop.pass(Duration::from_secs(1));
    let resend = r#"mutation { emailVerificationResend(email: "maria@example.org") { success } }"#;
    api.data(&nobody(), resend).await;
    let second = api.token_for("maria@example.org").await;
    assert_ne!(first, second);
    assert_eq!(user_errors(&with_token(&api, VERIFY, &first).await), ["token: TOKEN_INVALID"]);
    assert_eq!(user_errors(&with_token(&api, VERIFY, &second).await), Vec::<String>::new());
    api.data(&nobody(), resend).await;
    assert_eq!(api.letters().await.len(), 2, "who is confirmed gets no more of them");
}

#[tokio::test]
async fn a_taken_address_hears_of_the_attempt() {
    let api = Api::start().await;
    api.customer("maria").await;
    apply(&api, "maria@example.org", PASSWORD).await;
    let letters = api.letters().await;
    assert_eq!(letters[0].subject, "You have an account already");
    assert_eq!(letters.len(), 1);
}

#[tokio::test]
async fn tokens_run_out() {
    let api = Api::start().await;
    apply(&api, "maria@example.org", PASSWORD).await;
    let token = api.token_for("maria@example.org").await;
    api.shop.pass(Duration::from_secs(48 * 3600));
    assert_eq!(user_errors(&with_token(&api, VERIFY, &token).await), ["token: TOKEN_EXPIRED"]);
    for nonsense in ["", "x", &"A".repeat(43), &"\u{202e}".repeat(20), &"x".repeat(1 << 20)] {
        assert_eq!(user_errors(&with_token(&api, VERIFY, nonsense).await), ["token: TOKEN_INVALID"]);
    }
}

#[tokio::test]
async fn a_forgotten_password_is_chosen_anew_and_every_session_ends() {
    let api = Api::start().await;
    let before = register(&api, "maria@example.org", PASSWORD).await;
    api.shop.pass(Duration::from_secs(1));
    let request = |email: &str| {
        format!(
            r#"mutation {{ passwordResetRequest(email: "{email}") {{ success userErrors {{ code }} }} }}"#
        )
    };
    let known = api.data(&nobody(), &request("maria@example.org")).await;
    let unknown = api.data(&nobody(), &request("nobody@example.org")).await;
    assert_eq!(known, unknown);
    let token = api.token_for("maria@example.org").await;
    // A token for one purpose is none for another.
    assert_eq!(user_errors(&with_token(&api, VERIFY, &token).await), ["token: TOKEN_INVALID"]);
    let weak = RESET.replace("four plain new words", "12345678");
    assert_eq!(user_errors(&with_token(&api, &weak, &token).await), ["newPassword: PASSWORD_TOO_WEAK"]);
    let reset = with_token(&api, RESET, &token).await;
    assert_eq!(reset["user"]["emailVerified"], true);
    assert_eq!(user_errors(&with_token(&api, RESET, &token).await), ["token: TOKEN_INVALID"]);
    let old = before["session"]["accessToken"].as_str().unwrap();
    assert!(api.services.accounts.signed_in(old).await.is_err());
    api.bearer(&reset).await;
    let new = login(&api, &nobody(), "maria@example.org", "four plain new words").await;
    assert_eq!(user_errors(&new), Vec::<String>::new());
    let told = api.letters().await;
    assert!(told.iter().any(|letter| letter.subject == "Your password was changed"));
}

#[tokio::test]
async fn an_account_moves_to_a_new_address_once_that_has_answered() {
    let api = Api::start().await;
    let maria = api.bearer(&register(&api, "maria@example.org", PASSWORD).await).await;
    api.customer("taken").await;
    let request = |email: &str, password: &str| {
        format!(
            r#"mutation {{ emailChangeRequest(newEmail: "{email}", password: "{password}") {{ success userErrors {{ path code }} }} }}"#
        )
    };
    let wrong = api.data(&maria, &request("new@example.org", "wrong")).await;
    assert_eq!(user_errors(&wrong["emailChangeRequest"]), ["password: INVALID_CREDENTIALS"]);
    let free = api.data(&maria, &request("new@example.org", PASSWORD)).await;
    let taken = api.data(&maria, &request("taken@example.org", PASSWORD)).await;
    assert_eq!(free, taken);
    let token = api.token_for("new@example.org").await;
    assert_eq!(with_token(&api, CONFIRM, &token).await["success"], true);
    let me = api.data(&maria, "{ me { email emailVerified } }").await;
    assert_eq!(me["me"], json!({"email": "new@example.org", "emailVerified": true}));
    let letters = api.letters().await;
    let told = letters.iter().find(|letter| letter.to.as_str() == "maria@example.org").unwrap();
    assert_eq!(told.subject, "Your account has a new e-mail address");
    let hint = letters.iter().find(|letter| letter.to.as_str() == "taken@example.org").unwrap();
    assert_eq!(hint.subject, "You have an account already");
}

#[tokio::test]
async fn letters_to_one_address_become_rarer_whoever_asks_and_whether_or_not_anybody_has_it() {
    let api = Api::start().await;
    api.customer("maria").await;
    let ask = async |email: &str| {
        let mutation = format!(
            r#"mutation {{ passwordResetRequest(email: "{email}") {{ success userErrors {{ path code }} }} }}"#
        );
        api.data(&nobody(), &mutation).await["passwordResetRequest"].clone()
    };
    for email in ["maria@example.org", "nobody@example.org"] {
        for _ in 0..4 {
            assert_eq!(user_errors(&ask(email).await), Vec::<String>::new());
        }
        assert_eq!(user_errors(&ask(email).await), ["email: ACCOUNT_LOCKED"]);
    }
    api.shop.pass(Duration::from_secs(60));
    assert_eq!(user_errors(&ask("maria@example.org").await), Vec::<String>::new());
}
