//! The differences between two inputs of any kind, as nodes see their mirrors, and what would bring the inputs together.

mod comparison;
mod remedy;

pub(crate) use comparison::{
    ClusterComparison, Comparison, Difference, DifferenceKind, EffectiveMirrors, compare, select_cluster,
};
pub(crate) use remedy::{Side, remedies};
