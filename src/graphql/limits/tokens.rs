//! Counting a document's tokens and bracket nesting without parsing it.
//!
//! The parser recurses on brackets and allocates for every token; this scan does neither, so it goes first.

use super::{Limits, Refusal};
use crate::error::Code;

/// Brackets inside brackets; no honest document comes near it, and the parser's stack holds it easily.
const MAX_BRACKETS: usize = 64;

/// Refuses a document with more tokens or deeper brackets than allowed.
pub(super) fn check(source: &str, limits: &Limits) -> Result<(), Refusal> {
    let Counts { tokens, brackets } = count(source.as_bytes());
    Refusal::check(Code::DocumentTooLarge, "the document has", "tokens", tokens, limits.tokens)?;
    Refusal::check(Code::OperationTooDeep, "the document nests", "brackets", brackets, MAX_BRACKETS)
}

struct Counts {
    tokens: u64,
    brackets: u64,
}

fn count(source: &[u8]) -> Counts {
    let (mut tokens, mut open, mut deepest, mut at) = (0, 0_u64, 0, 0);
    while let Some(&byte) = source.get(at) {
        let end = match byte {
            b' ' | b',' | b'\t' | b'\n' | b'\r' => {
                at += 1;
                continue;
            }
            b'#' => {
                at += until_line_end(&source[at..]);
                continue;
            }
            b'{' | b'(' | b'[' => {
                open += 1;
                deepest = deepest.max(open);
                at + 1
            }
            b'}' | b')' | b']' => {
                open = open.saturating_sub(1);
                at + 1
            }
            b'"' => at + string(&source[at..]),
            b'.' => at + source[at..].iter().take(3).take_while(|byte| **byte == b'.').count(),
            _ if byte == b'-' || byte.is_ascii_digit() => {
                at + source[at..].iter().take_while(|byte| is_name(**byte) || b".+-".contains(byte)).count()
            }
            _ if is_name(byte) => at + source[at..].iter().take_while(|byte| is_name(**byte)).count(),
            // Punctuation; of what is no token at all every byte counts, which overcounts only invalid documents.
            _ => at + 1,
        };
        tokens += 1;
        at = end;
    }
    Counts { tokens, brackets: deepest }
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn until_line_end(rest: &[u8]) -> usize {
    rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(rest.len())
}

/// The length of the string literal at the start of `rest`; an unclosed one runs to the end of its line.
fn string(rest: &[u8]) -> usize {
    if rest.starts_with(br#"""""#) {
        let mut at = 3;
        while at < rest.len() {
            if rest[at..].starts_with(br#"\""""#) {
                at += 4;
            } else if rest[at..].starts_with(br#"""""#) {
                return at + 3;
            } else {
                at += 1;
            }
        }
        return rest.len();
    }
    let mut at = 1;
    while let Some(&byte) = rest.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' => return at + 1,
            b'\n' | b'\r' => return at,
            _ => at += 1,
        }
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(source: &str) -> u64 {
        count(source.as_bytes()).tokens
    }

    #[test]
    fn blanks_commas_and_comments_are_not_tokens() {
        assert_eq!(tokens("{ a, b # c d e\n }"), 4);
        assert_eq!(tokens(""), 0);
        assert_eq!(tokens("# only a comment"), 0);
    }

    #[test]
    fn strings_are_one_token_whatever_they_hold() {
        assert_eq!(tokens(r#"{ a(b: "x \" { y z") }"#), 8);
        assert_eq!(tokens("{ a(b: \"\"\"x \\\"\"\" { \"y\" z\"\"\") }"), 8);
        assert_eq!(tokens(r#""never closed { { {"#), 1);
        assert_eq!(tokens(r#""ends in a backslash \"#), 1);
    }

    #[test]
    fn punctuation_counts_one_each_and_an_ellipsis_is_one() {
        assert_eq!(tokens("query($a:Int!=-1.5){...F}"), 14);
    }

    #[test]
    fn nesting_is_the_most_brackets_open_at_once() {
        assert_eq!(count(b"{ a { b } c(d: [[1]]) }").brackets, 4);
        assert_eq!(count(b"}}}}{").brackets, 1);
    }

    #[test]
    fn brackets_deep_enough_to_exhaust_the_parser_are_refused_first() {
        let source = format!("{{ a(b: {}{}) }}", "[".repeat(2_000), "]".repeat(2_000));
        let refusal = check(&source, &Limits::default()).unwrap_err();
        assert_eq!((refusal.code, refusal.cost), (Code::OperationTooDeep, 2_002));
    }
}
