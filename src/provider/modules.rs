//! Modules of the registry that people call for image mirrors, as far as mirrors need them, for
//! configuration that has not been through `terraform init`.
//!
//! The names are those of terraform-redhat/rosa-hcp/rhcs from 1.7.1 on: its input `image_mirrors`, the
//! submodule `image-mirrors` with its four required inputs, the submodule `rosa-cluster-hcp` with the cluster,
//! which waits for it unless it is told not to, and the outputs that read the cluster.

use std::path::PathBuf;

/// A module as it is known here.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Known {
    /// Its source, without the registry's host.
    pub(crate) source: &'static str,
    /// What it declares.
    pub(crate) text: &'static str,
}

const MODULES: &[Known] = &[
    Known {
        source: "terraform-redhat/rosa-hcp/rhcs//modules/image-mirrors",
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
    Known {
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
    Known {
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

/// The module behind a source, if it is one of these.
pub(crate) fn find(source: &str) -> Option<Known> {
    let source = source.strip_prefix("registry.terraform.io/").unwrap_or(source);
    MODULES.iter().copied().find(|known| known.source == source)
}

impl Known {
    /// What stands for its directory: no path on disk.
    pub(crate) fn directory(self) -> PathBuf {
        PathBuf::from(format!("<{}>", self.source))
    }
}
