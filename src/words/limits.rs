//! Slack's limits on what a message or a view holds, in characters and in items, by Slack's Block Kit
//! reference (<https://docs.slack.dev/reference/block-kit>); and cutting to them.

pub const MESSAGE_BLOCKS: usize = 50;
pub const VIEW_BLOCKS: usize = 100;
/// All texts in a message's blocks together stay below.
pub const MESSAGE_CHARACTERS: usize = 12_000;
pub const VIEW_BYTES: usize = 250_000;
/// Our own: what stands beside the blocks is one sentence for a notification.
pub const SENTENCE: usize = 400;
/// Title, submit and close of a modal.
pub const VIEW_TITLE: usize = 24;
pub const PRIVATE_METADATA: usize = 3_000;
/// Block, action, callback and external ids.
pub const ID: usize = 255;
pub const SECTION_TEXT: usize = 3_000;
pub const SECTION_FIELDS: usize = 10;
pub const FIELD_TEXT: usize = 2_000;
pub const HEADER_TEXT: usize = 150;
pub const CONTEXT_ELEMENTS: usize = 10;
pub const CONTEXT_TEXT: usize = 2_000;
pub const ACTIONS_ELEMENTS: usize = 25;
pub const BUTTON_TEXT: usize = 75;
pub const BUTTON_VALUE: usize = 2_000;
pub const URL: usize = 3_000;
pub const CONFIRM_TITLE: usize = 100;
pub const CONFIRM_TEXT: usize = 300;
pub const CONFIRM_BUTTON: usize = 30;
pub const SELECT_OPTIONS: usize = 100;
/// Radio buttons and checkboxes.
pub const FEW_OPTIONS: usize = 10;
pub const OPTION_TEXT: usize = 75;
pub const OPTION_VALUE: usize = 150;
pub const PLACEHOLDER: usize = 150;
pub const LABEL: usize = 2_000;
/// Of an image.
pub const ALT_TEXT: usize = 2_000;
pub const INPUT_LENGTH: usize = 3_000;

/// At most `most` characters, the last an ellipsis where something is missing.
pub fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(most.saturating_sub(1)).collect();
    short.truncate(short.trim_end().len());
    short.push('…');
    short
}

const FENCE: &str = "```";

/// The same for `mrkdwn`: never in the middle of a mention, a date, a link or an entity, which would show
/// their insides, and a block of code that was open is closed.
pub fn cut_marked(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let room = most.saturating_sub(FENCE.len() + 2);
    let end = text.char_indices().nth(room).map_or(text.len(), |(at, _)| at);
    let mut short = &text[..end];
    for (open, close) in [('<', '>'), ('&', ';')] {
        let inside = short.rfind(open).filter(|at| !short[*at..].contains(close));
        // A lone `&` that begins nothing is not followed by its end anywhere near.
        let begins = |at: &usize| text[*at..].find(close).is_some_and(|n| open == '<' || n < 6);
        if let Some(at) = inside.filter(begins) {
            short = &text[..at];
        }
    }
    let open = short.matches(FENCE).count() % 2 == 1;
    let short = short.trim_end().trim_end_matches('`');
    if open { format!("{short}\n…{FENCE}") } else { format!("{short}…") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_by_characters_and_shows_that_something_is_missing() {
        assert_eq!(cut("calm-otter", 10), "calm-otter");
        assert_eq!(cut("äöü-otter", 4), "äöü…");
        assert_eq!(cut("one two", 5), "one…");
    }

    #[test]
    fn marked_text_is_never_cut_inside_of_a_mark() {
        let long = format!("{} <@U0123456789|alice> &amp; more", "x".repeat(40));
        for most in 20..long.chars().count() {
            let short = cut_marked(&long, most);
            assert!(short.chars().count() <= most, "{most}: {short}");
            let last = short.rfind('<').map_or("", |at| &short[at..]);
            assert!(last.is_empty() || last.contains('>'), "{short}");
            let entity = short.rfind('&').map_or("", |at| &short[at..]);
            assert!(entity.is_empty() || entity.contains(';'), "{short}");
        }
    }

    #[test]
    fn a_block_of_code_that_is_cut_is_closed() {
        let short = cut_marked(&format!("```\n{}\n```", "line\n".repeat(40)), 60);
        assert!(short.ends_with("…```") && short.chars().count() <= 60, "{short}");
    }
}
