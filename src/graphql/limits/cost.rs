//! `@cost`: what a field costs, declared where the field is declared and printed in the schema.
//!
//! ```ignore
//! #[graphql(directive = cost::apply(5, per(&["count"])))]
//! async fn recommendations(&self, count: Option<i32>) -> Result<Recommendations> { … }
//! ```
//! A field without the directive costs 1 when it has fields of its own and nothing when it is a leaf. A field with
//! multipliers costs `page × (complexity + its selected fields)`, the page being the sum of the named arguments (a
//! list counts its items), or the argument's default, or the default page size.

use async_graphql::registry::{MetaDirectiveInvocation, MetaField};
use async_graphql::{TypeDirective, Value};

/// Static cost of a field; multiplied by the named page-size arguments. A sum above the limit is refused before
/// execution.
#[TypeDirective(location = "FieldDefinition")]
pub fn cost(complexity: i32, multipliers: Option<Vec<String>>) {}

/// The multipliers argument of [`cost`].
pub fn per(arguments: &[&str]) -> Option<Vec<String>> {
    Some(arguments.iter().map(|name| (*name).to_owned()).collect())
}

/// A field's declaration as the walk needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Declared<'schema> {
    pub complexity: u64,
    pub multipliers: Vec<&'schema str>,
}

/// Reads the `@cost` of a field, if it has one.
pub(super) fn declared(field: &MetaField) -> Option<Declared<'_>> {
    let invocation: &MetaDirectiveInvocation =
        field.directive_invocations.iter().find(|invocation| invocation.name == "cost")?;
    let complexity = match invocation.args.get("complexity") {
        Some(Value::Number(number)) => number.as_u64().unwrap_or(0),
        _ => 1,
    };
    let multipliers = match invocation.args.get("multipliers") {
        Some(Value::List(names)) => names
            .iter()
            .filter_map(|name| match name {
                Value::String(name) => Some(name.as_str()),
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    };
    Some(Declared { complexity, multipliers })
}
