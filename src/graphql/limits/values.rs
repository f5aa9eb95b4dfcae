//! Limits on what a document's arguments and a request's variables carry.

use async_graphql::parser::types::OperationDefinition;
use async_graphql::registry::{MetaType, MetaTypeName, Registry};
use async_graphql::{Pos, ServerError, Value as ConstValue, Variables};
use async_graphql_value::Value;

use super::{Limits, Refusal, request_error};
use crate::error::Code;

/// Refuses an argument that holds a list longer than allowed, at any level.
pub(super) fn check_argument(
    name: &str,
    value: &Value,
    position: Pos,
    limits: &Limits,
) -> Result<(), Refusal> {
    match value {
        Value::List(items) => {
            check_length("argument", name, items.len(), limits).map_err(|refusal| refusal.at(position))?;
            items.iter().try_for_each(|item| check_argument(name, item, position, limits))
        }
        Value::Object(fields) => {
            fields.values().try_for_each(|field| check_argument(name, field, position, limits))
        }
        _ => Ok(()),
    }
}

/// Refuses an integer beyond 32 bits by the name of the argument, or of the field of it; the executor would tell only
/// that there is one.
pub(super) fn check_integers(
    registry: &Registry,
    name: &str,
    declared: &str,
    value: &ConstValue,
    position: Pos,
) -> Result<(), ServerError> {
    let inner = MetaTypeName::concrete_typename(declared);
    match value {
        ConstValue::List(items) => items.iter().enumerate().try_for_each(|(index, item)| {
            check_integers(registry, &format!("{name}.{index}"), inner, item, position)
        }),
        ConstValue::Object(given) => {
            let Some(MetaType::InputObject { input_fields, .. }) = registry.types.get(inner) else {
                return Ok(());
            };
            given.iter().try_for_each(|(field, value)| match input_fields.get(field.as_str()) {
                Some(known) => {
                    check_integers(registry, &format!("{name}.{field}"), &known.ty, value, position)
                }
                None => Ok(()),
            })
        }
        ConstValue::Number(number) if inner == "Int" => {
            // Fractions are told by the validation.
            if number.is_f64() || number.as_i64().is_some_and(|number| i32::try_from(number).is_ok()) {
                return Ok(());
            }
            let message = format!("Invalid value for argument \"{name}\", expected an integer of 32 bits");
            Err(request_error(Code::ValidationFailed, message, Some(position)))
        }
        _ => Ok(()),
    }
}

/// Refuses more variables, or longer lists in them, than allowed.
pub(super) fn check_variables(variables: &Variables, limits: &Limits) -> Result<(), Refusal> {
    let what = "the request sends";
    Refusal::check(Code::DocumentTooLarge, what, "variables", variables.len() as u64, limits.variables)?;
    variables.iter().try_for_each(|(name, value)| check_variable(name, value, limits))
}

fn check_variable(name: &str, value: &ConstValue, limits: &Limits) -> Result<(), Refusal> {
    match value {
        ConstValue::List(items) => {
            check_length("variable", name, items.len(), limits)?;
            items.iter().try_for_each(|item| check_variable(name, item, limits))
        }
        ConstValue::Object(fields) => {
            fields.values().try_for_each(|field| check_variable(name, field, limits))
        }
        _ => Ok(()),
    }
}

fn check_length(kind: &str, name: &str, length: usize, limits: &Limits) -> Result<(), Refusal> {
    let what = format!("the {kind} \"{name}\" lists");
    Refusal::check(Code::TooManyItems, &what, "items", length as u64, limits.list_items)
}

/// A non-null variable without a default has to be sent; the executor would notice only while resolving.
pub(super) fn check_required(
    operation: &OperationDefinition,
    variables: &Variables,
) -> Result<(), ServerError> {
    for definition in &operation.variable_definitions {
        let (name, ty) = (&definition.node.name.node, &definition.node.var_type.node);
        let given = variables.get(name);
        let missing = given.is_none() && definition.node.default_value.is_none();
        let null = given.is_some_and(|value| matches!(value, ConstValue::Null));
        if !ty.nullable && (missing || null) {
            let problem = if null { "must not be null" } else { "was not given" };
            let message = format!("variable \"${name}\" of required type \"{ty}\" {problem}");
            return Err(request_error(Code::ValidationFailed, message, Some(definition.pos)));
        }
    }
    Ok(())
}
