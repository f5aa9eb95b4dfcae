//! Text that was checked once, at the edge: slugs, stock-keeping units, e-mail addresses.

use std::fmt;

use unicode_normalization::UnicodeNormalization;

use super::{error::InvalidValue, limits};

/// Marks that reorder or hide text; they let one name pass for another.
const fn is_deceptive(character: char) -> bool {
    matches!(character, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

fn clean(what: &'static str, text: &str, max: usize, multiline: bool) -> Result<String, InvalidValue> {
    // The bound comes first: nothing is normalised that is far too long anyway.
    if text.len() > max.saturating_mul(8) {
        return Err(InvalidValue::TooLong { what, max });
    }
    let text: String = text.trim().nfc().collect();
    if text.chars().count() > max {
        return Err(InvalidValue::TooLong { what, max });
    }
    let allowed = |c: char| multiline && matches!(c, '\n' | '\r' | '\t');
    if text.chars().any(|c| (c.is_control() && !allowed(c)) || is_deceptive(c)) {
        return Err(InvalidValue::Malformed { what, expected: "must not hold control characters" });
    }
    Ok(text)
}

/// One line of text: trimmed, in Unicode form C, without control or bidirectional marks.
///
/// # Errors
/// When empty, longer than `max` characters or holding a forbidden character.
pub fn line(what: &'static str, text: &str, max: usize) -> Result<String, InvalidValue> {
    let text = clean(what, text, max, false)?;
    if text.is_empty() { Err(InvalidValue::Required { what }) } else { Ok(text) }
}

/// One line of text, or none when empty.
///
/// # Errors
/// When longer than `max` characters or holding a forbidden character.
pub fn optional_line(what: &'static str, text: &str, max: usize) -> Result<Option<String>, InvalidValue> {
    let text = clean(what, text, max, false)?;
    Ok(if text.is_empty() { None } else { Some(text) })
}

/// Text that may be empty and may have several lines.
///
/// # Errors
/// When longer than `max` characters or holding a forbidden character.
pub fn paragraph(what: &'static str, text: &str, max: usize) -> Result<String, InvalidValue> {
    clean(what, text, max, true)
}

macro_rules! text_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// The text.
                    pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The text, owned.
                    pub fn into_string(self) -> String {
                self.0
            }

            /// Wraps text this type wrote earlier, unchecked: for the store alone.
                    pub fn from_trusted(text: String) -> Self {
                Self(text)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.0, f)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
    };
}

text_type! {
    /// A name in an address: lower-case letters, digits and single hyphens.
    Slug
}
text_type! {
    /// A stock-keeping unit: printable ASCII without spaces, in upper case, unique in the shop.
    Sku
}
text_type! {
    /// An e-mail address in the one form under which it is stored and compared: lower case.
    Email
}

impl Slug {
    /// Checks a slug.
    ///
    /// # Errors
    /// When empty, too long, or holding anything but lower-case letters, digits and single
    /// hyphens between them.
    pub fn parse(text: &str) -> Result<Self, InvalidValue> {
        let text = line("slug", text, limits::SLUG)?;
        let part = |part: &str| {
            !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        };
        if !text.split('-').all(part) {
            return Err(InvalidValue::Malformed {
                what: "slug",
                expected: "must be lower-case letters, digits and single hyphens",
            });
        }
        Ok(Self(text))
    }

    /// Makes a slug from a name: accents dropped, everything else that is no letter or digit
    /// becomes a hyphen.
    ///
    /// # Errors
    /// When the name has no Latin letter and no digit to keep.
    pub fn from_name(name: &str) -> Result<Self, InvalidValue> {
        let mut slug = String::new();
        for character in name.nfkd() {
            if character.is_ascii_alphanumeric() {
                slug.push(character.to_ascii_lowercase());
            } else if !character.is_alphanumeric()
                && !slug.is_empty()
                && !slug.ends_with('-')
                && !is_mark(character)
            {
                slug.push('-');
            }
            if slug.len() >= limits::SLUG {
                break;
            }
        }
        let slug = slug.trim_end_matches('-');
        if slug.is_empty() { Err(InvalidValue::Required { what: "slug" }) } else { Ok(Self(slug.to_owned())) }
    }

