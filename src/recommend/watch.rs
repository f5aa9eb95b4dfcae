//! A shopper's list as a stream: recomputed when something happens that may change it.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{Stream, StreamExt};

use super::Recommendations;
use super::ask::{Ask, AskError, Question, Served};
use super::push::{Pushed, Source, pushes};
use crate::bus::{Message, Topic};
use crate::domain::ids::ProductId;

/// Answers one question again and again.
struct Watched {
    recommendations: Arc<Recommendations>,
    ask: Ask,
}

impl Source for Watched {
    type List = Served;
    type Error = AskError;

    async fn compute(&mut self) -> Result<Served, AskError> {
        self.recommendations.answer(&self.ask)
    }

    fn concerns(&self, message: &Message, ids: &[ProductId]) -> bool {
        let Some(product) = message.subject.map(ProductId::from) else { return true };
        match message.topic {
            // What cannot be shown any more matters only to lists that show it.
            Topic::Stock => {
                ids.contains(&product)
                    || !self.ask.filter.in_stock_only
                    || self.recommendations.is_available(product)
            }
            Topic::Catalogue => ids.contains(&product) || self.recommendations.is_visible(product),
            _ => true,
        }
    }
}

impl Recommendations {
    /// The answer to `ask` now, and again after every change of it; see [`pushes`].
    pub fn watch(
        self: &Arc<Self>,
        ask: Ask,
        interval: Duration,
    ) -> impl Stream<Item = Result<Pushed<Served>, AskError>> + Send + use<> {
        let mut topics = vec![Topic::Models, Topic::Catalogue, Topic::Stock];
        match (&ask.question, ask.shopper) {
            (Question::Trending(_), _) => topics.push(Topic::Activity),
            (_, Some(shopper)) => topics.extend([Topic::Shopper(shopper.uuid()), Topic::Experiments]),
            (_, None) => {}
        }
        // The mailbox comes before the first answer: nothing that happens in between is missed.
        let mailbox = self.bus.subscribe(&topics);
        let this = Arc::clone(self);
        let asked = ask.clone();
        let source = Watched { recommendations: Arc::clone(self), ask };
        pushes(source, mailbox, interval).inspect(move |pushed| {
            if let Ok(pushed) = pushed {
                this.log_served(&asked, &pushed.list);
            }
        })
    }
}
