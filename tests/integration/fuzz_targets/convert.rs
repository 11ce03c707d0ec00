//! Manifests of any names, converted to each target and read back: nodes see the same mirrors.

use mirrorset::testing::compare::differences;
use mirrorset::testing::convert::{self, Options, TargetSpec, find_target, hcl};
use mirrorset::testing::workspace::{self, Loaded, load};
use serde_json::json;

use super::choices::Choices;
use super::scratch::directory_of;

/// Parts of names that are right.
const HOSTS: &[&str] = &[
    "quay.io",
    "docker.io",
    "m.example.com:5000",
    "10.0.0.1",
    "registry.redhat.io",
    "localhost",
    "a",
    "A.b",
    "*.io",
    "*.example.com",
];
const PATHS: &[&str] = &[
    "", "/org", "/library", "/a__b", "/x.y", "/org/app", "/n-1", "/9/9",
];

/// Texts that mean something in a language that is written.
const HOSTILE: &[&str] = &[
    "${file(\"/etc/passwd\")}",
    "%{ if true }x%{ endif }",
    "quay.io/${x}",
    "$${a}",
    "%%{a}",
    "\n  evil: true",
    "a\"b",
    "a'b",
    "a\\",
    "#x",
    "/*",
    "a\u{2028}b",
    "\u{feff}",
    "a\tb",
    "---",
    "`id`",
    "$(id)",
    "a;id",
    "::error::x",
    "EOT",
    "no",
    "12:30",
    "0x1",
    "~",
    "&a",
    "!!binary x",
    "]]",
    "[[registry]]",
];

fn name(choices: &mut Choices<'_>) -> String {
    match choices.below(8) {
        6 => choices.pick(HOSTILE).to_owned(),
        7 => choices.text(24),
        _ => choices.pick(HOSTS).to_owned() + choices.pick(PATHS),
    }
}

/// A manifest with entries, and whether they are for pulls by tag.
fn manifest(choices: &mut Choices<'_>) -> (String, bool) {
    let is_by_tag = choices.below(4) == 3;
    let (kind, field) = if is_by_tag {
        ("ImageTagMirrorSet", "imageTagMirrors")
    } else {
        ("ImageDigestMirrorSet", "imageDigestMirrors")
    };
    let mut entries = Vec::new();
    while !choices.is_empty() && entries.len() < 12 {
        let source = name(choices);
        let mirrors: Vec<String> = (0..choices.below(5)).map(|_| name(choices)).collect();
        let mut entry = json!({"source": source, "mirrors": mirrors});
        if choices.below(8) == 7 {
            entry["mirrorSourcePolicy"] = "NeverContactSource".into();
        }
        entries.push(entry);
    }
    let manifest = json!({
        "apiVersion": "config.openshift.io/v1",
        "kind": kind,
        "metadata": {"name": name(choices)},
        "spec": {field: entries},
    });
    (manifest.to_string(), is_by_tag)
}

/// The targets that are read again, and the names of their files.
const TARGETS: &[(&str, &str)] = &[
    ("idms", "idms.yaml"),
    ("itms", "itms.yaml"),
    ("icsp", "icsp.yaml"),
    ("hostedcluster", "hosted.yaml"),
    ("nodepool", "nodepool.yaml"),
    ("hcl", "main.tf"),
];

pub(crate) fn run(input: &[u8]) {
    let mut choices = Choices::new(input);
    let style = choices.pick(&[hcl::Style::Resources, hcl::Style::ForEach, hcl::Style::Module]);
    let (text, is_by_tag) = manifest(&mut choices);
    let directory = directory_of([("m.json", text.as_bytes())]);
    let first = load(&[directory.join("m.json")], &workspace::Options::default());
    for (flag, file) in TARGETS {
        let target = find_target(flag).unwrap();
        // With `strict`, what a target cannot express is an error.
        let Some(text) = converted(&first, target, style) else {
            continue;
        };
        let directory = directory_of([(*file, text.as_bytes())]);
        let again = load(&[directory.join(file)], &workspace::Options::default());
        assert!(
            again.project.diagnostics.is_empty() && again.errors.is_empty(),
            "{flag}: {:?} {:?}\n{text}",
            again.project.diagnostics,
            again.errors
        );
        // Who asks for an ImageTagMirrorSet of mirrors for pulls by digest wants the same mirrors for pulls by tag.
        if *flag != "itms" || is_by_tag {
            assert_eq!(differences(&first, &again).as_deref(), Some(""), "{flag}: {text}");
        }
        assert_eq!(
            converted(&first, target, style).as_ref(),
            Some(&text),
            "{flag} is not deterministic"
        );
    }
}

/// The one document of a conversion.
fn converted(loaded: &Loaded, target: &TargetSpec, style: hcl::Style) -> Option<String> {
    let options = Options {
        strict: true,
        hcl: hcl::Options {
            style,
            ..hcl::Options::default()
        },
        ..Options::default()
    };
    let conversion = convert::convert(&loaded.project, &loaded.sources, target, &options).ok()?;
    match conversion.documents.as_slice() {
        [document] => Some(document.text.clone()),
        _ => None,
    }
}
