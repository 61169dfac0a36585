# What people do every day. `just --list` shows it.

# Plays with the bot: a simulated Slack workspace in the browser.
demo *args:
    cargo run -- demo {{args}}

# Installs what the tests need, and runs them: `just test --test it store::`.
test *args:
    scripts/test {{args}}

# Format and lints, as the merge wants them.
lint:
    cargo fmt --check
    cargo clippy --locked --all-targets -- -D warnings

# Seconds instead of minutes: does it compile, and do the tests beside the code pass?
check-fast:
    cargo check --locked --all-targets
    cargo test --locked --lib
