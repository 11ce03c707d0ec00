//! Errors are reported exactly where the provider or Terraform reject a configuration, apart from rules about what both
//! accept and what fails later. `fixtures/provider/README.md` says where the answers come from.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use crate::support::program::{fixture, mirrorset_in, scratch};
use crate::support::report::report;
use crate::support::shared::shared;
use mirrorset::testing::diagnostic::Severity;
use mirrorset::testing::workspace::{Options, load};

/// Rules whose errors are about what Terraform and the provider accept, each with the reason.
const ACCEPTED_BY_TERRAFORM: [(&str, &str); 14] = [
    ("short-source", "the provider does not check `source`"),
    ("invalid-source", "the provider does not check `source`"),
    ("unmatchable-source", "the provider does not check `source`"),
    (
        "invalid-mirror",
        "the provider does not check the elements of `mirrors`",
    ),
    (
        "unrewritable-mirror",
        "the provider does not check the elements of `mirrors`",
    ),
    (
        "local-mirror",
        "the provider does not check the elements of `mirrors`",
    ),
    (
        "duplicate-mirror",
        "the provider does not check the elements of `mirrors`",
    ),
    (
        "empty-mirrors",
        "a null or empty element fails when the mirror is created",
    ),
    ("duplicate-source", "the OCM API rejects the second mirror"),
    ("wrong-cluster-attribute", "the OCM API finds no such cluster"),
    (
        "classic-cluster",
        "the provider rejects the cluster when it creates the mirror",
    ),
    (
        "cluster-not-ready",
        "the provider rejects the cluster when it creates the mirror",
    ),
    (
        "registry-config-conflict",
        "without `registry_sources`, the provider fails when it creates the cluster",
    ),
    (
        "invalid-import-id",
        "with an empty mirror id, the provider reads the list of mirrors, and the apply fails",
    ),
];

/// Configurations that Terraform rejects for a reason that is not in them.
const NOT_IN_THE_CONFIGURATION: [(&str, &str); 2] = [
    (
        "type-variable-without-default",
        "a value for the variable may be on the command line",
    ),
    ("import-not-there", "the OCM API knows which mirrors exist"),
];

const VERSIONS: &str = r#"terraform {
  required_providers {
    rhcs = {
      source  = "terraform-redhat/rhcs"
      version = ">= 1.7.2"
    }
  }
}
"#;

const CLUSTER: &str = r#"resource "rhcs_cluster_rosa_hcp" "main" {
  name                     = "prod"
  cloud_region             = "us-east-1"
  aws_account_id           = "123456789012"
  aws_billing_account_id   = "123456789012"
  aws_subnet_ids           = ["subnet-1", "subnet-2"]
  availability_zones       = ["us-east-1a"]
  replicas                 = 2
  version                  = "4.18.1"
  properties               = { rosa_creator_arn = "arn:aws:iam::123456789012:user/x" }
  sts = {
    role_arn             = "arn:aws:iam::123456789012:role/a"
    support_role_arn     = "arn:aws:iam::123456789012:role/b"
    instance_iam_roles   = { worker_role_arn = "arn:aws:iam::123456789012:role/c" }
    operator_role_prefix = "p"
    oidc_config_id       = "o"
  }
  wait_for_create_complete = true
"#;

/// The rules that report an error about a configuration.
fn rules_with_errors(files: &Value) -> BTreeSet<&'static str> {
    let directory = tempfile::tempdir().unwrap();
    for (name, text) in files.as_object().unwrap() {
        let path = directory.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let text = text.as_str().unwrap().replace("@versions\n", VERSIONS);
        std::fs::write(path, text.replace("@cluster\n", CLUSTER)).unwrap();
    }
    let loaded = load(&[directory.path().to_owned()], &Options::default());
    assert_eq!(loaded.errors, []);
    let errors = report(&loaded).findings.into_iter();
    errors
        .filter(|finding| finding.severity == Severity::Error)
        .map(|finding| finding.code.as_str())
        .collect()
}

/// Whether Terraform rejects the configuration of a line: `rejected`, or what it was derived from.
fn is_rejected(case: &Value) -> bool {
    match &case["rejected"] {
        Value::Bool(rejected) => *rejected,
        _ => case["valid"] == false || case["plan_exit_code"] != 0,
    }
}

