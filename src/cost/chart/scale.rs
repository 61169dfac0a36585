//! Where the lines of an axis are.

use rust_decimal::Decimal;

use crate::domain::cost::amount;

/// An axis from nothing up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Scale {
    /// The amounts of its lines, from nothing to the top.
    pub lines: Vec<Decimal>,
    pub labels: Vec<String>,
}

impl Scale {
    /// With four to eight lines at round amounts, the last of them not below `most`.
    pub fn upto(most: Decimal, currency: &str) -> Scale {
        let most = if most.is_zero() { Decimal::ONE } else { most };
        let step = step(most);
        let mut lines = vec![Decimal::ZERO];
        while lines.last().is_some_and(|top| *top < most) || lines.len() < 2 {
            lines.push(step * Decimal::from(lines.len()));
        }
        let labels = lines.iter().map(|line| label(*line, step, currency)).collect();
        Scale { lines, labels }
    }

    pub fn top(&self) -> Decimal {
        self.lines.last().copied().unwrap_or(Decimal::ONE)
    }
}

/// 1, 2 or 5 of some power of ten, of which four to eight make the most.
fn step(most: Decimal) -> Decimal {
    let mut power = Decimal::new(1, 4);
    loop {
        for factor in [1, 2, 5] {
            let step = power * Decimal::from(factor);
            if step * Decimal::from(6) >= most {
                return step;
            }
        }
        power *= Decimal::TEN;
    }
}

/// Whole amounts without their cents; tiny ones with all of their digits.
fn label(line: Decimal, step: Decimal, currency: &str) -> String {
    let text = amount(currency, line);
    if step >= Decimal::ONE {
        return text.strip_suffix(".00").map_or(text.clone(), str::to_owned);
    }
    if step >= Decimal::new(1, 2) || line.is_zero() {
        return text;
    }
    let (coin, _) =
        text.trim_start_matches("under ").split_at(if currency == "USD" { 1 } else { 4 });
    format!("{coin}{}", line.normalize())
}
