//! `mirrorset diff` reports exactly the differences that affect nodes.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::program::{Run, fixture, mirrorset_in, mirrorset_with_input, scratch};

const CONFIGURATION: &str = r#"
resource "rhcs_image_mirror" "org" {
  cluster_id = "2lbbrpgk"
  source     = "quay.io/org"
  mirrors    = ["a.example.com/org", "b.example.com/org"]
}

resource "rhcs_image_mirror" "ubi" {
  cluster_id = "2lbbrpgk"
  source     = "registry.redhat.io/ubi"
  mirrors    = ["a.example.com/ubi"]
}
"#;

/// The output of `oc get idms -o yaml` on a hosted cluster.
const LIVE: &str = r"
apiVersion: v1
kind: List
items:
- apiVersion: config.openshift.io/v1
  kind: ImageDigestMirrorSet
  metadata:
    labels:
      hypershift.openshift.io/managed: 'true'
      machineconfiguration.openshift.io/role: worker
    name: cluster
    resourceVersion: '4711'
  spec:
    imageDigestMirrors:
    - mirrors:
      - a.example.com/ubi
      source: registry.redhat.io/ubi
    - mirrors:
      - a.example.com/org
      - b.example.com/org
      source: quay.io/org
";

fn diff(files: &[(&str, &str)], arguments: &[&str]) -> Run {
    let directory = scratch(files);
    mirrorset_in(directory.path(), &[&["diff"], arguments].concat())
}

/// The status and the differences of two texts, as `kind source`.
fn differences(before: (&str, &str), after: (&str, &str)) -> (i32, Vec<String>) {
    let run = diff(&[before, after], &[before.0, after.0, "--output-format=json"]);
    let document: Value = serde_json::from_str(&run.stdout).expect(&run.stderr);
    let clusters = document["clusters"].as_array().unwrap().iter();
    let differences = clusters.flat_map(|cluster| cluster["differences"].as_array().unwrap());
    let shown = differences.map(|difference| {
        format!(
            "{} {}",
            difference["kind"].as_str().unwrap(),
            difference["source"].as_str().unwrap()
        )
    });
    assert_eq!(document["same"], json!(run.status == 0));
    (run.status, shown.collect())
}

/// A manifest with these entries.
fn idms(name: &str, entries: &[(&str, &[&str])]) -> String {
    let entries: Vec<Value> = entries
        .iter()
        .map(|(source, mirrors)| json!({"source": source, "mirrors": mirrors}))
        .collect();
    let spec = json!({"imageDigestMirrors": entries});
    format!(
        "---\napiVersion: config.openshift.io/v1\nkind: ImageDigestMirrorSet\nmetadata: {{name: {name}}}\nspec: {spec}\n"
    )
}

#[test]
fn a_configuration_has_no_difference_from_its_cluster() {
    let live = ("live.yaml", LIVE);
    assert_eq!(differences(("main.tf", CONFIGURATION), live), (0, vec![]));
    let directory = scratch(&[("main.tf", CONFIGURATION)]);
    let path = directory.path().join("main.tf");
    let run = mirrorset_with_input(&["diff", path.to_str().unwrap(), "-"], LIVE.as_bytes());
    assert_eq!(
        (run.status, run.stdout.as_str()),
        (
            0,
            "2 sources: 2 unchanged, 0 added, 0 removed, 0 changed, 0 reordered\n"
        )
    );
}

