//! Users, visitors, addresses, and closing an account.

use shelfwise::domain::caller::{Permission, Role};
use shelfwise::domain::interaction::{InteractionKind, Subject};
use shelfwise::domain::people::{Address, Preferences};
use shelfwise::storage::people::UserFilter;
use shelfwise::storage::{PageRequest, StorageError};

use crate::support::build::euro;
use crate::support::on_both;
use crate::support::shop::Shop;

fn address(shop: &Shop, is_default: bool) -> Address {
    Address {
        id: shop.id(),
        name: "Ann".into(),
        line1: "Main St 1".into(),
        line2: None,
        city: "Berlin".into(),
        region: None,
        postal_code: Some("10115".into()),
        country: "DE".into(),
        phone: None,
        is_default,
    }
}

on_both! {
    async fn a_user_comes_back_as_they_were_written(shop: &Shop) {
        let mut ann = shop.user("ann");
        ann.role = Role::Staff;
        ann.permissions = [Permission::OrdersManage, Permission::MetricsRead].into_iter().collect();
        ann.password_hash = Some("hash".into());
        ann.external_id = Some("17850".into());
        ann.preferences = Preferences {
            categories: vec![shop.id()],
            brands: vec![shop.id()],
            liked_products: vec![shop.id(), shop.id()],
            min_price: None,
            max_price: Some(euro(5000)),
            min_sustainability_score: Some(60),
            updated_at: Some(shop.now()),
        };
        let mut work = shop.begin().await;
        work.insert_user(&ann).await.unwrap();
        work.save().await.unwrap();
        assert_eq!(shop.store.users(&[ann.id]).await.unwrap()[&ann.id], ann);
        assert_eq!(shop.store.user_by_email(ann.email.as_ref().unwrap()).await.unwrap(), Some(ann.clone()));
        let known = shop.store.users_by_external_id(&["17850".into(), "1".into()]).await.unwrap();
        assert_eq!(known.into_iter().collect::<Vec<_>>(), [("17850".to_owned(), ann.id)]);

        ann.display_name = "Anna".into();
        let mut work = shop.begin().await;
        let stored = work.update_user(&ann, Some(1)).await.unwrap();
        assert!(matches!(work.update_user(&ann, Some(1)).await, Err(StorageError::VersionConflict { current: 2 })));
        work.save().await.unwrap();
        assert_eq!(shop.store.users(&[ann.id]).await.unwrap()[&ann.id], stored);
    }

    async fn users_are_found_by_part_of_name_or_address(shop: &Shop) {
        for name in ["ann", "bob", "hannah"] {
            shop.join(name).await;
        }
        for (text, count) in [("ANN", 2), ("bob@example", 1), ("%", 0), ("example.org", 3), ("", 3)] {
            let filter = UserFilter { search: Some(text.into()), role: Some(Role::Customer) };
            assert_eq!(shop.store.count_users(&filter).await.unwrap(), count, "{text}");
            let page = shop.store.list_users(&filter, &PageRequest::first(2, None)).await.unwrap();
            assert_eq!((page.edges.len() as i64, page.has_next), (count.min(2), count > 2), "{text}");
        }
        let admins = UserFilter { search: None, role: Some(Role::Admin) };
        assert_eq!(shop.store.count_users(&admins).await.unwrap(), 0);
    }

    async fn users_imported_twice_are_there_once(shop: &Shop) {
        let customer = |external: &str| {
            let mut user = shop.user(external);
            user.email = None;
            user.external_id = Some(external.to_owned());
            user
        };
        let mut work = shop.begin().await;
        let first = work.upsert_users(&[customer("1"), customer("2")]).await.unwrap();
        let mut with_email = shop.user("ann");
        with_email.external_id = None;
        work.upsert_users(std::slice::from_ref(&with_email)).await.unwrap();
        let again = work.upsert_users(&[customer("2"), customer("3"), customer("3"), shop.user("ann")]).await.unwrap();
        work.save().await.unwrap();
        assert!(first.iter().all(|one| one.created));
        assert_eq!((again[0].id, again[0].created), (first[1].id, false));
        assert!(again[1].created);
        assert_eq!((again[2].id, again[2].created), (again[1].id, false));
        assert_eq!((again[3].id, again[3].created), (with_email.id, false));
    }

    async fn one_address_at_most_is_the_default(shop: &Shop) {
        let (ann, bob) = (shop.join("ann").await, shop.join("bob").await);
        let (first, second) = (address(shop, true), address(shop, true));
        let mut work = shop.begin().await;
        work.save_address(ann.id, &first, shop.now()).await.unwrap();
        work.save_address(ann.id, &second, shop.now()).await.unwrap();
        work.save().await.unwrap();
        let kept = &shop.store.addresses_of(&[ann.id]).await.unwrap()[&ann.id];
        assert_eq!(kept[0], second);
        assert_eq!(kept[1], Address { is_default: false, ..first.clone() });
        let mut work = shop.begin().await;
        assert!(!work.delete_address(bob.id, first.id).await.unwrap());
        assert!(work.delete_address(ann.id, first.id).await.unwrap());
        let stolen = work.save_address(bob.id, &second, shop.now()).await;
        assert!(matches!(stolen, Err(StorageError::Missing { what: "address" })), "{stolen:?}");
    }

    async fn what_a_visitor_did_becomes_the_users(shop: &Shop) {
        let mug = shop.product("mug");
        shop.stock(&[&mug]).await;
        let (ann, visitor) = (shop.join("ann").await, shop.visitor());
        let by_visitor = Subject::Visitor(visitor.id);
        let by_ann = Subject::User(ann.id);
        let mut work = shop.begin().await;
        work.insert_visitor(&visitor).await.unwrap();
        let shared = shop.interaction(by_visitor, mug.product.id, InteractionKind::View);
        let mut same = shared.clone();
        same.subject = by_ann;
        let like = shop.interaction(by_visitor, mug.product.id, InteractionKind::Like);
        work.record_interactions(&[shared, same, like], shop.now()).await.unwrap();
        assert!(work.link_visitor(visitor.id, ann.id).await.unwrap());
        assert!(work.link_visitor(visitor.id, ann.id).await.unwrap(), "linking again does no harm");
        assert!(!work.link_visitor(shop.id(), ann.id).await.unwrap());
        work.save().await.unwrap();
        assert_eq!(shop.store.recent_interactions(by_ann, 10).await.unwrap().len(), 2);
        assert!(shop.store.recent_interactions(by_visitor, 10).await.unwrap().is_empty());
        let views = shop.store.view_history(by_ann, &PageRequest::first(10, None)).await.unwrap();
        assert_eq!(views.edges[0].node.view_count, 2);
        assert_eq!(shop.store.visitors(&[visitor.id]).await.unwrap()[&visitor.id].user_id, Some(ann.id));
        let bob = shop.join("bob").await;
        assert!(!shop.begin().await.link_visitor(visitor.id, bob.id).await.unwrap());
    }

    async fn a_closed_account_leaves_orders_without_the_person(shop: &Shop) {
        let mug = shop.product("mug");
        shop.stock(&[&mug]).await;
        let ann = shop.join("ann").await;
        let mut order = shop.order("1001", Some(ann.id), &[&mug]);
        order.order.email = ann.email.clone();
        order.order.shipping_address = Some(address(shop, true));
        let session = shop.session(ann.id);
        let mut work = shop.begin().await;
        work.insert_order(&order).await.unwrap();
        work.save_address(ann.id, &address(shop, true), shop.now()).await.unwrap();
        work.add_to_wishlist(ann.id, mug.product.id, shop.now()).await.unwrap();
        let view = shop.interaction(Subject::User(ann.id), mug.product.id, InteractionKind::View);
        work.record_interactions(&[view], shop.now()).await.unwrap();
        let token = shelfwise::domain::people::RefreshToken {
            hash: "h".into(), session_id: session.id, issued_at: shop.now(), expires_at: session.expires_at,
        };
        work.insert_session(&session, &token).await.unwrap();
        assert!(work.close_account(ann.id, shop.now()).await.unwrap());
        assert!(!work.close_account(ann.id, shop.now()).await.unwrap());
        work.save().await.unwrap();

        let gone = shop.store.users(&[ann.id]).await.unwrap().remove(&ann.id).unwrap();
        assert_eq!((gone.email, gone.display_name.as_str(), gone.deleted_at), (None, "", Some(shop.now())));
        assert_eq!(gone.preferences, Preferences::default());
        let kept = shop.store.order_by_number("1001").await.unwrap().unwrap();
        assert_eq!((kept.user_id, kept.email, kept.shipping_address), (None, None, None));
        assert!(shop.store.addresses_of(&[ann.id]).await.unwrap().is_empty());
        assert!(shop.store.recent_interactions(Subject::User(ann.id), 10).await.unwrap().is_empty());
        assert_eq!(shop.store.session(session.id).await.unwrap(), None);
        assert_eq!(shop.store.count_wishlist(ann.id).await.unwrap(), 0);
        assert_eq!(shop.store.count_users(&UserFilter::default()).await.unwrap(), 0);
        shop.join("ann").await;
    }
}
