//! Terraform's type system: types, values, unknown values, marks, conversion.
//!
//! Values, conversions and error messages follow the library `go-cty` 1.16 and the helpers of `hcl` 2.23, with
//! which Terraform 1.11 is built. Numbers follow Go's `big.Float`.
//!
//! | module | holds |
//! |---|---|
//! | `types`, `type_names` | types, and their names in error messages |
//! | `number` | numbers of up to 512 bits, as decimal text and back |
//! | `origin`, `marks` | what travels with a value: sensitive, ephemeral, where it comes from |
//! | `value` | values: constructors, elements, marking, equality, the order of sets |
//! | `convert` | conversion and unification |
//! | `conditional`, `defaults`, `access`, `operators` | what the language does with values |
//! | `json` | `jsonencode` and `jsondecode` |
//! | `nfc`, `graphemes`, `newer_characters` | Unicode as Go has it |

mod access;
mod conditional;
mod convert;
mod defaults;
mod graphemes;
mod json;
mod marks;
mod newer_characters;
mod nfc;
mod number;
mod operators;
mod origin;
#[cfg(test)]
mod property_tests;
mod quote;
mod type_names;
mod types;
mod value;

pub use access::{AccessError, get_attr, index};
pub use conditional::{Conditional, InconsistentBranches, unify_conditional};
pub use convert::{ConvertError, PathStep, Unified, convert, unify};
pub use defaults::{Defaults, NestedDefaults};
pub use graphemes::{grapheme_indices, graphemes};
pub use json::{DecodeError, Duplicates, EncodeError, from_json, to_json};
pub use marks::Marks;
pub use newer_characters::is_newer;
pub use nfc::normalize;
pub use number::{Notation, Number, NumberError};
pub use operators::{BinaryOperator, Decided, Operand, OperationError, UnaryOperator};
pub use origin::{Origin, OriginSource, Role, Trace, UnknownReason};
pub use quote::is_printable;
pub use types::{ObjectType, Type};
pub use value::{MAX_DEPTH, MAX_SIZE, Refinement, Value, ValueRef, safe_prefix};
