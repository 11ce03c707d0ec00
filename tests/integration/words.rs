//! Holds code and documents to the words of Terraform, OpenShift, containers/image, Rust and linters. Each entry is a
//! word that this project used for something that has a name already, with the name.

use std::path::{Path, PathBuf};

/// Words that are wrong wherever they occur, as whole words; `_` separates words, too.
const WRONG: &[(&str, &str)] = &[
    ("anew", "again"),
    ("behaviour", "behavior"),
    ("besides", "in addition to"),
    ("circle", "cycle"),
    ("circles", "cycles"),
    ("colour", "color"),
    ("coloured", "colored"),
    ("colours", "colors"),
    ("complain", "report"),
    ("fault", "error"),
    ("faults", "errors"),
    ("is no", "is not a"),
    ("are no", "are not"),
    ("kin", "related"),
    ("licence", "license"),
    ("licences", "licenses"),
    ("lightest", "minimum severity"),
    ("mend", "fix"),
    ("mended", "fixed"),
    ("mends", "fixes"),
    ("nobody", "no one, or a sentence with a subject"),
    ("none where", "`None` if"),
    ("nothing where", "`None` if"),
    ("passed over", "skipped"),
    ("recognise", "recognize"),
    ("recognised", "recognized"),
    ("somebody", "someone, or a sentence with a subject"),
    ("surely", "certainly"),
    ("the service", "the OCM API"),
    ("unfollowed", "unresolved"),
    ("weigh", "apply the level"),
    ("worked out", "evaluated"),
    ("worth", "value"),
];

/// Texts in which a word is right after all.
const RIGHT: &[&str] = &["is no longer", "are no longer", "there is no", "there are no"];

fn files(directory: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            // Fixtures are inputs, some of them from elsewhere.
            if !name.starts_with('.') && !matches!(name.as_str(), "target" | "fixtures" | "node_modules") {
                files(&path, into);
            }
        } else if ["rs", "md", "toml"]
            .iter()
            .any(|extension| name.ends_with(extension))
            && name != "words.rs"
        {
            into.push(path);
        }
    }
}

#[test]
fn code_and_documents_use_the_names_of_the_field() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut all = Vec::new();
    files(root, &mut all);
    all.sort();
    let mut wrong = Vec::new();
    for path in all {
        for (number, line) in std::fs::read_to_string(&path).unwrap().lines().enumerate() {
            let mut text: String = line
                .chars()
                .map(|c| {
                    if c.is_alphabetic() {
                        c.to_ascii_lowercase()
                    } else {
                        ' '
                    }
                })
                .collect();
            for right in RIGHT {
                text = text.replace(right, "");
            }
            let words = format!(" {} ", text.split_whitespace().collect::<Vec<_>>().join(" "));
            for (word, better) in WRONG {
                if words.contains(&format!(" {word} ")) {
                    let file = path.strip_prefix(root).unwrap().display();
                    wrong.push(format!("{file}:{}: `{word}`: {better}", number + 1));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}\n{} places", wrong.join("\n"), wrong.len());
}
