//! Turns cleaned rows into products, customers and orders.

use std::collections::{BTreeMap, HashMap};

use super::rows::Row;
use crate::domain::time::Timestamp;
use crate::import::records::{OrderLineRecord, OrderRecord, ProductRecord, ReturnRecord, UserRecord};

/// The file's content as the shop's things; products by SKU, customers by key, orders by time.
#[derive(Debug, Default)]
pub struct Assembled {
    pub products: Vec<ProductRecord>,
    pub users: Vec<UserRecord>,
    pub orders: Vec<OrderRecord>,
    /// By time; without an order where no earlier purchase explains them.
    pub returns: Vec<ReturnRecord>,
}

/// What the file's prices are in.
pub const CURRENCY: &str = "GBP";
/// The current price is the median of this many last sold lines: a wholesale line among them does not set it.
const PRICE_WINDOW: usize = 20;

/// `on_hand` is the stock every product starts with: the source has none.
pub fn assemble(rows: &[Row], on_hand: u32) -> Assembled {
    let mut sales: Vec<&Row> = rows.iter().filter(|row| !row.is_return).collect();
    sales.sort_by_key(|row| (row.at, row.line));
    let mut orders = orders(&sales);
    let returns = apply_returns(&mut orders, rows);
    Assembled { products: products(&sales, on_hand), users: users(&sales), orders, returns }
}

fn orders(sales: &[&Row]) -> Vec<OrderRecord> {
    let mut orders: Vec<OrderRecord> = Vec::new();
    let mut position: HashMap<&str, usize> = HashMap::new();
    for row in sales {
        let at = *position.entry(&row.invoice).or_insert_with(|| {
            orders.push(OrderRecord {
                number: row.invoice.clone(),
                user_key: row.customer.clone(),
                placed_at: row.at,
                currency: CURRENCY.into(),
                country: row.country.clone(),
                lines: Vec::new(),
            });
            orders.len() - 1
        });
        orders[at].lines.push(OrderLineRecord {
            line: row.line,
            sku: row.stock_code.clone(),
            name: row.description.clone(),
            quantity: row.quantity,
            unit_price: row.unit_price,
            returned_quantity: 0,
        });
    }
    orders
}

/// Takes returned pieces off the customer's latest earlier lines of the product.
fn apply_returns(orders: &mut [OrderRecord], rows: &[Row]) -> Vec<ReturnRecord> {
    let mut bought: HashMap<(String, String), Vec<(usize, usize)>> = HashMap::new();
    for (order_index, order) in orders.iter().enumerate() {
        let Some(user) = &order.user_key else { continue };
        for (line_index, line) in order.lines.iter().enumerate() {
            bought.entry((user.clone(), line.sku.clone())).or_default().push((order_index, line_index));
        }
    }
    let mut returned: Vec<&Row> = rows.iter().filter(|row| row.is_return).collect();
    returned.sort_by_key(|row| (row.at, row.line));
    let mut positions: HashMap<&str, u32> = HashMap::new();
    let mut returns = Vec::with_capacity(returned.len());
    for row in returned {
        let lines = row.customer.clone().and_then(|user| bought.get(&(user, row.stock_code.clone())));
        let order = take_back(orders, lines.map_or(&[][..], Vec::as_slice), row);
        let next = positions.entry(&row.invoice).or_default();
        let position = *next;
        *next += 1;
        returns.push(ReturnRecord {
            line: row.line,
            number: row.invoice.clone(),
            position,
            order_number: order.map(|index| orders[index].number.clone()),
            user_key: row.customer.clone(),
            sku: row.stock_code.clone(),
            quantity: row.quantity,
            amount: row.unit_price.saturating_mul(i64::from(row.quantity)),
            currency: CURRENCY.into(),
            at: row.at,
        });
    }
    returns
}

/// Lowers the lines, the latest first; returns the order of the latest one that gave something.
fn take_back(orders: &mut [OrderRecord], lines: &[(usize, usize)], row: &Row) -> Option<usize> {
    let mut left = row.quantity;
    let mut latest = None;
    for &(order_index, line_index) in lines.iter().rev() {
        let order = &mut orders[order_index];
        let line = &mut order.lines[line_index];
        let taken = left.min(line.quantity - line.returned_quantity);
        if order.placed_at <= row.at && taken > 0 {
            line.returned_quantity += taken;
            left -= taken;
            latest.get_or_insert(order_index);
        }
    }
    latest
}

#[derive(Default)]
struct Sold<'a> {
    names: HashMap<&'a str, u32>,
    prices: Vec<i64>,
    first: Timestamp,
    line: u64,
}

