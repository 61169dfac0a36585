//! One value by one verb of Go's `fmt`.

use regorus::Value;

use super::quote::{quoted, quoted_ascii, quoted_character, written};

/// A value as OPA hands it to `fmt`.
#[derive(Debug, Clone)]
pub(super) enum Argument {
    Integer(i64),
    /// A whole number that is longer, in decimal digits.
    Big(String),
    Float(f64),
    /// A string, or anything else as OPA writes it.
    Text(String),
}

impl Argument {
    pub fn of(value: &Value) -> Argument {
        match value {
            Value::String(text) => Argument::Text(text.to_string()),
            // How it is written decides, as in OPA: `1e21` is no integer.
            Value::Number(number) if !value.to_string().contains(['.', 'e', 'E']) => {
                match number.as_i64() {
                    Some(number) => Argument::Integer(number),
                    None => Argument::Big(number.format_decimal()),
                }
            }
            Value::Number(number) => {
                let text = value.to_string();
                number
                    .as_f64()
                    .or_else(|| text.parse().ok())
                    .map_or(Argument::Text(text), Argument::Float)
            }
            other => Argument::Text(written(other)),
        }
    }

    pub fn type_name(&self) -> &'static str {
        match self {
            Argument::Integer(_) => "int64",
            Argument::Big(_) => "*big.Int",
            Argument::Float(_) => "float64",
            Argument::Text(_) => "string",
        }
    }
}

/// What stands between `%` and the verb.
#[derive(Debug, Clone, Default)]
pub(super) struct Flags {
    pub width: Option<usize>,
    pub precision: Option<usize>,
    minus: bool,
    plus: bool,
    sharp: bool,
    space: bool,
    zero: bool,
}

impl Flags {
    /// The flags at the beginning, and what is behind them.
    pub fn read(format: &str) -> (Flags, &str) {
        let mut flags = Flags::default();
        let end = format.find(|one: char| !"#0+- ".contains(one)).unwrap_or(format.len());
        for one in format[..end].chars() {
            match one {
                '#' => flags.sharp = true,
                '0' => flags.zero = true,
                '+' => flags.plus = true,
                '-' => flags.minus = true,
                _ => flags.space = true,
            }
        }
        flags.zero &= !flags.minus;
        (flags, &format[end..])
    }

    /// A width that came as an argument: a negative one means to the left.
    pub fn set_width(&mut self, width: i64) {
        self.minus |= width < 0;
        self.zero &= !self.minus;
        self.width = usize::try_from(width.unsigned_abs()).ok();
    }

    fn padded(&self, text: String) -> String {
        let missing = self.width.unwrap_or(0).saturating_sub(text.chars().count());
        match (self.minus, self.zero) {
            (true, _) => text + &" ".repeat(missing),
            (false, true) => "0".repeat(missing) + &text,
            (false, false) => " ".repeat(missing) + &text,
        }
    }

    fn padded_with_spaces(&self, text: String) -> String {
        Flags { zero: false, ..self.clone() }.padded(text)
    }

    fn sign(&self, negative: bool) -> &'static str {
        match (negative, self.plus, self.space) {
            (true, _, _) => "-",
            (false, true, _) => "+",
            (false, false, true) => " ",
            (false, false, false) => "",
        }
    }

    fn cut(&self, text: &str) -> String {
        text.chars().take(self.precision.unwrap_or(usize::MAX)).collect()
    }
}

/// The value by this verb; none where the verb is not for it.
pub(super) fn rendered(value: &Argument, verb: char, flags: &Flags) -> Option<String> {
    if verb == 'T' {
        return Some(flags.padded(flags.cut(value.type_name())));
    }
    match value {
        Argument::Text(text) => of_text(text, verb, flags),
        Argument::Integer(number) => of_integer(*number, verb, flags),
        Argument::Big(digits) => match verb {
            'd' | 'v' | 's' => {
                let (negative, digits) = match digits.strip_prefix('-') {
                    Some(digits) => (true, digits),
                    None => (false, digits.as_str()),
                };
                Some(of_digits(digits.to_owned(), negative, "", flags))
            }
            _ => None,
        },
        Argument::Float(number) => of_float(*number, verb, flags),
    }
}

/// As `%v` of an argument that nobody asked for.
pub(super) fn plain(value: &Argument) -> String {
    rendered(value, 'v', &Flags::default()).unwrap_or_default()
}

/// What stands in the text where the verb is not for the value.
pub(super) fn bad_verb(value: &Argument, verb: char, flags: &Flags) -> String {
    let shown = rendered(value, 'v', flags).unwrap_or_default();
    let name = value.type_name().trim_start_matches('*');
    format!("%!{verb}({name}={shown})")
}

