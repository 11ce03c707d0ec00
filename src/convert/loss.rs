//! What a target cannot express: told, never dropped in silence.

use crate::diagnostic::{Diagnostic, Severity};
use crate::mirror_set::{Entry, Merged, MirrorSet};
use crate::registry::{Pull, SourcePolicy};

use super::Target;

/// The name under which losses are told. It is no rule: what is lost depends on the target.
pub(super) const LOSS: &str = "lost-in-conversion";

/// What of a cluster's mirrors a target expresses.
pub(super) struct Kept<'a> {
    pub(super) entries: Vec<Merged<'a>>,
    pub(super) losses: Vec<Diagnostic>,
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
            Target::Hcl | Target::Json => ("rhcs_image_mirror", Some(Pull::DigestOnly), false, false),
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
pub(super) fn kept<'a>(set: &'a MirrorSet<'a>, target: Target, strict: bool) -> Kept<'a> {
    let means = Means::of(target);
    let severity = if strict {
        Severity::Error
    } else {
        Severity::Warning
    };
    let mut losses = Vec::new();
    let mut tell = |entry: &Entry<'_>, what: &str, help: &str| {
        losses.push(loss(severity, entry, what, help));
    };
    let mut entries = set.merged();
    // Terraform's mirrors are all by digest; who asks for tag mirrors of them asks for just that change.
    let turned = target == Target::Itms && entries.iter().all(|entry| entry.pull == Pull::DigestOnly);
    entries.retain(|merged| {
        for entry in &merged.of {
            if !turned && means.pull.is_some_and(|pull| pull != merged.pull) {
                let (by, other) = match merged.pull {
                    Pull::DigestOnly => ("digest", "idms"),
                    Pull::TagOnly => ("tag", "itms"),
                };
                let what = format!("left out: {} has no mirrors for pulls by {by}", means.name);
                tell(entry, &what, &format!("`--to {other}` writes those"));
            } else if !means.empty && merged.mirrors.is_empty() {
                let what = format!("left out: it has no mirrors, and {} needs one", means.name);
                tell(
                    entry,
                    &what,
                    "nodes pass such an entry over; leave it out of the input",
                );
            } else if !means.policy && entry.policy() == SourcePolicy::NeverContact {
                let what = format!(
                    "{} has no NeverContactSource: the source is asked where no mirror has the image",
                    means.name
                );
                tell(
                    entry,
                    &what,
                    "block the source on the cluster instead, and refer to the mirror by its own name",
                );
            }
        }
        (turned || means.pull.is_none_or(|pull| pull == merged.pull))
            && (means.empty || !merged.mirrors.is_empty())
    });
    // Where lists stay apart, nothing is decided about their order.
    let merges = target != Target::RegistriesConf;
    for merged in entries.iter().filter(|_| merges) {
        let disagrees = |entry: &&&Entry<'_>| !is_in_order(&entry.mirrors, &merged.mirrors);
        if let Some(entry) = merged.of.iter().find(disagrees).filter(|_| merged.of.len() > 1) {
            let order = merged.mirrors.join(", ");
            let what = format!(
                "the lists for {:?} are in conflicting orders; written is {order}",
                merged.source
            );
            tell(
                entry,
                &what,
                "this is the order that the machine config operator makes of them; put the lists in one order",
            );
        }
    }
    Kept { entries, losses }
}

fn loss(severity: Severity, entry: &Entry<'_>, what: &str, help: &str) -> Diagnostic {
    let address = entry.mirror.address.to_string();
    let span = entry.mirror.source.span.unwrap_or(entry.mirror.span);
    Diagnostic::new(LOSS, severity, format!("{address}: {what}"))
        .at_address(address)
        .at(span, "this entry")
        .help(help)
}

/// Whether the names of a list stand in the same order in another one, as far as they are there.
fn is_in_order(list: &[&str], whole: &[&str]) -> bool {
    let mut places = list
        .iter()
        .filter_map(|name| whole.iter().position(|other| other == name));
    let mut last = 0;
    places.all(|place| {
        let follows = place >= last;
        last = place;
        follows
    })
}
