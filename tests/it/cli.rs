//! The binary as a person calls it.

use std::path::Path;
use std::process::{Command, Output};

fn mayfly(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mayfly"));
    command.args(args).current_dir(folder).env("TMPDIR", folder).stdin(std::process::Stdio::null());
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("MAYFLY_")) {
        command.env_remove(name);
    }
    command
}

fn text(output: &Output) -> String {
    let both = [&output.stdout[..], &output.stderr[..]].concat();
    String::from_utf8_lossy(&both).into_owned()
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

/// How many entries are left in a folder.
fn left(folder: &Path) -> Vec<std::ffi::OsString> {
    std::fs::read_dir(folder).expect("is there").flatten().map(|entry| entry.file_name()).collect()
}

#[test]
fn the_demo_plays_a_whole_life_and_leaves_nothing() {
    let folder = folder();
    let output = mayfly(folder.path(), &["demo", "--auto"]).output().expect("runs");
    let text = text(&output);
    assert!(output.status.success(), "{text}");
    for part in [
        "/infra new preview-env",
        "`+3 ~0 -0`",
        "is ready",
        "without credentials: 401",
        "with them: 200",
        "revealing again: 410",
        "ends in",
        "extended it by 4 h",
        "3 resources destroyed",
        "its state is empty",
        "the preview: 404",
        "Nothing is left.",
    ] {
        assert!(text.contains(part), "`{part}` is not in:\n{text}");
    }
    assert_eq!(left(folder.path()), Vec::<std::ffi::OsString>::new());
}

#[test]
fn the_demo_by_socket_mode_plays_it_too() {
    let folder = folder();
    let args = ["demo", "--auto", "--transport", "socket"];
    let output = mayfly(folder.path(), &args).output().expect("runs");
    assert!(output.status.success(), "{}", text(&output));
    assert_eq!(left(folder.path()), Vec::<std::ffi::OsString>::new());
}

/// A folder in which `terraform` is what the test wants it to be.
fn path_with(folder: &Path, script: &str) -> String {
    use std::os::unix::fs::PermissionsExt as _;
    let bin = folder.join("bin");
    std::fs::create_dir(&bin).expect("made");
    let program = bin.join("terraform");
    std::fs::write(&program, script).expect("written");
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).expect("set");
    format!("{}:/usr/bin:/bin", bin.display())
}

#[test]
fn the_demo_fails_with_a_terraform_that_does_nothing() {
    let folder = folder();
    let path = path_with(folder.path(), "#!/bin/sh\nexit 1\n");
    let output =
        mayfly(folder.path(), &["demo", "--auto"]).env("PATH", path).output().expect("runs");
    assert!(!output.status.success(), "{}", text(&output));
    assert!(text(&output).contains("error: "), "{}", text(&output));
}

#[test]
fn the_demo_fails_with_a_terraform_that_only_tells_its_version() {
    let folder = folder();
    let script = "#!/bin/sh\n[ \"$1\" = version ] && echo '{\"terraform_version\":\"1.11.4\"}' && exit 0\nexit 1\n";
    let path = path_with(folder.path(), script);
    let output =
        mayfly(folder.path(), &["demo", "--auto"]).env("PATH", path).output().expect("runs");
    assert!(!output.status.success(), "{}", text(&output));
    assert_eq!(left(folder.path()), ["bin"]);
}

#[test]
fn without_terraform_the_demo_says_so_in_one_line_with_the_cure() {
    let folder = folder();
    let output = mayfly(folder.path(), &["demo", "--auto"])
        .env("PATH", folder.path())
        .output()
        .expect("runs");
    let text = text(&output);
    assert!(!output.status.success());
    assert_eq!(text.lines().count(), 1, "{text}");
    assert!(text.contains("mayfly engines install terraform@"), "{text}");
    assert_eq!(left(folder.path()), Vec::<std::ffi::OsString>::new());
}

