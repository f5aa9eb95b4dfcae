//! Profiles, addresses, wishlists, visitors, and users as staff see them.

use serde_json::{Value, json};
use shelfwise::domain::caller::{Permission, Role};
use shelfwise::domain::people::User;
use shelfwise::domain::text::Email;

use super::accounts::apply;
use super::{Api, codes, nobody, user_errors};

#[tokio::test]
async fn a_profile_keeps_what_is_left_out_and_loses_what_is_null() {
    let api = Api::start().await;
    let shop = &api.shop;
    let mug = shop.product("mug");
    shop.stock(&[&mug]).await;
    let mut work = shop.begin().await;
    work.upsert_categories(&[shop.category("kitchen", None)]).await.unwrap();
    work.upsert_brands(&[shop.brand("nordic")]).await.unwrap();
    work.save().await.unwrap();
    let maria = api.customer("maria").await;
    let id = api.data(&nobody(), r#"{ product(by: {slug: "mug"}) { id } }"#).await["product"]["id"].clone();
    let operation = format!(
        r#"mutation {{ profileUpdate(phone: "+49 30 123", avatarUrl: "https://a.example/m.png", preferences: {{
            categorySlugs: ["kitchen", "kitchen"], brandSlugs: ["nordic"], likedProductIds: [{id}],
            price: {{max: "30"}}, minSustainabilityScore: 40 }}) {{
            user {{ displayName phone avatarUrl preferences {{ categories {{ slug }} brands {{ slug }}
                likedProducts {{ slug }} price {{ min {{ amount }} max {{ amount }} }} minSustainabilityScore updatedAt }} }}
            userErrors {{ message path code }} }} }}"#
    );
    insta::assert_json_snapshot!("a_profile_is_changed", api.run(&maria, &operation).await);
    let cleared = r#"mutation { profileUpdate(displayName: "Mary", phone: null) {
        user { displayName phone avatarUrl preferences { minSustainabilityScore } } } }"#;
    let user = api.data(&maria, cleared).await["profileUpdate"]["user"].clone();
    assert_eq!(
        user,
        json!({"displayName": "Mary", "phone": null, "avatarUrl": "https://a.example/m.png",
        "preferences": {"minSustainabilityScore": 40}})
    );
}

#[tokio::test]
async fn a_wrong_profile_is_told_place_by_place() {
    let api = Api::start().await;
    let maria = api.customer("maria").await;
    let operation = r#"mutation { profileUpdate(displayName: "\u0000", phone: "call me", preferences: {
        categorySlugs: ["nowhere"], minSustainabilityScore: 101 }) { userErrors { path code } } }"#;
    let payload = api.data(&maria, operation).await["profileUpdate"].clone();
    assert_eq!(
        user_errors(&payload),
        [
            "displayName: INVALID",
            "phone: INVALID",
            "preferences.categorySlugs.0: NOT_FOUND",
            "preferences.minSustainabilityScore: OUT_OF_RANGE"
        ]
    );
}

#[tokio::test]
async fn addresses_are_ones_own_and_one_of_them_is_the_default() {
    let api = Api::start().await;
    let (maria, paul) = (api.customer("maria").await, api.customer("paul").await);
    let save = |arguments: &str| {
        format!(
            "mutation {{ addressSave({arguments}) {{ user {{ addresses {{ id city isDefault country }} }} userErrors {{ \
             path code }} }} }}"
        )
    };
    let home = r#"input: {name: "Maria", line1: "Street 1", city: "Berlin", country: "DE"}"#;
    let first = api.data(&maria, &save(home)).await["addressSave"]["user"]["addresses"].clone();
    assert_eq!((&first[0]["city"], &first[0]["isDefault"]), (&json!("Berlin"), &json!(true)));
    let work = r#"input: {name: "Maria", line1: "Street 2", city: "Paris", country: "FR", isDefault: true}"#;
    let both = api.data(&maria, &save(work)).await["addressSave"]["user"]["addresses"].clone();
    let places: Vec<_> =
        both.as_array().unwrap().iter().map(|a| (a["city"].clone(), a["isDefault"].clone())).collect();
    assert_eq!(places, [(json!("Paris"), json!(true)), (json!("Berlin"), json!(false))]);
    let id = &first[0]["id"];
    let stolen = api.data(&paul, &save(&format!("id: {id}, {home}"))).await["addressSave"].clone();
    assert_eq!(user_errors(&stolen), ["id: NOT_FOUND"]);
    let delete = format!(
        "mutation {{ addressDelete(id: {id}) {{ user {{ addresses {{ city }} }} userErrors {{ path code }} }} }}"
    );
    assert_eq!(user_errors(&api.data(&paul, &delete).await["addressDelete"]), ["id: NOT_FOUND"]);
    let left = api.data(&maria, &delete).await["addressDelete"]["user"]["addresses"].clone();
    assert_eq!(left, json!([{"city": "Paris"}]));
    let unknown = r#"input: {name: "", line1: "x", city: "x", country: "XX"}"#;
    assert_eq!(codes(&api.run(&maria, &save(unknown)).await).len(), 1);
}

