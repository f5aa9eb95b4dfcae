//! What keeps the shop running, as staff see it: letters that were kept, messages that were given up, jobs.

mod jobs;
mod outbox;
mod webhooks;

pub use jobs::{Job, JobMutation, JobQuery, JobSubscription};
pub use outbox::{OperationMutation, OperationQuery};
pub use webhooks::{WebhookMutation, WebhookQuery};
