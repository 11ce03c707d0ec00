//! Options and layout of generated Terraform configuration.

mod cluster_id;
mod existing_mirrors;
mod layout;

pub(crate) use cluster_id::ClusterId;
pub(super) use existing_mirrors::ClusterImports;
pub(crate) use existing_mirrors::ExistingMirrors;
pub(super) use layout::format_body;

/// How configuration is written.
#[derive(Debug, Default)]
pub struct Options {
    /// The form.
    pub style: Style,
    /// The expression for the cluster's id.
    pub cluster_id: Option<ClusterId>,
    /// The mirrors to import.
    pub existing_mirrors: Option<ExistingMirrors>,
}

/// The forms of configuration.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Style {
    /// One resource per source.
    #[default]
    Resources,
    /// A local map from source to mirrors, and one resource with `for_each`.
    ForEach,
    /// A local map, and a call of Red Hat's module with `for_each`.
    Module,
}
