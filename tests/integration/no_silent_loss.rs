//! Conversions, comparisons and resolutions that would lose part of the input are rejected or reported.

use crate::support::program::{Run, mirrorset_in, mirrorset_with_input, scratch};

/// A manifest with these entries.
fn idms(entries: &str) -> String {
    format!(
        "apiVersion: config.openshift.io/v1
kind: ImageDigestMirrorSet
metadata:
  name: mirrors
spec:
  imageDigestMirrors:
{entries}"
    )
}

/// An entry of a manifest, with further lines.
fn entry(source: &str, mirror: &str, more: &str) -> String {
    format!("  - source: {source}\n    mirrors: [{mirror}]\n{more}")
}

/// A mirror of a cluster, by the expression of its id.
fn mirror(label: &str, cluster_id: &str, source: &str) -> String {
    format!(
        r#"resource "rhcs_image_mirror" "{label}" {{
  cluster_id = {cluster_id}
  source     = "{source}"
  mirrors    = ["mirror.example.com/{label}"]
}}
"#
    )
}

/// A root module that creates a cluster with one mirror.
fn root(source: &str) -> String {
    let cluster = r#"resource "rhcs_cluster_rosa_hcp" "main" {
  name = "c"
}
"#;
    cluster.to_owned() + &mirror("a", "rhcs_cluster_rosa_hcp.main.id", source)
}

fn run(files: &[(&str, &str)], arguments: &[&str]) -> Run {
    mirrorset_in(scratch(files).path(), arguments)
}

#[test]
fn an_option_that_the_target_ignores_is_rejected() {
    let main = mirror("a", "\"2lbbrpgk\"", "quay.io/org");
    let files = [("main.tf", main.as_str()), ("ids.json", "[]")];
    for (arguments, expected_text) in [
        ("--style for-each", "--to hcl"),
        ("--to rosa --cluster-id var.id", "--to hcl"),
        ("--to json --import ids.json", "--to hcl"),
        ("--blocked quay.io", "--to registries-conf"),
        ("--to hcl --insecure quay.io", "--to registries-conf"),
    ] {
        let words: Vec<&str> = ["convert", "main.tf"]
            .into_iter()
            .chain(arguments.split(' '))
            .collect();
        let run = run(&files, &words);
        assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{arguments}");
        assert!(run.stderr.contains(expected_text), "{arguments}: {}", run.stderr);
    }
}

#[test]
fn an_invalid_manifest_is_not_converted() {
    let good = entry("quay.io/a", "mirror.example.com/a", "");
    for wrong in [
        "  - quay.io/b\n".to_owned(),
        entry(
            "quay.io/b",
            "mirror.example.com/b",
            "    mirrorSourcePolicy: never\n",
        ),
        entry(
            "quay.io/b",
            "mirror.example.com/b",
            "    mirrors: [mirror.example.com/c]\n",
        ),
        "  - source: quay.io/b\n    mirror: [mirror.example.com/b]\n".to_owned(),
        "  - source: no\n    mirrors: [mirror.example.com/b]\n".to_owned(),
    ] {
        let manifest = idms(&format!("{good}{wrong}"));
        let files = [("m.yaml", manifest.as_str()), ("same.yaml", manifest.as_str())];
        for target in ["idms", "hcl", "registries-conf", "rosa"] {
            let run = run(&files, &["convert", "m.yaml", "--to", target]);
            assert_eq!((run.status, run.stdout.as_str()), (1, ""), "{target}: {wrong}");
            assert!(run.stderr.contains("error[invalid-manifest]"), "{}", run.stderr);
            assert!(!run.stderr.contains("[unknown-value]"), "{}", run.stderr);
        }
        let expected_text = "warning[invalid-manifest]";
        let skipping = run(&files, &["convert", "m.yaml", "--skip-unresolved"]);
        assert_eq!(skipping.status, 0, "{}", skipping.stderr);
        assert!(
            skipping.stderr.contains(expected_text) && skipping.stdout.contains("quay.io/a"),
            "{wrong}"
        );
        // An entry that is not read may be a difference, and may be the one that an image is pulled with.
        let compared = run(&files, &["diff", "m.yaml", "same.yaml"]);
        assert_eq!(compared.status, 1, "{wrong}");
        let resolved = run(&files, &["resolve", "quay.io/a", "--in", "m.yaml"]);
        for other in [compared, resolved] {
            assert!(other.stderr.contains(expected_text), "{wrong}: {}", other.stderr);
        }
    }
}

