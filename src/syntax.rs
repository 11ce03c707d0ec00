//! From text to the syntax tree.

pub mod cut;
mod input;
pub mod native;
pub mod problem;
mod scan;
pub mod tree;
