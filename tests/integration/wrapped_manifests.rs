//! Manifests in other objects and texts, and what keeps a manifest from reaching the cluster.

use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::support::program::{Run, findings, fixture, mirrorset_in, scratch};

fn check(directory: &Path, path: &str) -> Run {
    mirrorset_in(directory, &["check", path, "--output-format", "json"])
}

/// Rule, address and labeled text of each finding about the fixture.
fn findings_of(path: &str) -> Vec<[String; 3]> {
    let directory = fixture("manifests");
    findings_in(&directory, path)
}

fn findings_in(directory: &Path, path: &str) -> Vec<[String; 3]> {
    let findings = findings(&check(directory, path), directory);
    findings.into_iter().map(<[String; 3]>::from).collect()
}

/// The line that counts mirrors by verdict.
fn summary(directory: &Path, path: &str) -> String {
    let run = mirrorset_in(directory, &["check", path]);
    run.stdout.lines().last().unwrap_or_default().to_owned()
}

fn mirror_set(name: &str, source: &str) -> String {
    format!(
        "apiVersion: config.openshift.io/v1
kind: ImageDigestMirrorSet
metadata: {{name: {name}}}
spec: {{imageDigestMirrors: [{{source: {source}, mirrors: [m.example.com/a]}}]}}
"
    )
}

#[test]
fn objects_in_policies_sync_sets_templates_and_works_are_checked() {
    let expected = [
        ["short-source", "ImageDigestMirrorSet/mirrors#2[0]", "nginx"],
        [
            "unknown-value",
            "ImageDigestMirrorSet/mirrors#2[1]",
            "'{{hub fromConfigMap \"\" \"mirrors\" \"registry\" hub}}/hub'",
        ],
        ["short-source", "ImageDigestMirrorSet/mirrors#3[0]", "redis"],
        [
            "unrewritable-mirror",
            "ImageTagMirrorSet/mirrors[0]",
            "mirror/tags",
        ],
        [
            "short-source",
            "ImageDigestMirrorSet/mirrors-team[0]",
            "${SOURCE}",
        ],
        [
            "unknown-value",
            "ImageDigestMirrorSet/mirrors-team[1]",
            "'${REGISTRY}/team'",
        ],
        [
            "unrewritable-mirror",
            "ImageDigestMirrorSet/mirrors-team[2]",
            "${{ENTRY}}",
        ],
        [
            "invalid-source",
            "ImageDigestMirrorSet/${REGISTRY}[0]",
            "${UNDECLARED}",
        ],
        [
            "unrewritable-mirror",
            "ImageDigestMirrorSet/work[0]",
            "mirror/work",
        ],
        ["invalid-manifest", "ImageDigestMirrorSet/Replicas", "Replicas"],
    ];
    assert_eq!(findings_of("wrapped/fleet"), expected);
    let run = mirrorset_in(&fixture("manifests"), &["check", "wrapped/fleet"]);
    assert_eq!(run.stderr, "");
    assert!(
        run.stdout
            .ends_with("11 mirrors in 8 manifests: 1 clean, 8 with findings, 2 undecided ({{ hub fromConfigMap \"\" \"mirrors\" \"registry\" hub }} has no value; and 1 more reason)\n"),
        "{}",
        run.stdout
    );
}

#[test]
fn objects_in_values_and_config_maps_are_checked() {
    let short = |name: &str| {
        [
            "short-source".to_owned(),
            format!("ImageDigestMirrorSet/{name}[0]"),
            name.to_owned(),
        ]
    };
    let install = ["short-source", "imageDigestSources[0]", "install"].map(str::to_owned);
    assert_eq!(
        findings_of("wrapped/chart"),
        [
            short("object"),
            short("values"),
            short("map"),
            install,
            short("text")
        ]
    );
    // Each of the files is found, because it alone makes the directory one of manifests.
    for file in ["application.yaml", "config-map.yaml", "values.yaml"] {
        let text = std::fs::read_to_string(fixture("manifests/wrapped/chart").join(file)).unwrap();
        let directory = scratch(&[(file, &text)]);
        assert_eq!(
            mirrorset_in(directory.path(), &["check", "."]).status,
            1,
            "{file}"
        );
    }
}

