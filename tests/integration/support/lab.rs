//! Real Terraform with a stand-in for the provider, if this machine has both.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::support::shared::shared;

/// The Terraform command to run.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Step {
    Validate,
    Plan,
    Apply,
}

/// The lab's program. If it or Terraform is absent, prints that the test is skipped.
pub(crate) fn lab() -> Option<PathBuf> {
    let lab = shared("lab/terraform-lab")?;
    let terraform = Command::new("terraform").arg("version").output();
    if terraform.is_ok_and(|output| output.status.success()) {
        return Some(lab);
    }
    println!("skipped: terraform is not on the PATH");
    None
}

/// The lab's program for a test that takes long and runs only if `MIRRORSET_TERRAFORM` is set.
pub(crate) fn requested_lab() -> Option<PathBuf> {
    if std::env::var_os("MIRRORSET_TERRAFORM").is_none() {
        println!("skipped: MIRRORSET_TERRAFORM is not set");
        return None;
    }
    lab()
}

/// Runs the lab, one at a time: each run writes the program of the provider, which another run may be starting.
pub(crate) fn output(lab: &Path, word: &str, directory: &Path) -> Output {
    let lock = std::fs::File::create(std::env::temp_dir().join("mirrorset-terraform-lab.lock")).unwrap();
    lock.lock().unwrap();
    Command::new(lab).arg(word).arg(directory).output().unwrap()
}

/// Runs the lab. Returns whether Terraform succeeds, and its output without the frame around messages.
pub(crate) fn run(lab: &Path, step: Step, directory: &Path) -> (bool, String) {
    let word = match step {
        Step::Validate => "validate",
        Step::Plan => "plan",
        Step::Apply => "apply",
    };
    let output = output(lab, word, directory);
    let printed = [output.stdout, output.stderr].concat();
    let printed = String::from_utf8_lossy(&printed).replace(['│', '╷', '╵'], " ");
    let words: Vec<&str> = printed.split_whitespace().collect();
    (output.status.success(), words.join(" "))
}
