//! The examples of the rules' pages as root modules that Terraform can plan.

use std::path::{Path, PathBuf};

use mirrorset::testing::model::InputKind;
use mirrorset::testing::rules::{Language, RULES, Rule};

/// Rules for whose failing example Terraform creates no plan, and the error that it prints.
pub(crate) const REJECTED: [(&str, &str); 5] = [
    ("non-digest-type", "Options are [digest]. Got tag"),
    ("empty-mirrors", "list must contain at least 1 elements"),
    // A plan has a value for every variable of the root module.
    ("unknown-value", "No value for required variable"),
    ("syntax-error", "Invalid expression"),
    ("skipped-input", "Error accessing remote module registry"),
];

/// The provider requirements of an example without any: without them Terraform expects the provider in its own namespace.
const PROVIDER: &str = r#"terraform {
  required_providers {
    rhcs = {
      source  = "terraform-redhat/rhcs"
      version = ">= 1.7.2"
    }
  }
}
"#;

/// The required arguments of a cluster that no page repeats.
const CLUSTER: &str = r#"  cloud_region       = "us-east-1"
  aws_account_id     = "123456789012"
  availability_zones = ["us-east-1a"]
  aws_subnet_ids     = ["subnet-1", "subnet-2"]
  sts = {
    role_arn             = "arn:aws:iam::123456789012:role/installer"
    support_role_arn     = "arn:aws:iam::123456789012:role/support"
    operator_role_prefix = "op"
    oidc_config_id       = "oidc"
    instance_iam_roles = {
      worker_role_arn = "w"
    }
  }
"#;

/// The lab has no hosted cluster to read, so the data source is read only after another resource is created.
const LATER: &str = "  depends_on = [terraform_data.later]\n";

/// The configuration of the failing example of a rule.
pub(crate) fn failing(rule: &Rule) -> Option<&'static str> {
    rule.parse_page().unwrap().failing.text(Language::Terraform)
}

/// Both examples of a rule about configuration, by the names of their plans.
pub(crate) fn examples_of(rule: &Rule) -> [(&'static str, &'static str); 2] {
    let page = rule.parse_page().unwrap();
    [("failing", page.failing), ("passing", page.passing)]
        .map(|(which, example)| (which, example.text(Language::Terraform).unwrap()))
}

/// The rules that apply to both configuration and plans, and whose example is configuration.
pub(crate) fn rules_of_both() -> impl Iterator<Item = &'static Rule> {
    let both = |rule: &&Rule| {
        rule.inputs.contains(InputKind::Configuration)
            && rule.inputs.contains(InputKind::Plan)
            && failing(rule).is_some()
    };
    RULES.iter().copied().filter(both)
}

/// The rules of `rules_of_both` whose examples have plans.
pub(crate) fn planned_rules() -> impl Iterator<Item = &'static Rule> {
    rules_of_both().filter(|rule| REJECTED.iter().all(|(name, _)| *name != rule.name))
}

/// The plan that Terraform created from an example.
pub(crate) fn plan_of(rule: &str, which: &str) -> PathBuf {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/examples");
    examples.join(rule).join(format!("{which}.json"))
}

/// The arguments that the examples of a rule need: the pull secret and the policy that `fixtures/examples/RULE` has.
pub(crate) fn arguments_of(rule: &Rule) -> Vec<String> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures/examples")
        .join(rule.name);
    [
        ("pull-secret.json", "--pull-secret"),
        ("mirrorset.toml", "--config"),
        ("imageset-config.yaml", "--images"),
    ]
    .into_iter()
    .map(|(file, option)| (directory.join(file), option))
    .filter(|(path, _)| path.exists())
    .map(|(path, option)| format!("{option}={}", path.display()))
    .collect()
}

/// Writes an example with everything else that Terraform needs.
pub(crate) fn write_example(directory: &Path, example: &str) {
    let write = |name: &str, text: &str| std::fs::write(directory.join(name), text).unwrap();
    let lines = example.lines().map(|line| {
        let addition = match line.split(" \"main\"").next() {
            Some("resource \"rhcs_cluster_rosa_hcp\"") => CLUSTER,
            Some("data \"rhcs_cluster_rosa_hcp\"") => LATER,
            _ => "",
        };
        format!("{line}\n{addition}")
    });
    write("main.tf", &lines.collect::<String>());
    let later = "resource \"terraform_data\" \"later\" {}\n";
    let provider = if example.contains("required_providers") {
        ""
    } else {
        PROVIDER
    };
    write("versions.tf", &format!("{provider}{later}"));
    if example.contains("variable \"cluster_id\"") {
        write(
            "terraform.tfvars",
            "cluster_id = \"2lbbrpgkocgajphhqee7vku1pgd4qsge\"\n",
        );
    }
}
