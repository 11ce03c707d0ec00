//! Which entries a target can express. What it cannot express is reported, never dropped silently.

use std::collections::BTreeSet;

use super::target::{EntryMerging, TargetSpec};
use crate::cluster_mirrors::{ClusterMirrors, Entry, MergedEntry, order_conflicts, policy_conflicts};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::model::Mirror;
use crate::untrusted::describe_value;
use registries_conf::{PullKind, SourcePolicy};
use terraform_eval::cty::normalize;

/// The mirrors of a cluster as far as a target can express them.
pub(super) struct Expressible<'a> {
    pub(super) entries: Vec<MergedEntry<'a>>,
    /// What is lost.
    pub(super) losses: Vec<Diagnostic>,
    /// What keeps the target from expressing an entry in one way only.
    pub(super) errors: Vec<Diagnostic>,
}

/// Partitions the mirrors of a cluster into what a target can express and what is lost.
pub(super) fn partition<'a>(cluster: &'a ClusterMirrors<'a>, target: &TargetSpec) -> Expressible<'a> {
    let merged = cluster.merged();
    let all_digest = merged.iter().all(|entry| entry.pull == PullKind::DigestOnly);
    let mut losses = dropped_policies(cluster, target);
    let mut entries = Vec::with_capacity(merged.len());
    for mut entry in merged {
        if let Some((what, help)) = reason_to_skip(&entry, target, all_digest) {
            losses.extend(entry.entries.iter().map(|entry| loss(entry, &what, help)));
            continue;
        }
        if !target.capabilities.source_policy {
            entry.policy = SourcePolicy::AllowContacting;
        }
        entries.push(entry);
    }
    let mut errors = Vec::new();
    if target.merging == EntryMerging::Merged {
        losses.extend(order_conflicts(declarations(&entries, |merged| {
            merged.entries.len() > 1
        })));
        if target.capabilities.source_policy {
            errors = policy_conflicts(declarations(&entries, has_two_policies));
        }
    }
    losses.sort_by_key(|loss| loss.primary.as_ref().map(|label| label.span));
    Expressible {
        entries,
        losses,
        errors,
    }
}

fn has_two_policies(merged: &MergedEntry<'_>) -> bool {
    merged.entries.iter().any(|entry| entry.policy() != merged.policy)
}

/// Returns the mirrors that declare the merged entries for which `condition` is true.
fn declarations<'e, 'a>(
    entries: &'e [MergedEntry<'a>],
    condition: fn(&MergedEntry<'_>) -> bool,
) -> impl Iterator<Item = &'a Mirror> + use<'e, 'a> {
    let chosen = entries.iter().filter(move |merged| condition(merged));
    chosen.flat_map(|merged| merged.entries.iter().map(|entry| entry.mirror))
}

/// The policies that a target cannot express, of the entries that it does not leave out.
fn dropped_policies(cluster: &ClusterMirrors<'_>, target: &TargetSpec) -> Vec<Diagnostic> {
    let capabilities = target.capabilities;
    // The policy of an entry without mirrors is one for the other entries of its source.
    let filled = cluster.entries.iter().filter(|entry| !entry.mirrors.is_empty());
    let filled: BTreeSet<&str> = filled.map(|entry| entry.source).collect();
    let is_written = |entry: &&Entry<'_>| {
        capabilities.pulls.include(entry.mirror.pull, false)
            && (capabilities.empty_entries || filled.contains(entry.source))
    };
    let is_dropped =
        |entry: &&Entry<'_>| !capabilities.source_policy && entry.policy() == SourcePolicy::NeverContact;
    let what = format!(
        "{} does not support NeverContactSource: the source is contacted if no mirror has the image",
        target.label
    );
    let help = "block the source on the cluster instead, and refer to images by the name of the mirror";
    let dropped = cluster.entries.iter().filter(is_written).filter(is_dropped);
    dropped.map(|entry| loss(entry, &what, help)).collect()
}

/// Why a target leaves out an entry, and what to do, if it does.
fn reason_to_skip(
    entry: &MergedEntry<'_>,
    target: &TargetSpec,
    all_digest: bool,
) -> Option<(String, &'static str)> {
    let label = target.label;
    if !target.capabilities.pulls.include(entry.pull, all_digest) {
        let (by, help) = match entry.pull {
            PullKind::DigestOnly => ("digest", "use `--to idms` for digest mirrors"),
            PullKind::TagOnly => ("tag", "use `--to itms` for tag mirrors"),
        };
        Some((
            format!("skipped: {label} does not support mirrors for pulls by {by}"),
            help,
        ))
    } else if !target.capabilities.empty_entries && entry.mirrors.is_empty() {
        let help = "nodes ignore an entry without mirrors; remove it from the input";
        Some((
            format!("skipped: the entry has no mirrors, but {label} requires at least one"),
            help,
        ))
    } else if let Some(name) = changed_name(entry).filter(|_| !target.capabilities.all_characters) {
        let shown = describe_value(name);
        let what =
            format!("skipped: Terraform keeps texts in normalized characters, and {shown} is not in them");
        Some((
            what,
            "correct the name in the input: names of images are in ASCII",
        ))
    } else {
        None
    }
}

/// The first name of an entry that normalization, which Terraform does to each text, changes.
fn changed_name<'e>(entry: &MergedEntry<'e>) -> Option<&'e str> {
    let mut names = entry.mirrors.iter().copied().chain([entry.source]);
    names.find(|name| *normalize(name) != **name)
}

fn loss(entry: &Entry<'_>, what: &str, help: &str) -> Diagnostic {
    let span = entry.mirror.source.span.unwrap_or(entry.mirror.span);
    entry
        .mirror
        .finding(Code::LossyConversion, Severity::Warning, what)
        .at(span, "this entry")
        .help(help)
}
