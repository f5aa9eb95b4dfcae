//! Results in the form the specification gives them, where the executor leaves it to chance.
//!
//! The executor drops a field that failed, whatever its type, and writes the others in the order they finished. Here a
//! failed field becomes `null`, a failed non-null field takes its nearest nullable parent with it, and fields stand in
//! the order the document names them.

use std::sync::{Arc, OnceLock};

use async_graphql::extensions::{
    Extension, ExtensionContext, ExtensionFactory, NextExecute, NextPrepareRequest,
};
use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::{ExecutableDocument, Selection, SelectionSet};
use async_graphql::registry::{MetaType, Registry};
use async_graphql::{Name, PathSegment, Request, Response, ServerResult, Value};
use async_trait::async_trait;

use super::limits::selected_operation;

/// More selections than any admitted document has; beyond it the executor's result is left as it is.
const MAX_SELECTIONS: usize = 10_000;
const MAX_NESTING: usize = 64;

/// The schema extension that completes every result.
pub struct CompleteResults;

impl ExtensionFactory for CompleteResults {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Completion::default())
    }
}

#[derive(Default)]
struct Completion {
    shape: OnceLock<Shape>,
}

#[async_trait]
impl Extension for Completion {
    async fn prepare_request(
        &self,
        ctx: &ExtensionContext<'_>,
        request: Request,
        next: NextPrepareRequest<'_>,
    ) -> ServerResult<Request> {
        // The limits may stand further down the chain; what they refuse is not looked at.
        let mut request = next.run(ctx, request).await?;
        let name = request.operation_name.clone();
        if let Ok(document) = request.parsed_query()
            && let Some(shape) = Shape::of(&ctx.schema_env.registry, document, name.as_deref())
        {
            self.shape.set(shape).ok();
        }
        Ok(request)
    }

    async fn execute(
        &self,
        ctx: &ExtensionContext<'_>,
        operation_name: Option<&str>,
        next: NextExecute<'_>,
    ) -> Response {
        let mut response = next.run(ctx, operation_name).await;
        if let Some(shape) = self.shape.get() {
            complete(&mut response, shape);
        }
        response
    }
}

/// What the document asks for at one place, over all fragments.
#[derive(Debug, Default)]
struct Shape {
    /// Bit 0 says whether the value may be null, bit 1 whether its items may, and so on inwards.
    nullable: u32,
    fields: IndexMap<Name, Shape>,
}

impl Shape {
    fn of(registry: &Registry, document: &ExecutableDocument, name: Option<&str>) -> Option<Self> {
        let operation = &selected_operation(document, name).ok()?.node;
        let root = match operation.ty {
            async_graphql::parser::types::OperationType::Query => Some(registry.query_type.as_str()),
            async_graphql::parser::types::OperationType::Mutation => registry.mutation_type.as_deref(),
            async_graphql::parser::types::OperationType::Subscription => {
                registry.subscription_type.as_deref()
            }
        };
        let mut builder = Builder { registry, document, left: MAX_SELECTIONS };
        let mut shape = Self::default();
        let root = registry.types.get(root?);
        builder.add(&mut shape, &operation.selection_set.node, root, MAX_NESTING)?;
        Some(shape)
    }

    fn may_be_null(&self, inside_lists: u32) -> bool {
        self.nullable.checked_shr(inside_lists).unwrap_or(0) & 1 == 1
    }
}

struct Builder<'a> {
    registry: &'a Registry,
    document: &'a ExecutableDocument,
    left: usize,
}