/// The configurations of a file for which the errors and the answer differ.
fn differences(path: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(path).unwrap();
    let mut differences = Vec::new();
    let mut count = 0;
    for line in text.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let name = case["name"].as_str().unwrap();
        count += 1;
        let mut rules = rules_with_errors(&case["files"]);
        if is_rejected(&case) {
            let is_known = NOT_IN_THE_CONFIGURATION.iter().any(|(known, _)| *known == name);
            if rules.is_empty() != is_known {
                differences.push(format!("{name}: rejected, and reported by {rules:?}"));
            }
            continue;
        }
        rules.retain(|rule| ACCEPTED_BY_TERRAFORM.iter().all(|(known, _)| known != rule));
        if !rules.is_empty() {
            differences.push(format!("{name}: accepted, but reported by {rules:?}"));
        }
    }
    assert!(count > 90, "{}: {count}", path.display());
    differences
}

#[test]
fn errors_are_where_the_provider_rejects() {
    assert_eq!(differences(&fixture("provider/validate.jsonl")), [] as [&str; 0]);
}

#[test]
fn errors_are_where_terraform_rejects() {
    assert_eq!(differences(&fixture("provider/terraform.jsonl")), [] as [&str; 0]);
}

#[test]
fn errors_are_where_one_of_the_two_rejects() {
    assert_eq!(
        differences(&fixture("provider/variations.jsonl")),
        [] as [&str; 0]
    );
}

#[test]
fn errors_are_where_the_provider_rejects_in_the_shared_set() {
    if let Some(path) = shared("conformance/provider/validate.jsonl") {
        assert_eq!(differences(&path), [] as [&str; 0]);
    }
}

/// The findings about a plan of the provider, without that it replaces workers.
fn plan_findings(directory: &Path, name: &str) -> Vec<String> {
    let run = mirrorset_in(directory, &["check", name, "--output-format", "json"]);
    let report: Value = serde_json::from_str(&run.stdout).expect(&run.stderr);
    let findings = report["findings"].as_array().unwrap().iter();
    let mut found: Vec<String> = findings
        .filter(|finding| finding["rule"] != "node-rollout")
        .map(|finding| {
            let word = |name: &str| finding[name].as_str().unwrap().to_owned();
            format!("{} {}", word("severity"), word("rule"))
        })
        .collect();
    found.sort();
    found.dedup();
    found
}

/// The findings about each plan of the provider that has some, from the description of the plan.
const PLANS: [(&str, &[&str]); 28] = [
    ("change-cluster", &["warning replaced-mirror"]),
    ("change-cluster-cbd", &["warning replaced-mirror"]),
    ("change-source", &["warning replaced-mirror"]),
    ("change-source-cbd", &["warning replaced-mirror"]),
    ("change-source-key", &["warning removed-mirror"]),
    ("cluster-id-empty", &["error wrong-cluster-attribute"]),
    ("cluster-in-plan-no-wait", &["error cluster-not-ready"]),
    (
        "cluster-registry-config-no-sources",
        &["error registry-config-conflict"],
    ),
    (
        "count-shift",
        &["error recreated-mirror", "warning replaced-mirror"],
    ),
    ("destroy", &["warning removed-mirror"]),
    ("drift", &["info drifted-mirror"]),
    ("drift-accepted", &["info drifted-mirror"]),
    ("drift-deleted", &["info drifted-mirror"]),
    ("drift-ignored", &["info drifted-mirror"]),
    ("drift-refresh-only", &["info drifted-mirror"]),
    (
        "drift-source",
        &["info drifted-mirror", "warning replaced-mirror"],
    ),
    ("import-empty-mirror", &["warning replaced-mirror"]),
    ("import-other-source", &["warning replaced-mirror"]),
    ("null-in-mirrors", &["error empty-mirrors"]),
    ("removal", &["warning removed-mirror"]),
    ("removal-all", &["warning removed-mirror"]),
    ("rename-address", &["error recreated-mirror"]),
    ("rename-address-slow-delete", &["error recreated-mirror"]),
    ("reorder", &["info reordered-mirrors"]),
    ("replace-cbd-same-source", &["error replaced-mirror"]),
    ("replace-option", &["warning replaced-mirror"]),
    ("replace-triggered-by", &["warning replaced-mirror"]),
    ("replace-triggered-by-cbd", &["error replaced-mirror"]),
];

