//! What a stranger's pull request can make of files: links, pipes, large files, and paths to what git and Terraform keep
//! for themselves.

use std::path::Path;
use std::time::Duration;

use assert_cmd::Command;

use crate::support::program::{mirrorset_in, mirrorset_with_environment, scratch, write_files};

const SECRET: &str = "S3CRETTOKEN";

/// A root module with one mirror, whose source is an expression.
fn mirror(source: &str) -> String {
    format!(
        r#"resource "rhcs_image_mirror" "a" {{
  cluster_id = "c1"
  source     = {source}
  mirrors    = ["mirror.example.com/a"]
}}
"#
    )
}

/// Everything that the commands print in a directory.
fn all_output(directory: &Path) -> String {
    let commands: [&[&str]; 8] = [
        &["check", "."],
        &["check", ".", "--output-format", "json"],
        &["check", ".", "--output-format", "github"],
        &["check", ".", "--show-files"],
        &["check", ".", "--show-settings"],
        &["check", ".", "--diff"],
        &["convert", ".", "--to", "json"],
        &["resolve", "nginx", "--in", "."],
    ];
    let runs = commands
        .iter()
        .map(|arguments| mirrorset_in(directory, arguments));
    runs.map(|run| run.stdout + &run.stderr).collect()
}

#[test]
fn what_git_and_terraform_keep_for_themselves_is_never_read() {
    for path in [
        ".git/config",
        "terraform.tfstate",
        "terraform.tfstate.backup",
        "terraform.tfstate.d/prod/terraform.tfstate",
        ".terraform/terraform.tfstate",
        ".terraform/private.yaml",
    ] {
        for call in [
            format!("file(\"${{path.module}}/{path}\")"),
            format!("filebase64(\"{path}\")"),
            format!("templatefile(\"{path}\", {{}})"),
            format!("yamldecode(file(\"{path}\")).token"),
        ] {
            let main = mirror(&call);
            let tree = scratch(&[("main.tf", &main), (path, &format!("token: {SECRET}"))]);
            let output = all_output(tree.path());
            assert!(!output.contains(SECRET), "{call}: {output}");
            assert!(output.contains("is data of git or Terraform"), "{call}: {output}");
        }
    }
}

#[cfg(unix)]
#[test]
fn links_to_what_git_keeps_for_itself_are_not_read() {
    let secret = format!("token = \"{SECRET}\nresource \"rhcs_image_mirror\" \"a\" {{\n");
    for link in [
        "main.tf",
        "extra.tf.json",
        "terraform.tfvars",
        "x.auto.tfvars",
        "m.yaml",
        "mirrorset.toml",
        ".terraform.lock.hcl",
    ] {
        let tree = scratch(&[("root.tf", &mirror("\"quay.io/a\"")), (".git/config", &secret)]);
        std::os::unix::fs::symlink(".git/config", tree.path().join(link)).unwrap();
        let output = all_output(tree.path());
        assert!(!output.contains(SECRET), "{link}: {output}");
    }
}

#[test]
fn files_of_variables_in_what_git_keeps_for_itself_are_not_read() {
    let main = format!(
        "variable \"token\" {{\n  default = \"quay.io/a\"\n}}\n{}",
        mirror("var.token")
    );
    let settings = "var-files = [\".git/values.tfvars\"]\n";
    let values = format!("token = \"{SECRET}\"\n");
    let tree = scratch(&[
        ("main.tf", &main),
        ("mirrorset.toml", settings),
        (".git/values.tfvars", &values),
    ]);
    let output = all_output(tree.path());
    assert!(
        !output.contains(SECRET) && output.contains("outside of the project tree"),
        "{output}"
    );
}

#[cfg(unix)]
#[test]
fn the_workspace_is_not_read_through_a_link_out_of_the_data_directory() {
    let main = mirror("terraform.workspace");
    let tree = scratch(&[
        ("repo/main.tf", &main),
        ("repo/.git/HEAD", ""),
        ("outside/secret", SECRET),
    ]);
    let repo = tree.path().join("repo");
    std::fs::create_dir_all(repo.join(".tfdata")).unwrap();
    std::os::unix::fs::symlink("../../outside/secret", repo.join(".tfdata/environment")).unwrap();
    std::os::unix::fs::symlink("../outside", repo.join(".data")).unwrap();
    std::fs::rename(
        tree.path().join("outside/secret"),
        tree.path().join("outside/environment"),
    )
    .unwrap();
    std::os::unix::fs::symlink("../../outside/environment", repo.join(".tfdata/other")).unwrap();
    for data in [".tfdata", ".data"] {
        let run = mirrorset_with_environment(&repo, &["check", "."], &[("TF_DATA_DIR", data)]);
        assert!(!run.stdout.contains(SECRET), "{data}: {}", run.stdout);
        assert!(run.stdout.contains("\"default\""), "{data}: {}", run.stdout);
    }
    // A user may choose any directory by its absolute path.
    let outside = tree.path().join("outside");
    let data = [("TF_DATA_DIR", outside.to_str().unwrap())];
    let run = mirrorset_with_environment(&repo, &["check", "."], &data);
    assert!(run.stdout.contains(SECRET), "{}", run.stdout);
}

