//! Reads and cleans the rows, one at a time.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::io::Read;

use chrono::NaiveDateTime;
use csv::ByteRecord;

use crate::domain::time::Timestamp;
use crate::import::rejects::{Reject, Rejects};
use crate::import::source::text;

/// A sale or a return that passed the rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub line: u64,
    pub invoice: String,
    pub stock_code: String,
    pub description: String,
    /// Always positive; `is_return` gives the direction.
    pub quantity: u32,
    pub is_return: bool,
    pub at: Timestamp,
    /// Price of one piece in pence.
    pub unit_price: i64,
    pub customer: Option<String>,
    pub country: String,
}

/// Why the file as a whole cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum FormatError {
    #[error(
        "the header lacks the column {0}; expected InvoiceNo, StockCode, Description, Quantity, InvoiceDate, UnitPrice, CustomerID, Country"
    )]
    MissingColumn(&'static str),
    #[error("the file cannot be read: {0}")]
    Unreadable(#[from] csv::Error),
    #[error("the rejects file cannot be written: {0}")]
    Rejects(#[from] std::io::Error),
}

const COLUMNS: [&str; 8] = [
    "InvoiceNo",
    "StockCode",
    "Description",
    "Quantity",
    "InvoiceDate",
    "UnitPrice",
    "CustomerID",
    "Country",
];
const LARGEST_QUANTITY: i64 = 1_000_000;
const LONGEST_CODE: usize = 20;
const DATE_FORMATS: [&str; 4] = ["%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%m/%d/%Y %H:%M", "%m/%d/%y %H:%M"];

/// Reads every row of `content`, keeps what the rules let through and lists the rest in `rejects`.
/// `tick` is called with the number of rows read, now and then.
pub fn read(
    content: impl Read,
    rejects: &mut Rejects,
    mut tick: impl FnMut(u64),
) -> Result<Vec<Row>, FormatError> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(content);
    let header = reader.byte_headers()?.clone();
    let mut positions = [0; COLUMNS.len()];
    for (position, name) in positions.iter_mut().zip(COLUMNS) {
        *position = header
            .iter()
            .position(|found| found.trim_ascii().eq_ignore_ascii_case(name.as_bytes()))
            .ok_or(FormatError::MissingColumn(name))?;
    }
    let mut rows = Vec::new();
    let mut seen = Seen::default();
    let mut record = ByteRecord::new();
    let mut count = 0;
    loop {
        match reader.read_byte_record(&mut record) {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) if error.is_io_error() => return Err(error.into()),
            Err(error) => {
                let line = error.position().map_or(0, csv::Position::line);
                rejects.add(&Reject { line, column: "", reason: "not a CSV row", value: String::new() })?;
                continue;
            }
        }
        count += 1;
        if count % 4096 == 0 {
            tick(count);
        }
        let line = record.position().map_or(0, csv::Position::line);
        let fields = positions.map(|position| record.get(position).map(<[u8]>::trim_ascii));
        let outcome = if seen.repeats(fields) {
            Err(("", "duplicate of an earlier row", String::new()))
        } else {
            parse(line, fields)
        };
        match outcome {
            Ok(row) => rows.push(row),
            Err((column, reason, value)) => rejects.add(&Reject { line, column, reason, value })?,
        }
    }
    tick(count);
    Ok(rows)
}

/// Rows seen so far, as two independent 64-bit hashes each: half a million rows in 8 MB.
#[derive(Default)]
struct Seen {
    hashers: [RandomState; 2],
    rows: HashSet<(u64, u64)>,
}

impl Seen {
    fn repeats(&mut self, fields: [Option<&[u8]>; 8]) -> bool {
        !self.rows.insert((self.hashers[0].hash_one(fields), self.hashers[1].hash_one(fields)))
    }
}

type Refusal = (&'static str, &'static str, String);

fn parse(line: u64, fields: [Option<&[u8]>; 8]) -> Result<Row, Refusal> {
    for (field, column) in fields.iter().zip(COLUMNS) {
        if field.is_none() {
            return Err((column, "missing column", String::new()));
        }
    }
    let [invoice, code, description, quantity, date, price, customer, country] =
        fields.map(|field| field.map(text).unwrap_or_default());
    let invoice = invoice.to_ascii_uppercase();
    if invoice.is_empty() || invoice.len() > LONGEST_CODE {
        return Err(("InvoiceNo", "not an invoice number", invoice));
    }
    let stock_code = code.to_ascii_uppercase();
    if stock_code.is_empty() || stock_code.len() > LONGEST_CODE {
        return Err(("StockCode", "not a stock code", code));
    }
    let signed: i64 = match quantity.parse() {
        Ok(signed) if (-LARGEST_QUANTITY..=LARGEST_QUANTITY).contains(&signed) && signed != 0 => signed,
        _ => return Err(("Quantity", "not a whole number other than 0, up to a million", quantity)),
    };
    let Some(at) = parse_date(&date) else { return Err(("InvoiceDate", "not a date and time", date)) };
    let Some(unit_price) = parse_pence(&price) else { return Err(("UnitPrice", "not an amount", price)) };

    if !is_merchandise(&stock_code) || is_charge(&description) {
        return Err(("StockCode", "bookkeeping, not merchandise", stock_code));
    }
    if unit_price <= 0 {
        return Err(("UnitPrice", "no price: a correction or a gift", price));
    }
    let is_return = invoice.starts_with('C');
    if signed < 0 && !is_return {
        return Err(("Quantity", "a stock correction, not a sale", quantity));
    }
    Ok(Row {
        line,
        invoice,
        stock_code,
        description,
        quantity: u32::try_from(signed.unsigned_abs()).unwrap_or(u32::MAX),
        is_return,
        at,
        unit_price,
        customer: customer_id(&customer),
        country,
    })
}

