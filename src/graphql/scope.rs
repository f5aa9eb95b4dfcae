//! What every request carries besides its document: the caller and the loaders that batch its reads.

use std::sync::Arc;

use async_graphql::Request;

use super::batching::Gate;
use super::loaders::Batches;
use crate::domain::caller::Caller;
use crate::storage::Storage;

/// Prepares requests for execution over one store.
#[derive(Clone)]
pub struct Scope {
    storage: Arc<dyn Storage>,
}

impl Scope {
    pub fn new(storage: Arc<dyn Storage>) -> Self {
        Self { storage }
    }

    /// Attaches `caller` and fresh loaders.
    pub fn prepare(&self, request: Request, caller: Caller) -> Request {
        let gate = Arc::new(Gate::default());
        let loaders = Batches::loaders(Arc::clone(&self.storage), caller.user(), Arc::clone(&gate));
        request.data(gate).data(loaders).data(caller)
    }
}
