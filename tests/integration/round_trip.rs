//! Converting there and back yields the same mirrors: as a property, and with real Terraform.
//!
//! Tests that need Terraform run if `MIRRORSET_TERRAFORM` is set.

use std::collections::BTreeMap;
use std::process::Command;

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::lab::requested_lab;
use crate::support::program::{Run, findings, fixture, mirrorset_in, scratch};

/// A model of mirrors: sources with their mirrors.
type Mirrors = BTreeMap<String, Vec<String>>;

fn convert(file: &str, text: &str, arguments: &[&str]) -> String {
    let run = run(file, text, arguments);
    assert_eq!(run.status, 0, "{}\n{text}", run.stderr);
    run.stdout
}

fn run(file: &str, text: &str, arguments: &[&str]) -> Run {
    let directory = scratch(&[(file, text)]);
    mirrorset_in(directory.path(), &[&["convert", file], arguments].concat())
}

/// HCL as a person may write it: a list on one line, other names, another order.
fn by_hand(mirrors: &Mirrors) -> String {
    let resource = |(index, (source, list)): (usize, (&String, &Vec<String>))| {
        format!(
            r#"resource "rhcs_image_mirror" "m{index}" {{
  source = {}
  mirrors = {}
  cluster_id = var.prod
}}
"#,
            json!(source),
            json!(list)
        )
    };
    let resources: Vec<String> = mirrors.iter().enumerate().map(resource).collect();
    let reversed: String = resources.into_iter().rev().collect();
    format!(
        r#"variable "prod" {{}}
{reversed}"#
    )
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-z0-9]{1,8}(\\.[a-z0-9]{1,5}){1,3}(:[0-9]{1,5})?(/[a-z0-9]{1,4}([._-][a-z0-9]{1,3})?){0,3}",
        1 => proptest::sample::select(vec!["no", "12:30", "1e3", "2026-11-22", "a-b.io/a_b", "a-b.io/a-b", "a-b.io/a.b"])
            .prop_map(str::to_owned),
    ]
}

fn mirrors() -> impl Strategy<Value = Mirrors> {
    let list = proptest::collection::btree_set(name(), 1..4)
        .prop_map(|set| set.into_iter().rev().collect::<Vec<_>>());
    let source = prop_oneof![9 => name(), 1 => name().prop_map(|name| format!("*.{}.io", name.replace(['/', ':', '_'], "")))];
    proptest::collection::btree_map(
        source.prop_filter("a wildcard has labels", |name| {
            !name.contains("..") && !name.contains("-.") && !name.contains(".-")
        }),
        list,
        1..6,
    )
}

