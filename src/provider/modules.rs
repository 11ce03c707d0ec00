//! Modules of the registry that people call for image mirrors, as far as mirrors need them, for
//! configuration that has not been through `terraform init`.
//!
//! The names are those of terraform-redhat/rosa-hcp/rhcs from 1.7.1 on: its input `image_mirrors`, the
//! submodule `image-mirrors` with its four required inputs, the submodule `rosa-cluster-hcp` with the cluster,
//! which waits for it unless it is told not to, and the outputs that read the cluster.

use std::path::{Path, PathBuf};

use super::clusters::ClusterKind;

/// The registries that have the modules, which their source may name.
const REGISTRY_HOSTS: [&str; 2] = ["registry.terraform.io/", "registry.opentofu.org/"];

/// The repositories of the modules on GitHub, with their names in the registry.
const REPOSITORIES: [(&str, &str); 2] = [
    (
        "github.com/terraform-redhat/terraform-rhcs-rosa-hcp",
        HOSTED_PACKAGE,
    ),
    (
        "github.com/terraform-redhat/terraform-rhcs-rosa-classic",
        CLASSIC_PACKAGE,
    ),
];

/// The module that creates a cluster with hosted control planes.
const HOSTED_PACKAGE: &str = "terraform-redhat/rosa-hcp/rhcs";

/// The module that creates a classic cluster.
const CLASSIC_PACKAGE: &str = "terraform-redhat/rosa-classic/rhcs";

/// The source of the module that declares one mirror.
pub(crate) const IMAGE_MIRRORS: &str = "terraform-redhat/rosa-hcp/rhcs//modules/image-mirrors";

/// The input of modules that takes mirrors.
pub(crate) const IMAGE_MIRRORS_INPUT: &str = "image_mirrors";

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

/// The release of one of Red Hat's modules that a source names.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ModuleRelease<'s> {
    /// Whether it is the submodule that declares mirrors.
    pub(crate) is_image_mirrors: bool,
    /// The tag or branch, if the source is a repository that names one.
    pub(crate) reference: Option<&'s str>,
}

/// The release that a source of the hosted module names; `None` for other modules.
#[must_use]
pub(crate) fn module_release(source: &str) -> Option<ModuleRelease<'_>> {
    let parsed = ModuleSource::parse(source);
    (parsed.package == HOSTED_PACKAGE).then(|| ModuleRelease {
        is_image_mirrors: parsed.submodule == Some("modules/image-mirrors"),
        reference: parsed.reference,
    })
}

/// What is known of the module at a source; `None` if nothing is.
#[must_use]
pub(crate) fn find(source: &str) -> Option<ModuleStub> {
    let parsed = ModuleSource::parse(source);
    let name = match parsed.submodule {
        Some(submodule) => format!("{}//{submodule}", parsed.package),
        None => parsed.package.to_owned(),
    };
    STUBS.iter().copied().find(|stub| stub.source == name)
}

/// The kind of the cluster that a registry module's output `cluster_id` is the id of; `None` for other modules.
#[must_use]
pub(crate) fn cluster_kind(source: &str) -> Option<ClusterKind> {
    match ModuleSource::parse(source).package {
        HOSTED_PACKAGE => Some(ClusterKind::Hosted),
        CLASSIC_PACKAGE => Some(ClusterKind::Classic),
        _ => None,
    }
}

/// Whether two sources name one module: `github.com/a/b` and `git::https://github.com/a/b.git` do, and so do a name in a
/// registry with and without its host. Two ways to the same address count as one.
#[must_use]
pub(crate) fn is_same_source(a: &str, b: &str) -> bool {
    let identity = |source| {
        let ModuleSource {
            package,
            submodule,
            reference,
        } = ModuleSource::parse(source);
        let package = bare_address(package).replace(':', "/").to_ascii_lowercase();
        (package.trim_matches('/').to_owned(), submodule, reference)
    };
    a == b || identity(a) == identity(b)
}

/// The source of a module, by its name in the registry if it is one of Red Hat's.
struct ModuleSource<'s> {
    package: &'s str,
    submodule: Option<&'s str>,
    reference: Option<&'s str>,
}

impl<'s> ModuleSource<'s> {
    /// Parses a registry name, or an address of a repository: `git::https://…`, `git@github.com:…`, `github.com/…`.
    fn parse(source: &'s str) -> Self {
        let (address, query) = source
            .split_once('?')
            .map_or((source, None), |(a, q)| (a, Some(q)));
        let after_scheme = address.find("://").map_or(0, |at| at + "://".len());
        let (package, submodule) = match address.get(after_scheme..).and_then(|rest| rest.find("//")) {
            Some(at) => {
                let (package, submodule) = address.split_at(after_scheme + at);
                (package, Some(submodule.trim_matches('/')))
            }
            None => (address, None),
        };
        let reference = query
            .into_iter()
            .flat_map(|query| query.split('&'))
            .find_map(|pair| pair.strip_prefix("ref="));
        Self {
            package: package_name(package),
            submodule: submodule.filter(|path| !path.is_empty()),
            reference,
        }
    }
}

