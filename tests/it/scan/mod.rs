//! Plan scanners: what they are given, what becomes of what they say, and of those that say nothing.

mod broken;
mod gate;
mod real;

use std::path::Path;
use std::time::Duration;

use mayfly::domain::scan::Weighing;
use mayfly::policy::scan::{Kind, Place, Scanner, Scanners};

/// checkov by this program, as the bot has it.
fn checkov(program: &Path) -> Scanner {
    Scanner {
        kind: Kind::Checkov,
        program: program.to_path_buf(),
        weighing: Weighing::default(),
        overridable_by: vec!["role:operator".to_owned()],
        time: Duration::from_secs(60),
        memory_bytes: 2 << 30,
    }
}

fn scanners(scanner: Scanner) -> Scanners {
    let path = std::env::var("PATH").expect("there is one");
    Scanners::new(Place { exe: env!("CARGO_BIN_EXE_mayfly").into(), path }, vec![scanner])
}
