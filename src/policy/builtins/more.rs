//! Functions that the engine lacks, and one that it gets wrong.

use std::net::IpAddr;

use anyhow::{Result, anyhow, bail};
use hmac::{Hmac, KeyInit as _, Mac as _};
use regorus::Value;
use sha2::{Digest as _, Sha256};

use super::{argument, integer, kind, string};

/// How often a text is in another, as Go's `strings.Count`: the engine's own panics at an empty text.
pub(super) fn count(arguments: &[Value]) -> Result<Value> {
    let (text, wanted) = (string(arguments, 1)?, string(arguments, 2)?);
    let found = match wanted.is_empty() {
        true => text.chars().count() + 1,
        false => text.matches(wanted).count(),
    };
    Ok(Value::from(found as u64))
}

pub(super) fn split_n(arguments: &[Value]) -> Result<Value> {
    let (text, between, most) =
        (string(arguments, 1)?, string(arguments, 2)?, integer(arguments, 3)?);
    let parts: Vec<Value> = match usize::try_from(most) {
        Ok(most) => text.splitn(most, between).map(Value::from).collect(),
        Err(_) => text.split(between).map(Value::from).collect(),
    };
    Ok(Value::from(parts))
}

/// A collection as it is; anything else is undefined.
pub(super) fn iterable(arguments: &[Value]) -> Result<Value> {
    match argument(arguments, 1)? {
        value @ (Value::Array(_) | Value::Set(_) | Value::Object(_)) => Ok(value.clone()),
        _ => Ok(Value::Undefined),
    }
}

/// As Go's `strconv.ParseFloat` takes numbers in decimal digits: `007` is 7, and ` 4` is none.
pub(super) fn to_number(arguments: &[Value]) -> Result<Value> {
    match argument(arguments, 1)? {
        Value::Null | Value::Bool(false) => Ok(Value::from(0)),
        Value::Bool(true) => Ok(Value::from(1)),
        value @ Value::Number(_) => Ok(value.clone()),
        Value::String(text) => number(text).ok_or_else(|| anyhow!("`{text}` is no number")),
        other => bail!("argument 1 is {}", kind(other)),
    }
}

/// In the syntax of JSON, which is what the engine reads, once signs and zeros are as there.
fn number(text: &str) -> Option<Value> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let fits = |one: char| one.is_ascii_digit() || matches!(one, '.' | 'e' | 'E' | '+' | '-');
    if !digits.starts_with(|one: char| one.is_ascii_digit() || one == '.')
        || !digits.chars().all(fits)
    {
        return None;
    }
    // What Rust takes is what Go takes, among these characters.
    digits.parse::<f64>().ok().filter(|number| number.is_finite())?;
    let digits = digits.trim_start_matches('0');
    let digits = match digits.chars().next() {
        Some('0'..='9') => digits.to_owned(),
        _ => format!("0{digits}"),
    };
    // `5.` and `5.e3` are numbers in Go.
    let digits = match digits.split_once('.') {
        Some((whole, rest)) if !rest.starts_with(|one: char| one.is_ascii_digit()) => {
            format!("{whole}{rest}")
        }
        _ => digits,
    };
    match digits == "0" {
        // A zero has no sign.
        true => Some(Value::from(0)),
        false => Value::from_json_str(&format!("{sign}{digits}")).ok(),
    }
}

pub(super) fn is_semver(arguments: &[Value]) -> Result<Value> {
    Ok(Value::Bool(string(arguments, 1).is_ok_and(|text| version(text).is_ok())))
}

pub(super) fn compare_semver(arguments: &[Value]) -> Result<Value> {
    let (one, other) = (version(string(arguments, 1)?)?, version(string(arguments, 2)?)?);
    Ok(Value::from(one.cmp_precedence(&other) as i64))
}

/// With `v` before it or without.
fn version(text: &str) -> Result<semver::Version> {
    semver::Version::parse(text.strip_prefix('v').unwrap_or(text))
        .map_err(|_| anyhow!("`{text}` is no version"))
}

/// One level of arrays within arrays.
pub(super) fn flatten(arguments: &[Value]) -> Result<Value> {
    let Value::Array(array) = argument(arguments, 1)? else {
        bail!("argument 1 has to be an array and is {}", kind(argument(arguments, 1)?));
    };
    let mut flat = Vec::new();
    for value in array.iter() {
        match value {
            Value::Array(inner) => flat.extend(inner.iter().cloned()),
            value => flat.push(value.clone()),
        }
    }
    Ok(Value::from(flat))
}

pub(super) fn cidr_intersects(arguments: &[Value]) -> Result<Value> {
    let (one, other) = (network(string(arguments, 1)?)?, network(string(arguments, 2)?)?);
    Ok(Value::Bool(one.contains(&other) || other.contains(&one)))
}

/// Whether an address, or a network, is in a network.
pub(super) fn cidr_contains(arguments: &[Value]) -> Result<Value> {
    let (outer, inner) = (network(string(arguments, 1)?)?, string(arguments, 2)?);
    let inner = match inner.parse::<IpAddr>() {
        Ok(address) => Network::of(address, if address.is_ipv4() { 32 } else { 128 })?,
        Err(_) => network(inner)?,
    };
    Ok(Value::Bool(outer.contains(&inner)))
}