#[tokio::test]
async fn a_wishlist_holds_each_product_once() {
    let api = Api::start().await;
    let (mug, lamp) = (api.shop.product("mug"), api.shop.product("lamp"));
    api.shop.stock(&[&mug, &lamp]).await;
    let maria = api.customer("maria").await;
    let ids = api.data(&nobody(), "{ products(sortBy: [{field: NAME}]) { nodes { id } } }").await["products"]
        ["nodes"]
        .clone();
    for id in [&ids[0]["id"], &ids[1]["id"], &ids[1]["id"]] {
        let add = format!(
            "mutation {{ wishlistAdd(productId: {id}) {{ product {{ inWishlist }} userErrors {{ code }} }} }}"
        );
        assert_eq!(api.data(&maria, &add).await["wishlistAdd"]["product"]["inWishlist"], true);
        api.shop.pass(std::time::Duration::from_secs(1));
    }
    let list = "{ me { wishlist { totalCount nodes { slug inWishlist } facets { key } } } }";
    insta::assert_json_snapshot!("a_wishlist_holds_each_product_once", api.run(&maria, list).await);
    let remove =
        format!("mutation {{ wishlistRemove(productId: {}) {{ product {{ inWishlist }} }} }}", ids[0]["id"]);
    assert_eq!(api.data(&maria, &remove).await["wishlistRemove"]["product"]["inWishlist"], false);
    assert_eq!(
        api.data(&maria, "{ me { wishlist { totalCount } } }").await["me"]["wishlist"]["totalCount"],
        1
    );
}

#[tokio::test]
async fn a_visitor_is_made_and_recognised() {
    let api = Api::start().await;
    let made = api
        .data(&nobody(), "mutation { visitorCreate { visitor { id createdAt } userErrors { code } } }")
        .await;
    let id = made["visitorCreate"]["visitor"]["id"].as_str().unwrap();
    let visitor = shelfwise::graphql::global_id::read(id).ok();
    let caller = shelfwise::domain::caller::Caller { visitor, ..nobody() };
    let seen = api.data(&caller, "{ viewer { user { id } visitor { id } permissions } }").await;
    assert_eq!(seen["viewer"], json!({"user": null, "visitor": {"id": id}, "permissions": []}));
}

#[tokio::test]
async fn users_are_listed_and_searched_by_staff() {
    let api = Api::start().await;
    for name in ["maria", "paul", "mario"] {
        api.customer(name).await;
        api.shop.pass(std::time::Duration::from_secs(1));
    }
    let staff = api.staff("staff", [Permission::UsersManage]).await;
    let query =
        r#"{ users(search: "MARI", role: CUSTOMER) { totalCount nodes { displayName email role } } }"#;
    insta::assert_json_snapshot!("users_are_listed_and_searched_by_staff", api.run(&staff, query).await);
}

async fn set(
    api: &Api,
    caller: &shelfwise::domain::caller::Caller,
    user: &User,
    role: &str,
    permissions: &str,
) -> Value {
    use shelfwise::graphql::global_id::GlobalId;
    let id = user.id.global().to_string();
    let operation = format!(
        "mutation {{ userPermissionsSet(userId: \"{id}\", role: {role}, permissions: [{permissions}]) {{ user {{ role \
         permissions }} userErrors {{ path code }} }} }}"
    );
    api.run(caller, &operation).await
}

#[tokio::test]
async fn nobody_hands_out_more_than_they_hold() {
    let api = Api::start().await;
    let admin = User { role: Role::Admin, ..api.shop.user("admin") };
    let target = api.shop.user("target");
    api.add_user(&admin).await;
    api.add_user(&target).await;
    let staff = api.staff("staff", [Permission::UsersManage]).await;
    assert_eq!(codes(&set(&api, &staff, &target, "STAFF", "PRODUCTS_MANAGE").await), ["FORBIDDEN"]);
    assert_eq!(codes(&set(&api, &staff, &target, "ADMIN", "").await), ["FORBIDDEN"]);
    assert_eq!(codes(&set(&api, &staff, &admin, "CUSTOMER", "").await), ["FORBIDDEN"]);
    let granted = set(&api, &api.as_user(&admin), &target, "STAFF", "PRODUCTS_MANAGE, METRICS_READ").await;
    assert_eq!(
        granted["data"]["userPermissionsSet"]["user"],
        json!({"role": "STAFF", "permissions": ["PRODUCTS_MANAGE", "METRICS_READ"]})
    );
    let own = set(&api, &api.as_user(&admin), &admin, "CUSTOMER", "").await;
    assert_eq!(user_errors(&own["data"]["userPermissionsSet"]), ["permissions: INVALID"]);
}

#[tokio::test]
async fn a_permission_taken_away_is_gone_at_the_next_request() {
    let api = Api::start().await;
    let admin = User { role: Role::Admin, ..api.shop.user("admin") };
    api.add_user(&admin).await;
    apply(&api, "eve@example.org", "correct horse battery").await;
    let address = Email::parse("eve@example.org").unwrap();
    let user = api.shop.store.user_by_email(&address).await.unwrap().unwrap();
    let early = set(&api, &api.as_user(&admin), &user, "STAFF", "USERS_MANAGE").await;
    assert_eq!(user_errors(&early["data"]["userPermissionsSet"]), ["userId: EMAIL_NOT_VERIFIED"]);
    let token = api.token_for("eve@example.org").await;
    let verify = format!(r#"mutation {{ emailVerify(token: "{token}") {{ session {{ accessToken }} }} }}"#);
    let payload = api.data(&nobody(), &verify).await["emailVerify"].clone();
    set(&api, &api.as_user(&admin), &user, "STAFF", "USERS_MANAGE").await;
    let promoted = api.bearer(&payload).await;
    assert!(promoted.may(Permission::UsersManage));
    set(&api, &api.as_user(&admin), &user, "CUSTOMER", "").await;
    assert!(!api.bearer(&payload).await.may(Permission::UsersManage));
    assert!(!api.services.accounts.still_stands(&promoted).await.unwrap());
}
