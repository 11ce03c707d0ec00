//! What is known of the rhcs provider (terraform-redhat/rhcs).

pub(crate) mod modules;
mod schema;

use terraform_eval::address::{Mode, ResourceName};

pub use schema::schemas;

/// The value of `type` that the provider sets if a mirror's block does not (`provider/imagemirror`).
pub const DEFAULT_MIRROR_TYPE: &str = "digest";

/// Whether a resource is an image mirror, `rhcs_image_mirror`.
#[must_use]
pub fn is_image_mirror(resource: &ResourceName) -> bool {
    resource.mode == Mode::Managed && &*resource.kind == "rhcs_image_mirror"
}
