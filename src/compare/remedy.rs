//! What brings two inputs together: an apply or an import, a change of the configuration, or a removal from the cluster.

use std::collections::BTreeSet;

use super::comparison::{Difference, EffectiveMirrors};
use crate::cluster_mirrors::Entry;
use crate::model::{DocumentAddress, InputKind, ManifestKind, Mirror, MirrorAddress, Project};
use crate::untrusted::one_line;
use registries_conf::{PullKind, SourcePolicy};
use terraform_eval::dialect::Engine;

/// What an input stands for. Of two inputs, the later one is nearer to what a person declares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Side {
    /// What a cluster or a node has.
    Live,
    /// What Terraform has recorded.
    State,
    /// What people declare for Terraform: configuration, or a plan of it.
    Declared,
}

impl Side {
    /// What the inputs of one side of a comparison stand for. `None` if they are of several kinds, or if there are none.
    #[must_use]
    pub(crate) fn of(project: &Project) -> Option<Self> {
        let sides: BTreeSet<Self> = project
            .inputs
            .iter()
            .map(|input| Self::of_kind(input.kind))
            .collect();
        // The manifests that Terraform applies are inputs beside its own.
        if sides.contains(&Self::Live)
            && project
                .inputs
                .iter()
                .any(|input| input.manifest_facts().applied_by.is_some())
        {
            return None;
        }
        sides.first().copied().filter(|_| sides.len() == 1)
    }

    fn of_kind(kind: InputKind) -> Self {
        match kind {
            InputKind::Configuration | InputKind::TofuConfigJson | InputKind::Plan => Self::Declared,
            InputKind::State => Self::State,
            InputKind::Manifest | InputKind::RegistriesConf => Self::Live,
        }
    }
}

/// How two inputs can be brought together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Remedy {
    /// What kind of change it is.
    pub action: RemedyAction,
    /// What to do, in words.
    pub text: String,
}

/// The kinds of remedies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RemedyAction {
    /// Terraform makes the cluster what the configuration says.
    Apply,
    /// Terraform takes over what the cluster has.
    Import,
    /// A person changes the configuration to what the cluster has.
    Change,
    /// A person removes it from the cluster, or from what Terraform has recorded.
    Remove,
}

impl RemedyAction {
    /// The word for people and for JSON.
    #[must_use]
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Apply => "apply",
            Self::Import => "import",
            Self::Change => "change",
            Self::Remove => "remove",
        }
    }
}

fn remedy(action: RemedyAction, text: impl Into<String>) -> Remedy {
    Remedy {
        action,
        text: text.into(),
    }
}

/// What would bring the two sides of a difference together: each remedy does on its own. Empty if the inputs do not tell
/// which of them is what people declare.
#[must_use]
pub(crate) fn remedies(difference: &Difference<'_>, sides: [Option<Side>; 2]) -> Vec<Remedy> {
    let [Some(before), Some(after)] = sides else {
        return Vec::new();
    };
    let (declared, actual, actual_side) = match before.cmp(&after) {
        std::cmp::Ordering::Equal => return Vec::new(),
        std::cmp::Ordering::Greater => (&difference.before, &difference.after, after),
        std::cmp::Ordering::Less => (&difference.after, &difference.before, before),
    };
    match (declared, actual) {
        (Some(declared), None) => of_missing(declared),
        (None, Some(actual)) if actual_side == Side::State => of_forgotten(actual),
        (None, Some(actual)) => of_undeclared(difference, actual),
        (Some(declared), Some(actual)) => of_changed(declared, actual, actual_side),
        (None, None) => Vec::new(),
    }
}

/// Only what people declare has the source.
fn of_missing(declared: &EffectiveMirrors<'_>) -> Vec<Remedy> {
    let (program, addresses) = (program(declared), addresses(declared));
    vec![
        remedy(
            RemedyAction::Apply,
            format!("`{program} apply` creates {addresses}"),
        ),
        remedy(
            RemedyAction::Change,
            format!("remove {addresses} from the configuration"),
        ),
    ]
}

/// Only the state has the source.
fn of_forgotten(recorded: &EffectiveMirrors<'_>) -> Vec<Remedy> {
    let (program, addresses) = (program(recorded), addresses(recorded));
    let keep =
        format!("declare {addresses} again, or keep the mirror and let go of it with `{program} state rm`");
    vec![
        remedy(
            RemedyAction::Apply,
            format!("`{program} apply` deletes {addresses}"),
        ),
        remedy(RemedyAction::Change, keep),
    ]
}

