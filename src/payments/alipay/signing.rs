//! How Alipay lays parameters out for signing, and for sending.

/// The text that is signed: `name=value` pairs in the order of their names, without empty values and the names given.
pub(super) fn canonical(parameters: &[(String, String)], without: &[&str]) -> String {
    let mut kept: Vec<&(String, String)> = parameters
        .iter()
        .filter(|(name, value)| !value.is_empty() && !without.contains(&name.as_str()))
        .collect();
    kept.sort();
    let pairs: Vec<String> = kept.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    pairs.join("&")
}

/// The parameters as a query string.
pub(super) fn to_query(parameters: &[(String, String)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_signed_in_order_of_their_names_without_empty_ones() {
        let pairs = [("b", "2 &"), ("sign", "x"), ("a", "1"), ("c", ""), ("sign_type", "RSA2")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(canonical(&pairs, &["sign", "sign_type"]), "a=1&b=2 &");
        assert_eq!(canonical(&pairs, &["sign"]), "a=1&b=2 &&sign_type=RSA2");
        assert_eq!(to_query(&pairs[..1]), "b=2+%26");
    }
}
