//! Which resources a template's root module has: where an existing one can be taken in.

use hcl::edit::structure::Block;

use super::hcl::{hcl_files, label};
use super::{Archive, ArchiveError, EngineKind};

/// A resource of the source that has one fixed address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceResource {
    /// `aws_s3_bucket`
    pub kind: String,
    /// `aws_s3_bucket.this`, or `aws_s3_bucket.this[0]` where it is counted.
    pub address: String,
}

/// The resources of the root module; of those with `for_each` nobody knows the keys, and modules are not looked into.
/// None of a Pulumi program: it says what it has when it runs.
pub fn resources(
    archive: &Archive,
    engine: EngineKind,
) -> Result<Vec<SourceResource>, ArchiveError> {
    if engine == EngineKind::Pulumi {
        return Ok(Vec::new());
    }
    let files = archive.files()?;
    let mut found = Vec::new();
    for path in hcl_files(&files, engine).into_iter().filter(|path| !path.contains('/')) {
        // What does not parse here did not pass as a template either; JSON is not read, as for inputs.
        let Some(Ok(body)) = files.text(path).map(hcl::edit::parser::parse_body) else { continue };
        found.extend(body.blocks().filter_map(resource));
    }
    Ok(found)
}

fn resource(block: &Block) -> Option<SourceResource> {
    if block.ident.as_str() != "resource" || block.body.has_attribute("for_each") {
        return None;
    }
    let (kind, name) = (label(block, 0)?, label(block, 1)?);
    let counted = if block.body.has_attribute("count") { "[0]" } else { "" };
    Some(SourceResource { kind: kind.to_owned(), address: format!("{kind}.{name}{counted}") })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::template::Template;

    #[test]
    fn what_has_one_address_is_found() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/environments/s3-bucket");
        let (template, problems) = Template::read(&folder);
        let template = template.unwrap_or_else(|| panic!("{problems:?}"));
        let found = resources(&template.archive, template.manifest.engine).expect("unpacks");
        let addresses = |kind: &str| -> Vec<String> {
            found.iter().filter(|r| r.kind == kind).map(|r| r.address.clone()).collect()
        };
        assert_eq!(addresses("aws_s3_bucket"), ["aws_s3_bucket.this"]);
        assert_eq!(addresses("aws_s3_bucket_versioning"), ["aws_s3_bucket_versioning.this[0]"]);
        assert_eq!(addresses("aws_region"), [""; 0], "a data source is none");
        assert_eq!(resources(&template.archive, EngineKind::Pulumi).expect("unpacks"), []);
    }
}
