//! Every problem of a template: where it is, what it is, what to do.

use super::{Folder, LEAST, told};
use crate::template::{Catalog, Severity, Template, lint};

const SOURCE: &str = "output \"x\" { value = 1 }\n";

/// The problems of a manifest beside a source.
fn of(yaml: &str, source: &str) -> Vec<String> {
    Folder::of(&[("template.yaml", yaml), ("main.tf", source)]).problems()
}

/// That the only problem begins so and has that hint.
fn only(problems: Vec<String>, begins: &str, hint: &str) {
    let [one] = problems.as_slice() else { panic!("{begins}: one is wanted: {problems:#?}") };
    assert!(one.starts_with(begins), "wanted {begins}\n{one}");
    assert!(one.contains("\n  hint: "), "{one}");
    assert!(one.contains(hint), "wanted {hint}\n{one}");
}

/// The manifest with more lines, which begin with line 4.
fn with(lines: &str) -> String {
    format!("{LEAST}{lines}\n")
}

#[test]
fn a_sound_template_has_none() {
    assert_eq!(of(LEAST, SOURCE), Vec::<String>::new());
}

#[test]
fn only_an_engine_that_can_is_asked_to_encrypt_its_state() {
    let source = ("main.tf", "output \"x\" { value = 1 }\n");
    let yaml = format!("{LEAST}encrypt_state: true\n");
    let told = Folder::of(&[("template.yaml", yaml.as_str()), source]).problems().join("\n");
    assert!(told.contains("template.yaml:4: `encrypt_state`") && told.contains("tofu"), "{told}");
    let yaml = yaml.replace("terraform", "tofu");
    assert!(
        Folder::of(&[("template.yaml", yaml.as_str()), source]).template().manifest.encrypt_state
    );
    assert!(!Folder::of(&[("template.yaml", LEAST), source]).template().manifest.encrypt_state);
}

#[test]
fn usage_is_what_was_written_with_quotes_and_without() {
    let lines = "usage:\n  a.tenth: 0.1\n  a.quoted: \"0.1\"\n  a.long: 0.1234567890123456789\n  a.many: 200\n  \
                 \"é.x\": 1.10\n  b.anchor: &one 2.50\n  b.alias: *one\n  b.power: 1e3\n  b.more: \"1.10\"";
    let source = ("main.tf", SOURCE);
    let manifest = Folder::of(&[("template.yaml", &with(lines)), source]).template().manifest;
    let usage = manifest.usage();
    let read: Vec<_> =
        usage.iter().map(|(name, amount)| (name.as_str(), amount.to_string())).collect();
    let expected = [
        ("a.long", "0.1234567890123456789"),
        ("a.many", "200"),
        ("a.quoted", "0.1"),
        ("a.tenth", "0.1"),
        ("b.alias", "2.50"),
        ("b.anchor", "2.50"),
        ("b.more", "1.10"),
        ("b.power", "1000"),
        ("é.x", "1.10"),
    ];
    assert_eq!(read, expected.map(|(name, digits)| (name, digits.to_owned())));
    assert_eq!(manifest.usage["a.quoted"].line, Some(6));
    let none = Folder::of(&[("template.yaml", LEAST), source]).template().manifest;
    assert!(none.usage.is_empty());
}

