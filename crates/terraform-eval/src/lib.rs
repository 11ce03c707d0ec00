//! Terraform configuration, evaluated without Terraform.
//!
//! The crate reads native HCL and JSON configuration, follows module calls, and evaluates expressions as
//! `terraform plan` would before any provider has been asked: types, conversions, functions, unknown and sensitive
//! values, `count` and `for_each`. A value remembers where it came from, so that whoever finds a fault in it can
//! point at the text that has to change.
//!
//! It knows no provider. Which attributes a resource type has is told by its user, as [`schema::ProviderSchemas`].

pub mod address;
pub mod cty;
pub mod eval;
pub mod modules;
pub mod reference_graph;
pub mod schema;
pub mod source;
pub mod syntax;
