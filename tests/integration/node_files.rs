//! The files of a node as an input: `registries.conf` and its drop-ins are checked, compared and resolved.

use std::path::Path;

use insta::assert_snapshot;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::program::{findings, mirrorset_in, mirrorset_with_stdin, scratch, write_files};

const CONF: &str = r#"unqualified-search-registries = ["registry.access.redhat.com", "docker.io"]

# Mirrors that were added by hand.
[[registry]]
prefix = "nginx"
location = "nginx"

[[registry.mirror]]
location = "mirror.example.com/library/nginx"

[[registry]]
location = "quay.io"

[[registry.mirror]]
location = "mirror.example.com/quay"
pull-from-mirror = "digest-only"

[[registry]]
location = "quay.io/team"
insecure = true
"#;

const DROP_IN: &str = r#"
[[registry]]
location = "quay.io"

[[registry.mirror]]
location = "mirror/quay"
"#;

/// The findings of `check`, as `rule text`.
fn check(files: &[(&str, &str)], path: &str) -> Vec<String> {
    let directory = scratch(files);
    let run = mirrorset_in(directory.path(), &["check", "--output-format", "json", path]);
    assert!(run.status < 2, "{}{}", run.stdout, run.stderr);
    let findings = findings(&run, directory.path()).into_iter();
    findings
        .map(|(rule, address, text)| format!("{rule} {address} {text}"))
        .collect()
}

#[test]
fn rules_point_at_the_tables_of_a_node() {
    let expected = [
        r#"short-source registries.conf[0] "nginx""#,
        r#"shadowed-source registries.conf[2] "quay.io/team""#,
    ];
    assert_eq!(check(&[("registries.conf", CONF)], "registries.conf"), expected);
    assert_eq!(check(&[("node/etc/registries.conf", CONF)], "node"), expected);
    let directory = scratch(&[]);
    let run = mirrorset_with_stdin(
        directory.path(),
        &["check", "-", "--output-format=concise"],
        CONF.as_bytes(),
    );
    assert_eq!(run.status, 1);
    assert!(run.stdout.starts_with("<stdin>:5:10: "), "{}", run.stdout);
    assert!(run.stderr.contains("1 node"), "{}", run.stderr);
}

#[test]
fn a_drop_in_takes_the_place_of_a_table() {
    let files = [
        ("etc/registries.conf", CONF),
        ("etc/registries.conf.d/99-mirrors.conf", DROP_IN),
        ("etc/registries.conf.d/readme.md", "[[registry]"),
    ];
    let expected = [
        r#"short-source registries.conf[0] "nginx""#,
        r#"unused-table  "quay.io""#,
        r#"shadowed-source registries.conf[2] "quay.io/team""#,
        r#"unrewritable-mirror registries.conf.d/99-mirrors.conf[0] "mirror/quay""#,
    ];
    // A node loads all of its files, whichever of them is named.
    for path in [
        "etc",
        "etc/registries.conf",
        "etc/registries.conf.d",
        "etc/registries.conf.d/99-mirrors.conf",
    ] {
        assert_eq!(check(&files, path), expected, "{path}");
    }
}

#[test]
fn what_the_container_runtime_rejects_has_a_line() {
    let table = "[[registry]]\nlocation = \"quay.io\"\n";
    let with_mirror = |mirror: &str| format!("{table}[[registry.mirror]]\n{mirror}\n");
    for (text, place) in [
        (
            with_mirror("location = \"https://m.example.com\""),
            "\"https://m.example.com\"",
        ),
        (
            "[[registry]]\nlocation = \"http://quay.io/\"\n".to_owned(),
            "\"http://quay.io/\"",
        ),
        (
            format!("{table}blocked = true\n[[registry]]\nprefix = \"a.io\"\nlocation = \"quay.io\"\n"),
            "\"a.io\"",
        ),
        (
            "[[registry]]\nprefix = \"*.example.com/a\"\n".to_owned(),
            "\"*.example.com/a\"",
        ),
        (
            format!(
                "{table}mirror-by-digest-only = true\n[[registry.mirror]]\nlocation = \"m.example.com\"\npull-from-mirror = \"all\"\n"
            ),
            "\"quay.io\"",
        ),
        (
            "unqualified-search-registries = [\"docker.io/library\"]\n".to_owned(),
            "[\"docker.io/library\"]",
        ),
        (
            "unqualified-search-registries = [\"https://docker.io\"]\n".to_owned(),
            "[\"https://docker.io\"]",
        ),
        ("short-name-mode = \"loose\"\n".to_owned(), "\"loose\""),
        (
            format!("{table}[aliases]\n\"nginx\" = \"docker.io/nginx:1\"\n"),
            "\"docker.io/nginx:1\"",
        ),
    ] {
        let found = check(&[("registries.conf", &text)], "registries.conf");
        let rejected = format!("invalid-registries-conf  {place}");
        assert!(found.contains(&rejected), "{text}\n{found:?}");
    }
    // A file that cannot be read at all is an error with its place.
    let directory = scratch(&[("registries.conf", "a = 1\n[[registry]]\nlocation = 5\n")]);
    let run = mirrorset_in(
        directory.path(),
        &["check", "registries.conf", "--output-format=concise"],
    );
    assert_eq!(run.status, 2);
    assert!(run.stdout.starts_with("registries.conf:3:12: "), "{}", run.stdout);
}

