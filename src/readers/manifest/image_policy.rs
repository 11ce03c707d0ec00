//! The `spec` of an `ImagePolicy` or a `ClusterImagePolicy`: the names in it. Keys and certificates are not read.

use crate::model::{Attribute, ImagePolicySpec, SignedIdentity};
use terraform_eval::syntax::yaml::Node;

use crate::readers::manifest::issues::IssueCollector;
use crate::readers::manifest::literals::ManifestText;
use crate::readers::manifest::nodes::field;
use crate::readers::manifest::registry_sources::read_list;

pub(super) fn read_image_policy(
    spec: &Node,
    namespace: Option<String>,
    text: ManifestText<'_>,
    issues: &mut IssueCollector,
) -> ImagePolicySpec {
    ImagePolicySpec {
        namespace,
        scopes: read_list(spec, "scopes", text, issues),
        identity: read_identity(spec, text),
    }
}

fn read_identity(spec: &Node, text: ManifestText<'_>) -> SignedIdentity {
    let Some((_, policy)) = field(spec, "policy") else {
        return SignedIdentity::OfImage;
    };
    let identity = field(policy, "signedIdentity");
    let Some((_, identity)) = identity.filter(|_| text.unknown_reasons(policy).is_none()) else {
        return match text.unknown_reasons(policy) {
            Some(_) => SignedIdentity::Unknown,
            None => SignedIdentity::OfImage,
        };
    };
    let text_of = |object: &str, name: &str| {
        let (_, object) = field(identity, object)?;
        let (_, value) = field(object, name)?;
        let text = Attribute {
            sensitive: text.is_sensitive(value.span),
            ..Attribute::known(value.as_str()?.to_owned(), Some(value.span))
        };
        Some(text)
    };
    let read = match field(identity, "matchPolicy").and_then(|(_, policy)| policy.as_str()) {
        Some("MatchRepoDigestOrExact" | "MatchRepository") => Some(SignedIdentity::OfImage),
        Some("RemapIdentity") => text_of("remapIdentity", "prefix")
            .zip(text_of("remapIdentity", "signedPrefix"))
            .map(|(prefix, signed_prefix)| SignedIdentity::Remapped {
                prefix,
                signed_prefix,
            }),
        Some("ExactRepository") => text_of("exactRepository", "repository").map(SignedIdentity::Repository),
        _ => None,
    };
    read.unwrap_or(SignedIdentity::Unknown)
}
