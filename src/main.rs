use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().collect();
    match args.as_slice() {
        [_, verb, folder] if verb == "supervise" => mayfly::cli::supervise::run(Path::new(folder)),
        _ => ExitCode::FAILURE,
    }
}