/// The mirrors of a manifest, read with a library that mirrorset does not read with.
fn parse_mirrors(manifest: &str) -> Mirrors {
    let manifest: Value = serde_saphyr::from_str(manifest).unwrap();
    let entries = manifest["spec"]["imageDigestMirrors"].as_array().unwrap().iter();
    entries
        .map(|entry| {
            let mirrors = entry["mirrors"].as_array().unwrap().iter();
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            (text(&entry["source"]), mirrors.map(text).collect())
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn terraform_to_manifest_and_back_gives_the_same_bytes(mirrors in mirrors(), style in 0..2_usize) {
        let style = ["resources", "for-each"][style];
        let hcl = ["--to", "hcl", "--style", style];
        let first = convert("main.tf", &by_hand(&mirrors), &[]);
        prop_assert_eq!(&parse_mirrors(&first), &mirrors);
        let configuration = convert("idms.yaml", &first, &hcl);
        let second = convert("main.tf", &configuration, &[]);
        prop_assert_eq!(&parse_mirrors(&second), &mirrors);
        let repeated = convert("idms.yaml", &second, &hcl);
        prop_assert_eq!(&repeated, &configuration);
        prop_assert_eq!(convert("main.tf", &repeated, &[]), second);
    }

    #[test]
    fn without_notes_a_manifest_converts_to_itself(mirrors in mirrors()) {
        let notes = ["--no-notes", "--name", "prod"];
        let first = convert("main.tf", &by_hand(&mirrors), &notes);
        let configuration = convert("idms.yaml", &first, &["--to", "hcl", "--cluster-id", "var.prod"]);
        prop_assert_eq!(convert("main.tf", &configuration, &notes), first);
    }

    #[test]
    fn every_kind_of_manifest_is_read_back(mirrors in mirrors()) {
        let idms = convert("main.tf", &by_hand(&mirrors), &["--no-notes"]);
        for target in ["icsp", "hostedcluster", "nodepool"] {
            let manifest = convert("main.tf", &by_hand(&mirrors), &["--no-notes", "--to", target]);
            let back = convert("manifest.yaml", &manifest, &["--no-notes"]);
            prop_assert_eq!(parse_mirrors(&back), mirrors.clone(), "{}", manifest);
        }
        let itms = convert("main.tf", &by_hand(&mirrors), &["--no-notes", "--to", "itms"]);
        prop_assert_eq!(convert("itms.yaml", &itms, &["--no-notes", "--to", "itms"]), itms);
        prop_assert_eq!(convert("idms.yaml", &idms, &["--no-notes"]), idms);
    }

    #[test]
    fn a_converted_configuration_has_the_findings_of_the_original(mirrors in mirrors()) {
        let idms = convert("main.tf", &by_hand(&mirrors), &[]);
        let rules = |file: &str, text: &str| {
            let directory = scratch(&[(file, text)]);
            let run = mirrorset_in(directory.path(), &["check", file, "--output-format=json"]);
            let findings = findings(&run, directory.path()).into_iter();
            let mut rules: Vec<String> = findings.map(|(rule, ..)| rule).collect();
            rules.sort();
            rules
        };
        let original = rules("main.tf", &by_hand(&mirrors));
        for style in ["resources", "for-each"] {
            let configuration = convert("idms.yaml", &idms, &["--to", "hcl", "--style", style]);
            prop_assert_eq!(&rules("main.tf", &configuration), &original, "{}", configuration);
        }
    }
}

/// The cluster that the converted mirrors refer to.
const CLUSTER: &str = r#"terraform {
  required_providers {
    rhcs = {
      source = "terraform-redhat/rhcs"
    }
  }
}

resource "rhcs_cluster_rosa_hcp" "main" {
  count = 1

  name                     = "main"
  wait_for_create_complete = true
  cloud_region             = "us-east-1"
  aws_account_id           = "123456789012"
  availability_zones       = ["us-east-1a"]
  aws_subnet_ids           = ["subnet-1"]
  sts = {
    role_arn             = "arn:aws:iam::123456789012:role/installer"
    support_role_arn     = "arn:aws:iam::123456789012:role/support"
    operator_role_prefix = "op"
    oidc_config_id       = "oidc"
    instance_iam_roles = {
      worker_role_arn = "w"
    }
  }
}
"#;

#[test]
fn terraform_plans_the_mirrors_of_the_manifest() {
    let Some(lab) = requested_lab() else { return };
    let manifest = std::fs::read_to_string(fixture("manifests/oc-mirror-v2/idms-oc-mirror.yaml")).unwrap();
    let idms = convert("idms.yaml", &manifest, &["--no-notes", "--name", "prod"]);
    let listed =
        json!([{"id": "1abc", "type": "digest", "source": "registry.redhat.io/ubi8", "mirrors": []}]);
    for style in ["resources", "for-each"] {
        for (cluster, more) in [
            (None, ""),
            (Some("one(rhcs_cluster_rosa_hcp.main[*].id)"), CLUSTER),
        ] {
            let directory = scratch(&[
                ("idms.yaml", &idms),
                ("ids.json", &listed.to_string()),
                ("root/cluster.tf", more),
            ]);
            let mut arguments = vec!["convert", "idms.yaml", "--to", "hcl", "--style", style];
            arguments.extend(cluster.into_iter().flat_map(|cluster| ["--cluster-id", cluster]));
            let run = mirrorset_in(directory.path(), &arguments);
            assert_eq!(run.status, 0, "{}", run.stderr);
            let root = directory.path().join("root");
            std::fs::write(root.join("image_mirrors.tf"), &run.stdout).unwrap();
            let formatted = Command::new("terraform")
                .args(["fmt", "-check", "-diff"])
                .current_dir(&root)
                .output()
                .unwrap();
            assert!(
                formatted.status.success(),
                "{}",
                String::from_utf8_lossy(&formatted.stdout)
            );
            let ask = |command: &str| {
                let mut lab = Command::new(&lab);
                let output = lab
                    .arg(command)
                    .arg(&root)
                    .env("TF_VAR_cluster_id", "2lbb")
                    .output()
                    .unwrap();
                assert!(
                    output.status.success(),
                    "{}",
                    String::from_utf8_lossy(&output.stderr)
                );
                String::from_utf8(output.stdout).unwrap()
            };
            ask("validate");
            assert_eq!(
                convert("plan.json", &ask("plan"), &["--no-notes", "--name", "prod"]),
                idms
            );
            let check = mirrorset_in(&root, &["check"]);
            assert_eq!(check.status, 0, "{}", check.stdout);
        }
    }
}