#[test]
fn conflicting_policies_of_one_source_are_not_merged() {
    let never = entry(
        "quay.io/a",
        "mirror.example.com/a",
        "    mirrorSourcePolicy: NeverContactSource\n",
    );
    let manifest = idms(&(never + &entry("quay.io/a", "mirror.example.com/b", "")));
    let files = [("m.yaml", manifest.as_str())];
    for target in ["idms", "nodepool"] {
        let run = run(&files, &["convert", "m.yaml", "--to", target]);
        assert_eq!((run.status, run.stdout.as_str()), (1, ""), "{target}");
        assert!(run.stderr.contains("error[conflicting-policy]"), "{}", run.stderr);
    }
    // Terraform supports neither policy; only the one with an effect is a loss.
    for target in ["hcl", "json"] {
        let run = run(&files, &["convert", "m.yaml", "--to", target]);
        assert_eq!(run.status, 0, "{target}: {}", run.stderr);
        assert_eq!(
            run.stderr.matches("NeverContactSource:").count(),
            1,
            "{}",
            run.stderr
        );
        assert!(run.stderr.contains("mirrors[0]"), "{}", run.stderr);
    }
}

#[test]
fn clusters_with_the_same_name_are_distinguished() {
    let (one, two) = (root("quay.io/a"), root("quay.io/b"));
    let other = two.replace("mirror.example.com", "other.example.com");
    let files = [
        ("old/one/main.tf", one.as_str()),
        ("old/two/main.tf", two.as_str()),
        ("new/one/main.tf", one.as_str()),
        ("new/two/main.tf", other.as_str()),
    ];
    let directory = scratch(&files);
    let same = mirrorset_in(directory.path(), &["diff", "old", "old"]);
    assert_eq!(same.status, 0, "{}", same.stdout);
    assert!(
        same.stdout.starts_with("2 sources: 2 unchanged"),
        "{}",
        same.stdout
    );
    let changed = mirrorset_in(directory.path(), &["diff", "old", "new"]);
    let expected = "two:rhcs_cluster_rosa_hcp.main:\n~ quay.io/b: changed\n";
    assert_eq!(changed.status, 1);
    assert!(changed.stdout.starts_with(expected), "{}", changed.stdout);

    let convert = |more: &[&str]| mirrorset_in(directory.path(), &[&["convert", "old"], more].concat());
    let several = convert(&["--to", "registries-conf"]);
    let names = "(one:rhcs_cluster_rosa_hcp.main, two:rhcs_cluster_rosa_hcp.main)";
    assert_eq!(several.status, 2);
    assert!(several.stderr.contains(names), "{}", several.stderr);
    let chosen = convert(&[
        "--cluster",
        "two:rhcs_cluster_rosa_hcp.main",
        "--to",
        "rosa",
        "--no-notes",
    ]);
    assert_eq!(
        chosen.stdout,
        "rosa create image-mirror --cluster \"${CLUSTER_ID:?}\" --type digest --source quay.io/b \
         --mirrors mirror.example.com/a\n"
    );
    let written = convert(&["--output-dir", "out"]);
    assert_eq!(written.status, 0, "{}", written.stderr);
    for name in ["one-main.yaml", "two-main.yaml"] {
        assert!(directory.path().join("out").join(name).is_file(), "{name}");
    }
}

#[test]
fn converted_terraform_objects_have_unique_names() {
    let clusters = ["prod", "prod-eu", "prod.eu", "prod_eu"];
    let sources = ["eu.io/x", "io/x", "io/x", "io/x"];
    let blocks = clusters.iter().zip(sources).enumerate();
    let main: String = blocks
        .map(|(at, (cluster, source))| mirror(&format!("m{at}"), &format!("\"{cluster}\""), source))
        .collect();
    for style in ["resources", "for-each", "module"] {
        let run = run(
            &[("main.tf", &main)],
            &["convert", "main.tf", "--to", "hcl", "--style", style],
        );
        assert_eq!(run.status, 0, "{}", run.stderr);
        let mut headers: Vec<&str> = run
            .stdout
            .lines()
            .filter(|line| line.starts_with("resource") || line.ends_with("= {"))
            .collect();
        let all = headers.len();
        headers.sort_unstable();
        headers.dedup();
        assert!(all >= 4 && headers.len() == all, "{style}: {}", run.stdout);
    }
}

#[test]
fn an_import_list_applies_to_one_cluster() {
    let main = mirror("a", "\"one\"", "quay.io/a") + &mirror("b", "\"two\"", "quay.io/a");
    let ids = r#"[{"id": "2abc", "source": "quay.io/a"}]"#;
    let files = [("main.tf", main.as_str()), ("ids.json", ids)];
    let convert = ["convert", "main.tf", "--to", "hcl", "--import", "ids.json"];
    let both = run(&files, &convert);
    assert_eq!((both.status, both.stdout.as_str()), (2, ""));
    assert!(
        both.stderr.contains("use `--cluster` to choose one of one, two"),
        "{}",
        both.stderr
    );
    let one = run(&files, &[&convert[..], &["--cluster", "one"]].concat());
    assert!(one.stdout.contains("id = \"one:2abc\""), "{}", one.stdout);
}

