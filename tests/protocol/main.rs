//! The protocols from outside: HTTP in process, sockets on a free port, and the reference JavaScript implementations.

mod conformance;
mod http;
mod limits;
mod site;
mod sockets;
mod support;
