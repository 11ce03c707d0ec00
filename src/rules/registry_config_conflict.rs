//! `registry-config-conflict`: a cluster that blocks or does not allow the registries of its mirrors.

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{
    Attribute, AttributeValue, ClusterCandidates, ClusterInstance, ConfigurationIssueKind, Input, InputKind,
    InputKinds, Mirror, MirrorLabels as _, RegistryList, RegistrySources, UnknownReason, UnknownReasons,
};
use crate::provider::{ALWAYS_ALLOWED_REGISTRIES, NO_REGISTRY_SOURCES};
use registries_conf::{Role, is_valid_location, is_within_scope};
use terraform_eval::source::Span;

use super::{Check, Fixability, Rule, RuleOutcome};

pub(super) static RULE: Rule = Rule {
    name: "registry-config-conflict",
    severity: Severity::Error,
    inputs: InputKinds::TERRAFORM,
    fix: Fixability::None,
    page: include_str!("registry_config_conflict.md"),
    check: Check::MirrorAndInput(check, check_input),
};

fn check_input(input: &Input) -> Vec<Diagnostic> {
    let instances = input.clusters.instances();
    let incomplete =
        instances.filter_map(|(_, instance)| Some((instance, instance.incomplete_registry_config?)));
    let mut findings: Vec<Diagnostic> = incomplete
        .map(|(instance, span)| {
            RULE.diagnostic("registry_config has no registry_sources")
                .about(instance.address.to_string())
                .at(span, "no `registry_sources`")
                .note(NO_REGISTRY_SOURCES)
                .help("add `registry_sources = {}`, or remove `registry_config`")
        })
        .collect();
    findings.extend(RULE.report_issues(input, ConfigurationIssueKind::RegistryConfigConflict));
    findings
}

fn check(input: &Input, mirror: &Mirror) -> RuleOutcome {
    if !input.clusters.has_registry_lists() {
        return RuleOutcome::clean();
    }
    let candidates = ClusterCandidates::for_mirror(input, mirror);
    let mut outcome = RuleOutcome::clean();
    for (_, instance) in &candidates.instances {
        let compared = compare(input, mirror, instance);
        if outcome.findings.is_empty() {
            outcome.findings = compared.findings;
        }
        outcome.undecided = outcome.undecided.or(compared.undecided);
    }
    // It is not known whether the mirror belongs to this instance.
    if !outcome.findings.is_empty() && (candidates.unresolved.is_some() || candidates.instances.len() > 1) {
        let several = || UnknownReasons::new(UnknownReason::AmbiguousClusterInstance);
        return RuleOutcome::undecided(candidates.unresolved.unwrap_or_else(several));
    }
    outcome
}

fn compare(input: &Input, mirror: &Mirror, instance: &ClusterInstance) -> RuleOutcome {
    let lists: &RegistrySources = &instance.registry_sources;
    let RegistrySources {
        allowed_registries: allowed,
        blocked_registries: blocked,
        insecure_registries: insecure,
        // Whatever a short name stands for, a mirror is asked by its own name.
        search_registries: _,
    } = lists;
    if let (Some(_), Some(other)) = (allowed.entries().first(), blocked.entries().first()) {
        // In configuration that is reported for the cluster, also if it has no mirrors.
        return match input.kind {
            InputKind::Configuration => RuleOutcome::clean(),
            _ => RuleOutcome::finding(both_lists_set(mirror, instance, allowed, other)),
        };
    }
    let mut unknown_value = [allowed, blocked, insecure]
        .into_iter()
        .find_map(|list| list.unknown_reasons().cloned());
    let is_set = [allowed, blocked, insecure]
        .iter()
        .any(|list| !list.entries().is_empty());
    if !is_set {
        return RuleOutcome::from_unknown(unknown_value);
    }
    let source = match &mirror.source.content {
        AttributeValue::Known(source) if is_valid_location(source, Role::Source) => Some(source.as_str()),
        AttributeValue::Unknown(unknown) => {
            unknown_value = unknown_value.or(Some(unknown.clone()));
            None
        }
        AttributeValue::Known(_) | AttributeValue::Absent => None,
    };
    let mut outcome = RuleOutcome::clean();
    if let Some(source) = source {
        outcome.findings.extend(
            nested_in_wildcard(mirror, source, [("blocked", blocked), ("insecure", insecure)])
                .or_else(|| source_blocked(mirror, source, blocked))
                .or_else(|| source_not_allowed(mirror, source, allowed)),
        );
    }
    for element in mirror.mirrors.value().into_iter().flatten() {
        let Some(name) = element
            .value()
            .filter(|name| is_valid_location(name, Role::Mirror))
        else {
            continue;
        };
        if let Some(entry) = blocked.entry_containing(name) {
            let shown = element.describe();
            let finding = RULE
                .finding(mirror, &format!("mirror {shown} is blocked on its cluster"))
                .at_attribute(mirror, element, "blocked");
            let finding = related_entry(finding, entry, "blocked by this entry");
            outcome.findings.push(
                finding
                    .note("the container runtime skips the mirror and tries the next one, or the source")
                    .help("remove the registry from `blocked_registries`, or the mirror from the list"),
            );
        }
    }
    outcome.undecided = unknown_value;
    outcome
}

