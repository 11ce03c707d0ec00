//! Collection functions.

mod aggregate;
mod flatten;
mod list;
mod map;
mod search;
mod selection;
mod set;

use super::function::Function;

/// The functions, by file.
pub(super) const TABLES: &[&[Function]] = &[
    aggregate::FUNCTIONS,
    flatten::FUNCTIONS,
    list::FUNCTIONS,
    map::FUNCTIONS,
    search::FUNCTIONS,
    selection::FUNCTIONS,
    set::FUNCTIONS,
];
