//! Policies for signatures that name mirrors. A node looks for the policy of an image by the name in the pod, before the name
//! is rewritten for a mirror.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::model::{Attribute, ImagePolicy, Input, SignedIdentity};
use registries_conf::ScopeMap;

/// The code of the findings.
pub(crate) const IMAGE_POLICY_ON_MIRROR: &str = "image-policy-on-mirror";

/// The names in the policies of an input that are those of mirrors, and of no source.
#[must_use]
pub(crate) fn image_policies_on_mirrors(input: &Input) -> Vec<Diagnostic> {
    let policies = &input.manifest_facts().image_policies;
    if policies.is_empty() {
        return Vec::new();
    }
    let names = Names::new(input);
    let scopes = policies.iter().flat_map(|policy| policy.spec.known_scopes());
    let all_scopes: ScopeMap<()> = scopes.map(|scope| (scope, ())).collect();
    let no_scopes = ScopeMap::default();
    let (mut of_scopes, mut of_prefixes) = (BTreeMap::new(), BTreeMap::new());
    let mut findings = Vec::new();
    for policy in policies {
        for scope in policy.spec.scopes.value().into_iter().flatten() {
            findings.extend(names.at_source(scope, &all_scopes, &mut of_scopes).map(|source| {
                report(policy, scope, &source, "scope").note(
                    "an image is verified by the policy for its name in the pod, wherever it comes from",
                )
            }));
        }
        if let SignedIdentity::Remapped { prefix, .. } = &policy.spec.identity {
            findings.extend(names.at_source(prefix, &no_scopes, &mut of_prefixes).map(|source| {
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
    sources: ScopeMap<()>,
    /// The sources of each mirror.
    mirrors: ScopeMap<BTreeSet<&'i str>>,
}

impl<'i> Names<'i> {
    fn new(input: &'i Input) -> Self {
        let known = |attribute: &'i Attribute<String>| attribute.value().filter(|_| !attribute.sensitive);
        let (mut sources, mut mirrors) = (BTreeSet::new(), BTreeMap::<&str, BTreeSet<&str>>::new());
        for mirror in input.effective_mirrors() {
            let Some(source) = known(&mirror.source) else {
                continue;
            };
            sources.insert(source.as_str());
            for location in mirror.mirrors.value().into_iter().flatten().filter_map(known) {
                mirrors.entry(location).or_default().insert(source);
            }
        }
        Self {
            sources: sources.into_iter().map(|source| (source, ())).collect(),
            mirrors: mirrors.into_iter().collect(),
        }
    }

    /// What a name is called at the source of the mirror that it is, is in or contains. `None` if it has to do with a source
    /// as well, or one of the scopes covers it there. Many policies may have the same name, which is looked up once.
    fn at_source(
        &self,
        name: &'i Attribute<String>,
        scopes: &ScopeMap<()>,
        known: &mut BTreeMap<&'i str, Option<String>>,
    ) -> Option<String> {
        let name = name.value().filter(|_| !name.sensitive)?;
        let found = known
            .entry(name)
            .or_insert_with(|| self.name_at_source(name, scopes));
        found.clone()
    }

    fn name_at_source(&self, name: &str, scopes: &ScopeMap<()>) -> Option<String> {
        let plain = without_tag(name);
        if overlapping(&self.sources, plain).next().is_some() {
            return None;
        }
        let mut mirrors: Vec<(&str, &BTreeSet<&str>)> = overlapping(&self.mirrors, plain).collect();
        mirrors.sort_unstable();
        let names = mirrors.iter().flat_map(|(mirror, sources)| {
            let rest = name.strip_prefix(mirror).unwrap_or_default();
            sources.iter().map(move |source| format!("{source}{rest}"))
        });
        let is_covered = |name: &String| {
            scopes.get(name).is_some() || scopes.containing(without_tag(name)).next().is_some()
        };
        (!names.clone().any(|name| is_covered(&name))).then(|| names.clone().next())?
    }
}

/// The scopes that a name is in, and those in it. The name itself comes twice.
fn overlapping<'m, V>(scopes: &'m ScopeMap<V>, name: &'m str) -> impl Iterator<Item = (&'m str, &'m V)> {
    scopes.containing(name).chain(scopes.within(name))
}

/// A scope may be one image with its tag or digest.
fn without_tag(scope: &str) -> &str {
    let name = scope.split('@').next().unwrap_or(scope);
    match name.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') && name.contains('/') => name,
        _ => name,
    }
}
