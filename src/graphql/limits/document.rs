//! One walk over a parsed document against the schema, adding up what its limits speak of.

use std::collections::HashMap;

use async_graphql::parser::types::{
    Directive, ExecutableDocument, Field, OperationDefinition, Selection, SelectionSet, VariableDefinition,
};
use async_graphql::registry::{MetaField, MetaType, Registry};
use async_graphql::{Positioned, ServerError, Value as ConstValue, Variables};
use async_graphql_value::Value;

use super::cost::{self, Declared};
use super::{Limits, Refusal, request_error, values};
use crate::error::Code;

/// The walk itself never goes deeper than this, whatever the configured limits are.
const MAX_RECURSION: usize = 128;
/// Serialising the whole schema is work; a single full introspection passes every sensible limit.
const INTROSPECTION_COST: u64 = 100;
const INTROSPECTION_LISTS: [&str; 4] = ["fields", "interfaces", "possibleTypes", "inputFields"];

/// What a selection set amounts to, fragments expanded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub cost: u64,
    pub depth: u64,
    pub nesting: u64,
    pub selections: u64,
    pub aliases: u64,
    pub directives: u64,
    /// Fields of this level, those of its fragments included.
    pub fields_here: u64,
    pub introspection_lists: u64,
}

impl Tally {
    fn beside(self, other: Self) -> Self {
        Self {
            cost: self.cost.saturating_add(other.cost),
            depth: self.depth.max(other.depth),
            nesting: self.nesting.max(other.nesting),
            selections: self.selections.saturating_add(other.selections),
            aliases: self.aliases.saturating_add(other.aliases),
            directives: self.directives.saturating_add(other.directives),
            fields_here: self.fields_here.saturating_add(other.fields_here),
            introspection_lists: self.introspection_lists.max(other.introspection_lists),
        }
    }
}

/// Measures the operation and refuses it when it exceeds a limit.
pub(super) fn check(
    registry: &Registry,
    document: &ExecutableDocument,
    operation: &Positioned<OperationDefinition>,
    variables: &Variables,
    limits: &Limits,
) -> Result<Tally, ServerError> {
    let definitions = &operation.node.variable_definitions;
    Refusal::check(
        Code::DocumentTooLarge,
        "the operation declares",
        "variables",
        definitions.len() as u64,
        limits.variables,
    )?;
    values::check_required(&operation.node, variables)?;
    let root = match operation.node.ty {
        async_graphql::parser::types::OperationType::Query => Some(registry.query_type.as_str()),
        async_graphql::parser::types::OperationType::Mutation => registry.mutation_type.as_deref(),
        async_graphql::parser::types::OperationType::Subscription => registry.subscription_type.as_deref(),
    };
    let root = root.and_then(|name| registry.types.get(name));
    let mut walk = Walk { registry, document, definitions, variables, limits, fragments: HashMap::new() };
    let mut tally = walk.selection_set(&operation.node.selection_set, root, 1)?;
    tally.directives = tally.directives.saturating_add(operation.node.directives.len() as u64);
    // Validation reads the other operations and every fragment too, so their size is bounded with the chosen one's.
    let mut selections = tally.selections;
    for (_, other) in document.operations.iter() {
        if !std::ptr::eq(other, operation) {
            selections =
                selections.saturating_add(walk.selection_set(&other.node.selection_set, None, 1)?.selections);
        }
    }
    for (name, fragment) in &document.fragments {
        if !walk.fragments.contains_key(name.as_str()) {
            let unused = walk.fragment(name, &fragment.node.selection_set, 1)?;
            selections = selections.saturating_add(unused.selections);
        }
    }
    for (code, what, unit, cost, limit) in [
        (Code::OperationTooDeep, "the operation nests", "levels", tally.depth, limits.depth),
        (
            Code::OperationTooDeep,
            "the operation nests selection sets",
            "levels",
            tally.nesting,
            limits.nesting,
        ),
        (
            Code::TooManyRootFields,
            "the operation selects",
            "root fields",
            tally.fields_here,
            limits.root_fields,
        ),
        (Code::TooManyAliases, "the operation uses", "aliases", tally.aliases, limits.aliases),
        (Code::DocumentTooLarge, "the operation uses", "directives", tally.directives, limits.directives),
        (
            Code::OperationTooComplex,
            "the document selects, fragments expanded,",
            "fields",
            selections,
            limits.selections,
        ),
        (
            Code::OperationTooDeep,
            "the operation nests introspection lists",
            "levels",
            tally.introspection_lists,
            limits.introspection_lists,
        ),
        (Code::OperationTooComplex, "the operation costs", "", tally.cost, limits.complexity),
    ] {
        Refusal::check(code, what, unit, cost, limit).map_err(|refusal| refusal.at(operation.pos))?;
    }
    Ok(tally)
}

