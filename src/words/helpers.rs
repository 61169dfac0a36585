//! What a template can call, and how what it inserts is escaped.
//!
//! `{{x}}` is escaped for `mrkdwn`: a fact can mention nobody and make no link. `{{plain x}}` is for
//! `plain_text`, where Slack shows `&amp;` as it stands. Both are escaped for the JSON that they stand in.

use handlebars::{
    Context, Handlebars, Helper, HelperDef, HelperResult, JsonTruthy as _, Output, RenderContext,
    RenderError, RenderErrorReason, Renderable as _, ScopedJson,
};
use serde_json::Value;

use crate::domain::{Span, Timestamp};

use super::limits;

/// Slack's own ids are no shorter.
const SHORTEST_ID: usize = 9;

type Raw = fn(&Helper<'_>) -> Result<String, RenderError>;
type Made = fn(&Helper<'_>) -> Result<Value, RenderError>;

/// Helpers that insert text as it is, already escaped.
const RAW: &[(&str, Raw)] = &[
    ("plain", |h| Ok(json(&text(h, 0)?))),
    ("json", |h| Ok(arg(h, 0)?.to_string())),
    // What another template has made: marked already.
    ("marked", |h| Ok(json(&text(h, 0)?))),
    ("date", |h| Ok(date(Timestamp(number(h, 0)?)))),
    ("when", |h| Ok(Timestamp(number(h, 0)?).to_string())),
    ("span", |h| Ok(Span::from_millis(number(h, 0)?).to_string())),
    ("mention", |h| Ok(mention(&text(h, 0)?))),
    // A Slack user group, which is told of it as its members are.
    ("group", |h| Ok(group(&text(h, 0)?))),
    ("ruled", |h| Ok(json(&ruled(&text(h, 0)?)))),
    ("link", |h| Ok(json(&link(&text(h, 0)?, &text(h, 1)?)))),
];

/// Helpers that give a value, which is escaped where it is inserted.
const MADE: &[(&str, Made)] = &[
    ("cut", |h| Ok(limits::cut(&text(h, 1)?, usize::try_from(number(h, 0)?).unwrap_or(0)).into())),
    // Between single backticks: a backtick inside would end the code.
    ("code", |h| Ok(one_line(&text(h, 0)?).replace('`', "ˋ").into())),
    ("line", |h| Ok(one_line(&text(h, 0)?).into())),
    ("count", count),
];

pub(super) fn register(handlebars: &mut Handlebars<'static>) {
    handlebars.register_escape_fn(|text| json(&escape(text)));
    for (name, raw) in RAW {
        handlebars.register_helper(name, Box::new(Inserts(*raw)));
    }
    for (name, made) in MADE {
        handlebars.register_helper(name, Box::new(Gives(*made)));
    }
    handlebars.register_helper("if", Box::new(Branch { when: true }));
    handlebars.register_helper("unless", Box::new(Branch { when: false }));
}

/// Escapes for `mrkdwn`: marks are left, for names have them, save the one that would make code of all
/// that follows.
pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace("```", "ˋˋˋ")
}

struct Inserts(Raw);

impl HelperDef for Inserts {
    fn call<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
        out: &mut dyn Output,
    ) -> HelperResult {
        Ok(out.write(&(self.0)(helper)?)?)
    }
}

struct Gives(Made);

impl HelperDef for Gives {
    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
    ) -> Result<ScopedJson<'rc>, RenderError> {
        Ok(ScopedJson::Derived((self.0)(helper)?))
    }
}

/// `if` and `unless` that know a fact which does not exist from one that is not so: the built-in ones
/// take a misspelt name for false, and the sample would never show it.
struct Branch {
    when: bool,
}

impl HelperDef for Branch {
    fn call<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        registry: &'reg Handlebars<'reg>,
        context: &'rc Context,
        render: &mut RenderContext<'reg, 'rc>,
        out: &mut dyn Output,
    ) -> HelperResult {
        let holds = arg(helper, 0)?.is_truthy(false);
        let branch = if holds == self.when { helper.template() } else { helper.inverse() };
        branch.map_or(Ok(()), |branch| branch.render(registry, context, render, out))
    }
}

