//! Children under the real `mayfly supervise`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use mayfly::process::{
    Cause, Exit, FollowError, Identity, Limits, Spec, StampDeadlines, StartError, Stream,
    Supervised, files, leftovers_of,
};
use tempfile::TempDir;

pub const EXE: &str = env!("CARGO_BIN_EXE_mayfly");

/// Longer than any test: a limit that must not act.
pub const NEVER: Duration = Duration::from_secs(100);

pub fn patient() -> Limits {
    Limits { time: NEVER, silence: NEVER, grace: NEVER, stamp: None }
}

fn millis(n: u64) -> Duration {
    Duration::from_millis(n)
}

/// A run's folder, and a shell script in it.
struct Run {
    folder: TempDir,
    limits: Limits,
}

impl Run {
    fn new() -> Run {
        Run { folder: tempfile::tempdir().unwrap(), limits: patient() }
    }

    fn limited(limits: Limits) -> Run {
        Run { limits, ..Run::new() }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("run")
    }

    fn spec(&self, script: &str) -> Spec {
        Spec {
            program: "sh".into(),
            args: vec!["-c".into(), script.into()],
            env: BTreeMap::from([("PATH".to_owned(), std::env::var("PATH").unwrap())]),
            cwd: self.folder.path().to_path_buf(),
            limits: self.limits,
        }
    }

    async fn start(&self, script: &str) -> Supervised {
        Supervised::start(Path::new(EXE), &self.path(), &self.spec(script)).await.unwrap()
    }

    /// Waits for a file that the script makes.
    async fn made(&self, name: &str) -> String {
        let path = self.folder.path().join(name);
        let until = Instant::now() + Duration::from_secs(20);
        loop {
            match std::fs::read_to_string(&path) {
                Ok(text) if !text.is_empty() => return text.trim().to_owned(),
                _ if Instant::now() > until => panic!("{} never came", path.display()),
                _ => tokio::time::sleep(millis(20)).await,
            }
        }
    }

    async fn pid(&self, name: &str) -> i32 {
        self.made(name).await.parse().unwrap()
    }

    fn identity(&self, file: &str) -> Identity {
        serde_json::from_slice(&std::fs::read(self.path().join(file)).unwrap()).unwrap()
    }
}

async fn output(child: &Supervised) -> (Vec<(Stream, String)>, Exit) {
    let mut lines = Vec::new();
    let exit = child.follow(|l| lines.push((l.stream, l.text))).await.unwrap();
    (lines, exit)
}

fn send(pid: i32, signal: rustix::process::Signal) {
    rustix::process::kill_process(rustix::process::Pid::from_raw(pid).unwrap(), signal).unwrap();
}

#[tokio::test]
async fn a_child_gets_what_its_spec_says_and_nothing_else() {
    use std::os::unix::fs::PermissionsExt as _;
    let run = Run::new();
    let child = run.start("env; umask; cat; echo bad >&2; : > made; exit 7").await;
    assert!(!run.path().join(files::SPEC).exists(), "the credentials are not left behind");
    let (lines, exit) = output(&child).await;
    assert_eq!((exit.code, exit.signal, exit.cause), (Some(7), None, Cause::Exited));
    assert!(!exit.success() && exit.ended >= exit.started);
    assert!(lines.contains(&(Stream::Stderr, "bad".to_owned())));
    let mode = |p: PathBuf| std::fs::metadata(p).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(run.folder.path().join("made")), 0o600);
    assert_eq!((mode(run.path()), mode(run.path().join(files::STDOUT))), (0o700, 0o600));
    // `PWD`, `OLDPWD`, `_` and `SHLVL` are the shell's own.
    let mut names: Vec<&str> = lines
        .iter()
        .filter_map(|(_, l)| l.split_once('=').map(|(name, _)| name))
        .filter(|name| !matches!(*name, "PWD" | "OLDPWD" | "_" | "SHLVL"))
        .collect();
    names.sort_unstable();
    assert_eq!(names, ["MAYFLY_SUPERVISED_IN", "PATH"]);
}

#[tokio::test]
async fn a_program_that_is_not_there_is_told_as_such() {
    let run = Run::new();
    let spec = Spec { program: "no-such-engine".into(), ..run.spec("") };
    let child = Supervised::start(Path::new(EXE), &run.path(), &spec).await.unwrap();
    let exit = child.wait().await.unwrap();
    assert_eq!(exit.cause, Cause::NotStarted);
    assert!(exit.message.unwrap().starts_with("could not start `no-such-engine`: No such file"));
}