#[cfg(unix)]
#[test]
fn a_configuration_file_is_not_read_through_a_link_out_of_the_repository() {
    let tree = scratch(&[
        ("repo/main.tf", &mirror("\"quay.io/a\"")),
        ("repo/.git/HEAD", ""),
        ("repo/other/mirrorset.toml", "exclude = [\"x\"]\n"),
        ("outside/mirrorset.toml", &format!("{SECRET} = 1\n")),
    ]);
    let repo = tree.path().join("repo");
    std::os::unix::fs::symlink("../outside/mirrorset.toml", repo.join("mirrorset.toml")).unwrap();
    let run = mirrorset_in(&repo, &["check", "."]);
    assert!(!(run.stdout.clone() + &run.stderr).contains(SECRET));
    assert!(
        run.stdout
            .contains("mirrorset.toml: the link leads to another file"),
        "{}",
        run.stdout
    );
    std::fs::remove_file(repo.join("mirrorset.toml")).unwrap();
    std::os::unix::fs::symlink("other/mirrorset.toml", repo.join("mirrorset.toml")).unwrap();
    let run = mirrorset_in(&repo, &["check", ".", "--show-settings"]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    assert!(!run.stdout.contains("the link leads"), "{}", run.stdout);
}

/// A pipe without a writer.
#[cfg(unix)]
fn make_pipe(path: &Path) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let status = std::process::Command::new("mkfifo").arg(path).status();
    assert!(status.unwrap().success());
}

/// Runs a command that must end at once, and returns its output.
#[cfg(unix)]
fn run_shortly(directory: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::cargo_bin("mirrorset").unwrap();
    let command = command.current_dir(directory).args(arguments);
    let output = command.timeout(Duration::from_secs(20)).output().unwrap();
    let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    (output.status.code(), text)
}

#[cfg(unix)]
#[test]
fn a_pipe_is_not_waited_for() {
    const WORDS: &str = "not a regular file, but a device, a pipe or a socket";
    for (name, arguments, is_said) in [
        ("main.tf", &["check", "."] as &[&str], true),
        ("x_override.tf", &["check", "."], true),
        ("terraform.tfvars", &["check", "."], true),
        ("a.auto.tfvars.json", &["check", "."], true),
        ("m.yaml", &["check", "."], true),
        ("p.json", &["check", "p.json"], true),
        ("b.json", &["check", ".", "--baseline", "b.json"], true),
        ("s.toml", &["check", ".", "--config", "s.toml"], true),
        ("v.tfvars", &["check", ".", "--var-file", "v.tfvars"], true),
        ("i.txt", &["resolve", "--file", "i.txt", "--in", "."], true),
        (
            "ids.json",
            &["convert", ".", "--to", "hcl", "--import", "ids.json"],
            true,
        ),
        (".terraform/environment", &["check", "."], false),
        (".terraform/modules/modules.json", &["check", "."], false),
        (".gitignore", &["check", "."], false),
    ] {
        let tree = scratch(&[("root.tf", &mirror("\"quay.io/a\""))]);
        make_pipe(&tree.path().join(name));
        let (status, text) = run_shortly(tree.path(), arguments);
        assert!(status.is_some(), "{name} is waited for");
        assert_eq!(text.contains(WORDS), is_said, "{name}: {text}");
    }
}

/// A file of this size without content.
fn make_sparse(path: &Path, bytes: u64) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::File::create(path).unwrap().set_len(bytes).unwrap();
}

