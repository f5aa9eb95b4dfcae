//! Lists of products: filters, words, sorting, facets.

use sqlx::QueryBuilder;

use super::catalogue::product;
use super::fields::Fields;
use super::listing::{KeyKind, SortKey, push_compare, push_in, push_key_columns, push_page, read_page};
use super::{Db, SqlStore, dialect};
use crate::domain::catalogue::Product;
use crate::storage::catalogue::{
    Facet, FacetValue, ProductFilter, ProductQuery, ProductSort, ProductSortField, Search,
};
use crate::storage::error::Result;
use crate::storage::page::Page;
use crate::storage::sql::fold::search_words;
use crate::storage::sql::statements::catalogue::PRODUCT_COLUMNS;

/// Columns of `PRODUCT_COLUMNS`.
const PRODUCT_WIDTH: usize = 22;
/// Sort keys taken into account, besides the id.
const MAX_SORT_KEYS: usize = 3;

impl SqlStore {
    pub(super) async fn product_page(&self, query: &ProductQuery) -> Result<Page<Product>> {
        let words = query.search.as_ref().map(|search| search_words(&search.text));
        if words.as_ref().is_some_and(Vec::is_empty) || query.page.limit == 0 {
            return Ok(Page::empty());
        }
        let keys = sort_keys(&query.sort, query.search.is_some());
        let mut builder = found(words.as_deref(), query.search.as_ref());
        builder.push("SELECT ").push(PRODUCT_COLUMNS);
        push_key_columns(&mut builder, &keys);
        builder.push(if words.is_some() { ", f.score" } else { "" });
        push_source(&mut builder, words.is_some(), &query.filter);
        push_page(&mut builder, &keys, &query.page)?;
        let mut link = self.read().await?;
        read_page(&mut link, builder, &keys, &query.page, PRODUCT_WIDTH, words.is_some(), product).await
    }

    pub(super) async fn product_count(&self, filter: &ProductFilter, search: Option<&Search>) -> Result<i64> {
        let words = search.map(|search| search_words(&search.text));
        if words.as_ref().is_some_and(Vec::is_empty) {
            return Ok(0);
        }
        let mut builder = found(words.as_deref(), search);
        builder.push("SELECT COUNT(*)");
        push_source(&mut builder, words.is_some(), filter);
        let rows = self.read().await?.all(builder.build()).await?;
        rows.first().map_or(Ok(0), |row| Fields::of(row).int())
    }

    pub(super) async fn facets(
        &self,
        filter: &ProductFilter,
        search: Option<&Search>,
        values: usize,
    ) -> Result<Vec<Facet>> {
        let words = search.map(|search| search_words(&search.text));
        if words.as_ref().is_some_and(Vec::is_empty) {
            return Ok(Vec::new());
        }
        let mut link = self.read().await?;
        let mut facets: Vec<Facet> = Vec::new();
        for (columns, join, limit) in [
            ("'category', 'category', g.slug, g.name", " JOIN categories g ON g.id = p.category_id", values),
            ("'brand', 'brand', g.slug, g.name", " JOIN brands g ON g.id = p.brand_id", values),
            // Of the attributes, a bounded number of rows over all keys; the most frequent values survive.
            (
                "g.key, g.label, g.value, g.value",
                " JOIN product_attributes g ON g.product_id = p.id",
                values * 20,
            ),
        ] {
            let mut builder = found(words.as_deref(), search);
            builder.push("SELECT ").push(columns).push(", COUNT(*) FROM products p").push(join);
            push_joins_and_filter(&mut builder, words.is_some(), filter);
            builder.push(" GROUP BY 1, 2, 3, 4 ORDER BY 5 DESC, 1, 3 LIMIT ");
            builder.push_bind(i64::try_from(limit).unwrap_or(i64::MAX));
            for row in &link.all(builder.build()).await? {
                let mut fields = Fields::of(row);
                let (key, label) = (fields.text()?, fields.text()?);
                let value = FacetValue { value: fields.text()?, label: fields.text()?, count: fields.int()? };
                match facets.iter_mut().find(|facet| facet.key == key) {
                    Some(facet) if facet.values.len() < values => facet.values.push(value),
                    Some(_) => {}
                    None => facets.push(Facet { key, label, values: vec![value] }),
                }
            }
        }
        Ok(facets)
    }
}

