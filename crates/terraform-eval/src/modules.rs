//! Modules: what the files of each directory declare, who calls whom, and what depends on what.
//!
//! Nothing is evaluated here. Blocks are parsed on demand; their values are the subject of [`eval`](crate::eval).

mod dependencies;
mod lazy_block;
mod module;
mod module_tree;
pub mod references;
pub mod requirements;

pub use dependencies::GraphBuilder;
pub use lazy_block::LazyBlock;
pub use module::{Declaration, Module, ModuleCall, Resource, literal};
pub use module_tree::{Callee, ModuleId, ModuleTree};