#[tokio::test]
async fn a_supervisor_that_does_not_start_says_why() {
    let run = Run::new();
    let failed = Supervised::start(Path::new("/bin/false"), &run.path(), &run.spec("")).await;
    assert!(matches!(failed, Err(StartError::Silent(..))), "{failed:?}");
    let failed = Supervised::start(Path::new("/none"), &run.path(), &run.spec("")).await;
    assert!(matches!(failed, Err(StartError::Spawn { .. })), "{failed:?}");
}

#[tokio::test]
async fn the_child_survives_whoever_started_it_and_is_found_again() {
    let run = Run::new();
    drop(run.start("echo one; while [ ! -e go ]; do sleep 0.05; done; echo two").await);
    // As after a restart: only the folder is known.
    let child = Supervised::attach(&run.path()).unwrap().expect("it was started");
    let mut heard = Vec::new();
    let one =
        tokio::time::timeout(Duration::from_secs(1), child.follow(|line| heard.push(line.text)));
    assert!(one.await.is_err(), "it still runs");
    std::fs::write(run.folder.path().join("go"), "").unwrap();
    let mut rest = Vec::new();
    let exit = child.follow(|line| rest.push(line.text)).await.unwrap();
    assert!(exit.success());
    assert_eq!((heard, rest), (vec!["one".to_owned()], vec!["one".to_owned(), "two".to_owned()]));
}

#[tokio::test]
async fn one_folder_has_one_child_however_often_it_is_started() {
    let run = Run::new();
    let script = "echo x >> count; while [ ! -e go ]; do sleep 0.05; done";
    let (path, spec) = (run.path(), run.spec(script));
    let starts = (0..8).map(|_| Supervised::start(Path::new(EXE), &path, &spec));
    for started in futures_util::future::join_all(starts).await {
        started.unwrap();
    }
    run.made("count").await;
    std::fs::write(run.folder.path().join("go"), "").unwrap();
    let child = Supervised::attach(&path).unwrap().unwrap();
    assert!(child.wait().await.unwrap().success());
    assert_eq!(run.made("count").await, "x");
    assert!(!path.join(files::SPEC).exists());
    let again = Supervised::start(Path::new(EXE), &path, &spec).await;
    assert!(matches!(again, Err(StartError::RanAlready(_))), "{again:?}");
}

#[tokio::test]
async fn an_interrupt_is_one_sigint_to_the_whole_group() {
    let run = Run::new();
    // The inner shell is in the group, so it gets the signal too; each notes every one it gets.
    let script = "
        trap 'echo outer >> got' INT
        sh -c \"trap 'echo inner >> got; exit 0' INT; sleep 600 & echo \\$\\$ > ready; wait\"
        sleep 0.5; exit 5";
    let child = run.start(script).await;
    run.pid("ready").await;
    child.interrupt().unwrap();
    child.interrupt().unwrap();
    let exit = child.wait().await.unwrap();
    assert_eq!((exit.cause, exit.code), (Cause::Interrupted, Some(5)));
    let got = run.made("got").await;
    let mut got: Vec<&str> = got.lines().collect();
    got.sort_unstable();
    assert_eq!(got, ["inner", "outer"]);
}

#[tokio::test]
async fn sigint_reaches_a_child_of_a_bot_that_was_started_in_the_background() {
    let run = Run::new();
    // Shells start background jobs with SIGINT ignored, which children would inherit.
    let wrapper = run.folder.path().join("background");
    std::fs::write(&wrapper, format!("#!/bin/sh\ntrap '' INT\nexec {EXE} \"$@\"\n")).unwrap();
    std::fs::set_permissions(&wrapper, std::os::unix::fs::PermissionsExt::from_mode(0o755))
        .unwrap();
    let script = "echo $$ > ready; exec sleep 600";
    let child = Supervised::start(&wrapper, &run.path(), &run.spec(script)).await.unwrap();
    run.pid("ready").await;
    child.interrupt().unwrap();
    let exit = child.wait().await.unwrap();
    assert_eq!((exit.cause, exit.signal), (Cause::Interrupted, Some(2)));
}

#[tokio::test]
async fn who_ignores_the_interrupt_is_killed_after_the_grace() {
    let run = Run::limited(Limits { grace: millis(400), ..patient() });
    let child = run.start("trap '' INT TERM; echo $$ > ready; while :; do sleep 0.1; done").await;
    run.pid("ready").await;
    let asked = Instant::now();
    child.interrupt().unwrap();
    let exit = child.wait().await.unwrap();
    assert!(asked.elapsed() >= millis(400));
    assert_eq!((exit.cause, exit.signal), (Cause::Interrupted, Some(9)));
}