#[test]
fn the_demo_with_pulumi_plays_a_whole_life() {
    if !crate::support::programs::runs("pulumi") {
        return;
    }
    let folder = folder();
    let args = ["demo", "--auto", "--template", "preview-env-pulumi"];
    let output = mayfly(folder.path(), &args).output().expect("runs");
    let text = text(&output);
    assert!(output.status.success(), "{text}");
    for part in ["it was made by: pulumi 3.", "with them: 200", "3 resources destroyed"] {
        assert!(text.contains(part), "`{part}` is not in:\n{text}");
    }
    assert_eq!(left(folder.path()), Vec::<std::ffi::OsString>::new());
}

#[test]
fn the_demo_with_another_engine_plays_a_whole_life() {
    if !crate::support::programs::runs("tofu") {
        return;
    }
    let folder = folder();
    let args = ["demo", "--auto", "--engine", "opentofu"];
    let output = mayfly(folder.path(), &args).output().expect("runs");
    let text = text(&output);
    assert!(output.status.success(), "{text}");
    for part in ["it was made by: tofu 1.", "with them: 200", "3 resources destroyed"] {
        assert!(text.contains(part), "`{part}` is not in:\n{text}");
    }
    assert_eq!(left(folder.path()), Vec::<std::ffi::OsString>::new());
}

#[test]
fn the_demo_says_in_one_line_why_it_cannot_be_played() {
    for (args, parts) in [
        (
            &["--engine", "tofu", "--auto"][..],
            &["tofu is not installed", "run `mayfly engines install tofu@"][..],
        ),
        (
            &["--engine", "terraform", "--auto"],
            &["terraform is not installed", "run `mayfly engines install terraform@"],
        ),
        (&["--template", "nix", "--auto"], &["no template `nix`", "choose one of", "preview-env"]),
        (
            &["--engine", "pulumi", "--template", "preview-env", "--auto"],
            &["pulumi does not run `preview-env`", "leave out one of"],
        ),
    ] {
        let folder = folder();
        let output = mayfly(folder.path(), &[&["demo"], args].concat())
            .env("PATH", folder.path())
            .output()
            .expect("runs");
        let text = text(&output);
        assert!(!output.status.success(), "{text}");
        assert_eq!(text.lines().count(), 1, "{text}");
        for part in parts {
            assert!(text.contains(part), "`{part}` is not in:\n{text}");
        }
        assert_eq!(left(folder.path()), Vec::<std::ffi::OsString>::new());
    }
}

/// Settings with three engines of which one is not there, one of them installed as a version, and with two
/// templates of which one asks for what nobody has.
fn with_engines(folder: &Path) {
    let tells = |program: &str, version: &str| {
        let script = format!("#!/bin/sh\necho '{{\"terraform_version\":\"{version}\"}}'\n");
        let program = folder.join(program);
        std::fs::create_dir_all(program.parent().expect("has one")).expect("made");
        crate::support::programs::script(&program, &script);
    };
    tells("data/engines/terraform/1.5.7/terraform", "1.5.7");
    tells("own/terraform", "1.11.4");
    tells("data/engines/tofu/1.9.0/tofu", "1.9.0");
    for (name, wanted) in [("quick", "<1.6"), ("future", ">=99.1")] {
        let template = folder.join("templates").join(name);
        std::fs::create_dir_all(&template).expect("made");
        let yaml = format!(
            "name: {name}\ntitle: {name}\nengine: terraform\nengine_version: '{wanted}'\n\
             ttl: {{default: 1h, maximum: 1d}}\n"
        );
        std::fs::write(template.join("template.yaml"), yaml).expect("written");
        std::fs::write(template.join("main.tf"), "resource \"terraform_data\" \"x\" {}\n")
            .expect("written");
    }
    let toml = "templates = \"templates\"\n[engines]\n\
                terraform = [\"1.5.7\", \"./own/terraform\", \"1.6.6\"]\n";
    std::fs::write(folder.join("other.toml"), toml).expect("written");
}

/// The cells of a line that begins so.
fn cells(text: &str, begin: &str) -> Vec<String> {
    let line = text.lines().find(|line| line.starts_with(begin));
    let line = line.unwrap_or_else(|| panic!("no line begins with `{begin}`:\n{text}"));
    line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).map(str::to_owned).collect()
}

