//! Units of work: all or nothing, and what they cost.

use shelfwise::storage::StorageError;

use crate::support::on_both;

on_both! {
    async fn a_unit_that_is_dropped_leaves_no_trace(shop: &Shop) {
        let mug = shop.product("mug");
        let mut work = shop.begin().await;
        work.insert_product(&mug).await.unwrap();
        drop(work);
        assert!(shop.store.product_by_slug("mug").await.unwrap().is_none());
    }

    async fn what_a_unit_wrote_is_seen_by_others_once_it_is_saved(shop: &Shop) {
        let mug = shop.product("mug");
        let mut work = shop.begin().await;
        work.insert_product(&mug).await.unwrap();
        assert!(shop.store.product_by_slug("mug").await.unwrap().is_none());
        work.save().await.unwrap();
        assert!(shop.store.product_by_slug("mug").await.unwrap().is_some());
    }

    async fn a_value_that_is_taken_is_named(shop: &Shop) {
        shop.stock(&[&shop.product("mug")]).await;
        let mut work = shop.begin().await;
        let mut other = shop.product("cup");
        other.product.slug = shelfwise::domain::text::Slug::parse("mug").unwrap();
        let error = work.insert_product(&other).await.unwrap_err();
        assert!(matches!(error, StorageError::Conflict { what: "slug" }), "{error:?}");
        drop(work);

        let mut work = shop.begin().await;
        let mut other = shop.product("cup");
        other.variants[0].sku = shelfwise::domain::text::Sku::parse("mug").unwrap();
        let error = work.insert_product(&other).await.unwrap_err();
        assert!(matches!(error, StorageError::Conflict { what: "sku" }), "{error:?}");
        drop(work);

        shop.join("ann").await;
        let mut work = shop.begin().await;
        let error = work.insert_user(&shop.user("ann")).await.unwrap_err();
        assert!(matches!(error, StorageError::Conflict { what: "email" }), "{error:?}");
    }

    async fn a_reference_to_nothing_is_refused(shop: &Shop) {
        let mut mug = shop.product("mug");
        mug.product.brand_id = Some(shop.id());
        let mut work = shop.begin().await;
        assert!(matches!(work.insert_product(&mug).await, Err(StorageError::Missing { .. })));
    }

    async fn loading_a_hundred_costs_as_many_statements_as_loading_one(shop: &Shop) {
        let records: Vec<_> = (0..100).map(|n| shop.product(&format!("mug-{n}"))).collect();
        shop.stock(&records.iter().collect::<Vec<_>>()).await;
        let ids: Vec<_> = records.iter().map(|record| record.product.id).collect();
        for ids in [&ids[..1], &ids[..]] {
            let before = shop.store.statements_executed();
            assert_eq!(shop.store.products(ids).await.unwrap().len(), ids.len());
            assert_eq!(shop.store.variants_of(ids).await.unwrap().len(), ids.len());
            assert_eq!(shop.store.product_stats(ids).await.unwrap().len(), ids.len());
            assert_eq!(shop.store.statements_executed() - before, 3);
        }
        let before = shop.store.statements_executed();
        assert!(shop.store.products(&[]).await.unwrap().is_empty());
        assert_eq!(shop.store.statements_executed(), before);
    }
}