fn of_text(text: &str, verb: char, flags: &Flags) -> Option<String> {
    match verb {
        'v' if flags.sharp => Some(flags.padded(quoted(text))),
        's' | 'v' => Some(flags.padded(flags.cut(text))),
        'q' => Some(flags.padded(quoted_by(&flags.cut(text), flags))),
        'x' | 'X' => {
            let bytes = &text.as_bytes()[..flags.precision.unwrap_or(usize::MAX).min(text.len())];
            let lower = bytes.iter().map(|byte| format!("{byte:02x}"));
            let (between, before) = match (flags.space, flags.sharp) {
                (true, true) => (" 0x", "0x"),
                (true, false) => (" ", ""),
                (false, true) => ("", "0x"),
                (false, false) => ("", ""),
            };
            let hex = lower.collect::<Vec<String>>().join(between);
            let hex = if hex.is_empty() { hex } else { format!("{before}{hex}") };
            Some(flags.padded(if verb == 'X' { hex.to_uppercase() } else { hex }))
        }
        _ => None,
    }
}

fn quoted_by(text: &str, flags: &Flags) -> String {
    let raw = |text: &str| {
        !text.contains('`') && !text.chars().any(|one| one.is_control() && one != '\t')
    };
    match (flags.sharp, flags.plus) {
        (true, _) if raw(text) => format!("`{text}`"),
        (_, true) => quoted_ascii(text),
        _ => quoted(text),
    }
}

fn of_integer(number: i64, verb: char, flags: &Flags) -> Option<String> {
    let negative = number < 0;
    let size = number.unsigned_abs();
    let character = || u32::try_from(number).ok().and_then(char::from_u32).unwrap_or('\u{FFFD}');
    let sharp = |prefix: &'static str| if flags.sharp { prefix } else { "" };
    let (digits, prefix) = match verb {
        'd' | 'v' => (size.to_string(), ""),
        'b' => (format!("{size:b}"), sharp("0b")),
        'o' => (format!("{size:o}"), sharp("0")),
        'O' => (format!("{size:o}"), "0o"),
        'x' => (format!("{size:x}"), sharp("0x")),
        'X' => (format!("{size:X}"), sharp("0X")),
        'c' => return Some(flags.padded(character().to_string())),
        'q' => return Some(flags.padded(quoted_character(character()))),
        'U' => {
            let code = format!("U+{size:04X}");
            let shown = if flags.sharp { format!("{code} '{}'", character()) } else { code };
            return Some(flags.padded_with_spaces(shown));
        }
        _ => return None,
    };
    Some(of_digits(digits, negative, prefix, flags))
}

fn of_digits(digits: String, negative: bool, prefix: &str, flags: &Flags) -> String {
    if flags.precision == Some(0) && digits == "0" {
        return flags.padded_with_spaces(String::new());
    }
    let sign = flags.sign(negative);
    let least = match (flags.precision, flags.zero, flags.width) {
        (Some(least), _, _) => least,
        (None, true, Some(width)) => width.saturating_sub(sign.len()),
        _ => 0,
    };
    let zeros = "0".repeat(least.saturating_sub(digits.len()));
    flags.padded_with_spaces(format!("{sign}{prefix}{zeros}{digits}"))
}

fn of_float(number: f64, verb: char, flags: &Flags) -> Option<String> {
    let size = number.abs();
    let digits = match verb {
        'f' | 'F' => format!("{size:.*}", flags.precision.unwrap_or(6)),
        'e' | 'E' => with_exponent(&format!("{size:.*e}", flags.precision.unwrap_or(6))),
        'g' | 'G' | 'v' => shortest(size, flags.precision),
        _ => return None,
    };
    let digits = if verb.is_uppercase() { digits.to_uppercase() } else { digits };
    let sign = flags.sign(number.is_sign_negative());
    let width = flags.width.unwrap_or(0);
    Some(match flags.zero {
        // The zeros stand behind the sign.
        true => {
            format!("{sign}{}{digits}", "0".repeat(width.saturating_sub(sign.len() + digits.len())))
        }
        false => flags.padded(format!("{sign}{digits}")),
    })
}

/// `1.5e6` as Go writes it: `1.5e+06`.
fn with_exponent(rust: &str) -> String {
    let (digits, exponent) = rust.split_once('e').unwrap_or((rust, "0"));
    let (sign, exponent) = match exponent.strip_prefix('-') {
        Some(exponent) => ('-', exponent),
        None => ('+', exponent),
    };
    format!("{digits}e{sign}{exponent:0>2}")
}

/// `%g`: so many digits, or as few as name the number, with an exponent where that is shorter.
fn shortest(size: f64, precision: Option<usize>) -> String {
    let written = match precision {
        Some(precision) => format!("{size:.*e}", precision.max(1) - 1),
        None => format!("{size:e}"),
    };
    let (digits, exponent) = written.split_once('e').unwrap_or((&written, "0"));
    let digits = match digits.contains('.') {
        true => digits.trim_end_matches('0').trim_end_matches('.'),
        false => digits,
    };
    let exponent: i32 = exponent.parse().unwrap_or_default();
    let count = digits.chars().filter(char::is_ascii_digit).count() as i32;
    // As `strconv` decides it: 6 where nobody said how many digits.
    let most = match precision {
        Some(precision) => {
            let most = precision.max(1) as i32;
            if most > count && count > exponent { count } else { most }
        }
        None => 6,
    };
    if exponent < -4 || exponent >= most {
        return with_exponent(&format!("{digits}e{exponent}"));
    }
    let places = usize::try_from(count - 1 - exponent).unwrap_or(0);
    format!("{:.*}", places, format!("{digits}e{exponent}").parse::<f64>().unwrap_or(size))
}
