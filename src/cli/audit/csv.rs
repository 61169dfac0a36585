//! An export for spreadsheets: RFC 4180. It is for reading; what is verified is JSONL.

use std::io::Write;

use crate::domain::audit::Entry;
use crate::domain::csv::quoted;

/// The first record.
pub(super) const HEADER: [&str; 11] = [
    "seq",
    "chain",
    "position",
    "environment",
    "run",
    "time",
    "at",
    "actor",
    "action",
    "detail",
    "hash",
];

/// An entry's fields, in the order of [`HEADER`]. The time is written out besides, in UTC.
pub(super) fn fields(entry: &Entry) -> [String; 11] {
    [
        entry.seq.to_string(),
        entry.chain.clone(),
        entry.position.to_string(),
        entry.environment_id.clone().unwrap_or_default(),
        entry.run_id.clone().unwrap_or_default(),
        entry.at.utc().to_rfc3339_opts(chrono::SecondsFormat::Millis, true),
        entry.at.0.to_string(),
        entry.actor.clone(),
        entry.action.clone(),
        entry.detail.clone(),
        entry.hash.clone(),
    ]
}

/// Writes a record: every field in quotes, CRLF at the end.
pub(super) fn write<W: Write, F: AsRef<str>>(out: &mut W, fields: &[F]) -> std::io::Result<()> {
    let fields: Vec<String> = fields.iter().map(|field| quoted(field.as_ref())).collect();
    write!(out, "{}\r\n", fields.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(fields: &[&str]) -> String {
        let mut out = Vec::new();
        write(&mut out, fields).expect("a buffer takes it");
        String::from_utf8(out).expect("is text")
    }

    #[test]
    fn records_are_quoted_as_rfc_4180_says() {
        assert_eq!(
            record(&["a", "b,c", "d\"e\r\nf", ""]),
            "\"a\",\"b,c\",\"d\"\"e\r\nf\",\"\"\r\n"
        );
    }

    #[test]
    fn no_field_is_a_formula() {
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "－1"] {
            assert_eq!(record(&[formula]), format!("\"'{formula}\"\r\n"));
        }
        assert_eq!(record(&["{\"a\":\"=1\"}"]), "\"{\"\"a\"\":\"\"=1\"\"}\"\r\n");
    }
}