/// More plans with findings, about the names in them or what they do not know.
const OTHER_PLANS: [(&str, &[&str]); 4] = [
    ("same-source-twice", &["error duplicate-source"]),
    ("short-source", &["error short-source"]),
    ("type-known-after-apply", &["info unknown-value"]),
    ("unknown-mirrors", &["info unknown-value"]),
];

fn assert_plans(directory: &Path) {
    let mut count = 0;
    for entry in std::fs::read_dir(directory).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let Some(plan) = name.strip_suffix(".json").filter(|name| *name != "runs") else {
            continue;
        };
        let mut expected = PLANS.iter().chain(&OTHER_PLANS);
        let expected = expected
            .find(|(name, _)| *name == plan)
            .map_or(&[][..], |(_, rules)| rules);
        assert_eq!(plan_findings(directory, &name), expected, "{plan}");
        count += 1;
    }
    assert!(count > 5);
}

#[test]
fn plans_of_the_provider_have_the_expected_findings() {
    assert_plans(&fixture("provider/plans"));
}

#[test]
fn shared_plans_of_the_provider_have_the_expected_findings() {
    if let Some(directory) = shared("conformance/provider/plans") {
        assert_plans(&directory);
    }
}

#[test]
fn a_window_without_a_mirror_is_only_reported_where_there_is_one() {
    let notes = |plan: &str| {
        let run = mirrorset_in(&fixture("provider/plans"), &["check", plan]);
        run.stdout
    };
    let created_first = notes("change-source-cbd.json");
    assert!(
        created_first.contains("the new mirror is created first; both"),
        "{created_first}"
    );
    assert!(
        !created_first.contains("until the new mirror exists"),
        "{created_first}"
    );
}

/// The severities, rules and addresses of the findings about a root module.
fn findings_of(main: &str) -> Vec<String> {
    let directory = scratch(&[("main.tf", main)]);
    let run = mirrorset_in(directory.path(), &["check", "--output-format", "json"]);
    let report: Value = serde_json::from_str(&run.stdout).expect(&run.stderr);
    let findings = report["findings"].as_array().unwrap().iter();
    findings
        .map(|finding| {
            let word = |name: &str| finding[name].as_str().unwrap_or_default();
            let message = word("message").trim_start_matches(".: ");
            format!("{} {}: {message}", word("severity"), word("rule"))
        })
        .collect()
}

const MIRROR: &str = r#"resource "rhcs_image_mirror" "m" {
  cluster_id = "2lbbrpgkocgajphhqee7vku1pgd4qsge"
  source     = "quay.io/team"
  mirrors    = ["mirror.example.com/team"]
}
"#;

const NO_SOURCE: &str = "provider-version: the module does not declare the source of the rhcs provider";
const TOO_OLD: &str =
    "provider-version: \"~> 1.6.0\" excludes all provider versions that support image mirrors";

#[test]
fn every_form_of_a_provider_declaration_is_read() {
    let required = |entry: &str| format!("terraform {{\n  required_providers {{\n    {entry}\n  }}\n}}\n");
    let ours = "rhcs = { source = \"terraform-redhat/rhcs\" }";
    for (declaration, expected) in [
        (String::new(), vec![format!("info {NO_SOURCE}")]),
        (
            required("aws = { source = \"hashicorp/aws\" }"),
            vec![format!("info {NO_SOURCE}")],
        ),
        (
            required("rhcs = \"~> 1.6.0\""),
            vec![format!("error {NO_SOURCE}"), format!("error {TOO_OLD}")],
        ),
        (
            required("rhcs = \">= 1.7.2\""),
            vec![format!("error {NO_SOURCE}")],
        ),
        (
            required("rhcs = { version = \">= 1.7.2\" }"),
            vec![format!("error {NO_SOURCE}")],
        ),
        (
            required("rhcs = { source = \"hashicorp/rhcs\" }"),
            vec![format!("error {NO_SOURCE}")],
        ),
        (required("rhcs = { source = \"example.com/a/rhcs\" }"), vec![]),
        (required(ours), vec![]),
        (
            format!(
                "{}provider \"rhcs\" {{\n  version = \"~> 1.6.0\"\n}}\n",
                required(ours)
            ),
            vec![format!("error {TOO_OLD}")],
        ),
        (
            format!(
                "{}provider \"rhcs\" {{\n  version = \">= 1.7.2\"\n}}\n",
                required(ours)
            ),
            vec![],
        ),
    ] {
        assert_eq!(
            findings_of(&format!("{declaration}{MIRROR}")),
            expected,
            "{declaration}"
        );
    }
}

