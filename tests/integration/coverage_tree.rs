//! The tree in `fixtures/coverage`, in which each situation occurs once, gives the same report for every order of paths,
//! from every directory, and for every selection of files; and nothing in it is unaccounted for.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::program::{fixture, mirrorset_in};

/// The findings of the whole tree: the rule, the address and the file.
const FINDINGS: [(&str, &str, &str); 20] = [
    (
        "duplicate-source",
        "rhcs_image_mirror.twice",
        "live/literal/main.tf",
    ),
    (
        "overwritten-manifest",
        "ImageDigestMirrorSet/same",
        "manifests/names/a.yaml",
    ),
    (
        "short-source",
        "ImageDigestMirrorSet/applied[0] in kubernetes_manifest.set",
        "live/test/main.tf.json",
    ),
    (
        "short-source",
        "ImageDigestMirrorSet/wrapped[0]",
        "manifests/policy/policy.yaml",
    ),
    (
        "short-source",
        "module.mirrors.rhcs_image_mirror.m",
        "live/prod/terraform.tfvars",
    ),
    (
        "short-source",
        "rhcs_image_mirror.each[\"redis\"]",
        "live/test/names.auto.tfvars.json",
    ),
    ("short-source", "rhcs_image_mirror.m", "modules/unused/main.tf"),
    (
        "skipped-input",
        "charts/app/templates/idms.yaml",
        "charts/app/templates/idms.yaml",
    ),
    ("skipped-input", "envs/prod.tfvars", ""),
    ("skipped-input", "generators/idms.txt", ""),
    ("skipped-input", "live/prod/terragrunt.hcl", ""),
    ("skipped-input", "manifests/patch.yaml", ""),
    ("skipped-input", "module.forgot_the_dot", "live/prod/main.tf"),
    ("skipped-input", "module.hidden", "live/prod/main.tf"),
    ("skipped-input", "overlays/prod/patch.yaml", ""),
    ("skipped-input", "pulumi/Pulumi.yaml", ""),
    ("skipped-input", "scripts/apply.sh", ""),
    ("skipped-input", "terraform_data.apply", "live/literal/main.tf"),
    ("skipped-input", "values/terraform.tfvars", ""),
    ("skipped-input", "var.image_mirrors", "live/prod/terraform.tfvars"),
];

type Findings = BTreeSet<(String, String, String)>;

/// A copy of the tree that is a git repository.
fn tree() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    let source = fixture("coverage");
    for path in files_in(&source) {
        let target = directory.path().join(&path);
        std::fs::create_dir_all(target.parent().unwrap()).unwrap();
        std::fs::copy(source.join(&path), target).unwrap();
    }
    std::fs::create_dir(directory.path().join(".git")).unwrap();
    directory
}

/// The files below a directory, sorted.
fn files_in(directory: &Path) -> Vec<PathBuf> {
    let entries = walkdir::WalkDir::new(directory).sort_by_file_name();
    let files = entries
        .into_iter()
        .map(Result::unwrap)
        .filter(|entry| entry.file_type().is_file());
    files
        .map(|entry| entry.path().strip_prefix(directory).unwrap().to_owned())
        .collect()
}

fn report(directory: &Path, paths: &[&str]) -> Value {
    let run = mirrorset_in(
        directory,
        &[&["check", "--output-format", "json"], paths].concat(),
    );
    serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{paths:?}: {}", run.stderr))
}

/// The findings of a report, whose files and addresses are named from `prefix`.
fn findings(report: &Value, prefix: &str) -> Findings {
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap_or_default().to_owned();
    let findings = report["findings"].as_array().unwrap().iter();
    findings
        .map(|finding| {
            let name = |name: String| name.strip_prefix(prefix).map_or(name.clone(), str::to_owned);
            (
                text(finding, "rule"),
                name(text(finding, "address")),
                name(text(finding, "file")),
            )
        })
        .collect()
}

fn expected() -> Findings {
    let owned = |(rule, address, file): &(&str, &str, &str)| {
        ((*rule).to_owned(), (*address).to_owned(), (*file).to_owned())
    };
    FINDINGS.iter().map(owned).collect()
}

#[test]
fn the_whole_tree_has_these_findings() {
    let tree = tree();
    assert_eq!(findings(&report(tree.path(), &["."]), ""), expected());
}

