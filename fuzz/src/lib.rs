//! The fuzz targets of mirrorset, for libFuzzer. The tests of mirrorset have them too, so that what is found stays fixed.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a target fails by panicking")]

#[allow(dead_code, reason = "the tests use more of it")]
#[path = "../../tests/integration/fuzz_targets/mod.rs"]
mod fuzz_targets;

use std::time::Duration;

/// The time that any input may take, and how much more for each kilobyte: that of a build with optimization and
/// instrumentation, beside others on its machine.
const TIME: (Duration, Duration) = (Duration::from_secs(8), Duration::from_millis(100));

/// Gives an input to a target.
pub fn run(name: &str, input: &[u8]) {
    let target = fuzz_targets::TARGETS.iter().find(|target| target.name == name);
    target.unwrap().run(input, TIME);
}
