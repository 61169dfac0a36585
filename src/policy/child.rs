//! `mayfly policy-eval`: the child in which policies are evaluated.
//!
//! A rule may take all memory, all time or the whole process. It takes those of the child: the parent says what
//! happened, and denies ([`super::children`]).

use std::io::{BufRead as _, Write as _};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use rustix::time::{ClockId, clock_gettime};

use super::answer::Question;
use super::bundle::Loadable;
use super::evaluate::Evaluator;

/// What a child is told on its command line.
#[derive(Debug, Clone, Copy)]
pub struct ChildLimits {
    pub memory_bytes: u64,
    /// For each answer.
    pub cpu_seconds: u64,
}

/// Of the thread that evaluates: rules nest, and each level takes some of it.
const STACK: usize = 64 << 20;

/// Is the child: reads a bundle from standard input and then questions, each on a line, and answers each on a line
/// of standard output, until there are no more. Called before any thread is started.
///
/// # Errors
/// What keeps it from answering; an evaluation that fails is an answer.
pub fn run(limits: ChildLimits) -> anyhow::Result<()> {
    limit(limits, Resource::As)?;
    let thread = std::thread::Builder::new().stack_size(STACK);
    let serving = thread.spawn(move || serve(limits))?;
    serving.join().map_err(|_| anyhow::anyhow!("the evaluation panicked"))?
}

fn serve(limits: ChildLimits) -> anyhow::Result<()> {
    let mut lines = std::io::stdin().lock();
    let mut line = Vec::new();
    lines.read_until(b'\n', &mut line)?;
    let bundle: Loadable = serde_json::from_slice(&line)?;
    let mut evaluator = Evaluator::of(bundle);
    loop {
        line.clear();
        if lines.read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        limit_cpu(limits.cpu_seconds)?;
        let question: Question<regorus::Value> = serde_json::from_slice(&line)?;
        let mut answer = serde_json::to_vec(&evaluator.answer(&question))?;
        answer.push(b'\n');
        let mut out = std::io::stdout().lock();
        out.write_all(&answer)?;
        out.flush()?;
    }
}

/// Becomes this program, under the limits. Returns only where it could not.
pub fn become_program(limits: ChildLimits, program: &[std::ffi::OsString]) -> std::io::Error {
    use std::os::unix::process::CommandExt as _;
    // A Go program reserves far more than it uses: what it may write to counts.
    if let Err(error) = limit(limits, Resource::Data) {
        return error;
    }
    match program.split_first() {
        Some((program, args)) => std::process::Command::new(program).args(args).exec(),
        None => std::io::Error::other("no program is named"),
    }
}

fn limit(limits: ChildLimits, memory: Resource) -> std::io::Result<()> {
    let most = |value: u64| Rlimit { current: Some(value), maximum: Some(value) };
    setrlimit(memory, most(limits.memory_bytes))?;
    setrlimit(Resource::Core, most(0))?;
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
    limit_cpu(limits.cpu_seconds)
}

/// So many seconds more than it has had.
fn limit_cpu(seconds: u64) -> std::io::Result<()> {
    let had = u64::try_from(clock_gettime(ClockId::ProcessCPUTime).tv_sec).unwrap_or(0);
    let maximum = getrlimit(Resource::Cpu).maximum;
    let current = Some(maximum.map_or(had + seconds, |most| most.min(had + seconds)));
    Ok(setrlimit(Resource::Cpu, Rlimit { current, maximum })?)
}
