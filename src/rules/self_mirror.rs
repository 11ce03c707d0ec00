//! `self-mirror`: a source among its own mirrors.

use crate::diagnostic::Severity;
use crate::model::{Input, InputKinds, ManifestKind, Mirror, MirrorLabels as _};
use registries_conf::SourcePolicy;

use super::support::fixes::SuggestFix as _;
use super::support::source_names;
use super::{Check, Fixability, Rule, RuleOutcome};

pub(super) static RULE: Rule = Rule {
    name: "self-mirror",
    severity: Severity::Warning,
    inputs: InputKinds::ALL,
    fix: Fixability::Safe,
    page: include_str!("self_mirror.md"),
    check: Check::Mirror(check),
};

fn check(_: &Input, mirror: &Mirror) -> RuleOutcome {
    // `conflicting-policy` reports it then.
    if mirror.policy().value() == Some(&SourcePolicy::NeverContact) {
        return RuleOutcome::clean();
    }
    let length = mirror.mirrors.value().map_or(0, Vec::len);
    let mut is_reported = false;
    RuleOutcome::of_each_mirror(mirror, |index, element, text| {
        let Some(source) = mirror.source.value() else {
            return RuleOutcome::without_value(&mirror.source);
        };
        // `duplicate-mirror` reports further occurrences.
        if text.is_empty() || text != source || is_reported {
            return RuleOutcome::clean();
        }
        is_reported = true;
        let finding = RULE
            .finding(
                mirror,
                &format!("source {} is its own mirror", element.describe()),
            )
            .at_attribute(mirror, element, "this is the source itself")
            .compared_with(element, &mirror.source, "the source");
        if is_only_mirror(mirror, source) {
            let note = match mirror.address.manifest() {
                Some(ManifestKind::RegistriesConf) => {
                    "without another mirror, the node asks the source twice"
                }
                _ => "without another mirror, nodes ignore the entry",
            };
            return RuleOutcome::finding(finding.note(note).help(format!(
                "add a mirror, or remove {}",
                source_names::declaration_noun(mirror)
            )));
        }
        let note = if index + 1 == length {
            "the source is always tried last, whether or not it is in the list"
        } else {
            "the source is tried before the mirrors after it, which are used only if the source fails"
        };
        RuleOutcome::finding(
            finding
                .note(note)
                .fix_remove_element(element, "remove it from the list"),
        )
    })
}

/// Whether there is certainly no other mirror.
fn is_only_mirror(mirror: &Mirror, source: &str) -> bool {
    let mut elements = mirror.mirrors.value().into_iter().flatten();
    elements.all(|element| element.value().is_some_and(|text| text == source))
}
