//! The four tables and how a row of each becomes a record.

use std::collections::HashMap;
use std::io::BufRead;

use iso_currency::Currency;
use sha2::{Digest, Sha256};

use super::fields::{Fields, Refusal};
use super::reader::{Format, FormatError, Table, read};
use crate::domain::limits::{
    ATTRIBUTES, CARBON_GRAMS, CLIENT_KEY, DESCRIPTION, EMAIL, NAME, QUANTITY, SKU, TAGS, URL,
};
use crate::import::records::{InteractionRecord, OrderLineRecord, OrderRecord, ProductRecord, UserRecord};
use crate::import::rejects::Rejects;

const PRODUCTS: Table = Table {
    required: &["sku", "name", "price"],
    optional: &[
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
    ],
};
const USERS: Table = Table { required: &["user"], optional: &["name", "country", "created_at"] };
const INTERACTIONS: Table =
    Table { required: &["user", "sku", "type", "at"], optional: &["duration_ms", "event_id"] };
const ORDERS: Table = Table {
    required: &["order", "at", "sku", "quantity", "unit_price"],
    optional: &["user", "name", "currency", "country", "returned_quantity"],
};
const STATUSES: [&str; 6] = ["DRAFT", "PENDING_REVIEW", "APPROVED", "ACTIVE", "INACTIVE", "DISCONTINUED"];
const INTERACTION_TYPES: [&str; 8] =
    ["VIEW", "LIKE", "CART", "PURCHASE", "UNLIKE", "DISMISS", "IMPRESSION", "CLICK"];

/// Reads the products table; amounts without a currency are in `currency`.
pub fn products(
    content: impl BufRead,
    format: Format,
    currency: Currency,
    rejects: &mut Rejects,
) -> Result<Vec<ProductRecord>, FormatError> {
    let mut records = Vec::new();
    read(content, format, &PRODUCTS, rejects, &mut |fields| {
        records.push(product(fields, currency)?);
        Ok(())
    })?;
    Ok(records)
}

fn product(fields: &Fields, default_currency: Currency) -> Result<ProductRecord, Refusal> {
    let currency = fields.currency("currency", default_currency)?;
    let price = fields.amount("price", currency)?.ok_or(("price", "missing", String::new()))?;
    let tags = fields.list("tags", '|');
    if tags.len() > TAGS {
        return Err(("tags", "too many tags", tags.len().to_string()));
    }
    let attributes = fields.list("attributes", '|');
    if attributes.len() > ATTRIBUTES {
        return Err(("attributes", "too many attributes", attributes.len().to_string()));
    }
    let pair = |text: String| match text.split_once('=') {
        Some((key, value)) if !key.trim().is_empty() && !value.trim().is_empty() => {
            Ok((key.trim().to_owned(), value.trim().to_owned()))
        }
        _ => Err(("attributes", "not key=value", text)),
    };
    Ok(ProductRecord {
        line: fields.line,
        sku: fields.required("sku", SKU)?,
        slug: fields.text("slug", NAME)?.unwrap_or_default(),
        name: fields.required("name", NAME)?,
        description: fields.text("description", DESCRIPTION)?.unwrap_or_default(),
        brand: fields.text("brand", NAME)?.unwrap_or_default(),
        category_path: fields.list("category", '>'),
        tags,
        attributes: attributes.into_iter().map(pair).collect::<Result<_, _>>()?,
        price,
        compare_at_price: fields.amount("compare_at_price", currency)?,
        currency: currency.code().to_owned(),
        on_hand: fields.whole("stock")?.unwrap_or(0),
        status: one_of(fields, "status", &STATUSES)?.unwrap_or("ACTIVE").to_owned(),
        image_url: fields.text("image_url", URL)?.unwrap_or_default(),
        sustainability_score: match fields.whole::<u8>("sustainability_score")? {
            Some(score) if score > 100 => {
                return Err(("sustainability_score", "not between 0 and 100", score.to_string()));
            }
            score => score,
        },
        carbon_grams: match fields.whole::<i64>("carbon_footprint_grams")? {
            Some(grams) if !(0..=CARBON_GRAMS).contains(&grams) => {
                return Err(("carbon_footprint_grams", "not a whole number in range", grams.to_string()));
            }
            grams => grams,
        },
        recyclable: fields.flag("recyclable")?,
        biodegradable: fields.flag("biodegradable")?,
        created_at: fields.instant("created_at")?,
    })
}

