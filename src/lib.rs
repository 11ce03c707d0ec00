//! A linter and converter for container image mirrors in Terraform.

pub mod address;
pub mod check;
pub mod cli;
pub mod convert;
pub mod cty;
pub mod diagnostic;
pub mod eval;
pub mod load;
pub mod model;
pub mod output;
pub mod plan;
pub mod registry;
pub mod rules;
pub mod source;
pub mod syntax;
pub mod terraform;
