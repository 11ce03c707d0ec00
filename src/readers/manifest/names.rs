//! The name of an object, and whether the API server accepts it.

use std::sync::Arc;

use crate::model::ManifestIssueKind;
use terraform_eval::source::Span;
use terraform_eval::syntax::yaml::{Node, NodeKind};

use crate::readers::manifest::issues::IssueCollector;
use crate::readers::manifest::literals::ManifestText;
use crate::readers::manifest::nodes::{field, value_span};

/// The longest name (RFC 1123, subdomain).
const MAX_NAME: usize = 253;

/// What `metadata` says about the identity of an object.
#[derive(Debug, Default)]
pub(super) struct ObjectName {
    pub(super) name: Option<Arc<str>>,
    /// The name as an element of the object's identity. `None` if it is generated, unknown or rejected.
    pub(super) known: Option<Arc<str>>,
    pub(super) namespace: Option<String>,
    pub(super) span: Option<Span>,
}

/// Reads the name of an object. `kind_span` is the text to label if there is no `metadata`.
pub(super) fn read_name(
    object: &Node,
    kind_span: Span,
    text: ManifestText<'_>,
    issues: &mut IssueCollector,
) -> ObjectName {
    const FIELD: &str = "metadata.name";
    let missing = ManifestIssueKind::Missing { field: FIELD };
    let Some((metadata_key, metadata)) = field(object, "metadata") else {
        issues.add(None, kind_span, missing);
        return ObjectName::default();
    };
    if !matches!(metadata.kind, NodeKind::Mapping(_)) {
        if text.placeholder_of(metadata).is_none() {
            issues.add_wrong_type(None, "metadata", metadata_key, metadata, "an object");
        }
        return ObjectName::default();
    }
    issues.check_keys(None, metadata, None);
    let namespace = field(metadata, "namespace").and_then(|(_, value)| value.as_str());
    let mut result = ObjectName {
        namespace: namespace.map(str::to_owned),
        ..ObjectName::default()
    };
    let Some((key, value)) = field(metadata, "name") else {
        let prefix = field(metadata, "generateName");
        match prefix.map(|(key, value)| (key, value, value.as_str())) {
            Some((key, value, None)) => {
                issues.add_wrong_type(None, "metadata.generateName", key, value, "a string");
            }
            Some((_, value, Some(prefix))) if !prefix.is_empty() => {
                if text.placeholder_of(value).is_none() && !is_valid_prefix(prefix) {
                    let found = prefix.to_owned();
                    issues.add(None, value.span, ManifestIssueKind::Name { found });
                }
            }
            Some(_) | None => {
                let name_key = metadata.entries().iter().find(|(key, _)| key.text == "name");
                let span = name_key.map_or(metadata_key.span, |(key, _)| key.span);
                issues.add(None, span, missing);
            }
        }
        return result;
    };
    result.span = Some(value_span(key, value));
    let Some(name) = value.as_str() else {
        issues.add_wrong_type(None, FIELD, key, value, "a string");
        return result;
    };
    let name: Arc<str> = name.into();
    result.name = Some(Arc::clone(&name));
    if text.placeholder_of(value).is_some() {
        return result;
    }
    if is_valid(&name) {
        result.known = Some(name);
    } else {
        let found = name.to_string();
        issues.add(None, value_span(key, value), ManifestIssueKind::Name { found });
    }
    result
}

/// Whether a name is a subdomain of RFC 1123 (`IsDNS1123Subdomain` of k8s.io/apimachinery).
fn is_valid(name: &str) -> bool {
    let is_inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let is_label = |label: &str| {
        let bytes = label.as_bytes();
        matches!((bytes.first(), bytes.last()), (Some(first), Some(last)) if is_inner(*first) && is_inner(*last))
            && bytes.iter().all(|byte| is_inner(*byte) || *byte == b'-')
    };
    name.len() <= MAX_NAME && name.split('.').all(is_label)
}

/// Whether a prefix is one of valid names. It may end with a hyphen.
fn is_valid_prefix(prefix: &str) -> bool {
    is_valid(&format!("{}a", prefix.strip_suffix('-').unwrap_or(prefix)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_subdomains() {
        for name in ["a", "0", "418", "a.b-c.d", "a--b", &"a".repeat(253)] {
            assert!(is_valid(name), "{name}");
        }
        for name in [
            "",
            "A",
            "a_b",
            "a/b",
            "-a",
            "a-",
            ".a",
            "a.",
            "a..b",
            "a.-b",
            "a b",
            "é",
            "a\n",
            &"a".repeat(254),
        ] {
            assert!(!is_valid(name), "{name:?}");
        }
        assert!(is_valid_prefix("mirrors-"));
        assert!(is_valid_prefix("mirrors"));
        assert!(!is_valid_prefix("Mirrors-"));
        assert!(!is_valid_prefix("-"));
    }
}