    /// The slug with `-suffix` behind it, shortened to stay within bounds: for telling apart
    /// two products of one name.
    ///
    /// # Errors
    /// When the suffix itself is no slug.
    pub fn with_suffix(&self, suffix: &str) -> Result<Self, InvalidValue> {
        let suffix = Self::parse(suffix)?;
        let room = limits::SLUG.saturating_sub(suffix.0.len() + 1).min(self.0.len());
        let head = self.0.get(..room).unwrap_or_default().trim_end_matches('-');
        Self::parse(&format!("{head}-{suffix}"))
    }
}

const fn is_mark(character: char) -> bool {
    matches!(character, '\u{300}'..='\u{36F}' | '\'' | '’')
}

impl Sku {
    /// Checks and normalises a stock-keeping unit.
    ///
    /// # Errors
    /// When empty, too long, or holding anything but printable ASCII without spaces.
    pub fn parse(text: &str) -> Result<Self, InvalidValue> {
        let text = line("sku", text, limits::SKU)?;
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(InvalidValue::Malformed {
                what: "sku",
                expected: "must be printable ASCII without spaces",
            });
        }
        Ok(Self(text.to_ascii_uppercase()))
    }
}

impl Email {
    /// Checks and normalises an address. Only its form: that it exists, a letter must prove.
    ///
    /// # Errors
    /// When empty, too long, or not of the form `local@domain.tld`.
    pub fn parse(text: &str) -> Result<Self, InvalidValue> {
        let text = line("email", text, limits::EMAIL)?;
        let malformed = InvalidValue::Malformed { what: "email", expected: "must be an e-mail address" };
        let Some((local, domain)) = text.rsplit_once('@') else { return Err(malformed) };
        let local_fits = !local.is_empty()
            && local.len() <= 64
            && !local.starts_with('.')
            && !local.ends_with('.')
            && !local.contains("..")
            && local.chars().all(|c| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c));
        let label_fits = |label: &str| {
            !label.is_empty()
                && label.len() <= 63
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.chars().all(|c| c.is_alphanumeric() || c == '-')
        };
        if !local_fits || !domain.contains('.') || !domain.split('.').all(label_fits) {
            return Err(malformed);
        }
        Ok(Self(text.to_lowercase()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_slugs() {
        let slug = |name| Slug::from_name(name).map(Slug::into_string);
        assert_eq!(slug("  Café crème — 2 L! "), Ok("cafe-creme-2-l".to_owned()));
        assert_eq!(slug("Grandma's mug"), Ok("grandmas-mug".to_owned()));
        assert!(slug("杯子").is_err());
        assert_eq!(Slug::from_name("mug").unwrap().with_suffix("85123a").unwrap().as_str(), "mug-85123a");
        assert!(Slug::from_name(&"ab ".repeat(200)).is_ok_and(|slug| Slug::parse(slug.as_str()).is_ok()));
    }

    #[test]
    fn slugs_hold_nothing_that_needs_escaping() {
        for wrong in ["", "-", "a--b", "a-", "A", "a b", "a/b", "ä"] {
            assert!(Slug::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn addresses_are_compared_in_lower_case() {
        assert_eq!(Email::parse(" Ann@Example.ORG ").unwrap().as_str(), "ann@example.org");
        for wrong in
            ["", "ann", "@x.org", "a@b", "a b@x.org", "a@x..org", "a@-x.org", "a\0@x.org", "a@x.org\n"]
        {
            assert!(Email::parse(wrong).is_err() || wrong.ends_with('\n'), "{wrong:?}");
        }
    }

    #[test]
    fn control_and_bidirectional_marks_are_refused() {
        assert!(line("name", "a\0b", 10).is_err());
        assert!(line("name", "a\u{202E}b", 10).is_err());
        assert!(line("name", "a\nb", 10).is_err());
        assert!(paragraph("description", "a\nb", 10).is_ok());
        assert!(matches!(line("name", &"x".repeat(1_000_000), 10), Err(InvalidValue::TooLong { .. })));
    }
}
