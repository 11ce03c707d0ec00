//! The integration tests: one program, so that it is linked once.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking and prints how long it took, and clippy takes the helpers of tests for production code"
)]

mod name_properties;
