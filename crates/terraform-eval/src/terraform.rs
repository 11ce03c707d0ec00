//! Configuration as Terraform declares it: modules and the blocks in them, read as far as somebody asks.
//!
//! Nothing is evaluated here. A module is what its directory's files declare; which values that has is
//! `eval`'s question.

mod before;
pub mod block;
pub mod graph;
pub mod module;
pub mod references;
pub mod requirements;
pub mod tree;

pub use block::LazyBlock;
pub use graph::GraphBuilder;
pub use module::{Declaration, Module, ModuleCall, Resource};
pub use tree::{Callee, ModuleId, Tree};
