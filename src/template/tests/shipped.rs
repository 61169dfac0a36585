//! The templates that come with Mayfly.

use super::{shipped, told};
use crate::template::{Catalog, EngineKind, OutputKind, Reserved, Weight};

#[test]
fn all_are_sound_without_a_warning() {
    let loaded = Catalog::load(&shipped());
    assert_eq!(told(&loaded.problems), Vec::<String>::new());
    let names: Vec<_> = loaded.catalog.list().map(|t| t.manifest.name.clone()).collect();
    assert_eq!(names, ["postgres-s3-redis", "preview-env", "preview-env-pulumi", "s3-bucket"]);
    for template in loaded.catalog.list() {
        let manifest = &template.manifest;
        let pulumi = manifest.name.ends_with("-pulumi");
        let engine = if pulumi { EngineKind::Pulumi } else { EngineKind::Terraform };
        assert_eq!(manifest.engine, engine);
        assert!(!manifest.description.is_empty() && !manifest.owner.is_empty());
        assert!(manifest.reserved.contains(&Reserved::Environment));
        assert!(!template.archive.as_bytes().is_empty());
    }
}

#[test]
fn each_says_what_it_is() {
    let catalog = Catalog::load(&shipped()).catalog;
    let get = |name: &str| &catalog.get(name).unwrap_or_else(|| panic!("{name}")).manifest;
    let form = |name: &str| format!("{:?}", get(name).inputs);
    assert_eq!(form("preview-env"), form("preview-env-pulumi"));
    assert_eq!(get("preview-env").outputs, get("preview-env-pulumi").outputs);
    let preview = get("preview-env");
    assert_eq!(preview.weight, Weight::Light);
    let kinds: Vec<_> = preview.inputs.iter().map(|i| (i.name.as_str(), i.kind.word())).collect();
    assert_eq!(
        kinds,
        [
            ("branch", "string"),
            ("title", "string"),
            ("colour", "choice"),
            ("password", "generated")
        ]
    );
    let outputs: Vec<_> = preview.outputs.iter().map(|o| (o.name.as_str(), o.kind)).collect();
    assert_eq!(
        outputs,
        [
            ("url", OutputKind::Link),
            ("branch", OutputKind::Text),
            ("username", OutputKind::Text),
            ("password", OutputKind::Secret)
        ]
    );
    assert_eq!(get("postgres-s3-redis").weight, Weight::Heavy);
    for name in ["s3-bucket", "postgres-s3-redis"] {
        let names = &get(name).credentials.environment;
        assert!(names.iter().any(|n| n == "AWS_ENDPOINT_URL"), "{name}");
    }
}
