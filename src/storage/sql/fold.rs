//! Text folded for finding and sorting: lower case, no accents, so that both databases agree.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Words of a search taken into account; the rest of a long text adds nothing but work.
const MAX_WORDS: usize = 16;

/// Lower case without accents.
pub(super) fn fold(text: &str) -> String {
    text.nfkd().filter(|character| !is_combining_mark(*character)).flat_map(char::to_lowercase).collect()
}

/// The words of a text, folded, separated by single spaces. Scripts written without spaces are taken character by
/// character, for a run of them is no word.
pub(super) fn fold_words(text: &str) -> String {
    let mut words = String::with_capacity(text.len());
    for character in fold(text).chars() {
        let stands_alone = is_unspaced(character);
        if stands_alone || !character.is_alphanumeric() {
            if !words.is_empty() && !words.ends_with(' ') {
                words.push(' ');
            }
            if stands_alone {
                words.push(character);
                words.push(' ');
            }
        } else {
            words.push(character);
        }
    }
    words.truncate(words.trim_end().len());
    words
}

/// What was typed, as words to look for; empty when there are none.
pub(super) fn search_words(text: &str) -> Vec<String> {
    fold_words(text).split(' ').filter(|word| !word.is_empty()).take(MAX_WORDS).map(str::to_owned).collect()
}

/// A pattern for LIKE that finds the folded text anywhere. The escape character is `!`.
pub(super) fn like_anywhere(text: &str) -> String {
    let mut pattern = String::from("%");
    for character in fold(text).chars() {
        if matches!(character, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}

const fn is_unspaced(character: char) -> bool {
    matches!(character, '\u{2E80}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_whatever_their_case_and_accents() {
        assert_eq!(fold_words("  Crème-Brûlée, 2L! "), "creme brulee 2l");
        assert_eq!(search_words("杯子cup"), ["杯", "子", "cup"]);
        assert!(search_words("\"'*-()").is_empty());
    }

    #[test]
    fn wildcards_in_the_text_are_taken_literally() {
        assert_eq!(like_anywhere("50%_Off!"), "%50!%!_off!!%");
    }
}
