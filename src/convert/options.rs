//! What the user decides about a conversion.

use super::hcl;
use super::object_name::ObjectName;

/// What the user decides about a conversion.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a decision of its own")]
pub struct Options {
    /// The name of the manifest; with several clusters, the prefix of each name.
    pub name: Option<ObjectName>,
    /// The only cluster whose mirrors are converted: its id, or the object that its id is read from.
    pub cluster: Option<String>,
    /// Whether mirrors with unknown or sensitive values are skipped instead of rejected.
    pub skip_unresolved: bool,
    /// Whether a loss is an error.
    pub strict: bool,
    /// Whether comments are left out.
    pub no_notes: bool,
    /// Whether the text of each cluster goes to a file of its own.
    pub separate: bool,
    /// Registries that are blocked, in addition to those of the clusters.
    pub blocked: Vec<String>,
    /// Registries that are insecure, in addition to those of the clusters.
    pub insecure: Vec<String>,
    /// The images that mirrors are filled with.
    pub images: Vec<String>,
    /// How Terraform configuration is written.
    pub hcl: hcl::Options,
}