#[test]
fn engines_are_listed_with_what_they_run_and_what_cannot_be_used() {
    let folder = folder();
    with_engines(folder.path());
    let args = ["engines", "--config", "other.toml"];
    let output = mayfly(folder.path(), &args)
        .env("PATH", "/usr/bin:/bin")
        // The test command's own variable is no setting.
        .env("MAYFLY_ENGINES", "all")
        .output()
        .expect("runs");
    let text = text(&output);
    assert!(output.status.success(), "{text}");
    let root = folder.path().display().to_string();
    assert_eq!(
        cells(&text, "terraform  1.5.7"),
        [
            "terraform",
            "1.5.7",
            &format!("{root}/data/engines/terraform/1.5.7/terraform"),
            "version in the settings",
            "quick"
        ]
    );
    assert_eq!(
        cells(&text, "terraform  1.11.4")[2..],
        [format!("{root}/own/terraform"), "path in the settings".into(), "–".into()]
    );
    assert_eq!(cells(&text, "tofu")[3..], ["installed", "–"]);
    for part in [
        "terraform: version 1.6.6 is not installed",
        "run `mayfly engines install terraform@1.6.6`",
        "future: it needs terraform >=99.1, and there is terraform 1.11.4, terraform 1.5.7",
        "run `mayfly engines install terraform@99.1.0`",
    ] {
        assert!(text.contains(part), "`{part}` is not in:\n{text}");
    }
    assert!(!text.contains("  quick:"), "{text}");
}

#[test]
fn where_there_is_no_engine_the_list_says_how_to_install_one() {
    let folder = folder();
    let output =
        mayfly(folder.path(), &["engines"]).env("PATH", folder.path()).output().expect("runs");
    assert!(output.status.success());
    assert_eq!(
        text(&output),
        "No engine was found. Install one: mayfly engines install opentofu\n"
    );
}

#[test]
fn doctor_has_a_line_for_each_engine_and_for_each_template_that_lacks_one() {
    let folder = folder();
    with_engines(folder.path());
    let args = ["doctor", "--config", "other.toml"];
    let output = mayfly(folder.path(), &args).env("PATH", "/usr/bin:/bin").output().expect("runs");
    let text = text(&output);
    for line in [
        "ok    terraform: 1.11.4 at ",
        "ok    terraform: 1.5.7 at ",
        "fail  terraform: version 1.6.6 is not installed",
        "ok    tofu: 1.9.0 at ",
        "warn  template future: unavailable: it needs terraform >=99.1, and there is",
    ] {
        assert!(text.lines().any(|there| there.starts_with(line)), "`{line}` is not in:\n{text}");
    }
    assert!(!text.contains("template quick"), "{text}");
}

#[test]
fn serve_says_what_is_missing() {
    let folder = folder();
    let output = mayfly(folder.path(), &["serve"]).output().expect("runs");
    let text = text(&output);
    assert!(!output.status.success());
    assert!(text.contains("slack.bot_token") && text.contains("MAYFLY_SLACK_BOT_TOKEN"), "{text}");
}

#[test]
fn bad_settings_are_told_all_at_once() {
    let folder = folder();
    let toml = "[server]\nlisten = \"x\"\n[slack]\nmode = \"y\"\n";
    std::fs::write(folder.path().join("mayfly.toml"), toml).expect("written");
    for verb in ["serve", "doctor"] {
        let output = mayfly(folder.path(), &[verb]).output().expect("runs");
        let text = text(&output);
        assert!(!output.status.success());
        assert!(text.contains("mayfly.toml:2") && text.contains("mayfly.toml:4"), "{text}");
    }
}

#[test]
fn doctor_has_a_line_for_everything_with_the_cure() {
    let folder = folder();
    let output = mayfly(folder.path(), &["doctor"]).output().expect("runs");
    let text = text(&output);
    assert!(!output.status.success());
    for line in [
        "ok    settings",
        "ok    data folder",
        "ok    database: SQLite, migrations applied",
        "fail  sealing key",
        "fail  templates",
        "fail  Slack token: set MAYFLY_SLACK_BOT_TOKEN",
        "warn  orphans: looked for by `17 * * * *`, and told nobody: set operators.channel",
        "warn  public URL",
    ] {
        assert!(text.contains(line), "`{line}` is not in:\n{text}");
    }
    assert!(text.contains("terraform: 1."), "{text}");
}