fn products(sales: &[&Row], on_hand: u32) -> Vec<ProductRecord> {
    let mut sold: BTreeMap<&str, Sold<'_>> = BTreeMap::new();
    for row in sales {
        let product = sold.entry(&row.stock_code).or_insert_with(|| Sold {
            first: row.at,
            line: row.line,
            ..Sold::default()
        });
        product.prices.push(row.unit_price);
        if !row.description.is_empty() {
            *product.names.entry(&row.description).or_default() += 1;
        }
    }
    sold.into_iter()
        .map(|(sku, product)| {
            let name = product.names.iter().max_by_key(|(name, count)| (**count, std::cmp::Reverse(**name)));
            let mut recent = product.prices[product.prices.len().saturating_sub(PRICE_WINDOW)..].to_vec();
            recent.sort_unstable();
            ProductRecord {
                line: product.line,
                sku: sku.to_owned(),
                name: name.map_or_else(|| sku.to_owned(), |(name, _)| readable(name)),
                price: recent[recent.len() / 2],
                currency: CURRENCY.into(),
                on_hand,
                created_at: Some(product.first),
                ..ProductRecord::default()
            }
        })
        .collect()
}

fn users(sales: &[&Row]) -> Vec<UserRecord> {
    let mut users: BTreeMap<&str, UserRecord> = BTreeMap::new();
    for row in sales {
        let Some(key) = &row.customer else { continue };
        users.entry(key).or_insert_with(|| UserRecord {
            line: row.line,
            key: key.clone(),
            display_name: format!("Customer {key}"),
            country: row.country.clone(),
            created_at: Some(row.at),
        });
    }
    users.into_values().collect()
}

/// The source shouts; "WHITE T-LIGHT HOLDER" reads better as "White T-Light Holder".
fn readable(name: &str) -> String {
    if name.chars().any(char::is_lowercase) {
        return name.split_whitespace().collect::<Vec<_>>().join(" ");
    }
    let capitalise = |word: &str| {
        let mut at_start = true;
        word.chars()
            .map(|c| {
                let shown = if at_start { c } else { c.to_lowercase().next().unwrap_or(c) };
                at_start = c == '-' || c == '/' || c == '(';
                shown
            })
            .collect::<String>()
    };
    name.split_whitespace().map(capitalise).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(invoice: &str, sku: &str, quantity: u32, at: i64, customer: Option<&str>) -> Row {
        Row {
            line: 1,
            invoice: invoice.into(),
            stock_code: sku.into(),
            description: format!("THING {sku}"),
            quantity,
            is_return: invoice.starts_with('C'),
            at: Timestamp(at),
            unit_price: 100,
            customer: customer.map(Into::into),
            country: "United Kingdom".into(),
        }
    }

    #[test]
    fn a_return_lowers_the_latest_earlier_lines_of_that_customer() {
        let assembled = assemble(
            &[
                row("1", "A", 3, 10, Some("7")),
                row("2", "A", 2, 20, Some("7")),
                row("3", "A", 9, 90, Some("7")),
                row("4", "A", 9, 15, Some("8")),
                row("C5", "A", 4, 30, Some("7")),
            ],
            5,
        );
        let returned: Vec<u32> =
            assembled.orders.iter().map(|order| order.lines[0].returned_quantity).collect();
        assert_eq!(returned, [2, 0, 2, 0], "orders are in order of time: 1, 4, 2, 3");
        assert_eq!(assembled.returns[0].order_number.as_deref(), Some("2"));
    }

    #[test]
    fn a_return_beyond_what_was_bought_lowers_no_more_than_that() {
        let assembled = assemble(&[row("1", "A", 1, 10, Some("7")), row("C2", "A", 3, 20, Some("7"))], 5);
        assert_eq!(assembled.orders[0].lines[0].returned_quantity, 1);
        assert_eq!((assembled.returns[0].quantity, assembled.returns[0].amount), (3, 300));
        let unexplained = assemble(&[row("C2", "A", 3, 20, Some("7"))], 5);
        assert_eq!(unexplained.returns[0].order_number, None);
    }

    #[test]
    fn a_guest_order_has_no_user_and_makes_no_customer() {
        let assembled = assemble(&[row("1", "A", 1, 10, None)], 5);
        assert_eq!(assembled.orders[0].user_key, None);
        assert!(assembled.users.is_empty());
        assert_eq!(assembled.products[0].on_hand, 5);
    }

    #[test]
    fn shouted_names_are_made_readable_and_others_kept() {
        assert_eq!(readable("WHITE HANGING HEART T-LIGHT HOLDER"), "White Hanging Heart T-Light Holder");
        assert_eq!(readable("Bike  bell"), "Bike bell");
    }

    #[test]
    fn one_wholesale_line_does_not_set_the_price() {
        let mut rows: Vec<Row> = (0..5).map(|n| row(&n.to_string(), "A", 1, n, None)).collect();
        rows[4].unit_price = 60;
        assert_eq!(assemble(&rows, 0).products[0].price, 100);
    }
}
