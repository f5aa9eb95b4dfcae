//! Sessions that are listed and ended, passwords that are changed, API keys, accounts that are closed.

use serde_json::{Value, json};
use shelfwise::domain::caller::{Caller, Permission, Role};
use shelfwise::domain::people::User;
use shelfwise::services::accounts::CallerRefused;

use super::accounts::{login, register};
use super::{Api, codes, nobody, user_errors};

const PASSWORD: &str = "correct horse battery";

#[tokio::test]
async fn a_user_sees_where_they_are_signed_in_and_ends_one_session() {
    let api = Api::start().await;
    let first = register(&api, "maria@example.org", PASSWORD).await;
    let phone = Caller { user_agent: Some("Phone 7".to_owned()), ..nobody() };
    let second = login(&api, &phone, "maria@example.org", PASSWORD).await;
    let maria = api.bearer(&first).await;
    let list = "{ viewer { sessions { id userAgent current } } }";
    let sessions = api.data(&maria, list).await["viewer"]["sessions"].clone();
    let other = sessions.as_array().unwrap().iter().find(|one| one["current"] == false).unwrap();
    assert_eq!(other["userAgent"], "Phone 7");
    let id = other["id"].as_str().unwrap();
    let revoke =
        format!(r#"mutation {{ sessionRevoke(id: "{id}") {{ success userErrors {{ path code }} }} }}"#);
    let stranger = api.customer("stranger").await;
    let refused = api.data(&stranger, &revoke).await;
    assert_eq!(user_errors(&refused["sessionRevoke"]), ["id: NOT_FOUND"]);
    assert_eq!(api.data(&maria, &revoke).await["sessionRevoke"]["success"], true);
    let token = second["session"]["accessToken"].as_str().unwrap();
    assert!(matches!(api.services.accounts.signed_in(token).await, Err(CallerRefused::Unknown)));
    assert_eq!(api.data(&maria, list).await["viewer"]["sessions"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_changed_password_needs_the_old_one_and_signs_out_everywhere_else() {
    let api = Api::start().await;
    let first = register(&api, "maria@example.org", PASSWORD).await;
    let other = login(&api, &nobody(), "maria@example.org", PASSWORD).await;
    let maria = api.bearer(&first).await;
    let change = |current: &str, new: &str| {
        format!(
            r#"mutation {{ passwordChange(currentPassword: "{current}", newPassword: "{new}") {{
                session {{ accessToken }} userErrors {{ path code }} }} }}"#
        )
    };
    let wrong = api.data(&maria, &change("not it", "four plain new words")).await;
    assert_eq!(user_errors(&wrong["passwordChange"]), ["currentPassword: INVALID_CREDENTIALS"]);
    let weak = api.data(&maria, &change(PASSWORD, "maria")).await;
    assert_eq!(user_errors(&weak["passwordChange"]), ["newPassword: PASSWORD_TOO_WEAK"]);
    let changed = api.data(&maria, &change(PASSWORD, "four plain new words")).await;
    api.bearer(&changed["passwordChange"]).await;
    let token = other["session"]["accessToken"].as_str().unwrap();
    assert!(api.services.accounts.signed_in(token).await.is_err());
}

async fn key(api: &Api, caller: &Caller, permissions: &str) -> Value {
    let mutation = format!(
        r#"mutation {{ apiKeyCreate(name: "stock robot", permissions: [{permissions}]) {{
            secret apiKey {{ id name permissions revokedAt }} userErrors {{ path code }} }} }}"#
    );
    let response = api.run(caller, &mutation).await;
    response["data"]["apiKeyCreate"].clone()
}

