//! From text to the syntax tree.
//!
//! [`document`](document::document) takes a file, native or JSON, to its top-level blocks, and each
//! block is parsed when someone asks for it: most blocks of a large configuration are never needed.
//! Nothing here stops at the first mistake. A broken argument is reported and left out, and the block
//! around it, and the file around that, are read all the same.

pub mod comments;
pub mod cut;
pub mod document;
mod fault;
mod input;
mod json;
mod json_comments;
pub mod native;
pub mod problem;
pub mod quoting;
mod scan;
pub mod tree;
pub mod yaml;
mod yaml_comments;
