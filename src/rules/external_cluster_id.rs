//! `external-cluster-id`: a UUID as the id of a cluster.

use crate::diagnostic::Severity;
use crate::model::{Input, InputKinds, Mirror, MirrorLabels as _, ResourceDeclaration};

use super::{Check, Fixability, Rule, RuleOutcome};

pub(super) static RULE: Rule = Rule {
    name: "external-cluster-id",
    severity: Severity::Warning,
    inputs: InputKinds::TERRAFORM,
    fix: Fixability::None,
    page: include_str!("external_cluster_id.md"),
    check: Check::Resource(check),
};

fn check(_: &Input, mirror: &Mirror, resource: &ResourceDeclaration) -> RuleOutcome {
    // An id that is read from an object is checked by `wrong-cluster-attribute`.
    match resource.cluster_id.value() {
        Some(id) if is_uuid(id) && resource.cluster_origin.candidates.is_empty() => RuleOutcome::finding(
            RULE.finding(mirror, "cluster_id has the form of an external id")
                .at_attribute(mirror, &resource.cluster_id, "a UUID")
                .note("the OCM API does not find a cluster by its external id")
                .help("use the id that `rosa describe cluster` prints as `ID`"),
        ),
        _ => RuleOutcome::clean(),
    }
}

/// Whether a text is a UUID: hexadecimal digits in groups of 8-4-4-4-12.
fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups
            .iter()
            .all(|group| group.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::is_uuid;

    #[test]
    fn uuids_have_dashes_at_fixed_positions() {
        assert!(is_uuid("1f2e3d4c-5b6a-4789-9abc-def012345678"));
        assert!(is_uuid("1F2E3D4C-5B6A-4789-9ABC-DEF012345678"));
        for other in [
            "2lbbrpgkocgajphhqee7vku1pgd4qsge",
            "1f2e3d4c5b6a47899abcdef012345678",
            "1f2e3d4c-5b6a-4789-9abc-def01234567g",
            "prod-eu-west-1-app",
            "",
        ] {
            assert!(!is_uuid(other), "{other}");
        }
    }
}
