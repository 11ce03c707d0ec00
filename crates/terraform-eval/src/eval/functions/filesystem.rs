//! Filesystem functions. They read inside the directories of the modules and the tree of the user only.

pub(super) mod file;
mod fileset;
mod path;

use super::function::Function;

/// The functions of this category, by file.
pub(super) const TABLES: &[&[Function]] = &[file::FUNCTIONS, fileset::FUNCTIONS, path::FUNCTIONS];