pub(super) fn sha256(arguments: &[Value]) -> Result<Value> {
    Ok(Value::from(hex::encode(Sha256::digest(string(arguments, 1)?))))
}

pub(super) fn sha1(arguments: &[Value]) -> Result<Value> {
    let digest = ring::digest::digest(
        &ring::digest::SHA1_FOR_LEGACY_USE_ONLY,
        string(arguments, 1)?.as_bytes(),
    );
    Ok(Value::from(hex::encode(digest)))
}

pub(super) fn hmac_sha256(arguments: &[Value]) -> Result<Value> {
    let mut mac = Hmac::<Sha256>::new_from_slice(string(arguments, 2)?.as_bytes())
        .map_err(|error| anyhow!("argument 2: {error}"))?;
    mac.update(string(arguments, 1)?.as_bytes());
    Ok(Value::from(hex::encode(mac.finalize().into_bytes())))
}

pub(super) fn equal(arguments: &[Value]) -> Result<Value> {
    let (one, other) = (string(arguments, 1)?.as_bytes(), string(arguments, 2)?.as_bytes());
    Ok(Value::Bool(constant_time_eq::constant_time_eq(one, other)))
}

struct Network {
    v4: bool,
    bits: u128,
    length: u32,
}

impl Network {
    fn of(address: IpAddr, length: u32) -> Result<Network> {
        let (v4, bits) = match address {
            IpAddr::V4(address) => (true, u128::from(u32::from(address)) << 96),
            IpAddr::V6(address) => (false, u128::from(address)),
        };
        match length <= if v4 { 32 } else { 128 } {
            true => Ok(Network { v4, bits, length }),
            false => bail!("/{length} is no length of a network"),
        }
    }

    fn contains(&self, other: &Network) -> bool {
        let mask = u128::MAX.checked_shl(128 - self.length).unwrap_or(0);
        self.v4 == other.v4 && self.length <= other.length && self.bits & mask == other.bits & mask
    }
}

fn network(text: &str) -> Result<Network> {
    let wrong = || anyhow!("`{text}` is no network");
    let (address, length) = text.split_once('/').ok_or_else(wrong)?;
    let length: u32 = length.parse().map_err(|_| wrong())?;
    Network::of(address.parse().map_err(|_| wrong())?, length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn called(function: fn(&[Value]) -> Result<Value>, arguments: &str) -> String {
        let arguments = Value::from_json_str(arguments).unwrap();
        match function(&arguments.as_array().unwrap().iter().cloned().collect::<Vec<Value>>()) {
            Ok(value) => value.to_string(),
            Err(error) => format!("error: {error}"),
        }
    }

    #[test]
    fn counting_an_empty_text_panics_no_more() {
        assert_eq!(called(count, r#"["äx", ""]"#), "3");
        assert_eq!(called(count, r#"["aaaa", "aa"]"#), "2");
    }

    #[test]
    fn networks_are_compared() {
        assert_eq!(called(cidr_intersects, r#"["10.0.0.0/8", "10.2.0.0/16"]"#), "true");
        assert_eq!(called(cidr_intersects, r#"["10.2.0.0/16", "10.0.0.0/8"]"#), "true");
        assert_eq!(called(cidr_intersects, r#"["10.0.0.0/16", "10.1.0.0/16"]"#), "false");
        assert_eq!(called(cidr_intersects, r#"["0.0.0.0/0", "::/0"]"#), "false");
        assert_eq!(called(cidr_contains, r#"["10.0.0.0/8", "10.255.0.1"]"#), "true");
        assert_eq!(called(cidr_contains, r#"["10.0.0.0/8", "11.0.0.1"]"#), "false");
        assert_eq!(called(cidr_contains, r#"["fd00::/8", "fd12::1"]"#), "true");
        assert!(called(cidr_intersects, r#"["10.0.0.0/33", "10.0.0.0/8"]"#).starts_with("error"));
    }

    #[test]
    fn numbers_are_read_as_in_go() {
        for (text, number) in [
            ("10", "10"),
            ("-3.5", "-3.5"),
            ("007", "7"),
            ("+5", "5"),
            ("00", "0"),
            ("0.50", "0.5"),
            (".5", "0.5"),
            ("5.", "5"),
            ("-0", "0"),
            ("1e3", "1000"),
        ] {
            assert_eq!(called(to_number, &format!("[{text:?}]")), number, "{text}");
        }
        for text in ["", " 4", "4 ", "x", "0x10", "1e", "inf", "NaN", "--1", "1_000", "1e999"] {
            assert!(called(to_number, &format!("[{text:?}]")).starts_with("error"), "{text}");
        }
    }

    #[test]
    fn digests_are_those_of_everybody() {
        assert_eq!(
            called(sha256, r#"["abc"]"#),
            "\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\""
        );
        assert_eq!(called(sha1, r#"["abc"]"#), "\"a9993e364706816aba3e25717850c26c9cd0d89d\"");
        assert_eq!(
            called(hmac_sha256, r#"["what do ya want for nothing?", "Jefe"]"#),
            "\"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843\""
        );
    }
}
