//! A field of a CSV file: RFC 4180, and nothing that a spreadsheet would run.

/// In quotes, quotes doubled. An apostrophe goes before a field that a spreadsheet would take for a formula.
pub fn quoted(field: &str) -> String {
    let guard = if is_formula(field) { "'" } else { "" };
    format!("\"{guard}{}\"", field.replace('"', "\"\""))
}

/// What OWASP's page on CSV injection lists, the signs' full-width forms included.
fn is_formula(field: &str) -> bool {
    field.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
}