/// Only the cluster has the source.
fn of_undeclared(difference: &Difference<'_>, actual: &EffectiveMirrors<'_>) -> Vec<Remedy> {
    let mut remedies = Vec::new();
    let is_declarable =
        difference.pull == PullKind::DigestOnly && actual.policy == SourcePolicy::AllowContacting;
    if is_declarable {
        remedies.push(remedy(
            RemedyAction::Import,
            "`mirrorset convert --to hcl --import ids.json` writes the resource and its import, with the ids of `rosa list \
             image-mirrors -o json`",
        ));
    }
    let why = match (is_declarable, difference.pull) {
        (true, _) => "",
        (false, PullKind::TagOnly) => ": Terraform cannot declare mirrors for pulls by tag",
        (false, PullKind::DigestOnly) => ": Terraform cannot declare that a source is never contacted",
    };
    for removal in removals(&actual.entries) {
        remedies.push(remedy(RemedyAction::Remove, format!("{removal}{why}")));
    }
    remedies
}

/// Both have the source.
fn of_changed(
    declared: &EffectiveMirrors<'_>,
    actual: &EffectiveMirrors<'_>,
    actual_side: Side,
) -> Vec<Remedy> {
    let (program, addresses) = (program(declared), addresses(declared));
    let mut remedies = Vec::new();
    // An apply does not change what comes from other objects than the one that hosted control planes keep.
    let foreign: Vec<&Entry<'_>> = (actual.entries.iter().copied())
        .filter(|entry| actual_side == Side::Live && is_foreign(entry.mirror))
        .collect();
    if foreign.len() < actual.entries.len() {
        remedies.push(remedy(
            RemedyAction::Apply,
            format!("`{program} apply` updates {addresses}"),
        ));
    }
    for removal in removals(&foreign) {
        remedies.push(remedy(RemedyAction::Remove, removal));
    }
    if actual.policy == SourcePolicy::AllowContacting {
        let mirrors: Vec<String> = actual
            .mirrors
            .iter()
            .map(|mirror| format!("{:?}", one_line(mirror)))
            .collect();
        let text = format!("set mirrors = [{}] in {addresses}", mirrors.join(", "));
        remedies.push(remedy(RemedyAction::Change, text));
    }
    remedies
}

/// Whether an entry is in an object that Terraform does not change: any but the list of a hosted cluster.
fn is_foreign(mirror: &Mirror) -> bool {
    let MirrorAddress::Entry(entry) = &mirror.address else {
        return false;
    };
    let document = &entry.document;
    match document.kind {
        ManifestKind::HostedCluster
        | ManifestKind::AzureHostedCluster
        | ManifestKind::ContentSources
        | ManifestKind::RegistriesConf => false,
        ManifestKind::DigestMirrorSet => document.name.as_deref() != Some(HOSTED_MIRROR_SET),
        ManifestKind::TagMirrorSet
        | ManifestKind::ContentSourcePolicy
        | ManifestKind::InstallDigestSources
        | ManifestKind::InstallContentSources
        | ManifestKind::Image
        | ManifestKind::CredentialProvider
        | ManifestKind::ClusterImagePolicy
        | ManifestKind::ImagePolicy => true,
    }
}

/// The name of the ImageDigestMirrorSet that hosted control planes keep with the mirrors of the cluster.
const HOSTED_MIRROR_SET: &str = "cluster";

/// How to remove entries, each way once.
fn removals(entries: &[&Entry<'_>]) -> Vec<String> {
    let mut removals = Vec::new();
    for entry in entries {
        let MirrorAddress::Entry(address) = &entry.mirror.address else {
            continue;
        };
        let removal = removal(&address.document, entry);
        if !removals.contains(&removal) {
            removals.push(removal);
        }
    }
    removals
}

fn removal(document: &DocumentAddress, entry: &Entry<'_>) -> String {
    let source = one_line(entry.source);
    match document.kind {
        ManifestKind::RegistriesConf => {
            format!("remove the table for {source} from {document}, or what it was generated from")
        }
        ManifestKind::HostedCluster | ManifestKind::ContentSources => {
            format!("remove {source} from the cluster with `rosa delete image-mirror`")
        }
        ManifestKind::DigestMirrorSet if document.name.as_deref() == Some(HOSTED_MIRROR_SET) => {
            format!("remove {source} from the cluster with `rosa delete image-mirror`")
        }
        ManifestKind::DigestMirrorSet | ManifestKind::TagMirrorSet | ManifestKind::ContentSourcePolicy => {
            format!("remove {source} from {document} (`oc edit`)")
        }
        ManifestKind::AzureHostedCluster
        | ManifestKind::InstallDigestSources
        | ManifestKind::InstallContentSources
        | ManifestKind::Image
        | ManifestKind::CredentialProvider
        | ManifestKind::ClusterImagePolicy
        | ManifestKind::ImagePolicy => format!("remove {source} from {document}"),
    }
}

/// The command of the program that declares mirrors.
fn program(mirrors: &EffectiveMirrors<'_>) -> &'static str {
    match mirrors.entries.first().map(|entry| entry.input.engine) {
        Some(Engine::OpenTofu) => "tofu",
        Some(Engine::Terraform) | None => "terraform",
    }
}

fn addresses(mirrors: &EffectiveMirrors<'_>) -> String {
    let addresses: Vec<String> = mirrors
        .entries
        .iter()
        .map(|entry| one_line(&entry.mirror.address.to_string()))
        .collect();
    addresses.join(" and ")
}
