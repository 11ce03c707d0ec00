//! Policies for signatures that name mirrors. A node looks for the policy of an image by the name in the pod, before the name
//! is rewritten for a mirror.

use std::collections::BTreeSet;

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::model::{Attribute, ImagePolicy, Input, Mirror, SignedIdentity};
use registries_conf::is_within_scope;

/// The code of the findings.
pub(crate) const IMAGE_POLICY_ON_MIRROR: &str = "image-policy-on-mirror";

/// The names in the policies of an input that are those of mirrors, and of no source.
#[must_use]
pub(crate) fn image_policies_on_mirrors(input: &Input) -> Vec<Diagnostic> {
    let policies = &input.manifest_facts.image_policies;
    if policies.is_empty() {
        return Vec::new();
    }
    let names = Names::new(input);
    let scopes = policies.iter().flat_map(|policy| policy.spec.known_scopes());
    let all_scopes: Vec<&str> = scopes.collect();
    let mut findings = Vec::new();
    for policy in policies {
        for scope in policy.spec.scopes.value().into_iter().flatten() {
            findings.extend(names.at_source(scope, &all_scopes).map(|source| {
                report(policy, scope, &source, "scope").note(
                    "an image is verified by the policy for its name in the pod, wherever it comes from",
                )
            }));
        }
        if let SignedIdentity::Remapped { prefix, .. } = &policy.spec.identity {
            findings.extend(names.at_source(prefix, &[]).map(|source| {
                report(policy, prefix, &source, "prefix").note(
                    "the prefix is compared with the name in the pod, and replaced by `signedPrefix` if it is equal",
                )
            }));
        }
    }
    findings
}

fn report(policy: &ImagePolicy, name: &Attribute<String>, source: &str, what: &str) -> Diagnostic {
    let message = format!(
        "{what} {} names a mirror, and images are not looked up by the name of a mirror",
        name.describe()
    );
    let finding = Diagnostic::new(Code::Rule(IMAGE_POLICY_ON_MIRROR), Severity::Warning, message)
        .about_manifest(policy.document.clone())
        .help(format!("name the source instead: {source}"));
    match name.span {
        Some(span) => finding.at(span, "no image that is pulled through the mirror has this name"),
        None => finding,
    }
}

/// The names of sources and mirrors, as far as they are known.
struct Names<'i> {
    sources: BTreeSet<&'i str>,
    /// Each mirror with its source.
    mirrors: BTreeSet<(&'i str, &'i str)>,
}

impl<'i> Names<'i> {
    fn new(input: &'i Input) -> Self {
        let mirrors = || input.effective_mirrors();
        let known = |attribute: &'i Attribute<String>| attribute.value().filter(|_| !attribute.sensitive);
        let source = |mirror: &'i Mirror| known(&mirror.source).map(String::as_str);
        Self {
            sources: mirrors().filter_map(source).collect(),
            mirrors: mirrors()
                .filter_map(|mirror| Some((source(mirror)?, mirror)))
                .flat_map(|(source, mirror)| {
                    let elements = mirror.mirrors.value().into_iter().flatten();
                    elements.filter_map(move |element| Some((known(element)?.as_str(), source)))
                })
                .collect(),
        }
    }

    /// What a name is called at the source of the mirror that it is, is in or contains. `None` if it has to do with a source
    /// as well, or one of the scopes covers it there.
    fn at_source(&self, name: &Attribute<String>, scopes: &[&str]) -> Option<String> {
        let name = name.value().filter(|_| !name.sensitive)?;
        let plain = without_tag(name);
        if self.sources.iter().any(|source| overlap(plain, source)) {
            return None;
        }
        let mirrors = self.mirrors.iter().filter(|(mirror, _)| overlap(plain, mirror));
        let names = mirrors.map(|(mirror, source)| match name.strip_prefix(mirror) {
            Some(rest) => format!("{source}{rest}"),
            None => (*source).to_owned(),
        });
        let names: Vec<String> = names.collect();
        let is_covered = |name: &String| {
            scopes
                .iter()
                .any(|scope| scope == name || is_within_scope(without_tag(name), scope))
        };
        (!names.iter().any(is_covered)).then(|| names.into_iter().next())?
    }
}

fn overlap(name: &str, other: &str) -> bool {
    is_within_scope(name, other) || is_within_scope(other, name)
}

/// A scope may be one image with its tag or digest.
fn without_tag(scope: &str) -> &str {
    let name = scope.split('@').next().unwrap_or(scope);
    match name.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') && name.contains('/') => name,
        _ => name,
    }
}
