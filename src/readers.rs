//! Readers: each fills the model from one kind of input.

pub(crate) mod configuration;
pub(crate) mod image_set;
pub(crate) mod manifest;
pub(crate) mod plan;
pub(crate) mod plan_with_configuration;
pub(crate) mod pull_secret;
pub(crate) mod registries_conf;
