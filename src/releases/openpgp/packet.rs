//! OpenPGP's packets (RFC 9580): where each begins and ends, and ASCII armor around them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::OpenPgpError;

/// What a packet is; others are of no use here.
pub(super) const SIGNATURE: u8 = 2;
pub(super) const PUBLIC_KEY: u8 = 6;
pub(super) const USER_ID: u8 = 13;
pub(super) const PUBLIC_SUBKEY: u8 = 14;

pub(super) struct Packet<'a> {
    pub(super) tag: u8,
    pub(super) body: &'a [u8],
}

/// The packets of a file that is not armored (any more).
pub(super) fn packets(mut bytes: &[u8]) -> Result<Vec<Packet<'_>>, OpenPgpError> {
    let mut packets = Vec::new();
    while let Some((&head, rest)) = bytes.split_first() {
        if head & 0x80 == 0 {
            return Err(OpenPgpError::Malformed(
                "a packet begins with another byte than packets do",
            ));
        }
        let (tag, length, rest) = match head & 0x40 {
            0 => old_length(head, rest)?,
            _ => new_length(head, rest)?,
        };
        let (body, rest) = take(rest, length)?;
        packets.push(Packet { tag, body });
        bytes = rest;
    }
    Ok(packets)
}

/// The first `n` bytes, and those behind them.
pub(super) fn take(bytes: &[u8], n: usize) -> Result<(&[u8], &[u8]), OpenPgpError> {
    bytes.split_at_checked(n).ok_or(OpenPgpError::Malformed("it ends too early"))
}

/// A big-endian number of these bytes; at most eight of them.
pub(super) fn number(bytes: &[u8]) -> usize {
    bytes.iter().fold(0, |sum, byte| (sum << 8) | usize::from(*byte))
}

/// A multiprecision integer (two bytes say its length in bits), and what is behind it.
pub(super) fn integer(bytes: &[u8]) -> Result<(&[u8], &[u8]), OpenPgpError> {
    let (bits, rest) = take(bytes, 2)?;
    take(rest, number(bits).div_ceil(8))
}

/// The length of a packet as new formats and subpackets write it; partial lengths are for streams.
pub(super) fn length(bytes: &[u8]) -> Result<(usize, &[u8]), OpenPgpError> {
    let (&first, rest) = bytes.split_first().ok_or(OpenPgpError::Malformed("it ends too early"))?;
    match first {
        0..=191 => Ok((usize::from(first), rest)),
        192..=223 => {
            let (second, rest) = take(rest, 1)?;
            Ok(((usize::from(first) - 192) * 256 + number(second) + 192, rest))
        }
        255 => {
            let (four, rest) = take(rest, 4)?;
            Ok((number(four), rest))
        }
        _ => Err(OpenPgpError::Malformed("a packet comes in parts")),
    }
}

/// The bytes of a file, whether or not it is armored.
pub(super) fn dearmored(file: &[u8]) -> Result<Vec<u8>, OpenPgpError> {
    let Some(text) = std::str::from_utf8(file).ok().filter(|text| text.contains("-----BEGIN PGP"))
    else {
        return Ok(file.to_vec());
    };
    let mut bytes = Vec::new();
    let mut lines = text.lines().map(str::trim);
    while lines.any(|line| line.starts_with("-----BEGIN PGP")) {
        // Headers such as `Comment:` end with an empty line.
        let mut base64 = String::new();
        for line in lines.by_ref().skip_while(|line| !line.is_empty()) {
            // A checksum against noise on the line; the signatures inside say more.
            if line.starts_with('=') || line.starts_with("-----END") {
                break;
            }
            base64.push_str(line);
        }
        let block = STANDARD.decode(base64);
        bytes.extend(block.map_err(|_| OpenPgpError::Malformed("its armor is no base64"))?);
    }
    Ok(bytes)
}

fn old_length(head: u8, rest: &[u8]) -> Result<(u8, usize, &[u8]), OpenPgpError> {
    let size = match head & 0x03 {
        0 => 1,
        1 => 2,
        2 => 4,
        _ => return Err(OpenPgpError::Malformed("a packet says no length")),
    };
    let (bytes, rest) = take(rest, size)?;
    Ok(((head >> 2) & 0x0f, number(bytes), rest))
}

fn new_length(head: u8, rest: &[u8]) -> Result<(u8, usize, &[u8]), OpenPgpError> {
    let (length, rest) = length(rest)?;
    Ok((head & 0x3f, length, rest))
}
