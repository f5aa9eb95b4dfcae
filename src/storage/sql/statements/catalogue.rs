//! Products, variants, stock, categories, brands.

/// Columns of a product, in the order they are read.
macro_rules! product {
    () => {
        "p.id, p.slug, p.status, p.name, p.description, p.brand_id, p.category_id, p.tags, p.images, p.attributes, \
         p.sustainability_score, p.carbon_grams, p.recyclable, p.biodegradable, p.certifications, \
         p.sustainability_source, p.currency, p.price_minor, p.compare_at_minor, p.created_at, p.updated_at, p.version"
    };
}
macro_rules! variant {
    () => {
        "v.id, v.product_id, v.sku, v.name, v.options, v.position, v.currency, v.price_minor, v.compare_at_minor, \
         v.weight_grams, v.on_hand, v.reserved, v.stock_updated_at, v.created_at, v.updated_at"
    };
}
macro_rules! category {
    () => {
        "c.id, c.slug, c.name, c.parent_id, c.created_at"
    };
}
/// Products are written twice, one by one and in bulk; both list the columns alike.
macro_rules! insert_products {
    ($($rest:literal)?) => {
        concat!("INSERT INTO products (id, slug, status, name, sort_name, description, brand_id, category_id, tags, \
            images, attributes, sustainability_score, carbon_grams, recyclable, biodegradable, certifications, \
            sustainability_source, currency, price_minor, compare_at_minor, created_at, updated_at, version) \
            VALUES $ROWS " $(, $rest)?)
    };
}

/// Columns of a product, for lists put together as asked.
pub(in crate::storage::sql) const PRODUCT_COLUMNS: &str = product!();

