//! The registry settings of a cluster: `registrySources` of Image, and of a HostedCluster's configuration.

use crate::model::{Attribute, RegistrySources};
use terraform_eval::syntax::yaml::{Node, NodeKind};

use crate::readers::manifest::issues::IssueCollector;
use crate::readers::manifest::nodes::field;

/// Reads the lists at the end of a path of fields, if it exists.
pub(super) fn read_registry_sources(
    spec: &Node,
    path: &[&str],
    issues: &mut IssueCollector,
) -> Option<RegistrySources> {
    let sources = path
        .iter()
        .try_fold(spec, |node, name| field(node, name).map(|(_, value)| value))?;
    Some(RegistrySources {
        allowed_registries: read_list(sources, "allowedRegistries", issues),
        blocked_registries: read_list(sources, "blockedRegistries", issues),
        insecure_registries: read_list(sources, "insecureRegistries", issues),
    })
}

/// Reads a list of strings. Elements of other types are issues and are left out.
fn read_list(
    sources: &Node,
    name: &'static str,
    issues: &mut IssueCollector,
) -> Attribute<Vec<Attribute<String>>> {
    let Some((key, value)) = field(sources, name) else {
        return Attribute::absent();
    };
    let NodeKind::Sequence(elements) = &value.kind else {
        issues.add_wrong_type(None, name, key, value, "a list");
        return Attribute::absent();
    };
    let mut names = Vec::with_capacity(elements.len());
    for (index, element) in elements.iter().enumerate() {
        match element.as_str() {
            Some(text) => names.push(Attribute::known(text.to_owned(), Some(element.span))),
            None => issues.add_wrong_type(None, format!("{name}[{index}]"), key, element, "a string"),
        }
    }
    Attribute::known(names, Some(value.span))
}
