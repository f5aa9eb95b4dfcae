//! Products, variants, stock, categories, brands.

use std::time::Duration;

use shelfwise::domain::catalogue::{Image, ProductAttribute, ProductStatus, SelectedOption};
use shelfwise::domain::sustainability::Sustainability;
use shelfwise::domain::text::Slug;
use shelfwise::storage::StorageError;

use crate::support::build::euro;
use crate::support::on_both;

on_both! {
    async fn a_product_comes_back_as_it_was_written(shop: &Shop) {
        let brand = shop.brand("acme");
        let root = shop.category("kitchen", None);
        let category = shop.category("cups", Some(root.id));
        let mut mug = shop.product("mug");
        mug.product.name = "Grüne Tasse \"XL\" 🍵".to_owned();
        mug.product.description = "Two\nlines; DROP TABLE products;--".to_owned();
        mug.product.brand_id = Some(brand.id);
        mug.product.category_id = Some(category.id);
        mug.product.tags = vec!["green".to_owned(), "tea".to_owned()];
        mug.product.images = vec![Image { url: "/a.svg".into(), alt: "a mug".into(), width: Some(640), height: None }];
        mug.product.attributes =
            vec![ProductAttribute { key: "colour".into(), label: "Colour".into(), value: "green".into() }];
        mug.product.sustainability = Some(Sustainability {
            score: 81,
            carbon_grams: Some(1_250),
            recyclable: true,
            biodegradable: false,
            certifications: vec!["FSC".into()],
            source: Some("maker".into()),
        });
        mug.variants[0].options = vec![SelectedOption { name: "size".into(), value: "XL".into() }];
        mug.variants[0].weight_grams = Some(400);
        let mut small = shop.variant(mug.product.id, "mug-s");
        small.price = euro(800);
        small.compare_at_price = Some(euro(900));
        small.position = 1;
        mug.variants.push(small);

        let mut work = shop.begin().await;
        work.insert_category(&root).await.unwrap();
        work.insert_category(&category).await.unwrap();
        work.upsert_brands(std::slice::from_ref(&brand)).await.unwrap();
        work.insert_product(&mug).await.unwrap();
        work.save().await.unwrap();

        // The price is that of the cheapest variant.
        mug.product.price = euro(800);
        mug.product.compare_at_price = Some(euro(900));
        let id = mug.product.id;
        assert_eq!(shop.store.products(&[id, id]).await.unwrap()[&id], mug.product);
        assert_eq!(shop.store.variants_of(&[id]).await.unwrap()[&id], mug.variants);
        assert_eq!(shop.store.product_by_slug("mug").await.unwrap(), Some(mug.product.clone()));
        assert_eq!(shop.store.product_by_sku(&mug.variants[1].sku).await.unwrap(), Some(mug.product.clone()));
        assert_eq!(shop.store.available_quantities(&[id]).await.unwrap()[&id], 20);
        assert_eq!(shop.store.product_stats(&[id]).await.unwrap()[&id], Default::default());
        assert_eq!(shop.store.brands(&[brand.id]).await.unwrap()[&brand.id], brand);
        assert_eq!(shop.store.list_brands(10).await.unwrap(), [brand]);
        let variant = &mug.variants[0];
        assert_eq!(shop.store.variants(&[variant.id]).await.unwrap()[&variant.id], *variant);
        assert_eq!(shop.store.variants_by_sku(std::slice::from_ref(&variant.sku)).await.unwrap()[&variant.sku], *variant);
    }

    async fn what_is_not_there_is_not_found(shop: &Shop) {
        assert!(shop.store.is_empty().await.unwrap());
        assert_eq!(shop.store.product_by_slug("mug").await.unwrap(), None);
        assert!(shop.store.products(&[shop.id()]).await.unwrap().is_empty());
        assert!(shop.store.variants_of(&[shop.id()]).await.unwrap().is_empty());
        assert_eq!(shop.store.category_by_slug("x").await.unwrap(), None);
        assert!(shop.begin().await.product_for_update(shop.id()).await.unwrap().is_none());
    }

    async fn an_update_raises_the_version_and_refuses_an_old_one(shop: &Shop) {
        let mug = shop.product("mug");
        shop.stock(&[&mug]).await;
        let mut product = mug.product.clone();
        product.name = "A better mug".to_owned();
        product.status = ProductStatus::Inactive;
        product.price = euro(1);
        shop.pass(Duration::from_secs(60));
        product.updated_at = shop.now();
        let mut work = shop.begin().await;
        let stored = work.update_product(&product, Some(1)).await.unwrap();
        work.save().await.unwrap();
        assert_eq!((stored.version, stored.name.as_str(), stored.price), (2, "A better mug", euro(1000)));
        assert_eq!(shop.store.products(&[product.id]).await.unwrap()[&product.id], stored);

        let mut work = shop.begin().await;
        let error = work.update_product(&product, Some(1)).await.unwrap_err();
        assert!(matches!(error, StorageError::VersionConflict { current: 2 }), "{error:?}");
        // The refusal wrote nothing, so the unit goes on.
        assert_eq!(work.update_product(&product, None).await.unwrap().version, 3);
        let missing = shop.product("other").product;
        assert!(matches!(work.update_product(&missing, None).await, Err(StorageError::Missing { .. })));
    }

    async fn the_price_of_a_product_follows_its_variants(shop: &Shop) {
        let mug = shop.product("mug");
        shop.stock(&[&mug]).await;
        let mut cheap = shop.variant(mug.product.id, "mug-cheap");
        cheap.price = euro(500);
        let mut work = shop.begin().await;
        work.save_variants(mug.product.id, &[cheap.clone()], shop.now()).await.unwrap();
        assert_eq!(work.product_for_update(mug.product.id).await.unwrap().unwrap().price, euro(500));
        cheap.price = euro(1500);
        cheap.stock.on_hand = 99;
        work.save_variants(mug.product.id, &[cheap.clone()], shop.now()).await.unwrap();
        assert_eq!(work.product_for_update(mug.product.id).await.unwrap().unwrap().price, euro(1000));
        work.remove_variants(mug.product.id, &[mug.variants[0].id], shop.now()).await.unwrap();
        assert_eq!(work.product_for_update(mug.product.id).await.unwrap().unwrap().price, euro(1500));
        work.save().await.unwrap();
        let variants = shop.store.variants_of(&[mug.product.id]).await.unwrap();
        assert_eq!(variants[&mug.product.id].len(), 1);
        assert_eq!(variants[&mug.product.id][0].stock.on_hand, 10, "saving a variant leaves its stock alone");
    }

    async fn a_variant_of_another_product_is_not_taken_over(shop: &Shop) {
        let (mug, cup) = (shop.product("mug"), shop.product("cup"));
        shop.stock(&[&mug, &cup]).await;
        let mut stolen = mug.variants[0].clone();
        stolen.product_id = cup.product.id;
        let mut work = shop.begin().await;
        assert!(work.save_variants(cup.product.id, &[stolen], shop.now()).await.is_err());
    }

    async fn stock_never_falls_below_nothing(shop: &Shop) {
        let mug = shop.product("mug");
        shop.stock(&[&mug]).await;
        let variant = mug.variants[0].id;
        let mut work = shop.begin().await;
        assert_eq!(work.adjust_stock(variant, -4, shop.now()).await.unwrap().on_hand, 6);
        let error = work.adjust_stock(variant, -7, shop.now()).await.unwrap_err();
        assert!(matches!(error, StorageError::InsufficientStock { requested: 7, available: 6, .. }), "{error:?}");
        assert_eq!(work.adjust_stock(variant, 1, shop.now()).await.unwrap().on_hand, 7);
        assert!(matches!(work.adjust_stock(shop.id(), 1, shop.now()).await, Err(StorageError::Missing { .. })));
    }

    async fn importing_twice_changes_nothing(shop: &Shop) {
        let records = [shop.product("mug"), shop.product("cup")];
        let mut work = shop.begin().await;
        let first = work.upsert_products(&records).await.unwrap();
        work.save().await.unwrap();
        assert!(first.iter().all(|one| one.created));
        let before = shop.store.product_by_slug("mug").await.unwrap();

        shop.pass(Duration::from_secs(60));
        let again = [shop.product("mug"), shop.product("cup")];
        let mut work = shop.begin().await;
        let second = work.upsert_products(&again).await.unwrap();
        work.save().await.unwrap();
        assert_eq!(second.iter().map(|one| (one.id, one.created)).collect::<Vec<_>>(),
            first.iter().map(|one| (one.id, false)).collect::<Vec<_>>());
        assert_eq!(shop.store.product_by_slug("mug").await.unwrap(), before);
    }

    async fn importing_a_change_changes_that_product_alone(shop: &Shop) {
        let mut work = shop.begin().await;
        work.upsert_products(&[shop.product("mug"), shop.product("cup")]).await.unwrap();
        let mut changed = shop.product("mug");
        changed.product.name = "New mug".into();
        changed.variants[0].price = euro(777);
        changed.variants[0].stock.on_hand = 3;
        changed.variants.push(shop.variant(changed.product.id, "mug-2"));
        work.upsert_products(&[changed, shop.product("cup"), shop.product("pot")]).await.unwrap();
        work.save().await.unwrap();
        let mug = shop.store.product_by_slug("mug").await.unwrap().unwrap();
        let cup = shop.store.product_by_slug("cup").await.unwrap().unwrap();
        assert_eq!((mug.name.as_str(), mug.price, mug.version), ("New mug", euro(777), 2));
        assert_eq!(cup.version, 1);
        let variants = &shop.store.variants_of(&[mug.id]).await.unwrap()[&mug.id];
        assert_eq!(variants.len(), 2);
        assert_eq!(variants.iter().map(|one| one.stock.on_hand).sum::<u32>(), 13);
        assert!(shop.store.product_by_slug("pot").await.unwrap().is_some());
    }

    async fn an_import_may_not_take_another_products_sku(shop: &Shop) {
        shop.stock(&[&shop.product("mug"), &shop.product("cup")]).await;
        let mut thief = shop.product("cup");
        thief.variants[0].sku = shop.product("mug").variants[0].sku.clone();
        let mut work = shop.begin().await;
        let error = work.upsert_products(&[thief]).await.unwrap_err();
        assert!(matches!(error, StorageError::Conflict { what: "sku" }), "{error:?}");
    }

    async fn the_category_tree_lists_parents_before_children(shop: &Shop) {
        let root = shop.category("kitchen", None);
        let cups = shop.category("cups", Some(root.id));
        let mugs = shop.category("mugs", Some(cups.id));
        let garden = shop.category("garden", None);
        let mut work = shop.begin().await;
        let outcome = work.upsert_categories(&[root.clone(), cups.clone(), mugs.clone(), garden]).await.unwrap();
        assert!(outcome.iter().all(|one| one.created));
        // A second import makes new ids for what is there; children find the old parents.
        let again = shop.category("kitchen", None);
        let pots = shop.category("pots", Some(again.id));
        let outcome = work.upsert_categories(&[again, pots.clone()]).await.unwrap();
        assert_eq!((outcome[0].id, outcome[0].created, outcome[1].created), (root.id, false, true));
        work.save().await.unwrap();
        let tree = shop.store.category_tree().await.unwrap();
        let slugs: Vec<_> = tree.iter().map(|category| category.slug.as_str()).collect();
        assert_eq!(slugs, ["garden", "kitchen", "cups", "pots", "mugs"]);
        assert_eq!(shop.store.categories(&[pots.id]).await.unwrap()[&pots.id].parent_id, Some(root.id));
        assert_eq!(shop.store.category_by_slug("mugs").await.unwrap(), Some(mugs));
    }

    async fn a_category_may_not_lie_below_itself(shop: &Shop) {
        let root = shop.category("kitchen", None);
        let cups = shop.category("cups", Some(root.id));
        let mut work = shop.begin().await;
        work.upsert_categories(&[root.clone(), cups.clone()]).await.unwrap();
        let mut wrong = root.clone();
        wrong.parent_id = Some(cups.id);
        let error = work.update_category(&wrong).await.unwrap_err();
        assert!(matches!(error, StorageError::Conflict { what: "category tree" }), "{error:?}");
    }

    async fn counts_of_a_category_include_those_below_and_only_what_is_on_sale(shop: &Shop) {
        let root = shop.category("kitchen", None);
        let cups = shop.category("cups", Some(root.id));
        let mut work = shop.begin().await;
        work.upsert_categories(&[root.clone(), cups.clone()]).await.unwrap();
        for (slug, category, status) in [
            ("a", root.id, ProductStatus::Active),
            ("b", cups.id, ProductStatus::Active),
            ("c", cups.id, ProductStatus::Draft),
        ] {
            let mut record = shop.product(slug);
            record.product.category_id = Some(category);
            record.product.status = status;
            work.insert_product(&record).await.unwrap();
        }
        work.save().await.unwrap();
        let counts = shop.store.category_product_counts(&[root.id, cups.id]).await.unwrap();
        assert_eq!((counts[&root.id], counts[&cups.id]), (2, 1));
    }

    async fn a_snapshot_reads_everything_in_order_and_then_only_what_changed(shop: &Shop) {
        let records: Vec<_> = (0..5).map(|n| shop.product(&format!("mug-{n}"))).collect();
        shop.stock(&records.iter().collect::<Vec<_>>()).await;
        let first = shop.store.catalogue_items(None, None, 3).await.unwrap();
        let rest = shop.store.catalogue_items(first.last().map(|item| item.product.id), None, 3).await.unwrap();
        let ids: Vec<_> = first.iter().chain(&rest).map(|item| item.product.id).collect();
        assert_eq!(ids.len(), 5);
        assert!(ids.is_sorted());
        assert!(first.iter().all(|item| item.available == 10));

        shop.pass(Duration::from_secs(60));
        let since = shop.now();
        let mut work = shop.begin().await;
        work.adjust_stock(records[2].variants[0].id, -1, shop.now()).await.unwrap();
        work.save().await.unwrap();
        let changed = shop.store.catalogue_items(None, Some(since), 10).await.unwrap();
        assert_eq!(changed.len(), 1);
        assert_eq!((changed[0].product.id, changed[0].available), (records[2].product.id, 9));
    }

    async fn taken_slugs_are_told(shop: &Shop) {
        shop.stock(&[&shop.product("mug")]).await;
        let slugs = [Slug::parse("mug").unwrap(), Slug::parse("cup").unwrap()];
        assert_eq!(shop.begin().await.taken_slugs(&slugs).await.unwrap(), slugs[..1]);
    }
}
