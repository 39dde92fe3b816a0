# Everything you can do here. `just` alone lists it.

set windows-shell := ["powershell.exe", "-NoLogo", "-Command"]

# Runs the program's command with the recipe's name. A POSIX shell gets the arguments one by one, so that they may contain
# spaces; PowerShell appends them to the command by itself.
workbook := "cargo run --quiet --package workbook -- " + if os_family() == "windows" { "" } else { '"$0" "$@"' }

[private]
default:
    @just --list --unsorted

# The oldest Rust that works.
oldest-rust := replace_regex(read(justfile_directory() / "Cargo.toml"), '(?s).*\nrust-version = "([0-9.]+)".*', '$1')

# Says that Rust is too old, and what to do: an older cargo only lists packages or settings that it doesn't know.
[no-exit-message]
[private]
rust:
    @{{ if semver_matches(replace_regex(`rustc --version`, '^rustc ([0-9.]+).*', '$1'), ">=" + oldest-rust) == "true" { "" } else { "echo 'The workbook needs Rust " + oldest-rust + " or newer. To get it, run: rustup update'; exit 1" } }}

# Not quiet: the first build takes a while, and should show it.
[private]
program: rust
    @cargo build --package workbook

[private]
class-program: rust
    @cargo build --package class

[private]
book-program: rust
    @cargo build --package book

# Run a lesson on http://127.0.0.1:3000: just run 03
[group('learn')]
[no-exit-message]
[positional-arguments]
run lesson *options: program
    @{{ workbook }}

# Show what a lesson adds to its base: just diff 03
[group('learn')]
[no-exit-message]
[positional-arguments]
diff lesson: program
    @{{ workbook }}

# Run a lesson, or your copy (just watch work 03), and restart it when files change
[group('learn')]
[no-exit-message]
[positional-arguments]
watch +what: program
    @{{ workbook }}

# Make your own copy, work/, to build a lesson in: just start 03
[group('learn')]
[no-exit-message]
[positional-arguments]
start lesson *options: program
    @{{ workbook }}

# See what is left to do in your copy, or in a server at --url: just check 03
[group('learn')]
[no-exit-message]
[positional-arguments]
check lesson *options: program
    @{{ workbook }}

# Get the next hint: just hint 03
[group('learn')]
[no-exit-message]
[positional-arguments]
hint lesson *options: program
    @{{ workbook }}

# See which lessons and exercises you have solved
[group('learn')]
[no-exit-message]
[positional-arguments]
progress *options: program
    @{{ workbook }}

# Compare your copy with the lesson, or with our solution of an --exercise: just solution 03
[group('learn')]
[no-exit-message]
[positional-arguments]
solution lesson *options: program
    @{{ workbook }}

# Break a copy of a lesson, and see what happens: just break 06
[group('learn')]
[no-exit-message]
[positional-arguments]
break lesson *options: program
    @{{ workbook }}

# Put one lesson in a folder of its own, which a platform can build: just package 07 my-server
[group('learn')]
[no-exit-message]
[positional-arguments]
package lesson folder: program
    @{{ workbook }}

# Download and build everything, so that the workbook works offline
[group('learn')]
[no-exit-message]
[positional-arguments]
prepare: program
    @{{ workbook }}

# Write temperatures into the database of lesson 19: just sensor 21.5 31.5
[group('learn')]
[no-exit-message]
sensor +arguments: rust
    @cargo run --quiet --package sensor -- {{ arguments }}

# Install what the pages load: the Socket.IO client and Bootstrap
[group('learn')]
[no-exit-message]
[positional-arguments]
setup: program
    @{{ workbook }}

# Read the book in a browser; it's rebuilt when its files change
[group('read')]
[no-exit-message]
book *options: book-program
    @cargo run --quiet --package book -- serve {{ options }}

# Build the book into target/book
[group('read')]
[no-exit-message]
book-build *options: book-program
    @cargo run --quiet --package book -- build {{ options }}

# Check a whole class's work on a lesson: just class 06 ../handed-in --roster alumnos.csv
[group('teach')]
[no-cd]
[no-exit-message]
[positional-arguments]
class *options: setup class-program
    @cargo run --quiet --package class -- {{ if os_family() == "windows" { "" } else { '"$@"' } }}

# Every scenario on every lesson, and the other tests that need only Rust
[group('build')]
test *arguments:
    cargo test --workspace --test contract --test red_gate --test wire --test client --test binaries --test workspace --test emit --locked {{ arguments }}

# What students do (start, check, hint, watch, break), exercises and what can go wrong, on copies of the lessons
[group('build')]
test-loop *arguments: setup
    cargo test --workspace --test workbook --test watch --test exercises --test experiments --test symptoms --test misbehaving --test house --locked {{ arguments }}

# Attacks, stalled clients and shutdown under load, on the first lesson that withstands each and on the last: just test-attacks floods
[group('build')]
test-attacks *arguments:
    cargo test --workspace --test attacks --locked -- --test-threads 12 {{ arguments }}

# A hundred thousand clients that send random data: just test-nightly, or just test-nightly 1000000
[group('build')]
test-nightly $CASES="100000":
    cargo test --workspace --test attacks --locked -- properties --skip 06-broadcast

# Thousands of clients that connect, send, leave and get cut off, for ten minutes: just soak, or just soak --minutes 1
[group('build')]
[no-exit-message]
soak *arguments: load
    @ulimit -n "$(ulimit -H -n)" && target/release/soak {{ arguments }}

# Whether a lesson's check notices each missing line: just test-lines, or just test-lines 03
[group('build')]
test-lines *arguments: setup
    cargo test --workspace --test lines --locked -- {{ arguments }}

