//! The protocols from outside: HTTP in process, sockets on a free port, and the reference JavaScript implementations.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod conformance;
mod http;
mod limits;
mod site;
mod sockets;
mod support;