fn one_of(
    fields: &Fields,
    column: &'static str,
    names: &'static [&'static str],
) -> Result<Option<&'static str>, Refusal> {
    let Some(text) = fields.get(column) else { return Ok(None) };
    let known = names.iter().copied().find(|name| name.eq_ignore_ascii_case(text));
    known.map(Some).ok_or_else(|| (column, "not one of the names of the schema", text.to_owned()))
}

pub fn users(
    content: impl BufRead,
    format: Format,
    rejects: &mut Rejects,
) -> Result<Vec<UserRecord>, FormatError> {
    let mut records = Vec::new();
    read(content, format, &USERS, rejects, &mut |fields| {
        let key = fields.required("user", EMAIL)?;
        records.push(UserRecord {
            line: fields.line,
            display_name: fields.text("name", NAME)?.unwrap_or_else(|| format!("Customer {key}")),
            key,
            country: fields.text("country", NAME)?.unwrap_or_default(),
            created_at: fields.instant("created_at")?,
        });
        Ok(())
    })?;
    Ok(records)
}

pub fn interactions(
    content: impl BufRead,
    format: Format,
    rejects: &mut Rejects,
) -> Result<Vec<InteractionRecord>, FormatError> {
    let mut records = Vec::new();
    read(content, format, &INTERACTIONS, rejects, &mut |fields| {
        let kind = one_of(fields, "type", &INTERACTION_TYPES)?.ok_or(("type", "missing", String::new()))?;
        let user_key = fields.required("user", EMAIL)?;
        let sku = fields.required("sku", SKU)?;
        let at = fields.instant("at")?.ok_or(("at", "missing", String::new()))?;
        let event_id = match fields.text("event_id", CLIENT_KEY)? {
            Some(event_id) => event_id,
            None => derived_event_id(&[&user_key, &sku, kind, &at.as_millis().to_string()]),
        };
        let duration_ms = fields.whole("duration_ms")?;
        records.push(InteractionRecord {
            line: fields.line,
            user_key,
            sku,
            kind: kind.to_owned(),
            at,
            duration_ms,
            event_id,
        });
        Ok(())
    })?;
    Ok(records)
}

