//! All that differs between the two databases, side by side.

/// SQLite 3.51, as bundled.
pub(in crate::storage::sql) mod sqlite {
    use crate::storage::sql::statements::without_numbers;

    /// Takes the write lock at once: a lock taken late would fail instead of waiting.
    pub(in crate::storage::sql) const BEGIN: &str = "BEGIN IMMEDIATE";
    /// There is one writer, so whoever reads within a unit of work has locked everything already.
    pub(in crate::storage::sql) const LOCK_ROW: &str = "";
    /// Nothing can be claimed between reading and writing, for the same reason.
    pub(in crate::storage::sql) const SKIP_LOCKED: &str = "";
    /// Waits for the turn, which the connection holds until it is closed.
    pub(in crate::storage::sql) const TURN: Option<&str> = None;
    /// How statements with many parameters spell them.
    pub(in crate::storage::sql) const PARAMETERS: fn(String) -> String = without_numbers;
    /// Products found by words, with how well they fit.
    pub(in crate::storage::sql) const FOUND: &str = "SELECT rowid AS sequence, -bm25(product_search, 10.0, 4.0, 1.0) AS score \
         FROM product_search WHERE product_search MATCH ";
    /// Closes `FOUND` behind its parameter.
    pub(in crate::storage::sql) const FOUND_END: &str = "";
    /// Makes products findable: their number, then name, keywords and body.
    pub(in crate::storage::sql) const INDEX_WORDS: &str =
        "INSERT INTO product_search (rowid, name, keywords, body) VALUES ($1, $2, $3, $4)";
    /// Makes a product unfindable.
    pub(in crate::storage::sql) const FORGET_WORDS: &str = "DELETE FROM product_search WHERE rowid = $1";
    /// Interactions no open transaction can still get in front of: all, with one writer.
    pub(in crate::storage::sql) const SETTLED: &str = "1 = 1";

    /// Words, each matching from its beginning, in the query language of FTS5.
    pub(in crate::storage::sql) fn match_expression(words: &[String], any_word: bool) -> String {
        // Folded words hold letters and digits only, so the quotes need no escaping.
        let terms: Vec<_> = words.iter().map(|word| format!("\"{word}\"*")).collect();
        terms.join(if any_word { " OR " } else { " AND " })
    }
}

/// PostgreSQL 13 and later.
pub(in crate::storage::sql) mod postgres {
    pub(in crate::storage::sql) const BEGIN: &str = "BEGIN";
    pub(in crate::storage::sql) const LOCK_ROW: &str = " FOR UPDATE";
    pub(in crate::storage::sql) const SKIP_LOCKED: &str = " FOR UPDATE SKIP LOCKED";
    pub(in crate::storage::sql) const TURN: Option<&str> =
        Some("SELECT pg_advisory_lock(hashtext('shelfwise.turn'))");
    pub(in crate::storage::sql) const PARAMETERS: fn(String) -> String = std::convert::identity;
    pub(in crate::storage::sql) const FOUND: &str = "SELECT sequence, \
         CAST(ts_rank('{0.05, 0.1, 0.4, 1.0}', document, words) AS DOUBLE PRECISION) AS score \
         FROM product_search, to_tsquery('simple', ";
    pub(in crate::storage::sql) const FOUND_END: &str = ") AS words WHERE document @@ words";
    pub(in crate::storage::sql) const INDEX_WORDS: &str = "INSERT INTO product_search (sequence, document) VALUES ($1, \
         setweight(to_tsvector('simple', $2), 'A') || setweight(to_tsvector('simple', $3), 'B') \
         || setweight(to_tsvector('simple', $4), 'C'))";
    pub(in crate::storage::sql) const FORGET_WORDS: &str = "DELETE FROM product_search WHERE sequence = $1";
    pub(in crate::storage::sql) const SETTLED: &str =
        "tx_id < CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS TEXT) AS BIGINT)";

    pub(in crate::storage::sql) fn match_expression(words: &[String], any_word: bool) -> String {
        let terms: Vec<_> = words.iter().map(|word| format!("'{word}':*")).collect();
        terms.join(if any_word { " | " } else { " & " })
    }
}
