//! Modules that `terraform init` installed: each root module reads its own copies, and a copy is read only if it is what the
//! call says.

use crate::support::program::{Run, mirrorset_in, scratch};

/// A module with a mirror whose source has no host, so that it has a finding.
const MIRROR: &str = r#"
resource "rhcs_image_mirror" "m" {
  cluster_id = "2lbbrpgkocgajphhqee7vku1pgd4qsge"
  source     = "SOURCE"
  mirrors    = ["mirror.example.com/library/x"]
}
"#;

fn mirror(source: &str) -> String {
    MIRROR.replace("SOURCE", source)
}

/// What `terraform init` records: the key, the source, the version and the directory of each module.
fn manifest(modules: &[(&str, &str, &str, &str)]) -> String {
    let modules = modules.iter().map(|(key, source, version, directory)| {
        let mut record = serde_json::json!({"Key": key, "Source": source, "Dir": directory});
        if !version.is_empty() {
            record["Version"] = (*version).into();
        }
        record
    });
    serde_json::json!({"Modules": modules.collect::<Vec<_>>()}).to_string()
}

/// A root module that calls a module from elsewhere, which is installed.
fn check(call: &str, source: &str, version: &str) -> Run {
    let main = format!("module \"m\" {{\n{call}\n}}\n");
    let modules = manifest(&[("", "", "", "."), ("m", source, version, ".terraform/modules/m")]);
    let tree = scratch(&[
        (".git/HEAD", ""),
        ("main.tf", &main),
        (".terraform/modules/modules.json", &modules),
        (".terraform/modules/m/main.tf", &mirror("nginx")),
    ]);
    mirrorset_in(tree.path(), &["check", "--ignore", "provider-version"])
}

const GIT: &str = "git::https://git.example.com/modules.git?ref=v1";
const REGISTRY: &str = "registry.terraform.io/example/mirrors/rhcs";

#[test]
fn a_module_that_is_installed_as_the_call_says_is_read() {
    for (call, source, version) in [
        (
            "source = \"git::https://git.example.com/modules.git?ref=v1\"",
            GIT,
            "",
        ),
        (
            "source = \"example/mirrors/rhcs\"\nversion = \"~> 1.2\"",
            REGISTRY,
            "1.3.0",
        ),
        (
            "source = \"example/mirrors/rhcs\"\nversion = \"~> 1.2, != 1.2.9\"",
            REGISTRY,
            "1.3.0",
        ),
        ("source = \"example/mirrors/rhcs\"", REGISTRY, "1.3.0"),
        (
            "source = \"example/mirrors/rhcs\"",
            "registry.opentofu.org/example/mirrors/rhcs",
            "1.3.0",
        ),
        // Old programs record no source.
        ("source = \"example/mirrors/rhcs\"", "", ""),
    ] {
        let run = check(call, source, version);
        assert!(
            run.stdout.contains("module.m.rhcs_image_mirror.m"),
            "{call}: {}",
            run.stdout
        );
        assert!(!run.stdout.contains("skipped"), "{call}: {}", run.stdout);
    }
}

// Terraform 1.11 fails with "Module source has changed" and "Module version requirements have changed".
#[test]
fn a_module_that_is_installed_otherwise_than_the_call_says_is_not_read() {
    for (call, source, version, message) in [
        (
            "source = \"git::https://git.example.com/modules.git?ref=v2\"",
            GIT,
            "",
            "the module that is installed is from another source, so nothing in the module is checked",
        ),
        (
            "source = \"example/mirrors/rhcs\"",
            GIT,
            "",
            "the module that is installed is from another source",
        ),
        (
            "source = \"example/mirrors/rhcs\"\nversion = \">= 2.0\"",
            REGISTRY,
            "1.3.0",
            "version 1.3.0 of the module is installed, which the call does not admit",
        ),
    ] {
        let run = check(call, source, version);
        assert!(
            run.stdout
                .contains(&format!("info[skipped-input]: module.m: {message}")),
            "{call}: {}",
            run.stdout
        );
        assert!(
            run.stdout.contains("run `terraform init` again"),
            "{call}: {}",
            run.stdout
        );
        assert!(!run.stdout.contains("nginx"), "{call}: {}", run.stdout);
        assert_eq!(run.status, 0, "{call}");
    }
    let run = check(
        "source = \"example/mirrors/rhcs\"\nversion = \"2.0\"\nimage_mirrors = {}",
        REGISTRY,
        "1.3.0",
    );
    assert!(
        run.stdout.contains("warning[skipped-input]: module.m"),
        "{}",
        run.stdout
    );
}

#[test]
fn each_root_module_reads_its_own_copies() {
    let call = "module \"shared\" {\n  source = \"../../modules/outer\"\n}\n";
    let root = |directory: &str| {
        manifest(&[
            ("", "", "", "."),
            ("shared", "../../modules/outer", "", "../../modules/outer"),
            ("shared.inner", "../inner", "", "../../modules/inner"),
            ("shared.inner.remote", GIT, "", directory),
        ])
    };
    let directory = ".terraform/modules/shared.inner.remote";
    let remote = format!("module \"remote\" {{\n  source = \"{GIT}\"\n}}\n");
    let tree = scratch(&[
        (".git/HEAD", ""),
        (
            "modules/outer/main.tf",
            "module \"inner\" {\n  source = \"../inner\"\n}\n",
        ),
        ("modules/inner/main.tf", &remote),
        ("live/a/main.tf", call),
        ("live/a/.terraform/modules/modules.json", &root(directory)),
        (
            "live/a/.terraform/modules/shared.inner.remote/main.tf",
            &mirror("nginx"),
        ),
        ("live/b/main.tf", call),
        ("live/b/.terraform/modules/modules.json", &root(directory)),
        (
            "live/b/.terraform/modules/shared.inner.remote/main.tf",
            &mirror("redis"),
        ),
        // `terraform init` has not run here.
        ("live/c/main.tf", call),
    ]);
    let run = |paths: &[&str]| {
        let options = [
            "check",
            "--ignore",
            "provider-version",
            "--output-format",
            "concise",
        ];
        let run = mirrorset_in(tree.path(), &[&options, paths].concat());
        run.stdout + &run.stderr
    };
    let all = run(&["."]);
    let lines: Vec<&str> = all.lines().filter(|line| line.contains("short-source")).collect();
    assert_eq!(lines.len(), 2, "{all}");
    for (line, copy, source) in [(lines[0], "live/a", "nginx"), (lines[1], "live/b", "redis")] {
        assert!(
            line.starts_with(&format!(
                "{copy}/.terraform/modules/shared.inner.remote/main.tf:4"
            )),
            "{all}"
        );
        assert!(line.contains(source), "{all}");
    }
    assert!(all.contains("3 mirrors in 3 root modules"), "{all}");
    for (path, source, other) in [("live/a", "nginx", "redis"), ("live/b", "redis", "nginx")] {
        let alone = run(&[path]);
        assert!(alone.contains(source) && !alone.contains(other), "{alone}");
    }
    assert_eq!(run(&["modules/inner"]), all);
}
