//! How HCL and Pulumi say the same things.

use super::hcl::Shape;

/// What a source is written in, for the words of hints.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Dialect {
    #[default]
    Hcl,
    Pulumi,
}

impl Dialect {
    /// How a variable of that name is declared.
    pub fn declares(self, name: &str) -> String {
        match self {
            Dialect::Hcl => format!("`variable \"{name}\"` in the source"),
            Dialect::Pulumi => format!("`{name}` below `config:` in Pulumi.yaml"),
        }
    }

    /// How an output of that name is declared.
    pub fn gives(self, name: &str) -> String {
        match self {
            Dialect::Hcl => format!("`output \"{name}\"`"),
            Dialect::Pulumi => format!("`{name}` below `outputs:` in Pulumi.yaml"),
        }
    }

    /// How a variable is declared to be of a type.
    pub fn typed(self, shape: Shape) -> &'static str {
        match (self, shape) {
            (Dialect::Hcl, Shape::Number) => "type = number",
            (Dialect::Hcl, Shape::Bool) => "type = bool",
            (Dialect::Hcl, Shape::Strings) => "type = list(string)",
            (Dialect::Hcl, Shape::Other) => "type = map(string)",
            (Dialect::Hcl, _) => "type = string",
            (Dialect::Pulumi, Shape::Number) => "type: integer",
            (Dialect::Pulumi, Shape::Bool) => "type: boolean",
            (Dialect::Pulumi, Shape::Strings) => "type: array, items: { type: string }",
            (Dialect::Pulumi, Shape::Other) => "type: object",
            (Dialect::Pulumi, _) => "type: string",
        }
    }

    /// How a variable is kept out of what is printed.
    pub fn sensitive(self) -> &'static str {
        match self {
            Dialect::Hcl => "sensitive = true",
            Dialect::Pulumi => "secret: true",
        }
    }
}