#[test]
fn a_called_module_declares_the_provider_itself() {
    let module = "module \"m\" {\n  source = \"./m\"\n}\n";
    let directory = scratch(&[("main.tf", &format!("{VERSIONS}{module}")), ("m/main.tf", MIRROR)]);
    let run = mirrorset_in(directory.path(), &["check", "--output-format", "concise", "."]);
    assert_eq!(run.status, 1);
    assert!(
        run.stdout.contains("m/main.tf:1:1: error[provider-version]"),
        "{}",
        run.stdout
    );
}

#[test]
fn a_release_of_the_official_module_without_mirrors_is_an_error() {
    let image_mirrors = r#"image_mirrors = {
    quay = { type = "digest", source = "quay.io/team", mirrors = ["mirror.example.com/team"] }
  }"#;
    let one_mirror = r#"cluster_id      = "2lbbrpgkocgajphhqee7vku1pgd4qsge"
  type            = "digest"
  source_registry = "quay.io/other"
  mirrors         = ["mirror.example.com/other"]"#;
    let call = |source: &str, version: &str, arguments: &str| {
        let version = if version.is_empty() {
            String::new()
        } else {
            format!("version = \"{version}\"\n  ")
        };
        findings_of(&format!(
            "{VERSIONS}module \"m\" {{\n  source = \"{source}\"\n  {version}{arguments}\n}}\n"
        ))
    };
    let old = |text: &str| {
        format!(
            "error provider-version: {text:?} excludes all releases of the module that have image mirrors"
        )
    };
    let wide = |text: &str| {
        format!("info provider-version: {text:?} also allows releases of the module without image mirrors")
    };
    for host in ["", "registry.terraform.io/", "registry.opentofu.org/"] {
        let package = format!("{host}terraform-redhat/rosa-hcp/rhcs");
        let submodule = format!("{package}//modules/image-mirrors");
        assert_eq!(call(&package, "1.7.0", image_mirrors), [old("1.7.0")]);
        assert_eq!(call(&package, "1.7.0", ""), [] as [&str; 0]);
        assert_eq!(call(&package, "1.7.1", image_mirrors), [] as [&str; 0]);
        assert_eq!(call(&package, "", image_mirrors), [] as [&str; 0]);
        assert_eq!(call(&package, ">= 1.6.0", image_mirrors), [wide(">= 1.6.0")]);
        assert_eq!(call(&submodule, "~> 1.6.9", one_mirror), [old("~> 1.6.9")]);
        assert_eq!(call(&submodule, "~> 1.7.1", one_mirror), [] as [&str; 0]);
    }
    let repository = "github.com/terraform-redhat/terraform-rhcs-rosa-hcp";
    for address in [
        format!("git::https://{repository}.git"),
        repository.to_owned(),
        format!("git::ssh://git@{repository}.git"),
        "git@github.com:terraform-redhat/terraform-rhcs-rosa-hcp.git".to_owned(),
    ] {
        let source = |reference: &str| format!("{address}//modules/image-mirrors?ref={reference}");
        assert_eq!(
            call(&source("v1.7.0"), "", one_mirror),
            [old("v1.7.0")],
            "{address}"
        );
        assert_eq!(
            call(&source("v1.7.1"), "", one_mirror),
            [] as [&str; 0],
            "{address}"
        );
        assert_eq!(
            call(&source("main"), "", one_mirror),
            [] as [&str; 0],
            "{address}"
        );
    }
}
