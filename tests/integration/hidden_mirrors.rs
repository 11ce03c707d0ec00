//! Situations in which mirrors lie under the given paths and are not read: each is told.

use crate::support::program::{Run, mirrorset_in, scratch};

/// A mirror set that has nothing wrong with it.
const SET: &str = "apiVersion: config.openshift.io/v1\nkind: ImageDigestMirrorSet\nmetadata: {name: NAME}\n\
                   spec: {imageDigestMirrors: [{source: quay.io/SOURCE, mirrors: [mirror.example.com/SOURCE]}]}\n";

fn set(name: &str, source: &str) -> String {
    SET.replace("NAME", name).replace("SOURCE", source)
}

fn check(files: &[(&str, &str)], arguments: &[&str]) -> Run {
    let tree = scratch(files);
    let options = [
        "check",
        "--ignore",
        "provider-version",
        "--output-format",
        "concise",
    ];
    mirrorset_in(tree.path(), &[&options, arguments].concat())
}

/// The findings of a run: each line without the position.
fn findings(run: &Run) -> Vec<&str> {
    let start = |line: &str| {
        ["info[", "warning[", "error["]
            .iter()
            .find_map(|severity| line.find(severity))
    };
    let lines = run.stdout.lines();
    lines.map(|line| &line[start(line).unwrap()..]).collect()
}

#[test]
fn a_value_about_mirrors_for_an_undeclared_variable_is_told() {
    let main = "variable \"used\" {\n  default = null\n}\n";
    let message = "the root module does not declare this variable, so Terraform ignores the value";
    for (file, text, expected) in [
        (
            "terraform.tfvars",
            "image_mirrors = { a = 1 }\n",
            Some(("warning", "image_mirrors")),
        ),
        (
            "terraform.tfvars.json",
            "{\"image_mirrors\": {}}",
            Some(("warning", "image_mirrors")),
        ),
        (
            "x.auto.tfvars",
            "catalog = [{ source = \"a\", mirrors = [] }]\n",
            Some(("info", "catalog")),
        ),
        ("x.auto.tfvars", "used = { mirrors = [] }\n", None),
        ("x.auto.tfvars", "region = \"eu\"\n", None),
    ] {
        let run = check(&[("main.tf", main), (file, text)], &["."]);
        let expected =
            expected.map(|(severity, name)| format!("{severity}[skipped-input] var.{name}: {message}"));
        assert_eq!(findings(&run), Vec::from_iter(expected), "{file}: {text}");
    }
}

#[test]
fn a_value_that_one_of_several_root_modules_declares_goes_somewhere() {
    let files = [
        ("mirrorset.toml", "var-files = [\"all.tfvars\"]\n"),
        ("all.tfvars", "mirrors = []\n"),
        (
            "a/main.tf",
            "variable \"mirrors\" {}\nresource \"rhcs_image_mirror\" \"m\" {\n  cluster_id = \"a\"\n  source = \"quay.io/a\"\n  mirrors = [\"m.example.com/a\"]\n}\n",
        ),
        (
            "b/main.tf",
            "resource \"rhcs_image_mirror\" \"m\" {\n  cluster_id = \"b\"\n  source = \"quay.io/b\"\n  mirrors = [\"m.example.com/b\"]\n}\n",
        ),
    ];
    assert_eq!(findings(&check(&files, &["."])), [""; 0]);
    let run = check(&files, &["b"]);
    assert_eq!(findings(&run).len(), 1, "{}", run.stdout);
}

