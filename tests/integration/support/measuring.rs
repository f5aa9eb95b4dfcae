//! A story to measure: what the lists of two strategies led to over two days, small enough to reckon by hand.

use std::ops::Range;
use std::time::Duration;

use shelfwise::domain::experiment::{Experiment, ExperimentStatus, ExperimentVariant};
use shelfwise::domain::ids::{ProductId, RecommendationId, UserId};
use shelfwise::domain::interaction::{Interaction, InteractionKind, Subject};
use shelfwise::domain::money::Currency;
use shelfwise::domain::order::OrderStatus;
use shelfwise::domain::recommendation::{ServedItem, ServedRecommendation, ShownProduct};
use shelfwise::domain::text::Email;
use shelfwise::domain::time::Timestamp;
use shelfwise::storage::catalogue::ProductRecord;
use shelfwise::storage::metrics::Credit;

use super::build::euro;
use super::shop::{START, Shop};

const DAY: Duration = Duration::from_secs(86_400);
const HOUR: Duration = Duration::from_secs(3_600);

/// The two days of the story.
pub(crate) fn two_days() -> Range<Timestamp> {
    START..START + DAY * 2
}

/// As the shop's settings have it.
pub(crate) const CREDIT: Credit = Credit { within: Duration::from_secs(7 * 86_400), currency: Currency::EUR };

struct Teller<'a> {
    shop: &'a Shop,
    lists: Vec<ServedRecommendation>,
    deeds: Vec<Interaction>,
}

impl Teller<'_> {
    fn serve(
        &mut self,
        strategy: &str,
        to: Option<Subject>,
        arm: Option<&str>,
        micros: i64,
        products: &[&ProductRecord],
    ) -> RecommendationId {
        let item = |record: &&ProductRecord| ServedItem {
            product_id: record.product.id,
            score: 0.5,
            source: strategy.to_owned(),
            propensity: None,
        };
        let list = ServedRecommendation {
            id: self.shop.id(),
            subject: to,
            strategy_id: strategy.to_owned(),
            experiment_key: arm.map(|_| "home".to_owned()),
            variant_key: arm.map(str::to_owned),
            model_version: Some("1".to_owned()),
            fallback: None,
            cached: false,
            took_micros: micros,
            items: products.iter().map(item).collect(),
            served_at: self.shop.now(),
        };
        let id = list.id;
        self.lists.push(list);
        id
    }

    fn follow(
        &mut self,
        who: Subject,
        list: RecommendationId,
        what: &ProductRecord,
        kinds: &[InteractionKind],
    ) {
        for kind in kinds {
            let deed = self.shop.interaction(who, what.product.id, *kind);
            self.deeds.push(Interaction { recommendation_id: Some(list), ..deed });
        }
    }
}

/// What of it the tests speak of.
pub(crate) struct Story {
    pub(crate) mug: ProductId,
}

