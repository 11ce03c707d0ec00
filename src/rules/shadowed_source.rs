//! `shadowed-source`: a source within a broader source, without its mirrors.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{Attribute, AttributeValue, InputKinds, Mirror, MirrorLabels as _, UnknownReasons};
use registries_conf::{
    Location, MAX_MIRRORS_PER_SOURCE, SourcePolicy, can_match, find_match_issue, matched_length,
};

use super::support::cluster_index::IndexedCluster;
use super::support::source_names;
use super::{Check, Fixability, Rule, RuleOutcome};

pub(super) static RULE: Rule = Rule {
    name: "shadowed-source",
    severity: Severity::Warning,
    inputs: InputKinds::ALL,
    fix: Fixability::None,
    page: include_str!("shadowed_source.md"),
    check: Check::MirrorInCluster(check),
};

/// The number of entries of one broader source whose mirrors are compared.
const MAX_COMPARED_ENTRIES: usize = 255;

fn check(cluster: &IndexedCluster<'_>, mirror: &Mirror) -> RuleOutcome {
    let Some(source) = mirror.source.value() else {
        return RuleOutcome::without_value(&mirror.source);
    };
    let Some(location) = Location::parse(source) else {
        return RuleOutcome::clean();
    };
    let names = || broader_sources(source, &location, cluster.has_wildcards());
    let broader = names().find_map(|name| {
        let same = cluster.with_source(&name).iter();
        same.filter(|other| other.source.value().is_some_and(|source| *source == name) && is_used(other))
            .min_by_key(|other| other.unknown_instances().is_some())
    });
    let Some(broader) = broader else {
        let unknown = cluster.ambiguous_cluster(mirror, names());
        return RuleOutcome::from_unknown(unknown.filter(|_| is_used(mirror)));
    };
    if !is_used(mirror) {
        return RuleOutcome::clean();
    }
    if let Some(unknown) = broader.unknown_instances() {
        return RuleOutcome::undecided(unknown.clone());
    }
    let missing = if mirror.resource().is_none() {
        missing_from_lists(cluster, mirror, source, broader)
    } else {
        elements(&mirror.mirrors).and_then(|list| missing_mirrors(mirror, source, broader, &[list]))
    };
    match missing {
        Ok(missing) if missing.is_empty() => RuleOutcome::clean(),
        Ok(missing) => RuleOutcome::finding(report(mirror, broader, &missing)),
        Err(unknown) => RuleOutcome::undecided(unknown),
    }
}

/// Whether nodes use the entry: it has a source that can match, and possibly a mirror other than the source. A table of a
/// node is used without mirrors, too.
fn is_used(mirror: &Mirror) -> bool {
    let Some(source) = mirror.source.value() else {
        return false;
    };
    if mirror.is_table_without_mirrors() {
        let is_blocked = mirror.policy().value() == Some(&SourcePolicy::NeverContact);
        return !is_blocked && find_match_issue(source).is_none();
    }
    let mirrors_only_itself = mirror
        .mirrors
        .value()
        .is_some_and(|list| list.iter().all(|element| element.value() == Some(source)));
    can_match(source) && !mirrors_only_itself
}

/// Returns the sources that would include a source, the longest first, and after them wildcards.
fn broader_sources<'s>(
    source: &'s str,
    location: &Location<'s>,
    with_wildcards: bool,
) -> impl Iterator<Item = Cow<'s, str>> {
    let host = if with_wildcards { location.host } else { "" };
    let slashes = source.rmatch_indices('/');
    let dots = host.match_indices('.');
    let wildcards = dots.map(|(at, _)| Cow::Owned(format!("*{}", &host[at..])));
    slashes
        .map(|(at, _)| Cow::Borrowed(&source[..at]))
        .chain(wildcards)
}

