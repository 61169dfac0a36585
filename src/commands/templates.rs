//! `templates`: what can be asked for.

use super::Ctx;
use crate::domain::reply::{Reply, TemplateLine};

pub(super) fn templates(ctx: &Ctx) -> Reply {
    Reply::Templates { templates: lines(ctx) }
}

/// All templates, by name; with what keeps one from being used.
pub(super) fn lines(ctx: &Ctx) -> Vec<TemplateLine> {
    ctx.templates(|catalog| {
        let line = |template: &std::sync::Arc<crate::template::Template>| TemplateLine {
            name: template.manifest.name.clone(),
            title: template.manifest.title.clone(),
            description: template.manifest.description.clone(),
            default_ttl: template.manifest.ttl.default,
            maximum_ttl: template.manifest.ttl.maximum,
            unavailable: ctx.unavailable.get(&template.manifest.name).cloned(),
        };
        catalog.list().map(line).collect()
    })
}
