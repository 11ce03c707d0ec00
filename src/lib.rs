//! A linter and converter for container image mirrors in Terraform.

pub mod address;
pub mod check;
pub mod convert;
pub mod cty;
pub mod diagnostic;
pub mod model;
pub mod output;
pub mod registry;
pub mod rules;
pub mod plan;
pub mod source;
pub mod syntax;