#[test]
fn a_manifest_is_checked_together_with_those_of_its_directory() {
    let (a, b, c) = (set("same", "a"), set("same", "b"), set("other", "c"));
    let files = [
        (".git/HEAD", ""),
        ("sets/a.yaml", a.as_str()),
        ("sets/b.yaml", b.as_str()),
        ("sets/below/c.yaml", c.as_str()),
        ("sets/values.yaml", "replicas: 1\n"),
    ];
    let expected = "error[overwritten-manifest] ImageDigestMirrorSet/same";
    for paths in [
        &["sets/a.yaml"][..],
        &["sets/b.yaml"],
        &["sets/b.yaml", "sets/a.yaml"],
        &["sets"],
    ] {
        let run = check(&files, paths);
        let found = findings(&run);
        assert_eq!(found.len(), 1, "{paths:?}: {}", run.stdout);
        assert!(found[0].starts_with(expected), "{paths:?}: {}", run.stdout);
        assert!(
            run.stdout.starts_with("sets/a.yaml:"),
            "{paths:?}: {}",
            run.stdout
        );
    }
    for path in ["sets/below/c.yaml", "sets/values.yaml"] {
        assert_eq!(findings(&check(&files, &[path])), [""; 0], "{path}");
    }
    // Where a file is converted or compared, it stands for itself.
    let tree = scratch(&files);
    let run = mirrorset_in(tree.path(), &["diff", "sets/a.yaml", "sets/b.yaml"]);
    assert_eq!(run.status, 1, "{}", run.stdout);
    // Without a project, the files beside a manifest have nothing to do with it.
    assert_eq!(findings(&check(&files[1..], &["sets/a.yaml"])), [""; 0]);
}

#[test]
fn a_patch_of_kustomize_is_a_gap_and_not_a_broken_manifest() {
    let patch =
        "kind: ImageDigestMirrorSet\nmetadata: {name: a}\nspec: {imageDigestMirrors: [{mirrors: [m/a]}]}\n";
    let operations = "- op: add\n  path: /spec/imageDigestMirrors/-\n  value: {source: a}\n";
    let message = "the file is a patch of kustomize, which has only a part of an object";
    for kustomization in [
        "patches:\n- path: patches/p.yaml\n",
        "patchesStrategicMerge: [patches/p.yaml]\n",
        "kind: Kustomization\npatchesJson6902:\n- path: patches/p.yaml\n  target: {kind: ImageDigestMirrorSet}\n",
    ] {
        for text in [patch, operations] {
            let files = [
                (".git/HEAD", ""),
                ("overlay/kustomization.yaml", kustomization),
                ("overlay/patches/p.yaml", text),
            ];
            for path in [".", "overlay/patches", "overlay/patches/p.yaml"] {
                let run = check(&files, &[path]);
                let expected = format!("info[skipped-input] overlay/patches/p.yaml: {message}");
                assert_eq!(
                    (findings(&run), run.status),
                    (vec![&*expected], 0),
                    "{path}: {kustomization}"
                );
            }
        }
    }
    let inline = format!("patches:\n- patch: |\n    {}\n", patch.replace('\n', "\n    "));
    let run = check(&[("kustomization.yaml", &inline)], &["."]);
    let expected = "info[skipped-input] kustomization.yaml: a mirror set that cannot be read: it is in a patch in an \
                    object of the kind \"Kustomization\"";
    assert_eq!(findings(&run), [expected]);
}

#[test]
fn placeholders_of_other_tools_leave_a_mirror_undecided() {
    for placeholder in [
        "$(REGISTRY)",
        "$REGISTRY",
        "<your-registry>",
        "@REGISTRY@",
        "%REGISTRY%",
        "${REGISTRY}",
    ] {
        let text = set("a", "a").replace("mirror.example.com/a", &format!("\"{placeholder}/a\""));
        let run = check(&[("a.yaml", &text)], &["."]);
        assert!(
            run.stderr.contains("1 undecided"),
            "{placeholder}: {} {}",
            run.stdout,
            run.stderr
        );
        assert!(run.stdout.contains(placeholder), "{placeholder}: {}", run.stdout);
        assert!(!run.stdout.contains("error"), "{placeholder}: {}", run.stdout);
    }
}

