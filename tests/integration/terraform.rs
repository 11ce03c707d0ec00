//! Errors predict Terraform: a configuration with a finding of severity error fails in real Terraform with a
//! stand-in for the provider, during validation or apply, and a clean one succeeds.
//!
//! Runs if `terraform` and the lab exist, and otherwise prints that it is skipped. It takes a minute, so all cases
//! run with `MIRRORSET_TERRAFORM=1` only; without it, those that validation decides.

use std::path::{Path, PathBuf};

use crate::support::lab::{Step, lab, requested_lab, run};
use crate::support::program::{findings, mirrorset_in};

/// A rule with a configuration that has a finding, and the corrected configuration.
struct Case {
    rule: &'static str,
    /// The command that fails.
    fails_at: Step,
    /// The error of Terraform or the provider.
    says: &'static str,
    failing: String,
    passing: String,
}

const PROVIDER: &str = r#"
terraform {
  required_providers {
    rhcs = {
      source  = "terraform-redhat/rhcs"
      version = ">= 1.7.2"
    }
  }
}
"#;

/// A cluster of this type with this additional argument.
fn cluster(kind: &str, argument: &str) -> String {
    let subnets = if kind == "rhcs_cluster_rosa_hcp" {
        "aws_subnet_ids = [\"subnet-1\", \"subnet-2\"]"
    } else {
        ""
    };
    let roles = if kind == "rhcs_cluster_rosa_hcp" {
        ""
    } else {
        "master_role_arn = \"m\""
    };
    format!(
        r#"
resource "{kind}" "main" {{
  name               = "main"
  cloud_region       = "us-east-1"
  aws_account_id     = "123456789012"
  availability_zones = ["us-east-1a"]
  {subnets}
  {argument}
  sts = {{
    role_arn             = "arn:aws:iam::123456789012:role/installer"
    support_role_arn     = "arn:aws:iam::123456789012:role/support"
    operator_role_prefix = "op"
    oidc_config_id       = "oidc"
    instance_iam_roles = {{
      {roles}
      worker_role_arn = "w"
    }}
  }}
}}
"#
    )
}

const WAITS: &str = "wait_for_create_complete = true";

/// A mirror for this cluster with these further arguments.
fn mirror(cluster_id: &str, arguments: &str) -> String {
    format!(
        r#"resource "rhcs_image_mirror" "nginx" {{
  cluster_id = {cluster_id}
  {arguments}
}}
"#
    )
}

const RIGHT: &str = r#"source = "docker.io/library/nginx"
  mirrors = ["mirror.example.com/library/nginx"]"#;

fn cases() -> Vec<Case> {
    let id = "\"2lbbrpgkocgajphhqee7vku1pgd4qsge\"";
    let validated = |rule, says, arguments: &str| Case {
        rule,
        fails_at: Step::Validate,
        says,
        failing: mirror(id, arguments),
        passing: mirror(id, RIGHT),
    };
    let of = |kind: &str, argument| {
        let arguments = format!("{RIGHT}\n  depends_on = [{kind}.main]");
        cluster(kind, argument) + &mirror(&format!("{kind}.main.id"), &arguments)
    };
    let twice = |source: &str| {
        let one = format!("{RIGHT}\n  depends_on = [rhcs_cluster_rosa_hcp.main]");
        let other = one.replace("docker.io/library/nginx", source);
        let id = "rhcs_cluster_rosa_hcp.main.id";
        let second = mirror(id, &other).replace("\"nginx\" {", "\"other\" {");
        cluster("rhcs_cluster_rosa_hcp", WAITS) + &mirror(id, &one) + &second
    };
    let (hosted, classic) = ("rhcs_cluster_rosa_hcp", "rhcs_cluster_rosa_classic");
    vec![
        validated(
            "non-digest-type",
            "Options are [digest]",
            &format!("{RIGHT}\n  type = \"tag\""),
        ),
        validated(
            "unsupported-argument",
            "Unsupported argument",
            &format!("{RIGHT}\n  name = \"a\""),
        ),
        validated(
            "unsupported-argument",
            "Unsupported block type",
            &format!(
                r#"{RIGHT}
  timeouts {{
    create = "1h"
  }}"#
            ),
        ),
        validated(
            "missing-argument",
            "Missing required argument",
            "source = \"docker.io/library/nginx\"",
        ),
        validated(
            "wrong-argument-type",
            "Incorrect attribute value type",
            r#"source = "docker.io/library/nginx"
  mirrors = "mirror.example.com/library/nginx""#,
        ),
        validated(
            "empty-mirrors",
            "list must contain at least 1 elements",
            r#"source = "docker.io/library/nginx"
  mirrors = []"#,
        ),
        Case {
            rule: "duplicate-source",
            fails_at: Step::Apply,
            says: "already exists for cluster",
            failing: twice("docker.io/library/nginx"),
            passing: twice("docker.io/library/redis"),
        },
        Case {
            rule: "cluster-not-ready",
            fails_at: Step::Apply,
            says: "Cluster Not Ready",
            failing: of(hosted, ""),
            passing: of(hosted, WAITS),
        },
        Case {
            rule: "classic-cluster",
            fails_at: Step::Apply,
            says: "Unsupported Cluster Type",
            failing: of(classic, ""),
            passing: of(hosted, WAITS),
        },
    ]
}

