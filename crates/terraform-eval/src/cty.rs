//! Terraform's type system: types, values, unknowns, marks, conversion.
//!
//! What values are worth, how they convert and what the errors say follows the library `go-cty` 1.16
//! and the helpers of `hcl` 2.23, which Terraform 1.11 is built with; numbers follow Go's `big.Float`.

mod access;
mod build;
mod conditional;
mod convert;
mod convert_containers;
#[cfg(test)]
mod convert_tests;
mod convertible;
mod decimal;
mod defaults;
mod elements;
mod equality;
mod float;
mod json;
mod json_decode;
pub mod marks;
mod mismatch;
mod number;
#[cfg(test)]
mod number_tests;
mod operation;
mod quote;
mod refinement;
mod set_order;
mod type_names;
mod types;
mod unify;
mod value;
mod value_marks;

pub use access::{AccessError, get_attr, index};
pub use build::normalize;
pub use conditional::{Conditional, InconsistentBranches, unify_conditional};
pub use convert::{ConvertError, PathStep, convert};
pub use decimal::Notation;
pub use defaults::{Defaults, NestedDefaults};
pub use json::{EncodeError, to_json};
pub use json_decode::{DecodeError, from_json};
pub use marks::Marks;
pub use number::{Number, NumberError};
pub use operation::{BinaryOperator, Operand, OperationError, UnaryOperator};
pub use refinement::{Refinement, safe_prefix};
pub use types::{ObjectType, Type};
pub use unify::{Unified, unify};
pub use value::{MAX_DEPTH, MAX_SIZE, Value, ValueRef};
