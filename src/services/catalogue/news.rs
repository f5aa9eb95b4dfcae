//! What a change of a product means to those who wish for it.

use crate::domain::catalogue::Variant;
use crate::domain::ids::ProductId;
use crate::services::messages::Message;

/// What shoppers see of a product's price and stock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Offer {
    /// The lowest price in minor units; none without variants.
    pub(super) price_minor: Option<i64>,
    pub(super) available: i64,
}

impl Offer {
    /// With these variants, `corrected` of whose pieces are to be added.
    pub(super) fn of(variants: &[Variant], corrected: i64) -> Self {
        Self {
            price_minor: variants.iter().map(|variant| variant.price.minor()).min(),
            available: variants.iter().map(|variant| i64::from(variant.stock.available())).sum::<i64>()
                + corrected,
        }
    }
}

/// The messages that tell of a changed offer.
pub(super) fn news(product: ProductId, before: Offer, after: Offer) -> Vec<Message> {
    let mut news = Vec::new();
    if before.available <= 0 && after.available > 0 {
        news.push(Message::ProductRestocked { product });
    }
    if before.available != after.available {
        news.push(Message::StockChanged { product });
    }
    if let (Some(before_minor), Some(after_minor)) = (before.price_minor, after.price_minor)
        && after_minor < before_minor
    {
        news.push(Message::PriceDropped { product, before_minor, after_minor });
    }
    news
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn told(before: (i64, i64), after: (i64, i64)) -> Vec<Message> {
        let offer = |(price, available): (i64, i64)| Offer { price_minor: Some(price), available };
        news(ProductId(Uuid::nil()), offer(before), offer(after))
    }

    #[test]
    fn only_what_shoppers_wait_for_is_news() {
        let product = ProductId(Uuid::nil());
        assert_eq!(told((1000, 5), (1000, 5)), []);
        assert_eq!(told((1000, 5), (1200, 5)), []);
        let dropped = Message::PriceDropped { product, before_minor: 1000, after_minor: 999 };
        assert_eq!(told((1000, 5), (999, 5)), [dropped]);
        assert_eq!(told((1000, 1), (1000, 2)), [Message::StockChanged { product }]);
        let back = [Message::ProductRestocked { product }, Message::StockChanged { product }];
        assert_eq!(told((1000, 0), (1000, 2)), back);
    }
}
