//! What the cases run, in each engine's own language.

use mayfly::engine::Engine;

/// The files of a program.
pub type Program = fn(&dyn Engine) -> Vec<(&'static str, String)>;

fn is_pulumi(engine: &dyn Engine) -> bool {
    engine.program() == "pulumi"
}

fn either(
    engine: &dyn Engine,
    hcl: impl Into<String>,
    pulumi: impl std::fmt::Display,
) -> Vec<(&'static str, String)> {
    if is_pulumi(engine) {
        return vec![("Pulumi.yaml", format!("name: case\nruntime: yaml\n{pulumi}"))];
    }
    vec![("main.tf", hcl.into())]
}

/// How the engine calls the resource of that name in these programs.
pub fn address(engine: &dyn Engine, kind: Kind, name: &str) -> String {
    match (is_pulumi(engine), kind) {
        (true, Kind::Note) => format!("file:index:File::{name}"),
        (true, Kind::Command) => format!("command:local:Command::{name}"),
        (false, _) => format!("terraform_data.{name}"),
    }
}

pub enum Kind {
    Note,
    Command,
}

/// One resource with a title that can change, and a kind that replaces it.
pub fn note(engine: &dyn Engine) -> Vec<(&'static str, String)> {
    either(
        engine,
        r#"
variable "title" { type = string }
variable "folder" { type = string }
variable "kind" {
  type    = string
  default = "a"
}
variable "password" {
  type      = string
  sensitive = true
  default   = "s3cr3t-of-nobody"
}
resource "terraform_data" "note" {
  input            = var.title
  triggers_replace = "${var.folder}/${var.kind}"
}
output "title" { value = terraform_data.note.output }
output "secret" {
  value     = "see ${var.password}"
  sensitive = true
}
"#,
        r#"
config:
  title: { type: string }
  folder: { type: string }
  kind: { type: string, default: a }
  password: { type: string, secret: true }
resources:
  note:
    type: file:index:File
    properties:
      path: ${folder}/${kind}
      content: ${title}
outputs:
  title: ${note.content}
  secret: see ${password}
"#,
    )
}

/// One is made, the second fails, the third is never begun.
pub fn fails(engine: &dyn Engine) -> Vec<(&'static str, String)> {
    let bad = "echo no room left >&2; exit 3";
    either(
        engine,
        format!(
            "resource \"terraform_data\" \"good\" {{}}\n\
             resource \"terraform_data\" \"bad\" {{\n  depends_on = [terraform_data.good]\n  \
             provisioner \"local-exec\" {{ command = \"{bad}\" }}\n}}\n\
             resource \"terraform_data\" \"later\" {{ depends_on = [terraform_data.bad] }}\n"
        ),
        format!(
            "resources:\n  good: {{ type: 'command:local:Command', properties: {{ create: 'true' }} }}\n  \
             bad: {{ type: 'command:local:Command', properties: {{ create: '{bad}' }}, options: {{ dependsOn: ['${{good}}'] }} }}\n  \
             later: {{ type: 'command:local:Command', properties: {{ create: 'true' }}, options: {{ dependsOn: ['${{bad}}'] }} }}\n"
        ),
    )
}

/// One is made, and the second takes for ever.
pub fn endless(engine: &dyn Engine) -> Vec<(&'static str, String)> {
    let sleep = "echo $$ >> $MAYFLY_WORK_DIR/pid; sleep 600";
    either(
        engine,
        format!(
            "resource \"terraform_data\" \"made\" {{}}\n\
             resource \"terraform_data\" \"endless\" {{\n  depends_on = [terraform_data.made]\n  \
             provisioner \"local-exec\" {{ command = \"{sleep}\" }}\n}}\n"
        ),
        format!(
            "resources:\n  made: {{ type: 'command:local:Command', properties: {{ create: 'true' }} }}\n  \
             endless: {{ type: 'command:local:Command', properties: {{ create: '{}' }}, options: {{ dependsOn: ['${{made}}'] }} }}\n",
            sleep.replace("$$", "$$$$")
        ),
    )
}

/// Its end takes for ever, unless a file `quick` lies in the work folder.
pub fn clings(engine: &dyn Engine) -> Vec<(&'static str, String)> {
    let end = "test -e $MAYFLY_WORK_DIR/quick || { echo $$ >> $MAYFLY_WORK_DIR/pid; sleep 600; }";
    either(
        engine,
        format!(
            "resource \"terraform_data\" \"clings\" {{\n  provisioner \"local-exec\" {{\n    \
             when = destroy\n    command = \"{end}\"\n  }}\n}}\n"
        ),
        format!(
            "resources:\n  clings: {{ type: 'command:local:Command', properties: {{ create: 'true', delete: '{}' }} }}\n",
            end.replace("$$", "$$$$")
        ),
    )
}

/// A plan that never comes back: what it asks does not answer.
pub fn ponders(engine: &dyn Engine) -> Vec<(&'static str, String)> {
    either(
        engine,
        "provider \"aws\" {}\nvariable \"folder\" { type = string }\ndata \"aws_caller_identity\" \"who\" {}\n",
        "config:\n  folder: { type: string }\nresources:\n  note: { type: 'file:index:File', properties: { path: '${folder}/x', content: endless } }\n",
    )
}

/// What its provider refuses.
pub fn refused(engine: &dyn Engine) -> Vec<(&'static str, String)> {
    either(
        engine,
        "provider \"aws\" {}\nresource \"aws_sns_topic\" \"refused\" {\n  name = \"no such name!\"\n}\n",
        "resources:\n  refused: { type: 'file:index:File', properties: { path: /nowhere/x, content: refused } }\n",
    )
}

/// What somebody else can change behind the engine's back.
pub fn drifts(engine: &dyn Engine) -> Vec<(&'static str, String)> {
    either(
        engine,
        "provider \"aws\" {}\nvariable \"folder\" { type = string }\nresource \"aws_sns_topic\" \"note\" {\n  name         = \"note\"\n  display_name = \"calm\"\n}\noutput \"id\" { value = aws_sns_topic.note.arn }\n",
        "config:\n  folder: { type: string }\nresources:\n  note: { type: 'file:index:File', properties: { path: '${folder}/note', content: calm } }\noutputs:\n  id: '${folder}/note'\n",
    )
}

/// A mistake in its fourth line (Pulumi's in its sixth).
pub fn mistaken(engine: &dyn Engine) -> Vec<(&'static str, String)> {
    either(
        engine,
        "resource \"terraform_data\" \"x\" {\n}\noutput \"x\" {\n  value = \n}\n",
        "resources:\n  x:\n    type: command:local:Command\n    properties: { create: '${nobody}' }\n",
    )
}

/// What cannot be prepared: a part of it never arrives.
pub fn unreachable(engine: &dyn Engine) -> Vec<(&'static str, String)> {
    either(
        engine,
        "module \"far\" { source = \"http://127.0.0.1:PORT/far.zip\" }\n",
        "outputs:\n  x: y\n",
    )
}
