//! What the API server would refuse: the schemas of openshift/api and of hypershift
//! (`HostedCluster.spec.imageContentSources`).

use crate::cluster_mirrors::{Entry, Merged};
use crate::diagnostic::{Diagnostic, Severity};
use crate::rules::{self, Check};
use registries_conf::{LENGTH_LIMIT, Role, is_valid};

use crate::convert::Target;

/// The rules that say what the schemas say: the grammar of names, their length, lists that are sets.
const SCHEMA: [&str; 4] = [
    "invalid-source",
    "invalid-mirror",
    "empty-mirrors",
    "duplicate-mirror",
];

/// As many sources a `HostedCluster` has at most, and as many mirrors a source.
const LIMIT: usize = 255;

/// What is wrong with the entries. What nothing validates before the nodes do is not refused.
pub(super) fn problems(entries: &[Merged<'_>], target: Target) -> Vec<Diagnostic> {
    if matches!(target, Target::Hcl | Target::Json | Target::RegistriesConf) {
        return Vec::new();
    }
    let mut problems: Vec<Diagnostic> = entries
        .iter()
        .flat_map(|merged| &merged.of)
        .flat_map(|entry| of_entry(entry))
        .collect();
    if matches!(target, Target::HostedCluster | Target::Rosa) {
        problems.extend(too_many(entries));
    }
    problems
}

fn of_entry(entry: &Entry<'_>) -> Vec<Diagnostic> {
    let fits = |name: &str, role| is_valid(name, role) && name.len() <= LENGTH_LIMIT;
    let source = fits(entry.source, Role::Source);
    let mirrors = entry.mirrors.iter().all(|mirror| fits(mirror, Role::Mirror));
    // The rules know more than the schemas do: `nginx:1` has a tag to people, and a port to the schema.
    let asked = SCHEMA.iter().filter(|name| match **name {
        "invalid-source" => !source,
        "invalid-mirror" => !mirrors,
        _ => true,
    });
    let outcomes = asked.filter_map(|name| match rules::find(name)?.check {
        Check::Mirror(decide) => Some(decide(entry.configuration, entry.mirror)),
        _ => None,
    });
    let findings = outcomes.flat_map(|outcome| outcome.findings);
    findings
        .filter(|finding| finding.severity == Severity::Error)
        .collect()
}

fn too_many(entries: &[Merged<'_>]) -> Option<Diagnostic> {
    let sources = (entries.len() > LIMIT).then(|| (entries.get(LIMIT), "sources", entries.len()));
    let mirrors = || {
        let long = entries.iter().find(|entry| entry.mirrors.len() > LIMIT)?;
        Some((Some(long), "mirrors of one source", long.mirrors.len()))
    };
    let (merged, what, number) = sources.or_else(mirrors)?;
    let mirror = merged?.of.first()?.mirror;
    let message = format!(
        "{}: {number} {what}, but a HostedCluster allows at most {LIMIT}",
        mirror.address
    );
    let finding = Diagnostic::new("too-many-entries", Severity::Error, message)
        .at_address(mirror.address.to_string())
        .at(mirror.source.span.unwrap_or(mirror.span), "exceeds the limit");
    Some(finding.help("mirror a whole registry or organization instead of its repositories"))
}