#[test]
fn an_import_list_with_a_duplicate_source_is_rejected() {
    let main = mirror("a", "var.id", "quay.io/a");
    let ids = r#"[{"id": "2abc", "source": "quay.io/a"}, {"id": "2abd", "source": "quay.io/a"}]"#;
    let files = [("main.tf", main.as_str()), ("ids.json", ids)];
    let run = run(
        &files,
        &["convert", "main.tf", "--to", "hcl", "--import", "ids.json"],
    );
    assert_eq!((run.status, run.stdout.as_str()), (2, ""));
    assert!(
        run.stderr.contains("cannot be of a single cluster"),
        "{}",
        run.stderr
    );
}

#[test]
fn standard_input_can_be_used_only_once() {
    let main = mirror("a", "var.id", "quay.io/a");
    let directory = scratch(&[("main.tf", main.as_str())]);
    let main = directory.path().join("main.tf").display().to_string();
    let ids = br#"[{"id": "2abc", "source": "quay.io/a"}]"#;
    let imported = mirrorset_with_input(&["convert", &main, "--to", "hcl", "--import", "-"], ids);
    assert!(imported.stdout.contains(":2abc\""), "{}", imported.stderr);
    let resolved = mirrorset_with_input(&["resolve", "--file", "-", "--in", &main], b"quay.io/a:1\n");
    assert!(
        resolved.stdout.starts_with("quay.io/a:1\n"),
        "{}",
        resolved.stderr
    );
    for arguments in [
        ["convert", "-", "--to", "hcl", "--import", "-"].as_slice(),
        &["resolve", "--file", "-", "--in", "-"],
    ] {
        let run = mirrorset_with_input(arguments, ids);
        assert_eq!((run.status, run.stdout.as_str()), (2, ""));
        assert!(run.stderr.contains("can be used only once"), "{}", run.stderr);
    }
}

#[test]
fn an_import_id_contains_the_cluster_id_expression() {
    let main = mirror("a", "var.id", "quay.io/a");
    let ids = r#"[{"id": "2abc", "source": "quay.io/a"}]"#;
    let files = [("main.tf", main.as_str()), ("ids.json", ids)];
    for (expression, id) in [
        ("\"one\"", "\"one:2abc\""),
        ("\"${var.x}\"", "\"${var.x}:2abc\""),
        (
            "\"a\" == \"b\" ? \"c\" : \"d\"",
            "\"${\"a\" == \"b\" ? \"c\" : \"d\"}:2abc\"",
        ),
    ] {
        let arguments = [
            "convert",
            "main.tf",
            "--to",
            "hcl",
            "--import",
            "ids.json",
            "--cluster-id",
        ];
        let run = run(&files, &[&arguments[..], &[expression]].concat());
        assert!(run.stdout.contains(&format!("  id = {id}\n")), "{}", run.stdout);
    }
}

#[cfg(unix)]
#[test]
fn output_is_not_written_through_a_link() {
    let main = mirror("a", "\"2lbbrpgk\"", "quay.io/org");
    let directory = scratch(&[("main.tf", main.as_str()), ("precious", "kept"), ("out/x", "")]);
    let link = directory.path().join("out/2lbbrpgk.yaml");
    std::os::unix::fs::symlink("../precious", link).unwrap();
    let run = mirrorset_in(directory.path(), &["convert", "main.tf", "--output-dir", "out"]);
    assert_eq!(run.status, 2, "{}", run.stderr);
    assert!(run.stderr.contains("2lbbrpgk.yaml exists"), "{}", run.stderr);
    let content = std::fs::read_to_string(directory.path().join("precious")).unwrap();
    assert_eq!(content, "kept");
}