#[test]
fn the_order_of_paths_does_not_matter() {
    let tree = tree();
    let mut paths = [
        "live",
        "modules",
        "manifests",
        "charts",
        "envs",
        "tests",
        "plans",
        "data",
        "overlays",
        "scripts",
        "generators",
        "pulumi",
        "values",
    ];
    let first = report(tree.path(), &paths);
    for _ in 0..paths.len() {
        paths.rotate_left(1);
        assert_eq!(report(tree.path(), &paths), first, "{paths:?}");
        let reversed: Vec<&str> = paths.iter().rev().copied().collect();
        assert_eq!(report(tree.path(), &reversed), first, "{reversed:?}");
    }
    // A directory that lies in another one that is named changes nothing.
    assert_eq!(
        report(tree.path(), &[".", "live/prod", "modules/mirrors"]),
        report(tree.path(), &["."])
    );
}

#[test]
fn every_directory_gives_the_same_report() {
    let tree = tree();
    for directory in [
        "live",
        "live/prod",
        "modules/mirrors",
        "manifests/names",
        "charts/app/templates",
        "envs",
    ] {
        let up = vec![".."; directory.split('/').count()].join("/");
        let from_below = report(&tree.path().join(directory), &[&up]);
        let mut found = Findings::new();
        for (rule, address, file) in findings(&from_below, "") {
            let is_path = rule == "skipped-input" && (file.is_empty() || address == file);
            let address = if is_path {
                from_top(directory, &address)
            } else {
                address
            };
            let file = if file.is_empty() {
                file
            } else {
                from_top(directory, &file)
            };
            found.insert((rule, address, file));
        }
        assert_eq!(found, expected(), "{directory}");
    }
}

/// A path below a directory, as the top of the tree names it.
fn from_top(directory: &str, name: &str) -> String {
    let mut parts: Vec<&str> = directory.split('/').collect();
    for part in name.split('/') {
        if part == ".." {
            parts.pop();
        } else {
            parts.push(part);
        }
    }
    parts.join("/")
}

#[test]
fn each_finding_is_found_from_the_files_that_it_is_about() {
    let tree = tree();
    let all = expected();
    let files = files_in(&fixture("coverage"));
    let names: Vec<String> = files
        .iter()
        .map(|path| path.to_string_lossy().into_owned())
        .collect();
    // A plan is an input where it is named.
    let names: Vec<&str> = names
        .iter()
        .map(String::as_str)
        .filter(|name| !name.ends_with("plan.json"))
        .collect();
    let mut found = Findings::new();
    for name in &names {
        let of_file = findings(&report(tree.path(), &[name]), "");
        let of_tree =
            |finding: &(String, String, String)| all.contains(finding) || is_read_if_named(&finding.2);
        assert!(of_file.iter().all(of_tree), "{name}: {of_file:#?}");
        found.extend(of_file);
    }
    // A manifest is seen together with the others of its directory. A text that is named is read as a manifest, and a patch
    // that is named is an error.
    let read_if_named = ["generators/idms.txt", "manifests/patch.yaml"];
    let missing: Vec<_> = all
        .difference(&found)
        .map(|(_, address, _)| address.as_str())
        .collect();
    assert_eq!(missing, read_if_named);
    let named = findings(&report(tree.path(), &names), "");
    let missing: Vec<_> = all
        .difference(&named)
        .map(|(_, address, _)| address.as_str())
        .collect();
    assert_eq!(missing, read_if_named);
    for files in names.chunks(4) {
        let of_files = findings(&report(tree.path(), files), "");
        let of_tree =
            |finding: &(String, String, String)| all.contains(finding) || is_read_if_named(&finding.2);
        assert!(of_files.iter().all(of_tree), "{files:?}: {of_files:#?}");
    }
}

/// Whether a file is taken for an input only if it is named: it lies in a directory that is left out, or is a patch.
fn is_read_if_named(file: &str) -> bool {
    file.starts_with("vendored/") || file.starts_with("scratch/") || file == "manifests/patch.yaml"
}

#[test]
fn nothing_is_unaccounted_for() {
    let tree = tree();
    let report = report(tree.path(), &["."]);
    let names = |list: &str, key: &str| -> Vec<String> {
        let entries = report["coverage"][list].as_array().unwrap().iter();
        entries
            .map(|entry| entry[key].as_str().unwrap().to_owned())
            .collect()
    };
    let (read, skipped) = (names("read", "file"), names("skipped", "name"));
    let endings = [
        ".tf",
        ".tf.json",
        ".tfvars",
        ".tfvars.json",
        ".yaml",
        ".json",
        ".hcl",
    ];
    for path in files_in(&fixture("coverage")) {
        let name = path.to_string_lossy().into_owned();
        if endings.iter().any(|ending| name.ends_with(ending)) {
            let is_skipped = skipped.iter().any(|skipped| path.starts_with(skipped));
            assert!(read.contains(&name) != is_skipped, "{name}: {read:?} {skipped:?}");
        }
    }
}