#[test]
fn a_file_that_is_too_large_is_not_read() {
    const LIMIT: &str = "the file is larger than 64 MB";
    for (name, arguments) in [
        ("main.tf", &["check", "."] as &[&str]),
        ("m.yaml", &["check", "."]),
        ("m.yaml", &["check", "m.yaml"]),
        ("p.json", &["check", "p.json"]),
        ("mirrorset.toml", &["check", "."]),
        ("b.json", &["check", ".", "--baseline", "b.json"]),
    ] {
        let tree = scratch(&[("root.tf", &mirror("\"quay.io/a\""))]);
        make_sparse(&tree.path().join(name), 5 << 30);
        let run = mirrorset_in(tree.path(), arguments);
        let text = run.stdout + &run.stderr;
        assert!(text.contains(LIMIT), "{name} {arguments:?}: {text}");
    }
    let tree = scratch(&[(
        "main.tf",
        &format!("#{}\n{}", "x".repeat(2 << 20), mirror("\"quay.io/a\"")),
    )]);
    let run = mirrorset_in(tree.path(), &["check", ".", "--max-file-size", "1"]);
    assert!(
        run.stdout.contains("larger than 1 MB") && run.stdout.contains("`--max-file-size MB`"),
        "{}",
        run.stdout
    );
    let run = mirrorset_in(tree.path(), &["check", ".", "--max-total-size", "1"]);
    assert!(run.stdout.contains("more than 1 MB together"), "{}", run.stdout);
    assert_eq!(mirrorset_in(tree.path(), &["check", "."]).status, 0);
}

#[test]
fn a_directory_with_the_name_of_a_file_is_reported() {
    let tree = scratch(&[("root.tf", &mirror("\"quay.io/a\""))]);
    write_files(tree.path(), &[("main.tf/x", ""), ("terraform.tfvars/x", "")]);
    let run = mirrorset_in(tree.path(), &["check", "."]);
    assert_eq!(run.status, 0, "{}{}", run.stdout, run.stderr);
    let run = mirrorset_in(tree.path(), &["check", ".", "--var-file", "terraform.tfvars"]);
    assert_eq!(run.status, 2, "{}{}", run.stdout, run.stderr);
}

/// A module with a finding that has a fix.
const FIXABLE: &str = "resource \"rhcs_image_mirror\" \"a\" {\n  cluster_id = \"c1\"\n  source     = \"nginx\"\n  mirrors    = [\"mirror.example.com/a\"]\n}\n";

#[cfg(unix)]
#[test]
fn nothing_is_written_through_a_link_or_over_what_another_program_wrote() {
    let tree = scratch(&[
        ("main.tf", FIXABLE),
        ("victim", "old"),
        ("out/c1.yaml", "# mine\nname: x\n"),
    ]);
    let path = |name: &str| tree.path().join(name);
    std::os::unix::fs::symlink("victim", path("known.json")).unwrap();
    std::os::unix::fs::symlink("out", path("linked")).unwrap();
    for (arguments, words) in [
        (
            &["check", ".", "--write-baseline", "known.json"] as &[&str],
            "nothing is written through links",
        ),
        (
            &["check", ".", "--write-baseline", "known.json", "--force"],
            "nothing is written through links",
        ),
        (
            &["check", ".", "--write-baseline", "main.tf"],
            "`--force` replaces it",
        ),
        (
            &["convert", ".", "--output-dir", "linked"],
            "nothing is written through links",
        ),
        (&["convert", ".", "--output-dir", "out"], "`--force` replaces it"),
    ] {
        let run = mirrorset_in(tree.path(), arguments);
        assert_eq!(run.status, 2, "{arguments:?}: {}", run.stdout);
        assert!(run.stderr.contains(words), "{arguments:?}: {}", run.stderr);
    }
    let text = |name: &str| std::fs::read_to_string(path(name)).unwrap();
    assert_eq!(
        (text("victim").as_str(), text("main.tf").as_str()),
        ("old", FIXABLE)
    );
    assert_eq!(text("out/c1.yaml"), "# mine\nname: x\n");
    // What the command wrote before is replaced, and everything with `--force`.
    for arguments in [
        &["convert", ".", "--output-dir", "out", "--force"] as &[&str],
        &["convert", ".", "--output-dir", "out"],
    ] {
        assert_eq!(mirrorset_in(tree.path(), arguments).status, 0);
        assert!(text("out/c1.yaml").contains("kind: ImageDigestMirrorSet"));
    }
    for _ in 0..2 {
        let run = mirrorset_in(tree.path(), &["check", ".", "--write-baseline", "baseline.json"]);
        assert_eq!(run.status, 0, "{}", run.stderr);
    }
}

#[test]
fn a_file_with_a_syntax_error_is_not_fixed() {
    let broken =
        "resource \"rhcs_cluster_rosa_hcp\" \"c\" {\nresource \"rhcs_image_mirror\" \"m\" {\n  m {\n  t {\n";
    let tree = scratch(&[("a/main.tf", broken), ("b/main.tf", FIXABLE)]);
    let run = mirrorset_in(tree.path(), &["check", ".", "--fix"]);
    assert!(run.stderr.contains("1 finding fixed in 1 file"), "{}", run.stderr);
    assert_eq!(
        std::fs::read_to_string(tree.path().join("a/main.tf")).unwrap(),
        broken
    );
}
