//! `mirror-name-too-long`: a mirror that leaves too little room for the names of images.

use crate::diagnostic::Severity;
use crate::model::{Input, InputKinds, Mirror, MirrorLabels as _};
use registries_conf::{Granularity, Location, MAX_IMAGE_NAME_LENGTH, Role, diagnose};

use super::support::source_names;
use super::{Check, Fixability, Rule, RuleOutcome};

pub(super) static RULE: Rule = Rule {
    name: "mirror-name-too-long",
    severity: Severity::Warning,
    inputs: InputKinds::ALL,
    fix: Fixability::None,
    page: include_str!("mirror_name_too_long.md"),
    check: Check::Mirror(check),
};

/// How many characters image names need after a registry. This is a convention, not a fact: few names of a
/// namespace and a repository are longer.
const MIN_ROOM_IN_REGISTRY: usize = 64;

/// How many characters image names need after a namespace.
const MIN_ROOM_IN_NAMESPACE: usize = 32;

fn check(_: &Input, mirror: &Mirror) -> RuleOutcome {
    RuleOutcome::of_each_mirror(mirror, |_, element, text| {
        // `invalid-mirror` reports names that are too long by themselves, or invalid.
        if text.len() + MIN_ROOM_IN_REGISTRY < MAX_IMAGE_NAME_LENGTH
            || !diagnose(text, Role::Mirror).issues.is_empty()
        {
            return RuleOutcome::clean();
        }
        let Some(source) = mirror.source.value() else {
            return RuleOutcome::without_value(&mirror.source);
        };
        let source = source_names::canonical_source(source);
        let needed = match Location::parse(&source).map(|location| location.granularity()) {
            Some(Granularity::Registry) => MIN_ROOM_IN_REGISTRY,
            Some(Granularity::Namespace) => MIN_ROOM_IN_NAMESPACE,
            Some(Granularity::Repository) | None => return RuleOutcome::clean(),
        };
        // One character is the slash between the two.
        let room = MAX_IMAGE_NAME_LENGTH.saturating_sub(text.len() + 1);
        if room >= needed {
            return RuleOutcome::clean();
        }
        let what = format!(
            "a mirror of {} characters leaves {room} for the rest of an image name",
            text.len()
        );
        RuleOutcome::finding(
            RULE.finding(mirror, &what)
                .at_attribute(mirror, element, "too long")
                .note(format!(
                    "an image whose rewritten name exceeds 255 characters cannot be pulled {}, not even \
                     from the source",
                    source_names::pull_kind_label(mirror)
                ))
                .help("use a shorter name for the mirror"),
        )
    })
}
