//! How long conversions of many entries take, compared with reading and writing the same bytes.
//!
//! `cargo bench --bench convert` takes 10,000 entries; `ENTRIES="10000 100000"` takes others. Each is a run of
//! the program, its start and the reading of the input included.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "it measures for a person to look at"
)]

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const TARGETS: [&str; 6] = ["idms", "icsp", "nodepool", "registries-conf", "hcl", "json"];

fn main() {
    let numbers = std::env::var("ENTRIES").unwrap_or_else(|_| "10000".to_owned());
    let directory = tempfile::tempdir().unwrap();
    let output = directory.path().join("output");
    println!(
        "{:>8}  {:<24}  {:>8}  {:>12}  {:>9}",
        "entries", "conversion", "MB out", "read + write", "convert"
    );
    for entries in numbers
        .split_whitespace()
        .map(|number| number.parse::<usize>().unwrap())
    {
        let manifest = directory.path().join("idms.yaml");
        std::fs::write(&manifest, idms(entries)).unwrap();
        for target in TARGETS {
            measure(entries, "manifest", &manifest, target, &output);
        }
        let configuration = directory.path().join("main.tf");
        std::fs::write(&configuration, converted(&manifest, "hcl")).unwrap();
        measure(entries, "configuration", &configuration, "idms", &output);
    }
}

/// A manifest of the shape that oc-mirror writes.
fn idms(entries: usize) -> String {
    let mut text = String::from(
        "apiVersion: config.openshift.io/v1\nkind: ImageDigestMirrorSet\nmetadata:\n  name: idms-generic-0\nspec:\n  \
         imageDigestMirrors:\n",
    );
    for index in 0..entries {
        let path = format!("org{}/app{index}", index % 100);
        let _ = writeln!(
            text,
            "  - mirrors:\n    - mirror.example.com:8443/{path}\n    - backup.example.com/{path}\n    source: quay.io/{path}"
        );
    }
    text
}

fn measure(entries: usize, from: &str, input: &Path, target: &str, output: &Path) {
    let text = converted(input, target);
    let bytes = best(|| {
        std::hint::black_box(std::fs::read(input).unwrap());
        std::fs::write(output, &text).unwrap();
    });
    let convert = best(|| _ = std::hint::black_box(converted(input, target)));
    #[expect(clippy::cast_precision_loss, reason = "megabytes for people")]
    let megabytes = text.len() as f64 / 1e6;
    let what = format!("{from} to {target}");
    println!("{entries:>8}  {what:<24}  {megabytes:>8.1}  {bytes:>12.1?}  {convert:>9.1?}");
}

fn converted(input: &Path, target: &str) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mirrorset"));
    let run = command
        .args(["convert", "--isolated", "--to", target])
        .arg(input)
        .stderr(Stdio::null());
    let output = run.output().unwrap();
    assert!(output.status.success(), "{target}");
    String::from_utf8(output.stdout).unwrap()
}

fn best(mut work: impl FnMut()) -> Duration {
    let rounds = (0..5).map(|_| {
        let start = Instant::now();
        work();
        start.elapsed()
    });
    rounds.min().unwrap()
}
