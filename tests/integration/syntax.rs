//! The reader, as a specification: native syntax, JSON, and any text at all.

mod any;
mod conformance;
mod fixtures;
mod json;
mod native;
mod support;
