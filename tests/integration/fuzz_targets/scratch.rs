//! The directory of an input, and inputs that are several files.

use std::cell::RefCell;
use std::path::{Path, PathBuf};

thread_local! {
    /// The directory of this thread, and its number of inputs so far.
    static SCRATCH: RefCell<Option<tempfile::TempDir>> = const { RefCell::new(None) };
}

/// A directory with these files and nothing else. It is the same one for each input of a thread.
pub(crate) fn directory_of<'f>(files: impl IntoIterator<Item = (&'f str, &'f [u8])>) -> PathBuf {
    let directory = SCRATCH.with(|scratch| {
        let mut scratch = scratch.borrow_mut();
        let scratch = scratch.get_or_insert_with(|| tempfile::tempdir().unwrap());
        scratch.path().join("input")
    });
    let _ = std::fs::remove_dir_all(&directory);
    std::fs::create_dir_all(&directory).unwrap();
    for (name, content) in files {
        write(&directory.join(name), content);
    }
    directory
}

/// Writes a file. An input may name one file twice, or a file and a directory alike; then the first one stays.
fn write(path: &Path, content: &[u8]) {
    let parent = path.parent().map(std::fs::create_dir_all);
    if parent.is_some_and(|made| made.is_ok()) && !path.exists() {
        let _ = std::fs::write(path, content);
    }
}

/// The files of an input. A line `=== NAME` begins a file; what comes before the first one is `main.tf`.
pub(crate) fn archive(input: &[u8]) -> Vec<(String, Vec<u8>)> {
    const MAX_FILES: usize = 12;
    let mut files = vec![("main.tf".to_owned(), Vec::new())];
    for line in input.split_inclusive(|byte| *byte == b'\n') {
        let name = line.strip_prefix(b"=== ").and_then(file_name);
        if let Some(name) = name.filter(|_| files.len() < MAX_FILES) {
            files.push((name, Vec::new()));
        } else if let Some((_, content)) = files.last_mut() {
            content.extend_from_slice(line);
        }
    }
    files
}

/// A path inside of the directory.
fn file_name(line: &[u8]) -> Option<String> {
    let is_allowed = |c: &char| c.is_ascii_alphanumeric() || "._-/".contains(*c);
    let name: String = String::from_utf8_lossy(line)
        .chars()
        .filter(is_allowed)
        .take(60)
        .collect();
    let parts = name.split('/').filter(|part| !matches!(*part, "" | "." | ".."));
    let parts: Vec<&str> = parts.take(4).collect();
    (!parts.is_empty()).then(|| parts.join("/"))
}
