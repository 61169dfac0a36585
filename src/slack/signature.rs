//! Slack's request signature: `v0=` and the HMAC-SHA256 of `v0:{timestamp}:{raw body}`, in hex.
//! <https://docs.slack.dev/authentication/verifying-requests-from-slack>

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

use crate::domain::{Span, Timestamp};

/// The header with the time of signing, in seconds since the epoch.
pub const TIMESTAMP_HEADER: &str = "x-slack-request-timestamp";
/// The header with the signature.
pub const SIGNATURE_HEADER: &str = "x-slack-signature";
/// How far the signing time may be from now, either way: Slack's five minutes.
pub const LARGEST_AGE: Span = Span::minutes(5);

/// What a request says about itself: the two headers, as they came.
#[derive(Debug, Clone, Copy)]
pub struct Signed<'a> {
    pub timestamp: &'a str,
    pub signature: &'a str,
}

/// Why a request is not believed to be Slack's. For the log; the answer is a bare 401.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    #[error("the timestamp header is no number of seconds")]
    BadTimestamp,
    #[error("the request was signed more than 5 minutes from now: is this machine's clock right?")]
    Stale,
    #[error("the signature header is not `v0=` and 64 hex digits")]
    Malformed,
    #[error("the signature does not fit the body: is the signing secret right?")]
    Wrong,
}

/// Checks that Slack signed this body, now or at most five minutes away. `now` is real time. The
/// comparison takes the same time whatever the signature is.
pub fn verify(
    signing_secret: &SecretString,
    signed: Signed<'_>,
    body: &[u8],
    now: Timestamp,
) -> Result<(), SignatureError> {
    // Slack writes plain digits: a sign or spaces would let one signature go under several headers.
    if !signed.timestamp.bytes().all(|b| b.is_ascii_digit()) {
        return Err(SignatureError::BadTimestamp);
    }
    let seconds: i64 = signed.timestamp.parse().map_err(|_| SignatureError::BadTimestamp)?;
    let signing_time = Timestamp(seconds.saturating_mul(1000));
    let age = (now - signing_time).millis().max((signing_time - now).millis());
    if age > LARGEST_AGE.millis() {
        return Err(SignatureError::Stale);
    }
    let digits = signed.signature.strip_prefix("v0=").ok_or(SignatureError::Malformed)?;
    let mut given = [0u8; 32];
    hex::decode_to_slice(digits, &mut given).map_err(|_| SignatureError::Malformed)?;
    mac(signing_secret, signed.timestamp, body)
        .verify_slice(&given)
        .map_err(|_| SignatureError::Wrong)
}

/// The signature header for a body, as Slack would write it: for the playground and for tests.
pub fn sign(signing_secret: &SecretString, timestamp: &str, body: &[u8]) -> String {
    let digest = mac(signing_secret, timestamp, body).finalize().into_bytes();
    format!("v0={}", hex::encode(digest))
}

fn mac(signing_secret: &SecretString, timestamp: &str, body: &[u8]) -> Hmac<Sha256> {
    let key = signing_secret.expose_secret().as_bytes();
    let keyed = <Hmac<Sha256> as KeyInit>::new_from_slice(key);
    // HMAC takes keys of any length, so this cannot fail.
    let mut mac = keyed.expect("HMAC takes keys of any length");
    for part in [b"v0:", timestamp.as_bytes(), b":", body] {
        mac.update(part);
    }
    mac
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_531_420_618_000);

    fn secret() -> SecretString {
        SecretString::from("8f742231b10e8888abcd99yyyzzz85a5")
    }

    /// The example of Slack's documentation.
    const BODY: &[u8] = b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
    const SIGNATURE: &str = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503";

    fn check(
        timestamp: &str,
        signature: &str,
        body: &[u8],
        now: Timestamp,
    ) -> Result<(), SignatureError> {
        verify(&secret(), Signed { timestamp, signature }, body, now)
    }

    #[test]
    fn slacks_own_example_passes() {
        assert_eq!(check("1531420618", SIGNATURE, BODY, NOW), Ok(()));
        assert_eq!(sign(&secret(), "1531420618", BODY), SIGNATURE);
    }

    #[test]
    fn five_minutes_pass_each_way_and_a_moment_more_does_not() {
        let edge = Span::minutes(5);
        let beyond = Span::from_millis(edge.millis() + 1);
        assert_eq!(check("1531420618", SIGNATURE, BODY, NOW + edge), Ok(()));
        assert_eq!(check("1531420618", SIGNATURE, BODY, NOW - edge), Ok(()));
        assert_eq!(check("1531420618", SIGNATURE, BODY, NOW + beyond), Err(SignatureError::Stale));
        assert_eq!(check("1531420618", SIGNATURE, BODY, NOW - beyond), Err(SignatureError::Stale));
    }

    #[test]
    fn what_is_changed_is_refused() {
        let wrong = Err(SignatureError::Wrong);
        assert_eq!(check("1531420618", SIGNATURE, &BODY[1..], NOW), wrong);
        assert_eq!(check("1531420619", SIGNATURE, BODY, NOW), wrong);
        assert_eq!(check("01531420618", SIGNATURE, BODY, NOW), wrong);
        let other = verify(
            &SecretString::from("another"),
            Signed { timestamp: "1531420618", signature: SIGNATURE },
            BODY,
            NOW,
        );
        assert_eq!(other, wrong);
    }

    #[test]
    fn garbage_in_the_headers_is_refused() {
        for timestamp in ["soon", "-1", "+1531420618", " 1531420618", "99999999999999999999", ""] {
            assert_eq!(check(timestamp, SIGNATURE, BODY, NOW), Err(SignatureError::BadTimestamp));
        }
        assert_eq!(check("9223372036854775807", SIGNATURE, BODY, NOW), Err(SignatureError::Stale));
        for signature in ["", "v0=", "v0=zz", "v1=aa", &SIGNATURE[3..], &SIGNATURE[..66]] {
            let refused = check("1531420618", signature, BODY, NOW);
            assert_eq!(refused, Err(SignatureError::Malformed), "{signature}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_changed_byte_is_refused(body: Vec<u8>, at: usize, flip in 1u8..) {
            let signature = sign(&secret(), "1531420618", &body);
            proptest::prop_assert_eq!(check("1531420618", &signature, &body, NOW), Ok(()));
            let mut changed = body.clone();
            if changed.is_empty() { changed.push(flip) } else { let i = at % changed.len(); changed[i] ^= flip }
            proptest::prop_assert_eq!(
                check("1531420618", &signature, &changed, NOW), Err(SignatureError::Wrong));
        }
    }
}