# A class of thirty with everything that can go wrong; on Linux with bubblewrap, and with Node
[group('build')]
test-class *arguments: setup
    npm --prefix tests/reference ci --ignore-scripts --loglevel=error
    cargo test --workspace --test class --locked {{ arguments }}

# A student's commands after `just prepare`, without a network; on Linux
[group('build')]
test-offline *arguments:
    cargo test --workspace --test offline --locked {{ arguments }}

# The last lesson of production as it is deployed: built as a platform does it, without a container; behind nginx, over TLS. And lesson 23 in three processes, and 24 with Redis
[group('build')]
test-deployed *arguments: setup
    cargo test --workspace --test deployed --locked {{ arguments }}

# The load that `just bench` measures with: it has to notice lost messages
[group('build')]
test-bench *arguments:
    cargo test --package bench --locked {{ arguments }}

# The pages in a real Chromium or Chrome
[group('build')]
test-browser *arguments: setup browser-packages
    npm --prefix tests/reference ci --ignore-scripts --loglevel=error
    cargo test --workspace --test pages --locked {{ arguments }}

# Every chapter of the book in a real Chromium or Chrome
[group('build')]
test-book *arguments: browser-packages
    cargo test --workspace --lib --test chapters --locked {{ arguments }}

[private]
browser-packages:
    npm --prefix tests/browser ci --ignore-scripts --loglevel=error

# Pictures of every chapter, or of those whose names match: just book-pictures target/pictures 05
[group('build')]
book-pictures folder *name:
    cargo run --package book --example pictures -- {{ folder }} {{ name }}

# Every scenario on the course's own servers, in Node: just parity, or just parity 03
[group('build')]
parity *lesson: setup
    npm --prefix tests/reference ci --ignore-scripts --loglevel=error
    cargo test --workspace --test parity --locked -- {{ lesson }}

# Measure the lessons beside their Node originals, for the book: takes a quarter of an hour, on a quiet Linux machine with redis-server
[group('build')]
[no-exit-message]
bench *arguments: setup load
    npm --prefix tests/reference ci --ignore-scripts --loglevel=error
    @ulimit -n "$(ulimit -H -n)" && target/release/bench {{ arguments }}

# Count what clients hear whose connections break, in lessons 21 and 23 and in Node, for the book: takes ten minutes or so
[group('build')]
[no-exit-message]
proof *arguments:
    npm --prefix tests/reference ci --ignore-scripts --loglevel=error
    cargo build --workspace --bins --locked
    cargo run --package proof --locked -- {{ arguments }}

# Count what clients of lesson 24 miss when Redis or a node fails, for the book: takes two minutes or so
[group('build')]
[no-exit-message]
outages:
    cargo build --workspace --bins --locked
    cargo run --package proof --bin outages --locked

# Whether `just bench` and `just soak` work, with debug builds: their figures mean nothing
[private]
test-load:
    cargo build --workspace --bins --locked
    target/debug/bench --quick
    target/debug/soak --minutes 0.25 --clients 500

# The servers are built separately: the load's features would change them, and so would those of the server with many
# threads.
[private]
load:
    cargo build --release --locked --package bench --bins
    cargo build --release --locked --package callbacks --package broadcast --package deploy --package drain
    cargo build --release --locked --package delivery --package processes
    cargo build --release --locked --package machines
    cargo build --release --locked --package threads

# Take the README's picture again; with a folder, pictures of every page
[group('build')]
pictures *folder: setup
    cargo run --package browser --bin pictures -- {{ folder }}

# Rewrite the transcripts from what the lessons do now, and show what changed
[group('build')]
review $INSTA_UPDATE="always":
    cargo test --quiet --package suites --test contract --test red_gate --test exercises
    git --no-pager diff --stat -p -- tests/snapshots
    git status --short -- tests/snapshots

# Format the code
[group('build')]
fmt:
    cargo fmt
    just --fmt --unstable

# Check the types of the pages that have them
[group('build')]
types:
    npm --prefix public ci --ignore-scripts --loglevel=error
    npm --prefix public exec -- tsc --project public

# Check the format, lints, spelling and licences
[group('build')]
lint: types
    cargo fmt --check
    just --fmt --check --unstable
    cargo clippy --workspace --all-targets --locked -- --deny warnings
    # `--all-targets` leaves out the suites that `cargo test` doesn't run by default.
    cargo clippy --workspace --test workbook --test watch --test exercises --test experiments --test symptoms --test misbehaving --test attacks --test deployed --test house --test offline --test lines --test parity --test orphans --test pages --test class --locked -- --deny warnings
    typos
    cargo deny --offline --locked check bans licenses sources

# Incremental builds help when you change something and build again, and debug information when you read a backtrace. Here
# both would only take time.
# Everything that CI runs. The first command covers `test`, `test-bench`, `test-book` and the unit tests
[group('build')]
ci $CARGO_INCREMENTAL="0" $CARGO_PROFILE_DEV_DEBUG="0" $INSTA_SNAPSHOT_REFERENCES_FILE=(justfile_directory() / "target/asserted"): setup browser-packages
    rm -f "$INSTA_SNAPSHOT_REFERENCES_FILE"
    cargo test --workspace --locked
    just test-browser
    just test-loop-and-lint
    just test-attacks
    just test-deployed
    just test-class
    just parity
    cargo test --workspace --test orphans --locked
    just test-load

# One copy is built after the other, which leaves time for the lints. They have a build folder of their own
[private]
test-loop-and-lint:
    #!/usr/bin/env bash
    set -u
    output="$(mktemp)"
    CARGO_TARGET_DIR=target/lint CARGO_BUILD_JOBS=1 nice just lint > "$output" 2>&1 &
    just test-loop
    failed=$?
    wait $! || failed=1
    cat "$output"
    rm "$output"
    exit $failed