/// Returns the missing mirrors in manifests, where a source has one list for each of its entries, including those
/// for pulls by tag. They are reported at the first entry.
fn missing_from_lists(
    cluster: &IndexedCluster<'_>,
    mirror: &Mirror,
    source: &str,
    broader: &Mirror,
) -> Result<Vec<Attribute<String>>, UnknownReasons> {
    let same = |source: &str| {
        let literal = source.to_owned();
        let all = cluster
            .with_source(&source_names::canonical_source(source))
            .iter();
        all.filter(move |other| other.source.value() == Some(&literal))
    };
    let first = same(source).find(|other| is_used(other));
    if first.is_none_or(|first| first.address != mirror.address) {
        return Ok(Vec::new());
    }
    let mut all_missing = Vec::new();
    for broader in same(broader.source.value().map_or("", String::as_str)).take(MAX_COMPARED_ENTRIES) {
        let entries = same(source).filter(|entry| entry.pull == broader.pull);
        let lists: Result<Vec<_>, _> = entries.map(|entry| elements(&entry.mirrors)).collect();
        for missing in missing_mirrors(mirror, source, broader, &lists?)? {
            if !all_missing.contains(&missing) {
                all_missing.push(missing);
            }
        }
    }
    Ok(all_missing)
}

/// Returns the mirrors of the broader source that the narrower one does not repeat, in the form in which they would
/// serve it. A mirror that is repeated literally is not missing.
fn missing_mirrors(
    mirror: &Mirror,
    source: &str,
    broader: &Mirror,
    lists: &[&[Attribute<String>]],
) -> Result<Vec<Attribute<String>>, UnknownReasons> {
    let broader_mirrors = elements(&broader.mirrors)?;
    let declared = || lists.iter().copied().flatten();
    let declared_names: BTreeSet<&str> = declared()
        .filter_map(|element| element.value())
        .map(String::as_str)
        .collect();
    let broader_source = broader.source.value().map_or("", String::as_str);
    let rest = matched_length(broader_source, source)
        .and_then(|covered| source.get(covered..))
        .unwrap_or_default();
    let mut missing = Vec::new();
    // A cluster does not accept more, and every narrower source compares all of them.
    for other in broader_mirrors.iter().take(MAX_MIRRORS_PER_SOURCE) {
        let Some(text) = other
            .value()
            .filter(|text| !text.is_empty() && *text != broader_source)
        else {
            continue;
        };
        let serving_name = format!("{text}{rest}");
        if !declared_names.contains(serving_name.as_str()) && !declared_names.contains(text.as_str()) {
            missing.push(Attribute {
                content: AttributeValue::Known(serving_name),
                sensitive: other.sensitive || mirror.source.sensitive || broader.source.sensitive,
                ..Attribute::absent()
            });
        }
    }
    // An unknown mirror of this source may be the missing one, and an unknown one of the broader source may be
    // missing.
    let unknown = if missing.is_empty() {
        broader_mirrors.iter().find_map(Attribute::as_unknown)
    } else {
        declared().find_map(Attribute::as_unknown)
    };
    match unknown {
        Some(unknown) => Err(unknown.clone()),
        None => Ok(missing),
    }
}

fn elements(list: &Attribute<Vec<Attribute<String>>>) -> Result<&[Attribute<String>], UnknownReasons> {
    match &list.content {
        AttributeValue::Known(elements) => Ok(elements),
        AttributeValue::Unknown(unknown) => Err(unknown.clone()),
        AttributeValue::Absent => Ok(&[]),
    }
}

fn report(mirror: &Mirror, broader: &Mirror, missing: &[Attribute<String>]) -> Diagnostic {
    let other = if mirror.source.may_be_compared_with(&broader.source) {
        format!("{} of {}", broader.source.describe(), broader.address)
    } else {
        "the source of another mirror".to_owned()
    };
    let shown = mirror.source.describe();
    let listed: Vec<String> = missing.iter().take(3).map(Attribute::describe).collect();
    let more = if missing.len() > listed.len() { ", …" } else { "" };
    RULE.finding(
        mirror,
        &format!("source {shown} is within {other}, but does not have its mirrors"),
    )
    .at_attribute(
        mirror,
        &mirror.source,
        "the mirrors of the broader source are not used for this source",
    )
    .compared_with(&mirror.source, &broader.source, "the broader source")
    .note(
        "only the longest matching source is used; the container runtime does not fall back to the mirrors \
         of a broader source",
    )
    .help(format!(
        "if those mirrors should also serve this source, add them to its list: {}{more}",
        listed.join(", ")
    ))
}
