//! What an operation may cost, measured before any of it runs.
//!
//! Three steps, each cheap enough to face a hostile document: count the tokens and the bracket nesting of the text
//! ([`tokens`]), parse it, then walk it once against the schema ([`document`]). Fragments are measured once and their
//! totals reused, so a document that expands to millions of fields is refused after a walk as long as its text.

mod admission;
pub mod cost;
mod document;
mod extension;
mod refusal;
mod tokens;
mod values;

use crate::config::LimitsConfig;

pub use admission::{admit, selected_operation};
pub use extension::EnforceLimits;
pub use refusal::{Refusal, request_error};

/// The most of each thing one operation may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Fields inside fields. Introspection is not counted: its types nest deeper than any sensible query.
    pub depth: usize,
    /// The sum of the `@cost` declarations of the selected fields, multiplied by page sizes.
    pub complexity: usize,
    pub aliases: usize,
    pub root_fields: usize,
    pub directives: usize,
    /// Lexical tokens in the document.
    pub tokens: usize,
    /// Variables sent, and variables declared.
    pub variables: usize,
    /// Selections once every fragment spread is replaced by what it stands for.
    pub selections: usize,
    /// Selection sets inside selection sets, fragments and introspection included.
    pub nesting: usize,
    /// Items in any list given as an argument or inside a variable.
    pub list_items: usize,
    /// Introspection lists (`fields`, `interfaces`, `possibleTypes`, `inputFields`) inside one another.
    pub introspection_lists: usize,
    /// The page size a paginated field has when neither the client nor the schema names one.
    pub default_page: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            depth: 15,
            complexity: 5_000,
            aliases: 30,
            root_fields: 20,
            directives: 50,
            tokens: 5_000,
            variables: 100,
            selections: 2_000,
            nesting: 32,
            list_items: 100,
            introspection_lists: 2,
            default_page: 20,
        }
    }
}

impl From<&LimitsConfig> for Limits {
    fn from(config: &LimitsConfig) -> Self {
        Self {
            depth: config.depth,
            complexity: config.complexity,
            aliases: config.aliases,
            root_fields: config.root_fields,
            directives: config.directives,
            tokens: config.tokens,
            variables: config.variables,
            ..Self::default()
        }
    }
}
