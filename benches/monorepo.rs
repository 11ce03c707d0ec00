//! How long a check of a repository with many root modules takes, and how much memory: compared with reading its files on
//! one thread, and with `rg -c rhcs_image_mirror` where ripgrep is installed.
//!
//! `cargo bench --bench monorepo` takes 1,000 root modules; `MONOREPO_ROOTS="1000 10000"` takes others. The repository is
//! that of `support/repository.rs`.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "it measures for a person to look at"
)]

#[path = "support/repository.rs"]
mod repository;

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// How often each program runs. They alternate, so that other work on the machine concerns all of them.
const ROUNDS: usize = 5;

fn main() {
    let sizes = std::env::var("MONOREPO_ROOTS").unwrap_or_else(|_| "1000".to_owned());
    println!(
        "{:>7} {:>7}  {:>9} {:>9} {:>9}  {:>10} {:>8}  {:>7}",
        "roots", "files", "read", "rg", "check", "check/read", "check/rg", "memory"
    );
    for roots in sizes
        .split_whitespace()
        .map(|size| size.parse::<usize>().unwrap())
    {
        let directory = tempfile::tempdir().unwrap();
        repository::make(directory.path(), roots);
        let mut files = 0;
        let mut best = [Duration::MAX; 3];
        let mut has_rg = true;
        for _ in 0..ROUNDS {
            let read = time(|| files = read_all(directory.path()));
            let rg = time(|| has_rg &= rg(directory.path()));
            let check = time(|| check(directory.path()));
            best = [best[0].min(read), best[1].min(rg), best[2].min(check)];
        }
        let [read, rg, check] = best;
        let times = |other: Duration| format!("{:.2}", check.as_secs_f64() / other.as_secs_f64());
        let (rg_time, rg_times) = if has_rg {
            (format!("{rg:.1?}"), times(rg))
        } else {
            ("none".to_owned(), String::new())
        };
        println!(
            "{roots:>7} {files:>7}  {read:>9.1?} {rg_time:>9} {check:>9.1?}  {:>10} {rg_times:>8}  {:>4} MB",
            times(read),
            memory(directory.path())
        );
    }
}

fn time(work: impl FnOnce()) -> Duration {
    let begun = Instant::now();
    work();
    begun.elapsed()
}

/// Reads every file below a directory, and returns how many there are.
fn read_all(directory: &Path) -> usize {
    let mut count = 0;
    for entry in std::fs::read_dir(directory).unwrap().flatten() {
        if entry.file_type().unwrap().is_dir() {
            count += read_all(&entry.path());
        } else {
            count += usize::from(!std::fs::read(entry.path()).unwrap().is_empty());
        }
    }
    count
}

/// Whether ripgrep could be run.
fn rg(directory: &Path) -> bool {
    let mut command = Command::new("rg");
    command.args(["-c", "rhcs_image_mirror"]).arg(directory);
    command.stdout(Stdio::null()).status().is_ok()
}

fn mirrorset() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mirrorset"));
    command.arg("check").stdout(Stdio::null()).stderr(Stdio::null());
    command
}

fn check(directory: &Path) {
    assert!(
        mirrorset()
            .arg(directory)
            .status()
            .unwrap()
            .code()
            .is_some_and(|status| status < 2)
    );
}

/// The largest memory of a run in megabytes, as Linux counts it; 0 elsewhere.
fn memory(directory: &Path) -> u64 {
    let mut child = mirrorset().arg(directory).spawn().unwrap();
    let mut most = 0;
    while child.try_wait().unwrap().is_none() {
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
        most = most.max(kilobytes.unwrap_or_default() / 1024);
        std::thread::sleep(Duration::from_millis(1));
    }
    most
}
