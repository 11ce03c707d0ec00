//! The integration tests: one program, so that it is linked once.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::format_push_string,
    reason = "a test fails by panicking and prints what it skipped, and clippy takes the helpers of tests for production code"
)]

mod conformance;
mod depth;
mod fixtures;
mod json;
mod native;
mod robustness;
mod support;
