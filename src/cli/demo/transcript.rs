//! The life as it is read on a terminal.

use crate::playground::Message;

/// What somebody does.
pub(super) fn does(who: &str, what: &str) {
    println!("\n{who:>6} > {what}");
}

/// What the bot says, where.
pub(super) fn says(place: &str, message: &Message) {
    let text = readable(&message.plain());
    let buttons: Vec<String> = message.buttons().iter().map(|b| format!("[{}]", b.label)).collect();
    let is_button = |line: &&str| message.buttons().iter().any(|b| b.label == line.trim());
    let mut lines = text.lines().filter(|line| !line.trim().is_empty() && !is_button(line));
    println!("mayfly | {place}: {}", lines.next().unwrap_or_default());
    for line in lines {
        println!("       |   {line}");
    }
    if !buttons.is_empty() {
        println!("       |   {}", buttons.join(" "));
    }
}

/// What was asked of the world and what it answered.
pub(super) fn checks(what: &str, answer: &str) {
    println!(" check = {what}: {answer}");
}

/// Slack's marks as a terminal can show them: of a date its fallback, of a link its words.
fn readable(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, mark)) = rest.split_once('<') {
        out.push_str(before);
        let Some((mark, after)) = mark.split_once('>') else {
            rest = mark;
            break;
        };
        match mark.split_once('|') {
            Some((_, words)) => out.push_str(words),
            None => out.push_str(mark),
        }
        rest = after;
    }
    out.push_str(rest);
    out.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").replace("```", "")
}