#[test]
fn mistakes_in_the_manifest_have_file_line_and_cure() {
    for (lines, begins, hint) in [
        ("titel: Box", "template.yaml:4: there is no key `titel`", "Did you mean `title`?"),
        ("sweep: gcp", "template.yaml:4: `sweep`: `gcp` is not known", "sweep: aws"),
        ("sweep: [aws]", "template.yaml:4: `sweep` is a list", "sweep: aws"),
        ("sweep: {}", "template.yaml:4: `sweep.command` is missing", "command: [sh, sweep.sh]"),
        ("sweep: {command: []}", "template.yaml:4: `sweep.command` names no program", "sweep.sh"),
        (
            "sweep: {command: [sh, [a]]}",
            "template.yaml:4: `sweep.command` has a list in it",
            "in quotes",
        ),
        (
            "sweep: {command: [sh], comand: [sh]}",
            "template.yaml:4: there is no key `sweep.comand`",
            "Did you mean `command`?",
        ),
        ("usage: 5", "template.yaml:4: `usage` is a number, and a mapping is wanted", "key: value"),
        (
            "usage: {storage_gb: 5}",
            "template.yaml:4: `usage`: `storage_gb` is no name of a usage",
            "aws_s3_bucket.storage_gb: \"200\"",
        ),
        (
            "usage: {aws_s3_bucket-storage_gb: 5}",
            "template.yaml:4: `usage`: `aws_s3_bucket-storage_gb` is no name of a usage",
            "aws_s3_bucket.storage_gb",
        ),
        (
            "usage:\n  a.b: 1\n  aws_s3_bucket.storage_gb: many",
            "template.yaml:6: `usage.aws_s3_bucket.storage_gb`: `many` is no amount",
            "\"0.5\"",
        ),
        ("usage: {a.b: -0.5}", "template.yaml:4: `usage.a.b`: `-0.5` is no amount", "not negative"),
        ("usage: {a.b: [1]}", "template.yaml:4: `usage.a.b`: `a list` is no amount", "a number"),
        ("zzz: 1", "template.yaml:4: there is no key `zzz`", "Known here: name, title"),
        ("title: [a]", "template.yaml:4: `title` is a list, and text is wanted", "quotes"),
        ("title: 12", "template.yaml:4: `title` is a number", "quotes"),
        ("weight: hevy", "template.yaml:4: `weight`: `hevy` is not known", "Did you mean `heavy`?"),
        (
            "engine_version: five",
            "template.yaml:4: `engine_version`: `five` is not a version",
            ">= 1.5",
        ),
        ("limits: {plan: 0m}", "template.yaml:4: `limits.plan` is 0 s", "at most 1 d"),
        (
            "limits: {aply: 5m}",
            "template.yaml:4: there is no key `limits.aply`",
            "Did you mean `apply`?",
        ),
        (
            "limits:\n  apply: soon",
            "template.yaml:5: `limits.apply`: `soon` is not a duration",
            "such as 90m",
        ),
        (
            "limits: 5",
            "template.yaml:4: `limits` is a number, and a mapping is wanted",
            "key: value",
        ),
        ("notify: previews", "template.yaml:4: `notify`: `previews` is no channel", "\"#name\""),
        (
            "notify: {channel: '#x', on: [faild]}",
            "template.yaml:4: `notify.on`: `faild`",
            "`failed`",
        ),
        ("notify: {on: [failed]}", "template.yaml:4: `notify.channel` is missing", "channel: …"),
        ("tags: {'mayfly:owner': x}", "template.yaml:4: `tags.mayfly:owner`", "another name"),
        ("tags: {cost: 1.10}", "template.yaml:4: `tags.cost` is a number", "quotes"),
        (
            "credentials: {environment: [MAYFLY_TOKEN]}",
            "template.yaml:4: `credentials.environment`: `MAYFLY_TOKEN` is the bot's own",
            "cloud's own",
        ),
        (
            "credentials: {environment: [TF_DATA_DIR]}",
            "template.yaml:4: `credentials.environment`: `TF_DATA_DIR` is set by Mayfly",
            "cloud's own",
        ),
        (
            "credentials: {environment: ['a b']}",
            "template.yaml:4: `credentials.environment`: `a b` is no name",
            "cloud's own",
        ),
        (
            "outputs: {y: link}",
            "template.yaml:4: `outputs.y`: the source has no such output",
            "Declare `output \"y\"`",
        ),
        (
            "outputs: {x: lnk}",
            "template.yaml:4: `outputs.x`: `lnk` is not known",
            "Did you mean `link`?",
        ),
        (
            "outputs: {x: secret}",
            "main.tf:1: output `x` is a secret and is not sensitive",
            "sensitive = true",
        ),
        (
            "inputs: {n: {type: integer}}",
            "template.yaml:4: `inputs.n`: no variable takes it",
            "Declare `variable \"n\"`",
        ),
        (
            "inputs: {mayfly_tags: {type: text}}",
            "template.yaml:4: `inputs.mayfly_tags`: Mayfly itself",
            "Take it out",
        ),
    ] {
        let problems = of(&with(lines), SOURCE);
        // A wrong name of an input is also one that no variable takes.
        let problems =
            problems.into_iter().filter(|p| !lines.contains("mayfly_tags") || p.contains("itself"));
        only(problems.collect(), begins, hint);
    }
}

