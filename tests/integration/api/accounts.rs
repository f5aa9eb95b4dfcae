//! Registering, signing in, renewing and ending sessions.

use std::time::Duration;

use serde_json::{Value, json};
use shelfwise::domain::caller::Caller;
use shelfwise::services::accounts::CallerRefused;

use super::{Api, nobody, user_errors};

pub(super) const REGISTER: &str = "mutation($input: RegisterInput!) { register(input: $input) {
    verificationSent session { accessToken } user { id }
    userErrors { __typename message path code }
} }";
const LOGIN: &str = "mutation($input: LoginInput!) { login(input: $input) {
    session { accessToken expiresAt refreshToken refreshExpiresAt }
    user { id email displayName role permissions createdAt } userErrors { message path code }
} }";
const VERIFY: &str = "mutation($token: String!) { emailVerify(token: $token) {
    session { accessToken expiresAt refreshToken refreshExpiresAt }
    user { id email displayName role permissions createdAt } userErrors { message path code }
} }";
const REFRESH: &str = "mutation($token: String!) { sessionRefresh(refreshToken: $token) {
    session { accessToken refreshToken } user { email } userErrors { message path code }
} }";

pub(super) async fn apply(api: &Api, email: &str, password: &str) -> Value {
    let input = json!({"input": {"email": email, "password": password, "displayName": "Maria"}});
    api.run_with(&nobody(), REGISTER, input).await["data"]["register"].clone()
}

/// Makes an account and follows the letter, which signs in.
pub(super) async fn register(api: &Api, email: &str, password: &str) -> Value {
    assert_eq!(apply(api, email, password).await["verificationSent"], true);
    let token = json!({"token": api.token_for(&email.to_lowercase()).await});
    api.run_with(&nobody(), VERIFY, token).await["data"]["emailVerify"].clone()
}

pub(super) async fn login(api: &Api, caller: &Caller, email: &str, password: &str) -> Value {
    let input = json!({"input": {"email": email, "password": password}});
    api.run_with(caller, LOGIN, input).await["data"]["login"].clone()
}

async fn refresh(api: &Api, payload: &Value) -> Value {
    let token = json!({"token": payload["session"]["refreshToken"]});
    api.run_with(&nobody(), REFRESH, token).await["data"]["sessionRefresh"].clone()
}

#[tokio::test]
async fn signing_in_opens_a_session() {
    let api = Api::start().await;
    register(&api, "Maria@Example.org", "correct horse battery").await;
    let payload = login(&api, &nobody(), "MARIA@example.org", "correct horse battery").await;
    insta::assert_json_snapshot!("signing_in_opens_a_session", payload);
    let me =
        api.data(&api.bearer(&payload).await, "{ me { displayName email } viewer { permissions } }").await;
    assert_eq!(me["me"], json!({"displayName": "Maria", "email": "maria@example.org"}));
}

#[tokio::test]
async fn everything_wrong_with_a_registration_is_told_at_once() {
    let api = Api::start().await;
    let input = json!({"input": {"email": "nobody", "password": "12345678", "displayName": " "}});
    let response = api.run_with(&nobody(), REGISTER, input).await;
    insta::assert_json_snapshot!("everything_wrong_with_a_registration_is_told_at_once", response);
}

#[tokio::test]
async fn registering_answers_alike_whether_or_not_the_address_is_taken() {
    let api = Api::start().await;
    let first = apply(&api, "maria@example.org", "correct horse battery").await;
    let token = json!({"token": api.token_for("maria@example.org").await});
    api.run_with(&nobody(), VERIFY, token).await;
    let again = apply(&api, "MARIA@example.org", "another good one").await;
    insta::assert_json_snapshot!("registering_answers_alike", first);
    assert_eq!(first, again);
    let owner = login(&api, &nobody(), "maria@example.org", "correct horse battery").await;
    assert_eq!(user_errors(&owner), Vec::<String>::new());
    let other = login(&api, &nobody(), "maria@example.org", "another good one").await;
    assert_eq!(user_errors(&other), ["input: INVALID_CREDENTIALS"]);
}

