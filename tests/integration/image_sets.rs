//! An `ImageSetConfiguration` of oc-mirror beside the mirrors: what it has copied and no mirror serves, and which mirrors
//! nothing fills.

use crate::support::program::{findings, mirrorset_in, scratch};

const DIGEST: &str = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

const MIRRORS: &str = r#"
resource "rhcs_image_mirror" "team" {
  cluster_id = "1a"
  source     = "quay.io/team"
  mirrors    = ["mirror.example.com/team"]
}

resource "rhcs_image_mirror" "release" {
  cluster_id = "1a"
  source     = "quay.io/openshift-release-dev/ocp-release"
  mirrors    = ["mirror.example.com/ocp-release"]
}

resource "rhcs_image_mirror" "redis" {
  cluster_id = "1a"
  source     = "docker.io/library/redis"
  mirrors    = ["mirror.example.com/redis"]
}
"#;

/// An image set of a version of the format.
fn image_set(version: &str, more: &str) -> String {
    format!(
        "apiVersion: mirror.openshift.io/{version}
kind: ImageSetConfiguration
mirror:
  platform:
    channels:
    - name: stable-4.16
  additionalImages:
  - name: quay.io/team/app@{DIGEST}
  - name: quay.io/team/tool:v1
  - name: quay.io/team/both:v1@{DIGEST}
  - name: ghcr.io/other/app@{DIGEST}
  - name: nginx
{more}"
    )
}

const OPERATORS: &str = "  operators:
  - catalog: registry.redhat.io/redhat/redhat-operator-index:v4.16
  - catalog: oci:///home/user/catalog
";

/// The findings of `check` about image sets, as `rule address text`.
fn check(set: &str, arguments: &[&str]) -> Vec<String> {
    let directory = scratch(&[("main.tf", MIRRORS), ("imageset-config.yaml", set)]);
    let select = "--select=unserved-image,unfilled-mirror";
    let run = mirrorset_in(
        directory.path(),
        &[&["check", "--output-format=json", select], arguments].concat(),
    );
    assert_eq!(run.status, 1, "{}{}", run.stdout, run.stderr);
    let findings = findings(&run, directory.path()).into_iter();
    findings
        .map(|(rule, address, text)| format!("{rule} {address} {text}").replace(DIGEST, "sha256:A"))
        .collect()
}

const UNSERVED: [&str; 3] = [
    // Its repository of releases has mirrors, and that of their parts has none.
    "unserved-image  stable-4.16",
    // It has no digest, and the mirrors serve no pulls by tag.
    "unserved-image  quay.io/team/tool:v1",
    "unserved-image  ghcr.io/other/app@sha256:A",
];

#[test]
fn images_without_mirrors_are_reported_where_they_are_named() {
    for version in ["v1alpha2", "v2alpha1"] {
        let set = image_set(version, OPERATORS);
        let mut expected: Vec<&str> = UNSERVED.to_vec();
        expected.push("unserved-image  registry.redhat.io/redhat/redhat-operator-index:v4.16");
        for arguments in [
            &["main.tf", "imageset-config.yaml"][..],
            &["main.tf", "--images=imageset-config.yaml"],
        ] {
            assert_eq!(check(&set, arguments), expected, "{arguments:?}");
        }
    }
}

#[test]
fn mirrors_that_nothing_fills_are_reported_if_all_images_are_named() {
    let with_short_name = image_set("v2alpha1", "");
    let set = with_short_name.replace("  - name: nginx\n", "");
    let mut expected: Vec<&str> = UNSERVED.to_vec();
    expected.push("unfilled-mirror rhcs_image_mirror.redis \"docker.io/library/redis\"");
    assert_eq!(check(&set, &["main.tf", "imageset-config.yaml"]), expected);
    // A short name may be in any registry, and operators bring images that only catalogs list.
    assert_eq!(
        check(&with_short_name, &["main.tf", "imageset-config.yaml"]),
        UNSERVED
    );
}

#[test]
fn resolve_tells_the_same_of_a_file_with_images() {
    let directory = scratch(&[
        ("main.tf", MIRRORS),
        ("imageset-config.yaml", &image_set("v2alpha1", OPERATORS)),
    ]);
    let arguments = ["resolve", "--in", "main.tf", "--file", "imageset-config.yaml"];
    let run = mirrorset_in(directory.path(), &arguments);
    assert_eq!(run.status, 1, "{}", run.stderr);
    let told = run.stderr.lines().filter(|line| line.starts_with("warning["));
    assert_eq!(told.count(), 4, "{}", run.stderr);
    assert!(
        run.stderr.contains("imageset-config.yaml:11:11"),
        "{}",
        run.stderr
    );
    assert!(
        run.stdout
            .contains(&format!("quay.io/team/app@{DIGEST}\n  matches quay.io/team"))
    );
    // The channel is not an image.
    assert!(!run.stdout.contains("ocp-release"), "{}", run.stdout);
}

#[test]
fn an_image_set_without_images_of_its_own_passes() {
    let set = "kind: ImageSetConfiguration\nmirror:\n  platform:\n    channels:\n    - name: stable-4.16\n";
    let mirrors = MIRRORS.replace("/ocp-release\"\n", "\"\n");
    let directory = scratch(&[("main.tf", &mirrors), ("set.yaml", set)]);
    let run = mirrorset_in(
        directory.path(),
        &["resolve", "--in", "main.tf", "--file", "set.yaml"],
    );
    assert!(
        run.stdout.is_empty() && !run.stderr.contains("error"),
        "{}",
        run.stderr
    );
    let run = mirrorset_in(directory.path(), &["check", "set.yaml"]);
    assert_eq!(run.status, 0, "{}{}", run.stdout, run.stderr);
}
