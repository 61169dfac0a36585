//! `mayfly engines install`, and the demo on a machine without an engine.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use super::site::{Release, TestSite, script, zip};

fn mayfly(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mayfly"));
    command.args(args).current_dir(folder).env("TMPDIR", folder).stdin(Stdio::null());
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("MAYFLY_")) {
        command.env_remove(name);
    }
    // No engine is on this PATH.
    command.env("PATH", folder).env("XDG_CACHE_HOME", folder.join("cache"));
    command
}

async fn run(mut command: Command) -> Output {
    tokio::task::spawn_blocking(move || command.output().expect("runs")).await.expect("ends")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A site that serves OpenTofu, and the file of the key that it signs with.
async fn site(folder: &Path, calls: Option<&Path>) -> (TestSite, String) {
    let site = TestSite::start().await;
    site.publish(Release::tofu(), zip(&[("tofu", &script(calls))]));
    let key = folder.join("key.asc");
    std::fs::write(&key, site.signer.public_key()).expect("written");
    (site, key.display().to_string())
}

#[tokio::test(flavor = "multi_thread")]
async fn install_says_what_it_does_and_does_it_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let (site, key) = site(folder.path(), None).await;
    let args = ["engines", "install", "opentofu@1.12.6", "--from", &site.url, "--trust", &key];
    let output = run(mayfly(folder.path(), &args)).await;
    let (out, told) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{told}");
    let program = "data/engines/tofu/1.12.6/tofu";
    assert!(out.contains("checksum and signature are right") && out.contains(program), "{out}");
    assert!(folder.path().join(program).is_file());
    let tenths = told.lines().filter(|line| line.contains(" %, ")).count();
    assert!((3..=11).contains(&tenths), "a line every 10 %:\n{told}");
    assert!(told.contains("100 %") && !told.contains('\r'), "{told}");

    let again = run(mayfly(folder.path(), &args)).await;
    assert!(again.status.success() && text(&again.stdout).contains("is there already"));
    assert_eq!(site.asked_for_archive().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn install_goes_by_the_settings() {
    let folder = tempfile::tempdir().expect("a folder");
    let (site, key) = site(folder.path(), None).await;
    std::fs::write(folder.path().join("other.toml"), "data = \"elsewhere\"\n").expect("written");
    let mut args = vec!["engines", "install", "tofu@1.12.6", "--config", "other.toml"];
    args.extend(["--from", &site.url, "--trust", &key]);
    let output = run(mayfly(folder.path(), &args)).await;
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(folder.path().join("elsewhere/engines/tofu/1.12.6/tofu").is_file());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_one_line_and_a_hint() {
    let folder = tempfile::tempdir().expect("a folder");
    let (site, _) = site(folder.path(), None).await;
    for (wanted, part) in [
        ("ansible@1.0.0", "`ansible` is no engine that can be installed"),
        ("tofu", "`tofu` does not say which version"),
        ("tofu@1.12", "`1.12` is no version of a release"),
        ("terraform@9.9.9", "there is no Terraform 9.9.9 at"),
        ("tofu@1.12.6", "which is not trusted"),
    ] {
        let output =
            run(mayfly(folder.path(), &["engines", "install", wanted, "--from", &site.url]));
        let output = output.await;
        let told = text(&output.stderr);
        assert!(!output.status.success() && told.starts_with("error: "), "{told}");
        assert!(told.contains(part), "{told}");
        assert_eq!(told.lines().count(), 2, "{told}");
        assert!(told.contains("\n  hint: "), "{told}");
    }
    let output = run(mayfly(folder.path(), &["engines", "install", "tofu@1.12.6", "--from", "x"]));
    assert!(text(&output.await.stderr).contains("`x` is no address of a release site"));
    let alone = run(mayfly(folder.path(), &["engines", "install", "tofu@1.12.6", "--trust", "k"]));
    assert!(!alone.await.status.success(), "keys go with a mirror alone");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_installs_an_engine_when_told_to_and_finds_it_the_next_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let calls = folder.path().join("calls");
    let (site, key) = site(folder.path(), Some(&calls)).await;
    let mut args = vec!["demo", "--auto", "--install-engine"];
    args.extend(["--from", &site.url, "--trust", &key]);
    let output = run(mayfly(folder.path(), &args)).await;
    let told = text(&output.stderr);
    // The engine is a script that does nothing but to tell its version.
    assert!(!output.status.success(), "{told}");
    assert!(folder.path().join("cache/mayfly/engines/tofu/1.12.6/tofu").is_file(), "{told}");
    let called = std::fs::read_to_string(&calls).expect("the engine was called");
    assert!(called.lines().any(|line| line.starts_with("version")), "{called}");
    assert!(called.lines().any(|line| line.contains(" init ")), "no run began:\n{called}\n{told}");

    std::fs::remove_file(&calls).expect("removed");
    site.inner().asked.clear();
    let output = run(mayfly(folder.path(), &["demo", "--auto"])).await;
    let called = std::fs::read_to_string(&calls).unwrap_or_default();
    assert!(called.lines().any(|line| line.contains(" init ")), "{}", text(&output.stderr));
    assert_eq!(site.inner().asked, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_terminal_the_demo_asks_nothing_and_names_the_cure() {
    let folder = tempfile::tempdir().expect("a folder");
    for args in [&["demo"][..], &["demo", "--auto"]] {
        let output = run(mayfly(folder.path(), args)).await;
        let told = text(&[output.stdout, output.stderr].concat());
        assert!(!output.status.success());
        assert_eq!(told.lines().count(), 1, "{told}");
        for part in [
            "terraform",
            "mayfly engines install",
            "mayfly demo --install-engine",
            "OpenTofu 1.12.6",
        ] {
            assert!(told.contains(part), "{told}");
        }
        assert!(told.contains("cache/mayfly/engines"), "{told}");
    }
}

/// What a person sees who calls it on a terminal and types `answer` once `question` is there; it is
/// interrupted when `last` comes.
fn on_a_terminal(mut command: Command, [question, answer, last]: [&str; 3]) -> (bool, String) {
    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
    use std::io::{Read as _, Write as _};
    let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
    grantpt(&ours).and_then(|()| unlockpt(&ours)).expect("can be used");
    let name = ptsname(&ours, Vec::new()).expect("has a name").into_string().expect("is text");
    let theirs = std::fs::File::options().read(true).write(true).open(name).expect("opens");
    let copy = || Stdio::from(theirs.try_clone().expect("is copied"));
    let mut child = command.stdin(copy()).stdout(copy()).stderr(copy()).spawn().expect("starts");
    // The terminal ends with the last who has it.
    drop((command, theirs));
    let mut ours = std::fs::File::from(ours);
    let (mut seen, mut buffer) = (String::new(), [0; 4096]);
    let (mut answered, mut stopped) = (false, false);
    // At the end Linux says EIO.
    while let Ok(read) = ours.read(&mut buffer)
        && read > 0
    {
        seen += &text(&buffer[..read]);
        if !answered && seen.contains(question) {
            answered = true;
            ours.write_all(answer.as_bytes()).expect("is typed");
        }
        if !stopped && seen.contains(last) {
            stopped = true;
            let pid = rustix::process::Pid::from_child(&child);
            rustix::process::kill_process(pid, rustix::process::Signal::INT).expect("is told");
        }
    }
    (child.wait().expect("ends").success(), seen)
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_terminal_the_demo_offers_an_engine_and_goes_on_with_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let (site, key) = site(folder.path(), None).await;
    let question =
        "Neither terraform nor tofu is on the PATH. Install OpenTofu 1.12.6 (about 30 MB) into";
    let args = ["demo", "--from", &site.url, "--trust", &key];
    let asked = async |answer: &'static str| {
        let command = mayfly(folder.path(), &args);
        let play = move || on_a_terminal(command, [question, answer, "Ctrl-C ends everything"]);
        tokio::task::spawn_blocking(play).await.expect("ends")
    };
    let (succeeded, seen) = asked("n\n").await;
    assert!(!succeeded && seen.contains("now? [Y/n]"), "{seen}");
    assert!(seen.contains("error: terraform is not installed"), "{seen}");
    assert_eq!(site.inner().asked, [], "nothing is asked for before the answer");

    let (succeeded, seen) = asked("\n").await;
    assert!(seen.contains("\rOpenTofu 1.12.6: 100 %"), "{seen}");
    assert!(succeeded && seen.contains("The playground is at"), "{seen}");
    assert!(folder.path().join("cache/mayfly/engines/tofu/1.12.6/tofu").is_file());

    let (succeeded, seen) = asked("").await;
    assert!(succeeded && !seen.contains(question), "{seen}");
}
