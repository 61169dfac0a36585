//! Bad requests, each made of one that the bot has accepted.

use mayfly::domain::clock::real_now;
use mayfly::playground::{Delivered, DeliveredKind};
use mayfly::slack::signature::sign;
use secrecy::SecretString;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::wire::{Attempt, Framing};

/// Slack's signatures are good for so long, either way; in seconds.
const GOOD_FOR: i64 = 300;
/// More than the requests of one kind take: a time ahead comes nearer meanwhile.
const MEANWHILE: i64 = 600;
/// The largest body that the bot takes.
const LARGEST: usize = 1 << 20;
/// The longest id that the bot takes.
const LONGEST_ID: usize = 255;

/// What is bad about a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Not signed by Slack.
    Forged,
    /// Signed by Slack at another time.
    Stale,
    /// Its body ends too early.
    Truncated,
    /// Signed by Slack, and larger than anything that Slack sends.
    Oversized,
    /// Signed by Slack, and not what Slack says.
    Malformed,
}

impl Kind {
    pub const ALL: [Kind; 5] =
        [Kind::Forged, Kind::Stale, Kind::Truncated, Kind::Oversized, Kind::Malformed];
}

/// An accepted request, of which others are made.
pub struct Seed {
    delivered: Delivered,
    secret: SecretString,
}

impl Seed {
    /// Of a request that the workspace made and the bot accepted.
    pub fn of(delivered: &Delivered, signing_secret: &str) -> Seed {
        assert_eq!(delivered.status, Some(200), "it was not accepted: {delivered:?}");
        Seed { delivered: delivered.clone(), secret: SecretString::from(signing_secret) }
    }

    /// The very same again.
    pub fn replay(&self) -> Attempt {
        self.attempt(self.delivered.headers.clone(), self.delivered.body.clone().into_bytes())
    }

    /// The same, from another time that it was done: the bot knows none of its ids, and would act on it.
    pub fn again(&self, number: usize) -> Attempt {
        let body = self.body(&self.renewed(number));
        let now = real_now().seconds().to_string();
        self.attempt(self.signed(&now, &body), body)
    }

    /// The bad one of this kind and number; equal numbers make equal ones, but for the time.
    pub fn bad(&self, kind: Kind, number: usize) -> Attempt {
        match kind {
            Kind::Forged => self.forged(number),
            Kind::Stale => self.stale(number),
            Kind::Truncated => self.truncated(number),
            Kind::Oversized => self.oversized(number),
            Kind::Malformed => self.malformed(number),
        }
    }

    fn forged(&self, number: usize) -> Attempt {
        let mut attempt = self.again(number);
        let now = real_now().seconds().to_string();
        let signature = |attempt: &Attempt| header(attempt, "x-slack-signature");
        match number % 9 {
            0 => {
                let other = SecretString::from(format!("{:032x}", draw(number, "secret", 1 << 31)));
                let forged = sign(&other, &now, &attempt.body);
                set(&mut attempt, "x-slack-signature", forged);
            }
            1 => {
                let mut digits = signature(&attempt).into_bytes();
                let place = 3 + draw(number, "digit", digits.len() - 3);
                digits[place] = if digits[place] == b'0' { b'1' } else { b'0' };
                let changed = String::from_utf8_lossy(&digits).into_owned();
                set(&mut attempt, "x-slack-signature", changed);
            }
            // What Slack signed for another body.
            2 => attempt.headers = self.delivered.headers.clone(),
            3 => attempt.headers.retain(|(name, _)| name != "x-slack-signature"),
            4 => attempt.headers.retain(|(name, _)| name != "x-slack-request-timestamp"),
            5 => {
                let other = signature(&attempt).replacen("v0=", "v1=", 1);
                set(&mut attempt, "x-slack-signature", other);
            }
            6 => {
                let place = draw(number, "byte", attempt.body.len());
                attempt.body[place] ^= 1;
            }
            7 => {
                let whole = signature(&attempt);
                let cut = whole[..draw(number, "cut", whole.len())].to_owned();
                set(&mut attempt, "x-slack-signature", cut);
            }
            // Another time than the one that was signed.
            _ => {
                let moved = real_now().seconds() - 1 - draw(number, "moved", 60) as i64;
                set(&mut attempt, "x-slack-request-timestamp", moved.to_string());
            }
        }
        attempt
    }

    fn stale(&self, number: usize) -> Attempt {
        let (now, by) = (real_now().seconds(), draw(number, "by", 100_000_000) as i64);
        let timestamp = match number % 4 {
            0 => (now - GOOD_FOR - 1 - by % 100).to_string(),
            1 => (now - GOOD_FOR - 1 - by).max(0).to_string(),
            2 => (now + GOOD_FOR + MEANWHILE + by).to_string(),
            // Milliseconds.
            _ => (now * 1000 + by % 1000).to_string(),
        };
        let body = self.body(&self.renewed(number));
        self.attempt(self.signed(&timestamp, &body), body)
    }

    fn truncated(&self, number: usize) -> Attempt {
        let mut attempt = self.again(number);
        attempt.body.truncate(draw(number, "length", attempt.body.len()));
        attempt.framing = if number.is_multiple_of(2) { Framing::Length } else { Framing::CutOff };
        attempt
    }

