//! The `shelfwise` binary.
fn main() {}