#[tokio::test]
async fn the_time_limit_ends_a_child_that_talks_and_the_silence_limit_one_that_does_not() {
    let talker = Run::limited(Limits { time: millis(800), silence: millis(500), ..patient() });
    let mute = Run::limited(Limits { silence: millis(500), ..patient() });
    let talks = talker.start("while :; do echo talk; sleep 0.05; done").await;
    let exit = talks.wait().await.unwrap();
    assert_eq!((exit.cause, exit.signal), (Cause::TimeLimit, Some(2)));
    let exit = mute.start("echo hello; sleep 600").await.wait().await.unwrap();
    assert_eq!((exit.cause, exit.signal), (Cause::SilenceLimit, Some(2)));
}

#[tokio::test]
async fn a_child_whose_stamp_nobody_renews_is_interrupted_and_then_killed() {
    let stamp = StampDeadlines { interrupt_after: millis(2000), kill_after: millis(3500) };
    let run = Run::limited(Limits { stamp: Some(stamp), ..patient() });
    let child = run.start("trap 'echo int > int' INT; sleep 600 & while :; do wait; done").await;
    let began = Instant::now();
    let mut last = began;
    while began.elapsed() < millis(3000) {
        last = Instant::now();
        child.renew_stamp().unwrap();
        tokio::time::sleep(millis(50)).await;
    }
    assert!(!run.folder.path().join("int").exists(), "it runs while the stamp is renewed");
    let exit = child.wait().await.unwrap();
    assert_eq!((exit.cause, exit.signal), (Cause::StampLost, Some(9)));
    assert_eq!(run.made("int").await, "int");
    assert!(last.elapsed() >= millis(3500), "{:?}", last.elapsed());
}

/// What a stamp looks like that was renewed, and then somebody set the machine's clock: its time is off by an hour.
fn set_apart(child: &Supervised, later: bool, n: u64) {
    let hour = Duration::from_secs(3600) + millis(n);
    let file = std::fs::File::options().write(true).open(child.folder().join(files::STAMP));
    let file = file.unwrap();
    let now = file.metadata().unwrap().modified().unwrap();
    file.set_modified(if later { now + hour } else { now - hour }).unwrap();
}

#[tokio::test]
async fn a_clock_that_is_set_ends_no_child_and_keeps_none() {
    let stamp = StampDeadlines { interrupt_after: millis(1500), kill_after: millis(60_000) };
    let cases = [true, false].map(|later| async move {
        let run = Run::limited(Limits { stamp: Some(stamp), ..patient() });
        let child = run.start("trap 'echo int > int; exit 0' INT; sleep 600 & wait").await;
        let began = Instant::now();
        let mut n = 0;
        while began.elapsed() < millis(3000) {
            n += 1;
            child.renew_stamp().unwrap();
            set_apart(&child, later, n);
            tokio::time::sleep(millis(100)).await;
        }
        assert!(!run.folder.path().join("int").exists(), "later: {later}: it is renewed");
        let abandoned = Instant::now();
        let exit = child.wait().await.unwrap();
        assert_eq!((exit.cause, exit.code), (Cause::StampLost, Some(0)), "later: {later}");
        assert!(abandoned.elapsed() < millis(4000), "{:?}", abandoned.elapsed());
    });
    futures_util::future::join_all(cases).await;
}

#[tokio::test]
async fn what_the_child_leaves_running_is_ended() {
    let run = Run::new();
    // In a session of its own, so that no signal to the group reaches it, and deaf to SIGTERM.
    let script = "setsid sh -c 'trap \"\" TERM; echo $$ > left; while :; do sleep 0.1; done' &
        while [ ! -s left ]; do sleep 0.02; done; exit 0";
    let child = run.start(script).await;
    let left = run.pid("left").await;
    let exit = child.wait().await.unwrap();
    assert!(exit.success() && exit.leftovers >= 1, "{exit:?}");
    assert_eq!(Identity::of(left), None, "nothing of the run is alive when its end is told");
}

#[tokio::test]
async fn a_kill_ends_everything_at_once() {
    let run = Run::new();
    // Neither waits for the time that leftovers are given: the wish was "at once".
    let script = "trap '' INT TERM
        setsid sh -c 'trap \"\" TERM; echo $$ > left; while :; do sleep 0.1; done' & sleep 600";
    let child = run.start(script).await;
    let left = run.pid("left").await;
    child.kill().unwrap();
    let exit = child.wait().await.unwrap();
    assert_eq!((exit.cause, exit.signal, exit.leftovers), (Cause::Killed, Some(9), 0));
    assert_eq!(Identity::of(left), None);
}

