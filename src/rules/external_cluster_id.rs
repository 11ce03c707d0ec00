//! `external-cluster-id`: a UUID for a cluster's id.

use crate::diagnostic::Severity;
use crate::model::{Input, Mirror};

use super::{AtAttribute as _, Check, Documentation, Fixability, Inputs, Outcome, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "external-cluster-id",
    severity: Severity::Warning,
    inputs: Inputs::Both,
    fix: Fixability::None,
    summary: "`cluster_id` is a UUID, which is a cluster's external id",
    documentation: Documentation {
        what: "Looks for a `cluster_id` in the form of a UUID.",
        why: "A cluster has two ids. The service's own has 32 letters and digits without a dash; the UUID is the \
              external id, which OpenShift itself shows (`oc get clusterversion`). The service finds no cluster by \
              that, and create fails with `Failed to Get Cluster` (terraform-provider-rhcs, `external_id` of \
              `rhcs_cluster_rosa_hcp`).",
        failing: r#"
resource "rhcs_image_mirror" "nginx" {
  cluster_id = "1f2e3d4c-5b6a-4789-9abc-def012345678"
  source     = "docker.io/library/nginx"
  mirrors    = ["mirror.example.com/library/nginx"]
}
"#,
        passing: r#"
resource "rhcs_image_mirror" "nginx" {
  cluster_id = "2lbbrpgkocgajphhqee7vku1pgd4qsge"
  source     = "docker.io/library/nginx"
  mirrors    = ["mirror.example.com/library/nginx"]
}
"#,
    },
    check: Check::Mirror(check),
};

fn check(_: &Input, mirror: &Mirror) -> Outcome {
    let Some(resource) = mirror.resource() else {
        return Outcome::clean();
    };
    // What is read from an object is another rule's matter, and an unknown id leads to one, or is given later.
    match resource.cluster_id.value() {
        Some(id) if is_uuid(id) && resource.cluster_origin.candidates.is_empty() => Outcome::found(
            RULE.finding(mirror, "cluster_id has the form of an external id")
                .at_attribute(mirror, &resource.cluster_id, "a UUID")
                .note("the service finds no cluster by its external id")
                .help("write the id that `rosa describe cluster` shows first, as `ID`"),
        ),
        _ => Outcome::clean(),
    }
}

/// Whether a text is a UUID as people write it: hexadecimal digits, 8-4-4-4-12.
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
    fn uuids_have_their_dashes() {
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
