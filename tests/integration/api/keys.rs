//! API keys: what a server may do with one, and what only its owner in person may.

use std::collections::BTreeSet;

use shelfwise::domain::caller::{Caller, Permission, Role};
use shelfwise::domain::people::User;
use shelfwise::graphql::global_id::GlobalId;

use super::auth::{REACHED_BY, Rule, guarded_fields, refusals};
use super::{Api, nobody};

/// What keeps an account its owner's: no key does it, whatever its permissions.
const IN_PERSON: [&str; 9] = [
    "Mutation.accountDelete",
    "Mutation.apiKeyCreate",
    "Mutation.apiKeyRevoke",
    "Mutation.emailChangeRequest",
    "Mutation.logout",
    "Mutation.passwordChange",
    "Mutation.sessionRevoke",
    "Viewer.apiKeys",
    "Viewer.sessions",
];

/// What every signed-in caller may do, servers in the name of their owner included.
const FOR_SERVERS_TOO: [&str; 12] = [
    "Mutation.addressDelete",
    "Mutation.addressSave",
    "Mutation.cartMerge",
    "Mutation.jobCancel",
    "Mutation.notificationsMarkRead",
    "Mutation.profileUpdate",
    "Mutation.reviewSubmit",
    "Mutation.wishlistAdd",
    "Mutation.wishlistRemove",
    "Query.job",
    "Subscription.jobProgress",
    "Subscription.notificationReceived",
];

/// A server with a key that lends everything an administrator may.
async fn robot(api: &Api, owner: &Caller) -> Caller {
    let accounts = &api.services.accounts;
    let made = accounts.create_api_key(owner, "robot", Permission::ALL.into_iter().collect()).await;
    let signed_in = accounts.signed_in(&made.expect("a key").secret).await.expect("a key that works");
    Caller { signed_in: Some(signed_in), ..nobody() }
}

async fn administrator(api: &Api) -> Caller {
    let admin = User { role: Role::Admin, ..api.shop.user("admin") };
    api.add_user(&admin).await;
    api.as_user(&admin)
}

fn operation(field: &str) -> &'static str {
    REACHED_BY.iter().find(|(name, ..)| *name == field).expect("a way to reach it").1
}

#[test]
fn whatever_asks_for_a_sign_in_alone_says_whether_a_key_is_one() {
    let guarded = guarded_fields();
    let alone = guarded.iter().filter(|(_, rule)| **rule == Rule::SignedIn).map(|(field, _)| field.as_str());
    let listed: BTreeSet<&str> = IN_PERSON.into_iter().chain(FOR_SERVERS_TOO).collect();
    // Making a key needs a permission besides.
    let alone: BTreeSet<&str> = alone.chain(["Mutation.apiKeyCreate"]).collect();
    assert_eq!(alone, listed, "left: fields of the schema; right: the two lists above");
}

#[tokio::test]
async fn what_keeps_an_account_its_owners_is_refused_to_every_key() {
    let api = Api::start().await;
    let admin = administrator(&api).await;
    let robot = robot(&api, &admin).await;
    for field in IN_PERSON {
        let refused = refusals(&api.run(&robot, operation(field)).await).join(" ");
        assert_eq!(refused, "FORBIDDEN", "{field} for a server");
        let in_person = api.run(&admin, operation(field)).await;
        assert!(refusals(&in_person).is_empty(), "{field} in person: {in_person}");
    }
    for field in FOR_SERVERS_TOO {
        let answer = api.run(&robot, operation(field)).await;
        assert!(refusals(&answer).is_empty(), "{field} for a server: {answer}");
    }
}

#[tokio::test]
async fn the_services_refuse_a_key_by_themselves() {
    let api = Api::start().await;
    let admin = administrator(&api).await;
    let robot = robot(&api, &admin).await;
    let accounts = &api.services.accounts;
    let none = std::iter::empty().collect();
    assert!(accounts.sessions(&robot).await.is_err());
    assert!(accounts.revoke_session(&robot, api.shop.id()).await.is_err());
    assert!(accounts.api_keys(&robot).await.is_err());
    assert!(accounts.create_api_key(&robot, "another", none).await.is_err());
    assert!(accounts.revoke_api_key(&robot, api.shop.id()).await.is_err());
    assert!(accounts.logout(&robot, true).await.is_err());
    assert!(accounts.change_password(&robot, "x", "y").await.is_err());
    assert!(accounts.request_email_change(&robot, "new@example.org", "x").await.is_err());
    assert!(accounts.close(&robot, "x").await.is_err());
}

#[tokio::test]
async fn a_key_with_every_permission_makes_no_administrators() {
    let api = Api::start().await;
    let admin = administrator(&api).await;
    let robot = robot(&api, &admin).await;
    let user = api.shop.user("maria");
    api.add_user(&user).await;
    let promote = format!(
        r#"mutation {{ userPermissionsSet(userId: "{}", role: ADMIN, permissions: []) {{ userErrors {{ code }} }} }}"#,
        user.id.global().as_str()
    );
    assert_eq!(refusals(&api.run(&robot, &promote).await), ["FORBIDDEN"]);
    assert!(refusals(&api.run(&admin, &promote).await).is_empty());
}
