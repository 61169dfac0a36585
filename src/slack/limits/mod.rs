//! Slack's limits on messages and views, as numbers, as checks, and as help to stay inside.
//! Source: docs.slack.dev, reference of Block Kit, of views and of chat.postMessage.

mod blocks;
mod check;
mod text;

pub use check::{Violation, check_message, check_options, check_view};
pub use text::{cut, escape};

/// Blocks in a message.
pub const MESSAGE_BLOCKS: usize = 50;
/// Blocks in a modal or in App Home.
pub const VIEW_BLOCKS: usize = 100;
/// Characters in all blocks of one message together: beyond about 13,000 Slack answers
/// `msg_blocks_too_long`; 12,000 leaves room for what it adds.
pub const MESSAGE_CHARACTERS: usize = 12_000;
/// Characters of a message's `text`: beyond 4,000 Slack advises against, beyond 40,000 it cuts.
pub const MESSAGE_TEXT: usize = 4_000;
/// A view as JSON, in bytes.
pub const VIEW_BYTES: usize = 250_000;
/// A modal's title, submit and close.
pub const VIEW_TITLE: usize = 24;
/// `private_metadata` of a view.
pub const PRIVATE_METADATA: usize = 3_000;
/// `callback_id`, `external_id`, `action_id` and `block_id`.
pub const ID: usize = 255;
/// Text of a section.
pub const SECTION_TEXT: usize = 3_000;
/// Fields of a section.
pub const SECTION_FIELDS: usize = 10;
/// One field of a section.
pub const SECTION_FIELD: usize = 2_000;
/// Text of a header.
pub const HEADER_TEXT: usize = 150;
/// Elements of a context.
pub const CONTEXT_ELEMENTS: usize = 10;
/// Text of one element of a context.
pub const CONTEXT_TEXT: usize = 3_000;
/// Elements of an actions block.
pub const ACTIONS_ELEMENTS: usize = 25;
/// A button's text.
pub const BUTTON_TEXT: usize = 75;
/// A button's value.
pub const BUTTON_VALUE: usize = 2_000;
/// A button's, an image's or an option's address.
pub const URL: usize = 3_000;
/// An image's alternative text and title.
pub const IMAGE_TEXT: usize = 2_000;
/// A confirm dialog's title.
pub const CONFIRM_TITLE: usize = 100;
/// A confirm dialog's text.
pub const CONFIRM_TEXT: usize = 300;
/// A confirm dialog's buttons.
pub const CONFIRM_BUTTON: usize = 30;
/// Options of a select, static or external.
pub const SELECT_OPTIONS: usize = 100;
/// Option groups of a select.
pub const OPTION_GROUPS: usize = 100;
/// Options of radio buttons and checkboxes.
pub const CHOICE_OPTIONS: usize = 10;
/// Options of an overflow menu.
pub const OVERFLOW_OPTIONS: usize = 5;
/// An option's text, its description and a group's label.
pub const OPTION_TEXT: usize = 75;
/// An option's value.
pub const OPTION_VALUE: usize = 150;
/// A placeholder.
pub const PLACEHOLDER: usize = 150;
/// An input's label and hint.
pub const LABEL: usize = 2_000;
/// What can be typed into a text input.
pub const INPUT_LENGTH: usize = 3_000;
