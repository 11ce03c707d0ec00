//! Two root modules with known findings, and what the concise output reports.

use std::path::Path;

use crate::support::program::{Run, UNDECLARED_PROVIDER, mirrorset_in};

/// A root module with a short source (error) and a missing `depends_on` (warning).
pub(crate) const TWO_FINDINGS: &str = r#"
resource "rhcs_cluster_rosa_hcp" "main" {
  name                     = "main"
  wait_for_create_complete = true
}

resource "rhcs_image_mirror" "a" {
  cluster_id = rhcs_cluster_rosa_hcp.main.id
  source     = "nginx"
  mirrors    = ["m.example.com/nginx"]
}
"#;

/// A root module with an undecided mirror: the variable `name` has no value (info).
pub(crate) const UNKNOWN_SOURCE: &str = r#"
variable "name" {
  type = string
}

resource "rhcs_image_mirror" "a" {
  cluster_id = "c1"
  source     = var.name
  mirrors    = ["m.example.com/nginx"]
}
"#;

/// Checks a directory with concise output.
pub(crate) fn check(directory: &Path, arguments: &[&str]) -> Run {
    mirrorset_in(
        directory,
        &[&["check", "--output-format", "concise"], arguments].concat(),
    )
}

/// The file, severity and rule of each finding.
pub(crate) fn reported(run: &Run) -> Vec<String> {
    assert_ne!(run.status, 2, "{}", run.stderr);
    let parse_line = |line: &str| {
        let (position, rest) = line.split_once(": ").unwrap();
        let file = position.split(':').next().unwrap();
        format!("{file} {}", rest.split_once(' ').unwrap().0)
    };
    run.stdout
        .lines()
        .filter(|line| !line.ends_with(UNDECLARED_PROVIDER))
        .map(parse_line)
        .collect()
}