/// Spreadsheets turn the number into "17850.0"; both spellings are one customer.
fn customer_id(text: &str) -> Option<String> {
    let id = text.strip_suffix(".0").unwrap_or(text);
    let plausible =
        !id.is_empty() && id.len() <= LONGEST_CODE && id.chars().all(|c| c.is_ascii_alphanumeric());
    plausible.then(|| id.to_owned())
}

fn is_merchandise(code: &str) -> bool {
    if code.starts_with("DCGS") {
        return true;
    }
    let digits = code.bytes().take_while(u8::is_ascii_digit).count();
    digits == 5 && code.len() <= 7 && code.bytes().skip(5).all(|byte| byte.is_ascii_uppercase())
}

fn is_charge(description: &str) -> bool {
    ["next day carriage", "packing charge"].contains(&description.to_ascii_lowercase().as_str())
}

/// Pounds with any number of decimals, rounded to the nearest penny (halves away from zero).
fn parse_pence(text: &str) -> Option<i64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 9 || !all_digits(whole) || !all_digits(fraction) {
        return None;
    }
    let digit = |position: usize| fraction.as_bytes().get(position).map_or(0, |byte| i64::from(byte - b'0'));
    let pence = digit(0) * 10 + digit(1) + i64::from(digit(2) >= 5);
    Some(sign * (whole.parse::<i64>().ok()? * 100 + pence))
}

fn parse_date(text: &str) -> Option<Timestamp> {
    DATE_FORMATS
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
        .map(|at| Timestamp(at.and_utc().timestamp_millis()))
        .filter(|at| (0..4_102_444_800_000).contains(&at.as_millis()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str =
        "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n";

    fn read_text(rows: &str) -> (Vec<Row>, Vec<(&'static str, u64)>) {
        let mut rejects = Rejects::new(None);
        let rows = read(format!("{HEADER}{rows}").as_bytes(), &mut rejects, |_| {}).unwrap();
        (rows, rejects.totals().iter().map(|(reason, count)| (*reason, *count)).collect())
    }

    #[test]
    fn a_sale_is_read_with_its_price_in_pence_and_its_customer() {
        let (rows, rejected) =
            read_text("536365,85123a,\"HOLDER, WHITE\",6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom\n");
        assert_eq!(rejected, []);
        let row = &rows[0];
        assert_eq!((row.stock_code.as_str(), row.unit_price, row.quantity), ("85123A", 255, 6));
        assert_eq!(row.customer.as_deref(), Some("17850"));
        assert_eq!(row.at, Timestamp(1_291_191_960_000));
        assert_eq!(row.line, 2);
    }

    #[test]
    fn both_published_spellings_of_the_date_are_the_same_minute() {
        let (rows, _) = read_text("1,10001,A,1,12/1/2010 8:26,1,,X\n2,10001,A,1,2010-12-01 08:26:00,1,,X\n");
        assert_eq!(rows[0].at, rows[1].at);
    }

    #[test]
    fn each_rule_leaves_its_rows_out_and_no_other() {
        let (rows, rejected) = read_text(
            "1,10001,A,1,2010-12-01 08:26:00,1.00,7,UK\n\
             1,10001,A,1,2010-12-01 08:26:00,1.00,7,UK\n\
             1,POST,POSTAGE,1,2010-12-01 08:26:00,1.00,7,UK\n\
             1,23444,Next Day Carriage,1,2010-12-01 08:26:00,1.00,7,UK\n\
             1,10002,A,1,2010-12-01 08:26:00,0.0,7,UK\n\
             1,10002,A,-1,2010-12-01 08:26:00,1.0,7,UK\n\
             1,10002,A,many,2010-12-01 08:26:00,1.0,7,UK\n\
             1,10002,A,1,yesterday,1.0,7,UK\n\
             1,10002,A,1,2010-12-01 08:26:00,1e3,7,UK\n\
             1,10002,A,1\n\
             C1,10001,A,-1,2010-12-02 08:26:00,1.00,7,UK\n",
        );
        assert_eq!(rows.iter().map(|row| row.is_return).collect::<Vec<_>>(), [false, true]);
        assert_eq!(
            rejected,
            [
                ("a stock correction, not a sale", 1),
                ("bookkeeping, not merchandise", 2),
                ("duplicate of an earlier row", 1),
                ("missing column", 1),
                ("no price: a correction or a gift", 1),
                ("not a date and time", 1),
                ("not a whole number other than 0, up to a million", 1),
                ("not an amount", 1),
            ]
        );
    }

    #[test]
    fn prices_round_to_the_nearest_penny() {
        assert_eq!(parse_pence("0.125"), Some(13));
        assert_eq!(parse_pence("0.124"), Some(12));
        assert_eq!(parse_pence("2.5"), Some(250));
        assert_eq!(parse_pence("-11062.06"), Some(-1_106_206));
        for bad in ["", ".", "1,5", "NaN", "1e3", "99999999999"] {
            assert_eq!(parse_pence(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_file_with_other_columns_is_refused_by_the_missing_one() {
        let mut rejects = Rejects::new(None);
        let error = read("InvoiceNo,Price\n1,2\n".as_bytes(), &mut rejects, |_| {}).unwrap_err();
        assert!(error.to_string().contains("lacks the column StockCode"), "{error}");
    }
}
