//! Sessions, tokens, keys, throttling.

use std::time::Duration;

use shelfwise::domain::caller::{Permission, PermissionSet};
use shelfwise::domain::people::{ApiKey, OneTimeToken, RefreshToken, Session, TokenPurpose};
use shelfwise::storage::sessions::{NextToken, Rotation};

use crate::support::on_both;
use crate::support::shop::Shop;

const HOUR: Duration = Duration::from_secs(3600);

pub(crate) async fn sign_in(shop: &Shop, name: &str, hash: &str) -> Session {
    let user = shop.join(name).await;
    let session = shop.session(user.id);
    let token = RefreshToken {
        hash: hash.to_owned(),
        session_id: session.id,
        issued_at: shop.now(),
        expires_at: session.expires_at,
    };
    let mut work = shop.begin().await;
    work.insert_session(&session, &token).await.unwrap();
    work.save().await.unwrap();
    session
}

pub(crate) async fn rotate(shop: &Shop, presented: &str, next: &str) -> Rotation {
    let next = NextToken { hash: next.to_owned(), expires_at: shop.now() + HOUR };
    let mut work = shop.begin().await;
    let rotation = work.rotate_refresh_token(presented, &next, shop.now()).await.unwrap();
    work.save().await.unwrap();
    rotation
}