    fn oversized(&self, number: usize) -> Attempt {
        let mut body = self.body(&self.renewed(number));
        let size = LARGEST + 1 + draw(number, "size", 1 << 16);
        if self.delivered.kind == DeliveredKind::Event {
            body.resize(size, b' ');
        } else {
            body.extend_from_slice(b"&more=");
            body.resize(size, b'x');
        }
        let now = real_now().seconds().to_string();
        let mut attempt = self.attempt(self.signed(&now, &body), body);
        attempt.framing = if number.is_multiple_of(2) { Framing::Length } else { Framing::Chunked };
        attempt
    }

    fn malformed(&self, number: usize) -> Attempt {
        let body = match number % 8 {
            0 => (0..draw(number, "length", 2000))
                .map(|place| draw(number * 10_000 + place, "noise", 256) as u8)
                .collect(),
            1 => Vec::new(),
            2 => self.body_of_text(""),
            3 => self.body_of_text(&"[".repeat(1 + draw(number, "depth", 50_000))),
            4 => self.body_of_text(&json!([self.renewed(number)]).to_string()),
            5 => {
                let text = self.renewed(number).to_string();
                let mut end = draw(number, "end", text.len());
                while !text.is_char_boundary(end) {
                    end -= 1;
                }
                self.body_of_text(&text[..end])
            }
            6 => self.body(&self.without(number, Value::Null)),
            _ => self.body(&self.without(number, json!("x".repeat(LONGEST_ID + 1)))),
        };
        let now = real_now().seconds().to_string();
        self.attempt(self.signed(&now, &body), body)
    }

    /// With one of the things that no such payload is without replaced.
    fn without(&self, number: usize, instead: Value) -> Value {
        let mut payload = self.renewed(number);
        let needed: &[&[&str]] = match (self.delivered.kind, payload["type"].as_str()) {
            (DeliveredKind::Command, _) => {
                &[&["/team_id"], &["/user_id"], &["/channel_id"], &["/trigger_id"]]
            }
            (DeliveredKind::Event, _) => &[&["/team_id"], &["/event/user"]],
            (_, Some("view_submission")) => {
                &[&["/user/id"], &["/user/team_id", "/team/id"], &["/view/id"]]
            }
            _ => &[
                &["/user/id"],
                &["/user/team_id", "/team/id"],
                &["/trigger_id"],
                &["/actions/0/action_id"],
            ],
        };
        for place in needed[draw(number, "needed", needed.len())] {
            if let Some(value) = payload.pointer_mut(place) {
                *value = instead.clone();
            }
        }
        payload
    }

    /// What it says, with ids of its own.
    fn renewed(&self, number: usize) -> Value {
        let mut payload = self.delivered.payload.clone();
        let id = |prefix: &str| json!(format!("{prefix}{number}"));
        for (place, id) in
            [("/trigger_id", id("T.")), ("/view/id", id("V0")), ("/event_id", id("Ev"))]
        {
            if let Some(value) = payload.pointer_mut(place) {
                *value = id;
            }
        }
        payload
    }

    /// As Slack would write it: commands as a form, events as JSON, the others as JSON in a form.
    fn body(&self, payload: &Value) -> Vec<u8> {
        if self.delivered.kind != DeliveredKind::Command {
            return self.body_of_text(&payload.to_string());
        }
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in payload.as_object().into_iter().flatten() {
            form.append_pair(name, value.as_str().unwrap_or_default());
        }
        form.finish().into_bytes()
    }

    fn body_of_text(&self, text: &str) -> Vec<u8> {
        if self.delivered.kind == DeliveredKind::Event {
            return text.as_bytes().to_vec();
        }
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.append_pair("payload", text);
        form.finish().into_bytes()
    }

    fn signed(&self, timestamp: &str, body: &[u8]) -> Vec<(String, String)> {
        let mut headers = self.delivered.headers.clone();
        headers.retain(|(name, _)| name == "content-type");
        headers.push(("x-slack-request-timestamp".into(), timestamp.to_owned()));
        headers.push(("x-slack-signature".into(), sign(&self.secret, timestamp, body)));
        headers
    }

    fn attempt(&self, headers: Vec<(String, String)>, body: Vec<u8>) -> Attempt {
        let path = self.delivered.url.as_ref().map(|url| url.path().to_owned());
        let path = path.expect("it came by HTTP");
        Attempt { method: "POST", path, headers, body, framing: Framing::Length }
    }
}

fn header(attempt: &Attempt, wanted: &str) -> String {
    let found = attempt.headers.iter().find(|(name, _)| name == wanted);
    found.map(|(_, value)| value.clone()).unwrap_or_default()
}

fn set(attempt: &mut Attempt, wanted: &str, value: String) {
    attempt.headers.retain(|(name, _)| name != wanted);
    attempt.headers.push((wanted.to_owned(), value));
}

/// A number below `below` that nobody would guess, the same each time, so that a failure can be repeated.
fn draw(number: usize, what: &str, below: usize) -> usize {
    let digest = Sha256::digest(format!("{number} {what}").as_bytes());
    let drawn = digest.iter().take(7).fold(0usize, |sum, byte| sum << 8 | usize::from(*byte));
    drawn % below.max(1)
}
