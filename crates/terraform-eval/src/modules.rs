//! Modules: what the files of each directory declare, who calls whom, and what depends on what.
//!
//! Nothing is evaluated here. Blocks are parsed on demand; their values are the subject of [`eval`](crate::eval).

mod cycles;
mod dependencies;
mod edges;
mod id_set;
mod lazy_block;
mod module;
mod module_tree;
mod numbers;
mod providers;
pub mod references;
pub mod requirements;
mod resources;
mod summaries;

pub use dependencies::GraphBuilder;
pub use lazy_block::{FileBlock, LazyBlock};
pub use module::{BlockWork, Declaration, ForEachBlock, Module, ModuleCall};
pub use module_tree::{Callee, MapModules, ModuleId, ModuleTree, RestoreModule};
pub use numbers::{ResourceFilter, ResourceNumbers};
pub use providers::{Providers, Requirement};
pub use resources::{Resource, Resources};

pub use crate::syntax::tree::literal;
