-- What the shop sells. Texts that lists are sorted by have a folded copy, so that both databases sort alike.

CREATE TABLE categories (
    id TEXT NOT NULL PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    parent_id TEXT REFERENCES categories (id),
    created_at BIGINT NOT NULL
);
CREATE INDEX categories_by_parent ON categories (parent_id);

CREATE TABLE brands (
    id TEXT NOT NULL PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    sort_name TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX brands_by_name ON brands (sort_name, id);

-- Tags, images and attributes are read from the row; the tables below it are for filtering.
CREATE TABLE products (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    slug TEXT NOT NULL UNIQUE,
    status TEXT NOT NULL,
    name TEXT NOT NULL,
    sort_name TEXT NOT NULL,
    description TEXT NOT NULL,
    brand_id TEXT REFERENCES brands (id),
    category_id TEXT REFERENCES categories (id),
    tags TEXT NOT NULL,
    images TEXT NOT NULL,
    attributes TEXT NOT NULL,
    sustainability_score BIGINT,
    carbon_grams BIGINT,
    recyclable BOOLEAN,
    biodegradable BOOLEAN,
    certifications TEXT,
    sustainability_source TEXT,
    currency TEXT NOT NULL,
    price_minor BIGINT NOT NULL,
    compare_at_minor BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX products_by_status ON products (status, created_at, id);
CREATE INDEX products_by_category ON products (category_id, status);
CREATE INDEX products_by_brand ON products (brand_id, status);
CREATE INDEX products_by_name ON products (sort_name, id);
CREATE INDEX products_by_price ON products (price_minor, id);
CREATE INDEX products_by_creation ON products (created_at, id);
CREATE INDEX products_by_change ON products (updated_at, id);

CREATE TABLE product_tags (
    tag TEXT NOT NULL,
    product_id TEXT NOT NULL REFERENCES products (id),
    PRIMARY KEY (tag, product_id)
);
CREATE INDEX product_tags_by_product ON product_tags (product_id);

CREATE TABLE product_attributes (
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    product_id TEXT NOT NULL REFERENCES products (id),
    label TEXT NOT NULL,
    PRIMARY KEY (key, value, product_id)
);
CREATE INDEX product_attributes_by_product ON product_attributes (product_id, key);

CREATE TABLE variants (
    id TEXT NOT NULL PRIMARY KEY,
    product_id TEXT NOT NULL REFERENCES products (id),
    sku TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    options TEXT NOT NULL,
    position BIGINT NOT NULL,
    currency TEXT NOT NULL,
    price_minor BIGINT NOT NULL CHECK (price_minor >= 0),
    compare_at_minor BIGINT,
    weight_grams BIGINT,
    on_hand BIGINT NOT NULL CHECK (on_hand >= 0),
    reserved BIGINT NOT NULL CHECK (reserved >= 0 AND reserved <= on_hand),
    stock_updated_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX variants_by_product ON variants (product_id, position);
CREATE INDEX variants_by_stock_change ON variants (stock_updated_at, product_id);

CREATE TABLE product_stats (
    product_id TEXT NOT NULL PRIMARY KEY REFERENCES products (id),
    view_count BIGINT NOT NULL DEFAULT 0,
    unique_viewers BIGINT NOT NULL DEFAULT 0,
    timed_views BIGINT NOT NULL DEFAULT 0,
    view_duration_ms BIGINT NOT NULL DEFAULT 0,
    like_count BIGINT NOT NULL DEFAULT 0,
    cart_count BIGINT NOT NULL DEFAULT 0,
    purchase_count BIGINT NOT NULL DEFAULT 0,
    units_sold BIGINT NOT NULL DEFAULT 0,
    last_viewed_at BIGINT,
    trend_score DOUBLE PRECISION NOT NULL DEFAULT 0,
    rating_1 BIGINT NOT NULL DEFAULT 0,
    rating_2 BIGINT NOT NULL DEFAULT 0,
    rating_3 BIGINT NOT NULL DEFAULT 0,
    rating_4 BIGINT NOT NULL DEFAULT 0,
    rating_5 BIGINT NOT NULL DEFAULT 0,
    rating_average DOUBLE PRECISION
);
CREATE INDEX product_stats_by_purchases ON product_stats (purchase_count, product_id);
CREATE INDEX product_stats_by_trend ON product_stats (trend_score, product_id);
CREATE INDEX product_stats_by_rating ON product_stats (rating_average, product_id);

-- Rows are numbered like the products. The text itself is not kept twice.
CREATE VIRTUAL TABLE product_search USING fts5 (
    name, keywords, body,
    content = '', contentless_delete = 1,
    tokenize = 'unicode61', prefix = '2 3'
);
