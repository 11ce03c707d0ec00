//! The names of the provider and of its types, and what a mirror is.

use terraform_eval::address::{Mode, ResourceName};

/// The provider's address, without the registry's host.
pub(crate) const SOURCE: &str = "terraform-redhat/rhcs";

/// The local name of the provider in a module that does not give it another one: the prefix of its types.
pub(crate) const PROVIDER_NAME: &str = "rhcs";

/// What happens in a module that does not declare the source of the provider.
pub(crate) const MISSING_SOURCE: &str = "without a source, Terraform looks for hashicorp/rhcs, which does not exist: \
                                         `terraform init` fails";

/// The registries that have Red Hat's provider under its address.
const REGISTRY_HOSTS: [&str; 2] = ["registry.terraform.io/", "registry.opentofu.org/"];

/// How the name of each resource type and data source of the provider begins.
pub(crate) const TYPE_PREFIX: &str = "rhcs_";

/// How the name of a type begins in JSON that Terraform writes: in quotes and without escapes.
pub(crate) const QUOTED_TYPE_PREFIX: &str = "\"rhcs_";

/// The resource type of a mirror (`provider/imagemirror/image_mirror_resource.go`).
pub(crate) const IMAGE_MIRROR: &str = "rhcs_image_mirror";

/// The data source that lists the mirrors of a cluster (`provider/imagemirror/image_mirror_data_source.go`).
const IMAGE_MIRRORS: &str = "rhcs_image_mirrors";

/// The `type` of a mirror whose block does not set one, and the only one that the provider takes.
pub(crate) const DEFAULT_MIRROR_TYPE: &str = "digest";

/// The edit distance up to which a type is taken for a misspelled one.
const MAX_TYPE_DISTANCE: usize = 3;

/// The edit distance up to which a type with another prefix is taken for a misspelled one: `rhsc_image_mirror`.
const MAX_PREFIX_DISTANCE: usize = 2;

/// Names that people use by mistake for an argument of a mirror, each with the argument: those of other resources and
/// of Red Hat's module.
pub(crate) const MIRROR_ARGUMENT_ALIASES: [(&str, &str); 3] = [
    ("cluster", "cluster_id"),
    ("source_registry", "source"),
    ("mirror_registries", "mirrors"),
];

/// Whether this is the address of Red Hat's provider, in a registry that has it from there.
#[must_use]
pub(crate) fn is_provider_source(source: &str) -> bool {
    let local = REGISTRY_HOSTS
        .iter()
        .find_map(|host| source.strip_prefix(host))
        .unwrap_or(source);
    local.eq_ignore_ascii_case(SOURCE)
}

/// Whether a resource type or data source is one of the provider's.
#[must_use]
pub(crate) fn is_provider_type(kind: &str) -> bool {
    kind.starts_with(TYPE_PREFIX)
}

/// The type that was probably meant by one that the provider does not have, as `resource TYPE` or `data TYPE`: one of
/// those about mirrors and clusters with a similar name.
#[must_use]
pub(crate) fn similar_type(resource: &ResourceName) -> Option<String> {
    let is_ours = is_provider_type(&resource.kind);
    if !is_ours && !resource.kind.ends_with("_mirror") && !resource.kind.ends_with("_mirrors") {
        return None;
    }
    // The words of another type about mirrors: `rhcs_rosa_image_mirror`.
    let names_mirrors = is_ours && resource.kind.contains("mirror");
    let is_relevant = |(_, kind): &(Mode, &str)| {
        kind.starts_with(IMAGE_MIRROR) || (is_ours && kind.starts_with("rhcs_cluster"))
    };
    let candidates = super::schema::schemas().types().filter(is_relevant);
    let limit = if is_ours {
        MAX_TYPE_DISTANCE
    } else {
        MAX_PREFIX_DISTANCE
    };
    let (_, mode, kind) = candidates
        .map(|(mode, kind)| (strsim::osa_distance(&resource.kind, kind), mode, kind))
        .filter(|(distance, ..)| *distance <= limit || names_mirrors)
        .min_by_key(|(distance, mode, _)| (*distance, *mode != resource.mode))?;
    Some(match mode {
        Mode::Managed => format!("resource \"{kind}\""),
        Mode::Data => format!("data \"{kind}\""),
    })
}

/// Whether a resource is an image mirror, `rhcs_image_mirror`.
#[must_use]
pub(crate) fn is_image_mirror(resource: &ResourceName) -> bool {
    resource.mode == Mode::Managed && &*resource.kind == IMAGE_MIRROR
}

/// Whether a resource is the data source that lists the mirrors of a cluster, `rhcs_image_mirrors`.
#[must_use]
pub(crate) fn is_image_mirrors_data_source(resource: &ResourceName) -> bool {
    resource.mode == Mode::Data && &*resource.kind == IMAGE_MIRRORS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_provider_has_one_address_in_two_registries() {
        assert!(is_provider_source("terraform-redhat/rhcs"));
        assert!(is_provider_source("registry.opentofu.org/Terraform-RedHat/RHCS"));
        assert!(!is_provider_source("example.com/terraform-redhat/rhcs"));
        assert!(!is_provider_source("hashicorp/rhcs"));
    }

    #[test]
    fn the_quoted_prefix_is_the_prefix_in_quotes() {
        assert_eq!(QUOTED_TYPE_PREFIX, format!("\"{TYPE_PREFIX}"));
    }
}