/// Begins the statement with the products found by words, if any were given.
fn found(words: Option<&[String]>, search: Option<&Search>) -> QueryBuilder<Db> {
    let (Some(words), Some(search)) = (words, search) else { return QueryBuilder::new("") };
    let mut builder = QueryBuilder::new("WITH found AS MATERIALIZED (");
    builder.push(dialect::FOUND).push_bind(dialect::match_expression(words, search.any_word));
    builder.push(dialect::FOUND_END).push(") ");
    builder
}

fn push_source(builder: &mut QueryBuilder<Db>, searching: bool, filter: &ProductFilter) {
    builder.push(" FROM products p");
    push_joins_and_filter(builder, searching, filter);
}

fn push_joins_and_filter(builder: &mut QueryBuilder<Db>, searching: bool, filter: &ProductFilter) {
    builder.push(" JOIN product_stats s ON s.product_id = p.id");
    builder.push(if searching { " JOIN found f ON f.sequence = p.sequence" } else { "" });
    builder.push(" WHERE 1 = 1");
    push_filter(builder, filter);
}

fn push_filter(builder: &mut QueryBuilder<Db>, filter: &ProductFilter) {
    if let Some(ids) = &filter.ids {
        let ids: Vec<_> = ids.iter().map(ToString::to_string).collect();
        if ids.is_empty() {
            builder.push(" AND 1 = 0");
        } else {
            push_in(builder, "p.id", ids.iter().map(String::as_str));
        }
    }
    if !filter.statuses.is_empty() {
        push_in(builder, "p.status", filter.statuses.iter().map(|status| status.as_str()));
    }
    if !filter.category_slugs.is_empty() {
        builder.push(
            " AND p.category_id IN (WITH RECURSIVE below AS (SELECT c.id FROM categories c WHERE 1 = 1",
        );
        push_in(builder, "c.slug", filter.category_slugs.iter().map(String::as_str));
        builder.push(
            " UNION SELECT c.id FROM categories c JOIN below b ON c.parent_id = b.id) SELECT id FROM below)",
        );
    }
    if !filter.brand_slugs.is_empty() {
        builder.push(" AND p.brand_id IN (SELECT b.id FROM brands b WHERE 1 = 1");
        push_in(builder, "b.slug", filter.brand_slugs.iter().map(String::as_str));
        builder.push(")");
    }
    if !filter.tags.is_empty() {
        builder.push(" AND p.id IN (SELECT t.product_id FROM product_tags t WHERE 1 = 1");
        push_in(builder, "t.tag", filter.tags.iter().map(String::as_str));
        builder.push(")");
    }
    for (key, values) in &filter.attributes {
        builder.push(" AND p.id IN (SELECT a.product_id FROM product_attributes a WHERE a.key = ");
        builder.push_bind(key.clone());
        if !values.is_empty() {
            push_in(builder, "a.value", values.iter().map(String::as_str));
        }
        builder.push(")");
    }
    push_figures(builder, filter);
}

