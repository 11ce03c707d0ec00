//! Tests of all functions together.

mod conformance;
mod hostile_input;
mod origins;
mod strings_and_files;
