//! Reviews, ratings, wishlists.

use std::time::Duration;

use shelfwise::domain::ids::{ProductId, UserId};
use shelfwise::domain::review::{Review, ReviewStatus};
use shelfwise::storage::PageRequest;
use shelfwise::storage::reviews::ReviewSort;

use crate::support::on_both;
use crate::support::shop::Shop;

fn review(shop: &Shop, product_id: ProductId, user: UserId, rating: u8) -> Review {
    Review {
        id: shop.id(),
        product_id,
        user_id: Some(user),
        rating,
        title: None,
        body: "fine".into(),
        verified_purchase: true,
        status: ReviewStatus::Published,
        created_at: shop.now(),
        updated_at: shop.now(),
    }
}

on_both! {
    async fn ratings_follow_the_published_reviews(shop: &Shop) {
        let mug = shop.product("mug");
        shop.stock(&[&mug]).await;
        let product = mug.product.id;
        let (ann, bob) = (shop.join("ann").await, shop.join("bob").await);
        let mut work = shop.begin().await;
        let first = work.save_review(&review(shop, product, ann.id, 5)).await.unwrap();
        let pending = Review { status: ReviewStatus::Pending, ..review(shop, product, bob.id, 1) };
        let pending = work.save_review(&pending).await.unwrap();
        work.save().await.unwrap();
        let rating = |stats: std::collections::HashMap<ProductId, shelfwise::domain::review::ProductStats>| stats[&product].rating;
        assert_eq!(rating(shop.store.product_stats(&[product]).await.unwrap()).histogram, [0, 0, 0, 0, 1]);

        let mut work = shop.begin().await;
        work.set_review_status(pending.id, ReviewStatus::Published, shop.now()).await.unwrap().unwrap();
        // A second opinion replaces the first and keeps its id.
        let second = work.save_review(&review(shop, product, ann.id, 4)).await.unwrap();
        assert!(work.set_review_status(shop.id(), ReviewStatus::Rejected, shop.now()).await.unwrap().is_none());
        work.save().await.unwrap();
        assert_eq!(second.id, first.id);
        let stats = rating(shop.store.product_stats(&[product]).await.unwrap());
        assert_eq!((stats.histogram, stats.average()), ([1, 0, 0, 1, 0], Some(2.5)));
        assert_eq!(shop.store.count_product_reviews(product).await.unwrap(), 2);
        assert_eq!(shop.store.review_by(ann.id, product).await.unwrap(), Some(second));
    }

    async fn reviews_are_paged_in_the_order_asked_for(shop: &Shop) {
        let mug = shop.product("mug");
        shop.stock(&[&mug]).await;
        for (name, stars) in [("ann", 3), ("bob", 5), ("cat", 1)] {
            let user = shop.join(name).await;
            shop.pass(Duration::from_secs(1));
            let mut work = shop.begin().await;
            work.save_review(&review(shop, mug.product.id, user.id, stars)).await.unwrap();
            work.save().await.unwrap();
        }
        for (sort, expected) in [(ReviewSort::Newest, [1, 5, 3]), (ReviewSort::Highest, [5, 3, 1]), (ReviewSort::Lowest, [1, 3, 5])] {
            let first = shop.store.product_reviews(mug.product.id, sort, &PageRequest::first(2, None)).await.unwrap();
            let after = first.edges.last().map(|edge| edge.cursor.clone());
            let rest = shop.store.product_reviews(mug.product.id, sort, &PageRequest::first(2, after)).await.unwrap();
            let stars: Vec<_> = first.edges.iter().chain(&rest.edges).map(|edge| edge.node.rating).collect();
            assert_eq!(stars, expected);
            assert!(first.has_next && !rest.has_next);
        }
        let queue = shop.store.reviews_in_status(ReviewStatus::Pending, &PageRequest::first(10, None)).await.unwrap();
        assert!(queue.edges.is_empty());
    }

    async fn a_wishlist_holds_each_product_once(shop: &Shop) {
        let (mug, cup) = (shop.product("mug"), shop.product("cup"));
        shop.stock(&[&mug, &cup]).await;
        let ann = shop.join("ann").await;
        let mut work = shop.begin().await;
        assert!(work.add_to_wishlist(ann.id, mug.product.id, shop.now()).await.unwrap());
        assert!(!work.add_to_wishlist(ann.id, mug.product.id, shop.now()).await.unwrap());
        shop.pass(Duration::from_secs(1));
        assert!(work.add_to_wishlist(ann.id, cup.product.id, shop.now()).await.unwrap());
        work.save().await.unwrap();
        let page = shop.store.wishlist(ann.id, &PageRequest::first(10, None)).await.unwrap();
        assert_eq!(page.into_nodes(), [cup.product.id, mug.product.id]);
        assert_eq!(shop.store.count_wishlist(ann.id).await.unwrap(), 2);
        let mut work = shop.begin().await;
        assert!(work.remove_from_wishlist(ann.id, cup.product.id).await.unwrap());
        assert!(!work.remove_from_wishlist(ann.id, cup.product.id).await.unwrap());
        work.save().await.unwrap();
        let on = shop.store.on_wishlist(ann.id, &[mug.product.id, cup.product.id]).await.unwrap();
        assert_eq!(on.into_iter().collect::<Vec<_>>(), [mug.product.id]);
        let mut work = shop.begin().await;
        assert!(work.add_to_wishlist(ann.id, shop.id(), shop.now()).await.is_err());
    }
}