impl<'a> Builder<'a> {
    fn add(
        &mut self,
        shape: &mut Shape,
        set: &SelectionSet,
        parent: Option<&'a MetaType>,
        levels: usize,
    ) -> Option<()> {
        let levels = levels.checked_sub(1)?;
        for selection in &set.items {
            self.left = self.left.checked_sub(1)?;
            match &selection.node {
                Selection::Field(field) => {
                    let field = &field.node;
                    let declared = parent.and_then(|parent| parent.field_by_name(&field.name.node));
                    let inner = shape.fields.entry(field.response_key().node.clone()).or_default();
                    inner.nullable |= declared.map_or(0, |declared| nullability(&declared.ty));
                    let ty = declared.and_then(|declared| self.registry.concrete_type_by_name(&declared.ty));
                    self.add(inner, &field.selection_set.node, ty, levels)?;
                }
                Selection::InlineFragment(fragment) => {
                    let on = fragment.node.type_condition.as_ref();
                    let ty = on.map_or(parent, |on| self.registry.types.get(on.node.on.node.as_str()));
                    self.add(shape, &fragment.node.selection_set.node, ty, levels)?;
                }
                Selection::FragmentSpread(spread) => {
                    let Some(fragment) = self.document.fragments.get(&spread.node.fragment_name.node) else {
                        continue;
                    };
                    let ty = self.registry.types.get(fragment.node.type_condition.node.on.node.as_str());
                    self.add(shape, &fragment.node.selection_set.node, ty, levels)?;
                }
            }
        }
        Some(())
    }
}

fn nullability(ty: &str) -> u32 {
    let (mut rest, mut bits, mut level) = (ty, 0, 0);
    loop {
        match rest.strip_suffix('!') {
            Some(required) => rest = required,
            None => bits |= 1_u32.checked_shl(level).unwrap_or(0),
        }
        match rest.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            Some(items) => rest = items,
            None => return bits,
        }
        level += 1;
    }
}

fn complete(response: &mut Response, shape: &Shape) {
    for error in &response.errors {
        restore(&mut response.data, &error.path);
    }
    for error in &response.errors {
        if !error.path.is_empty() {
            nullify(&mut response.data, shape, &error.path);
        }
    }
    order(&mut response.data, shape);
}

/// An object all of whose fields failed arrives as null; as long as a path leads through it, it was there.
fn restore(mut value: &mut Value, path: &[PathSegment]) {
    for segment in path {
        if let (Value::Null, PathSegment::Field(_)) = (&*value, segment) {
            *value = Value::Object(IndexMap::new());
        }
        match child(value, segment) {
            Some(next) => value = next,
            None => return,
        }
    }
}

fn child<'v>(value: &'v mut Value, segment: &PathSegment) -> Option<&'v mut Value> {
    match (value, segment) {
        (Value::Object(fields), PathSegment::Field(name)) => fields.get_mut(name.as_str()),
        (Value::List(items), PathSegment::Index(at)) => items.get_mut(*at),
        _ => None,
    }
}

/// Puts null where an error left nothing: at its own place if that may be null, else at the nearest parent that may.
fn nullify(data: &mut Value, root: &Shape, path: &[PathSegment]) {
    let (mut shape, mut lists, mut nearest) = (root, 0, None);
    let mut value = Some(&*data);
    for (at, segment) in path.iter().enumerate() {
        value = match (segment, value) {
            (PathSegment::Field(name), found) => {
                let Some(inner) = shape.fields.get(name.as_str()) else { return };
                (shape, lists) = (inner, 0);
                match found {
                    Some(Value::Object(fields)) => fields.get(name.as_str()),
                    _ => None,
                }
            }
            (PathSegment::Index(index), found) => {
                lists += 1;
                match found {
                    Some(Value::List(items)) => items.get(*index),
                    _ => None,
                }
            }
        };
        let may_be_null = shape.may_be_null(lists);
        if may_be_null {
            nearest = Some(at + 1);
        }
        match value {
            Some(Value::Null) if may_be_null => return,
            None | Some(Value::Null) => {
                put_null(data, &path[..nearest.unwrap_or(0)]);
                return;
            }
            Some(_) => {}
        }
    }
}

fn put_null(mut value: &mut Value, path: &[PathSegment]) {
    for segment in path {
        if let (Value::Object(fields), PathSegment::Field(name)) = (&mut *value, segment) {
            fields.entry(Name::new(name)).or_insert(Value::Null);
        }
        match child(value, segment) {
            Some(next) => value = next,
            None => return,
        }
    }
    *value = Value::Null;
}

