//! Templates: a folder with `template.yaml` (the manifest) beside Terraform, OpenTofu or Pulumi source.
//!
//! A folder is read into memory once ([`Files`]). The manifest, the variables of the source, the digest
//! that names the version and the archive that outlives the folder all come from those same bytes, so
//! editing a template never changes an environment that exists.

mod archive;
mod catalog;
mod check;
mod constraint;
mod decode;
mod derive;
mod dialect;
mod files;
mod generate;
mod hcl;
mod input;
mod manifest;
mod problem;
mod pulumi;
mod read;
mod read_engine;
mod read_input;
mod read_options;
mod read_sweep;
mod read_ttl;
mod read_usage;
mod resources;
mod rules;
mod section;
mod source;
mod values;
mod variables;
mod yaml;

pub use crate::domain::EngineKind;
pub use archive::{Archive, ArchiveError};
pub use catalog::{Catalog, Loaded, lint};
pub use files::{Files, FilesError, VersionDigest};
pub use input::{Alphabet, Choice, Input, InputKind, Pattern};
pub use manifest::{
    Credentials, Manifest, Notify, Output, OutputKind, StatedUsage, Sweep, TimeLimits, TtlRules,
    Weight,
};

pub use problem::{Problem, Severity};
pub use pulumi::Project;
pub use resources::{SourceResource, resources};
pub use source::Template;
pub use values::{FieldError, Inputs, RawInputs, RawValue};
pub use variables::{Reserved, ReservedValues, Supplied};

#[cfg(test)]
mod tests;