#[test]
fn the_lists_of_an_installation_are_checked() {
    assert_eq!(
        findings_of("wrapped/install"),
        [
            ["short-source", "imageDigestSources[1]", "nginx"],
            ["short-source", "imageContentSources[0]", "redis"],
            ["unrewritable-mirror", "imageContentSources[1]", "mirror/brew"],
        ]
    );
    let sources =
        "imageDigestSources:\n- {source: quay.io/a, mirrors: [m.example.com/a], sourcePolicy: Never}\n";
    let directory = scratch(&[("sources.yaml", sources)]);
    assert_eq!(
        findings_in(directory.path(), "."),
        [["invalid-manifest", "imageDigestSources[0]", "Never"]]
    );
}

#[test]
fn what_cannot_be_opened_is_named_and_the_rest_is_checked() {
    assert_eq!(
        findings_of("wrapped/unopened"),
        [
            ["short-source", "ImageDigestMirrorSet/first[0]", "first"],
            [
                "skipped-input",
                "wrapped/unopened/helm.yaml",
                "kind: ImageDigestMirrorSet"
            ],
            ["short-source", "ImageDigestMirrorSet/plain[0]", "nginx"],
            [
                "skipped-input",
                "wrapped/unopened/job.yaml",
                "oc apply -f - <<END"
            ],
            [
                "skipped-input",
                "wrapped/unopened/patch.yaml",
                "'{\"spec\": {\"imageDigestMirrors\": []}}'"
            ],
            [
                "skipped-input",
                "wrapped/unopened/raw.yaml",
                "{{ range $name := list \"a\" \"b\" }}"
            ],
        ]
    );
    let arguments = ["check", "unopened", "--output-format", "concise"];
    let run = mirrorset_in(&fixture("manifests/wrapped"), &arguments);
    for line in [
        "unopened/helm.yaml: a mirror set that cannot be read: it is in a template",
        "unopened/job.yaml: a mirror set that cannot be read: it is in a string in an object of the kind \"Job\"",
        "unopened/patch.yaml: a mirror set that cannot be read: it is in a patch",
        "unopened/raw.yaml: a mirror set that cannot be read: it is in `object-templates-raw`",
    ] {
        assert!(run.stdout.contains(line), "{line}: {}", run.stdout);
    }
    assert!(
        run.stderr.contains("4 skipped (wrapped manifest: 4)"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_file_that_cannot_be_opened_is_an_error_if_it_is_named() {
    let directory = fixture("manifests/wrapped/unopened");
    for (file, message) in [
        (
            "raw.yaml",
            "a wrapped manifest could not be opened: it is in `object-templates-raw`",
        ),
        (
            "job.yaml",
            "a wrapped manifest could not be opened: it is in a string",
        ),
    ] {
        let run = mirrorset_in(&directory, &["check", file]);
        assert_eq!(run.status, 2, "{}", run.stdout);
        assert!(run.stdout.contains(message), "{}", run.stdout);
    }
    let part = scratch(&[("a.yaml", "args: ['kind: ImageDigestMirrorSet']\n")]);
    let run = mirrorset_in(part.path(), &["check", "a.yaml"]);
    assert!(run.stdout.contains("it is in a string\n"), "{}", run.stdout);
    let template = "kind: ImageDigestMirrorSet\nmetadata: {name: {{ .Release.Name }}}\n";
    let directory = scratch(&[("idms.yaml", template)]);
    let run = mirrorset_in(directory.path(), &["check", "idms.yaml"]);
    // A hook passes the templates of a chart.
    assert_eq!(run.status, 0);
    assert!(run.stdout.contains("helm template"), "{}", run.stdout);
}

#[test]
fn what_only_mentions_mirror_sets_is_not_an_input() {
    let run = mirrorset_in(&fixture("manifests/wrapped"), &["check", "mentions"]);
    assert_eq!(run.status, 2);
    assert!(run.stdout.starts_with("0 mirrors in 0"), "{}", run.stdout);
    assert!(
        run.stderr.contains("no manifest that declares mirrors"),
        "{}",
        run.stderr
    );
    assert!(!run.stderr.contains("skipped"), "{}", run.stderr);
}

#[test]
fn wrappers_in_each_other_are_opened_up_to_a_limit() {
    let wrap = |levels: usize| {
        let mut text = String::from(
            r#"{"apiVersion": "config.openshift.io/v1", "kind": "ImageDigestMirrorSet", "metadata": {"name": "a"},
"spec": {"imageDigestMirrors": [{"source": "nginx", "mirrors": ["m.example.com/a"]}]}}"#,
        );
        for level in 0..levels {
            text = if level % 2 == 0 {
                format!(r#"{{"apiVersion": "v1", "kind": "List", "items": [{text}]}}"#)
            } else {
                format!(
                    r#"{{"apiVersion": "template.openshift.io/v1", "kind": "Template", "metadata": {{"name": "t"}}, "objects": [{text}]}}"#
                )
            };
        }
        text
    };
    let directory = scratch(&[
        ("eight.json", &wrap(8)),
        ("nine.json", &wrap(9)),
        ("many.json", &wrap(90)),
    ]);
    assert_eq!(
        findings_in(directory.path(), "eight.json"),
        [["short-source", "ImageDigestMirrorSet/a[0]", "\"nginx\""]]
    );
    for file in ["nine.json", "many.json"] {
        let run = mirrorset_in(directory.path(), &["check", file]);
        assert_eq!(run.status, 2, "{file}");
        assert!(
            run.stdout.contains("too many objects within each other"),
            "{}",
            run.stdout
        );
    }
}

#[test]
fn a_manifest_with_a_name_that_is_rejected_has_no_clean_entry() {
    assert_eq!(
        findings_of("names"),
        [
            [
                "invalid-manifest",
                "ImageContentSourcePolicy/olm/operators",
                "olm/operators"
            ],
            [
                "invalid-manifest",
                "ImageDigestMirrorSet/Team_Mirrors",
                "Team_Mirrors"
            ],
            ["invalid-manifest", "ImageDigestMirrorSet", "metadata"],
            ["invalid-manifest", "ImageDigestMirrorSet#2", "418"],
        ]
    );
    assert_eq!(
        summary(&fixture("manifests"), "names"),
        "4 mirrors in 4 manifests: 0 clean, 4 with findings, 0 undecided"
    );
}

#[test]
fn names_are_those_that_the_api_server_accepts() {
    let long = "a".repeat(254);
    let rejected = [
        "{}",
        "{name: }",
        "{name: ''}",
        "{name: A}",
        "{name: a_b}",
        "{name: -a}",
        "{name: a-}",
        "{name: a.}",
        "{name: no}",
        "{name: [a]}",
        "a",
        &format!("{{name: {long}}}"),
        "{generateName: A-}",
        "{generateName: 1}",
        "{name: 1.5}",
    ];
    let accepted = [
        "{name: a}",
        "{name: '418'}",
        "{name: a.b-c}",
        "{generateName: a-}",
        "{generateName: a}",
        "{name: '{{ .Name }}'}",
    ];
    for (metadata, expected) in rejected
        .map(|name| (name, 1))
        .into_iter()
        .chain(accepted.map(|name| (name, 0)))
    {
        let text = mirror_set("a", "quay.io/a").replace("{name: a}", metadata);
        let directory = scratch(&[("a.yaml", &text)]);
        let run = mirrorset_in(directory.path(), &["check", "."]);
        assert_eq!(run.status, expected, "{metadata}: {}", run.stdout);
        let counts = if expected == 0 {
            "1 clean, 0 with"
        } else {
            "0 clean, 1 with"
        };
        assert!(run.stdout.contains(counts), "{metadata}: {}", run.stdout);
    }
}

#[test]
fn a_manifest_with_a_version_of_another_kind_has_no_clean_entry() {
    assert_eq!(
        findings_of("wrong-version"),
        [[
            "invalid-manifest",
            "ImageDigestMirrorSet/mirror-set",
            "operator.openshift.io/v1alpha1"
        ]]
    );
    let counts = "1 mirror in 1 manifest: 0 clean, 1 with findings, 0 undecided";
    assert_eq!(summary(&fixture("manifests"), "wrong-version"), counts);
    let text = mirror_set("a", "quay.io/a");
    for (from, to) in [
        ("config.openshift.io/v1", "config.openshift.io/v1beta1"),
        ("config.openshift.io/v1", "config.openshift.io"),
        ("config.openshift.io/v1", "v1"),
        ("apiVersion: config.openshift.io/v1\n", ""),
        ("kind: ImageDigestMirrorSet", "kind: ImageDigestMirrorsSet"),
        ("kind: ImageDigestMirrorSet", "kind: ImageContentSourcePolicy"),
        ("spec: {", "specs: {"),
        ("spec: {imageDigestMirrors: [", "spec: [{a: ["),
    ] {
        let changed = text
            .replace(from, to)
            .replace("]}]}\n", if to.contains("a: [") { "]}]}]\n" } else { "]}]}\n" });
        assert_ne!(changed, text, "{from}");
        let directory = scratch(&[("a.yaml", &changed)]);
        let run = mirrorset_in(directory.path(), &["check", "."]);
        assert!(
            run.stdout.contains("invalid-manifest"),
            "{to}: {}{}",
            run.stdout,
            run.stderr
        );
        assert!(run.stdout.contains(" 0 clean"), "{to}: {}", run.stdout);
    }
}

#[test]
fn entries_of_a_rejected_manifest_are_undecided_if_the_rule_is_off() {
    let directory = fixture("manifests");
    for path in ["wrong-version", "names"] {
        let run = mirrorset_in(&directory, &["check", path, "--ignore", "invalid-manifest"]);
        assert!(run.stdout.contains(" 0 clean, 0 with findings"), "{}", run.stdout);
    }
}

#[test]
fn merge_keys_add_fields_to_entries() {
    let run = check(&fixture("manifests"), "merge-keys");
    // In the fourth entry the merge key follows the source, and overrides it.
    let findings = findings(&run, &fixture("manifests"));
    assert_eq!(
        findings,
        [("invalid-manifest", "ImageDigestMirrorSet/anchors[3]", "<<")].map(|(rule, address, text)| (
            rule.to_owned(),
            address.to_owned(),
            text.to_owned()
        ))
    );
    let converted = mirrorset_in(&fixture("manifests"), &["convert", "merge-keys", "--to", "json"]);
    for source in ["quay.io/acme", "quay.io/b", "quay.io/c", "quay.io/e"] {
        let location = format!("\"source\": \"{source}\"");
        assert!(
            converted.stdout.contains(&location),
            "{}{}",
            converted.stdout,
            converted.stderr
        );
    }
    assert!(!converted.stdout.contains("quay.io/d"), "{}", converted.stdout);
}

#[test]
fn duplicate_keys_are_findings_and_the_last_one_counts() {
    let text = "\
apiVersion: config.openshift.io/v1
kind: ImageDigestMirrorSet
metadata: {name: a, name: b}
spec:
  imageDigestMirrors:
  - source: quay.io/a
    source: nginx
    mirrors: [m.example.com/a]
  - <<: {source: quay.io/c}
    <<: {source: redis, mirrors: [m.example.com/b]}
";
    let directory = scratch(&[("a.yaml", text)]);
    assert_eq!(
        findings_in(directory.path(), "a.yaml"),
        [
            ["invalid-manifest", "ImageDigestMirrorSet/b", "name"],
            ["invalid-manifest", "ImageDigestMirrorSet/b[0]", "source"],
            ["short-source", "ImageDigestMirrorSet/b[0]", "nginx"],
            ["invalid-manifest", "ImageDigestMirrorSet/b[1]", "<<"],
            ["short-source", "ImageDigestMirrorSet/b[1]", "redis"],
        ]
    );
}

#[test]
fn the_last_manifest_of_a_kind_and_name_counts() {
    assert_eq!(
        findings_of("same-name"),
        [["overwritten-manifest", "ImageDigestMirrorSet/mirrors", "mirrors"]]
    );
    let directory = fixture("manifests");
    assert_eq!(
        summary(&directory, "same-name"),
        "4 mirrors in 3 manifests: 2 clean, 2 with findings, 0 undecided"
    );
    let off = mirrorset_in(
        &directory,
        &["check", "same-name", "--ignore", "overwritten-manifest"],
    );
    assert!(
        off.stdout.contains(": 2 clean, 0 with findings, 2 undecided"),
        "{}",
        off.stdout
    );
    let converted = mirrorset_in(&directory, &["convert", "same-name", "--to", "registries-conf"]);
    assert!(
        !converted.stdout.contains("mirror.example.com/first"),
        "{}",
        converted.stdout
    );
    assert!(
        converted.stderr.contains("overwritten-manifest"),
        "{}",
        converted.stderr
    );
    let resolved = mirrorset_in(
        &directory,
        &[
            "resolve",
            &format!("quay.io/first@sha256:{}", "0".repeat(64)),
            "same-name",
        ],
    );
    assert!(
        !resolved.stdout.contains("mirror.example.com/first"),
        "{}",
        resolved.stdout
    );
}

#[test]
fn copies_and_objects_of_other_clusters_are_not_overwritten() {
    let (a, b) = (mirror_set("a", "quay.io/a"), mirror_set("a", "quay.io/b"));
    let rejected = b.replace("openshift.io/v1", "openshift.io/v2");
    let in_map = format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: m}}\ndata:\n  config: |\n{}",
        b.lines().map(|line| format!("    {line}\n")).collect::<String>()
    );
    for (files, expected) in [
        (vec![("a.yaml", a.as_str()), ("b.yaml", &b)], 1),
        (vec![("a.yaml", &a), ("b.yaml", &a)], 0),
        (vec![("one/a.yaml", &a), ("two/b.yaml", &b)], 0),
        (vec![("a.yaml", &a), ("b.yaml", &rejected)], 0),
        (vec![("a.yaml", &a), ("b.yaml", &in_map)], 0),
    ] {
        let directory = scratch(&files);
        let findings = findings_in(directory.path(), ".");
        let overwritten = findings
            .iter()
            .filter(|[rule, ..]| rule == "overwritten-manifest");
        assert_eq!(overwritten.count(), expected, "{files:?}");
    }
    // One file under two names is one file.
    let directory = scratch(&[("a.yaml", &a)]);
    let run = mirrorset_in(directory.path(), &["check", "a.yaml", "./a.yaml", "."]);
    assert!(run.stdout.starts_with("1 mirror in 1 manifest"), "{}", run.stdout);
}

