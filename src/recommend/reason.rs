//! Why a product is recommended, in a sentence for the shopper.

use shelfwise_strategies::event::EventKind;
use shelfwise_strategies::request::Ranked;
use shelfwise_strategies::strategy::{Kind, ReasonKind};

/// What a sentence may name.
pub(super) trait Names {
    fn product(&self, item: u32) -> Option<String>;
    fn category(&self, item: u32) -> Option<String>;
}

/// Longer names are cut: a reason is one line.
const NAME_LENGTH: usize = 60;

/// The sentence. It claims no more than the explanation holds.
pub(super) fn sentence(ranked: &Ranked, question: &Kind, names: &impl Names) -> String {
    let anchored = !question.anchors().is_empty();
    let because = ranked.because.iter().find(|part| part.share > 0.0);
    let cause = because.and_then(|part| Some((part.kind, names.product(part.item)?)));
    let category = || names.category(ranked.item).map(|name| shortened(&name));
    match (ranked.reason, cause) {
        (ReasonKind::Trending, _) => match category() {
            Some(category) => format!("Trending in {category}"),
            None => "Trending now".to_owned(),
        },
        (ReasonKind::Popular, None) => "Popular with other shoppers".to_owned(),
        (ReasonKind::NewArrival, _) => "New in the shop".to_owned(),
        (ReasonKind::Pinned, _) => "Chosen by the shop".to_owned(),
        (ReasonKind::SustainableChoice, _) => "A sustainable choice".to_owned(),
        (ReasonKind::BoughtTogether, Some((_, name))) => {
            format!("Often bought together with “{}”", shortened(&name))
        }
        (ReasonKind::BoughtTogether, None) => "Often bought together".to_owned(),
        (_, Some((_, name))) if anchored => match ranked.reason {
            ReasonKind::SimilarUsers => format!("Shoppers of “{}” also chose this", shortened(&name)),
            _ => format!("Similar to “{}”", shortened(&name)),
        },
        (ReasonKind::RecentlyViewed, Some((EventKind::Purchase, _))) => "You bought this before".to_owned(),
        (ReasonKind::RecentlyViewed, _) => "You looked at this recently".to_owned(),
        (_, Some((kind, name))) => format!("Because you {} “{}”", deed(kind), shortened(&name)),
        (ReasonKind::SimilarUsers, None) => "Chosen by shoppers with a taste like yours".to_owned(),
        (ReasonKind::SameCategory, None) => match category() {
            Some(category) => format!("From {category}, which you like"),
            None => "From a category you like".to_owned(),
        },
        (ReasonKind::SimilarItems, None) => "Like products you know".to_owned(),
        (ReasonKind::SemanticMatch, None) => match ranked.terms.as_slice() {
            [] => "Fits what you look for".to_owned(),
            terms => format!("Matches {}", terms.iter().take(3).cloned().collect::<Vec<_>>().join(", ")),
        },
    }
}

fn deed(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Like => "liked",
        EventKind::Cart => "put into the cart",
        EventKind::Purchase | EventKind::Return => "bought",
        _ => "viewed",
    }
}

fn shortened(name: &str) -> String {
    if name.chars().count() <= NAME_LENGTH {
        return name.to_owned();
    }
    let head: String = name.chars().take(NAME_LENGTH - 1).collect();
    format!("{}…", head.trim_end())
}

#[cfg(test)]
mod tests {
    use shelfwise_strategies::strategy::HistoryShare;

    use super::*;

    struct Shop;

    impl Names for Shop {
        fn product(&self, item: u32) -> Option<String> {
            (item < 10).then(|| format!("Lamp {item}"))
        }
        fn category(&self, _: u32) -> Option<String> {
            Some("Lighting".to_owned())
        }
    }

    fn ranked(reason: ReasonKind, because: &[(u32, EventKind, f32)]) -> Ranked {
        Ranked {
            item: 1,
            score: 1.0,
            rank: 1,
            source: "collaborative".into(),
            reason,
            because: because.iter().map(|&(item, kind, share)| HistoryShare { item, kind, share }).collect(),
            rest: 0.0,
            contributions: Vec::new(),
            terms: Vec::new(),
        }
    }

    #[test]
    fn a_reason_names_the_product_that_weighs_most() {
        let reason =
            ranked(ReasonKind::SimilarUsers, &[(3, EventKind::Purchase, 0.6), (4, EventKind::View, 0.2)]);
        assert_eq!(sentence(&reason, &Kind::ForUser, &Shop), "Because you bought “Lamp 3”");
        assert_eq!(sentence(&reason, &Kind::SimilarTo(3), &Shop), "Shoppers of “Lamp 3” also chose this");
    }

    #[test]
    fn a_reason_never_blames_what_spoke_against_the_product() {
        let reason = ranked(ReasonKind::SimilarItems, &[(3, EventKind::View, -0.1)]);
        assert_eq!(sentence(&reason, &Kind::ForUser, &Shop), "Like products you know");
    }

    #[test]
    fn a_reason_without_history_says_where_the_product_comes_from() {
        assert_eq!(
            sentence(&ranked(ReasonKind::Trending, &[]), &Kind::ForUser, &Shop),
            "Trending in Lighting"
        );
        assert_eq!(
            sentence(&ranked(ReasonKind::Popular, &[]), &Kind::ForUser, &Shop),
            "Popular with other shoppers"
        );
        assert_eq!(sentence(&ranked(ReasonKind::NewArrival, &[]), &Kind::ForUser, &Shop), "New in the shop");
    }

    #[test]
    fn long_names_are_cut() {
        assert_eq!(shortened(&"x".repeat(80)).chars().count(), NAME_LENGTH);
    }
}