fn arg<'a>(helper: &'a Helper<'_>, n: usize) -> Result<&'a Value, RenderError> {
    let name = helper.name();
    let Some(given) = helper.param(n) else {
        return Err(wrong(format!("`{name}` wants {} values", n + 1)));
    };
    if given.is_value_missing() {
        let path = given.relative_path().map_or("?", String::as_str);
        return Err(wrong(format!("there is no fact `{path}` here")));
    }
    Ok(given.value())
}

fn text(helper: &Helper<'_>, n: usize) -> Result<String, RenderError> {
    match arg(helper, n)? {
        Value::String(text) => Ok(text.clone()),
        Value::Null => Ok(String::new()),
        Value::Number(number) => Ok(number.to_string()),
        _ => Err(wrong(format!("`{}` wants a text", helper.name()))),
    }
}

fn number(helper: &Helper<'_>, n: usize) -> Result<i64, RenderError> {
    let number = arg(helper, n)?.as_i64();
    number.ok_or_else(|| wrong(format!("`{}` wants a number", helper.name())))
}

fn wrong(what: String) -> RenderError {
    RenderErrorReason::Other(what).into()
}

/// For the inside of a JSON text.
fn json(text: &str) -> String {
    let quoted = Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

/// In the reader's own zone; the fallback is for clients that cannot.
fn date(at: Timestamp) -> String {
    format!("<!date^{}^{{date_short_pretty}} at {{time}}|{at}>", at.seconds())
}

fn mention(user: &str) -> String {
    if is_id(user) { format!("<@{user}>") } else { json(&escape(user)) }
}

fn is_id(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

fn group(id: &str) -> String {
    let plain = id.starts_with('S') && is_id(id);
    if plain { format!("<!subteam^{id}>") } else { json(&escape(id)) }
}

/// What a rule says: rules name people as Slack does, and nothing else of what they say is a mark.
fn ruled(text: &str) -> String {
    let mut said = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("<@") {
        let (before, mark) = rest.split_at(at);
        said.push_str(&escape(before));
        let id = mark[2..].split('>').next().unwrap_or_default();
        let whole = id.len() + 3;
        if id.starts_with(['U', 'W']) && is_id(id) && id.len() >= SHORTEST_ID && mark.len() >= whole
        {
            said.push_str(&mark[..whole]);
            rest = &mark[whole..];
        } else {
            said.push_str("&lt;");
            rest = &mark[1..];
        }
    }
    said.push_str(&escape(rest));
    said
}

fn link(url: &str, label: &str) -> String {
    let url = url.replace('|', "%7C").replace('<', "%3C").replace('>', "%3E").replace('&', "&amp;");
    format!("<{url}|{}>", escape(&one_line(label)).replace('|', "/"))
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `3 resources`: the number and the word, in the singular for one.
fn count(helper: &Helper<'_>) -> Result<Value, RenderError> {
    let (n, word) = (number(helper, 0)?, text(helper, 1)?);
    Ok(if n == 1 { format!("1 {word}") } else { format!("{n} {word}s") }.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_can_name_people_and_nothing_else() {
        for (text, wanted) in [
            ("Ask <@U0123456789>.", "Ask <@U0123456789>."),
            ("<@W0123456789><@U0123456789> & co", "<@W0123456789><@U0123456789> &amp; co"),
            ("<@U0> is too short", "&lt;@U0&gt; is too short"),
            ("<!here> <@S0123456789>", "&lt;!here&gt; &lt;@S0123456789&gt;"),
            ("<@U0123456789", "&lt;@U0123456789"),
            ("<@U01234<@U0123456789>", "&lt;@U01234<@U0123456789>"),
            ("ä <@ ü", "ä &lt;@ ü"),
        ] {
            assert_eq!(ruled(text), wanted);
        }
    }

    #[test]
    fn a_user_group_is_told_only_by_its_id() {
        assert_eq!(group("S0123456789"), "<!subteam^S0123456789>");
        assert_eq!(group("<!here>"), "&lt;!here&gt;");
        assert_eq!(group("U0123456789"), "U0123456789");
    }
}
