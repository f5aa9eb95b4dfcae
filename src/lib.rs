//! Shelfwise: a shop's GraphQL API whose recommendations are live, measured and explainable.
//!
//! The binary is a thin shell over this library; `docs/ARCHITECTURE.md` says which module may use which.

pub mod app;
pub mod bus;
pub mod cache;
pub mod cli;
pub mod config;
pub mod context;
pub mod domain;
pub mod error;
pub mod graphql;
pub mod http;
pub mod import;
pub mod mail;
pub mod outward;
pub mod payments;
pub mod recommend;
pub mod services;
pub mod storage;
pub mod telemetry;
