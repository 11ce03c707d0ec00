//! The syntax tree, and parsers for native HCL, JSON and YAML.
//!
//! [`parse_file`](document::parse_file) finds the top-level blocks of a configuration file, and each block is parsed on
//! demand, because most blocks of a large configuration are never needed. No parser stops at the first error: an invalid
//! argument is reported and omitted, and the rest of its block and file is read.

pub mod by_name;
pub mod comments;
pub mod document;
mod input;
mod json;
mod lex_error;
pub mod native;
pub mod outline;
pub mod quoting;
mod scan;
mod stops;
pub mod syntax_error;
pub mod tree;
mod words;
pub mod yaml;

pub use scan::is_identifier;
