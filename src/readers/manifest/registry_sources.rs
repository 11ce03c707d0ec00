//! The registry settings of a cluster: `registrySources` of Image, and of a HostedCluster's configuration.

use crate::model::{Attribute, RegistrySources};
use terraform_eval::syntax::yaml::{Node, NodeKind};

use crate::readers::manifest::issues::IssueCollector;
use crate::readers::manifest::literals::ManifestText;
use crate::readers::manifest::nodes::field;

/// Reads the lists at the end of a path of fields, if it exists.
pub(super) fn read_registry_sources(
    spec: &Node,
    path: &[&str],
    text: ManifestText<'_>,
    issues: &mut IssueCollector,
) -> Option<RegistrySources> {
    let mut sources = spec;
    for name in path {
        (_, sources) = field(sources, name)?;
        if let Some(reasons) = text.evaluated_reasons(sources) {
            let list = Attribute::unknown(reasons, Some(sources.span));
            return Some(RegistrySources {
                search_registries: list.clone().into(),
                ..RegistrySources::all(&list)
            });
        }
    }
    Some(RegistrySources {
        allowed_registries: read_list(sources, "allowedRegistries", text, issues).into(),
        blocked_registries: read_list(sources, "blockedRegistries", text, issues).into(),
        insecure_registries: read_list(sources, "insecureRegistries", text, issues).into(),
        search_registries: read_list(sources, "containerRuntimeSearchRegistries", text, issues).into(),
    })
}

/// Reads a list of strings. Elements of other types are issues and are left out.
pub(super) fn read_list(
    sources: &Node,
    name: &'static str,
    text: ManifestText<'_>,
    issues: &mut IssueCollector,
) -> Attribute<Vec<Attribute<String>>> {
    let Some((key, value)) = field(sources, name) else {
        return Attribute::absent();
    };
    if let Some(reasons) = text.unknown_reasons(value) {
        return Attribute::unknown(reasons, Some(value.span));
    }
    let NodeKind::Sequence(elements) = &value.kind else {
        issues.add_wrong_type(None, name, key, value, "a list");
        return Attribute::absent();
    };
    let mut names = Vec::with_capacity(elements.len());
    for (index, element) in elements.iter().enumerate() {
        let span = Some(element.span);
        match (element.as_str(), text.unknown_reasons(element)) {
            (_, Some(reasons)) => names.push(Attribute::unknown(reasons, span)),
            (Some(name), None) => names.push(Attribute {
                sensitive: text.is_sensitive(element.span),
                ..Attribute::known(name.to_owned(), span)
            }),
            (None, None) => issues.add_wrong_type(None, format!("{name}[{index}]"), key, element, "a string"),
        }
    }
    Attribute {
        sensitive: text.is_sensitive(value.span),
        ..Attribute::known(names, Some(value.span))
    }
}