const TABLES: &str = r#"
unqualified-search-registries = ["quay.io"]

[[registry]]
location = "ghcr.io"
[[registry.mirror]]
location = "m.example.com/ghcr"

[[registry]]
prefix = "docker.io"
location = "m.example.com/hub"
blocked = true

[[registry]]
location = "m.example.com"
insecure = true

[aliases]
"app" = "ghcr.io/org/app"
"#;

#[test]
fn a_table_is_one_mirror_whatever_pulls_it_serves() {
    let directory = scratch(&[("registries.conf", TABLES)]);
    let run = mirrorset_in(directory.path(), &["check", "registries.conf"]);
    assert!(
        run.stdout.contains("2 mirrors in 1 node: 2 clean"),
        "{}{}",
        run.stdout,
        run.stderr
    );
    let run = mirrorset_in(
        directory.path(),
        &["resolve", "ghcr.io/a", "--in=registries.conf"],
    );
    assert_snapshot!(run.stdout, @r"
    ghcr.io/a
      matches ghcr.io (longest match)
        registries.conf:4 registries.conf[0]
      by digest and by tag:
        1. m.example.com/ghcr/a
        2. ghcr.io/a (the source)
    ");
}

/// A node asks what its file says; nothing is merged or left out before.
#[test]
fn a_mirror_that_is_named_twice_is_asked_twice() {
    let conf = "[[registry]]\nlocation = \"a.io\"\n[[registry.mirror]]\nlocation = \"m.io\"\n[[registry.mirror]]\n\
                location = \"m.io\"\n[[registry]]\nlocation = \"b.io\"\n[[registry.mirror]]\nlocation = \"b.io\"\n";
    let directory = scratch(&[("registries.conf", conf)]);
    let run = mirrorset_in(directory.path(), &["check", "registries.conf"]);
    for note in [
        "the node asks it twice if it does not have the image",
        "without another mirror, the node asks the source twice",
    ] {
        assert!(run.stdout.contains(note), "{}", run.stdout);
    }
}

#[test]
fn comments_suppress_findings_in_the_files_of_a_node() {
    let conf = r#"
# mirrorset: ignore[short-source, unrewritable-mirror] replaced next week
[[registry]]
location = "nginx"
[[registry.mirror]]
location = "mirror/x"

[[registry]]
location = "quay.io"
[[registry.mirror]]
location = "mirror/quay" # mirrorset: ignore[unrewritable-mirror] known

# mirrorset: ignore[local-mirror] there is none
[[registry]]
location = "ghcr.io"
[[registry.mirror]]
location = "mirror/ghcr"
"#;
    let drop_in = "# mirrorset: ignore-file[unrewritable-mirror] all of them\n[[registry]]\nlocation = \"b.io\"\n[[registry.mirror]]\nlocation = \"mirror/b\"\n";
    let files = [("registries.conf", conf), ("registries.conf.d/1.conf", drop_in)];
    let expected = [
        "unused-suppression  # mirrorset: ignore[local-mirror] there is none",
        r#"unrewritable-mirror registries.conf[2] "mirror/ghcr""#,
    ];
    assert_eq!(check(&files, "registries.conf"), expected);
    let directory = scratch(&files);
    let run = mirrorset_in(directory.path(), &["check", "--fix", "registries.conf"]);
    assert!(run.status < 2, "{}", run.stderr);
    let fixed = std::fs::read_to_string(directory.path().join("registries.conf")).unwrap();
    assert_eq!(
        fixed,
        conf.replace("# mirrorset: ignore[local-mirror] there is none\n", "")
    );
}

/// The file has what the node loads, with aliases, and resolves alike.
#[test]
fn the_files_of_a_node_are_converted_to_one() {
    let drop_in = "unqualified-search-registries = [\"docker.io\", \"ghcr.io\"]\n";
    let files = [
        ("a/registries.conf", TABLES),
        ("a/registries.conf.d/1.conf", drop_in),
    ];
    let directory = scratch(&files);
    let run = mirrorset_in(
        directory.path(),
        &["convert", "a", "--to=registries-conf", "--insecure=x.io"],
    );
    assert!(
        run.stderr.contains("`--blocked` and `--insecure` have no effect"),
        "{}",
        run.stderr
    );
    write_files(directory.path(), &[("b/registries.conf", &run.stdout)]);
    let images = [
        "app",
        "other",
        "ghcr.io/a:1",
        "docker.io/library/nginx",
        "m.example.com/hub/x",
    ];
    let without_files = |input: &str| -> Vec<Value> {
        let mut lines = resolve(directory.path(), input, &images);
        for line in &mut lines {
            line.as_object_mut().unwrap().remove("alias_in");
        }
        lines
    };
    assert_eq!(without_files("b"), without_files("a"), "{}", run.stdout);
}

#[test]
fn lists_of_registries_for_a_node_have_no_effect() {
    let directory = scratch(&[("registries.conf", TABLES)]);
    let arguments = [
        "resolve",
        "ghcr.io/a",
        "--in=registries.conf",
        "--blocked=ghcr.io",
    ];
    let run = mirrorset_in(directory.path(), &arguments);
    assert!(
        run.stderr
            .contains("`--blocked` and `--insecure` have no effect: the files of a node say"),
        "{}",
        run.stderr
    );
}

#[test]
fn only_files_of_nodes_are_read_as_such() {
    let files = [
        ("nginx.conf.d/a.conf", "server {"),
        ("other.conf", "x = ["),
        ("conf/registries.conf", "# empty\n"),
    ];
    assert_eq!(check(&files, "."), [] as [&str; 0]);
    let directory = scratch(&files);
    let run = mirrorset_in(directory.path(), &["check", "other.conf"]);
    assert_eq!(run.status, 2, "{}{}", run.stdout, run.stderr);
}

#[test]
fn terraform_is_compared_with_a_node() {
    let configuration = r#"
resource "rhcs_image_mirror" "quay" {
  cluster_id = "2lbbrpgk"
  source     = "quay.io"
  mirrors    = ["mirror.example.com/quay", "second.example.com/quay"]
}
"#;
    let conf = r#"
[[registry]]
location = "quay.io"
[[registry.mirror]]
location = "mirror.example.com/quay"
pull-from-mirror = "digest-only"
[[registry]]
location = "mirror.example.com"
insecure = true
[[registry]]
prefix = "docker.io"
location = "mirror.example.com/hub"
"#;
    let directory = scratch(&[("main.tf", configuration), ("registries.conf", conf)]);
    let run = mirrorset_in(directory.path(), &["diff", "main.tf", "registries.conf"]);
    assert_eq!(run.status, 1, "{}", run.stderr);
    assert_snapshot!(run.stdout, @r#"
    + docker.io: added
        registries.conf:10 registries.conf[2]
      + mirror.example.com/hub
      + (the source is never contacted)
      help: remove the table for docker.io from registries.conf, or what it was generated from: Terraform cannot declare that a source is never contacted
    + docker.io by tag: added
        registries.conf:10 registries.conf[2]
      + mirror.example.com/hub
      + (the source is never contacted)
      help: remove the table for docker.io from registries.conf, or what it was generated from: Terraform cannot declare mirrors for pulls by tag
    ~ quay.io: changed
        main.tf:2 rhcs_image_mirror.quay
        registries.conf:2 registries.conf[0]
        mirror.example.com/quay
      - second.example.com/quay
      help: `terraform apply` updates rhcs_image_mirror.quay
      or: set mirrors = ["mirror.example.com/quay"] in rhcs_image_mirror.quay
    3 sources: 0 unchanged, 2 added, 0 removed, 1 changed, 0 reordered
    "#);
}

/// The lines of `resolve`, without what only one kind of input knows: where the entries are.
fn resolve(directory: &Path, input: &str, images: &[&str]) -> Vec<Value> {
    let arguments = ["resolve", "--output-format=json-lines", "--in", input];
    let run = mirrorset_in(directory, &[&arguments, images].concat());
    let lines = run.stdout.lines().map(|line| serde_json::from_str(line).unwrap());
    let mut lines: Vec<Value> = lines.collect();
    assert_eq!(lines.len(), images.len(), "{input}: {}", run.stderr);
    for line in &mut lines {
        let line = line.as_object_mut().unwrap();
        // A node has all of its aliases, which manifests do not tell.
        line.remove("may_be_alias");
        for candidate in line["candidates"].as_array_mut().unwrap() {
            candidate.as_object_mut().unwrap().remove("entries");
        }
    }
    lines
}

const NAMES: &[&str] = &[
    "quay.io",
    "quay.io/org",
    "quay.io/org/app",
    "docker.io",
    "docker.io/library/nginx",
    "registry.example.com:5000/a",
    "*.example.com",
    "localhost/x",
];

const MIRRORS: &[&str] = &[
    "m.example.com",
    "m.example.com/quay",
    "n.example.com:5000/org/app",
    "quay.io/org",
    "mirror/short",
    "docker.io",
];

const REGISTRIES: &[&str] = &[
    "quay.io/evil",
    "m.example.com",
    "docker.io",
    "quay.io",
    "n.example.com:5000",
];

fn entry() -> impl Strategy<Value = Value> {
    let mirrors = proptest::collection::vec(proptest::sample::select(MIRRORS), 0..4);
    (proptest::sample::select(NAMES), mirrors, 0..5).prop_map(|(source, mirrors, policy)| {
        let mut entry = json!({"source": source, "mirrors": mirrors});
        if policy == 0 {
            entry["mirrorSourcePolicy"] = json!("NeverContactSource");
        }
        entry
    })
}

fn registries() -> impl Strategy<Value = Vec<&'static str>> {
    proptest::collection::vec(proptest::sample::select(REGISTRIES), 0..3)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// What a node does is what its manifests say, whether it is asked of the manifests or of the files made of them.
    #[test]
    fn a_node_resolves_as_the_manifests_that_its_files_are_made_of(
        digest in proptest::collection::vec(entry(), 0..5),
        tag in proptest::collection::vec(entry(), 0..3),
        blocked in registries(),
        insecure in registries(),
        search in proptest::option::of(Just(["quay.io", "docker.io"])),
        is_drop_in in any::<bool>(),
    ) {
        let list = json!({"apiVersion": "v1", "kind": "List", "items": [
            {"apiVersion": "config.openshift.io/v1", "kind": "ImageDigestMirrorSet", "metadata": {"name": "d"}, "spec": {"imageDigestMirrors": digest}},
            {"apiVersion": "config.openshift.io/v1", "kind": "ImageTagMirrorSet", "metadata": {"name": "t"}, "spec": {"imageTagMirrors": tag}},
            {"apiVersion": "config.openshift.io/v1", "kind": "Image", "metadata": {"name": "cluster"}, "spec": {"registrySources": {
                "blockedRegistries": blocked,
                "insecureRegistries": insecure,
                "containerRuntimeSearchRegistries": search.unwrap_or_default(),
            }}},
        ]});
        let directory = scratch(&[("manifests.json", &list.to_string())]);
        let converted = mirrorset_in(directory.path(), &["convert", "manifests.json", "--to=registries-conf"]);
        // Settings that the Machine Config Operator rejects reach no node.
        prop_assume!(converted.status == 0);
        let path = if is_drop_in { "registries.conf.d/01-all.conf" } else { "registries.conf" };
        write_files(directory.path(), &[(path, &converted.stdout)]);
        let digest = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
        let by_digest = ["quay.io/org/app", "quay.io/x", "docker.io/library/nginx", "a.example.com/y", "quay.io/evil/z"]
            .map(|name| format!("{name}@{digest}"));
        let mut images: Vec<&str> = by_digest.iter().map(String::as_str).collect();
        images.extend(["quay.io/org/app:1", "quay.io/org2/b", "nginx", "org/app", "registry.example.com:5000/a/b", "localhost/x/y"]);
        let of_manifests = resolve(directory.path(), "manifests.json", &images);
        let input = path.split('/').next().unwrap();
        prop_assert_eq!(resolve(directory.path(), input, &images), of_manifests, "{}", converted.stdout);
    }
}