#[test]
fn doctor_says_whether_orphans_would_be_found() {
    let folder = folder();
    let templates = concat!(env!("CARGO_MANIFEST_DIR"), "/templates/environments");
    let doctor = |settings: &str, region: Option<&str>| {
        let toml = format!("templates = {templates:?}\n{settings}");
        std::fs::write(folder.path().join("mayfly.toml"), toml).expect("written");
        let mut command = mayfly(folder.path(), &["doctor"]);
        for name in ["AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"] {
            command.env_remove(name);
        }
        command.envs(region.map(|region| ("AWS_REGION", region)));
        text(&command.output().expect("runs"))
    };
    let told = "[operators]\nchannel = \"#ops\"\n";
    let text = doctor(told, Some("eu-central-1"));
    assert!(
        text.contains("ok    orphans: looked for by `17 * * * *`, told after 15 min"),
        "{text}"
    );
    let line = "ok    orphans of s3-bucket: by AWS's index of tags";
    assert!(text.contains(line) && !text.contains("orphans of preview-env"), "{text}");
    let text = doctor(told, None);
    let line = "warn  orphans of s3-bucket: by AWS's index of tags, and no region is set";
    assert!(text.contains(line), "{text}");
    let text = doctor("[orphans]\nschedule = \"never\"\n", None);
    assert!(text.contains("warn  orphans: never looked for"), "{text}");
    let text = doctor("[orphans]\nschedule = \"sometimes\"\n", None);
    assert!(text.contains("fail  orphans: orphans.schedule: `sometimes` is no schedule"), "{text}");
}

#[test]
fn template_lint_names_file_and_line() {
    let folder = folder();
    let template = folder.path().join("queue");
    std::fs::create_dir(&template).expect("made");
    std::fs::write(template.join("template.yaml"), "name: queue\nowner: me\nengin: terraform\n")
        .expect("written");
    let output = mayfly(folder.path(), &["template", "lint", "queue"]).output().expect("runs");
    let text = text(&output);
    assert!(!output.status.success());
    assert!(text.contains("template.yaml:3") && text.contains("engine"), "{text}");
    let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/templates/environments/preview-env");
    let output = mayfly(folder.path(), &["template", "lint", shipped]).output().expect("runs");
    assert!(output.status.success());
}

