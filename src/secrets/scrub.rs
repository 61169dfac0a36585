//! Keeping known secrets out of what is written down: logs, diagnostics, run output.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

use aho_corasick::AhoCorasick;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use secrecy::{ExposeSecret, SecretString};

/// What stands in place of a secret.
pub const MARK: &str = "[secret]";
/// A shorter value is no secret, and replacing it would make every line unreadable.
const SHORTEST: usize = 3;
/// One line of a value with several lines (a key in PEM, a JSON document) counts from this length:
/// shorter ones are brackets.
const SHORTEST_LINE: usize = 6;
/// The part of a base64 text that a value inside of a larger one always gives counts from this length.
const SHORTEST_INSIDE: usize = 6;

/// RFC 3986's unreserved characters stay, as in most libraries' URL encoding.
const UNRESERVED_STAY: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
/// What JavaScript's encodeURIComponent leaves as it is.
const COMPONENT: &AsciiSet =
    &UNRESERVED_STAY.remove(b'!').remove(b'\'').remove(b'(').remove(b')').remove(b'*');

/// Replaces every known secret in a line, in the forms in which programs print them: as it is, escaped
/// for JSON and HCL, in base64 (also as a part of a larger text, such as basic auth), URL-encoded.
///
/// Made once for a run, then used for every line. It holds the values in plain for as long as it lives.
pub struct Scrubber {
    search: Search,
    values: usize,
}

enum Search {
    Nothing,
    Forms(AhoCorasick),
    /// No search could be built for so many values: nothing may be shown.
    Everything,
}

impl Scrubber {
    /// For these values. Those shorter than 3 characters are left out.
    pub fn new<'a>(values: impl IntoIterator<Item = &'a SecretString>) -> Scrubber {
        let mut forms = BTreeSet::new();
        let mut count = 0;
        for value in values {
            count += 1;
            add_forms(value.expose_secret(), &mut forms);
        }
        let search = if forms.is_empty() {
            Search::Nothing
        } else {
            AhoCorasick::new(&forms).map_or(Search::Everything, Search::Forms)
        };
        Scrubber { search, values: count }
    }

    /// The line with [`MARK`] in place of every secret; overlapping ones become one mark.
    pub fn scrub<'a>(&self, line: &'a str) -> Cow<'a, str> {
        let search = match &self.search {
            Search::Nothing => return Cow::Borrowed(line),
            Search::Everything => return Cow::Borrowed(MARK),
            Search::Forms(search) => search,
        };
        if !search.is_match(line) {
            return Cow::Borrowed(line);
        }
        let mut found: Vec<(usize, usize)> =
            search.find_overlapping_iter(line).map(|m| (m.start(), m.end())).collect();
        found.sort_unstable();
        let mut clean = String::with_capacity(line.len());
        let mut shown = 0;
        for (start, end) in found {
            if start >= shown {
                clean.push_str(&line[shown..start]);
                clean.push_str(MARK);
            }
            shown = shown.max(end);
        }
        clean.push_str(&line[shown..]);
        Cow::Owned(clean)
    }
}

impl fmt::Debug for Scrubber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Scrubber({} values)", self.values)
    }
}

fn add_forms(value: &str, forms: &mut BTreeSet<String>) {
    let mut add = |form: String| {
        if form.chars().count() >= SHORTEST {
            forms.insert(form);
        }
    };
    // Output comes in lines: of a value with several of them each has to be known.
    let lines: Vec<&str> = value.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let lines = match lines.as_slice() {
        [only] => vec![*only],
        several => {
            several.iter().copied().filter(|line| line.chars().count() >= SHORTEST_LINE).collect()
        }
    };
    for text in lines.into_iter().chain([value]) {
        if text.chars().count() < SHORTEST {
            continue;
        }
        add(text.to_owned());
        for form in escaped(text).into_iter().chain(url_encoded(text)).chain(in_base64(text)) {
            add(form);
        }
    }
}