on_both! {
    async fn each_refresh_token_works_once_and_a_replay_ends_the_session(shop: &Shop) {
        let session = sign_in(shop, "ann", "one").await;
        shop.pass(Duration::from_secs(60));
        let Rotation::Rotated(renewed) = rotate(shop, "one", "two").await else { panic!("not rotated") };
        assert_eq!((renewed.id, renewed.last_used_at), (session.id, shop.now()));
        assert_eq!(shop.store.session(session.id).await.unwrap(), Some(renewed));
        assert!(matches!(rotate(shop, "two", "three").await, Rotation::Rotated(_)));
        // Somebody uses the first token again: whoever holds the newest is signed out too.
        assert!(matches!(rotate(shop, "one", "four").await, Rotation::Replayed(_)));
        assert_eq!(rotate(shop, "three", "five").await, Rotation::Expired);
        assert!(shop.store.session(session.id).await.unwrap().unwrap().revoked_at.is_some());
        assert_eq!(rotate(shop, "nobody knows", "six").await, Rotation::Unknown);
    }

    async fn a_token_stops_working_when_its_time_has_come(shop: &Shop) {
        sign_in(shop, "ann", "one").await;
        shop.pass(HOUR);
        assert_eq!(rotate(shop, "one", "two").await, Rotation::Expired);
    }

    async fn sessions_can_be_listed_and_ended(shop: &Shop) {
        let first = sign_in(shop, "ann", "one").await;
        let second = shop.session(first.user_id);
        let token = RefreshToken { hash: "x".into(), session_id: second.id, issued_at: shop.now(), expires_at: second.expires_at };
        let mut work = shop.begin().await;
        work.insert_session(&second, &token).await.unwrap();
        work.save().await.unwrap();
        assert_eq!(shop.store.sessions_of(first.user_id, shop.now()).await.unwrap().len(), 2);
        let mut work = shop.begin().await;
        assert_eq!(work.revoke_sessions_of(first.user_id, Some(first.id), shop.now()).await.unwrap(), [second.id]);
        assert!(work.revoke_session(first.id, shop.now()).await.unwrap());
        assert!(!work.revoke_session(first.id, shop.now()).await.unwrap());
        work.save().await.unwrap();
        assert!(shop.store.sessions_of(first.user_id, shop.now()).await.unwrap().is_empty());
        shop.pass(HOUR);
        let mut work = shop.begin().await;
        assert_eq!(work.remove_ended_sessions(shop.now()).await.unwrap(), 4);
        work.save().await.unwrap();
        assert_eq!(shop.store.session(first.id).await.unwrap(), None);
    }

    async fn a_single_use_token_is_used_once_and_replaced_by_a_newer_one(shop: &Shop) {
        let ann = shop.join("ann").await;
        let token = |hash: &str| OneTimeToken {
            hash: hash.to_owned(),
            user_id: ann.id,
            purpose: TokenPurpose::PasswordReset,
            email: ann.email.clone(),
            created_at: shop.now(),
            expires_at: shop.now() + HOUR,
        };
        let mut work = shop.begin().await;
        work.insert_one_time_token(&token("old")).await.unwrap();
        work.insert_one_time_token(&token("new")).await.unwrap();
        let take = TokenPurpose::PasswordReset;
        assert_eq!(work.take_one_time_token("old", take).await.unwrap(), None);
        assert_eq!(work.take_one_time_token("new", TokenPurpose::EmailChange).await.unwrap(), None);
        assert_eq!(work.take_one_time_token("new", take).await.unwrap(), Some(token("new")));
        assert_eq!(work.take_one_time_token("new", take).await.unwrap(), None);
    }

    async fn a_withdrawn_key_opens_nothing(shop: &Shop) {
        let ann = shop.join("ann").await;
        let mut key = ApiKey {
            id: shop.id(),
            user_id: ann.id,
            name: "till".into(),
            hash: "secret".into(),
            permissions: std::iter::once(Permission::OrdersManage).collect::<PermissionSet>(),
            created_at: shop.now(),
            last_used_at: None,
            revoked_at: None,
        };
        let mut work = shop.begin().await;
        work.insert_api_key(&key).await.unwrap();
        work.touch_api_key(key.id, shop.now()).await.unwrap();
        work.save().await.unwrap();
        key.last_used_at = Some(shop.now());
        assert_eq!(shop.store.api_key_by_hash("secret").await.unwrap(), Some(key.clone()));
        let mut work = shop.begin().await;
        assert!(!work.revoke_api_key(shop.id(), key.id, shop.now()).await.unwrap());
        assert!(work.revoke_api_key(ann.id, key.id, shop.now()).await.unwrap());
        work.save().await.unwrap();
        assert_eq!(shop.store.api_key_by_hash("secret").await.unwrap(), None);
        assert_eq!(shop.store.api_keys_of(ann.id).await.unwrap().len(), 1);
    }

    async fn failures_to_sign_in_add_up_until_they_are_long_ago(shop: &Shop) {
        let mut work = shop.begin().await;
        for expected in 1..=3 {
            let failures = work.record_sign_in_failure("ip", HOUR, shop.now()).await.unwrap();
            assert_eq!(failures.count, expected);
        }
        work.save().await.unwrap();
        assert_eq!(shop.store.sign_in_failures("ip").await.unwrap().unwrap().count, 3);
        shop.pass(HOUR + Duration::from_secs(1));
        let mut work = shop.begin().await;
        assert_eq!(work.record_sign_in_failure("ip", HOUR, shop.now()).await.unwrap().count, 1);
        work.save().await.unwrap();
    }

    async fn a_failure_that_was_none_is_taken_back_and_leaves_no_trace(shop: &Shop) {
        let mut work = shop.begin().await;
        let before = work.record_sign_in_failure("ip", HOUR, shop.now()).await.unwrap();
        shop.pass(Duration::from_secs(1));
        let at = shop.now();
        work.record_sign_in_failure("ip", HOUR, at).await.unwrap();
        work.take_back_sign_in_failure("ip", at, before.last_at).await.unwrap();
        work.save().await.unwrap();
        assert_eq!(shop.store.sign_in_failures("ip").await.unwrap(), Some(before));
        // One that came in between stays, with its time.
        let mut work = shop.begin().await;
        work.record_sign_in_failure("ip", HOUR, at).await.unwrap();
        shop.pass(Duration::from_secs(1));
        let other = work.record_sign_in_failure("ip", HOUR, shop.now()).await.unwrap();
        work.take_back_sign_in_failure("ip", at, before.last_at).await.unwrap();
        work.save().await.unwrap();
        let left = shop.store.sign_in_failures("ip").await.unwrap().unwrap();
        assert_eq!((left.count, left.last_at), (2, other.last_at));
    }
}