fn push_figures(builder: &mut QueryBuilder<Db>, filter: &ProductFilter) {
    let span = |range: &Option<std::ops::RangeInclusive<crate::domain::time::Timestamp>>| {
        range.as_ref().map(|range| (range.start().as_millis(), range.end().as_millis()))
    };
    let comparisons = [
        ("p.price_minor >=", filter.min_price_minor),
        ("p.price_minor <=", filter.max_price_minor),
        ("p.sustainability_score >=", filter.min_sustainability_score.map(i64::from)),
        ("p.carbon_grams <=", filter.max_carbon_grams),
        ("p.created_at >=", span(&filter.created_at).map(|span| span.0)),
        ("p.created_at <=", span(&filter.created_at).map(|span| span.1)),
        ("p.updated_at >=", span(&filter.updated_at).map(|span| span.0)),
        ("p.updated_at <=", span(&filter.updated_at).map(|span| span.1)),
    ];
    for (comparison, value) in comparisons {
        if let Some(value) = value {
            push_compare(builder, comparison, value);
        }
    }
    if let Some(rating) = filter.min_rating {
        builder.push(" AND s.rating_average >= ").push_bind(rating);
    }
    for (column, value) in [("p.recyclable", filter.recyclable), ("p.biodegradable", filter.biodegradable)] {
        if let Some(value) = value {
            builder.push(" AND ").push(column).push(" = ").push_bind(value);
        }
    }
    let flags = [
        (
            filter.in_stock,
            "EXISTS (SELECT 1 FROM variants v WHERE v.product_id = p.id AND v.on_hand > v.reserved)",
        ),
        (
            filter.on_sale,
            "EXISTS (SELECT 1 FROM variants v WHERE v.product_id = p.id AND v.compare_at_minor > v.price_minor)",
        ),
    ];
    for (wanted, condition) in flags {
        if let Some(wanted) = wanted {
            builder.push(if wanted { " AND " } else { " AND NOT " }).push(condition);
        }
    }
}

/// The keys a list is sorted by, the id last. Where a value may be missing, its place is taken by one behind all
/// others, whichever way the list goes.
fn sort_keys(sorts: &[ProductSort], searching: bool) -> Vec<SortKey> {
    let default = if searching {
        ProductSort { field: ProductSortField::Relevance, descending: true }
    } else {
        ProductSort { field: ProductSortField::CreatedAt, descending: true }
    };
    let sorts = if sorts.is_empty() { std::slice::from_ref(&default) } else { sorts };
    let mut keys: Vec<SortKey> = Vec::new();
    for sort in sorts.iter().take(MAX_SORT_KEYS) {
        if let Some(key) = sort_key(*sort, searching)
            && keys.iter().all(|known| known.expression != key.expression)
        {
            keys.push(key);
        }
    }
    let descending = keys.first().is_some_and(|key| key.descending);
    keys.push(SortKey::new("p.id", KeyKind::Text, descending));
    keys
}

fn sort_key(sort: ProductSort, searching: bool) -> Option<SortKey> {
    let descending = sort.descending;
    let (expression, kind) = match sort.field {
        // Nothing fits better than anything else when nothing is looked for.
        ProductSortField::Relevance if !searching => return None,
        ProductSortField::Relevance => ("f.score", KeyKind::Real),
        ProductSortField::Name => ("p.sort_name", KeyKind::Text),
        ProductSortField::Price => ("p.price_minor", KeyKind::Integer),
        ProductSortField::CreatedAt => ("p.created_at", KeyKind::Integer),
        ProductSortField::UpdatedAt => ("p.updated_at", KeyKind::Integer),
        ProductSortField::BestSelling => ("s.purchase_count", KeyKind::Integer),
        ProductSortField::Trending => ("s.trend_score", KeyKind::Real),
        ProductSortField::Rating if descending => ("COALESCE(s.rating_average, 0.0)", KeyKind::Real),
        ProductSortField::Rating => ("COALESCE(s.rating_average, 6.0)", KeyKind::Real),
        ProductSortField::Sustainability if descending => {
            ("COALESCE(p.sustainability_score, -1)", KeyKind::Integer)
        }
        ProductSortField::Sustainability => ("COALESCE(p.sustainability_score, 101)", KeyKind::Integer),
        ProductSortField::CarbonFootprint if descending => ("COALESCE(p.carbon_grams, -1)", KeyKind::Integer),
        ProductSortField::CarbonFootprint => ("COALESCE(p.carbon_grams, 9000000000000000)", KeyKind::Integer),
    };
    Some(SortKey::new(expression, kind, descending))
}