#[test]
fn mistakes_in_an_input_have_file_line_and_cure() {
    for (input, begins, hint) in [
        (
            "type: strng",
            "template.yaml:5: `inputs.n.type`: `strng` is not known",
            "Did you mean `string`?",
        ),
        (
            "type: boolean, patern: x",
            "template.yaml:5: there is no key `inputs.n.patern`",
            "Known here: hidden, type",
        ),
        (
            "type: string, pattern: '['",
            "template.yaml:5: `inputs.n.pattern`: `[` is no regular expression",
            "single quotes",
        ),
        ("type: string, pattern: 'a(?=b)'", "template.yaml:5: `inputs.n.pattern`", "look-around"),
        (
            "type: string, min: 5, max: 2",
            "template.yaml:5: `inputs.n.min` is 5 and above max, 2",
            "Exchange",
        ),
        ("type: string, max: 9000", "template.yaml:5: `inputs.n.max` is 9000", "at most 3000"),
        (
            "type: string, min: -1",
            "template.yaml:5: `inputs.n.min` is a number, and a whole number from 0",
            "digits",
        ),
        (
            "type: integer, min: 1.5",
            "template.yaml:5: `inputs.n.min` is a number, and a whole number",
            "digits",
        ),
        (
            "type: choice",
            "template.yaml:5: `inputs.n.options` is missing",
            "options: [small, large]",
        ),
        (
            "type: choice, options: []",
            "template.yaml:5: `inputs.n.options` is empty",
            "at least one",
        ),
        (
            "type: choice, options: [a, a]",
            "template.yaml:5: `inputs.n.options` has `a` twice",
            "Take one",
        ),
        (
            "type: choice, options: [1.10]",
            "template.yaml:5: `inputs.n.options` has an option without a value",
            "quotes",
        ),
        (
            "type: choice, options: [a], default: b",
            "template.yaml:5: `inputs.n.default`: `b` is not an option",
            "choose one",
        ),
        (
            "type: integer, default: x",
            "template.yaml:5: `inputs.n.default`: `x` is not a whole number",
            "choose one",
        ),
        (
            "type: string, default: 1.10",
            "template.yaml:5: `inputs.n.default`: a number is no string",
            "quotes",
        ),
        (
            "type: secret, default: x",
            "template.yaml:5: `inputs.n.default`: a secret input has none",
            "no secret",
        ),
        (
            "type: generated, length: 8",
            "template.yaml:5: `inputs.n.length`: 8 characters hold 48 bits",
            "64 bits",
        ),
        (
            "type: generated, alphabet: hexx",
            "template.yaml:5: `inputs.n.alphabet`: `hexx`",
            "Did you mean `hex`?",
        ),
        (
            "type: generated, length: 90, characters: 'aab'",
            "template.yaml:5: `inputs.n.characters`",
            "each once",
        ),
        (
            "required: maybe",
            "template.yaml:5: `inputs.n.required` is text, and true or false",
            "Write `true`",
        ),
    ] {
        let yaml = with(&format!("inputs:\n  n: {{{input}}}"));
        let source = "variable \"n\" {\n  default   = null\n  sensitive = true\n}\n";
        only(of(&yaml, source), begins, hint);
    }
    let long = "x".repeat(80);
    let yaml =
        with(&format!("inputs:\n  n:\n    type: choice\n    options:\n      - a\n      - {long}"));
    only(of(&yaml, "variable \"n\" {}\n"), "template.yaml:9: `inputs.n.options`", "at most 75");
    let yaml = with(&format!("inputs:\n  n:\n    placeholder: {}", "x".repeat(151)));
    only(
        of(&yaml, "variable \"n\" {}\n"),
        "template.yaml:6: `inputs.n.placeholder` has 151",
        "at most 150",
    );
}

