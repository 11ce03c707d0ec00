//! For any input, nothing panics, labels are inside their files, and the same input has the same output.

use std::path::PathBuf;

use crate::support::report::{render, report};
use mirrorset::testing::convert::{self, ConvertError, TARGETS};
use mirrorset::testing::diagnostic::Diagnostic;
use mirrorset::testing::output;
use mirrorset::testing::output::check::{FORMATS, find_format};
use mirrorset::testing::workspace::{Loaded, Options, load};
use proptest::prelude::*;

/// Loads one file of this name and content.
fn load_file(name: &str, content: &[u8]) -> Loaded {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join(name);
    std::fs::write(&path, content).unwrap();
    load(&[path], &Options::default())
}

/// Every output of one input.
fn everything(name: &str, content: &[u8]) -> Vec<String> {
    let loaded = load_file(name, content);
    let report = report(&loaded);
    for finding in &report.findings {
        assert_inside(finding, &loaded);
    }
    let options = convert::Options {
        skip_unresolved: true,
        ..convert::Options::default()
    };
    let converted = TARGETS.iter().flat_map(|target| {
        match convert::convert(&loaded.project, &loaded.sources, target, &options) {
            Ok(conversion) => conversion
                .documents
                .into_iter()
                .map(|document| document.text)
                .collect(),
            Err(ConvertError::Findings(findings)) => {
                for finding in &findings {
                    assert_inside(finding, &loaded);
                }
                findings
                    .into_iter()
                    .map(|finding| finding.message)
                    .collect::<Vec<_>>()
            }
            Err(ConvertError::Options(message)) => vec![message],
        }
    });
    let converted: Vec<String> = converted.collect();
    let rendered = FORMATS.iter().map(|format| render(format, &report, &loaded));
    let mut all: Vec<String> = rendered.collect();
    all.extend(converted);
    all
}

fn assert_inside(finding: &Diagnostic, loaded: &Loaded) {
    let labels = finding
        .primary
        .iter()
        .chain(&finding.related)
        .map(|label| label.span);
    let edits = finding
        .fix
        .iter()
        .flat_map(|fix| fix.edits.iter().map(|edit| edit.span));
    for span in labels.chain(edits) {
        let text = loaded.sources.text(span.file);
        assert!(
            text.get(span.range()).is_some(),
            "{finding:?} is not on character boundaries inside {}",
            text.len()
        );
    }
}

/// Fragments of configuration, so that random texts are often almost valid.
fn configuration() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("resource \"rhcs_image_mirror\" \"a\" {\n".to_owned()),
        Just("cluster_id = rhcs_cluster_rosa_hcp.c.id\n".to_owned()),
        Just("source = \"nginx\"\n".to_owned()),
        Just("source = each.key\n".to_owned()),
        Just("mirrors = [var.v, \"é\", local.l]\n".to_owned()),
        Just("for_each = { a = 1, \"b\" = [2] }\n".to_owned()),
        Just("count = 3\n".to_owned()),
        Just("depends_on = [rhcs_cluster_rosa_hcp.c]\n".to_owned()),
        Just("}\n".to_owned()),
        Just(
            r#"locals {
 l = "x${var.v}y"
 m = [for k, v in local.m : k...]
"#
            .to_owned()
        ),
        Just(
            r#"variable "v" {
 default = <<-E
  a
  E
"#
            .to_owned()
        ),
        Just(
            r#"module "m" {
 source = "./"
"#
            .to_owned()
        ),
        Just("\u{feff}".to_owned()),
        Just("# mirrorset: ignore[short-source, é] so\n".to_owned()),
        Just("/* mirrorset: ignore".to_owned()),
        Just("// mirrorset: ignore-file[unknown-value,, ] until=2026-01-01\r\n".to_owned()),
        "[ -~é\n\"{}$%\\[\\]]{0,12}".prop_map(|text| text),
    ];
    proptest::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_bytes_are_read_as_configuration(content in proptest::collection::vec(any::<u8>(), 0..300)) {
        everything("main.tf", &content);
        everything("main.tf.json", &content);
    }

    #[test]
    fn any_bytes_are_read_as_a_plan(content in proptest::collection::vec(any::<u8>(), 0..300)) {
        everything("plan.json", &content);
    }

    #[test]
    fn any_text_similar_to_configuration_is_read(content in configuration()) {
        prop_assert_eq!(everything_named(&content), everything_named(&content));
    }
}

