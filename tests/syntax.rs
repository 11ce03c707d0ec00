//! The reader, as a specification: native syntax, JSON, and any text at all.

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