/// A row without an event id gets one from its content, so that importing the file again adds nothing.
fn derived_event_id(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    let digest = hash.finalize();
    digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// Reads the orders table, one row a line of an order; rows of one order need not stand together.
pub fn orders(
    content: impl BufRead,
    format: Format,
    currency: Currency,
    rejects: &mut Rejects,
) -> Result<Vec<OrderRecord>, FormatError> {
    let mut records: Vec<OrderRecord> = Vec::new();
    let mut position: HashMap<String, usize> = HashMap::new();
    read(content, format, &ORDERS, rejects, &mut |fields| {
        let number = fields.required("order", SKU)?;
        let currency = fields.currency("currency", currency)?;
        let line = order_line(fields, currency)?;
        let placed_at = fields.instant("at")?.ok_or(("at", "missing", String::new()))?;
        let user_key = fields.text("user", EMAIL)?;
        let country = fields.text("country", NAME)?.unwrap_or_default();
        let at = *position.entry(number.clone()).or_insert_with(|| {
            let currency = currency.code().to_owned();
            records.push(OrderRecord {
                number,
                user_key: user_key.clone(),
                placed_at,
                currency,
                country,
                lines: Vec::new(),
            });
            records.len() - 1
        });
        if records[at].user_key != user_key {
            return Err(("user", "another user than the order's first row", user_key.unwrap_or_default()));
        }
        if records[at].currency != currency.code() {
            return Err((
                "currency",
                "another currency than the order's first row",
                currency.code().to_owned(),
            ));
        }
        records[at].lines.push(line);
        Ok(())
    })?;
    Ok(records)
}

fn order_line(fields: &Fields, currency: Currency) -> Result<OrderLineRecord, Refusal> {
    let quantity: u32 = fields.whole("quantity")?.unwrap_or(0);
    if quantity == 0 || quantity > QUANTITY {
        return Err(("quantity", "not between 1 and a million", quantity.to_string()));
    }
    let returned_quantity: u32 = fields.whole("returned_quantity")?.unwrap_or(0);
    if returned_quantity > quantity {
        return Err(("returned_quantity", "more than was bought", returned_quantity.to_string()));
    }
    let sku = fields.required("sku", SKU)?;
    Ok(OrderLineRecord {
        line: fields.line,
        name: fields.text("name", NAME)?.unwrap_or_default(),
        sku,
        quantity,
        unit_price: fields.amount("unit_price", currency)?.ok_or(("unit_price", "missing", String::new()))?,
        returned_quantity,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rejects() -> Rejects {
        Rejects::new(None)
    }

    #[test]
    fn csv_and_json_lines_give_the_same_product() {
        let csv = "sku,name,price,tags,category,attributes,recyclable\nA1,Mug,9.50,blue|gift,Kitchen > Mugs,material=clay,yes\n";
        let jsonl = r#"{"sku":"A1","name":"Mug","price":9.5,"tags":["blue","gift"],"category":"Kitchen > Mugs","attributes":{"material":"clay"},"recyclable":true}"#;
        let from_csv = products(csv.as_bytes(), Format::Csv, Currency::EUR, &mut rejects()).unwrap();
        let from_json = products(jsonl.as_bytes(), Format::Jsonl, Currency::EUR, &mut rejects()).unwrap();
        assert_eq!(from_csv[0], ProductRecord { line: 2, ..from_json[0].clone() });
        assert_eq!(from_csv[0].price, 950);
        assert_eq!(from_csv[0].category_path, ["Kitchen", "Mugs"]);
        assert_eq!(from_csv[0].attributes, [("material".to_owned(), "clay".to_owned())]);
    }

    #[test]
    fn one_bad_row_loses_no_other() {
        let mut rejects = rejects();
        let csv = "sku,name,price\nA,Mug,1\nB,Cup,cheap\nC,Jug,3,4\nD,Pot,4\n";
        let read = products(csv.as_bytes(), Format::Csv, Currency::EUR, &mut rejects).unwrap();
        assert_eq!(read.iter().map(|record| record.sku.as_str()).collect::<Vec<_>>(), ["A", "D"]);
        assert_eq!(rejects.count(), 2);
        let jsonl = "{\"sku\":\"A\",\"name\":\"Mug\",\"price\":1}\nnonsense\n{\"sku\":\"B\",\"nam\":\"Cup\",\"price\":1}\n";
        let read = products(jsonl.as_bytes(), Format::Jsonl, Currency::EUR, &mut rejects).unwrap();
        assert_eq!((read.len(), rejects.count()), (1, 4));
    }

    #[test]
    fn a_misspelt_column_is_refused_by_name() {
        let error = users("user,nmae\n1,A\n".as_bytes(), Format::Csv, &mut rejects()).unwrap_err();
        assert!(error.to_string().starts_with("unknown column nmae; this table has user, name"), "{error}");
        let error = users("name\nA\n".as_bytes(), Format::Csv, &mut rejects()).unwrap_err();
        assert_eq!(error.to_string(), "the column user is missing");
    }

    #[test]
    fn a_row_without_event_id_gets_the_same_one_at_every_import() {
        let csv = "user,sku,type,at\nu,A,view,2024-01-01\nu,A,view,2024-01-02\n";
        let first = interactions(csv.as_bytes(), Format::Csv, &mut rejects()).unwrap();
        let second = interactions(csv.as_bytes(), Format::Csv, &mut rejects()).unwrap();
        assert_eq!(first, second);
        assert_ne!(first[0].event_id, first[1].event_id);
        assert_eq!(first[0].kind, "VIEW");
    }

    #[test]
    fn rows_of_one_order_are_gathered_and_must_agree() {
        let mut rejects = rejects();
        let csv = "order,user,at,sku,quantity,unit_price\n1,u,2024-01-01,A,2,1.50\n2,,2024-01-02,A,1,1.50\n1,u,2024-01-01,B,1,2\n1,v,2024-01-01,C,1,2\n";
        let read = orders(csv.as_bytes(), Format::Csv, Currency::EUR, &mut rejects).unwrap();
        assert_eq!(read.iter().map(|order| order.lines.len()).collect::<Vec<_>>(), [2, 1]);
        assert_eq!(read[1].user_key, None);
        assert_eq!(rejects.totals()["another user than the order's first row"], 1);
    }
}
