//! Payloads as a person reads them, for the snapshots.

use serde_json::Value;

use super::super::draw::Drawn;
use super::super::{Broadcast, Rendered};

pub fn sketch(drawn: &Drawn) -> String {
    match drawn {
        Drawn::Message(message) => of_message(message),
        Drawn::View(view) => of_view(view),
    }
}

fn of_message(message: &Rendered) -> String {
    let broadcast =
        if message.broadcast == Broadcast::Yes { " (shown outside the thread too)" } else { "" };
    format!("\"{}\"{broadcast}\n{}", message.text, blocks(&message.blocks))
}

fn of_view(view: &Value) -> String {
    let part =
        |key: &str| view[key]["text"].as_str().map(|text| format!("[{text}] ")).unwrap_or_default();
    let carried = view["private_metadata"].as_str().map(|text| format!("carries {text}\n"));
    format!(
        "{}: {}\n{}{}{}{}\n",
        view["type"].as_str().unwrap_or_default(),
        view["title"]["text"].as_str().unwrap_or("App Home"),
        carried.unwrap_or_default(),
        blocks(&view["blocks"]),
        part("submit"),
        part("close"),
    )
}

fn blocks(blocks: &Value) -> String {
    let blocks = blocks.as_array().map_or(&[][..], Vec::as_slice);
    blocks.iter().map(|one| format!("{}\n", block(one).trim_end())).collect()
}

fn block(block: &Value) -> String {
    let elements = block["elements"].as_array().map_or(&[][..], Vec::as_slice);
    match block["type"].as_str().unwrap_or_default() {
        "section" => {
            let accessory = block.get("accessory").map(|e| format!("\n    {}", element(e)));
            format!("  {}{}", text(&block["text"]), accessory.unwrap_or_default())
        }
        "context" => {
            let all: Vec<String> = elements.iter().map(text).collect();
            format!("  _{}_", all.join(" | "))
        }
        "actions" => elements.iter().map(|e| format!("    {}\n", element(e))).collect(),
        "divider" => "  ────".into(),
        "input" => {
            let optional = if block["optional"] == true { " (optional)" } else { "" };
            let hint = block["hint"]["text"].as_str().map(|hint| format!("\n      _{hint}_"));
            format!(
                "  {}: {}{optional}\n      {}{}",
                block["block_id"].as_str().unwrap_or_default(),
                text(&block["label"]),
                element(&block["element"]),
                hint.unwrap_or_default(),
            )
        }
        other => format!("  {other}"),
    }
}

fn element(element: &Value) -> String {
    let kind = element["type"].as_str().unwrap_or_default();
    let id = element["action_id"].as_str().unwrap_or_default();
    if kind != "button" {
        let mut rest = element.clone();
        if let Value::Object(rest) = &mut rest {
            rest.retain(|key, _| key != "type" && key != "action_id");
        }
        return format!("<{kind} {id} {rest}>");
    }
    let what = ["value", "url"].into_iter().filter_map(|key| element[key].as_str());
    let what: String = what.map(|what| format!(" {what}")).collect();
    let style = element["style"].as_str().map(|style| format!(", {style}")).unwrap_or_default();
    let confirm = element.get("confirm").map(|confirm| {
        let part = |key: &str| confirm[key]["text"].as_str().unwrap_or_default();
        format!(
            "\n      asks: {} {} [{}] [{}]",
            part("title"),
            part("text"),
            part("confirm"),
            part("deny")
        )
    });
    format!("[{}] {id}{what}{style}{}", text(&element["text"]), confirm.unwrap_or_default())
}

/// Dates by what stands for them where there is no zone, lines below each other.
fn text(of: &Value) -> String {
    let mut text = of["text"].as_str().unwrap_or_default().to_owned();
    while let Some(begin) = text.find("<!date^") {
        let Some(end) = text[begin..].find('>') else { break };
        let shown = text[begin..begin + end].rsplit('|').next().unwrap_or_default().to_owned();
        text.replace_range(begin..=begin + end, &shown);
    }
    text.replace('\n', "\n  ")
}
