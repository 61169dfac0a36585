//! The rules of time: when an environment expires, is warned of, and may be reaped.
//!
//! The TTL starts when the environment is ready; an extension adds to the present expiry; the maximum
//! counts from ready. Nothing is reaped before a warning was accepted and the grace has passed since.

use serde::{Deserialize, Serialize};

use super::{Span, Timestamp};

/// A template's rules of time, kept with each environment as they were when it was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TtlRules {
    /// How long it lives when nobody says otherwise.
    pub default: Span,
    /// The longest it can live, extensions included, from ready.
    pub maximum: Span,
    /// What passes at least between an accepted warning and the reap.
    pub grace: Span,
    /// How long before the expiry a warning is sent, longest first.
    pub warnings: Vec<Span>,
    /// What the extend buttons offer.
    pub extensions: Vec<Span>,
}

/// How long nobody could be warned before it is reaped all the same.
pub const UNWARNED_REAP_AFTER: Span = Span::days(1);

/// The span of a living environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lifetime {
    pub ready_at: Timestamp,
    pub expires_at: Timestamp,
    /// No extension goes past this.
    pub latest: Timestamp,
}

/// What an extension came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extended {
    pub lifetime: Lifetime,
    /// What was really added: less than was asked when the maximum is near.
    pub added: Span,
}

/// Why an extension is impossible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CannotExtend {
    #[error("it already ends at its maximum, {0}")]
    AtMaximum(Timestamp),
    #[error("an extension has to be longer than nothing")]
    Nothing,
}

impl Lifetime {
    /// The life of an environment that became ready at `ready_at`, for `ttl`, capped by the rules.
    pub fn start(ready_at: Timestamp, ttl: Span, rules: &TtlRules) -> Lifetime {
        Lifetime {
            ready_at,
            expires_at: ready_at + ttl.min(rules.maximum),
            latest: ready_at + rules.maximum,
        }
    }

    /// Adds to the expiry, to the maximum at most.
    pub fn extend(self, by: Span) -> Result<Extended, CannotExtend> {
        if by == Span::ZERO {
            return Err(CannotExtend::Nothing);
        }
        let expires_at = (self.expires_at + by).min(self.latest);
        if expires_at <= self.expires_at {
            return Err(CannotExtend::AtMaximum(self.latest));
        }
        let added = expires_at - self.expires_at;
        Ok(Extended { lifetime: Lifetime { expires_at, ..self }, added })
    }

    /// What can still be added.
    pub fn room(self) -> Span {
        self.latest - self.expires_at
    }
}

impl TtlRules {
    /// The template's extension steps that still fit wholly below the maximum; one shorter step of
    /// what is left when none does; empty at the maximum.
    pub fn steps(&self, lifetime: Lifetime) -> Vec<Span> {
        let room = lifetime.room();
        let mut steps: Vec<Span> =
            self.extensions.iter().copied().filter(|step| *step <= room).collect();
        if steps.is_empty() && room >= Span::minutes(1) && !self.extensions.is_empty() {
            steps.push(room);
        }
        steps
    }

    /// When the next warning is due, given how many were sent for this expiry. After the last
    /// configured one none follows; a template without warnings still gets one, a grace ahead.
    pub fn next_warning(&self, expires_at: Timestamp, sent: usize) -> Option<Timestamp> {
        if self.warnings.is_empty() {
            return (sent == 0).then(|| expires_at - self.grace);
        }
        let mut ahead = self.warnings.clone();
        ahead.sort_unstable_by(|a, b| b.cmp(a));
        ahead.get(sent).map(|span| expires_at - *span)
    }

    /// How many warnings count as sent when one goes out at `now`: those whose time has passed are
    /// told by the one, so that a bot which was down says it once.
    pub fn warnings_passed(&self, expires_at: Timestamp, now: Timestamp) -> usize {
        self.warnings.iter().filter(|span| expires_at - **span <= now).count().max(1)
    }

    /// When it may be reaped, after a warning was accepted at `accepted`.
    pub fn reap_at(&self, expires_at: Timestamp, accepted: Timestamp) -> Timestamp {
        expires_at.max(accepted + self.grace)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rules() -> TtlRules {
        TtlRules {
            default: Span::hours(4),
            maximum: Span::hours(24),
            grace: Span::minutes(15),
            warnings: vec![Span::minutes(15), Span::hours(1)],
            extensions: vec![Span::hours(4), Span::hours(12)],
        }
    }

    #[test]
    fn warnings_come_longest_first_and_end() {
        let rules = rules();
        let end = Timestamp(Span::days(1).millis());
        assert_eq!(rules.next_warning(end, 0), Some(end - Span::hours(1)));
        assert_eq!(rules.next_warning(end, 1), Some(end - Span::minutes(15)));
        assert_eq!(rules.next_warning(end, 2), None);
        assert_eq!(rules.warnings_passed(end, end - Span::minutes(30)), 1);
        assert_eq!(rules.warnings_passed(end, end + Span::hours(3)), 2);
    }

    #[test]
    fn a_template_without_warnings_still_gets_one() {
        let rules = TtlRules { warnings: vec![], ..rules() };
        let end = Timestamp(Span::days(1).millis());
        assert_eq!(rules.next_warning(end, 0), Some(end - Span::minutes(15)));
        assert_eq!(rules.next_warning(end, 1), None);
    }

    #[test]
    fn the_grace_passes_also_when_the_warning_was_late() {
        let rules = rules();
        let end = Timestamp(1_000_000);
        assert_eq!(rules.reap_at(end, end - Span::hours(1)), end);
        assert_eq!(
            rules.reap_at(end, end + Span::hours(5)),
            end + Span::hours(5) + Span::minutes(15)
        );
    }

    #[test]
    fn steps_never_offer_more_than_there_is_room_for() {
        let rules = rules();
        let life = Lifetime::start(Timestamp(0), Span::hours(4), &rules);
        assert_eq!(rules.steps(life), [Span::hours(4), Span::hours(12)]);
        let later = life.extend(Span::hours(18)).expect("fits").lifetime;
        assert_eq!(rules.steps(later), [Span::hours(2)]);
        let full = later.extend(Span::hours(9)).expect("is capped");
        assert_eq!(full.added, Span::hours(2));
        assert_eq!(rules.steps(full.lifetime), []);
        assert_eq!(
            full.lifetime.extend(Span::hours(1)),
            Err(CannotExtend::AtMaximum(Timestamp(0) + Span::hours(24)))
        );
    }

    proptest! {
        #[test]
        fn no_sequence_of_extensions_passes_the_maximum(
            ttl in 0i64..100_000_000, steps in proptest::collection::vec(0i64..1_000_000_000, 0..40)
        ) {
            let rules = rules();
            let mut life = Lifetime::start(Timestamp(7), Span::from_millis(ttl), &rules);
            for step in steps {
                if let Ok(extended) = life.extend(Span::from_millis(step)) {
                    prop_assert!(extended.lifetime.expires_at > life.expires_at);
                    life = extended.lifetime;
                }
                prop_assert!(life.expires_at <= Timestamp(7) + rules.maximum);
            }
        }
    }
}
