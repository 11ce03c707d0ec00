//! Terraform's type system: types, values, unknowns, marks, conversion.

pub mod marks;
