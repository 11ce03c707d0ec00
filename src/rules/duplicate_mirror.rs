//! `duplicate-mirror`: a mirror that occurs twice in a list.

use std::collections::BTreeMap;

use crate::diagnostic::Severity;
use crate::model::{Attribute, Input, InputKinds, ManifestKind, Mirror, MirrorLabels as _};

use super::support::fixes::SuggestFix as _;
use super::{Check, Fixability, Rule, RuleOutcome};

pub(super) static RULE: Rule = Rule {
    name: "duplicate-mirror",
    severity: Severity::Error,
    inputs: InputKinds::ALL,
    fix: Fixability::Safe,
    page: include_str!("duplicate_mirror.md"),
    check: Check::Mirror(check),
};

/// Checks one mirror.
#[must_use]
pub(crate) fn check(_: &Input, mirror: &Mirror) -> RuleOutcome {
    let has_several = mirror.mirrors.value().is_some_and(|list| list.len() > 1);
    let mut seen: BTreeMap<&str, &Attribute<String>> = BTreeMap::new();
    RuleOutcome::of_each_mirror(mirror, |_, element, text| {
        // `empty-mirrors` reports each empty string.
        if text.is_empty() || !has_several {
            return RuleOutcome::clean();
        }
        let Some(first) = seen.get(text) else {
            seen.insert(text, element);
            return RuleOutcome::clean();
        };
        let mut finding = RULE
            .finding(
                mirror,
                &format!("mirror {} occurs twice in the list", element.describe()),
            )
            .at_attribute(mirror, element, "the same mirror again")
            .compared_with(element, first, "first here");
        let note = if mirror.address.manifest().is_none_or(ManifestKind::has_sets) {
            "the cluster requires a set, and rejects the whole list"
        } else {
            finding.severity = Severity::Warning;
            match mirror.address.manifest() {
                Some(ManifestKind::RegistriesConf) => "the node asks it twice if it does not have the image",
                _ => "nodes use it once, possibly in a different order than in the list",
            }
        };
        RuleOutcome::finding(
            finding
                .note(note)
                .fix_remove_element(element, "remove one of the two"),
        )
    })
}