/// Fragments of JSON with comments.
fn json_with_comments() -> impl Strategy<Value = String> {
    let pieces = proptest::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"//\"",
        "\"mirrorset: ignore[short-source, é]\"",
        "\"mirrorset: ignore\\\"",
        "\"resource\":",
        "\"a\"",
        "\"",
        "é",
        " ",
        "\n",
        "\\",
        "\"//\": \"mirrorset: ignore[x]",
    ]);
    proptest::collection::vec(pieces, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_text_similar_to_json_with_comments_is_read(content in json_with_comments()) {
        everything("main.tf.json", content.as_bytes());
    }

    #[test]
    fn any_text_is_read_as_a_configuration_file(content in "(\\[\\[?|\\]\\]?|[a-z-]{1,4}|rules|overrides|paths|exclude| = |\\[\"[*{}\\[é]{0,3}\"\\]|\"off\"|\n|\\.|é){0,16}") {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("mirrorset.toml"), &content).unwrap();
        std::fs::write(directory.path().join("main.tf"), "").unwrap();
        let loaded = load(&[directory.path().to_owned()], &Options::default());
        for diagnostic in &loaded.configs.diagnostics {
            assert_inside(diagnostic, &loaded);
        }
        let sensitive = &loaded.project.sensitive;
        let style = output::Style::default();
        let _ = output::check::render_findings(&loaded.configs.diagnostics, sensitive, &loaded.sources, style);
    }
}

/// Fragments of manifests, so that random texts are often almost valid.
fn manifest() -> impl Strategy<Value = String> {
    let pieces = proptest::sample::select(vec![
        "apiVersion: config.openshift.io/v1\n",
        "apiVersion: hypershift.openshift.io/v1beta1\n",
        "kind: ImageDigestMirrorSet\n",
        "kind: ImageContentSourcePolicy\n",
        "kind: HostedCluster\n",
        "kind: ImageTagMirrorSetList\nitems:\n",
        "kind: ConfigMap
data:
  config: |
",
        "metadata: {name: é}\n",
        "spec:\n",
        "  imageDigestMirrors:\n",
        "  imageContentSources:\n",
        "imageContentSources:\n",
        "  repositoryDigestMirrors: [{source: a, mirrors: [b, a, b]}]\n",
        "  - source: nginx\n",
        "  - mirrors:\n",
        "    - é.example.com/a\n",
        "    mirrors: [no, 12:30, 1e3, ~, \"\\u00e9\", 'a''b', &x m.io, *x]\n",
        "    source: \"*.example.com\"\n",
        "    mirrorSourcePolicy: NeverContactSource\n",
        "    mirrorSourcePolicy:\n",
        "  # mirrorset: ignore[short-source] so\n",
        " # mirrorset: ignore-file[invalid-manifest, é]\r\n",
        "---\n",
        "...\n",
        "\u{feff}",
        "\t",
        "{",
        "}",
        "[",
        "\"",
        "<<: *x\n",
        "&a ",
        "|-\n",
        "!!str ",
        "%YAML 1.1\n",
        "\u{85}",
    ]);
    let indented = (pieces, 0_usize..3).prop_map(|(piece, by)| format!("{}{piece}", "  ".repeat(by)));
    proptest::collection::vec(indented, 0..24).prop_map(|pieces| pieces.concat())
}

/// Fragments of JSON manifests.
fn json_manifest() -> impl Strategy<Value = String> {
    let pieces = proptest::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"kind\":\"ImageDigestMirrorSet\",",
        "\"apiVersion\":\"config.openshift.io/v1\",",
        "\"spec\":{\"imageDigestMirrors\":[",
        "{\"source\":\"nginx\",\"mirrors\":[\"\\ud83d\\ude00\",1,null]}",
        "]}}",
        "\"imageContentSources\":",
        "\"\\u",
        "é",
        "1e999",
        "\n",
    ]);
    proptest::collection::vec(pieces, 0..16).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_bytes_are_read_as_a_manifest(content in proptest::collection::vec(any::<u8>(), 0..300)) {
        everything("manifest.yaml", &content);
    }

    #[test]
    fn any_text_similar_to_a_manifest_is_read(content in manifest()) {
        everything("manifest.yaml", content.as_bytes());
    }

    #[test]
    fn any_text_similar_to_a_json_manifest_is_read(content in json_manifest()) {
        everything("manifest.yaml", content.as_bytes());
        everything("manifest.json", content.as_bytes());
    }
}

/// The outputs without the name of the temporary directory.
fn everything_named(content: &str) -> Vec<usize> {
    // The names of temporary directories have the same length, so equal outputs have equal lengths.
    everything("main.tf", content.as_bytes())
        .iter()
        .map(String::len)
        .collect()
}

#[test]
fn the_same_input_has_the_same_output() {
    let fixtures = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let once = || {
        let loaded = load(std::slice::from_ref(&fixtures), &Options::default());
        render(find_format("json").unwrap(), &report(&loaded), &loaded)
    };
    assert_eq!(once(), once());
}
