//! Readable names: `preview-env-calm-otter`.

use super::Rng;

const ADJECTIVES: &[&str] = &[
    "able", "airy", "amber", "apt", "bold", "brave", "bright", "brisk", "calm", "clear", "clever",
    "cool", "cosy", "crisp", "curly", "dapper", "deft", "eager", "early", "easy", "fair", "fancy",
    "fast", "fine", "fluffy", "fond", "free", "fresh", "gentle", "glad", "golden", "grand",
    "happy", "hardy", "jolly", "keen", "kind", "light", "lively", "lucky", "mellow", "merry",
    "mild", "neat", "nimble", "noble", "patient", "plucky", "polite", "proud", "quick", "quiet",
    "rapid", "robust", "rosy", "shiny", "silver", "smart", "snug", "sunny", "swift", "tidy",
    "warm", "witty",
];

const NOUNS: &[&str] = &[
    "badger", "beaver", "bee", "bison", "camel", "carp", "cat", "cicada", "crane", "cricket",
    "deer", "dolphin", "dove", "duck", "eagle", "elk", "falcon", "ferret", "finch", "fox", "frog",
    "gecko", "goose", "hare", "hawk", "hedgehog", "heron", "ibex", "jackal", "jay", "kestrel",
    "kiwi", "koala", "lark", "lemur", "lion", "llama", "lynx", "magpie", "marten", "mole", "moose",
    "moth", "newt", "otter", "owl", "panda", "parrot", "pelican", "puffin", "quail", "rabbit",
    "raven", "robin", "salmon", "seal", "shrew", "snail", "sparrow", "squirrel", "swan", "tiger",
    "trout", "wren",
];

/// A fresh tail, `calm-otter`; from the `attempt`th collision on with a number behind it, so that a
/// full name space never blocks a request.
pub fn tail(rng: &mut dyn Rng, attempt: u32) -> String {
    let pick = |words: &[&str], rng: &mut dyn Rng| {
        words[rng.below(words.len() as u32) as usize].to_owned()
    };
    let (adjective, noun) = (pick(ADJECTIVES, rng), pick(NOUNS, rng));
    if attempt < 8 {
        return format!("{adjective}-{noun}");
    }
    format!("{adjective}-{noun}-{}", 2 + rng.below(9998))
}

/// Whether `typed` is a beginning of the environment's name or of its tail.
pub fn matches(name: &str, template: &str, typed: &str) -> bool {
    let tail = name.strip_prefix(template).and_then(|rest| rest.strip_prefix('-'));
    !typed.is_empty() && (name.starts_with(typed) || tail.is_some_and(|t| t.starts_with(typed)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::rng::SystemRng;

    #[test]
    fn a_beginning_of_the_name_or_of_its_tail_is_enough() {
        let name = "preview-env-calm-otter";
        for typed in ["preview-env-calm-otter", "preview-env-c", "calm", "calm-otter", "preview"] {
            assert!(matches(name, "preview-env", typed), "{typed}");
        }
        for typed in ["otter", "", "env-calm", "calm-otters"] {
            assert!(!matches(name, "preview-env", typed), "{typed}");
        }
    }

    /// `preview-env-ready-dolphin` is being destroyed: a name must not read as news, neither to a person
    /// nor to a search.
    #[test]
    fn no_word_is_the_name_of_a_state() {
        use crate::domain::{environment::Status, run::RunStatus};
        let states = Status::ALL.iter().map(|s| s.as_str());
        let states: Vec<&str> = states.chain(RunStatus::ALL.iter().map(|s| s.as_str())).collect();
        for word in ADJECTIVES.iter().chain(NOUNS) {
            assert!(!states.contains(word), "{word}");
        }
    }

    #[test]
    fn words_are_distinct_and_fit_names_of_resources() {
        for words in [ADJECTIVES, NOUNS] {
            let distinct: std::collections::BTreeSet<_> = words.iter().collect();
            assert_eq!(distinct.len(), words.len());
            assert!(
                words.iter().all(|w| w.len() <= 8 && w.chars().all(|c| c.is_ascii_lowercase()))
            );
        }
        let late = tail(&mut SystemRng, 9);
        assert!(late.rsplit('-').next().is_some_and(|n| n.parse::<u32>().is_ok()), "{late}");
    }
}
