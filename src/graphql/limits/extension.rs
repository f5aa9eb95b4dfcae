//! The schema extension that holds every operation to the limits, whichever transport brought it.

use std::any::TypeId;
use std::sync::Arc;

use async_graphql::extensions::{Extension, ExtensionContext, ExtensionFactory, NextPrepareRequest};
use async_graphql::{Request, ServerResult};
use async_trait::async_trait;

use super::admission::{Admitted, admit, selected_operation};
use super::{Limits, document};

/// Add it to the schema with `.extension(EnforceLimits::new(limits))`.
pub struct EnforceLimits(Arc<Limits>);

impl EnforceLimits {
    pub fn new(limits: Arc<Limits>) -> Self {
        Self(limits)
    }
}

impl ExtensionFactory for EnforceLimits {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self(Arc::clone(&self.0)))
    }
}

#[async_trait]
impl Extension for EnforceLimits {
    async fn prepare_request(
        &self,
        ctx: &ExtensionContext<'_>,
        mut request: Request,
        next: NextPrepareRequest<'_>,
    ) -> ServerResult<Request> {
        let limits = &self.0;
        if !request.data.contains_key(&TypeId::of::<Admitted>()) {
            admit(&mut request, limits)?;
        }
        let name = request.operation_name.take().filter(|name| !name.is_empty());
        let variables = std::mem::take(&mut request.variables);
        {
            let document = request.parsed_query()?;
            let operation = selected_operation(document, name.as_deref())?;
            document::check(&ctx.schema_env.registry, document, operation, &variables, limits)?;
        }
        request.variables = variables;
        request.operation_name = name;
        next.run(ctx, request).await
    }
}