#[test]
fn a_plan_is_compared_with_the_configuration_of_several_clusters() {
    // In the plan the ids come from a local value, so their clusters are unknown.
    let main = mirror("a", "local.ids.one", "quay.io/a") + &mirror("b", "local.ids.two", "quay.io/b");
    let clusters = ["one", "two"].map(|name| format!("resource \"rhcs_cluster_rosa_hcp\" \"{name}\" {{}}\n"));
    let ids = "locals {
  ids = { one = rhcs_cluster_rosa_hcp.one.id, two = rhcs_cluster_rosa_hcp.two.id }
}
";
    let resource = |label: &str, source: &str| {
        serde_json::json!({
            "address": format!("rhcs_image_mirror.{label}"), "mode": "managed", "type": "rhcs_image_mirror",
            "name": label, "provider_name": "registry.terraform.io/terraform-redhat/rhcs", "schema_version": 0,
            "values": { "source": source, "mirrors": [format!("mirror.example.com/{label}")], "type": "digest" },
            "sensitive_values": {}
        })
    };
    let change = |label: &str, source: &str| {
        let values = resource(label, source)["values"].clone();
        serde_json::json!({
            "address": format!("rhcs_image_mirror.{label}"), "mode": "managed", "type": "rhcs_image_mirror",
            "name": label, "provider_name": "registry.terraform.io/terraform-redhat/rhcs",
            "change": { "actions": ["create"], "before": null, "after": values,
                        "after_unknown": { "cluster_id": true }, "before_sensitive": false, "after_sensitive": {} }
        })
    };
    let plan = serde_json::json!({
        "format_version": "1.2", "terraform_version": "1.11.4",
        "planned_values": { "root_module": { "resources": [resource("a", "quay.io/a"), resource("b", "quay.io/c")] } },
        "resource_changes": [change("a", "quay.io/a"), change("b", "quay.io/c")],
        "configuration": { "root_module": {} }
    });
    let (main, plan) = (clusters.concat() + ids + &main, plan.to_string());
    let run = run(
        &[("main.tf", &main), ("plan.json", &plan)],
        &["diff", "main.tf", "plan.json"],
    );
    assert_eq!(run.status, 1, "{}", run.stderr);
    let expected_text: Vec<&str> = run.stdout.lines().filter(|line| !line.starts_with(' ')).collect();
    let expected = [
        "rhcs_cluster_rosa_hcp.two:",
        "- quay.io/b: removed",
        "+ quay.io/c: added",
        "3 sources: 1 unchanged, 1 added, 1 removed, 0 changed, 0 reordered",
    ];
    assert_eq!(expected_text, expected, "{}", run.stdout);
}

#[test]
fn a_helm_template_is_reported_as_a_template() {
    let manifest = idms(&entry("quay.io/a", "\"x\"", ""));
    for template in [
        format!("{{{{- if .Values.mirrors }}}}\n{manifest}{{{{- end }}}}\n"),
        manifest.replace("\"x\"", "{{ .Values.mirror }}/a"),
    ] {
        let run = run(&[("m.yaml", &template)], &["convert", "m.yaml"]);
        assert_eq!(run.status, 2, "{}", run.stderr);
        assert!(run.stderr.contains("helm template"), "{}", run.stderr);
    }
}

#[test]
fn a_line_break_in_a_name_is_escaped() {
    let main =
        mirror("a", "\"x\\n+ quay.io/evil: added\"", "quay.io/a") + &mirror("b", "\"y\"", "quay.io/b\\n+ c");
    let files = [("main.tf", main.as_str()), ("other/main.tf", "")];
    let resolved = run(&files, &["resolve", "quay.io/a:1", "--in", "main.tf"]);
    let compared = run(&files, &["diff", "main.tf", "other/main.tf"]);
    assert_eq!(compared.status, 1, "{}", compared.stderr);
    for run in [resolved, compared] {
        let breaks = run.stdout.lines().filter(|line| line.starts_with("+ "));
        assert_eq!(breaks.count(), 0, "{}", run.stdout);
    }
}

#[test]
fn a_conversion_says_what_check_calls_an_error() {
    let main = mirror("a", "\"2lbbrpgk\"", "nginx") + &mirror("b", "\"other\"", "quay.io/org");
    let settings = "[rules]\nshort-source = \"warning\"\n";
    let suppressed = main.replace("\"nginx\"", "\"nginx\" # mirrorset: ignore[short-source] known");
    let files = [("main.tf", main.as_str())];
    let warning =
        "`mirrorset check` shows and which `--strict` makes errors of the conversion: short-source (1)";
    let converted = run(&files, &["convert", "main.tf"]);
    assert_eq!(converted.status, 0, "{}", converted.stderr);
    assert!(converted.stdout.contains("source: nginx"), "{}", converted.stdout);
    assert!(converted.stderr.contains(warning), "{}", converted.stderr);
    let strict = run(&files, &["convert", "main.tf", "--strict"]);
    assert_eq!((strict.status, strict.stdout.as_str()), (1, ""));
    assert!(strict.stderr.contains("error[short-source]"), "{}", strict.stderr);
    // The other cluster has no errors, and a person can decide that it is none.
    let other = run(
        &files,
        &[
            "convert",
            "main.tf",
            "--cluster",
            "other",
            "--strict",
            "--no-notes",
        ],
    );
    assert_eq!((other.status, other.stderr.as_str()), (0, ""));
    for files in [
        [("main.tf", main.as_str()), ("mirrorset.toml", settings)],
        [("main.tf", suppressed.as_str()), ("README.md", "")],
    ] {
        let accepted = run(&files, &["convert", "main.tf", "--strict", "--no-notes"]);
        assert_eq!((accepted.status, accepted.stderr.as_str()), (0, ""));
    }
}
