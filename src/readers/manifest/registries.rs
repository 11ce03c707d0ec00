//! What a cluster says of registries: `registrySources` of Image, and of a HostedCluster's configuration.

use crate::model::{Attribute, RegistrySources};
use terraform_eval::syntax::yaml::{Node, NodeKind};

use crate::readers::manifest::entry::{Mistakes, field};

/// The lists at the end of a way of fields, if it leads to any.
pub(super) fn at(spec: &Node, way: &[&str], mistakes: &mut Mistakes) -> Option<RegistrySources> {
    let sources = way
        .iter()
        .try_fold(spec, |node, name| field(node, name).map(|(_, value)| value))?;
    Some(RegistrySources {
        allowed_registries: list(sources, "allowedRegistries", mistakes),
        blocked_registries: list(sources, "blockedRegistries", mistakes),
        insecure_registries: list(sources, "insecureRegistries", mistakes),
    })
}

/// A list of strings; what is none is noted, and left out.
fn list(sources: &Node, name: &'static str, mistakes: &mut Mistakes) -> Attribute<Vec<Attribute<String>>> {
    let Some((key, value)) = field(sources, name) else {
        return Attribute::absent();
    };
    let NodeKind::Sequence(elements) = &value.kind else {
        mistakes.wrong_type(None, name, key, value, "a list");
        return Attribute::absent();
    };
    let mut names = Vec::with_capacity(elements.len());
    for (index, element) in elements.iter().enumerate() {
        match element.as_str() {
            Some(text) => names.push(Attribute::known(text.to_owned(), Some(element.span))),
            None => mistakes.wrong_type(None, format!("{name}[{index}]"), key, element, "a string"),
        }
    }
    Attribute::known(names, Some(value.span))
}