fn order(value: &mut Value, shape: &Shape) {
    match value {
        Value::List(items) if !shape.fields.is_empty() => {
            items.iter_mut().for_each(|item| order(item, shape));
        }
        Value::Object(fields) if !shape.fields.is_empty() => {
            let mut last = None;
            let mut ordered = true;
            for (name, value) in fields.iter_mut() {
                let Some((at, _, inner)) = shape.fields.get_full(name) else { continue };
                ordered &= last.is_none_or(|last| last < at);
                last = Some(at);
                order(value, inner);
            }
            if !ordered {
                fields.sort_by_cached_key(|name, _| shape.fields.get_index_of(name));
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use async_graphql::{EmptyMutation, EmptySubscription, Error, Object, Schema};

    use super::*;

    struct Root;

    #[Object]
    impl Root {
        async fn late(&self) -> i32 {
            tokio::time::sleep(Duration::from_millis(5)).await;
            1
        }

        async fn soon(&self) -> i32 {
            2
        }

        async fn child(&self) -> Root {
            Root
        }

        async fn maybe_child(&self) -> Option<Root> {
            Some(Root)
        }

        async fn children(&self) -> Vec<Option<Root>> {
            vec![Some(Root), None]
        }

        async fn fails(&self) -> Result<i32, Error> {
            Err(Error::new("no"))
        }

        async fn may_fail(&self) -> Result<Option<i32>, Error> {
            Err(Error::new("no"))
        }

        async fn list_fails(&self) -> Result<Vec<i32>, Error> {
            Err(Error::new("no"))
        }
    }

    async fn data(query: &str) -> String {
        let schema =
            Schema::build(Root, EmptyMutation, EmptySubscription).extension(CompleteResults).finish();
        serde_json::to_string(&schema.execute(query).await.data).unwrap()
    }

    #[tokio::test]
    async fn fields_stand_in_the_order_of_the_document() {
        assert_eq!(data("{ late soon }").await, r#"{"late":1,"soon":2}"#);
        let query = "{ b: soon ...F child { late a: soon } } fragment F on Root { late soon }";
        assert_eq!(data(query).await, r#"{"b":2,"late":1,"soon":2,"child":{"late":1,"a":2}}"#);
    }

    #[tokio::test]
    async fn a_failed_nullable_field_is_null() {
        assert_eq!(data("{ mayFail soon }").await, r#"{"mayFail":null,"soon":2}"#);
        assert_eq!(data("{ mayFail }").await, r#"{"mayFail":null}"#);
        assert_eq!(data("{ child { mayFail } }").await, r#"{"child":{"mayFail":null}}"#);
    }

    #[tokio::test]
    async fn a_failed_non_null_field_takes_its_nearest_nullable_parent_with_it() {
        assert_eq!(data("{ soon fails }").await, "null");
        assert_eq!(data("{ soon maybeChild { soon fails } }").await, r#"{"soon":2,"maybeChild":null}"#);
        let deep = "{ soon maybeChild { child { child { listFails } } } }";
        assert_eq!(data(deep).await, r#"{"soon":2,"maybeChild":null}"#);
        assert_eq!(data("{ children { soon fails } }").await, r#"{"children":[null,null]}"#);
        assert_eq!(data("{ children { mayFail } }").await, r#"{"children":[{"mayFail":null},null]}"#);
        assert_eq!(data("{ maybeChild { fails mayFail } late }").await, r#"{"maybeChild":null,"late":1}"#);
    }

    #[tokio::test]
    async fn introspection_and_aliases_pass_through() {
        assert_eq!(data("{ x: __typename a: soon }").await, r#"{"x":"Root","a":2}"#);
        let query = r#"{ __type(name: "Root") { name fields { name } } }"#;
        assert!(data(query).await.starts_with(r#"{"__type":{"name":"Root","fields":[{"name":"late"}"#));
    }

    #[test]
    fn nullability_is_read_from_the_outside_in() {
        assert_eq!(nullability("Int!"), 0);
        assert_eq!(nullability("[Int]!"), 0b10);
        assert_eq!(nullability("[[Int!]]"), 0b011);
    }
}