/// Plays the story. Ann, a user, and Bob, a visitor, get lists of arm "a" of experiment "home" on the first day, Cleo,
/// a user, one of arm "b" on the second; two further lists belong to no experiment.
pub(crate) async fn tell(shop: &Shop) -> Story {
    use InteractionKind::{Cart, Click, Impression, View};
    let (mug, pot, cup, jar) =
        (shop.product("mug"), shop.product("pot"), shop.product("cup"), shop.product("jar"));
    let mut scarce = pot.clone();
    scarce.variants[0].stock.on_hand = 2;
    shop.stock(&[&mug, &scarce, &cup, &jar]).await;
    let (ann, cleo): (UserId, UserId) = (shop.join("ann").await.id, shop.join("cleo").await.id);
    let (ann, bob, cleo) = (Subject::User(ann), Subject::Visitor(shop.id()), Subject::User(cleo));
    let mut told = Teller { shop, lists: Vec::new(), deeds: Vec::new() };

    let first = told.serve("popular", Some(ann), Some("a"), 100, &[&mug, &pot, &cup]);
    let second = told.serve("popular", Some(bob), Some("a"), 300, &[&mug, &pot]);
    let _third = told.serve("ensemble", Some(ann), None, 900, &[&mug]);
    let _fourth = told.serve("popular", None, None, 200, &[&jar]);
    told.lists[1].cached = true;
    told.lists[2].fallback = Some("COLD_START_USER".to_owned());
    // Of the first list two products were seen and both followed, one of them twice over.
    told.follow(ann, first, &mug, &[Impression, Click, View, Cart]);
    told.follow(ann, first, &pot, &[Impression, View]);
    // The jar was not on it.
    told.follow(ann, first, &jar, &[Impression, Click, Cart]);

    shop.pass(HOUR);
    let mut bought = shop.order("O-1", ann.user_id(), &[&mug, &cup, &jar]);
    for line in &mut bought.lines {
        line.recommendation_id = Some(first);
    }
    // Three mugs, of which one went back.
    (bought.lines[0].quantity, bought.lines[0].refunded_quantity, bought.lines[0].total_minor) =
        (3, 1, 3_000);
    (bought.order.paid_minor, bought.order.refunded_minor) = (5_000, 1_000);
    let mut unpaid = shop.order("O-2", None, &[&mug]);
    unpaid.lines[0].recommendation_id = Some(second);
    unpaid.order.email = Some(Email::parse("bob@example.org").expect("an address"));
    (unpaid.order.status, unpaid.order.paid_minor) = (OrderStatus::Created, 0);

    shop.pass(DAY - HOUR);
    let fifth = told.serve("popular", Some(cleo), Some("b"), 5_000, &[&pot]);
    told.follow(cleo, fifth, &pot, &[Click, Click]);
    let mut given_back = shop.order("O-3", cleo.user_id(), &[&pot]);
    given_back.lines[0].recommendation_id = Some(fifth);
    given_back.lines[0].refunded_quantity = 1;
    (given_back.order.status, given_back.order.refunded_minor) = (OrderStatus::Refunded, 1_000);
    let mut abroad = shop.order("O-4", cleo.user_id(), &[&pot]);
    abroad.lines[0].recommendation_id = Some(fifth);
    abroad.order.cost.currency = Currency::USD;
    assert_eq!(abroad.order.cost.total_minor, euro(1_000).minor());

    // A click a week and a day after its list is nobody's doing.
    shop.pass(DAY * 7);
    told.follow(bob, second, &mug, &[Click]);

    let arm = |key: &str, strategy: &str| ExperimentVariant {
        key: key.to_owned(),
        strategy_id: strategy.to_owned(),
        weight: 0.5,
        config: None,
    };
    let experiment = Experiment {
        id: shop.id(),
        key: "home".to_owned(),
        name: "Home".to_owned(),
        status: ExperimentStatus::Paused,
        variants: vec![arm("a", "popular"), arm("b", "ensemble")],
        traffic_percent: 100.0,
        salt: "1".to_owned(),
        winner_key: None,
        started_at: Some(START),
        ended_at: None,
        created_at: START,
        updated_at: START,
        version: 1,
    };
    let shown: Vec<ShownProduct> = told
        .lists
        .iter()
        .flat_map(|list| {
            list.items.iter().map(|item| ShownProduct {
                strategy_id: list.strategy_id.clone(),
                experiment_key: list.experiment_key.clone(),
                variant_key: list.variant_key.clone(),
                at: list.served_at,
                product_id: item.product_id,
            })
        })
        .collect();
    let mut work = shop.begin().await;
    work.insert_experiment(&experiment).await.expect("an experiment");
    work.record_recommendations(&told.lists).await.expect("lists");
    work.record_shown(&shown).await.expect("what they showed");
    work.record_shown(&shown[..1]).await.expect("the same again");
    work.record_interactions(&told.deeds, shop.now()).await.expect("deeds");
    for order in [&bought, &unpaid, &given_back, &abroad] {
        work.insert_order(order).await.expect("an order");
    }
    work.save().await.expect("saved");
    Story { mug: mug.product.id }
}
