//! Order numbers people can read out: the day, then eight letters and digits that cannot be guessed.

use crate::context::Context;
use chrono::{DateTime, Utc};

/// Crockford's alphabet: nothing in it is mistaken for anything else.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Such as `261231-7K3M-9QXD`: sorts by day, tells nobody how many orders there are, and has forty random bits.
pub(super) fn order_number(context: &Context) -> String {
    let now = DateTime::<Utc>::from_timestamp_millis(context.now().as_millis()).unwrap_or_default();
    let random = context.random_bytes::<8>();
    let code: String =
        random.iter().map(|byte| char::from(ALPHABET[usize::from(*byte) % ALPHABET.len()])).collect();
    let (first, second) = code.split_at(4);
    format!("{}-{first}-{second}", now.format("%y%m%d"))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::context::{ManualClock, SeededEntropy};
    use crate::domain::time::Timestamp;

    #[test]
    fn a_number_names_the_day_and_no_ambiguous_letter() {
        let clock = ManualClock::at(Timestamp(1_798_675_200_000));
        let context = Context::new(Arc::new(clock), Arc::new(SeededEntropy::new(1)));
        let (one, other) = (order_number(&context), order_number(&context));
        assert_ne!(one, other);
        assert!(one.starts_with("261231-") && one.len() == 16, "{one}");
        assert!(!one.contains(['I', 'L', 'O', 'U']));
    }
}