#[tokio::test]
async fn a_sigterm_to_the_supervisor_is_a_graceful_end() {
    let run = Run::new();
    let child = run.start("trap 'exit 4' INT; sleep 600 & echo $$ > ready; wait").await;
    run.pid("ready").await;
    send(run.identity(files::SUPERVISOR).pid, rustix::process::Signal::TERM);
    let exit = child.wait().await.unwrap();
    assert_eq!((exit.cause, exit.code), (Cause::Interrupted, Some(4)));
}

#[tokio::test]
async fn a_dead_supervisor_is_noticed_and_its_child_is_buried() {
    let run = Run::new();
    let script = "echo before; trap 'echo int >> int; sleep 2; exit 0' INT
        setsid sh -c 'echo $$ > left; sleep 600' & sleep 600 & echo $$ > ready; wait";
    let child = run.start(script).await;
    let (main, left) = (run.pid("ready").await, run.pid("left").await);
    let supervisor = run.identity(files::SUPERVISOR);
    send(supervisor.pid, rustix::process::Signal::KILL);
    let mut lines = Vec::new();
    let lost = child.follow(|l| lines.push(l.text)).await.unwrap_err();
    let FollowError::Lost(lost) = lost else { panic!("{lost}") };
    assert_eq!(lines, ["before"]);
    assert!(lost.leftovers.contains(&main) && lost.leftovers.contains(&left), "{lost}");
    assert!(!supervisor.is_alive());
    let again = Supervised::start(Path::new(EXE), &run.path(), &run.spec("echo no")).await;
    assert!(matches!(again, Err(StartError::RanAlready(_))), "never a second child beside it");

    // As when it died between starting the child and writing down whom it had started.
    std::fs::remove_file(run.path().join(files::CHILD)).unwrap_or_default();

    let exit = child.bury(millis(3000)).await.unwrap();
    assert_eq!(exit.cause, Cause::Lost);
    assert!(exit.leftovers >= 2);
    assert_eq!(run.made("int").await, "int", "it got its one interrupt");
    assert_eq!((Identity::of(main), Identity::of(left)), (None, None));
    assert!(leftovers_of(&run.path()).is_empty());
    assert_eq!(child.wait().await.unwrap(), exit, "from now on the end is known");
}

#[tokio::test]
async fn a_child_whose_supervisor_is_killed_is_interrupted_once() {
    let run = Run::new();
    // The shell in the middle of a group, as an engine's: it waits for its own, and is told once.
    let script = "trap 'echo int >> int' INT; echo $$ > ready; sleep 600 & while :; do
        wait; [ -e int ] && sleep 1 && exit 0; done";
    let child = run.start(script).await;
    let main = run.pid("ready").await;
    send(run.identity(files::SUPERVISOR).pid, rustix::process::Signal::KILL);
    let begun = Instant::now();
    while Identity::of(main).is_some() {
        let lives_on = begun.elapsed() > millis(15_000);
        assert!(!lives_on || cfg!(not(target_os = "linux")), "the engine lives on");
        tokio::time::sleep(millis(50)).await;
    }
    assert_eq!(run.made("int").await, "int");
    // What it left behind is ended, and gets no second one.
    assert_eq!(child.bury(millis(500)).await.unwrap().cause, Cause::Lost);
    assert_eq!(run.made("int").await, "int");
    assert!(leftovers_of(&run.path()).is_empty());
}

#[tokio::test]
async fn a_supervisor_found_by_a_reused_pid_is_not_believed() {
    let run = Run::new();
    std::fs::create_dir(run.path()).unwrap();
    // This very process, with another start time.
    let text = format!("{{\"pid\":{},\"started\":\"long ago\"}}", std::process::id());
    std::fs::write(run.path().join(files::SUPERVISOR), text).unwrap();
    let child = Supervised::attach(&run.path()).unwrap().unwrap();
    assert!(matches!(child.wait().await, Err(FollowError::Lost(_))));
}

#[tokio::test]
async fn much_output_is_read_whole_and_can_be_taken_once() {
    let run = Run::new();
    let child = run.start("i=0; while [ $i -lt 20000 ]; do echo line $i; i=$((i+1)); done").await;
    let (lines, exit) = output(&child).await;
    assert!(exit.success());
    assert_eq!(lines.len(), 20_000);
    assert_eq!(lines.last().unwrap().1, "line 19999");
    assert!(child.take_stdout(1000).unwrap_err().to_string().contains("more than 1000"));
    assert!(child.take_stdout(1 << 20).unwrap().ends_with(b"line 19999\n"));
    assert!(!run.path().join(files::STDOUT).exists());
}
