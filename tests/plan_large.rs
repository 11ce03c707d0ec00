//! How long a large plan takes, beside reading its file: `PLAN=plan.json cargo test --release --test plan_large -- --ignored --nocapture`.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "it measures for a person to look at"
)]

use std::path::Path;
use std::time::Instant;

use mirrorset::plan;
use mirrorset::source::Sources;

#[test]
#[ignore = "needs a large plan, named by PLAN"]
fn time_against_reading_the_file() {
    let path = std::env::var_os("PLAN").unwrap();
    for _ in 0..5 {
        let start = Instant::now();
        let mut sources = Sources::new();
        let file = sources.read(Path::new(&path)).unwrap();
        let read = start.elapsed();
        let start = Instant::now();
        let reading = plan::read(file, "plan", sources.text(file)).unwrap();
        let parsed = start.elapsed();
        let mirrors = reading.configuration.mirrors.len();
        println!(
            "{mirrors} mirrors: file {read:?}, plan {parsed:?}, {:.1} times",
            parsed.as_secs_f64() / read.as_secs_f64()
        );
    }
}