#[test]
fn cost_estimate_prices_a_plan() {
    let folder = folder();
    let planned = serde_json::json!({ "planned_values": { "root_module": { "resources": [
        { "address": "aws_eip.a", "mode": "managed", "type": "aws_eip", "name": "a", "values": {} },
        { "address": "aws_s3_bucket.b", "mode": "managed", "type": "aws_s3_bucket", "name": "b", "values": {} },
        { "address": "aws_msk_cluster.c", "mode": "managed", "type": "aws_msk_cluster", "name": "c", "values": {} },
        { "address": "terraform_data.d", "mode": "managed", "type": "terraform_data", "name": "d", "values": {} },
    ] } } });
    std::fs::write(folder.path().join("plan.json"), planned.to_string()).expect("written");
    let estimate = |args: &[&str]| {
        let all = [&["cost", "estimate", "--plan"], args].concat();
        let output = mayfly(folder.path(), &all).output().expect("runs");
        (output.status.success(), text(&output))
    };
    let usage = [
        "plan.json",
        "--region",
        "us-east-1",
        "--usage",
        "aws_s3_bucket.storage_gb=730",
        "--for",
        "10h",
    ];
    let (worked, told) = estimate(&usage);
    assert!(worked, "{told}");
    for part in [
        "aws_eip.a          0.005 USD/h  address 0.005\n",
        "storage 0.023 (assumed)",
        "aws_msk_cluster.c  unknown: the price book has no rate for aws_msk_cluster\n",
        "terraform_data.d   free\n",
        "$0.028/h · about $0.28 for 10h · priced 3 of 4, 1 by assumed usage · prices of 2026-07-20\n",
    ] {
        assert!(told.contains(part), "{part} is not in:\n{told}");
    }
    let (worked, told) = estimate(&["plan.json"]);
    assert!(worked && told.contains("priced 1 of 4"), "{told}");
    assert!(told.contains("its region is not known before the apply"), "{told}");
    assert!(told.contains("nobody knows what it costs · priced 1 of 4"), "{told}");
    let json =
        ["cost", "estimate", "--plan", "plan.json", "--region", "us-east-1", "--output", "json"];
    let output = mayfly(folder.path(), &json).output().expect("runs");
    let parsed: serde_json::Value =
        serde_json::from_slice(&output.stdout).expect("it is JSON alone");
    assert_eq!(parsed["resources"][0]["lines"][0]["hourly"], "0.005");

    let preview = serde_json::json!({ "config": { "aws:region": "us-east-1" }, "steps": [
        { "op": "create", "urn": "urn:pulumi:e::p::aws:ec2/eip:Eip::a",
          "newState": { "type": "aws:ec2/eip:Eip", "custom": true, "inputs": {} } },
    ] });
    std::fs::write(folder.path().join("preview.json"), preview.to_string()).expect("written");
    let (worked, told) = estimate(&["preview.json"]);
    assert!(worked && told.contains("$0.005/h · about $0.12 for 1d · priced 1 of 1"), "{told}");

    let free = r#"{"steps":[{"op":"create","urn":"urn:pulumi:e::p::command:local:Command::page",
        "newState":{"type":"command:local:Command","custom":true,"inputs":{}}}]}"#;
    std::fs::write(folder.path().join("free.json"), free).expect("written");
    let (worked, told) = estimate(&["free.json"]);
    assert!(
        worked && told == "page  free\nnothing of it costs anything · priced 1 of 1\n",
        "{told}"
    );

    std::fs::write(folder.path().join("events.json"), "{\"type\":\"version\"}").expect("written");
    for (args, part) in [
        (&["nowhere.json"][..], "error: nowhere.json: No such file"),
        (&["events.json"], "error: events.json: this is not what `terraform show -json` prints"),
        (&["plan.json", "--prices", "nowhere"], "error: nowhere: No such file"),
        (&["plan.json", "--discount", "*=2"], "a discount is a fraction from 0 to 1"),
        (
            &["plan.json", "--discount", "aws_instanse=0.1"],
            "for `aws_instanse`; there are: aws_instance,",
        ),
        (&["plan.json", "--usage", "much"], "write a name, `=` and a number"),
        (&["plan.json", "--usage", "aws_s3_bucket.gb=1"], "knows the usage `aws_s3_bucket.gb`"),
    ] {
        let (worked, told) = estimate(args);
        assert!(!worked && told.contains(part), "{part} is not in:\n{told}");
    }
}