enum Fragment {
    /// Being measured further up: meeting it again is a cycle.
    Open,
    Measured(Tally),
}

struct Walk<'a> {
    registry: &'a Registry,
    document: &'a ExecutableDocument,
    definitions: &'a [Positioned<VariableDefinition>],
    variables: &'a Variables,
    limits: &'a Limits,
    fragments: HashMap<&'a str, Fragment>,
}

impl<'a> Walk<'a> {
    fn selection_set(
        &mut self,
        set: &'a Positioned<SelectionSet>,
        parent: Option<&'a MetaType>,
        level: usize,
    ) -> Result<Tally, ServerError> {
        if level > MAX_RECURSION {
            let refusal = Refusal::check(
                Code::OperationTooDeep,
                "the document nests selection sets at least",
                "levels",
                level as u64,
                self.limits.nesting.min(MAX_RECURSION),
            );
            return refusal.map(|()| Tally::default()).map_err(|refusal| refusal.at(set.pos).into());
        }
        let mut total = Tally::default();
        for selection in &set.node.items {
            let tally = match &selection.node {
                Selection::Field(field) => self.field(field, parent, level)?,
                Selection::InlineFragment(inline) => {
                    let condition = inline.node.type_condition.as_ref();
                    let on = match condition {
                        Some(condition) => self.registry.types.get(condition.node.on.node.as_str()),
                        None => parent,
                    };
                    let inner = self.selection_set(&inline.node.selection_set, on, level + 1)?;
                    spread(inner, &inline.node.directives)
                }
                Selection::FragmentSpread(used) => {
                    let name = used.node.fragment_name.node.as_str();
                    let inner = match (self.fragments.get(name), self.document.fragments.get(name)) {
                        (Some(Fragment::Measured(tally)), _) => *tally,
                        (Some(Fragment::Open), _) => {
                            let message = format!("the fragment \"{name}\" spreads itself");
                            return Err(request_error(Code::ValidationFailed, message, Some(used.pos)));
                        }
                        (None, Some(fragment)) => {
                            self.fragment(name, &fragment.node.selection_set, level + 1)?
                        }
                        // Validation names the unknown fragment.
                        (None, None) => Tally::default(),
                    };
                    spread(inner, &used.node.directives)
                }
            };
            total = total.beside(tally);
        }
        total.nesting = total.nesting.saturating_add(1);
        Ok(total)
    }

    fn fragment(
        &mut self,
        name: &'a str,
        set: &'a Positioned<SelectionSet>,
        level: usize,
    ) -> Result<Tally, ServerError> {
        self.fragments.insert(name, Fragment::Open);
        let on =
            self.document.fragments.get(name).and_then(|fragment| {
                self.registry.types.get(fragment.node.type_condition.node.on.node.as_str())
            });
        let tally = self.selection_set(set, on, level)?;
        self.fragments.insert(name, Fragment::Measured(tally));
        Ok(tally)
    }