#[test]
fn wrapped_manifests_take_linear_time() {
    let entries = |count: usize| {
        let mut list = String::new();
        for number in 0..count {
            let _ = writeln!(
                list,
                "      - {{source: 'quay.io/${{NAME}}-{number}', mirrors: ['m.example.com/${{NAME}}/{number}']}}"
            );
        }
        format!(
            "apiVersion: template.openshift.io/v1
kind: Template
metadata: {{name: t}}
parameters: [{{name: NAME, value: team}}]
objects:
- apiVersion: v1
  kind: ConfigMap
  metadata: {{name: m}}
  data:
    config: |
      apiVersion: config.openshift.io/v1
      kind: ImageDigestMirrorSet
      metadata: {{name: a}}
      spec:
       imageDigestMirrors:
{list}"
        )
    };
    let documents = |count: usize| {
        let mut text = String::new();
        for number in 0..count {
            text += &mirror_set("same", &format!("quay.io/a-{number}"));
            text += "---\n";
        }
        text
    };
    let lists = |count: usize| "- <<: {source: quay.io/a, mirrors: [m.example.com/a]}\n".repeat(count);
    let templates = |count: usize| {
        "apiVersion: v1\nkind: ImageDigestMirrorSet\nmetadata: {name: {{ .Name }}}\n---\n".repeat(count)
    };
    let comments = |count: usize| {
        let comments = "  # mirrorset: ignore[short-source] x\n".repeat(count);
        format!("{comments}{}", mirror_set("a", "quay.io/a"))
    };
    let inputs: [&dyn Fn(usize) -> String; 5] = [&entries, &documents, &lists, &templates, &comments];
    for (position, input) in inputs.into_iter().enumerate() {
        let run = |count: usize| {
            let directory = scratch(&[("a.yaml", &input(count))]);
            let start = Instant::now();
            check(directory.path(), "a.yaml");
            start.elapsed()
        };
        let (short, long) = (run(2_000), run(8_000));
        println!("{position}: 2,000: {short:?}, 8,000: {long:?}");
        assert!(
            long < short * 10 + Duration::from_millis(500),
            "{position}: {short:?} {long:?}"
        );
    }
}
