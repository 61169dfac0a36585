//! The manifest out of the YAML tree.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::Span;
use crate::domain::notice::ChannelNotice;

use super::hcl::Source;
use super::problem::{Place, Problems};
use super::read_engine::{ENGINES, encrypt_state, engine_version};
use super::read_input::{self, Described};
use super::read_sweep::sweep;
use super::read_usage::usage;
use super::section::{Section, one_of};
use super::yaml::{Data, Fractions, Node};
use super::{
    Credentials, Manifest, Notify, Output, OutputKind, TimeLimits, Weight, derive, read_ttl,
};

/// A manifest that the source has not completed yet, and where its parts stand.
pub(super) struct Draft {
    pub manifest: Manifest,
    pub name_place: Place,
    pub engine_version_place: Place,
    pub inputs: BTreeMap<String, Place>,
    /// Variables that the form leaves to their defaults.
    pub hidden: BTreeMap<String, Place>,
    /// None when the manifest has no `outputs:` at all.
    pub outputs: Option<BTreeMap<String, Place>>,
}

/// Reads all of it; none when something is missing without which there is no manifest.
pub(super) fn manifest(document: &Node, source: &Source, problems: &mut Problems) -> Option<Draft> {
    let mut section = Section::of("", document, problems)?;
    let name = section.needed("name", problems);
    let title = section.short("title", 75, problems);
    let description = section.short("description", 1000, problems).unwrap_or_default();
    let owner = section.short("owner", 150, problems).unwrap_or_default();
    let engine = section.word("engine", &ENGINES, problems);
    if section.get("engine").is_none() {
        let hint = "Add `engine: terraform`, `tofu` or `pulumi`.";
        problems.error(&section.place, "`engine` is missing", hint);
    }
    let version = engine_version(&mut section, problems);
    let weights = [("light", Weight::Light), ("heavy", Weight::Heavy)];
    let weight = section.word("weight", &weights, problems).unwrap_or(Weight::Light);
    let (inputs, input_places, hidden) = inputs(&mut section, source, problems);
    let (outputs, output_places) = outputs(&mut section, problems);
    let ttl = read_ttl::read(&mut section, problems);
    let limits = limits(&mut section, problems);
    let notify = notify(&mut section, problems);
    let credentials = credentials(&mut section, problems);
    let tags = tags(&mut section, problems);
    let encrypt_state = encrypt_state(&mut section, engine, problems);
    let sweep = sweep(&mut section, problems);
    let usage = usage(&mut section, problems);
    section.finish(problems);

    let (name, name_place) = name?;
    good_name(name, &name_place, problems);
    let (engine_versions, engine_version_place) =
        version.into_iter().unzip::<_, _, Vec<_>, Vec<_>>();
    let manifest = Manifest {
        name: name.into(),
        title: title.unwrap_or_else(|| derive::label(name)),
        description,
        owner,
        engine: engine?,
        engine_versions,
        weight,
        inputs,
        outputs,
        ttl: ttl?,
        limits,
        notify,
        credentials,
        tags,
        reserved: BTreeSet::new(),
        plugins: BTreeSet::new(),
        encrypt_state,
        sweep,
        usage,
    };
    let engine_version_place =
        engine_version_place.into_iter().next().unwrap_or_else(|| document.place.clone());
    let (inputs, outputs) = (input_places, output_places);
    Some(Draft { manifest, name_place, engine_version_place, inputs, hidden, outputs })
}

fn good_name(name: &str, place: &Place, problems: &mut Problems) {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let ends = name.starts_with(|c: char| c.is_ascii_lowercase()) && !name.ends_with('-');
    if !name.chars().all(plain) || !ends || name.contains("--") || name.len() > 30 {
        let hint = "Use at most 30 lower case letters, digits and single dashes, a letter first.";
        problems.error(
            place,
            format!("`name`: `{name}` cannot be typed or used in a host name"),
            hint,
        );
    }
}

type Places = BTreeMap<String, Place>;

fn inputs(
    section: &mut Section<'_>,
    source: &Source,
    problems: &mut Problems,
) -> (Vec<super::Input>, Places, Places) {
    let (mut inputs, mut places, mut hidden) = (Vec::new(), Places::new(), Places::new());
    let entries = section.section("inputs", problems).map_or(&[][..], |inputs| inputs.entries());
    for (name, place, node) in entries {
        places.insert(name.clone(), place.clone());
        let variable = source.variable(name);
        match read_input::read(name, node, variable, problems) {
            Some(Described::Input(input)) => inputs.push(*input),
            Some(Described::Hidden) => {
                hidden.insert(name.clone(), place.clone());
            }
            None => {}
        }
    }
    (inputs, places, hidden)
}

fn outputs(section: &mut Section<'_>, problems: &mut Problems) -> (Vec<Output>, Option<Places>) {
    let Some(described) = section.section("outputs", problems) else { return (Vec::new(), None) };
    let kinds =
        [("text", OutputKind::Text), ("link", OutputKind::Link), ("secret", OutputKind::Secret)];
    let (mut outputs, mut places) = (Vec::new(), Places::new());
    for (name, place, node) in described.entries() {
        places.insert(name.clone(), place.clone());
        let path = format!("outputs.{name}");
        let mut label = None;
        let kind = match &node.data {
            Data::Map(_) => {
                let Some(mut entry) = Section::of(&path, node, problems) else { continue };
                label = entry.short("label", 150, problems);
                let kind = entry.word("kind", &kinds, problems);
                entry.finish(problems);
                kind
            }
            Data::Null => None,
            _ => one_of(&path, node, &kinds, problems),
        };
        let label = label.unwrap_or_else(|| derive::label(name));
        outputs.push(Output { name: name.clone(), label, kind: kind.unwrap_or(OutputKind::Text) });
    }
    (outputs, Some(places))
}

