//! Everything of one kind into a file, in the columns that imports read.

use std::collections::HashMap;
use std::path::Path;

use super::rows::Rows;
use super::worker::{Failure, Progress};
use super::{Task, TransferKind};
use crate::domain::catalogue::{Category, Product, Variant};
use crate::domain::ids::{BrandId, CategoryId, UserId};
use crate::domain::interaction::Subject;
use crate::domain::limits;
use crate::domain::money::Money;
use crate::domain::order::{Order, OrderLine};
use crate::domain::people::User;
use crate::storage::catalogue::{ProductFilter, ProductQuery, ProductSort, ProductSortField};
use crate::storage::interactions::InteractionCursor;
use crate::storage::orders::OrderFilter;
use crate::storage::{Cursor, PageRequest, Storage};

const PRODUCTS: [&str; 19] = [
    "sku",
    "name",
    "price",
    "slug",
    "description",
    "brand",
    "category",
    "tags",
    "attributes",
    "currency",
    "compare_at_price",
    "stock",
    "status",
    "image_url",
    "sustainability_score",
    "carbon_footprint_grams",
    "recyclable",
    "biodegradable",
    "created_at",
];
const STOCK: [&str; 4] = ["sku", "on_hand", "reserved", "available"];
const ORDERS: [&str; 9] =
    ["order", "at", "sku", "quantity", "unit_price", "currency", "user", "status", "total"];
const INTERACTIONS: [&str; 5] = ["user", "sku", "type", "at", "duration_ms"];
/// Interactions read at once.
const CHUNK: usize = 1_000;

pub(super) async fn run(
    storage: &dyn Storage,
    task: &Task,
    path: &Path,
    progress: &Progress,
) -> Result<(), Failure> {
    let columns: &'static [&'static str] = match task.kind {
        TransferKind::Products => &PRODUCTS,
        TransferKind::Stock => &STOCK,
        TransferKind::Orders => &ORDERS,
        TransferKind::Interactions => &INTERACTIONS,
    };
    // Under another name until it is whole.
    let part = path.with_extension("part");
    let mut rows = Rows::create(&part, task.format, columns)?;
    match task.kind {
        TransferKind::Products => products(storage, &mut rows, progress, product_row).await?,
        TransferKind::Stock => products(storage, &mut rows, progress, stock_row).await?,
        TransferKind::Orders => orders(storage, &mut rows, progress).await?,
        TransferKind::Interactions => interactions(storage, &mut rows, progress).await?,
    }
    rows.finish()?;
    tokio::fs::rename(&part, path).await?;
    Ok(())
}

/// What a row needs besides the product itself.
struct Names {
    brands: HashMap<BrandId, String>,
    categories: HashMap<CategoryId, Category>,
}

async fn products(
    storage: &dyn Storage,
    rows: &mut Rows,
    progress: &Progress,
    row: fn(&Product, &Variant, &Names) -> Vec<String>,
) -> Result<(), Failure> {
    progress.expect(storage.count_products(&ProductFilter::default(), None).await?);
    let tree = storage.category_tree().await?;
    let mut names = Names {
        brands: HashMap::new(),
        categories: tree.into_iter().map(|category| (category.id, category)).collect(),
    };
    let mut after: Option<Cursor> = None;
    loop {
        let query = ProductQuery {
            filter: ProductFilter::default(),
            search: None,
            sort: vec![ProductSort { field: ProductSortField::CreatedAt, descending: false }],
            page: PageRequest::first(limits::PAGE, after.take()),
        };
        let page = storage.list_products(&query).await?;
        after = page.edges.last().map(|edge| edge.cursor.clone());
        let more = page.has_next;
        let products = page.into_nodes();
        let ids: Vec<_> = products.iter().map(|product| product.id).collect();
        let variants = storage.variants_of(&ids).await?;
        let brands: Vec<_> = products.iter().filter_map(|product| product.brand_id).collect();
        let brands = storage.brands(&brands).await?;
        names.brands.extend(brands.into_iter().map(|(id, brand)| (id, brand.name)));
        for product in &products {
            for variant in variants.get(&product.id).into_iter().flatten() {
                rows.write(&row(product, variant, &names))?;
            }
        }
        progress.done(products.len());
        if !more {
            return Ok(());
        }
    }
}

