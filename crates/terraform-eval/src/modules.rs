//! Configuration as Terraform declares it: modules and the blocks in them, read as far as somebody asks.
//!
//! Nothing is evaluated here. A module is what its directory's files declare; which values that has is
//! `eval`'s question.

mod before;
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
