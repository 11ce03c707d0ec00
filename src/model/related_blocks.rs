//! Other blocks that matter for mirrors: waiters, data sources, imports and provider versions.

use terraform_eval::address::ResourcePath;
use terraform_eval::resource_set::ResourceSet;
use terraform_eval::source::Span;

use super::attribute::{Attribute, UnknownReason, UnknownReasons};
use super::block::{ArgumentInsertion, ElementInsertion};
use super::cluster_origin::ClusterOrigin;

/// A resource whose creation waits until a cluster is ready.
#[derive(Debug, Clone)]
pub struct ClusterWaiter {
    /// The path of the block, without the instance keys of modules.
    pub path: ResourcePath,
    /// Why it is not known whether the block has instances, if that is unknown.
    pub instances: Option<UnknownReasons>,
    /// The resources that precede it, among them the cluster that it waits for.
    pub dependencies: ResourceSet,
    /// Why there may be more dependencies.
    pub unresolved_dependencies: Vec<UnknownReason>,
}

/// A block `data "rhcs_image_mirrors"`, which reads the mirrors of a cluster.
#[derive(Debug, Clone)]
pub struct ImageMirrorsDataSource {
    /// The path of the block, without the instance keys of modules.
    pub path: ResourcePath,
    /// The block's header.
    pub span: Span,
    pub cluster_id: Attribute<String>,
    /// Where `cluster_id` comes from.
    pub cluster_origin: ClusterOrigin,
    /// The resources that precede it.
    pub dependencies: ResourceSet,
    /// Where an argument can be added. `None` if there is a `depends_on` already.
    pub argument_insertion: Option<ArgumentInsertion>,
    /// Where an element can be added to `depends_on`. `None` unless that is a literal list.
    pub dependency_insertion: Option<ElementInsertion>,
}

/// An `import` block for a mirror.
#[derive(Debug, Clone)]
pub struct Import {
    /// The address of the mirror, as spelled.
    pub to: String,
    pub id: Attribute<String>,
}

/// The versions of the provider that a configuration allows.
#[derive(Debug, Clone, Default)]
pub struct ProviderVersions {
    /// The constraints in `required_providers` of all modules.
    pub constraints: Vec<Attribute<String>>,
    /// The version in the dependency lock file.
    pub locked: Option<Box<Attribute<String>>>,
}
