//! How long a check of a large plan takes, and how much memory: compared with reading the file into memory, and
//! with `jq -c '.resource_changes[0].address'`, which is what people use on plans otherwise.
//!
//! `cargo bench --bench plan` takes plans of 20 and 200 MB; `PLAN_MEGABYTES="20 200 1000"` takes others.
//! The plans are those of `../shared/bench/make_plan.py` where that is there, and of a writer of the same
//! shape here where it is not.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "it measures for a person to look at"
)]

use std::fmt::Write as _;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

fn main() {
    let sizes = std::env::var("PLAN_MEGABYTES").unwrap_or_else(|_| "20 200".to_owned());
    let directory = tempfile::tempdir().unwrap();
    println!(
        "{:>6}  {:>9} {:>9} {:>6}  {:>9}  {:>9} {:>9}  {:>9} {:>10} {:>6}",
        "MB", "read", "check", "times", "memory", "lines", "memory", "none", "jq", "times"
    );
    for size in sizes.split_whitespace().map(|size| size.parse::<u32>().unwrap()) {
        let plan = directory.path().join(format!("{size}.json"));
        make(&plan, size);
        let without = directory.path().join(format!("{size}-without.json"));
        let text = std::fs::read_to_string(&plan).unwrap();
        let megabytes = text.len() / 1_000_000;
        std::fs::write(&without, text.replace("rhcs_", "other_")).unwrap();
        // No string in the plan ends with a comma.
        let lines = directory.path().join(format!("{size}-lines.json"));
        std::fs::write(&lines, text.replace(",\"", ",\n\"")).unwrap();
        drop(text);

        let read = best(5, || {
            std::hint::black_box(std::fs::read(&plan).unwrap());
        });
        let check = best(5, || assert!(run(&plan).0));
        let none = best(5, || assert!(run(&without).0));
        let in_lines = best(5, || assert!(run(&lines).0));
        let [memory, memory_in_lines] = [&plan, &lines].map(|plan| format!("{} MB", run(plan).1));
        let jq = jq(&plan);
        let times = |one: Duration, other: Duration| one.as_secs_f64() / other.as_secs_f64();
        let (jq_time, jq_times) = match jq {
            Some(jq) => (format!("{jq:.2?}"), format!("{:.1}", times(jq, check))),
            None => ("no jq".to_owned(), String::new()),
        };
        println!(
            "{megabytes:>6}  {read:>9.1?} {check:>9.1?} {:>6.2}  {memory:>9}  {in_lines:>9.1?} {memory_in_lines:>9}  \
             {none:>9.1?} {jq_time:>10} {jq_times:>6}",
            times(check, read),
        );
        std::fs::remove_file(&plan).unwrap();
        std::fs::remove_file(&without).unwrap();
        std::fs::remove_file(&lines).unwrap();
    }
    println!(
        "check: mirrorset on the plan; lines: on the same plan in many lines; none: on the same plan without a resource of \
         the provider"
    );
}

fn best(rounds: u32, mut work: impl FnMut()) -> Duration {
    let rounds = (0..rounds).map(|_| {
        let start = Instant::now();
        work();
        start.elapsed()
    });
    rounds.min().unwrap()
}

/// Runs the program; whether it could do its job, and the most memory that it held, in MB.
fn run(plan: &Path) -> (bool, u64) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_mirrorset"))
        .arg("check")
        .arg(plan)
        .current_dir(std::env::temp_dir())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut memory = 0;
    loop {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
        memory = memory.max(kilobytes.unwrap_or_default() / 1000);
        if let Some(exit) = child.try_wait().unwrap() {
            return (matches!(exit.code(), Some(0 | 1)), memory);
        }
        std::thread::sleep(Duration::from_micros(500));
    }
}

fn jq(plan: &Path) -> Option<Duration> {
    let start = Instant::now();
    let status = Command::new("jq")
        .args(["-c", ".resource_changes[0].address"])
        .arg(plan)
        .stdout(Stdio::null())
        .status()
        .ok()?;
    status.success().then(|| start.elapsed())
}

fn make(path: &Path, megabytes: u32) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/bench/make_plan.py");
    let made = script.exists()
        && Command::new("python3")
            .arg(&script)
            .arg(path)
            .args(["--mb", &megabytes.to_string()])
            .stdout(Stdio::null())
            .status()
            .is_ok_and(|status| status.success());
    if !made {
        println!("make_plan.py is not there: the plan is of our own making");
        write(path, megabytes);
    }
}

/// Many buckets, and a mirror among every thousand.
fn write(path: &Path, megabytes: u32) {
    let mut planned = BufWriter::new(std::fs::File::create(path).unwrap());
    let mut changes = String::new();
    write!(
        planned,
        r#"{{"format_version":"1.2","planned_values":{{"root_module":{{"resources":["#
    )
    .unwrap();
    let wanted = megabytes as usize * 500_000;
    for number in 0.. {
        if changes.len() > wanted {
            break;
        }
        let comma = if number == 0 { "" } else { "," };
        let (kind, values) = if number % 1000 == 0 {
            let values = format!(
                r#"{{"cluster_id":"2lbbrpgkocgajphhqee7vku1pgd4qsge","source":"quay.io/org/a-{number}","mirrors":["mirror.example.com/org/a-{number}"],"type":"digest"}}"#
            );
            ("rhcs_image_mirror", values)
        } else {
            let tags: Vec<String> = (0..number % 7)
                .map(|tag| format!(r#""tag{tag}":"value of {number}""#))
                .collect();
            let values = format!(
                r#"{{"bucket":"bucket-{number}","policy":"{{\"Statement\":[{{\"Action\":[\"s3:*\"]}}]}}","tags":{{{}}},"arn":null,"ports":[1,22,333]}}"#,
                tags.join(",")
            );
            ("aws_s3_bucket", values)
        };
        let name = format!(
            r#""address":"{kind}.r[{number}]","mode":"managed","type":"{kind}","name":"r","index":{number}"#
        );
        write!(
            planned,
            r#"{comma}{{{name},"values":{values},"sensitive_values":{{"tags":{{}}}}}}"#
        )
        .unwrap();
        write!(
            changes,
            r#"{comma}{{{name},"change":{{"actions":["no-op"],"before":{values},"after":{values},"after_unknown":{{}},"before_sensitive":{{}},"after_sensitive":{{}}}}}}"#
        )
        .unwrap();
    }
    write!(
        planned,
        r#"]}}}},"resource_changes":[{changes}],"configuration":{{"root_module":{{}}}},"#
    )
    .unwrap();
    write!(planned, r#""applyable":false,"complete":true,"errored":false}}"#).unwrap();
    planned.flush().unwrap();
}