#[test]
fn a_ttl_that_cannot_be_kept_is_told() {
    for (ttl, begins, hint) in [
        ("{default: 4h}", "template.yaml:3: `ttl.maximum` is missing", "maximum: 4h"),
        ("{default: 4d, maximum: 3d}", "template.yaml:3: `ttl.default` is 4 d and above", "Lower"),
        ("{default: 0m, maximum: 3d}", "template.yaml:3: `ttl.default` is nothing", "live"),
        (
            "{default: 4h, maximum: 3d, grace: 0m}",
            "template.yaml:3: `ttl.grace` is nothing",
            "minutes",
        ),
        (
            "{default: 4h, maximum: 3d, warnings: [4h]}",
            "template.yaml:3: `ttl.warnings`: 4 h",
            "before the end",
        ),
        (
            "{default: 4h, maximum: 3d, warnings: [0m]}",
            "template.yaml:3: `ttl.warnings`: 0 s",
            "before the end",
        ),
        (
            "{default: 4h, maximum: 3d, extensions: [0m]}",
            "template.yaml:3: `ttl.extensions`: 0 s",
            "steps",
        ),
        (
            "{default: 4h, maximum: 3d, extensions: [4d]}",
            "template.yaml:3: `ttl.extensions`: 4 d",
            "steps",
        ),
        (
            "{default: 4h, maximum: 3d, extensions: [1h, 2h, 3h, 4h, 5h]}",
            "template.yaml:3: `ttl.extensions` has 5",
            "at most 4",
        ),
        (
            "{default: 4, maximum: 3d}",
            "template.yaml:3: `ttl.default`: `4` is not a duration",
            "such as 90m",
        ),
        (
            "{default: 4h, maximum: 3d, warning: [1h]}",
            "template.yaml:3: there is no key `ttl.warning`",
            "`warnings`",
        ),
        ("4h", "template.yaml:3: `ttl` is text, and a mapping is wanted", "key: value"),
    ] {
        only(of(&format!("name: box\nengine: terraform\nttl: {ttl}\n"), SOURCE), begins, hint);
    }
    only(
        of("name: box\nengine: terraform\n", SOURCE),
        "template.yaml:1: `ttl` is missing",
        "for ever",
    );
    let yaml = "name: box\nengine: terraform\nttl: {default: 30m, maximum: 1h}\n";
    let ttl = Folder::of(&[("template.yaml", yaml), ("main.tf", SOURCE)]).template().manifest.ttl;
    assert_eq!(ttl.warnings, ["15m".parse().expect("a span")], "only those that fit are presumed");
    assert_eq!(ttl.extensions, [ttl.default]);
}

