//! Terraform's type system: types, values, unknowns, marks, conversion.
//!
//! What values are worth, how they convert and what the errors say follows the library `go-cty` 1.16
//! and the helpers of `hcl` 2.23, which Terraform 1.11 is built with; numbers follow Go's `big.Float`.

mod decimal;
mod equality;
mod float;
pub mod marks;
mod number;
mod refinement;
mod set_order;
mod type_names;
mod types;
mod value;
mod value_marks;

pub use marks::Marks;
pub use number::{Number, NumberError};
pub use refinement::{Refinement, safe_prefix};
pub use types::{ObjectType, Type};
pub use value::{Kind, MAX_DEPTH, Value, normalized};
