//! `unordered-data-source`: a data source that reads mirrors before they are created.

use std::collections::BTreeMap;

use crate::diagnostic::{Applicability, Diagnostic, Fix, Severity};
use crate::model::{ClusterKey, ImageMirrorsDataSource, Input, InputKinds, Mirror};

use terraform_eval::syntax::is_identifier;

use super::support::fixes;
use super::{Check, Fixability, Rule};

pub(super) static RULE: Rule = Rule {
    name: "unordered-data-source",
    severity: Severity::Warning,
    inputs: InputKinds::CONFIGURATION,
    fix: Fixability::Safe,
    page: include_str!("unordered_data_source.md"),
    check: Check::Input(check),
};

/// The maximum number of mirrors that a finding names: no cluster takes more sources.
const MAX_NAMES: usize = registries_conf::MAX_SOURCES;

fn check(input: &Input) -> Vec<Diagnostic> {
    let reads = input.data_sources.iter();
    if input.data_sources.is_empty() {
        return Vec::new();
    }
    let mut by_cluster: BTreeMap<ClusterKey<'_>, Vec<&Mirror>> = BTreeMap::new();
    for mirror in &input.mirrors {
        if let Some(cluster) = mirror.cluster_key() {
            by_cluster.entry(cluster).or_default().push(mirror);
        }
    }
    reads.filter_map(|read| find(&by_cluster, read)).collect()
}

fn find(
    by_cluster: &BTreeMap<ClusterKey<'_>, Vec<&Mirror>>,
    read: &ImageMirrorsDataSource,
) -> Option<Diagnostic> {
    let cluster = ClusterKey::of(&read.cluster_id, &read.cluster_origin)?;
    let is_missed = |mirror: &Mirror| {
        mirror.path().is_some_and(|path| !read.dependencies.contains(&path))
            // A mirror that gets its id from the data source depends on it intentionally.
            && !mirror
                .resource()
                .is_some_and(|resource| resource.dependencies.contains(&read.path))
    };
    // `depends_on` can name a mirror in the same module, or the call of the module that declares it.
    let mut names: Vec<String> = Vec::new();
    let mut first = None;
    let mut has_more = false;
    for mirror in by_cluster
        .get(&cluster)?
        .iter()
        .filter(|mirror| is_missed(mirror))
    {
        let Some(path) = mirror.path() else { continue };
        let depth = read.path.module.steps().len();
        let steps = path.module.steps();
        if steps.get(..depth) != Some(read.path.module.steps()) {
            continue;
        }
        let (label, name) = match steps.get(depth) {
            Some(step) => (&step.call, format!("module.{}", step.call)),
            None => (&path.resource.name, path.resource.to_string()),
        };
        // What has no valid name cannot be referred to.
        if !is_identifier(label) {
            continue;
        }
        if !names.contains(&name) {
            if names.len() == MAX_NAMES {
                has_more = true;
                break;
            }
            names.push(name);
        }
        first.get_or_insert(mirror.span);
    }
    let created = first?;
    let mut entries = names.join(", ");
    if has_more {
        entries.push_str(" and others");
    }
    let block = read.path.to_string();
    let message = "the mirrors are read before the mirrors of this configuration are created";
    let mut finding = RULE
        .diagnostic(message)
        .about(block)
        .at(read.span, "does not depend on them")
        .related(created, "created here")
        .note("the list is from the previous apply: mirrors that this apply creates are missing")
        .help(match read.dependency_insertion {
            Some(_) => format!("add to its `depends_on`: {entries}"),
            None => format!("add `depends_on = [{entries}]`"),
        });
    let edits = fixes::depends_on(
        read.dependency_insertion.as_ref(),
        read.argument_insertion.as_ref(),
        &names,
    );
    finding.fix = edits.filter(|_| !has_more).map(|edits| Fix {
        title: "read the mirrors after they are created".to_owned(),
        applicability: Applicability::Safe,
        edits,
    });
    Some(finding)
}
