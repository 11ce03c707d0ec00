//! What a target cannot express: told, never dropped in silence.

use std::collections::BTreeSet;

use crate::cluster_mirrors::{Entry, Merged, MirrorSet};
use crate::diagnostic::{Diagnostic, Severity};
use crate::model::Input;
use crate::rules::{self, Check};
use registries_conf::{Pull, SourcePolicy};

use crate::convert::Target;

/// The name under which losses are told. It is no rule: what is lost depends on the target.
pub(super) const LOSS: &str = "lost-in-conversion";

/// What of a cluster's mirrors a target expresses.
pub(super) struct Kept<'a> {
    pub(super) entries: Vec<Merged<'a>>,
    pub(super) losses: Vec<Diagnostic>,
    /// What it cannot be said whether the target expresses it.
    pub(super) problems: Vec<Diagnostic>,
}

/// What a target can say besides digest mirrors of a source.
struct Means {
    /// Its name for people.
    name: &'static str,
    /// The pulls that its mirrors serve; none where it tells them apart.
    pull: Option<Pull>,
    /// `mirrorSourcePolicy: NeverContactSource`.
    policy: bool,
    /// An entry without mirrors.
    empty: bool,
}

impl Means {
    fn of(target: Target) -> Self {
        let (name, pull, policy, empty) = match target {
            Target::Idms => ("an ImageDigestMirrorSet", Some(Pull::DigestOnly), true, true),
            Target::Itms => ("an ImageTagMirrorSet", Some(Pull::TagOnly), true, true),
            Target::Icsp => ("an ImageContentSourcePolicy", Some(Pull::DigestOnly), false, true),
            Target::HostedCluster => ("a HostedCluster", Some(Pull::DigestOnly), false, true),
            Target::NodePool => ("the ConfigMap of a NodePool", Some(Pull::DigestOnly), true, true),
            Target::RegistriesConf => ("registries.conf", None, true, true),
            Target::Rosa => (
                "a ROSA cluster with hosted control planes",
                Some(Pull::DigestOnly),
                false,
                false,
            ),
            Target::Hcl => ("rhcs_image_mirror", Some(Pull::DigestOnly), false, false),
            Target::Json => ("plan JSON", None, false, true),
        };
        Self {
            name,
            pull,
            policy,
            empty,
        }
    }
}

/// Sorts out what a target can express.
pub(super) fn kept<'a>(set: &'a MirrorSet<'a>, target: Target) -> Kept<'a> {
    let mut means = Means::of(target);
    let merged = set.merged();
    // Terraform's mirrors are all by digest: who asks for tag mirrors of them asks for just that change.
    if target == Target::Itms && merged.iter().all(|entry| entry.pull == Pull::DigestOnly) {
        means.pull = None;
    }
    let mut losses: Vec<Diagnostic> = policies(set, target).collect();
    let mut entries = Vec::with_capacity(merged.len());
    for mut entry in merged {
        if let Some((what, help)) = means.refuse(&entry) {
            losses.extend(entry.of.iter().map(|of| loss(of, &what, help)));
            continue;
        }
        if !means.policy {
            entry.policy = SourcePolicy::AllowContacting;
        }
        entries.push(entry);
    }
    let mut problems = Vec::new();
    // Where lists stay apart, nothing is decided about their order and their policy.
    if target != Target::RegistriesConf {
        losses.extend(contradictions("conflicting-order", &entries));
    }
    if target != Target::RegistriesConf && means.policy {
        let of_two = |entry: &&Merged<'_>| entry.of.iter().any(|of| of.policy() != entry.policy);
        let of_two: Vec<Merged<'_>> = entries.iter().filter(of_two).cloned().collect();
        problems = contradictions("conflicting-policy", &of_two);
    }
    losses.sort_by_key(|loss| loss.primary.as_ref().map(|label| label.span));
    Kept {
        entries,
        losses,
        problems,
    }
}

/// The policies that a target does not have, of the entries that it does not leave out.
pub(super) fn policies<'s>(set: &'s MirrorSet<'_>, target: Target) -> impl Iterator<Item = Diagnostic> + 's {
    let means = Means::of(target);
    let lost = set.entries.iter().filter(move |entry| {
        let is_written = means.pull.is_none_or(|pull| pull == entry.mirror.pull)
            && (means.empty || !entry.mirrors.is_empty());
        !means.policy && is_written && entry.policy() == SourcePolicy::NeverContact
    });
    let what = format!(
        "{} does not support NeverContactSource: the source is contacted if no mirror has the image",
        means.name
    );
    let help = "block the source on the cluster instead, and refer to images by the name of the mirror";
    lost.map(move |entry| loss(entry, &what, help))
}

impl Means {
    /// Why an entry is left out, and what to do, if it is.
    fn refuse(&self, entry: &Merged<'_>) -> Option<(String, &'static str)> {
        let name = self.name;
        if self.pull.is_some_and(|pull| pull != entry.pull) {
            let (by, help) = match entry.pull {
                Pull::DigestOnly => ("digest", "use `--to idms` for digest mirrors"),
                Pull::TagOnly => ("tag", "use `--to itms` for tag mirrors"),
            };
            Some((
                format!("skipped: {name} does not support mirrors for pulls by {by}"),
                help,
            ))
        } else if !self.empty && entry.mirrors.is_empty() {
            let help = "nodes ignore an entry without mirrors; remove it from the input";
            Some((
                format!("skipped: the entry has no mirrors, but {name} requires at least one"),
                help,
            ))
        } else {
            None
        }
    }
}

/// What a rule finds among the entries for one source that are written as one, though nothing is right for
/// all of them.
fn contradictions(rule: &str, entries: &[Merged<'_>]) -> Vec<Diagnostic> {
    let Some(Check::Input(find)) = rules::find(rule).map(|rule| &rule.check) else {
        return Vec::new();
    };
    let several = entries.iter().filter(|entry| entry.of.len() > 1);
    let several: Vec<&Entry<'_>> = several.flat_map(|entry| entry.of.iter().copied()).collect();
    let mut configurations: Vec<&Input> = several.iter().map(|of| of.configuration).collect();
    configurations.dedup_by_key(|configuration| std::ptr::from_ref(*configuration));
    let written: BTreeSet<String> = several.iter().map(|of| of.mirror.address.to_string()).collect();
    let found = configurations.into_iter().flat_map(find);
    found
        .filter(|finding| {
            finding
                .address
                .as_ref()
                .is_some_and(|address| written.contains(address))
        })
        .collect()
}

fn loss(entry: &Entry<'_>, what: &str, help: &str) -> Diagnostic {
    let address = entry.mirror.address.to_string();
    let span = entry.mirror.source.span.unwrap_or(entry.mirror.span);
    Diagnostic::new(LOSS, Severity::Warning, format!("{address}: {what}"))
        .at_address(address)
        .at(span, "this entry")
        .help(help)
}
