//! The parent's side of [`super::child`]: children that have loaded a bundle, and are asked.

use std::ffi::OsString;
use std::os::unix::process::ExitStatusExt as _;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde::de::DeserializeOwned;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{ChildStdin, ChildStdout, Command};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

use super::Limits;
use super::answer::{Answer, Question};
use super::bundle::Bundle;

/// Children of this program, one of which is kept for the next question: to load a bundle takes longer than most
/// answers.
pub(super) struct Children {
    exe: PathBuf,
    limits: Limits,
    /// So many at a time: each may take a gigabyte.
    places: Semaphore,
    idle: Mutex<Option<Child>>,
}

const CHILDREN: usize = 4;

/// So many questions to one: what little an answer leaves behind in it is gone then.
const QUESTIONS: usize = 1000;

impl Children {
    pub fn of(exe: PathBuf, limits: Limits) -> Children {
        Children { exe, limits, places: Semaphore::new(CHILDREN), idle: Mutex::new(None) }
    }

    /// Asks a child that has loaded this bundle. Whoever drops this ends it.
    ///
    /// # Errors
    /// What became of it, in a sentence: it took too much, it died, what it said is no answer.
    pub async fn ask(&self, bundle: &Bundle, question: &Question) -> Result<Answer, String> {
        let _place = self.places.acquire().await.map_err(|error| error.to_string())?;
        let mut question = serde_json::to_vec(question).map_err(|error| error.to_string())?;
        question.push(b'\n');
        let late = || format!("it did not end within {:.1} s", self.limits.time.as_secs_f64());
        let asking = async {
            let mut child = match self.idle_with(bundle) {
                Some(child) => child,
                None => self.start(bundle)?,
            };
            let answer = child.ask(&question, &self.limits).await?;
            Ok::<_, String>((child, answer))
        };
        let (child, answer) =
            tokio::time::timeout(self.limits.time, asking).await.map_err(|_| late())??;
        if child.asked < QUESTIONS {
            *self.idle.lock().unwrap_or_else(PoisonError::into_inner) = Some(child);
        }
        Ok(answer)
    }

    /// How long an answer may take in all.
    pub fn time(&self) -> Duration {
        self.limits.time
    }

    /// Asks another program, that is given this and answers in JSON, also where it fails. `left`: how long it may take;
    /// less what it took afterwards, for one answer may take several questions.
    ///
    /// # Errors
    /// As [`Children::ask`].
    pub async fn ask_program<T: DeserializeOwned>(
        &self,
        program: &[OsString],
        said: &[u8],
        left: &mut Duration,
    ) -> Result<T, String> {
        let _place = self.places.acquire().await.map_err(|error| error.to_string())?;
        let late = || format!("it did not end within {:.1} s", self.limits.time.as_secs_f64());
        let asking = async {
            let mut child = Child::start(self.command(program), "")?;
            child.say(said).await;
            child.stdin = None;
            let mut out = Vec::new();
            let most = self.limits.answer_bytes;
            let read = (&mut child.stdout).take(most + 1).read_to_end(&mut out).await;
            read.map_err(|error| error.to_string())?;
            if out.len() as u64 > most {
                return Err(too_long(most));
            }
            match serde_json::from_slice(&out) {
                Ok(answer) => Ok(answer),
                Err(_) => Err(child.how_it_ended(&self.limits).await),
            }
        };
        let started = Instant::now();
        let answer = tokio::time::timeout(*left, asking).await.map_err(|_| late());
        *left = left.saturating_sub(started.elapsed());
        answer?
    }

    fn idle_with(&self, bundle: &Bundle) -> Option<Child> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).take();
        let mut idle = idle.filter(|idle| idle.bundle == bundle.digest)?;
        // One that has ended meanwhile is none.
        matches!(idle.process.try_wait(), Ok(None)).then_some(idle)
    }

    fn start(&self, bundle: &Bundle) -> Result<Child, String> {
        let mut child = Child::start(self.command(&[]), &bundle.digest)?;
        let mut loadable =
            serde_json::to_vec(&bundle.loadable).map_err(|error| error.to_string())?;
        loadable.push(b'\n');
        child.unsaid = loadable;
        Ok(child)
    }

    fn command(&self, program: &[OsString]) -> Command {
        let mut command = Command::new(&self.exe);
        command.arg("policy-eval").arg("--memory-bytes").arg(self.limits.memory_bytes.to_string());
        command.arg("--cpu-seconds").arg(self.limits.cpu_seconds.to_string());
        if !program.is_empty() {
            command.arg("--").args(program);
        }
        command
    }
}

