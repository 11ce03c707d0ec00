//! `[policy]` of the configuration file: what an organization requires, on configuration, plans and manifests alike.

use crate::support::program::{Run, VERSIONS, fixture, mirrorset_in, scratch};

const POLICY: &str = r#"[policy]
name = "platform"
mirror-registries = ["mirror.example.com", "*.dkr.ecr.eu-west-1.amazonaws.com"]
min-mirrors = 2
required-sources = ["quay.io", "registry.redhat.io"]
denied-sources = ["docker.io"]
mirror-order = ["1234.dkr.ecr.eu-west-1.amazonaws.com", "mirror.example.com"]
"#;

const MIRRORS: &str = r#"
resource "rhcs_image_mirror" "quay" {
  cluster_id = "1a"
  source     = "quay.io"
  mirrors    = ["mirror.example.com/quay", "1234.dkr.ecr.eu-west-1.amazonaws.com/quay"]
}

resource "rhcs_image_mirror" "hub" {
  cluster_id = "1a"
  source     = "docker.io/library"
  mirrors    = ["elsewhere.example.com/hub"]
}
"#;

fn check(directory: &std::path::Path, arguments: &[&str]) -> Run {
    let base = ["check", "--select=mirror-policy", "--output-format=concise"];
    mirrorset_in(directory, &[&base, arguments].concat())
}

/// Asserts that the findings are these, each at its place.
fn assert_lines(run: &Run, expected: &[(&str, &str)]) {
    for (place, message) in expected {
        let mut lines = run.stdout.lines();
        assert!(
            lines.any(|line| line.starts_with(place) && line.contains(message)),
            "{place} {message}: {}{}",
            run.stdout,
            run.stderr
        );
    }
    assert_eq!(run.stdout.lines().count(), expected.len(), "{}", run.stdout);
}

#[test]
fn each_violation_is_reported_at_the_line_to_change() {
    let directory = scratch(&[("main.tf", MIRRORS), ("mirrorset.toml", POLICY), VERSIONS]);
    let run = check(directory.path(), &["."]);
    assert_eq!(run.status, 1);
    let expected = [
        (
            "main.tf:5:",
            "rhcs_image_mirror.quay: platform: mirror \"1234.dkr.ecr.eu-west-1.amazonaws.com/quay\" must be tried before \
             \"mirror.example.com/quay\"",
        ),
        (
            "main.tf:10:",
            "rhcs_image_mirror.hub: platform: source \"docker.io/library\" must not be mirrored",
        ),
        (
            "main.tf:11:",
            "rhcs_image_mirror.hub: platform: mirror \"elsewhere.example.com/hub\" is not in an allowed registry",
        ),
        (
            "main.tf:11:",
            "rhcs_image_mirror.hub: platform: 1 mirror, but 2 are required",
        ),
        (
            "mirrorset.toml:5:",
            "platform: \"registry.redhat.io\" is not mirrored",
        ),
    ];
    assert_lines(&run, &expected);
}

/// The plan of `fixtures/examples/mirror-policy` is of the failing example of the rule's page.
#[test]
fn a_plan_has_the_same_violations_as_its_configuration() {
    let configuration = r#"
resource "rhcs_image_mirror" "nginx" {
  cluster_id = "2lbbrpgkocgajphhqee7vku1pgd4qsge"
  source     = "docker.io/library/nginx"
  mirrors    = ["mirror.other.example/library/nginx"]
}
"#;
    let plan = std::fs::read_to_string(fixture("examples/mirror-policy/failing.json")).unwrap();
    let directory = scratch(&[
        ("module/main.tf", configuration),
        ("plans/plan.json", &plan),
        ("mirrorset.toml", POLICY),
    ]);
    let messages = |path: &str| -> Vec<String> {
        let run = check(directory.path(), &[path, "--isolated"]);
        assert_eq!(
            (run.status, run.stdout.as_str()),
            (0, ""),
            "no policy without its file"
        );
        let run = check(directory.path(), &[path]);
        let mut messages: Vec<String> = run
            .stdout
            .lines()
            .map(|line| line[line.find("[mirror-policy]").unwrap()..].to_owned())
            .collect();
        messages.sort();
        messages
    };
    let of_configuration = messages("module");
    assert_eq!(of_configuration, messages("plans/plan.json"));
    assert_eq!(of_configuration.len(), 5, "{of_configuration:?}");
}

