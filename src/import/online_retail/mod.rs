//! The UCI "Online Retail" file as published: eight columns, one row an invoice line.
//!
//! The rules, in the order they are applied to a row; each row left out is listed with the rule's reason:
//! 1. a row that cannot be read (number, date, missing column) is malformed;
//! 2. a row equal to an earlier one in all eight columns is a duplicate;
//! 3. a stock code that is not merchandise (five digits and up to two letters, or `DCGS…`), and the carriage and
//!    packing charges, are bookkeeping;
//! 4. a price of zero or less is a correction or a gift, not a sale;
//! 5. a negative quantity on an invoice that is not a cancellation (`C…`) is a stock correction.
//!
//! The rest are sales and returns. A sale without a customer is a guest's order. A return lowers that customer's
//! latest earlier lines of the same product; one that finds no such line is kept without an order.

mod assemble;
mod rows;

pub use assemble::{Assembled, CURRENCY, assemble};
pub use rows::{Row, read};
