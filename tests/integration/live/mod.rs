//! The recommender over a real store: what shoppers do changes what they are shown, at once and for good.

mod api;
mod caching;
mod experiments;
mod following;
mod merchandising;
mod pushing;
mod recording;
mod serving;
mod shop;
mod training;