#[test]
fn manifest_and_source_have_to_agree() {
    let described = with("inputs:\n  size: {type: integer}");
    for (yaml, source, begins, hint) in [
        (
            described.as_str(),
            "variable \"sise\" { default = 1 }\n",
            "template.yaml:5: `inputs.size`: no variable",
            "Did you mean `sise`?",
        ),
        (
            &described,
            "variable \"size\" { type = bool }\n",
            "template.yaml:5: `inputs.size` is integer",
            "type = number",
        ),
        (
            LEAST,
            "\nvariable \"m\" { type = map(string) }\n",
            "main.tf:2: variable `m` has no default, and no input",
            "inputs:",
        ),
        (
            LEAST,
            "variable \"mayfly_tag\" {}\n",
            "main.tf:1: variable `mayfly_tag`: Mayfly fills no such",
            "Did you mean `mayfly_tags`?",
        ),
        (
            LEAST,
            "variable \"mayfly_tags\" { type = string }\n",
            "main.tf:1: variable `mayfly_tags` is of the wrong type",
            "map(string)",
        ),
        (
            &with("inputs:\n  p: {type: generated}"),
            "variable \"p\" { type = string }\n",
            "main.tf:1: variable `p` takes a secret",
            "sensitive = true",
        ),
        (
            &with("inputs:\n  p: {required: false}"),
            "variable \"p\" { type = string }\n",
            "template.yaml:5: `inputs.p` may be left empty",
            "required: true",
        ),
        (
            &with("inputs:\n  p: {hidden: true}"),
            "variable \"p\" { type = string }\n",
            "template.yaml:5: `inputs.p` is hidden",
            "default in the source",
        ),
        (
            &with("inputs:\n  p:"),
            "variable \"p\" { type = list(string) }\n",
            "template.yaml:5: `inputs.p` has no type",
            "multi-choice",
        ),
        (
            &with("inputs:\n  p: {options: [s, x]}"),
            "variable \"p\" {\n  validation {\n    condition = contains([\"s\"], var.p)\n    error_message = \"No.\"\n  }\n}\n",
            "template.yaml:5: `inputs.p.options`: the variable's validation refuses `x`",
            "allows",
        ),
        (
            &with("outputs: {o: text}"),
            "output \"o\" {\n  value = 1\n  sensitive = true\n}\n",
            "template.yaml:4: `outputs.o` is sensitive",
            "kind: secret",
        ),
        (
            &with("engine_version: '>= 2'"),
            "terraform {\n  required_version = \"~> 1.5\"\n}\noutput \"o\" { value = 1 }\n",
            "main.tf:2: `required_version` is ~> 1.5, and template.yaml:4 asks for >=2",
            "change one",
        ),
        (
            LEAST,
            "terraform {\n  required_version = \"new\"\n}\noutput \"o\" { value = 1 }\n",
            "main.tf:2: `required_version`: `new`",
            "~> 1.5",
        ),
        (
            LEAST,
            "output \"o\" {\n  value =\n}\n",
            "main.tf:2: this is no valid HCL",
            "terraform validate",
        ),
        (
            LEAST,
            "provider \"aws\" {}\n",
            "template.yaml: there is no .terraform.lock.hcl for hashicorp/aws",
            "terraform providers lock",
        ),
        (
            LEAST,
            "resource \"random_id\" \"x\" {}\n",
            "template.yaml: there is no .terraform.lock.hcl for hashicorp/random",
            "commit it",
        ),
        (
            LEAST,
            "variable \"x\" { default = 1 }\nresource \"terraform_data\" \"x\" {\n  provisioner \"local-exec\" {\n    command = \"echo ${var.x}\"\n  }\n}\n",
            "main.tf:4: a value becomes part of a shell command",
            "environment",
        ),
    ] {
        only(of(yaml, source), begins, hint);
    }
}

#[test]
fn some_things_are_warnings_and_the_template_is_still_offered() {
    let source = "terraform {\n  backend \"s3\" {}\n}\nresource \"terraform_data\" \"x\" {\n  provisioner \"local-exec\" {\n    when    = destroy\n    command = \"rm ${self.id} ${path.module}\"\n  }\n}\n";
    let folder = Folder::of(&[("template.yaml", LEAST), ("main.tf", source), ("x.tf.json", "{}")]);
    let (template, problems) = Template::read(&folder.path());
    assert!(template.is_some());
    assert!(problems.iter().all(|problem| problem.severity == Severity::Warning));
    let told = told(&problems);
    assert_eq!(told.len(), 3, "{told:#?}");
    assert!(
        told[0].starts_with("main.tf:2: warning: the `backend` block has no effect"),
        "{told:#?}"
    );
    assert!(told[1].starts_with("main.tf:7: warning: a value becomes part"), "{told:#?}");
    assert!(told[2].starts_with("x.tf.json: warning: JSON source is not read"), "{told:#?}");
}