#[tokio::test]
async fn only_the_right_password_signs_in_and_the_refusal_is_the_same_for_unknown_addresses() {
    let api = Api::start().await;
    register(&api, "maria@example.org", "correct horse battery").await;
    let right = login(&api, &nobody(), "maria@example.org", "correct horse battery").await;
    assert_eq!(right["user"]["email"], "maria@example.org");
    let wrong = login(&api, &nobody(), "maria@example.org", "incorrect horse").await;
    let unknown = login(&api, &nobody(), "nobody@example.org", "incorrect horse").await;
    assert_eq!(user_errors(&wrong), ["input: INVALID_CREDENTIALS"]);
    assert_eq!(wrong, unknown);
}

#[tokio::test]
async fn guessing_makes_the_next_attempt_wait_longer_and_longer() {
    let api = Api::start().await;
    register(&api, "maria@example.org", "correct horse battery").await;
    for _ in 0..6 {
        let guess = login(&api, &nobody(), "maria@example.org", "a wrong guess").await;
        assert_eq!(user_errors(&guess), ["input: INVALID_CREDENTIALS"]);
    }
    let locked = login(&api, &nobody(), "maria@example.org", "correct horse battery").await;
    assert_eq!(user_errors(&locked), ["input.email: ACCOUNT_LOCKED"]);
    api.shop.pass(Duration::from_secs(1));
    let after = login(&api, &nobody(), "maria@example.org", "correct horse battery").await;
    assert_eq!(user_errors(&after), Vec::<String>::new());
}

#[tokio::test]
async fn a_sender_who_tries_many_addresses_waits_too() {
    let api = Api::start().await;
    let sender = Caller { ip: "192.0.2.7".parse().ok(), ..nobody() };
    for n in 0..31 {
        login(&api, &sender, &format!("{n}@example.org"), "a wrong guess").await;
    }
    let next = login(&api, &sender, "fresh@example.org", "a wrong guess").await;
    assert_eq!(user_errors(&next), ["input.email: ACCOUNT_LOCKED"]);
    let elsewhere = login(&api, &nobody(), "fresh@example.org", "a wrong guess").await;
    assert_eq!(user_errors(&elsewhere), ["input: INVALID_CREDENTIALS"]);
}

#[tokio::test]
async fn a_refresh_token_works_once_and_its_replay_ends_the_session() {
    let api = Api::start().await;
    let first = register(&api, "maria@example.org", "correct horse battery").await;
    let second = refresh(&api, &first).await;
    let access = second["session"]["accessToken"].as_str().unwrap().to_owned();
    assert!(api.services.accounts.signed_in(&access).await.is_ok());
    let replayed = refresh(&api, &first).await;
    assert_eq!(user_errors(&replayed), ["refreshToken: TOKEN_INVALID"]);
    assert!(matches!(api.services.accounts.signed_in(&access).await, Err(CallerRefused::Unknown)));
    let third = refresh(&api, &second).await;
    assert_eq!(third["session"], Value::Null);
}

#[tokio::test]
async fn tokens_stop_working_when_their_time_is_over() {
    let api = Api::start().await;
    let payload = register(&api, "maria@example.org", "correct horse battery").await;
    let access = payload["session"]["accessToken"].as_str().unwrap();
    api.shop.pass(Duration::from_secs(15 * 60));
    assert!(matches!(api.services.accounts.signed_in(access).await, Err(CallerRefused::Expired)));
    api.shop.pass(Duration::from_secs(30 * 24 * 60 * 60));
    assert_eq!(user_errors(&refresh(&api, &payload).await), ["refreshToken: TOKEN_EXPIRED"]);
    let nonsense = json!({"session": {"refreshToken": "nonsense"}});
    assert_eq!(user_errors(&refresh(&api, &nonsense).await), ["refreshToken: TOKEN_INVALID"]);
}