#[test]
fn a_manifest_can_say_that_sources_are_never_contacted() {
    let manifest = "
apiVersion: config.openshift.io/v1
kind: ImageDigestMirrorSet
metadata: {name: a}
spec:
  imageDigestMirrors:
  - source: quay.io/a
    mirrors: [mirror.example.com/a]
  - source: quay.io/b
    mirrors: [mirror.example.com/b]
    mirrorSourcePolicy: NeverContactSource
  - source: quay.io/c
    mirrors: [mirror.example.com/c]
    mirrorSourcePolicy: AllowContactingSource
";
    let policy = "[policy]\nnever-contact-source = true\n";
    let directory = scratch(&[
        ("m.yaml", manifest),
        ("main/main.tf", MIRRORS),
        ("mirrorset.toml", policy),
    ]);
    let run = check(directory.path(), &["m.yaml"]);
    let message = "nodes contact the source if no mirror has the image";
    assert_lines(&run, &[("m.yaml:7:", message), ("m.yaml:14:", message)]);
    // The provider has no such argument.
    assert_eq!(check(directory.path(), &["main"]).stdout, "");
}

#[test]
fn only_images_in_use_have_to_be_mirrored_if_they_are_known() {
    let policy = "[policy]\nrequired-sources = [\"registry.redhat.io\", \"quay.io\"]\n";
    let mirrors = MIRRORS.replace("source     = \"quay.io\"", "source     = \"quay.io/org\"");
    let images = "registry.redhat.io/ubi9/ubi:1\nquay.io/org/app:1\nquay.io/other/app:1\nghcr.io/a/b\n";
    let directory = scratch(&[
        ("main.tf", &mirrors),
        ("images.txt", images),
        ("mirrorset.toml", policy),
    ]);
    let missing = |arguments: &[&str]| -> Vec<String> {
        let run = check(directory.path(), arguments);
        let lines = run
            .stdout
            .lines()
            .map(|line| line.rsplit(": ").next().unwrap().to_owned());
        lines.collect()
    };
    assert_eq!(
        missing(&["main.tf"]),
        [
            "\"registry.redhat.io\" is not mirrored",
            "\"quay.io\" is not mirrored"
        ]
    );
    assert_eq!(
        missing(&["main.tf", "--images=images.txt"]),
        [
            "\"registry.redhat.io/ubi9/ubi:1\" is not mirrored",
            "\"quay.io/other/app:1\" is not mirrored"
        ]
    );
}

#[test]
fn a_policy_is_for_the_clusters_that_it_names() {
    let policy = |clusters: &str| format!("[policy]\nmin-mirrors = 3\nclusters = [{clusters}]\n");
    let mirrors = r#"
resource "rhcs_cluster_rosa_hcp" "prod" { name = "prod" }
resource "rhcs_image_mirror" "a" {
  cluster_id = rhcs_cluster_rosa_hcp.prod.id
  source     = "quay.io"
  mirrors    = ["mirror.example.com/quay"]
}
"#;
    for (clusters, count) in [
        ("\"rhcs_cluster_rosa_hcp.prod\"", 1),
        ("\"*.prod\"", 1),
        ("\"*.staging\", \"*.pro?\"", 1),
        ("\"*.staging\"", 0),
        ("", 0),
    ] {
        let directory = scratch(&[("main.tf", mirrors), ("mirrorset.toml", &policy(clusters))]);
        let run = check(directory.path(), &["main.tf"]);
        assert_eq!(
            run.stdout.lines().count(),
            count,
            "{clusters}: {}{}",
            run.stdout,
            run.stderr
        );
    }
}

#[test]
fn an_invalid_policy_is_an_error_of_the_file() {
    for (policy, message) in [
        ("policy = 1", "invalid type for `policy`: expected a table"),
        ("[policy]\nmin-mirror = 2", "unknown key `min-mirror`"),
        (
            "[policy]\nmin-mirrors = \"2\"",
            "invalid type for `min-mirrors`: expected a number from 0",
        ),
        (
            "[policy]\nmin-mirrors = -1",
            "invalid type for `min-mirrors`: expected a number from 0",
        ),
        ("[policy]\nname = 1", "invalid type for `name`: expected a string"),
        ("[policy]\nclusters = [\"[\"]", "invalid glob pattern"),
        (
            "[policy]\nmirror-registries = [\"https://m.io\"]",
            "invalid entry in `mirror-registries`",
        ),
        (
            "[policy]\nmirror-order = [\"a.*.io\"]",
            "invalid entry in `mirror-order`",
        ),
    ] {
        let directory = scratch(&[("main.tf", MIRRORS), ("mirrorset.toml", policy)]);
        let run = check(directory.path(), &["main.tf"]);
        assert_eq!(run.status, 2, "{policy}");
        assert!(run.stderr.contains(message), "{policy}: {}", run.stderr);
    }
}
