//! `invalid-registry`: a registry in the lists of a cluster that nodes cannot read, or that the operator rejects.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{Attribute, Input, InputKinds, RegistrySources};
use registries_conf::{MirrorEntry, Registries, RegistrySettings, is_valid_scope};

use super::{Check, Fixability, Rule};

pub(super) static RULE: Rule = Rule {
    name: "invalid-registry",
    severity: Severity::Error,
    inputs: InputKinds::DECLARED,
    fix: Fixability::None,
    page: include_str!("invalid_registry.md"),
    check: Check::Input(check),
};

fn check(input: &Input) -> Vec<Diagnostic> {
    // Of several clusters, this rule does not find out which one has a mirror.
    let has_one_cluster = input.clusters.instances().nth(1).is_none();
    let of_cluster = if has_one_cluster {
        input
    } else {
        &Input::new(input.kind, "")
    };
    let of_clusters = input.clusters.instances().flat_map(|(_, instance)| {
        let names = ["allowed_registries", "blocked_registries", "insecure_registries"];
        check_lists(&instance.registry_sources, names, &instance.address, of_cluster)
    });
    let of_manifests = input
        .manifest_facts()
        .registry_sources
        .iter()
        .flat_map(|sources| {
            let names = ["allowedRegistries", "blockedRegistries", "insecureRegistries"];
            check_lists(sources, names, &"registrySources", input)
        });
    of_clusters.chain(of_manifests).collect()
}

/// Checks the lists of one cluster, which have these names. The mirrors of the cluster are among those of an input.
fn check_lists(
    sources: &RegistrySources,
    [allowed, blocked, insecure]: [&'static str; 3],
    subject: &dyn fmt::Display,
    mirrors: &Input,
) -> Vec<Diagnostic> {
    let conflicting = conflicting_locations(sources, mirrors);
    let lists = [
        (
            allowed,
            &sources.allowed_registries,
            matches_no_image as fn(&str) -> Option<Problem>,
        ),
        (blocked, &sources.blocked_registries, nodes_cannot_read),
        (insecure, &sources.insecure_registries, nodes_cannot_read),
    ];
    let mut findings = Vec::new();
    for (list, entries, problem_of) in lists {
        for entry in entries.value().into_iter().flatten() {
            let Some(name) = entry.value() else { continue };
            let is_rejected = !is_valid_scope(name);
            let bare = name.trim_end_matches('/');
            let problem = if is_rejected {
                Some(REJECTED)
            } else if bare != name && list != allowed && conflicting.contains(bare) {
                Some(CONFLICTING)
            } else {
                problem_of(name)
            };
            findings.extend(problem.map(|problem| report(&problem, list, entry, name, subject)));
        }
    }
    findings
}

/// What a registry does to its cluster.
struct Problem {
    label: &'static str,
    note: &'static str,
}

const REJECTED: Problem = Problem {
    label: "rejected by the Machine Config Operator",
    note: "the Machine Config Operator generates no configuration, and new nodes cannot join",
};

const CONFLICTING: Problem = Problem {
    label: "nodes read this without the slash at its end",
    note: "the Machine Config Operator writes the registry with and without the slash into `registries.conf`, with different \
           settings, which the container runtime rejects as a whole: nodes pull no image at all",
};

/// The locations that the operator writes in several spellings, with and without slashes at their ends, and with different
/// settings.
fn conflicting_locations(sources: &RegistrySources, mirrors: &Input) -> BTreeSet<String> {
    let names = |list: &Attribute<Vec<Attribute<String>>>| -> Vec<String> {
        let entries = list.value().into_iter().flatten();
        entries.filter_map(|entry| entry.value().cloned()).collect()
    };
    let (blocked, insecure) = (
        names(&sources.blocked_registries),
        names(&sources.insecure_registries),
    );
    if !blocked.iter().chain(&insecure).any(|name| name.ends_with('/')) {
        return BTreeSet::new();
    }
    let entries = mirrors.mirrors.iter().filter_map(|mirror| {
        let locations = mirror.mirrors.value().into_iter().flatten();
        Some(MirrorEntry {
            source: mirror.source.value()?.clone(),
            mirrors: locations
                .filter_map(|location| location.value().cloned())
                .collect(),
            pull_kind: mirror.pull,
            policy: mirror.policy().value().copied().unwrap_or_default(),
        })
    });
    let settings = RegistrySettings {
        entries: entries.collect(),
        blocked,
        insecure,
        ..RegistrySettings::default()
    };
    let mut by_location: BTreeMap<String, BTreeSet<(bool, bool)>> = BTreeMap::new();
    for table in settings.to_tables().unwrap_or_default() {
        let location = table.scope().trim_end_matches('/').to_owned();
        let flags = (table.insecure, table.blocked);
        by_location.entry(location).or_default().insert(flags);
    }
    let conflicting = by_location.into_iter().filter(|(_, flags)| flags.len() > 1);
    conflicting.map(|(location, _)| location).collect()
}

/// A registry of a table that makes nodes reject their whole configuration.
fn nodes_cannot_read(name: &str) -> Option<Problem> {
    let settings = RegistrySettings {
        blocked: vec![name.to_owned()],
        ..RegistrySettings::default()
    };
    let tables = settings.to_tables().ok()?;
    Registries::from_tables(&tables).is_err().then_some(Problem {
        label: "nodes cannot read this",
        note: "the Machine Config Operator writes it into `registries.conf`, which the container runtime then rejects as a \
               whole: nodes pull no image at all",
    })
}

/// A registry of the signature policy, whose scopes are names.
fn matches_no_image(name: &str) -> Option<Problem> {
    has_scheme(name).then_some(Problem {
        label: "never matches an image",
        note: "the list is compared with the names of images, which have no scheme: nodes reject every image of the registry",
    })
}

fn has_scheme(name: &str) -> bool {
    name.starts_with("http://") || name.starts_with("https://")
}

fn report(
    problem: &Problem,
    list: &str,
    entry: &Attribute<String>,
    name: &str,
    subject: &dyn fmt::Display,
) -> Diagnostic {
    let shown = entry.describe();
    let finding = RULE
        .diagnostic(format!("{shown} in {list} is not the name of a registry"))
        .about(subject.to_string())
        .note(problem.note);
    let finding = match entry.span {
        Some(span) => finding.at(span, problem.label),
        None => finding,
    };
    let bare = name.rsplit("://").next().unwrap_or(name).trim_matches('/');
    let can_be_bare = has_scheme(name) || name.ends_with('/');
    finding.help(if can_be_bare && is_valid_scope(bare) && !entry.sensitive {
        format!("write {bare:?}")
    } else {
        "write the name of a registry, such as \"quay.io\", or a part of one, such as \"quay.io/org\"; only `*.` in front of a host stands for others".to_owned()
    })
}
