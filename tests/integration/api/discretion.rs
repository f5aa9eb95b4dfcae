//! Whoever cannot read a mailbox learns nothing about its address: whole answers, compared.

use std::time::Duration;

use serde_json::{Value, json};
use shelfwise::domain::caller::Caller;
use shelfwise::domain::people::User;

use super::accounts::{apply, login, register};
use super::carts::{add, deliver, guest};
use super::checkout::{check_out, input};
use super::{Api, nobody, user_errors};
use crate::support::on_both;

const PASSWORD: &str = "correct horse battery";
const GUESS: &str = "a stranger's own words";
const HOUR: Duration = Duration::from_secs(3600);

/// Everything that somebody without the mailbox may try on an address, and every answer to it.
async fn probe(api: &Api, stranger: &Caller, email: &str) -> Vec<Value> {
    let mut answers = vec![apply(api, email, GUESS).await, login(api, &nobody(), email, GUESS).await];
    answers.push(apply(api, &email.to_uppercase(), "other words of a stranger").await);
    answers.push(login(api, &nobody(), email, "other words of a stranger").await);
    for ask in [
        format!(r#"emailVerificationResend(email: "{email}")"#),
        format!(r#"passwordResetRequest(email: "{email}")"#),
        // The fourth letter in a row: the address has to wait.
        format!(r#"passwordResetRequest(email: "{email}")"#),
    ] {
        let ask = format!("mutation {{ {ask} {{ success userErrors {{ __typename message path code }} }} }}");
        answers.push(api.run(&nobody(), &ask).await);
    }
    api.shop.pass(HOUR);
    let change = format!(
        r#"mutation {{ emailChangeRequest(newEmail: "{email}", password: "{PASSWORD}") {{
            success userErrors {{ message path code }} }} }}"#
    );
    answers.push(api.run(stranger, &change).await);
    answers.push(login(api, &nobody(), email, GUESS).await);
    // A guest's order under that address is found by it, whoever has an account there.
    let first = add(api, &nobody(), "mug", 1).await;
    deliver(api, &guest(&first)).await;
    let name_it = format!(
        r#"mutation {{ cartDeliveryUpdate(email: "{email}") {{ cart {{ id cost {{ total {{ amount }} }} }} userErrors {{ code }} }} }}"#
    );
    let cart = api.data(&guest(&first), &name_it).await["cartDeliveryUpdate"]["cart"].clone();
    let total = cart["cost"]["total"]["amount"].as_str().unwrap().to_owned();
    let order = check_out(api, &guest(&first), input(&cart, &total, "key")).await["order"].clone();
    let find = format!(r#"{{ order(number: {}, email: "{email}") {{ status }} }}"#, order["number"]);
    answers.push(api.run(&nobody(), &find).await);
    let other = format!(r#"{{ order(number: "260101-AAAA-AAAA", email: "{email}") {{ status }} }}"#);
    answers.push(api.run(&nobody(), &other).await);
    for _ in 0..7 {
        answers.push(login(api, &nobody(), email, GUESS).await);
    }
    answers
}

on_both! {
    async fn every_answer_is_the_same_for_an_address_that_is_free_and_one_that_is_taken(shop: Shop) {
        let api = Api::over(shop).await;
        let mut mug = api.shop.product("mug");
        mug.variants[0].stock.on_hand = 100;
        api.shop.stock(&[&mug]).await;
        let stranger = api.bearer(&register(&api, "stranger@example.org", PASSWORD).await).await;
        register(&api, "confirmed@example.org", PASSWORD).await;
        apply(&api, "unconfirmed@example.org", PASSWORD).await;
        let left = api.bearer(&register(&api, "closed@example.org", PASSWORD).await).await;
        let close = format!(r#"mutation {{ accountDelete(password: "{PASSWORD}") {{ success }} }}"#);
        assert_eq!(api.data(&left, &close).await["accountDelete"]["success"], true);
        api.add_user(&User { password_hash: None, email_verified: false, ..api.shop.user("imported") }).await;

        api.shop.pass(24 * HOUR);
        let free = probe(&api, &stranger, "free@example.org").await;
        for taken in ["confirmed", "unconfirmed", "closed", "imported"] {
            let answers = probe(&api, &stranger, &format!("{taken}@example.org")).await;
            for (step, (one, other)) in free.iter().zip(&answers).enumerate() {
                assert_eq!(one, other, "{taken}, step {step}");
            }
        }
        assert_eq!(user_errors(&free[1]), ["input: INVALID_CREDENTIALS"], "not even with the password just set");
        assert_eq!(user_errors(free.last().unwrap()), ["input.email: ACCOUNT_LOCKED"]);
        // And nothing of that came between an owner and their account.
        api.shop.pass(HOUR);
        let owner = login(&api, &nobody(), "confirmed@example.org", PASSWORD).await;
        assert_eq!(user_errors(&owner), Vec::<String>::new());
    }

    async fn of_two_who_register_an_address_only_the_reader_of_its_letters_gets_in(shop: Shop) {
        let api = Api::over(shop).await;
        apply(&api, "maria@example.org", GUESS).await;
        let early = api.token_for("maria@example.org").await;
        api.shop.pass(Duration::from_secs(1));
        apply(&api, "maria@example.org", PASSWORD).await;
        let letter = api.letters().await.remove(0);
        assert!(letter.text.contains("/reset-password?token="), "{}", letter.text);
        // She follows the older letter first: it signs her in, and leaves the stranger's password without use.
        let verify = format!(
            r#"mutation {{ emailVerify(token: "{early}") {{ session {{ accessToken }} userErrors {{ code path }} }} }}"#
        );
        let verified = api.data(&nobody(), &verify).await["emailVerify"].clone();
        assert_eq!(user_errors(&verified), Vec::<String>::new());
        for password in [GUESS, PASSWORD] {
            let refused = login(&api, &nobody(), "maria@example.org", password).await;
            assert_eq!(user_errors(&refused), ["input: INVALID_CREDENTIALS"]);
        }
        let (_, token) = letter.text.split_once("?token=").unwrap();
        let choose = json!({"token": token.split_whitespace().next().unwrap(), "password": "four plain new words"});
        let mutation = "mutation($token: String!, $password: String!) { passwordReset(token: $token, newPassword: $password) {
            session { accessToken } userErrors { code path } } }";
        let chosen = api.run_with(&nobody(), mutation, choose).await["data"]["passwordReset"].clone();
        assert_eq!(user_errors(&chosen), Vec::<String>::new());
        let signed_in = login(&api, &nobody(), "maria@example.org", "four plain new words").await;
        assert_eq!(user_errors(&signed_in), Vec::<String>::new());
    }

    async fn who_was_signed_in_before_the_letter_was_read_is_not_afterwards_when_two_registered(shop: Shop) {
        let api = Api::configured(shop, true, &[("AUTH__VERIFIED_LOGIN", "false")]).await;
        apply(&api, "maria@example.org", GUESS).await;
        let squatter = login(&api, &nobody(), "maria@example.org", GUESS).await;
        let squatter = squatter["session"]["accessToken"].as_str().expect("this shop lets them in").to_owned();
        let early = api.token_for("maria@example.org").await;
        apply(&api, "maria@example.org", PASSWORD).await;
        assert!(api.services.accounts.signed_in(&squatter).await.is_ok());
        let verify = format!(r#"mutation {{ emailVerify(token: "{early}") {{ session {{ accessToken }} }} }}"#);
        api.bearer(&api.data(&nobody(), &verify).await["emailVerify"]).await;
        assert!(api.services.accounts.signed_in(&squatter).await.is_err());
    }

    async fn an_owner_who_signs_in_leaves_no_trace_for_who_guesses(shop: Shop) {
        let api = Api::over(shop).await;
        let mut told = Vec::new();
        register(&api, "known@example.org", PASSWORD).await;
        for email in ["known@example.org", "unknown@example.org"] {
            for _ in 0..6 {
                login(&api, &nobody(), email, GUESS).await;
            }
            api.shop.pass(Duration::from_secs(1));
            if email.starts_with("known") {
                let owner = login(&api, &nobody(), email, PASSWORD).await;
                assert_eq!(user_errors(&owner), Vec::<String>::new());
            }
            api.shop.pass(Duration::from_secs(1));
            // What the stranger is told next, and how long they have to wait then.
            let one = login(&api, &nobody(), email, GUESS).await;
            told.push((one, login(&api, &nobody(), email, GUESS).await));
        }
        assert_eq!(user_errors(&told[0].1), ["input.email: ACCOUNT_LOCKED"]);
        assert_eq!(told[0], told[1]);
        api.shop.pass(HOUR);
        for _ in 0..3 {
            let owner = login(&api, &nobody(), "known@example.org", PASSWORD).await;
            assert_eq!(user_errors(&owner), Vec::<String>::new());
        }
    }

    async fn many_guesses_at_once_get_no_further_than_one_after_the_other(shop: Shop) {
        let api = Api::over(shop).await;
        register(&api, "maria@example.org", PASSWORD).await;
        let stranger = nobody();
        let guesses = (0..40).map(|_| login(&api, &stranger, "maria@example.org", GUESS));
        let answers = futures_util::future::join_all(guesses).await;
        let tried = answers.iter().filter(|answer| user_errors(answer) == ["input: INVALID_CREDENTIALS"]).count();
        assert!(tried <= 7, "{tried} guesses were checked");
    }

    async fn a_letter_asked_for_takes_the_same_work_whether_or_not_anybody_gets_it(shop: Shop) {
        let api = Api::over(shop).await;
        register(&api, "known@example.org", PASSWORD).await;
        // It reads behind, now and then; only the operations' own statements are to be counted.
        api.live.shutdown().await;
        for mutation in ["passwordResetRequest", "emailVerificationResend"] {
            let mut counts = Vec::new();
            for email in ["known@example.org", "unknown@example.org"] {
                let ask = format!(r#"mutation {{ {mutation}(email: "{email}") {{ success }} }}"#);
                let before = api.shop.store.statements_executed();
                api.data(&nobody(), &ask).await;
                counts.push(api.shop.store.statements_executed() - before);
            }
            assert_eq!(counts[0], counts[1], "{mutation}");
        }
        let letters = api.letters().await;
        assert!(letters.iter().all(|letter| letter.to.as_str() == "known@example.org"));
    }
}
