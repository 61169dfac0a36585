//! The resources of a plan as lines of a code block, with what differs: before → after.

use crate::domain::plan::{AttributeChange, Change, PlannedResource};

use super::helpers::escape;
use super::limits::cut;

const SHOWN_RESOURCES: usize = 20;
const SHOWN_ATTRIBUTES: usize = 6;
const ADDRESS_CHARACTERS: usize = 120;
const NAME_CHARACTERS: usize = 60;
/// Of either side: both have to be read at a glance; `/infra logs` and the engine have the rest.
const VALUE_CHARACTERS: usize = 90;
/// What stands around it needs room in the section, too.
const MOST_CHARACTERS: usize = 2_700;

/// As many as a message holds, and how many resources that is. The first one is always there.
pub(super) fn lines(resources: &[PlannedResource]) -> (String, usize) {
    let mut text = String::new();
    let mut length = 0;
    let mut shown = 0;
    for resource in resources.iter().take(SHOWN_RESOURCES) {
        let lines = resource_lines(resource);
        // Escaping makes up to five characters of one.
        length += escape(&lines).chars().count() + 1;
        if shown > 0 && length > MOST_CHARACTERS {
            break;
        }
        if shown > 0 {
            text.push('\n');
        }
        text.push_str(&lines);
        shown += 1;
    }
    (text, shown)
}

fn resource_lines(resource: &PlannedResource) -> String {
    let sign = match resource.change {
        Change::Create => "+",
        Change::Update => "~",
        Change::Replace => "-/+",
        Change::Delete => "-",
    };
    let first = format!("{sign} {}", one_line(&resource.address, ADDRESS_CHARACTERS));
    let attributes = resource.attributes.iter().take(SHOWN_ATTRIBUTES).map(attribute_line);
    let more = resource.attributes.len().saturating_sub(SHOWN_ATTRIBUTES);
    let rest = (more > 0).then(|| format!("    … and {more} more"));
    std::iter::once(first).chain(attributes).chain(rest).collect::<Vec<_>>().join("\n")
}

fn attribute_line(attribute: &AttributeChange) -> String {
    let value = |value: &Option<String>| match value.as_deref() {
        None => "(not set)".to_owned(),
        Some("") => "\"\"".to_owned(),
        Some(value) => one_line(value, VALUE_CHARACTERS),
    };
    let name = one_line(&attribute.name, NAME_CHARACTERS);
    format!("    {name}: {} → {}", value(&attribute.before), value(&attribute.after))
}

/// On one line, without what a terminal would draw.
fn one_line(text: &str, most: usize) -> String {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    cut(plain.trim(), most)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resource(address: &str, attributes: Vec<AttributeChange>) -> PlannedResource {
        PlannedResource { address: address.into(), change: Change::Update, attributes }
    }

    fn attribute(before: Option<&str>, after: Option<&str>) -> AttributeChange {
        let own = |text: Option<&str>| text.map(str::to_owned);
        AttributeChange { name: "tags".into(), before: own(before), after: own(after) }
    }

    #[test]
    fn before_and_after_stand_below_their_resource() {
        let attributes = vec![attribute(Some("a"), None), attribute(Some(""), Some("two\nlines"))];
        let (text, shown) = lines(&[resource("a.b", attributes), resource("c.d", vec![])]);
        assert_eq!(
            (text.as_str(), shown),
            ("~ a.b\n    tags: a → (not set)\n    tags: \"\" → two lines\n~ c.d", 2)
        );
    }

    #[test]
    fn what_does_not_fit_is_counted_and_a_value_is_never_all_there_is() {
        let long = "<&>".repeat(60);
        let many = vec![attribute(Some(&long), Some(&long)); 9];
        let all = vec![resource("a.b", many); 30];
        let (text, shown) = lines(&all);
        assert!((1..20).contains(&shown), "{shown}");
        assert!(text.contains("… and 3 more"), "{text}");
        assert_eq!(text.matches("~ a.b").count(), shown);
    }
}