#[test]
fn a_lock_file_has_to_hold_every_provider() {
    let source = "terraform {\n  required_providers {\n    aws = { source = \"hashicorp/aws\" }\n    own = { source = \"example.com/a/own\" }\n    builtin = { source = \"terraform.io/builtin/terraform\" }\n  }\n}\n";
    let folder = Folder::of(&[("template.yaml", LEAST), ("main.tf", source)]);
    folder.write(".terraform.lock.hcl", "provider \"registry.terraform.io/hashicorp/aws\" {}\n");
    only(
        folder.problems(),
        "main.tf:4: .terraform.lock.hcl does not have example.com/a/own",
        "providers lock",
    );
    folder.write("template.yaml", &LEAST.replace("terraform", "tofu"));
    let problems = folder.problems();
    assert_eq!(problems.len(), 2, "OpenTofu has its own registry: {problems:#?}");
    assert!(problems[0].contains("registry.opentofu.org/hashicorp/aws"), "{problems:#?}");
}

#[test]
fn everything_is_told_at_once_in_the_order_of_the_file() {
    let yaml = "name: Box!\ntitel: x\nengine: terrafrm\nttl: {default: 4h}\nweight: 3\n";
    let lines: Vec<String> = of(yaml, SOURCE)
        .iter()
        .map(|p| p.split(": ").next().unwrap_or_default().to_owned())
        .collect();
    let wanted = [1, 2, 3, 4, 5].map(|line| format!("template.yaml:{line}"));
    assert_eq!(lines, wanted);
}

#[test]
fn what_is_no_manifest_is_told_with_its_line() {
    only(
        of("name: box\n  engine: [", SOURCE),
        "template.yaml:2: this is no valid YAML",
        "indentation",
    );
    only(
        of("name: a\nname: b\n", SOURCE),
        "template.yaml:2: this is no valid YAML: duplicate",
        "quotes",
    );
    only(of("- a\n", SOURCE), "template.yaml:1: `` is a list, and a mapping", "key: value");
    let none = Folder::of(&[("main.tf", SOURCE)]);
    only(none.problems(), "template.yaml: there is no template.yaml", "Write one");
    let bare = Folder::of(&[("template.yaml", LEAST)]);
    only(bare.problems(), "template.yaml: there is no source here", ".tf");
    let other = Folder::of(&[
        ("template.yaml", &LEAST.replace("name: box", "name: bax")),
        ("main.tf", SOURCE),
    ]);
    only(
        other.problems(),
        "template.yaml:1: `name` is `bax`, and the folder is called `box`",
        "same name",
    );
    let linted = told(&lint(&none.path()));
    assert!(linted[0].starts_with(&none.path().join("template.yaml").display().to_string()));
}

#[test]
fn a_form_has_room_for_so_many_inputs() {
    let source: String = (0..81).map(|n| format!("variable \"v{n}\" {{}}\n")).collect();
    only(of(LEAST, &source), "template.yaml: the form would have 81 inputs", "hidden: true");
}

#[test]
fn a_catalog_offers_what_is_sound_and_tells_the_rest() {
    let root = Folder::of(&[
        ("box/template.yaml", LEAST),
        ("box/main.tf", SOURCE),
        ("bad/template.yaml", "name: bad\n"),
        (".git/config", ""),
        ("README.md", "hello"),
    ]);
    let loaded = Catalog::load(&root.path());
    let catalog = &loaded.catalog;
    assert_eq!(catalog.list().map(|t| t.manifest.name.as_str()).collect::<Vec<_>>(), ["box"]);
    assert!(catalog.get("bad").is_none() && !catalog.problems_of("bad").is_empty());
    assert!(loaded.problems[0].file.ends_with("bad/template.yaml"));
    assert_eq!(catalog.nearest("bxo"), Some("box"));
    let before = catalog.get("box").map(|t| t.version.clone());
    root.write("box/main.tf", "output \"y\" { value = 1 }\n");
    root.write("bad/template.yaml", &LEAST.replace("box", "bad"));
    root.write("bad/main.tf", SOURCE);
    let again = catalog.reload();
    assert!(again.problems.is_empty(), "{:?}", again.problems);
    assert_eq!(again.catalog.list().count(), 2);
    assert_ne!(again.catalog.get("box").map(|t| t.version.clone()), before);
    let missing = Catalog::load(&root.path().join("nowhere"));
    assert!(missing.problems[0].to_string().contains("cannot read it"), "{:?}", missing.problems);
}