fn write_module(directory: &Path, text: &str) -> PathBuf {
    std::fs::create_dir_all(directory).unwrap();
    std::fs::write(directory.join("main.tf"), format!("{PROVIDER}{text}")).unwrap();
    directory.to_owned()
}

fn errors(directory: &Path) -> Vec<String> {
    let run = mirrorset_in(directory, &["check", ".", "--output-format", "json"]);
    findings(&run, directory)
        .into_iter()
        .map(|(rule, ..)| rule)
        .collect()
}

#[test]
fn terraform_rejects_what_a_rule_reports_as_an_error() {
    let scratch = tempfile::tempdir().unwrap();
    let lab = lab();
    let all = std::env::var_os("MIRRORSET_TERRAFORM").is_some();
    if lab.is_some() && !all {
        println!("skipped: MIRRORSET_TERRAFORM is not set, so Terraform only validates");
    }
    for (number, case) in cases().into_iter().enumerate() {
        let name = format!("{number} {}", case.rule);
        let failing = write_module(&scratch.path().join(format!("{number}-failing")), &case.failing);
        let passing = write_module(&scratch.path().join(format!("{number}-passing")), &case.passing);
        assert_eq!(errors(&failing), [case.rule], "{name}");
        assert_eq!(errors(&passing), [] as [&str; 0], "{name}");
        let Some(lab) = lab.as_ref().filter(|_| all || case.fails_at == Step::Validate) else {
            continue;
        };
        let (succeeds, printed) = run(lab, case.fails_at, &failing);
        assert!(!succeeds && printed.contains(case.says), "{name}: {printed}");
        let (succeeds, printed) = run(lab, case.fails_at, &passing);
        assert!(succeeds, "{name}: {printed}");
    }
}

/// Whether the old mirror is deleted first is a race, unless another resource depends on the mirror and it is
/// created before it is destroyed: then the source always exists.
#[test]
fn a_mirror_recreated_at_another_address_is_rejected() {
    let Some(lab) = requested_lab() else { return };
    let scratch = tempfile::tempdir().unwrap();
    let named = |name: &str| {
        let arguments = format!(
            "{RIGHT}
  lifecycle {{
    create_before_destroy = true
  }}"
        );
        let mirror =
            mirror("rhcs_cluster_rosa_hcp.main.id", &arguments).replace("\"nginx\"", &format!("{name:?}"));
        let user = format!(
            r#"resource "terraform_data" "user" {{
  input = rhcs_image_mirror.{name}.id
}}
"#
        );
        cluster("rhcs_cluster_rosa_hcp", WAITS) + &mirror + &user
    };
    let directory = write_module(scratch.path(), &named("nginx"));
    let (succeeds, printed) = run(&lab, Step::Apply, &directory);
    assert!(succeeds, "{printed}");
    write_module(&directory, &named("renamed"));
    let (succeeds, printed) = run(&lab, Step::Apply, &directory);
    assert!(
        !succeeds && printed.contains("already exists for cluster"),
        "{printed}"
    );
    let moved = "moved {
  from = rhcs_image_mirror.nginx
  to   = rhcs_image_mirror.renamed
}
";
    write_module(&directory, &(named("renamed") + moved));
    let (succeeds, printed) = run(&lab, Step::Apply, &directory);
    assert!(succeeds, "{printed}");
}