statements! {
    ANY_PRODUCT = "SELECT 1 FROM products LIMIT 1";
    PRODUCTS_BY_ID = concat!("SELECT ", product!(), " FROM products p WHERE p.id IN ($LIST)");
    PRODUCTS_BY_SLUG = concat!("SELECT ", product!(), " FROM products p WHERE p.slug IN ($LIST)");
    PRODUCT_BY_SKU = concat!("SELECT ", product!(),
        " FROM products p WHERE p.id = (SELECT v.product_id FROM variants v WHERE v.sku = $1)");
    PRODUCT_FOR_UPDATE = concat!("SELECT ", product!(), " FROM products p WHERE p.id = $1$LOCK");
    VARIANTS_BY_ID = concat!("SELECT ", variant!(), " FROM variants v WHERE v.id IN ($LIST)");
    VARIANTS_TO_SELL = concat!("SELECT ", variant!(), " FROM variants v WHERE v.id IN ($LIST) ORDER BY v.id$LOCK");
    VARIANTS_BY_SKU = concat!("SELECT ", variant!(), " FROM variants v WHERE v.sku IN ($LIST)");
    VARIANTS_OF_PRODUCTS = concat!("SELECT ", variant!(),
        " FROM variants v WHERE v.product_id IN ($LIST) ORDER BY v.product_id, v.position, v.id");
    AVAILABLE_QUANTITIES = "SELECT v.product_id, CAST(SUM(v.on_hand - v.reserved) AS BIGINT) FROM variants v \
        WHERE v.product_id IN ($LIST) GROUP BY v.product_id";
    STATS_OF_PRODUCTS = "SELECT product_id, view_count, unique_viewers, timed_views, view_duration_ms, like_count, \
        cart_count, purchase_count, units_sold, last_viewed_at, trend_score, rating_1, rating_2, rating_3, rating_4, \
        rating_5 FROM product_stats WHERE product_id IN ($LIST)";
    /// A page of the catalogue for a snapshot: behind the id $1, changed since $2, $3 rows.
    CATALOGUE_ITEMS = concat!("SELECT ", product!(), ", CAST(COALESCE((SELECT SUM(v.on_hand - v.reserved) \
        FROM variants v WHERE v.product_id = p.id), 0) AS BIGINT) FROM products p WHERE p.id > $1 \
        ORDER BY p.id LIMIT $2");
    /// By the two indexes on times of change: it is asked every few seconds, of catalogues of any size.
    CATALOGUE_CHANGES = concat!("SELECT ", product!(), ", CAST(COALESCE((SELECT SUM(v.on_hand - v.reserved) \
        FROM variants v WHERE v.product_id = p.id), 0) AS BIGINT) FROM products p WHERE p.id > $1 AND p.id IN \
        (SELECT c.id FROM products c WHERE c.updated_at >= $2 \
        UNION SELECT w.product_id FROM variants w WHERE w.stock_updated_at >= $2) ORDER BY p.id LIMIT $3");
    CATEGORIES_BY_ID = concat!("SELECT ", category!(), " FROM categories c WHERE c.id IN ($LIST)");
    CATEGORIES_BY_SLUG = concat!("SELECT ", category!(), " FROM categories c WHERE c.slug IN ($LIST)");
    CATEGORY_TREE = concat!("WITH RECURSIVE tree AS (SELECT id, 0 AS depth FROM categories WHERE parent_id IS NULL \
        UNION ALL SELECT k.id, t.depth + 1 FROM categories k JOIN tree t ON k.parent_id = t.id) \
        SELECT ", category!(), " FROM tree t JOIN categories c ON c.id = t.id ORDER BY t.depth, c.name, c.id");
    CATEGORY_PRODUCT_COUNTS = "WITH RECURSIVE below AS (SELECT id AS root, id FROM categories WHERE id IN ($LIST) \
        UNION ALL SELECT b.root, c.id FROM categories c JOIN below b ON c.parent_id = b.id) \
        SELECT b.root, COUNT(*) FROM below b JOIN products p ON p.category_id = b.id AND p.status = 'ACTIVE' \
        GROUP BY b.root";
    BRANDS_BY_ID = "SELECT id, slug, name, created_at FROM brands WHERE id IN ($LIST)";
    BRANDS_BY_SLUG = "SELECT id, slug, name, created_at FROM brands WHERE slug IN ($LIST)";
    LIST_BRANDS = "SELECT id, slug, name, created_at FROM brands ORDER BY sort_name, id LIMIT $1";

    INSERT_PRODUCTS = insert_products!("RETURNING id, sequence");
    UPSERT_PRODUCTS = insert_products!("ON CONFLICT (slug) DO UPDATE SET status = excluded.status, \
        name = excluded.name, sort_name = excluded.sort_name, description = excluded.description, \
        brand_id = excluded.brand_id, category_id = excluded.category_id, tags = excluded.tags, \
        images = excluded.images, attributes = excluded.attributes, \
        sustainability_score = excluded.sustainability_score, carbon_grams = excluded.carbon_grams, \
        recyclable = excluded.recyclable, biodegradable = excluded.biodegradable, \
        certifications = excluded.certifications, sustainability_source = excluded.sustainability_source, \
        currency = excluded.currency, price_minor = excluded.price_minor, \
        compare_at_minor = excluded.compare_at_minor, updated_at = excluded.updated_at, \
        version = products.version + 1 RETURNING id, sequence");
    UPDATE_PRODUCT = "UPDATE products SET slug = $2, status = $3, name = $4, sort_name = $5, description = $6, \
        brand_id = $7, category_id = $8, tags = $9, images = $10, attributes = $11, sustainability_score = $12, \
        carbon_grams = $13, recyclable = $14, biodegradable = $15, certifications = $16, sustainability_source = $17, \
        updated_at = $18, version = version + 1 WHERE id = $1 RETURNING id, sequence";
    /// The price of a product is that of its cheapest variant, the first of them among equals.
    SET_PRODUCT_PRICE = "UPDATE products SET \
        price_minor = (SELECT v.price_minor FROM variants v WHERE v.product_id = $1 \
            ORDER BY v.price_minor, v.position, v.id LIMIT 1), \
        compare_at_minor = (SELECT v.compare_at_minor FROM variants v WHERE v.product_id = $1 \
            ORDER BY v.price_minor, v.position, v.id LIMIT 1), \
        currency = (SELECT v.currency FROM variants v WHERE v.product_id = $1 \
            ORDER BY v.price_minor, v.position, v.id LIMIT 1), updated_at = $2 \
        WHERE id = $1 AND EXISTS (SELECT 1 FROM variants v WHERE v.product_id = $1)";
    INSERT_STATS = "INSERT INTO product_stats (product_id) VALUES $ROWS ON CONFLICT (product_id) DO NOTHING";
    DELETE_TAGS = "DELETE FROM product_tags WHERE product_id IN ($LIST)";
    INSERT_TAGS = "INSERT INTO product_tags (tag, product_id) VALUES $ROWS";
    DELETE_ATTRIBUTES = "DELETE FROM product_attributes WHERE product_id IN ($LIST)";
    INSERT_ATTRIBUTES = "INSERT INTO product_attributes (key, value, product_id, label) VALUES $ROWS \
        ON CONFLICT (key, value, product_id) DO NOTHING";
    PRODUCT_EXISTS = "SELECT 1 FROM products WHERE id = $1$LOCK";
    INSERT_VARIANTS = "INSERT INTO variants (id, product_id, sku, name, options, position, currency, price_minor, \
        compare_at_minor, weight_grams, on_hand, reserved, stock_updated_at, created_at, updated_at) VALUES $ROWS";
    SAVE_VARIANTS = "INSERT INTO variants (id, product_id, sku, name, options, position, currency, price_minor, \
        compare_at_minor, weight_grams, on_hand, reserved, stock_updated_at, created_at, updated_at) VALUES $ROWS \
        ON CONFLICT (id) DO UPDATE SET sku = excluded.sku, name = excluded.name, options = excluded.options, \
        position = excluded.position, currency = excluded.currency, price_minor = excluded.price_minor, \
        compare_at_minor = excluded.compare_at_minor, weight_grams = excluded.weight_grams, \
        updated_at = excluded.updated_at WHERE variants.product_id = excluded.product_id";
    /// A variant another product has is left alone, and missing from what is returned.
    UPSERT_VARIANTS = "INSERT INTO variants (id, product_id, sku, name, options, position, currency, price_minor, \
        compare_at_minor, weight_grams, on_hand, reserved, stock_updated_at, created_at, updated_at) VALUES $ROWS \
        ON CONFLICT (sku) DO UPDATE SET name = excluded.name, options = excluded.options, \
        position = excluded.position, currency = excluded.currency, price_minor = excluded.price_minor, \
        compare_at_minor = excluded.compare_at_minor, weight_grams = excluded.weight_grams, \
        on_hand = CASE WHEN excluded.on_hand < variants.reserved THEN variants.reserved ELSE excluded.on_hand END, \
        stock_updated_at = excluded.stock_updated_at, updated_at = excluded.updated_at \
        WHERE variants.product_id = excluded.product_id RETURNING id";
    DELETE_VARIANTS = "DELETE FROM variants WHERE product_id = $1 AND id IN ($LIST)";
    ADJUST_STOCK = "UPDATE variants SET on_hand = on_hand + $2, stock_updated_at = $3 \
        WHERE id = $1 AND on_hand + $2 >= reserved RETURNING on_hand, reserved, stock_updated_at";
    STOCK_OF_VARIANT = "SELECT on_hand, reserved, stock_updated_at FROM variants WHERE id = $1";
    TAKEN_SLUGS = "SELECT slug FROM products WHERE slug IN ($LIST)";

    INSERT_CATEGORY = "INSERT INTO categories (id, slug, name, parent_id, created_at) VALUES ($1, $2, $3, $4, $5)";
    UPDATE_CATEGORY = "UPDATE categories SET slug = $2, name = $3, parent_id = $4 WHERE id = $1";
    UPSERT_CATEGORY = "INSERT INTO categories (id, slug, name, parent_id, created_at) VALUES ($1, $2, $3, $4, $5) \
        ON CONFLICT (slug) DO UPDATE SET name = excluded.name RETURNING id";
    /// Whether the category $2 is $1 or lies below it.
    LIES_BELOW = "WITH RECURSIVE above AS (SELECT id, parent_id FROM categories WHERE id = $2 \
        UNION ALL SELECT c.id, c.parent_id FROM categories c JOIN above a ON c.id = a.parent_id) \
        SELECT 1 FROM above WHERE id = $1";
    UPSERT_BRANDS = "INSERT INTO brands (id, slug, name, sort_name, created_at) VALUES $ROWS \
        ON CONFLICT (slug) DO UPDATE SET name = excluded.name, sort_name = excluded.sort_name RETURNING id, slug";
}