#[test]
fn usage_of_a_template_is_priced_by_and_told_where_no_book_knows_it() {
    let folder = folder();
    let planned = serde_json::json!({ "planned_values": { "root_module": { "resources": [
        { "address": "aws_s3_bucket.b", "mode": "managed", "type": "aws_s3_bucket", "name": "b", "values": {} },
    ] } } });
    std::fs::write(folder.path().join("plan.json"), planned.to_string()).expect("written");
    let template = folder.path().join("templates/queue");
    std::fs::create_dir_all(&template).expect("made");
    let manifest = "name: queue\nengine: terraform\nttl: {default: 4h, maximum: 3d}\nusage:\n  \
                    aws_s3_bucket.storage_gb: 73.0\n  aws_s3_bucket.storage: 5\n";
    std::fs::write(template.join("template.yaml"), manifest).expect("written");
    std::fs::write(template.join("main.tf"), "output \"x\" { value = 1 }\n").expect("written");
    let told = |args: &[&str]| {
        let output = mayfly(folder.path(), args).output().expect("runs");
        (output.status.success(), text(&output))
    };
    let estimate = |more: &[&str]| {
        let usual = ["cost", "estimate", "--plan", "plan.json", "--region", "us-east-1"];
        told(&[&usual, more].concat())
    };
    let warning = "template.yaml:6: warning: `usage`: no price book knows `aws_s3_bucket.storage`\n  \
                   hint: Take it out, or write one that is known; there are: ";
    // 73 × 0.023 / 730
    let (worked, said) = estimate(&["--template", "templates/queue"]);
    assert!(
        worked && said.contains("storage 0.0023 (assumed)") && said.contains(warning),
        "{said}"
    );
    let over = ["--template", "templates/queue", "--usage", "aws_s3_bucket.storage_gb=730"];
    let (worked, said) = estimate(&over);
    assert!(worked && said.contains("storage 0.023 (assumed)"), "{said}");
    let (worked, said) = estimate(&["--template", "templates"]);
    assert!(!worked && said.contains("error: templates/template.yaml: there is no"), "{said}");

    let (worked, said) = told(&["template", "lint", "templates/queue"]);
    assert!(worked && said.contains(warning) && said.contains("0 errors, 1 warnings"), "{said}");
    let prices = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/policies/usage");
    let (worked, said) = told(&["template", "lint", "templates/queue", "--prices", prices]);
    assert!(worked && said.contains("0 errors, 2 warnings"), "other books know others: {said}");

    let data = folder.path().join("data-of-policy");
    std::fs::create_dir(&data).expect("made");
    let teams = "teams: { payments: { usage: { aws_s3_bucket.gb: 5 } } }\n";
    std::fs::write(data.join("teams.yaml"), teams).expect("written");
    let settings = "templates = \"templates\"\n[policies]\ndata = [\"data-of-policy\"]\n";
    std::fs::write(folder.path().join("mayfly.toml"), settings).expect("written");
    let (_, said) = told(&["doctor"]);
    for line in [
        "warn  usage: templates/queue/template.yaml:6: warning: `usage`: no price book knows `aws_s3_bucket.storage` hint: ",
        "warn  usage: data.teams.payments.usage: no price book knows the usage `aws_s3_bucket.gb`; there are: ",
    ] {
        assert!(said.contains(line), "`{line}` is not in:\n{said}");
    }
}

#[test]
fn an_old_price_book_is_warned_of_and_a_wrong_one_refused() {
    let folder = folder();
    let book = |as_of: &str, rate: &str| {
        let text = format!(
            "provider = \"x\"\nregion = \"r\"\ncurrency = \"EUR\"\nas_of = \"{as_of}\"\nsource = \"s\"\n\
             [[component]]\nresource = \"x_y\"\nname = \"n\"\nunit = \"hour\"\nrate = {rate}\n"
        );
        std::fs::create_dir_all(folder.path().join("prices")).expect("made");
        std::fs::write(folder.path().join("prices/x.toml"), text).expect("written");
        let planned = serde_json::json!({ "planned_values": { "root_module": { "resources": [
            { "address": "x_y.a", "mode": "managed", "type": "x_y", "name": "a", "values": {} },
        ] } } });
        std::fs::write(folder.path().join("plan.json"), planned.to_string()).expect("written");
        let args =
            ["cost", "estimate", "--plan", "plan.json", "--region", "r", "--prices", "prices"];
        let output = mayfly(folder.path(), &args).output().expect("runs");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.success(), text(&output.stdout), text(&output.stderr))
    };
    let (worked, told, warned) = book("2020-02-29", "\"0.1\"");
    assert!(worked && told.contains("EUR 0.10/h · about EUR 2.40 for 1d"), "{told}{warned}");
    let warning = "warning: prices/x.toml: its prices are of 2020-02-29, ";
    assert!(warned.starts_with(warning) && !told.contains("warning"), "{warned}");
    // It will not be old for a while.
    let (worked, _, warned) = book("2999-01-01", "\"0.1\"");
    assert!(worked && warned.is_empty(), "{warned}");
    let (worked, _, told) = book("2999-01-01", "0.1");
    let problem = "error: prices/x.toml:10: rate: 0.1 is a float, which is not what was written";
    assert!(!worked && told.starts_with(problem), "{told}");
}

#[test]
fn help_is_for_newcomers() {
    let folder = folder();
    let output = mayfly(folder.path(), &["--help"]).output().expect("runs");
    let text = text(&output);
    assert!(output.status.success());
    for verb in
        ["demo", "serve", "doctor", "engines", "slack-manifest", "template", "cost", "audit"]
    {
        assert!(text.contains(verb), "{text}");
    }
    assert!(text.contains("New here?") && !text.contains("supervise"), "{text}");
}
