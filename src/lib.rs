//! Shelfwise: the shop server.