fn limits(section: &mut Section<'_>, problems: &mut Problems) -> TimeLimits {
    let mut limits = TimeLimits::default();
    let Some(mut given) = section.section("limits", problems) else { return limits };
    let longest = Span::days(1);
    for (key, limit) in [
        ("plan", &mut limits.plan),
        ("apply", &mut limits.apply),
        ("destroy", &mut limits.destroy),
        ("silence", &mut limits.silence),
    ] {
        let Some(span) = given.span(key, problems) else { continue };
        if span == Span::ZERO || span > longest {
            let message = format!("`limits.{key}` is {span}");
            problems.error(
                &given.place,
                message,
                format!("Choose more than nothing and at most {longest}."),
            );
        }
        *limit = span;
    }
    given.finish(problems);
    limits
}

fn notify(section: &mut Section<'_>, problems: &mut Problems) -> Option<Notify> {
    let node = section.get("notify")?;
    let all = [
        ("created", ChannelNotice::Created),
        ("failed", ChannelNotice::Failed),
        ("expiring", ChannelNotice::Expiring),
        ("destroyed", ChannelNotice::Destroyed),
    ];
    let everything = || all.iter().map(|(_, notice)| *notice).collect();
    let (channel, place, on) = match &node.data {
        Data::Map(_) => {
            let mut given = Section::of("notify", node, problems)?;
            let channel = given.needed("channel", problems);
            let on = given.list("on", problems).map(|items| {
                items.iter().filter_map(|item| one_of("notify.on", item, &all, problems)).collect()
            });
            given.finish(problems);
            let (channel, place) = channel?;
            (channel, place, on)
        }
        _ => {
            let (channel, place) = section.text("notify", problems)?;
            (channel, place, None)
        }
    };
    let id = channel.starts_with(['C', 'G']) && channel.chars().all(|c| c.is_ascii_alphanumeric());
    let name = channel.starts_with('#') && channel.len() > 1;
    if !id && !name {
        let message = format!("`notify`: `{channel}` is no channel");
        problems.error(&place, message, "Write \"#name\" in quotes, or the channel's id.");
    }
    Some(Notify { channel: channel.into(), on: on.unwrap_or_else(everything) })
}

fn credentials(section: &mut Section<'_>, problems: &mut Problems) -> Credentials {
    let mut credentials = Credentials::default();
    let Some(mut given) = section.section("credentials", problems) else { return credentials };
    for item in given.list("environment", problems).unwrap_or_default() {
        let name = item.scalar(Fractions::Refused).unwrap_or_default();
        match wrong_variable(&name) {
            None => credentials.environment.push(name),
            Some(why) => {
                let message = format!("`credentials.environment`: `{name}` {why}");
                problems.error(&item.place, message, "Name the cloud's own variables alone.");
            }
        }
    }
    credentials.profile = given.text("profile", problems).map(|(text, _)| text.to_owned());
    credentials.role = given.text("role", problems).map(|(text, _)| text.to_owned());
    given.finish(problems);
    credentials
}

/// Why a variable of the bot's environment is not for the template's children.
fn wrong_variable(name: &str) -> Option<&'static str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if name.is_empty() || !name.chars().all(plain) || name.starts_with(|c: char| c.is_ascii_digit())
    {
        return Some("is no name of a variable");
    }
    let ours = ["MAYFLY_", "SLACK_"].iter().any(|prefix| name.starts_with(prefix));
    let engine = ["TF_", "LD_", "DYLD_"].iter().any(|prefix| name.starts_with(prefix));
    match name {
        _ if ours => Some("is the bot's own, and may hold its tokens"),
        "PATH" | "HOME" => Some("is set by Mayfly"),
        _ if engine => Some("is set by Mayfly"),
        _ => None,
    }
}

fn tags(section: &mut Section<'_>, problems: &mut Problems) -> BTreeMap<String, String> {
    let mut tags = BTreeMap::new();
    let entries = section.section("tags", problems).map_or(&[][..], |tags| tags.entries());
    for (key, place, node) in entries {
        let Some(value) = node.scalar(Fractions::Refused) else {
            let message = format!("`tags.{key}` is {}, and text is wanted", node.what());
            problems.error(&node.place, message, "Write it in quotes.");
            continue;
        };
        if key.starts_with("mayfly:") || key.starts_with("aws:") {
            let message = format!("`tags.{key}`: nobody else sets tags that begin so");
            problems.error(place, message, "Choose another name.");
        }
        // AWS allows no more, and it is the narrowest of the clouds in use.
        if key.chars().count() > 128 || value.chars().count() > 256 {
            let message = format!("`tags.{key}` is too long");
            problems.error(place, message, "A key has at most 128 characters and a value 256.");
        }
        tags.insert(key.clone(), value);
    }
    tags
}