/// The name in the registry of a package that its address names, or the address itself.
fn package_name(address: &str) -> &str {
    let local = REGISTRY_HOSTS.iter().find_map(|host| address.strip_prefix(host));
    if let Some(local) = local {
        return local;
    }
    let bare = bare_address(address);
    let is_same = |repository: &str| {
        let mut parts = repository.splitn(2, '/');
        let (host, path) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        // The scp-like form has a colon after the host.
        bare.get(..host.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(host))
            && bare
                .get(host.len()..)
                .and_then(|rest| rest.strip_prefix(['/', ':']))
                .is_some_and(|rest| rest.eq_ignore_ascii_case(path))
    };
    let known = REPOSITORIES.iter().find(|(repository, _)| is_same(repository));
    known.map_or(address, |(_, package)| package)
}

/// The address of a repository without the words that say how it is reached.
fn bare_address(address: &str) -> &str {
    let bare = address.split_once("::").map_or(address, |(_, rest)| rest);
    let bare = ["https://", "http://", "ssh://", "git://", "file://"]
        .iter()
        .find_map(|scheme| bare.strip_prefix(scheme))
        .unwrap_or(bare);
    let bare = bare.split_once('@').map_or(bare, |(_, rest)| rest);
    let bare = bare.strip_prefix("www.").unwrap_or(bare).trim_end_matches('/');
    bare.strip_suffix(".git").unwrap_or(bare)
}

/// Whether a module is an outline of [`ModuleStub`], by its directory.
#[must_use]
pub(crate) fn is_stub(directory: &Path) -> bool {
    directory.to_str().is_some_and(|name| name.starts_with('<'))
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
    fn repositories_are_known_in_every_form() {
        for address in [
            "git::https://github.com/terraform-redhat/terraform-rhcs-rosa-hcp.git//modules/image-mirrors?ref=v1.7.0",
            "git::https://github.com/terraform-redhat/terraform-rhcs-rosa-hcp//modules/image-mirrors?ref=v1.7.0",
            "git::ssh://git@github.com/terraform-redhat/terraform-rhcs-rosa-hcp.git//modules/image-mirrors?depth=1&ref=v1.7.0",
            "git@github.com:terraform-redhat/terraform-rhcs-rosa-hcp.git//modules/image-mirrors?ref=v1.7.0",
            "git::git@github.com:terraform-redhat/terraform-rhcs-rosa-hcp//modules/image-mirrors?ref=v1.7.0",
            "github.com/terraform-redhat/terraform-rhcs-rosa-hcp//modules/image-mirrors?ref=v1.7.0",
            "github.com/Terraform-RedHat/terraform-rhcs-rosa-hcp.git//modules/image-mirrors?ref=v1.7.0",
        ] {
            let release = ModuleRelease {
                is_image_mirrors: true,
                reference: Some("v1.7.0"),
            };
            assert_eq!(module_release(address), Some(release), "{address}");
            assert_eq!(
                find(address).map(|stub| stub.source),
                Some(IMAGE_MIRRORS),
                "{address}"
            );
        }
        for address in [
            "registry.terraform.io/terraform-redhat/rosa-hcp/rhcs",
            "registry.opentofu.org/terraform-redhat/rosa-hcp/rhcs",
            "terraform-redhat/rosa-hcp/rhcs",
            "github.com/terraform-redhat/terraform-rhcs-rosa-hcp",
        ] {
            assert!(module_release(address).is_some_and(|release| !release.is_image_mirrors));
        }
        for address in [
            "example.com/terraform-redhat/terraform-rhcs-rosa-hcp",
            "github.com/someone/terraform-rhcs-rosa-hcp",
            "github.com/terraform-redhat/terraform-rhcs-rosa-hcp-fork",
            "./terraform-redhat/rosa-hcp/rhcs",
            "git::",
            "?ref=",
            "//",
        ] {
            assert_eq!(module_release(address), None, "{address}");
        }
    }

    #[test]
    fn sources_are_compared_as_terraform_writes_them() {
        for (call, installed) in [
            (
                "terraform-redhat/rosa-hcp/rhcs",
                "registry.terraform.io/terraform-redhat/rosa-hcp/rhcs",
            ),
            ("a/b/c//modules/x", "registry.opentofu.org/a/b/c//modules/x"),
            (
                "github.com/a/b//m?ref=v1",
                "git::https://github.com/a/b.git//m?ref=v1",
            ),
            (
                "git@github.com:a/b.git?ref=v1",
                "git::ssh://git@github.com/a/b.git?ref=v1",
            ),
            (
                "git::https://example.com/a.git?depth=1&ref=v1",
                "git::https://example.com/a.git?ref=v1",
            ),
            ("/srv/modules/a", "file:///srv/modules/a"),
            (
                "s3::https://s3.amazonaws.com/b/a.zip",
                "s3::https://s3.amazonaws.com/b/a.zip",
            ),
        ] {
            assert!(is_same_source(call, installed), "{call} {installed}");
        }
        for (call, installed) in [
            (
                "git::https://example.com/a.git?ref=v2",
                "git::https://example.com/a.git?ref=v1",
            ),
            (
                "git::https://example.com/a.git",
                "git::https://example.com/a.git?ref=v1",
            ),
            ("github.com/a/b//m", "git::https://github.com/a/b.git//n"),
            ("a/b/c", "registry.terraform.io/a/b/d"),
            ("example.com/a/b/c", "registry.terraform.io/a/b/c"),
            (
                "terraform-redhat/rosa-hcp/rhcs",
                "git::https://example.com/rosa-hcp.git",
            ),
        ] {
            assert!(!is_same_source(call, installed), "{call} {installed}");
        }
    }

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
