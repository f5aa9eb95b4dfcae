//! Shoppers of the simulation, and the accounts a newcomer may use.

use shelfwise_strategies::simulate::Shop;

use super::SeedError;
use crate::context::Context;
use crate::domain::caller::Role;
use crate::domain::ids::{UserId, VisitorId};
use crate::domain::interaction::Subject;
use crate::domain::people::{User, Visitor};
use crate::domain::text::Email;
use crate::domain::time::Timestamp;
use crate::storage::Storage;

/// The demo administrator's address.
pub const DEMO_ADMIN: &str = "admin@shelfwise.example";
/// Opens every demo account. Public by design: the accounts exist in a simulated shop only, and lose their password
/// when a server starts with `demo.enabled = false`.
pub const DEMO_PASSWORD: &str = "browse the shelves";
/// Simulated shoppers whose accounts may be used.
pub const DEMO_SHOPPERS: usize = 3;

const BATCH: usize = 1_000;
const ADMIN_KEY: &str = "demo:admin";

/// The external ids under which the demo accounts are found, the administrator's first.
pub fn demo_external_ids() -> Vec<String> {
    let shoppers = (1..=DEMO_SHOPPERS).map(|number| format!("demo:shopper:{number}"));
    std::iter::once(ADMIN_KEY.to_owned()).chain(shoppers).collect()
}

/// Writes shoppers and visitors and returns them by index.
pub(super) async fn write(
    shop: &Shop,
    storage: &dyn Storage,
    context: &Context,
    demo_password_hash: Option<&str>,
) -> Result<Vec<Subject>, SeedError> {
    let hash = demo_password_hash.map(str::to_owned);
    let admin = User {
        role: Role::Admin,
        password_hash: hash.clone(),
        ..user(context.new_id(), ADMIN_KEY.into(), DEMO_ADMIN, "Shop Admin", context.now())?
    };
    let mut subjects = Vec::with_capacity(shop.shopper_count() as usize);
    let (mut users, mut visitors) = (vec![admin], Vec::new());
    for shopper in shop.shoppers() {
        let created_at = Timestamp(shopper.joined_at_ms);
        match shopper.account {
            Some(account) => {
                let id: UserId = context.new_id();
                let number = subjects.len() + 1;
                let demo = number <= DEMO_SHOPPERS;
                let key = if demo { format!("demo:shopper:{number}") } else { format!("simulated:{number}") };
                users.push(User {
                    password_hash: if demo { hash.clone() } else { None },
                    ..user(id, key, &account.email, &account.name, created_at)?
                });
                subjects.push(Subject::User(id));
            }
            None => {
                let id: VisitorId = context.new_id();
                visitors.push(Visitor { id, user_id: None, created_at });
                subjects.push(Subject::Visitor(id));
            }
        }
    }
    for batch in users.chunks(BATCH) {
        let mut work = storage.begin().await?;
        work.upsert_users(batch).await?;
        work.save().await?;
    }
    for batch in visitors.chunks(BATCH) {
        let mut work = storage.begin().await?;
        for visitor in batch {
            work.insert_visitor(visitor).await?;
        }
        work.save().await?;
    }
    Ok(subjects)
}

fn user(id: UserId, key: String, email: &str, name: &str, created_at: Timestamp) -> Result<User, SeedError> {
    Ok(User {
        email: Some(Email::parse(email)?),
        email_verified: true,
        external_id: Some(key),
        ..User::new(id, name.to_owned(), created_at)
    })
}
