//! The name of an object, and whether the API server accepts it.

use std::sync::Arc;

use crate::model::{ManifestIssueKind, is_object_name};
use terraform_eval::source::Span;
use terraform_eval::syntax::yaml::{Node, NodeKind};

use crate::readers::manifest::issues::IssueCollector;
use crate::readers::manifest::literals::ManifestText;
use crate::readers::manifest::nodes::{field, value_span};

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
        if text.unknown_reasons(metadata).is_none() {
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
                if text.unknown_reasons(value).is_none() && !is_valid_prefix(prefix) {
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
    if text.evaluated_reasons(value).is_some() || text.is_sensitive(value.span) {
        return result;
    }
    let name: Arc<str> = name.into();
    result.name = Some(Arc::clone(&name));
    if text.unknown_reasons(value).is_some() {
        return result;
    }
    if is_object_name(&name) {
        result.known = Some(name);
    } else {
        let found = name.to_string();
        issues.add(None, value_span(key, value), ManifestIssueKind::Name { found });
    }
    result
}

/// Whether the API server can make a name of a prefix. A prefix must be a name itself, but may end with a hyphen.
fn is_valid_prefix(prefix: &str) -> bool {
    !prefix.ends_with('.') && is_object_name(&format!("{prefix}a"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_may_end_with_a_hyphen() {
        for prefix in ["mirrors-", "mirrors", "a.b--"] {
            assert!(is_valid_prefix(prefix), "{prefix}");
        }
        for prefix in ["Mirrors-", "A-", "-", "a.", "a.-", "a/"] {
            assert!(!is_valid_prefix(prefix), "{prefix}");
        }
    }
}
