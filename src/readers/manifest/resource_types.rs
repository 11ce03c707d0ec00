//! The resource types of Terraform that apply manifests, and blocks that can contain some in a form that is not read.
//!
//! | type | provider |
//! |---|---|
//! | `kubernetes_manifest`, `kubernetes_config_map`, `kubernetes_secret` | hashicorp/kubernetes |
//! | `kubectl_manifest` | gavinbunney/kubectl, alekc/kubectl and other forks |
//! | `k8s_manifest` | banzaicloud/k8s and its forks |
//! | `kustomization_resource` | kbst/kustomization |
//! | `azapi_resource`, `azapi_update_resource` | Azure/azapi, for a cluster with hosted control planes of Azure Red Hat OpenShift |
//! | `helm_release`, `helm_template` | hashicorp/helm |

use std::sync::LazyLock;

use memchr::memmem::Finder;
use terraform_eval::address::{Mode, ResourceName};

use crate::readers::manifest::detect::MIRROR_SETS;

/// A resource type that applies manifests.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ManifestResourceType {
    name: &'static str,
    /// The argument with the manifest.
    pub(crate) argument: &'static str,
    pub(crate) form: ManifestForm,
    /// The argument with the paths of the sensitive fields.
    pub(crate) sensitive_fields: Option<&'static str>,
    /// The attribute of a plan with the same text, in which [`HIDDEN_FIELD`] stands for the sensitive fields.
    pub(crate) public_attribute: Option<&'static str>,
}

/// What a provider puts in the place of a sensitive field.
pub(crate) const HIDDEN_FIELD: &str = "(sensitive value)";

/// The form of the argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ManifestForm {
    /// An object.
    Object,
    /// An object about any kind of resource, or a text with it (the first versions of azapi).
    ObjectOrText,
    /// A text, of which the provider applies the first document alone (`yaml/parse.go` of gavinbunney/kubectl).
    FirstDocument,
    /// A text with documents.
    Documents,
    /// The field `data` of a `ConfigMap`.
    ConfigMapData,
    /// The field `stringData` of a `Secret`.
    SecretData,
}

impl ManifestForm {
    /// Whether the resource applies nothing but the manifest, so that one that cannot be read may be a mirror set.
    #[must_use]
    pub(crate) fn is_any_object(self) -> bool {
        !matches!(self, Self::ConfigMapData | Self::SecretData | Self::ObjectOrText)
    }
}

const fn of(name: &'static str, argument: &'static str, form: ManifestForm) -> ManifestResourceType {
    ManifestResourceType {
        name,
        argument,
        form,
        sensitive_fields: None,
        public_attribute: None,
    }
}

const TYPES: [ManifestResourceType; 10] = [
    of("kubernetes_manifest", "manifest", ManifestForm::Object),
    ManifestResourceType {
        sensitive_fields: Some("sensitive_fields"),
        public_attribute: Some("yaml_body_parsed"),
        ..of("kubectl_manifest", "yaml_body", ManifestForm::FirstDocument)
    },
    of("k8s_manifest", "content", ManifestForm::Documents),
    of("kustomization_resource", "manifest", ManifestForm::FirstDocument),
    of("kubernetes_config_map", "data", ManifestForm::ConfigMapData),
    of("kubernetes_config_map_v1", "data", ManifestForm::ConfigMapData),
    of("kubernetes_secret", "data", ManifestForm::SecretData),
    of("kubernetes_secret_v1", "data", ManifestForm::SecretData),
    of("azapi_resource", "body", ManifestForm::ObjectOrText),
    of("azapi_update_resource", "body", ManifestForm::ObjectOrText),
];

/// The beginnings of the types' names in JSON that Terraform writes: in quotes and without escapes.
pub(crate) const QUOTED_TYPES: [&str; 9] = [
    "\"kubernetes_manifest\"",
    "\"kubectl_manifest\"",
    "\"k8s_manifest\"",
    "\"kustomization_resource\"",
    "\"kubernetes_config_map",
    "\"kubernetes_secret",
    "\"azapi_resource\"",
    "\"azapi_update_resource\"",
    "\"helm_release\"",
];

/// Blocks of other types that can contain manifests.
const CARRIERS: [(Mode, &str); 8] = [
    (Mode::Managed, "helm_release"),
    (Mode::Managed, "local_file"),
    (Mode::Managed, "local_sensitive_file"),
    (Mode::Data, "helm_template"),
    (Mode::Data, "kubectl_file_documents"),
    (Mode::Data, "kubectl_path_documents"),
    (Mode::Data, "kustomization_build"),
    (Mode::Data, "kustomization_overlay"),
];

/// The resource type with this name. `None` if it does not apply manifests.
#[must_use]
pub(crate) fn manifest_type(name: &str) -> Option<&'static ManifestResourceType> {
    TYPES.iter().find(|resource_type| resource_type.name == name)
}

/// The type of a managed resource that applies manifests.
#[must_use]
pub(crate) fn manifest_type_of(resource: &ResourceName) -> Option<&'static ManifestResourceType> {
    manifest_type(&resource.kind).filter(|_| resource.mode == Mode::Managed)
}

/// Whether a block of this type can contain manifests in a form that is not read: a Helm release, the documents of a data
/// source, a file.
#[must_use]
pub(crate) fn can_carry_manifests(resource: &ResourceName) -> bool {
    CARRIERS.contains(&(resource.mode, &*resource.kind))
}

/// Whether a block is the data source that splits a text into documents, `kubectl_file_documents`.
#[must_use]
pub(crate) fn splits_documents(resource: &ResourceName) -> bool {
    resource.mode == Mode::Data && &*resource.kind == "kubectl_file_documents"
}

/// Whether a resource type is that of a Helm release, which can contain manifests.
#[must_use]
pub(crate) fn is_helm_release(name: &str) -> bool {
    name == "helm_release"
}

/// Whether a text contains the name of a mirror set's kind.
#[must_use]
pub(crate) fn names_mirror_set(text: &str) -> bool {
    static KINDS: LazyLock<Vec<Finder<'static>>> = LazyLock::new(|| {
        let kinds = MIRROR_SETS.iter().map(ToString::to_string);
        kinds.map(|kind| Finder::new(&kind).into_owned()).collect()
    });
    KINDS.iter().any(|kind| kind.find(text.as_bytes()).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_type_is_found_by_its_quoted_name() {
        for resource_type in &TYPES {
            let quoted = format!("\"{}\"", resource_type.name);
            assert!(
                QUOTED_TYPES.iter().any(|name| quoted.starts_with(name)),
                "{quoted}"
            );
            assert_eq!(manifest_type(resource_type.name), Some(resource_type));
        }
    }
}
