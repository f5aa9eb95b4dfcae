//! What waits to leave the shop: taken once, tried again, given up, revived; letters that are kept; who wishes.

use std::time::Duration;

use shelfwise::domain::ids::{OutboxMessageId, UserId};
use shelfwise::domain::notification::{Mail, OutboxMessage};
use shelfwise::domain::review::{Review, ReviewStatus};
use shelfwise::domain::text::Email;
use shelfwise::storage::PageRequest;
use shelfwise::storage::reviews::ReviewSort;

use crate::support::on_both;
use crate::support::shop::Shop;

const LEASE: Duration = Duration::from_secs(60);

fn message(shop: &Shop) -> OutboxMessage {
    OutboxMessage {
        id: shop.id(),
        topic: "order.placed".to_owned(),
        payload: "{}".to_owned(),
        attempts: 0,
        available_at: shop.now(),
        created_at: shop.now(),
        error: None,
    }
}

async fn post(shop: &Shop, messages: &[OutboxMessage]) {
    let mut work = shop.begin().await;
    work.post(messages).await.unwrap();
    work.save().await.unwrap();
}

async fn take(shop: &Shop) -> Vec<OutboxMessage> {
    let mut work = shop.begin().await;
    let taken = work.take_messages(&["order.placed"], 3, 10, LEASE, shop.now()).await.unwrap();
    work.save().await.unwrap();
    taken
}

on_both! {
    async fn a_message_posted_under_the_same_id_is_there_once(shop: &Shop) {
        let one = message(shop);
        post(shop, std::slice::from_ref(&one)).await;
        post(shop, &[OutboxMessage { payload: "[]".to_owned(), ..one.clone() }]).await;
        let taken = take(shop).await;
        assert_eq!((taken.len(), taken[0].payload.as_str()), (1, "{}"));
        assert!(take(shop).await.is_empty(), "held under its lease");
    }

    async fn a_message_given_up_is_listed_and_can_be_revived(shop: &Shop) {
        let one = message(shop);
        post(shop, std::slice::from_ref(&one)).await;
        for attempt in 1..=3 {
            assert_eq!(take(shop).await[0].attempts, attempt);
            let mut work = shop.begin().await;
            work.postpone(one.id, shop.now(), "no answer").await.unwrap();
            work.save().await.unwrap();
        }
        assert!(take(shop).await.is_empty());
        let dead = shop.store.dead_letters(3, 10).await.unwrap();
        assert_eq!((dead[0].id, dead[0].error.as_deref()), (one.id, Some("no answer")));
        let mut work = shop.begin().await;
        assert!(work.revive_message(one.id, shop.now()).await.unwrap());
        assert!(!work.revive_message(shop.id::<OutboxMessageId>(), shop.now()).await.unwrap());
        work.save().await.unwrap();
        assert_eq!(take(shop).await[0].attempts, 1);
        let mut work = shop.begin().await;
        work.mark_sent(one.id, shop.now()).await.unwrap();
        assert!(!work.revive_message(one.id, shop.now()).await.unwrap(), "sent is sent");
        work.save().await.unwrap();
        assert!(shop.store.dead_letters(0, 10).await.unwrap().is_empty());
    }

    async fn letters_are_kept_once_read_in_pages_and_forgotten_with_their_reader(shop: &Shop) {
        let maria = shop.join("maria").await;
        let mut work = shop.begin().await;
        for (number, to) in (0..).zip(["maria@example.org", "maria@example.org", "other@example.org"]) {
            let letter = Mail {
                id: shop.id(),
                to: Email::parse(to).unwrap(),
                subject: format!("letter {number}"),
                text: "text".to_owned(),
                html: "<p>text</p>".to_owned(),
                created_at: shop.now() + Duration::from_secs(number),
            };
            work.keep_mail(&letter).await.unwrap();
            work.keep_mail(&letter).await.unwrap();
        }
        work.save().await.unwrap();
        let first = shop.store.mailbox(&PageRequest::first(2, None)).await.unwrap();
        assert!(first.has_next);
        let after = Some(first.edges[1].cursor.clone());
        let subjects: Vec<String> = first.into_nodes().into_iter().map(|mail| mail.subject).collect();
        assert_eq!(subjects, ["letter 2", "letter 1"]);
        assert_eq!(shop.store.mailbox(&PageRequest::first(2, after)).await.unwrap().edges.len(), 1);
        let mut work = shop.begin().await;
        work.close_account(maria.id, shop.now()).await.unwrap();
        work.save().await.unwrap();
        let left = shop.store.mailbox(&PageRequest::first(10, None)).await.unwrap().into_nodes();
        assert_eq!((left.len(), left[0].to.as_str()), (1, "other@example.org"));
        let mut work = shop.begin().await;
        assert_eq!(work.remove_mail(shop.now() + LEASE).await.unwrap(), 1);
        work.save().await.unwrap();
    }

    async fn who_wishes_for_a_product_is_listed_in_pages(shop: &Shop) {
        let (mug, cup) = (shop.product("mug"), shop.product("cup"));
        shop.stock(&[&mug, &cup]).await;
        let mut users: Vec<UserId> = Vec::new();
        for name in ["a", "b", "c"] {
            users.push(shop.join(name).await.id);
        }
        let mut work = shop.begin().await;
        for user in &users {
            work.add_to_wishlist(*user, mug.product.id, shop.now()).await.unwrap();
        }
        work.add_to_wishlist(users[0], cup.product.id, shop.now()).await.unwrap();
        work.save().await.unwrap();
        users.sort();
        let first = shop.store.wishers_of(mug.product.id, None, 2).await.unwrap();
        assert_eq!(first, users[..2]);
        assert_eq!(shop.store.wishers_of(mug.product.id, first.last().copied(), 2).await.unwrap(), users[2..]);
    }

    async fn the_first_reviews_of_many_products_are_those_of_each_ones_own_list(shop: &Shop) {
        let records = [shop.product("mug"), shop.product("cup"), shop.product("bare")];
        shop.stock(&[&records[0], &records[1], &records[2]]).await;
        let mut work = shop.begin().await;
        for (number, rating) in (0..).zip([3, 5, 1, 4]) {
            let user = shop.user(&format!("reader-{number}"));
            work.insert_user(&user).await.unwrap();
            for record in &records[..2] {
                let at = shop.now() + Duration::from_secs(number);
                let status = if number == 3 { ReviewStatus::Pending } else { ReviewStatus::Published };
                let review = Review {
                    id: shop.id(),
                    product_id: record.product.id,
                    user_id: Some(user.id),
                    rating,
                    title: None,
                    body: String::new(),
                    verified_purchase: false,
                    status,
                    created_at: at,
                    updated_at: at,
                };
                work.save_review(&review).await.unwrap();
            }
        }
        work.save().await.unwrap();
        let ids: Vec<_> = records.iter().map(|record| record.product.id).collect();
        for sort in [ReviewSort::Newest, ReviewSort::Highest, ReviewSort::Lowest] {
            let many = shop.store.first_reviews_of(&ids, sort, 2).await.unwrap();
            assert_eq!(many.len(), 2, "products without reviews are absent");
            for product in &ids[..2] {
                let alone = shop.store.product_reviews(*product, sort, &PageRequest::first(2, None)).await;
                assert_eq!(many[product], alone.unwrap(), "{sort:?}");
            }
        }
    }
}
