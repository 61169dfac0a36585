//! Help to stay inside the limits: cutting and escaping.

/// The text, cut to at most `most` characters; a cut one ends in `…`. Never cuts inside a character,
/// nor inside one of the entities that [`escape`] writes, nor inside a `<…>` of Slack's mrkdwn.
pub fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let Some(room) = most.checked_sub(1) else { return String::new() };
    let end = text.char_indices().nth(room).map_or(text.len(), |(at, _)| at);
    let mut kept = &text[..end];
    if let Some(at) = kept.rfind('&')
        && !kept[at..].contains(';')
        && ["&amp;", "&lt;", "&gt;"].iter().any(|entity| entity.starts_with(&kept[at..]))
    {
        kept = &kept[..at];
    }
    if let Some(at) = kept.rfind('<')
        && !kept[at..].contains('>')
        && text[at..].contains('>')
    {
        kept = &kept[..at];
    }
    format!("{}…", kept.trim_end())
}

/// What a person typed, so that Slack shows it as typed: it can link to and mention nobody.
/// Slack asks for these three characters and no more. Ids in `<@U…>` are written by templates, outside of this.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_by_characters_and_says_so() {
        assert_eq!(cut("häuser", 6), "häuser");
        assert_eq!(cut("häuser", 5), "häus…");
        assert_eq!(cut("two words", 5), "two…");
        assert_eq!(cut("abc", 1), "…");
        assert_eq!(cut("abc", 0), "");
    }

    #[test]
    fn never_leaves_half_of_an_entity_or_of_a_link() {
        assert_eq!(cut("a &amp; b", 5), "a…");
        assert_eq!(cut("a &amp; b", 8), "a &amp;…");
        assert_eq!(cut("R&D department", 4), "R&D…");
        assert_eq!(cut("see <https://a.example|there> now", 12), "see…");
        assert_eq!(cut("1 < 2 is known", 8), "1 < 2 i…");
    }

    #[test]
    fn what_people_type_mentions_nobody() {
        assert_eq!(escape("<!channel> R&D"), "&lt;!channel&gt; R&amp;D");
    }

    proptest::proptest! {
        #[test]
        fn a_cut_text_fits(text: String, most in 0usize..60) {
            proptest::prop_assert!(cut(&text, most).chars().count() <= most);
            proptest::prop_assert!(cut(&escape(&text), most).chars().count() <= most);
        }

        #[test]
        fn an_escaped_text_opens_no_tag(text: String) {
            proptest::prop_assert!(!escape(&text).contains(['<', '>']));
        }
    }
}
