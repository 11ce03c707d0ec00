//! Modules: what the files of each directory declare, who calls whom, and what depends on what.
//!
//! Nothing is evaluated here. Blocks are parsed on demand; their values are the subject of [`eval`](crate::eval).

pub mod dependencies;
pub mod lazy_block;
pub mod module;
pub mod module_tree;
pub mod references;
pub mod requirements;

pub use dependencies::GraphBuilder;
pub use lazy_block::LazyBlock;
pub use module::{Declaration, Module, ModuleCall, Resource};
pub use module_tree::{Callee, ModuleId, ModuleTree};
