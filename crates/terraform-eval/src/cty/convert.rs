//! Conversion of values to types, with the error messages of cty.
//!
//! [`convert()`] converts one value. [`unify`] finds the type that several types have in common, and
//! [`Unified::convert`] converts their values to it.

mod error;
mod mismatch;
mod types;
mod unified;
mod values;

pub use error::{ConvertError, PathStep};
pub use types::{Unified, unify};
pub use values::convert;
