//! Policies for the signatures of images, as far as they are about mirrors.

use super::attribute::Attribute;
use super::mirror_address::DocumentAddress;

/// A `ClusterImagePolicy`, or an `ImagePolicy` of a namespace (openshift/api, `config/v1/types_image_policy.go`). What it
/// trusts is not read.
#[derive(Debug, Clone)]
pub struct ImagePolicy {
    /// The manifest.
    pub document: DocumentAddress,
    /// `spec`.
    pub spec: ImagePolicySpec,
}

/// The part of a policy that names images.
#[derive(Debug, Clone)]
pub struct ImagePolicySpec {
    /// The namespace whose pods the policy is for. `None` if it is for all pods.
    pub namespace: Option<String>,
    /// `scopes`: the images whose signatures are verified, by the names that pods have for them.
    pub scopes: Attribute<Vec<Attribute<String>>>,
    /// `signedIdentity`: which name the signature has to have.
    pub identity: SignedIdentity,
}

/// Which name the signature of an image has to have.
#[derive(Debug, Clone)]
pub enum SignedIdentity {
    /// That of the image.
    OfImage,
    /// That of the image, with another prefix if it has this one.
    Remapped {
        /// `prefix`.
        prefix: Attribute<String>,
        /// `signedPrefix`.
        signed_prefix: Attribute<String>,
    },
    /// Always this one.
    Repository(Attribute<String>),
    /// It is not known.
    Unknown,
}

impl ImagePolicySpec {
    /// The scopes that are known and not sensitive.
    pub(crate) fn known_scopes(&self) -> impl Iterator<Item = &str> {
        let scopes = self.scopes.value().into_iter().flatten();
        scopes.filter_map(shown)
    }
}

/// The value if it is known and not sensitive.
fn shown(attribute: &Attribute<String>) -> Option<&str> {
    let value = attribute.value().filter(|_| !attribute.sensitive);
    value.map(String::as_str)
}

impl SignedIdentity {
    /// The name that the signature of an image has to have. `None` if it is not known.
    pub(crate) fn signed_name(&self, image: &str) -> Option<String> {
        match self {
            Self::OfImage => Some(image.to_owned()),
            Self::Remapped {
                prefix,
                signed_prefix,
            } => {
                let rest = image.strip_prefix(shown(prefix)?);
                match rest.filter(|rest| rest.is_empty() || rest.starts_with('/')) {
                    Some(rest) => Some(format!("{}{rest}", shown(signed_prefix)?)),
                    None => Some(image.to_owned()),
                }
            }
            Self::Repository(repository) => shown(repository).map(str::to_owned),
            Self::Unknown => None,
        }
    }
}
