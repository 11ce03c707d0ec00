//! The fuzz targets over the inputs that one of them failed on once, and over the examples that fuzzing begins with.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::fuzz_targets::TARGETS;
use crate::support::program::fixture;

/// The time that any input may take, and how much more for each kilobyte: without optimization, beside other tests.
const TIME: (Duration, Duration) = (Duration::from_secs(30), Duration::from_secs(1));

/// The inputs of a target. Each is a file; its name says what was wrong.
fn regressions(target: &str) -> Vec<PathBuf> {
    let directory = fixture("fuzz").join(target);
    let files = std::fs::read_dir(&directory).into_iter().flatten();
    let mut files: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
    files.sort();
    files
}

#[test]
fn no_target_fails_on_what_it_failed_on_once() {
    for target in TARGETS {
        for path in regressions(target.name) {
            println!("{}", path.display());
            target.run(&std::fs::read(&path).unwrap(), TIME);
        }
    }
}

#[test]
fn the_inputs_belong_to_targets() {
    let directories = std::fs::read_dir(fixture("fuzz")).unwrap();
    for directory in directories {
        let name = directory.unwrap().file_name();
        let is_known = TARGETS
            .iter()
            .any(|target| Path::new(target.name) == Path::new(&name));
        assert!(is_known, "{}: no such target", name.display());
    }
}

#[test]
fn each_target_takes_short_inputs() {
    let inputs: [&[u8]; 5] = [b"", b"\0", b"{", b"=== ", b"\xff\xfe0"];
    for target in TARGETS {
        for input in inputs {
            target.run(input, TIME);
        }
    }
}

#[test]
fn each_target_has_a_program() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/fuzz_targets");
    // A package of this crate does not have the programs.
    let Ok(programs) = std::fs::read_dir(directory) else {
        return;
    };
    let mut programs: Vec<PathBuf> = programs.map(|program| program.unwrap().path()).collect();
    programs.sort();
    let names: Vec<&str> = programs
        .iter()
        .filter_map(|path| path.file_stem()?.to_str())
        .collect();
    let expected: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
    assert_eq!(names, expected);
}
