//! The reader, as a specification: native syntax, JSON, and any text at all.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::format_push_string,
    reason = "these are tests: a failure may panic, and brevity beats speed"
)]

#[path = "syntax/any.rs"]
mod any;
#[path = "syntax/conformance.rs"]
mod conformance;
#[path = "syntax/fixtures.rs"]
mod fixtures;
#[path = "syntax/json.rs"]
mod json;
#[path = "syntax/native.rs"]
mod native;
#[path = "syntax/support.rs"]
mod support;