/// In a JSON string, in one that Go writes (as Terraform does: `<`, `>` and `&` become `\u003c` and the
/// like), and in an HCL string.
fn escaped(text: &str) -> [String; 3] {
    let quoted = serde_json::Value::from(text).to_string();
    // Only the outer quotes: the value may have its own.
    let json = quoted.get(1..quoted.len() - 1).unwrap_or(text).to_owned();
    let go = json.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026");
    let hcl = json.replace("${", "$${").replace("%{", "%%{");
    [json, go, hcl]
}

fn url_encoded(text: &str) -> Vec<String> {
    let mut forms = Vec::new();
    for set in [NON_ALPHANUMERIC, UNRESERVED_STAY, COMPONENT] {
        let upper = utf8_percent_encode(text, set).to_string();
        forms.push(lower_escapes(&upper));
        forms.push(upper.replace("%20", "+"));
        forms.push(upper);
    }
    forms
}

/// `%2F` as `%2f`.
fn lower_escapes(text: &str) -> String {
    let mut left = 0;
    text.chars()
        .map(|c| match c {
            '%' => {
                left = 2;
                c
            }
            _ if left > 0 => {
                left -= 1;
                c.to_ascii_lowercase()
            }
            _ => c,
        })
        .collect()
}

/// By itself, and as a part of something longer at each of the three offsets: there, those characters
/// that depend on the value alone.
fn in_base64(text: &str) -> Vec<String> {
    let bytes = text.as_bytes();
    let mut forms: Vec<String> = [STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD]
        .iter()
        .map(|engine| engine.encode(bytes))
        .collect();
    for offset in 0..3usize {
        let padded: Vec<u8> = std::iter::repeat_n(0, offset).chain(bytes.iter().copied()).collect();
        let start = (offset * 8).div_ceil(6);
        let end = padded.len() * 8 / 6;
        if end < start + SHORTEST_INSIDE {
            continue;
        }
        for engine in [STANDARD_NO_PAD, URL_SAFE_NO_PAD] {
            forms.push(engine.encode(&padded)[start..end].to_owned());
        }
    }
    forms
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scrubber(values: &[&str]) -> Scrubber {
        let values: Vec<SecretString> = values.iter().map(|v| SecretString::from(*v)).collect();
        Scrubber::new(&values)
    }

    #[test]
    fn replaces_a_secret_in_every_form() {
        let value = "p@ss \"w<o>rd\"/&${x}";
        let scrubber = scrubber(&[value]);
        let go = r#"p@ss \"w\u003co\u003erd\"/\u0026${x}"#;
        let basic = STANDARD.encode(format!("admin:{value}"));
        for (line, clean) in [
            (format!("password = {value}!"), "password = [secret]!".to_owned()),
            (serde_json::json!({ "p": value }).to_string(), r#"{"p":"[secret]"}"#.into()),
            (format!("{{\"p\":\"{go}\"}}"), r#"{"p":"[secret]"}"#.into()),
            (r#"p = "p@ss \"w<o>rd\"/&$${x}""#.into(), r#"p = "[secret]""#.into()),
            (STANDARD.encode(value), MARK.into()),
            (
                format!("https://a:{}@b", utf8_percent_encode(value, UNRESERVED_STAY)),
                "https://a:[secret]@b".into(),
            ),
            ("q=p%40ss+%22w%3Co%3Erd%22%2F%26%24%7Bx%7D;".into(), "q=[secret];".into()),
            ("q=p%40ss%20%22w%3co%3erd%22%2f%26%24%7bx%7d;".into(), "q=[secret];".into()),
        ] {
            assert_eq!(scrubber.scrub(&line), clean, "{line}");
        }
        for prefix in ["", "a", "ab", "abc", "admin:"] {
            let line = STANDARD.encode(format!("{prefix}{value}:tail"));
            assert!(scrubber.scrub(&line).contains(MARK), "{prefix}: {line}");
        }
        assert!(scrubber.scrub(&basic).contains(MARK));
    }

    #[test]
    fn every_line_of_a_key_is_known() {
        let pem = "-----BEGIN KEY-----\nMIIEowIBAAKCAQ\nEA7bq2\n}\n-----END KEY-----\n";
        let scrubber = scrubber(&[pem]);
        assert_eq!(scrubber.scrub("      + MIIEowIBAAKCAQ"), "      + [secret]");
        assert_eq!(scrubber.scrub("EA7bq2"), "[secret]");
        assert_eq!(scrubber.scrub("}"), "}");
        let json = serde_json::to_string(pem).unwrap();
        assert_eq!(scrubber.scrub(&json), "\"[secret]\"");
    }

    #[test]
    fn a_line_end_behind_the_secret_hides_nothing() {
        assert_eq!(scrubber(&["abc\n"]).scrub("x abc y"), "x [secret] y");
    }

    #[test]
    fn overlapping_secrets_leave_no_rest() {
        let scrubber = scrubber(&["abcd", "cdef", "bc1"]);
        assert_eq!(scrubber.scrub("x abcdef y abcd,cdef"), "x [secret] y [secret],[secret]");
        assert_eq!(scrubber.scrub("abcdabcd"), "[secret][secret]");
    }

    #[test]
    fn short_values_and_other_lines_stay() {
        let scrubber = scrubber(&["", "ab", "é1"]);
        assert!(matches!(scrubber.scrub("ab é1 abc"), Cow::Borrowed("ab é1 abc")));
        assert!(matches!(scrubber.scrub(""), Cow::Borrowed("")));
        assert_eq!(format!("{scrubber:?}"), "Scrubber(3 values)");
    }

    #[test]
    fn many_lines_take_no_time() {
        let values: Vec<String> = (0..200).map(|i| format!("secret-value-{i}-of-many")).collect();
        let values: Vec<&str> = values.iter().map(String::as_str).collect();
        let scrubber = scrubber(&values);
        let line =
            "aws_db_instance.main: Still creating... [10s elapsed] with nothing to hide in it";
        let started = std::time::Instant::now();
        for _ in 0..50_000 {
            assert!(matches!(scrubber.scrub(line), Cow::Borrowed(_)));
        }
        // Unoptimised; a search per value would take minutes.
        assert!(started.elapsed().as_secs() < 10, "{:?}", started.elapsed());
    }

    proptest::proptest! {
        // Building a search is slow without optimisation.
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]

        #[test]
        fn no_known_value_is_left(
            values in proptest::collection::vec("[0-9A-Z]{3,12}", 1..5),
            pieces in proptest::collection::vec("[a-z0-9 ]{0,6}", 1..6),
        ) {
            let values: Vec<&str> = values.iter().map(String::as_str).collect();
            let scrubber = scrubber(&values);
            let mut line = String::new();
            for (i, piece) in pieces.iter().enumerate() {
                line.push_str(piece);
                line.push_str(values[i % values.len()]);
            }
            let clean = scrubber.scrub(&line);
            for value in &values {
                proptest::prop_assert!(!clean.contains(value), "{} in {}", value, clean);
            }
        }

        #[test]
        fn any_value_is_found_in_json_base64_and_a_url(value in "\\PC{3,20}", around in "[a-z]{0,5}") {
            let scrubber = scrubber(&[&value]);
            let json = serde_json::json!({ "v": value }).to_string();
            proptest::prop_assert_eq!(scrubber.scrub(&json), "{\"v\":\"[secret]\"}");
            let url = format!("{around}?{}", utf8_percent_encode(&value, NON_ALPHANUMERIC));
            let clean = format!("{around}?[secret]");
            proptest::prop_assert_eq!(scrubber.scrub(&url), clean);
            let encoded = STANDARD.encode(&value);
            proptest::prop_assert_eq!(scrubber.scrub(&encoded), MARK);
        }

        #[test]
        fn any_line_survives(values in proptest::collection::vec(".{0,20}", 0..4), line: String) {
            let values: Vec<&str> = values.iter().map(String::as_str).collect();
            let _clean = scrubber(&values).scrub(&line);
        }
    }
}