#[test]
fn every_kind_of_difference_is_reported() {
    let before = idms(
        "a",
        &[
            ("quay.io/gone", &["m.io/g"]),
            ("quay.io/order", &["a.io/o", "b.io/o"]),
            ("quay.io/x", &["a.io/x", "b.io/x"]),
        ],
    );
    let after = idms(
        "b",
        &[
            ("quay.io/new", &["m.io/n"]),
            ("quay.io/order", &["b.io/o", "a.io/o"]),
            ("quay.io/x", &["a.io/x", "c.io/x"]),
        ],
    );
    let run = diff(
        &[("before.yaml", &before), ("after.yaml", &after)],
        &["before.yaml", "after.yaml"],
    );
    assert_eq!(run.status, 1);
    assert_snapshot!(run.stdout, @r"
    - quay.io/gone: removed
        before.yaml:5 ImageDigestMirrorSet/a[0]
      - m.io/g
    + quay.io/new: added
        after.yaml:5 ImageDigestMirrorSet/b[0]
      + m.io/n
    ~ quay.io/order: reordered
        before.yaml:5 ImageDigestMirrorSet/a[1]
        after.yaml:5 ImageDigestMirrorSet/b[1]
      + b.io/o
        a.io/o
      - b.io/o
    ~ quay.io/x: changed
        before.yaml:5 ImageDigestMirrorSet/a[2]
        after.yaml:5 ImageDigestMirrorSet/b[2]
        a.io/x
      - b.io/x
      + c.io/x
    4 sources: 0 unchanged, 1 added, 1 removed, 1 changed, 1 reordered
    ");
}

#[test]
fn entries_without_effect_on_nodes_are_not_a_difference() {
    let one = idms("a", &[("quay.io/x", &["a.io/x", "b.io/x"])]);
    for other in [
        // Two lists that the Machine Config Operator merges, in two documents.
        idms("b", &[("quay.io/x", &["a.io/x"])]) + &idms("c", &[("quay.io/x", &["a.io/x", "b.io/x"])]),
        // Nodes try the source last anyway.
        idms("b", &[("quay.io/x", &["a.io/x", "b.io/x", "quay.io/x"])]),
        // Entries without a mirror are ignored.
        idms(
            "b",
            &[
                ("quay.io/none", &[]),
                ("quay.io/self", &["quay.io/self"]),
                ("quay.io/x", &["a.io/x", "b.io/x"]),
            ],
        ),
    ] {
        assert_eq!(
            differences(("one.yaml", &one), ("other.yaml", &other)),
            (0, vec![]),
            "{other}"
        );
    }
}

#[test]
fn the_pull_kind_and_the_policy_are_differences() {
    let digest = idms("a", &[("quay.io/x", &["a.io/x"])]);
    let tag = digest
        .replace("ImageDigest", "ImageTag")
        .replace("imageDigest", "imageTag");
    let both = vec!["removed quay.io/x".to_owned(), "added quay.io/x".to_owned()];
    assert_eq!(
        differences(("one.yaml", &digest), ("other.yaml", &tag)),
        (1, both)
    );
    let never = digest.replace(
        "\"source\"",
        "\"mirrorSourcePolicy\":\"NeverContactSource\",\"source\"",
    );
    let changed = vec!["changed quay.io/x".to_owned()];
    assert_eq!(
        differences(("one.yaml", &digest), ("other.yaml", &never)),
        (1, changed)
    );
}

/// The remedies of a comparison, as `kind source: action text`.
fn remedies(before: (&str, &str), after: (&str, &str)) -> Vec<String> {
    let run = diff(&[before, after], &[before.0, after.0, "--output-format=json"]);
    let document: Value = serde_json::from_str(&run.stdout).expect(&run.stderr);
    let word = |value: &Value| value.as_str().unwrap().to_owned();
    let mut shown = Vec::new();
    for difference in document["clusters"][0]["differences"].as_array().unwrap() {
        for remedy in difference["remedies"].as_array().unwrap() {
            shown.push(format!(
                "{} {}: {} {}",
                word(&difference["kind"]),
                word(&difference["source"]),
                word(&remedy["action"]),
                word(&remedy["text"])
            ));
        }
    }
    shown
}

#[test]
fn what_would_bring_terraform_and_a_cluster_together_is_told() {
    let live = idms(
        "cluster",
        &[
            ("quay.io/org", &["b.example.com/org", "a.example.com/org"]),
            ("quay.io/extra", &["a.example.com/extra"]),
        ],
    ) + &idms("by-hand", &[("ghcr.io/x", &["a.example.com/x"])])
        + &idms("tags", &[("quay.io/tags", &["a.example.com/tags"])])
            .replace("ImageDigest", "ImageTag")
            .replace("imageDigest", "imageTag");
    let import = "import `mirrorset convert --to hcl --import ids.json` writes the resource and its import, with the ids \
                  of `rosa list image-mirrors -o json`";
    let (configuration, live) = (("main.tf", CONFIGURATION), ("live.yaml", live.as_str()));
    let expected = [
        format!("added ghcr.io/x: {import}"),
        "added ghcr.io/x: remove remove ghcr.io/x from ImageDigestMirrorSet/by-hand (`oc edit`)".to_owned(),
        format!("added quay.io/extra: {import}"),
        "added quay.io/extra: remove remove quay.io/extra from the cluster with `rosa delete image-mirror`".to_owned(),
        "reordered quay.io/org: apply `terraform apply` updates rhcs_image_mirror.org".to_owned(),
        "reordered quay.io/org: change set mirrors = [\"b.example.com/org\", \"a.example.com/org\"] in \
         rhcs_image_mirror.org"
            .to_owned(),
        "added quay.io/tags: remove remove quay.io/tags from ImageTagMirrorSet/tags (`oc edit`): Terraform cannot \
         declare mirrors for pulls by tag"
            .to_owned(),
        "removed registry.redhat.io/ubi: apply `terraform apply` creates rhcs_image_mirror.ubi".to_owned(),
        "removed registry.redhat.io/ubi: change remove rhcs_image_mirror.ubi from the configuration".to_owned(),
    ];
    assert_eq!(remedies(configuration, live), expected);
    // The order of the inputs does not matter, apart from the kind of the difference.
    let swap = |line: &String| {
        let swapped = line.replacen("added ", "- ", 1).replacen("removed ", "added ", 1);
        swapped.replacen("- ", "removed ", 1)
    };
    assert_eq!(remedies(live, configuration), expected.each_ref().map(swap));
    // Neither of two manifests is what the other one has to become.
    assert_eq!(remedies(live, ("other.yaml", LIVE)), [] as [&str; 0]);
}

#[test]
fn mirrors_of_another_object_are_removed_there() {
    let configuration = ("main.tf", CONFIGURATION);
    let live = LIVE.to_owned()
        + &idms("by-hand", &[("quay.io/org", &["c.example.com/org"])]).replace(
            "\"source\"",
            "\"mirrorSourcePolicy\":\"NeverContactSource\",\"source\"",
        );
    let shown = remedies(
        configuration,
        (
            "live.yaml",
            &live.replace("apiVersion: v1\n", "---\napiVersion: v1\n"),
        ),
    );
    assert_eq!(
        shown[..2],
        [
            "changed quay.io/org: apply `terraform apply` updates rhcs_image_mirror.org",
            "changed quay.io/org: remove remove quay.io/org from ImageDigestMirrorSet/by-hand (`oc edit`)",
        ]
    );
}

#[test]
fn a_plan_is_compared_with_a_state() {
    let directory = fixture("plan");
    let run = mirrorset_in(
        &directory,
        &["diff", "settled_state/plan.json", "settled/plan.json"],
    );
    assert_eq!(run.status, 0, "{}{}", run.stdout, run.stderr);
    let other = fixture("changes/noop/plan.json");
    let run = mirrorset_in(
        &directory,
        &["diff", "settled/plan.json", other.to_str().unwrap()],
    );
    assert_eq!(run.status, 2, "{}{}", run.stdout, run.stderr);
    assert!(run.stderr.contains("no cluster name in common"), "{}", run.stderr);
}

#[test]
fn unknown_values_are_neither_equal_nor_different() {
    let undecided = CONFIGURATION.replace("\"a.example.com/ubi\"", "var.mirror") + "variable \"mirror\" {}\n";
    let run = diff(
        &[("main.tf", &undecided), ("live.yaml", LIVE)],
        &["main.tf", "live.yaml"],
    );
    assert_eq!(run.status, 1);
    assert_snapshot!(run.stdout, @r"
    ? rhcs_image_mirror.ubi: mirrors[0] is unknown: var.mirror has no value
    1 source: 1 unchanged, 0 added, 0 removed, 0 changed, 0 reordered; 1 mirror not compared
    ");
}

#[test]
fn clusters_are_paired_by_name_and_one_can_be_selected() {
    let other = CONFIGURATION
        .replace("\"org\"", "\"org2\"")
        .replace("\"ubi\"", "\"ubi2\"")
        .replace("2lbbrpgk", "3cccrpgk");
    let both = CONFIGURATION.to_owned() + &other;
    assert_eq!(
        differences(("one.tf", &both), ("other.json", &plan_of_nothing())).0,
        1
    );
    let files = [("both/main.tf", both.as_str()), ("live.yaml", LIVE)];
    let run = diff(&files, &["both", "live.yaml"]);
    assert_eq!((run.status, run.stdout.as_str()), (2, ""));
    assert!(
        run.stderr.contains("choose one with `--cluster`"),
        "{}",
        run.stderr
    );
    assert_eq!(
        diff(&files, &["both", "live.yaml", "--cluster=3cccrpgk"]).status,
        0
    );
    assert_eq!(diff(&files, &["both", "live.yaml", "--cluster=4ddd"]).status, 2);
    assert_eq!(
        diff(
            &[("both/main.tf", &both), ("one/main.tf", CONFIGURATION)],
            &["both", "one"]
        )
        .status,
        1
    );
}

/// A plan without mirrors.
fn plan_of_nothing() -> String {
    json!({"format_version": "1.2", "terraform_version": "1.11.4", "planned_values": {"root_module": {}}, "configuration": {"root_module": {}}})
        .to_string()
}

#[test]
fn unreadable_input_is_not_a_difference() {
    assert_eq!(
        diff(&[("main.tf", CONFIGURATION)], &["main.tf", "none.yaml"]).status,
        2
    );
    assert_eq!(
        diff(
            &[("main.tf", CONFIGURATION), ("b.tf", "resource {")],
            &["main.tf", "b.tf"]
        )
        .status,
        2
    );
    assert_eq!(diff(&[], &["-", "-"]).status, 2);
}
