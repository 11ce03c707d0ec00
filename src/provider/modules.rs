//! Modules of the registry that people call for image mirrors, as far as mirrors need them, for
//! configuration that has not been through `terraform init`.
//!
//! The names are those of terraform-redhat/rosa-hcp/rhcs from 1.7.1 on: its input `image_mirrors`, the
//! submodule `image-mirrors` with its four required inputs, the submodule `rosa-cluster-hcp` with the cluster,
//! which waits for it unless it is told not to, and the outputs that read the cluster.

use std::path::{Path, PathBuf};

use super::clusters::ClusterKind;

/// The registry that has the modules, which their source may name.
const REGISTRY_HOST: &str = "registry.terraform.io/";

/// The module that creates a cluster with hosted control planes.
const HOSTED_PACKAGE: &str = "terraform-redhat/rosa-hcp/rhcs";

/// The module that creates a classic cluster.
const CLASSIC_PACKAGE: &str = "terraform-redhat/rosa-classic/rhcs";

/// The source of the module that declares one mirror.
pub(crate) const IMAGE_MIRRORS: &str = "terraform-redhat/rosa-hcp/rhcs//modules/image-mirrors";

/// What is known of a registry module.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ModuleStub {
    /// Its source, without the registry's host.
    pub source: &'static str,
    /// A configuration with what matters for mirrors: its variables, resources and outputs.
    pub text: &'static str,
}

const STUBS: &[ModuleStub] = &[
    ModuleStub {
        source: IMAGE_MIRRORS,
        text: r#"# Built-in outline of this module. After `terraform init`, mirrorset reads the module itself.
variable "cluster_id" {
  type = string
}
variable "type" {
  type = string
}
variable "source_registry" {
  type = string
}
variable "mirrors" {
  type = list(string)
}
resource "rhcs_image_mirror" "image_mirror" {
  cluster_id = var.cluster_id
  type       = var.type
  source     = var.source_registry
  mirrors    = var.mirrors
}
output "image_mirror_id" {
  value = rhcs_image_mirror.image_mirror.id
}
"#,
    },
    ModuleStub {
        source: "terraform-redhat/rosa-hcp/rhcs//modules/rosa-cluster-hcp",
        text: r#"# Built-in outline of this module. After `terraform init`, mirrorset reads the module itself.
variable "wait_for_create_complete" {
  type    = bool
  default = true
}
resource "rhcs_cluster_rosa_hcp" "rosa_hcp_cluster" {
  wait_for_create_complete = var.wait_for_create_complete
}
output "cluster_id" {
  value = rhcs_cluster_rosa_hcp.rosa_hcp_cluster.id
}
output "cluster_api_url" {
  value = rhcs_cluster_rosa_hcp.rosa_hcp_cluster.api_url
}
output "cluster_console_url" {
  value = rhcs_cluster_rosa_hcp.rosa_hcp_cluster.console_url
}
output "cluster_domain" {
  value = rhcs_cluster_rosa_hcp.rosa_hcp_cluster.domain
}
output "cluster_current_version" {
  value = rhcs_cluster_rosa_hcp.rosa_hcp_cluster.current_version
}
output "cluster_state" {
  value = rhcs_cluster_rosa_hcp.rosa_hcp_cluster.state
}
"#,
    },
    ModuleStub {
        source: "terraform-redhat/rosa-hcp/rhcs",
        text: r#"# Built-in outline of this module. After `terraform init`, mirrorset reads the module itself.
variable "image_mirrors" {
  type    = map(any)
  default = {}
}
variable "wait_for_create_complete" {
  type    = bool
  default = true
}
module "rosa_cluster_hcp" {
  source                   = "terraform-redhat/rosa-hcp/rhcs//modules/rosa-cluster-hcp"
  wait_for_create_complete = var.wait_for_create_complete
}
module "rhcs_hcp_image_mirrors" {
  source          = "terraform-redhat/rosa-hcp/rhcs//modules/image-mirrors"
  for_each        = var.image_mirrors
  cluster_id      = module.rosa_cluster_hcp.cluster_id
  type            = each.value.type
  source_registry = each.value.source
  mirrors         = each.value.mirrors
}
output "cluster_id" {
  value = module.rosa_cluster_hcp.cluster_id
}
output "image_mirror_ids" {
  value = { for key, mirror in module.rhcs_hcp_image_mirrors : key => mirror.image_mirror_id }
}
"#,
    },
];

/// What is known of the module at a source; `None` if nothing is.
#[must_use]
pub(crate) fn find(source: &str) -> Option<ModuleStub> {
    let source = without_host(source);
    STUBS.iter().copied().find(|stub| stub.source == source)
}

/// The kind of the cluster that a registry module's output `cluster_id` is the id of; `None` for other modules.
#[must_use]
pub(crate) fn cluster_kind(source: &str) -> Option<ClusterKind> {
    let source = without_host(source);
    let package = source.split("//").next().unwrap_or(source);
    match package {
        HOSTED_PACKAGE => Some(ClusterKind::Hosted),
        CLASSIC_PACKAGE => Some(ClusterKind::Classic),
        _ => None,
    }
}

/// Whether a module is an outline of [`ModuleStub`], by its directory.
#[must_use]
pub(crate) fn is_stub(directory: &Path) -> bool {
    directory.to_str().is_some_and(|name| name.starts_with('<'))
}

fn without_host(source: &str) -> &str {
    source.strip_prefix(REGISTRY_HOST).unwrap_or(source)
}

impl ModuleStub {
    /// A name in place of its directory, which is not a path on disk.
    #[must_use]
    pub(crate) fn directory(self) -> PathBuf {
        PathBuf::from(format!("<{}>", self.source))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn module_sources_are_known_with_host_and_submodule() {
        assert_eq!(
            cluster_kind("registry.terraform.io/terraform-redhat/rosa-hcp/rhcs//modules/rosa-cluster-hcp"),
            Some(ClusterKind::Hosted)
        );
        assert_eq!(
            cluster_kind("terraform-redhat/rosa-classic/rhcs"),
            Some(ClusterKind::Classic)
        );
        assert_eq!(cluster_kind("./modules/rosa-hcp"), None);
    }
}
