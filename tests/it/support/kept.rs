//! Processes beside a test that never outlive it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};

/// Runs the command, and ends it with a signal when the pipe on standard input is closed: by
/// [`Kept`]'s drop, or by the kernel however the test process ends, SIGKILL included. Then the
/// folder goes. Arguments: the folder, the signal, the command.
const KEEPER: &str = r#"
folder=$1 signal=$2
shift 2
exec 3<&0
"$@" </dev/null >"$folder/log" 2>&1 3<&- &
child=$!
(
    cat <&3 >/dev/null
    kill -s "$signal" $child 2>/dev/null
    for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do
        kill -s 0 $child 2>/dev/null || exit 0
        sleep 0.1
    done
    kill -s KILL $child 2>/dev/null
) &
keeper=$!
wait $child
echo $? >"$folder/exit"
kill $keeper 2>/dev/null
cat <&3 >/dev/null
rm -rf "$folder"
"#;

/// A process with a folder, which both go when this value does or when the test process ends.
#[derive(Debug)]
pub struct Kept {
    shell: Child,
    pipe: Option<ChildStdin>,
    folder: PathBuf,
}

/// How a process is kept.
pub struct Keep<'a> {
    /// Its own folder; its output goes to `log` therein. It is removed at the end.
    pub folder: &'a Path,
    /// What ends it: `INT`, `TERM` … It is killed 3 s later if that was not enough.
    pub signal: &'a str,
    /// The command with its arguments.
    pub command: &'a [&'a str],
}

impl Kept {
    /// Starts it. `prepare` may set the user and the environment.
    pub fn start(keep: Keep<'_>, prepare: impl FnOnce(&mut Command)) -> std::io::Result<Kept> {
        use std::os::unix::process::CommandExt as _;

        let mut command = Command::new("sh");
        command.arg("-c").arg(KEEPER).arg("keeper").arg(keep.folder).arg(keep.signal);
        command.args(keep.command).current_dir(keep.folder);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        // Ctrl-C at the terminal goes to the test alone; the keeper notices that it ended.
        command.process_group(0);
        prepare(&mut command);
        let mut shell = command.spawn()?;
        let pipe = shell.stdin.take();
        Ok(Kept { shell, pipe, folder: keep.folder.to_path_buf() })
    }

    /// What it printed so far.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap_or_else(|error| error.to_string())
    }
}

impl Kept {
    /// Its exit code, if it ended by itself.
    pub fn exit_code(&self) -> Option<String> {
        fs::read_to_string(self.folder.join("exit")).ok().map(|code| code.trim().to_owned())
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        drop(self.pipe.take());
        if let Err(error) = self.shell.wait() {
            eprintln!("could not wait for the keeper of {}: {error}", self.folder.display());
        }
    }
}

#[test]
fn the_process_and_its_folder_go_with_the_value() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made").keep();
    let command = ["sh", "-c", "echo $$; trap 'exit 0' TERM; while :; do sleep 0.05; done"];
    let keep = Keep { folder: &folder, signal: "TERM", command: &command };
    let kept = Kept::start(keep, |_| {}).expect("`sh` can be started");
    let begun = std::time::Instant::now();
    while kept.log().trim().parse::<u32>().is_err() {
        assert!(begun.elapsed() < std::time::Duration::from_secs(10), "{}", kept.log());
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    let pid = kept.log().trim().to_owned();
    let lives = |pid: &str| {
        Command::new("kill").args(["-s", "0", pid]).output().is_ok_and(|done| done.status.success())
    };
    assert!(lives(&pid) && kept.exit_code().is_none());
    drop(kept);
    assert!(!lives(&pid), "the process lives on");
    assert!(!folder.exists(), "the folder is still there");
}
