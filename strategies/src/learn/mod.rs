//! What the trained models share: histories reduced to touches, the trend, the validation panel.

pub(crate) mod panel;
pub(crate) mod query;
pub(crate) mod touches;
pub(crate) mod trend;
