//! Runs the built program as a user does, in an empty environment.

use std::path::{Path, PathBuf};

use assert_cmd::Command;

/// The output and the exit status of a run.
pub(crate) struct Run {
    /// The exit status.
    pub(crate) status: i32,
    /// Standard output.
    pub(crate) stdout: String,
    /// Standard error.
    pub(crate) stderr: String,
}

/// A file that declares the provider, without which Terraform looks for another one.
pub(crate) const VERSIONS: (&str, &str) = (
    "versions.tf",
    r#"terraform {
  required_providers {
    rhcs = {
      source  = "terraform-redhat/rhcs"
      version = ">= 1.7.2"
    }
  }
}
"#,
);

/// A file or directory of the repository's fixtures.
pub(crate) fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)
}

/// Runs `mirrorset` in a directory, with an empty environment.
pub(crate) fn mirrorset_in(directory: &Path, arguments: &[&str]) -> Run {
    run(directory, arguments, &[], None)
}

/// Runs `mirrorset` on the day of this second since 1970.
pub(crate) fn mirrorset_at(second: &str, directory: &Path, arguments: &[&str]) -> Run {
    run(directory, arguments, &[("SOURCE_DATE_EPOCH", second)], None)
}

/// Runs `mirrorset` in a directory, with an environment.
pub(crate) fn mirrorset_with_environment(
    directory: &Path,
    arguments: &[&str],
    environment: &[(&str, &str)],
) -> Run {
    run(directory, arguments, environment, None)
}

/// Writes files into a directory.
pub(crate) fn write_files<T: AsRef<[u8]>>(directory: &Path, files: &[(&str, T)]) {
    for (name, content) in files {
        let path = directory.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }
}

/// A directory with these files in it.
pub(crate) fn scratch(files: &[(&str, &str)]) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    write_files(directory.path(), files);
    directory
}

/// A directory with these files in it, which may be binary.
pub(crate) fn scratch_bytes(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    write_files(directory.path(), files);
    directory
}

/// Runs `mirrorset` in the fixtures' directory.
pub(crate) fn mirrorset(arguments: &[&str]) -> Run {
    run(&fixture(""), arguments, &[], None)
}

/// Runs `mirrorset` with a text on standard input.
pub(crate) fn mirrorset_with_input(arguments: &[&str], input: &[u8]) -> Run {
    run(&fixture(""), arguments, &[], Some(input))
}

/// Runs `mirrorset` in a directory with a text on standard input.
pub(crate) fn mirrorset_with_stdin(directory: &Path, arguments: &[&str], input: &[u8]) -> Run {
    run(directory, arguments, &[], Some(input))
}

fn run(directory: &Path, arguments: &[&str], environment: &[(&str, &str)], input: Option<&[u8]>) -> Run {
    let mut command = Command::cargo_bin("mirrorset").unwrap();
    command.env_clear().envs(environment.iter().copied());
    command.current_dir(directory).args(arguments);
    if let Some(input) = input {
        command.write_stdin(input);
    }
    let output = command.output().unwrap();
    Run {
        status: output.status.code().expect("no signal"),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// What is reported about each module of a test that does not declare the provider.
pub(crate) const UNDECLARED_PROVIDER: &str = "the module does not declare the source of the rhcs provider";

/// The findings of a JSON report: rule, address, and the text that the label covers. Tests leave out the declaration of
/// the provider, and what is reported about that.
pub(crate) fn findings(run: &Run, directory: &Path) -> Vec<(String, String, String)> {
    let report: serde_json::Value = serde_json::from_str(&run.stdout).expect(&run.stderr);
    let findings = report["findings"].as_array().unwrap().iter();
    findings
        .filter(|finding| finding["severity"] != "info" || finding["message"] != UNDECLARED_PROVIDER)
        .map(|finding| {
            let text = match finding["file"].as_str() {
                Some(file) => {
                    let text = std::fs::read(directory.join(file)).unwrap();
                    let at = |end: &str| usize::try_from(finding[end]["offset"].as_u64().unwrap()).unwrap();
                    String::from_utf8(text[at("start")..at("end")].to_vec()).unwrap()
                }
                None => String::new(),
            };
            let word = |name: &str| finding[name].as_str().unwrap_or_default().to_owned();
            (word("rule"), word("address"), text)
        })
        .collect()
}