struct Child {
    /// The digest of what it has loaded.
    bundle: String,
    asked: usize,
    process: tokio::process::Child,
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
    /// What it complains of.
    stderr: Option<JoinHandle<Vec<u8>>>,
    /// What it is told before the first question.
    unsaid: Vec<u8>,
}

impl Child {
    fn start(mut command: Command, bundle: &str) -> Result<Child, String> {
        // Nothing of the bot's is there for a rule to be read: no variable, no folder of its own.
        command.env_clear().current_dir("/").kill_on_drop(true);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let exe = command.as_std().get_program().to_os_string();
        let not_started = |why: &str| format!("`{}` does not start: {why}", exe.display());
        let mut process = command.spawn().map_err(|error| not_started(&error.to_string()))?;
        let stdout = process.stdout.take().ok_or_else(|| not_started("it says nothing"))?;
        let stderr = process.stderr.take().map(|stderr| tokio::spawn(first_of(stderr)));
        Ok(Child {
            bundle: bundle.to_owned(),
            asked: 0,
            stdin: process.stdin.take(),
            stdout: BufReader::new(stdout),
            stderr,
            process,
            unsaid: Vec::new(),
        })
    }

    async fn ask(&mut self, question: &[u8], limits: &Limits) -> Result<Answer, String> {
        self.asked += 1;
        let unsaid = std::mem::take(&mut self.unsaid);
        let mut line = Vec::new();
        let (stdin, stdout) = (&mut self.stdin, &mut self.stdout);
        let say = async {
            if let Some(stdin) = stdin {
                // One that has died reads no more: how it ended says why.
                let _ = stdin.write_all(&unsaid).await;
                let _ = stdin.write_all(question).await;
            }
        };
        let mut answers = stdout.take(limits.answer_bytes + 1);
        let (_, read) = tokio::join!(say, answers.read_until(b'\n', &mut line));
        read.map_err(|error| error.to_string())?;
        if line.len() as u64 > limits.answer_bytes {
            return Err(too_long(limits.answer_bytes));
        }
        if line.is_empty() {
            return Err(self.how_it_ended(limits).await);
        }
        serde_json::from_slice(&line).map_err(|error| format!("what it said is no answer: {error}"))
    }

    async fn say(&mut self, text: &[u8]) {
        if let Some(stdin) = &mut self.stdin {
            let _ = stdin.write_all(text).await;
        }
    }

    async fn how_it_ended(&mut self, limits: &Limits) -> String {
        self.stdin = None;
        let status = match self.process.wait().await {
            Ok(status) => status,
            Err(error) => return error.to_string(),
        };
        let said = match self.stderr.take() {
            Some(stderr) => stderr.await.unwrap_or_default(),
            None => Vec::new(),
        };
        told(status, limits, &String::from_utf8_lossy(&said))
    }
}

fn too_long(most: u64) -> String {
    format!("it said more than {most} bytes")
}

/// The first four kilobytes. The rest is read, or whoever says it would wait.
async fn first_of(mut stream: impl tokio::io::AsyncRead + Unpin) -> Vec<u8> {
    let (mut first, mut bytes) = (Vec::new(), [0; 4096]);
    while let Ok(read @ 1..) = stream.read(&mut bytes).await {
        let room = bytes.len() - first.len();
        first.extend_from_slice(&bytes[..read.min(room)]);
    }
    first
}

fn told(status: ExitStatus, limits: &Limits, said: &str) -> String {
    let said = said.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    let lack = format!("memory: it may have {} MB", limits.memory_bytes >> 20);
    match status.signal() {
        Some(24) => format!("it took more than {} s of processor time", limits.cpu_seconds),
        Some(6) if said.contains("memory allocation") => format!("it wanted more {lack}"),
        Some(_) if said.contains("overflowed its stack") => {
            "it calls itself without end, or nests too deep".to_owned()
        }
        Some(signal) => format!("it was ended by signal {signal}: {said}"),
        None if status.success() => "it said nothing".to_owned(),
        None => format!("it ended with code {}: {said}", status.code().unwrap_or(-1)),
    }
}
