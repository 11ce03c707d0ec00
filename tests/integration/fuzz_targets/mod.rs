//! The fuzz targets: each takes bytes as an input, and asserts what holds for every input. The package in `fuzz/` gives
//! them random bytes; `fuzz_regressions.rs` gives them what they failed on once.

mod choices;
mod convert;
mod edits;
mod eval;
mod files;
pub(crate) mod fixing;
mod names;
mod outputs;
pub(crate) mod scratch;

use std::time::{Duration, Instant};

/// A fuzz target.
pub(crate) struct Target {
    /// The name of the target, and of its directories of inputs.
    pub(crate) name: &'static str,
    /// Takes an input, and panics if something does not hold for it.
    run: fn(&[u8]),
}

/// All targets. Each has a program of its name in `fuzz/fuzz_targets`.
pub(crate) const TARGETS: &[Target] = &[
    Target {
        name: "convert",
        run: convert::run,
    },
    Target {
        name: "eval",
        run: eval::run,
    },
    Target {
        name: "fix",
        run: files::fix,
    },
    Target {
        name: "json",
        run: files::json,
    },
    Target {
        name: "names",
        run: names::run,
    },
    Target {
        name: "native",
        run: files::native,
    },
    Target {
        name: "plan",
        run: files::plan,
    },
    Target {
        name: "settings",
        run: files::settings,
    },
    Target {
        name: "tree",
        run: files::tree,
    },
    Target {
        name: "yaml",
        run: files::yaml,
    },
];

/// The time of the processor that this program has taken, on all threads, as Linux counts it: in hundredths of a second.
fn processor_time() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/self/stat").ok()?;
    let (_, fields) = text.rsplit_once(')')?;
    let ticks = fields.split_whitespace().skip(11).take(2).map(str::parse::<u64>);
    Some(Duration::from_millis(10 * ticks.sum::<Result<u64, _>>().ok()?))
}

impl Target {
    /// Gives an input to the target. The time that it takes is in proportion to its length: at most the first duration,
    /// and the second one more for each kilobyte. Other work on the machine does not count where the system tells the time of
    /// the processor.
    pub(crate) fn run(&self, input: &[u8], (least, per_kilobyte): (Duration, Duration)) {
        let begun = (Instant::now(), processor_time());
        (self.run)(input);
        let kilobytes = u32::try_from(input.len() / 1024).unwrap_or(u32::MAX);
        let limit = least + per_kilobyte * kilobytes;
        let elapsed = match (begun.1, processor_time()) {
            (Some(before), Some(after)) => after.saturating_sub(before).min(begun.0.elapsed()),
            _ => begun.0.elapsed(),
        };
        assert!(elapsed < limit, "{} bytes take {elapsed:?}", input.len());
    }
}