fn product_row(product: &Product, variant: &Variant, names: &Names) -> Vec<String> {
    let green = product.sustainability.as_ref();
    let attributes: Vec<String> =
        product.attributes.iter().map(|one| format!("{}={}", one.key, one.value)).collect();
    let said = |flag: Option<bool>| flag.map(|flag| flag.to_string()).unwrap_or_default();
    vec![
        variant.sku.to_string(),
        product.name.clone(),
        variant.price.to_decimal(),
        product.slug.to_string(),
        product.description.clone(),
        product.brand_id.and_then(|id| names.brands.get(&id)).cloned().unwrap_or_default(),
        category_path(product.category_id, &names.categories),
        product.tags.join("|"),
        attributes.join("|"),
        variant.price.currency().code().to_owned(),
        variant.compare_at_price.map(Money::to_decimal).unwrap_or_default(),
        variant.stock.on_hand.to_string(),
        product.status.as_str().to_owned(),
        product.images.first().map(|image| image.url.clone()).unwrap_or_default(),
        green.map(|green| green.score.to_string()).unwrap_or_default(),
        green.and_then(|green| green.carbon_grams).map(|grams| grams.to_string()).unwrap_or_default(),
        said(green.map(|green| green.recyclable)),
        said(green.map(|green| green.biodegradable)),
        product.created_at.to_string(),
    ]
}

fn stock_row(_: &Product, variant: &Variant, _: &Names) -> Vec<String> {
    let stock = &variant.stock;
    let figures = [stock.on_hand, stock.reserved, stock.available()];
    std::iter::once(variant.sku.to_string()).chain(figures.map(|pieces| pieces.to_string())).collect()
}

fn category_path(id: Option<CategoryId>, tree: &HashMap<CategoryId, Category>) -> String {
    let mut names = Vec::new();
    let mut at = id;
    while let Some(category) = at.and_then(|id| tree.get(&id))
        && names.len() < limits::CATEGORY_DEPTH
    {
        names.push(category.name.clone());
        at = category.parent_id;
    }
    names.reverse();
    names.join(">")
}

async fn orders(storage: &dyn Storage, rows: &mut Rows, progress: &Progress) -> Result<(), Failure> {
    let all = OrderFilter::default();
    progress.expect(storage.count_orders(&all).await?);
    let mut after: Option<Cursor> = None;
    loop {
        let page = storage.list_orders(&all, &PageRequest::first(limits::PAGE, after.take())).await?;
        after = page.edges.last().map(|edge| edge.cursor.clone());
        let more = page.has_next;
        let orders = page.into_nodes();
        let ids: Vec<_> = orders.iter().map(|order| order.id).collect();
        let lines = storage.order_lines_of(&ids).await?;
        let users: Vec<UserId> = orders.iter().filter_map(|order| order.user_id).collect();
        let users = storage.users(&users).await?;
        for order in &orders {
            let user = order.user_id.and_then(|id| users.get(&id)).map(key).unwrap_or_default();
            for line in lines.get(&order.id).into_iter().flatten() {
                rows.write(&order_row(order, line, &user))?;
            }
        }
        progress.done(orders.len());
        if !more {
            return Ok(());
        }
    }
}

fn order_row(order: &Order, line: &OrderLine, user: &str) -> Vec<String> {
    vec![
        order.number.clone(),
        order.placed_at.to_string(),
        line.sku.clone(),
        line.quantity.to_string(),
        order.money(line.unit_price_minor).to_decimal(),
        order.cost.currency.code().to_owned(),
        user.to_owned(),
        order.status.as_str().to_owned(),
        order.money(line.total_minor).to_decimal(),
    ]
}

/// What an import knows a user by.
fn key(user: &User) -> String {
    let address = || user.email.as_ref().map(ToString::to_string);
    user.external_id.clone().or_else(address).unwrap_or_else(|| user.id.to_string())
}

async fn interactions(storage: &dyn Storage, rows: &mut Rows, progress: &Progress) -> Result<(), Failure> {
    progress.expect(storage.count_interactions().await?);
    let mut after = InteractionCursor::default();
    loop {
        let log = storage.interactions_since(after, CHUNK).await?;
        let Some(last) = log.last() else { return Ok(()) };
        after = last.cursor;
        let products: Vec<_> = log.iter().map(|one| one.product_id).collect();
        let variants = storage.variants_of(&products).await?;
        let users: Vec<UserId> = log.iter().filter_map(|one| user_of(one.subject)).collect();
        let users = storage.users(&users).await?;
        for one in &log {
            let sku = variants.get(&one.product_id).and_then(|variants| variants.first());
            // Imports know users by their keys; visitors have none.
            let user = user_of(one.subject).and_then(|id| users.get(&id)).map(key);
            let (Some(sku), Some(user)) = (sku, user) else { continue };
            rows.write(&[
                user,
                sku.sku.to_string(),
                one.kind.as_str().to_owned(),
                one.occurred_at.to_string(),
                one.duration_ms.map(|duration| duration.to_string()).unwrap_or_default(),
            ])?;
        }
        progress.done(log.len());
    }
}

fn user_of(subject: Subject) -> Option<UserId> {
    match subject {
        Subject::User(user) => Some(user),
        Subject::Visitor(_) => None,
    }
}
