//! What a letter says, apart from how it looks: one layout for HTML and one for plain text, filled from the same data.

use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment};
use serde::Serialize;

/// A letter before it is laid out.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Letter {
    /// Also the heading.
    pub subject: String,
    /// Whom it greets; nobody when unknown.
    pub name: Option<String>,
    pub paragraphs: Vec<String>,
    /// What was bought.
    pub rows: Vec<Row>,
    /// What it comes to; the last one stands out.
    pub sums: Vec<Sum>,
    /// What to do next.
    pub action: Option<Action>,
    /// In small print.
    pub notes: Vec<String>,
}

/// A line of a bill.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    pub label: String,
    pub detail: String,
    pub amount: String,
}

/// A sum of a bill.
#[derive(Debug, Clone, Serialize)]
pub struct Sum {
    pub label: String,
    pub amount: String,
}

/// A link to follow.
#[derive(Debug, Clone, Serialize)]
pub struct Action {
    pub label: String,
    pub url: String,
}

/// A letter cannot be laid out: a defect of a template.
#[derive(Debug, thiserror::Error)]
#[error("a letter cannot be laid out: {0}")]
pub struct LetterError(#[from] minijinja::Error);

/// The shop's stationery: its name and the layouts.
pub struct Stationery {
    layouts: Environment<'static>,
    shop: String,
}

#[derive(Serialize)]
struct Sheet<'a> {
    shop: &'a str,
    #[serde(flatten)]
    letter: &'a Letter,
}

impl Stationery {
    /// Reads the layouts.
    ///
    /// # Errors
    /// When one of them does not parse.
    pub fn new(shop: &str) -> Result<Self, LetterError> {
        let mut layouts = Environment::new();
        layouts.set_auto_escape_callback(|name| match name {
            "letter.html" => AutoEscape::Html,
            _ => AutoEscape::None,
        });
        layouts.add_template("letter.html", include_str!("templates/letter.html"))?;
        layouts.add_template("letter.txt", include_str!("templates/letter.txt"))?;
        Ok(Self { layouts, shop: shop.to_owned() })
    }

    /// The letter as HTML.
    ///
    /// # Errors
    /// When the layout fails.
    pub fn html(&self, letter: &Letter) -> Result<String, LetterError> {
        self.lay_out("letter.html", letter)
    }

    /// The letter as plain text.
    ///
    /// # Errors
    /// When the layout fails.
    pub fn text(&self, letter: &Letter) -> Result<String, LetterError> {
        self.lay_out("letter.txt", letter)
    }

    fn lay_out(&self, layout: &str, letter: &Letter) -> Result<String, LetterError> {
        let sheet = Sheet { shop: &self.shop, letter };
        Ok(self.layouts.get_template(layout)?.render(Serde(sheet))?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn confirmation() -> Letter {
        Letter {
            subject: "Your order S-1001".to_owned(),
            name: Some("Maria <script>alert(1)</script>".to_owned()),
            paragraphs: vec!["Thank you & welcome.".to_owned()],
            rows: vec![Row {
                label: "Mug \"Hill\"".to_owned(),
                detail: "2 × 10.00 EUR".to_owned(),
                amount: "20.00 EUR".to_owned(),
            }],
            sums: vec![
                Sum { label: "Shipping".to_owned(), amount: "4.90 EUR".to_owned() },
                Sum { label: "Total".to_owned(), amount: "24.90 EUR".to_owned() },
            ],
            action: Some(Action {
                label: "See the order".to_owned(),
                url: "https://shop.example/orders?a=1&b=2".to_owned(),
            }),
            notes: vec!["Questions? Just answer.".to_owned()],
        }
    }

    #[test]
    fn what_people_wrote_is_never_markup() {
        let html = Stationery::new("A & B").unwrap().html(&confirmation()).unwrap();
        assert!(!html.contains("<script>"), "{html}");
        assert!(html.contains("A &amp; B") && html.contains("&lt;script&gt;"), "{html}");
    }
}