#[tokio::test]
async fn logging_out_ends_one_session_or_all() {
    let api = Api::start().await;
    let sessions = [
        register(&api, "maria@example.org", "correct horse battery").await,
        login(&api, &nobody(), "maria@example.org", "correct horse battery").await,
        login(&api, &nobody(), "maria@example.org", "correct horse battery").await,
    ];
    let valid = async |payload: &Value| {
        let token = payload["session"]["accessToken"].as_str().unwrap();
        api.services.accounts.signed_in(token).await.is_ok()
    };
    let first = api.bearer(&sessions[0]).await;
    let done = api.data(&first, "mutation { logout { success userErrors { code } } }").await;
    assert_eq!(done["logout"]["success"], true);
    assert!(!valid(&sessions[0]).await && valid(&sessions[1]).await && valid(&sessions[2]).await);
    let second = api.bearer(&sessions[1]).await;
    api.data(&second, "mutation { logout(allSessions: true) { success } }").await;
    assert!(!valid(&sessions[1]).await && !valid(&sessions[2]).await);
    assert_eq!(refresh(&api, &sessions[2]).await["session"], Value::Null);
}

#[tokio::test]
async fn signing_in_makes_what_the_visitor_did_the_users_own() {
    use shelfwise::domain::interaction::{InteractionKind, Subject};
    let api = Api::start().await;
    let mug = api.shop.product("mug");
    api.shop.stock(&[&mug]).await;
    let visitor = api.shop.visitor();
    let view = api.shop.interaction(Subject::Visitor(visitor.id), mug.product.id, InteractionKind::View);
    let mut work = api.shop.begin().await;
    work.insert_visitor(&visitor).await.unwrap();
    work.record_interactions(&[view], api.shop.now()).await.unwrap();
    work.save().await.unwrap();
    let from = Caller { visitor: Some(visitor.id), ..nobody() };
    let input =
        json!({"input": {"email": "m@example.org", "password": "correct horse battery", "displayName": "M"}});
    api.run_with(&from, REGISTER, input).await;
    let token = json!({"token": api.token_for("m@example.org").await});
    let payload = api.run_with(&nobody(), VERIFY, token).await["data"]["emailVerify"].clone();
    let history = "{ me { viewHistory { nodes { viewCount product { slug } } } } }";
    let me = api.data(&api.bearer(&payload).await, history).await;
    assert_eq!(me["me"]["viewHistory"]["nodes"], json!([{"viewCount": 1, "product": {"slug": "mug"}}]));
}

/// The shortest of a few runs: what the work takes when nobody else is in the way.
async fn shortest(run: impl AsyncFn(usize) -> Value) -> Duration {
    let mut shortest = Duration::MAX;
    for round in 0..5 {
        let begin = std::time::Instant::now();
        run(round).await;
        shortest = shortest.min(begin.elapsed());
    }
    shortest
}

#[tokio::test]
async fn neither_registering_nor_signing_in_takes_longer_or_shorter_where_an_address_exists() {
    let api = Api::start().await;
    let api = &api;
    for n in 0..5 {
        register(api, &format!("known-{n}@example.org"), "correct horse battery").await;
    }
    let password = "another good one";
    // One of each before, so that what is made once is made.
    login(api, &nobody(), "nobody@example.org", password).await;
    let email = |kind: &str, n: usize| format!("{kind}-{n}@example.org");
    let taken = shortest(async |n| apply(api, &email("known", n), password).await).await;
    let free = shortest(async |n| apply(api, &email("free", n), password).await).await;
    let wrong = shortest(async |n| login(api, &nobody(), &email("known", n), password).await).await;
    let unknown = shortest(async |n| login(api, &nobody(), &email("unknown", n), password).await).await;
    for (name, one, other) in [("registering", taken, free), ("signing in", wrong, unknown)] {
        let (shorter, longer) = (one.min(other), one.max(other));
        assert!(longer < shorter * 2, "{name}: {one:?} where there is one, {other:?} where there is none");
    }
}