fn both_lists_set(
    mirror: &Mirror,
    instance: &ClusterInstance,
    allowed: &RegistryList,
    blocked: &Attribute<String>,
) -> Diagnostic {
    let name = &instance.address;
    let finding = RULE
        .diagnostic("both allowed_registries and blocked_registries are set")
        .about(name.to_string())
        .at(
            list_span(allowed).or(blocked.span).unwrap_or(mirror.span),
            "one list",
        );
    related_entry(finding, blocked, "the other list")
        .note(
            "the Machine Config Operator generates no configuration from both: mirrors do not reach the \
             nodes",
        )
        .help("keep only one of the two lists")
}

fn nested_in_wildcard(
    mirror: &Mirror,
    source: &str,
    lists: [(&str, &RegistryList); 2],
) -> Option<Diagnostic> {
    if !source.starts_with("*.") {
        return None;
    }
    let (list, entry) = lists
        .into_iter()
        .find_map(|(list, values)| Some((list, values.entry_within(source)?)))?;
    let shown = mirror.source.describe();
    let finding = RULE
        .finding(
            mirror,
            &format!("a {list} registry matches the wildcard source {shown}"),
        )
        .at_attribute(mirror, &mirror.source, "the wildcard");
    Some(
        related_entry(finding, entry, "matches the wildcard")
            .note(
                "the Machine Config Operator fails: no node gets a new configuration, and new nodes \
                 cannot join",
            )
            .help("declare a mirror for each subdomain instead"),
    )
}

fn source_blocked(mirror: &Mirror, source: &str, blocked: &RegistryList) -> Option<Diagnostic> {
    let entry = blocked.entry_containing(source)?;
    let shown = mirror.source.describe();
    let finding = RULE
        .finding(mirror, &format!("source {shown} is blocked on its cluster"))
        .at_attribute(mirror, &mirror.source, "pulls from this source are rejected");
    Some(
        related_entry(finding, entry, "blocked by this entry")
            .note(
                "the lists are compared with the image name in the pod: a blocked source is rejected \
                 even if it has a mirror",
            )
            .help(
                "remove the registry from `blocked_registries`; blocking a source does not make its \
                 mirror the only place to pull from",
            ),
    )
}

fn source_not_allowed(mirror: &Mirror, source: &str, allowed: &RegistryList) -> Option<Diagnostic> {
    if allowed.entries().is_empty() || allowed.unknown_reasons().is_some() {
        return None;
    }
    // If a part of the source is allowed, the mirror serves that part.
    let is_allowed = allowed.entry_containing(source).is_some()
        || allowed.entry_within(source).is_some()
        || ALWAYS_ALLOWED_REGISTRIES
            .iter()
            .any(|name| is_within_scope(source, name) || is_within_scope(name, source));
    if is_allowed {
        return None;
    }
    let shown = mirror.source.describe();
    let finding = RULE
        .finding(mirror, &format!("source {shown} is not allowed on its cluster"))
        .at_attribute(mirror, &mirror.source, "pulls from this source are rejected");
    let finding = match list_span(allowed) {
        Some(span) => finding.related(span, "the source is not in this list"),
        None => finding,
    };
    Some(
        finding
            .note("the lists are compared with the image name in the pod, whichever mirror has the image")
            .help("add the registry of the source to `allowed_registries`"),
    )
}

fn list_span(list: &RegistryList) -> Option<Span> {
    list.span
        .or_else(|| list.entries().first().and_then(|entry| entry.span))
        .filter(|_| !list.sensitive)
}

fn related_entry(finding: Diagnostic, entry: &Attribute<String>, label: &str) -> Diagnostic {
    match entry.span {
        Some(span) => finding.related(span, label),
        None => finding,
    }
}
