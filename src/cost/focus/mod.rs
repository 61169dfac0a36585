//! The export for FinOps tools: FOCUS 1.2, as CSV.
//!
//! Source of columns, nullability and allowed values: the FinOps Open Cost and Usage Specification, tag v1.2
//! (`specification/columns`, `specification/attributes`). Written are all that are mandatory, the recommended
//! ones that are known, and the conditional ones whose condition holds. Columns of SKUs are not among them: a row
//! is what all rates of a resource type come to, which no price list has as one. What is null is an empty field without
//! quotes; what nobody knows the price of has no row, and is counted in `x_UnpricedResources`.

mod names;
mod row;

use std::io::{self, Write};

pub use row::{CostRow, TypeRate, by_type};

use crate::domain::csv::quoted;
use row::Field;

/// Writes the header and a record for each row; the bill is the installation's, by its id. FOCUS's columns come first and Mayfly's own after them, by name.
pub fn write<W: Write>(rows: &[CostRow], installation: &str, out: &mut W) -> io::Result<()> {
    let names: Vec<String> = row::COLUMNS.iter().map(|(name, _)| quoted(name)).collect();
    write!(out, "{}\r\n", names.join(","))?;
    for row in rows {
        let fields = row::COLUMNS.iter().map(|(_, field)| written(field(row, installation)));
        write!(out, "{}\r\n", fields.collect::<Vec<_>>().join(","))?;
    }
    Ok(())
}

fn written(field: Field) -> String {
    match field {
        Field::Null => String::new(),
        // A text of nothing is no value either; the specification forbids empty ones.
        Field::Text(text) if text.trim().is_empty() => String::new(),
        Field::Text(text) => quoted(&text),
        Field::Number(number) => number.normalize().to_string(),
        Field::Time(at) => at.utc().to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
    }
}
