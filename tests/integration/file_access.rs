//! Files are accessed only through `terraform_eval::source::Files`, so that texts in memory (of an editor, or fixes
//! that are not written yet) replace those on disk wherever a file is read.

use std::path::{Path, PathBuf};

/// Functions that bypass the trait, and what to use instead.
const FORBIDDEN: &[(&str, &str)] = &[
    ("std::fs", "a method of `Files`"),
    ("use std::{fs", "a method of `Files`"),
    (" fs::", "a method of `Files`"),
    ("(fs::", "a method of `Files`"),
    ("File::open", "`Files::read`"),
    ("read_to_string(", "`Files::read_text`"),
    ("read_dir(", "`Files::list`"),
    (".canonicalize()", "`Files::canonical_path`"),
    (".metadata()", "`Files::kind`"),
    (".symlink_metadata()", "`Files::is_link`"),
    (".read_link()", "`Files::canonical_path`"),
    (".exists()", "`Files::exists`"),
    (".try_exists()", "`Files::exists`"),
    (".is_dir()", "`Files::is_directory`"),
    (".is_file()", "`Files::is_file`"),
    (".is_symlink()", "`Files::is_link`"),
    ("WalkDir", "`Files::list`"),
];

/// The files that may use these, and why.
const ALLOWED: &[(&str, &str)] = &[
    (
        "crates/terraform-eval/src/source/files.rs",
        "implements the trait",
    ),
    (
        "crates/terraform-eval/src/source/canonical_directories.rs",
        "a part of the implementation",
    ),
    (
        "crates/terraform-eval/src/source/disk_file.rs",
        "implements the trait",
    ),
    (
        "crates/terraform-eval/src/source/stamp.rs",
        "a part of the implementation",
    ),
    ("src/cli/write.rs", "writes"),
    ("src/file_writer.rs", "writes"),
];

#[test]
fn files_are_accessed_only_through_the_trait() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut violations = Vec::new();
    for path in rust_files(root) {
        let name = path
            .strip_prefix(root)
            .unwrap()
            .to_string_lossy()
            .replace('\\', "/");
        if ALLOWED.iter().any(|(allowed, _)| *allowed == name) || is_test(&name) {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        // Tests prepare the files that they read.
        let production = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        for (index, line) in production.lines().enumerate() {
            if line.trim_start().starts_with("//") {
                continue;
            }
            for (forbidden, instead) in FORBIDDEN {
                if line.contains(forbidden) {
                    violations.push(format!(
                        "{name}:{}: `{}`: use {instead} of `Sources::files`",
                        index + 1,
                        forbidden.trim()
                    ));
                }
            }
        }
    }
    assert!(violations.is_empty(), "{}", violations.join("\n"));
}

#[test]
fn files_that_may_access_the_disk_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    // A package has its own files alone.
    let is_there = |name: &str| !name.starts_with("crates/") || root.join("crates").is_dir();
    for (name, reason) in ALLOWED.iter().filter(|(name, _)| is_there(name)) {
        assert!(root.join(name).is_file(), "{name} ({reason}) does not exist");
    }
}

/// Code that starts a process or opens a connection, which no file has.
const NEVER: &[&str] = &[
    "process::Command",
    "Command::new(",
    "TcpStream",
    "UdpSocket",
    "UnixStream",
    "ureq",
    "reqwest",
];

#[test]
fn no_process_is_started_and_no_connection_is_opened() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for path in rust_files(root)
        .iter()
        .filter(|path| !is_test(&path.to_string_lossy()))
    {
        let text = std::fs::read_to_string(path).unwrap();
        let production = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        for never in NEVER {
            assert!(!production.contains(never), "{}: `{never}`", path.display());
        }
    }
}

#[test]
fn the_tests_that_the_security_policy_names_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let policy = std::fs::read_to_string(root.join("SECURITY.md")).unwrap();
    let rows = policy
        .lines()
        .filter(|line| line.starts_with("| ") && line.contains(".rs`"));
    let names: Vec<&str> = rows
        .flat_map(|row| row.split('`'))
        .filter(|word| {
            Path::new(word)
                .extension()
                .is_some_and(|extension| extension == "rs")
                && !word.contains(' ')
        })
        .collect();
    assert!(names.len() > 8, "{names:?}");
    for name in names {
        assert!(root.join("tests/integration").join(name).is_file(), "{name}");
    }
}

fn is_test(name: &str) -> bool {
    name.ends_with("tests.rs") || name.contains("/tests/")
}

fn rust_files(root: &Path) -> Vec<PathBuf> {
    let mut pending = vec![root.join("src")];
    for entry in std::fs::read_dir(root.join("crates")).into_iter().flatten() {
        pending.push(entry.unwrap().path().join("src"));
    }
    let mut files = Vec::new();
    while let Some(directory) = pending.pop() {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                pending.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}
