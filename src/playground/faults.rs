//! Making the Web API fail as Slack sometimes does.

use std::sync::Mutex;
use std::time::Duration;

use super::inner::locked;

/// How a call fails.
#[derive(Debug, Clone, PartialEq)]
pub enum Fault {
    /// `{"ok": false, "error": …}` with status 200.
    Slack(String),
    /// A bare HTTP status, such as 503.
    Http(u16),
    /// Status 429 with this `Retry-After`, in whole seconds.
    RateLimited(Duration),
    /// The connection breaks before the call has any effect.
    DropBefore,
    /// The call has its effect, then the connection breaks before the answer.
    DropAfter,
    /// The call is answered as usual, but this much later.
    Delay(Duration),
}

/// The faults that are planted; the first that matches a call applies.
#[derive(Default)]
pub struct Faults {
    rules: Mutex<Vec<Rule>>,
}

struct Rule {
    /// A method's name, or `*`.
    method: String,
    /// A conversation's or user's id among the arguments.
    about: Option<String>,
    /// How many calls it still meets; `None` for ever.
    left: Option<u32>,
    fault: Fault,
}

impl Faults {
    /// The next `n` calls of the method (`*` for any) fail.
    pub fn times(&self, n: u32, method: &str, fault: Fault) {
        self.plant(Rule { method: method.into(), about: None, left: Some(n), fault });
    }

    /// Every call of the method (`*` for any) fails until [`Faults::clear`].
    pub fn always(&self, method: &str, fault: Fault) {
        self.plant(Rule { method: method.into(), about: None, left: None, fault });
    }

    /// Every call of the method whose `channel`, `user`, `user_id` or `users` is this id fails.
    pub fn always_about(&self, method: &str, id: &str, fault: Fault) {
        self.plant(Rule { method: method.into(), about: Some(id.into()), left: None, fault });
    }

    /// From now on everything works.
    pub fn clear(&self) {
        locked(&self.rules).clear();
    }

    /// The fault that this call meets.
    pub(super) fn meet(&self, method: &str, about: &[&str]) -> Option<Fault> {
        let mut rules = locked(&self.rules);
        let at = rules.iter().position(|rule| {
            (rule.method == "*" || rule.method == method)
                && rule.about.as_ref().is_none_or(|id| about.contains(&id.as_str()))
        })?;
        let rule = &mut rules[at];
        let fault = rule.fault.clone();
        if let Some(left) = &mut rule.left {
            *left -= 1;
            if *left == 0 {
                rules.remove(at);
            }
        }
        Some(fault)
    }

    fn plant(&self, rule: Rule) {
        if rule.left != Some(0) {
            locked(&self.rules).push(rule);
        }
    }
}