    fn field(
        &mut self,
        field: &'a Positioned<Field>,
        parent: Option<&'a MetaType>,
        level: usize,
    ) -> Result<Tally, ServerError> {
        let node = &field.node;
        let name = node.name.node.as_str();
        for (argument, value) in &node.arguments {
            values::check_argument(&argument.node, &value.node, value.pos, self.limits)?;
        }
        let declaration = parent.and_then(|parent| parent.field_by_name(name));
        for (argument, value) in &node.arguments {
            let known = declaration.and_then(|field| field.args.get(argument.node.as_str()));
            let sent = |name: async_graphql::Name| self.variables.get(&name).cloned().ok_or(());
            if let (Some(known), Ok(sent)) = (known, value.node.clone().into_const_with(sent)) {
                values::check_integers(self.registry, &argument.node, &known.ty, &sent, value.pos)?;
            }
        }
        let result = declaration.and_then(|field| self.registry.concrete_type_by_name(&field.ty));
        let inner = if node.selection_set.node.items.is_empty() {
            Tally::default()
        } else {
            self.selection_set(&node.selection_set, result, level + 1)?
        };
        let introspection = result.is_some_and(|ty| ty.name().starts_with("__"));
        let inside_introspection = parent.is_some_and(|ty| ty.name().starts_with("__"));
        let lists = u64::from(inside_introspection && INTROSPECTION_LISTS.contains(&name));
        Ok(Tally {
            cost: match (introspection, inside_introspection) {
                (_, true) => 0,
                (true, false) => INTROSPECTION_COST,
                (false, false) => self.cost(node, declaration, inner.cost),
            },
            depth: if introspection { 1 } else { inner.depth.saturating_add(1) },
            nesting: inner.nesting,
            selections: inner.selections.saturating_add(1),
            aliases: inner.aliases.saturating_add(u64::from(node.alias.is_some())),
            directives: inner.directives.saturating_add(node.directives.len() as u64),
            fields_here: 1,
            introspection_lists: inner.introspection_lists.saturating_add(lists),
        })
    }

    fn cost(&self, field: &Field, declaration: Option<&MetaField>, inside: u64) -> u64 {
        let leaf = field.selection_set.node.items.is_empty();
        let Some((declaration, Declared { complexity, multipliers })) =
            declaration.and_then(|declaration| Some((declaration, cost::declared(declaration)?)))
        else {
            return inside.saturating_add(u64::from(!leaf));
        };
        let once = inside.saturating_add(complexity);
        if multipliers.is_empty() {
            once
        } else {
            once.saturating_mul(self.page(field, declaration, &multipliers))
        }
    }

    /// How many items the field's arguments ask for.
    fn page(&self, field: &Field, declaration: &MetaField, multipliers: &[&str]) -> u64 {
        let asked: Vec<u64> =
            multipliers.iter().filter_map(|name| self.size(&field.get_argument(name)?.node)).collect();
        if !asked.is_empty() {
            return asked.into_iter().fold(0, u64::saturating_add);
        }
        multipliers
            .iter()
            .find_map(|name| declaration.args.get(*name)?.default_value.as_ref()?.parse().ok())
            .unwrap_or(self.limits.default_page as u64)
    }

    fn size(&self, value: &Value) -> Option<u64> {
        match value {
            // A negative size is the resolver's to refuse; here it must not make anything cheaper.
            Value::Number(number) => Some(number.as_u64().unwrap_or(1)),
            Value::List(items) => Some(items.len() as u64),
            Value::Variable(name) => {
                let default = || {
                    let definition = self.definitions.iter().find(|found| found.node.name.node == *name)?;
                    definition.node.default_value.as_ref().map(|value| &value.node)
                };
                match self.variables.get(name).or_else(default)? {
                    ConstValue::Number(number) => Some(number.as_u64().unwrap_or(1)),
                    ConstValue::List(items) => Some(items.len() as u64),
                    _ => None,
                }
            }
            _ => None,
        }
    }
}

fn spread(inner: Tally, directives: &[Positioned<Directive>]) -> Tally {
    Tally {
        selections: inner.selections.saturating_add(1),
        directives: inner.directives.saturating_add(directives.len() as u64),
        ..inner
    }
}
