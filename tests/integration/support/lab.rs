//! Real Terraform over a stand-in for the provider, where this machine has it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// What Terraform is asked to do.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Step {
    Validate,
    Plan,
    Apply,
}

/// The lab's program, if this machine has all that it needs.
pub(crate) fn lab() -> Option<PathBuf> {
    let lab = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/lab/terraform-lab");
    let terraform = Command::new("terraform").arg("version").output();
    if lab.exists() && terraform.is_ok_and(|output| output.status.success()) {
        return Some(lab);
    }
    println!("skipped: terraform or {} is not there", lab.display());
    None
}

/// Runs the lab, one at a time: each run writes the provider's program anew, which another one may be starting.
pub(crate) fn output(lab: &Path, word: &str, directory: &Path) -> Output {
    let lock = std::fs::File::create(std::env::temp_dir().join("mirrorset-terraform-lab.lock")).unwrap();
    lock.lock().unwrap();
    Command::new(lab).arg(word).arg(directory).output().unwrap()
}

/// Runs the lab; gives whether Terraform succeeds, and what it prints without the frame around it.
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