#[tokio::test]
async fn a_server_calls_with_a_key_that_lends_part_of_its_owners_rights() {
    let api = Api::start().await;
    let admin = User { role: Role::Admin, ..api.shop.user("admin") };
    api.add_user(&admin).await;
    let admin = api.as_user(&admin);
    let made = key(&api, &admin, "PRODUCTS_MANAGE").await;
    let secret = made["secret"].as_str().unwrap();
    assert!(secret.starts_with("swk_"));
    let signed_in = api.services.accounts.signed_in(secret).await.unwrap();
    let robot = Caller { signed_in: Some(signed_in), ..nobody() };
    let viewer = api.data(&robot, "{ viewer { permissions user { displayName } } }").await;
    assert_eq!(
        viewer["viewer"],
        json!({"permissions": ["PRODUCTS_MANAGE"], "user": {"displayName": "admin"}})
    );
    assert_eq!(codes(&api.run(&robot, "{ users { totalCount } }").await), ["FORBIDDEN"]);
    assert_eq!(codes(&api.run(&robot, "mutation { logout { success } }").await), ["FORBIDDEN"]);
    assert!(!signed_in.permissions.contains(Permission::UsersManage) && signed_in.role == Role::Staff);

    let keys = "{ viewer { apiKeys { name lastUsedAt revokedAt } } }";
    let listed = api.data(&admin, keys).await["viewer"]["apiKeys"].clone();
    assert_eq!(listed[0]["lastUsedAt"], "2026-01-01T00:00:00.000Z");
    let id = made["apiKey"]["id"].as_str().unwrap();
    let revoke =
        format!(r#"mutation {{ apiKeyRevoke(id: "{id}") {{ success userErrors {{ path code }} }} }}"#);
    assert_eq!(api.data(&admin, &revoke).await["apiKeyRevoke"]["success"], true);
    assert!(matches!(api.services.accounts.signed_in(secret).await, Err(CallerRefused::Unknown)));
    assert_eq!(user_errors(&api.data(&admin, &revoke).await["apiKeyRevoke"]), ["id: NOT_FOUND"]);
}

#[tokio::test]
async fn nobody_lends_rights_they_do_not_hold() {
    let api = Api::start().await;
    let staff = api.staff("staff", [Permission::SettingsManage]).await;
    let refused = key(&api, &staff, "USERS_MANAGE").await;
    assert_eq!(user_errors(&refused), ["permissions: INVALID"]);
    assert_eq!(refused["secret"], Value::Null);
}

#[tokio::test]
async fn a_closed_account_leaves_its_orders_and_nothing_personal() {
    let api = Api::start().await;
    let mug = api.shop.product("mug");
    api.shop.stock(&[&mug]).await;
    let payload = register(&api, "maria@example.org", PASSWORD).await;
    let maria = api.bearer(&payload).await;
    let order = api.shop.order("S-1", maria.user(), &[&mug]);
    let mut work = api.shop.begin().await;
    work.insert_order(&order).await.unwrap();
    work.save().await.unwrap();
    assert!(!api.letters().await.is_empty());
    let close = |password: &str| {
        format!(
            r#"mutation {{ accountDelete(password: "{password}") {{ success userErrors {{ path code }} }} }}"#
        )
    };
    let wrong = api.data(&maria, &close("wrong")).await;
    assert_eq!(user_errors(&wrong["accountDelete"]), ["password: INVALID_CREDENTIALS"]);
    assert_eq!(api.data(&maria, &close(PASSWORD)).await["accountDelete"]["success"], true);
    let token = payload["session"]["accessToken"].as_str().unwrap();
    assert!(api.services.accounts.signed_in(token).await.is_err());
    let kept = &api.shop.store.orders(&[order.order.id]).await.unwrap()[&order.order.id];
    assert_eq!((kept.user_id, kept.email.as_ref()), (None, None));
    let user = &api.shop.store.users(&[maria.user().unwrap()]).await.unwrap()[&maria.user().unwrap()];
    assert!(user.email.is_none() && user.display_name.is_empty() && user.password_hash.is_none());
    assert!(api.letters().await.is_empty());
    let again = login(&api, &nobody(), "maria@example.org", PASSWORD).await;
    assert_eq!(user_errors(&again), ["input: INVALID_CREDENTIALS"]);
}

#[tokio::test]
async fn the_only_administrator_cannot_leave() {
    let api = Api::start().await;
    let accounts = &api.services.accounts;
    let made = accounts.create_account("boss@example.org", "Boss", PASSWORD, Role::Admin, Default::default());
    made.await.unwrap();
    let boss = api.bearer(&login(&api, &nobody(), "boss@example.org", PASSWORD).await).await;
    let close =
        format!(r#"mutation {{ accountDelete(password: "{PASSWORD}") {{ userErrors {{ path code }} }} }}"#);
    assert_eq!(user_errors(&api.data(&boss, &close).await["accountDelete"]), [": INVALID"]);
}