#[test]
fn a_directory_without_configuration_stands_for_the_root_modules_that_use_its_files() {
    let main = r#"
resource "rhcs_image_mirror" "m" {
  for_each   = yamldecode(file("${path.module}/../data/mirrors.yaml"))
  cluster_id = "2lbbrpgkocgajphhqee7vku1pgd4qsge"
  source     = each.key
  mirrors    = each.value
}
"#;
    let files = [
        (".git/HEAD", ""),
        ("mirrorset.toml", "var-files = [\"values/all.tfvars\"]\n"),
        ("live/main.tf", main),
        ("data/mirrors.yaml", "nginx: [mirror.example.com/library/nginx]\n"),
        ("values/all.tfvars", "region = \"eu\"\n"),
        ("docs/notes.yaml", "a: 1\n"),
    ];
    for path in ["data", "values", "live", ".", "data/mirrors.yaml"] {
        let run = check(&files, &[path]);
        let found = findings(&run);
        assert!(
            found.len() == 1 && found[0].starts_with("error[short-source]"),
            "{path}: {} {}",
            run.stdout,
            run.stderr
        );
    }
    let run = check(&files, &["docs"]);
    assert_eq!(run.status, 2, "{}", run.stdout);
    assert!(
        run.stderr
            .contains("docs: no Terraform configuration in this directory"),
        "{}",
        run.stderr
    );
}

/// A root module whose block applies the mirror set in `sets/a.yaml`, or the one in a script.
fn commands(block: &str) -> Run {
    let script = format!("oc apply -f - <<END\n{}END\n", set("b", "b"));
    let files = [
        (".git/HEAD", ""),
        ("live/main.tf", block),
        ("sets/a.yaml", &set("a", "a")),
        ("scripts/apply.sh", &script),
    ];
    check(&files, &["live"])
}

#[test]
fn commands_that_apply_a_mirror_set_are_counted() {
    let provisioner = |arguments: &str| {
        format!(
            "resource \"terraform_data\" \"x\" {{\n  provisioner \"local-exec\" {{\n{arguments}\n  }}\n}}\n"
        )
    };
    for arguments in [
        "command = \"oc apply -f ${path.module}/../sets/a.yaml\"",
        "command = \"oc --kubeconfig ${self.id} apply --filename=${path.module}/../sets/a.yaml\"",
        "command = \"cd ../sets && oc create -f a.yaml\"",
        "working_dir = \"../sets\"\ncommand = \"oc apply -f a.yaml\"",
        "command = \"oc apply -k ${path.root}/../sets\"",
        "command = \"bash ../scripts/apply.sh\"",
        "command = \"echo '${file(\"../sets/a.yaml\")}' | oc apply -f -\"",
        "command = \"printf 'kind: ImageDigestMirrorSet' | oc apply -f -\"",
    ] {
        let run = commands(&provisioner(arguments));
        let expected = "info[skipped-input] terraform_data.x: commands with a mirror set, which are not run";
        assert_eq!(findings(&run), [expected], "{arguments}");
    }
    for arguments in [
        "command = \"oc get imagedigestmirrorset\"",
        "command = \"oc apply -f ../live\"",
    ] {
        assert_eq!(
            findings(&commands(&provisioner(arguments))),
            [""; 0],
            "{arguments}"
        );
    }
    for (block, address, what) in [
        (
            "data \"external\" \"x\" {\n  program = [\"bash\", \"../scripts/apply.sh\"]\n}\n",
            "data.external.x",
            "commands with a mirror set, which are not run",
        ),
        (
            "resource \"local_file\" \"x\" {\n  content = file(\"../sets/a.yaml\")\n}\n",
            "local_file.x",
            "a block with a mirror set, which is not read here",
        ),
        (
            "resource \"aws_s3_object\" \"x\" {\n  content = yamlencode({ kind = \"ImageTagMirrorSet\" })\n}\n",
            "aws_s3_object.x",
            "a block with a mirror set, which is not read here",
        ),
    ] {
        let expected = format!("info[skipped-input] {address}: {what}");
        assert_eq!(findings(&commands(block)), [&*expected], "{block}");
    }
}

#[test]
fn a_command_whose_manifest_is_read_hides_nothing() {
    let main = "resource \"null_resource\" \"x\" {\n  provisioner \"local-exec\" {\n    command = \"oc apply -f ../sets\"\n  }\n}\n";
    let files = [
        (".git/HEAD", ""),
        ("live/main.tf", main),
        ("sets/a.yaml", &set("a", "a")),
    ];
    assert_eq!(findings(&check(&files, &["live"])).len(), 1);
    assert_eq!(findings(&check(&files, &["."])), [""; 0]);
}
