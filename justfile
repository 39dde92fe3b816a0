# What a person can do here. `just` alone lists it.

set windows-shell := ["powershell.exe", "-NoLogo", "-Command"]

workbook := "cargo run --quiet --package contract --bin workbook --"

# Not quiet: the first build takes its time, and says so.
[private]
program:
    @cargo build --package contract --bin workbook

[private]
default:
    @just --list --unsorted

# Run a lesson on http://127.0.0.1:3000: just run 03
[group('learn')]
[no-exit-message]
run lesson: program
    @{{ workbook }} run {{ lesson }}

# Show what a lesson adds to the one before: just diff 03
[group('learn')]
[no-exit-message]
diff lesson: program
    @{{ workbook }} diff {{ lesson }}

# Install what the pages load: the Socket.IO client and Bootstrap
[group('learn')]
[no-exit-message]
setup: program
    @{{ workbook }} setup

# Every test that needs only Rust
[group('build')]
test *arguments:
    cargo test --package contract --tests --locked {{ arguments }}

# The pages in a real Chromium or Chrome
[group('build')]
test-browser *arguments: setup
    npm --prefix tests/browser ci --ignore-scripts --loglevel=error
    cargo test --package browser --locked {{ arguments }}

# Every scenario on the course's own servers, in Node: just parity, or just parity 03
[group('build')]
[no-exit-message]
parity *lesson: program
    npm --prefix tests/reference ci --ignore-scripts --loglevel=error
    @{{ workbook }} parity {{ lesson }}

# Take the README's picture anew; with a folder, pictures of every page
[group('build')]
pictures *folder: setup
    cargo run --package browser --bin pictures -- {{ folder }}

# Rewrite the transcripts from what the lessons do now, and show what changed
[group('build')]
review $INSTA_UPDATE="always":
    cargo test --quiet --package contract --test contract
    cargo test --quiet --package contract --test red_gate
    git --no-pager diff --stat -p -- tests/snapshots
    git status --short -- tests/snapshots

# Format the code
[group('build')]
fmt:
    cargo fmt
    just --fmt --unstable

# Find what is badly formatted, doubtful, misspelt or not to be depended on
[group('build')]
lint:
    cargo fmt --check
    just --fmt --check --unstable
    cargo clippy --workspace --all-targets --locked -- --deny warnings
    typos
    cargo deny --offline --locked check bans licenses sources

# Everything that CI runs
[group('build')]
ci: setup test test-browser lint
