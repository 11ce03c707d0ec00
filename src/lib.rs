//! A linter and converter for container image mirrors in Terraform.

pub mod address;
pub mod cty;
pub mod diagnostic;
pub mod model;
pub mod plan;
pub mod source;
pub mod syntax;
