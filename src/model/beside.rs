//! Blocks beside mirrors and clusters that matter for them.

use std::collections::BTreeSet;

use terraform_eval::address::ResourcePath;
use terraform_eval::source::Span;

use super::attribute::{Attribute, UnknownReason, UnknownReasons};
use super::block::{ArgumentInsertion, ElementInsertion};
use super::cluster_origin::ClusterOrigin;

/// A resource that waits in its own creation until a cluster is ready.
#[derive(Debug, Clone)]
pub struct ClusterWaiter {
    /// The block, its module without instance keys.
    pub path: ResourcePath,
    /// Why it is not known whether there is an instance of it.
    pub instances: Option<UnknownReasons>,
    /// What is created before it; the cluster that it waits for is among that.
    pub dependencies: BTreeSet<ResourcePath>,
    /// Why there may be more than these.
    pub unresolved_dependencies: Vec<UnknownReason>,
}

/// A block `data "rhcs_image_mirrors"`: it reads the mirrors of a cluster.
#[derive(Debug, Clone)]
pub struct ImageMirrorsDataSource {
    /// The block, its module without instance keys.
    pub path: ResourcePath,
    /// The block's header.
    pub span: Span,
    /// `cluster_id`.
    pub cluster_id: Attribute<String>,
    /// Where `cluster_id` leads.
    pub cluster_origin: ClusterOrigin,
    /// What comes before it.
    pub dependencies: BTreeSet<ResourcePath>,
    /// Where an argument can be added; none where `depends_on` is there already.
    pub argument_insertion: Option<ArgumentInsertion>,
    /// Where an entry can be added to its `depends_on`; none unless that is a list that is spelled out.
    pub dependency_insertion: Option<ElementInsertion>,
}

/// An `import` block that takes over a mirror.
#[derive(Debug, Clone)]
pub struct Import {
    /// The address of the mirror, as written.
    pub to: String,
    /// `id`.
    pub id: Attribute<String>,
}

/// Which versions of the provider a configuration admits.
#[derive(Debug, Clone, Default)]
pub struct ProviderVersions {
    /// The constraints of `required_providers`, of all modules.
    pub constraints: Vec<Attribute<String>>,
    /// The version in the dependency lock file.
    pub locked: Option<Attribute<String>>,
}
