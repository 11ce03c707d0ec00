//! Situations in which mirrors lie under the given paths and are not read: each is told.

use crate::support::program::{Run, mirrorset_in, mirrorset_with_environment, scratch};

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
    let message = "the root module does not declare this variable, so the value is ignored";
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
fn a_value_for_root_modules_without_anything_to_check_is_told() {
    let settings = ("mirrorset.toml", "var-files = [\"envs/all.tfvars\"]\n");
    let values = ("envs/all.tfvars", "image_mirrors = { a = [] }\n");
    let (without, with) = ("variable \"region\" {}\n", "variable \"image_mirrors\" {}\n");
    let expected = "warning[skipped-input] var.image_mirrors: the root module does not declare this variable, so \
                    the value is ignored";
    for path in [".", "a", "a/main.tf", "envs/all.tfvars"] {
        let files = [settings, values, ("a/main.tf", without), ("b/main.tf", without)];
        assert_eq!(findings(&check(&files, &[path])), [expected], "{path}");
        let files = [settings, values, ("a/main.tf", with), ("b/main.tf", with)];
        assert_eq!(findings(&check(&files, &[path])), [""; 0], "{path}");
    }
    // One of the two declares it.
    let files = [settings, values, ("a/main.tf", without), ("b/main.tf", with)];
    assert_eq!(findings(&check(&files, &["."])), [""; 0]);
    assert_eq!(findings(&check(&files, &["a"])), [expected]);
}

/// A root module whose mirrors are in a variable.
const BY_VARIABLE: &str = r#"
variable "mirrors" {
  type    = map(string)
  default = {}
}
resource "rhcs_image_mirror" "m" {
  for_each   = var.mirrors
  cluster_id = "2lbbrpgkocgajphhqee7vku1pgd4qsge"
  source     = each.key
  mirrors    = [each.value]
}
"#;

#[test]
fn mirrors_that_a_call_passes_to_a_module_that_takes_none_are_told() {
    let main = "module \"m\" {\n  source        = \"./m\"\n  image_mirrors = { a = 1 }\n}\n";
    for module in ["", "variable \"other\" {\n  default = 1\n}\n"] {
        let run = check(&[("main.tf", main), ("m/main.tf", module)], &["."]);
        let expected = "error[unsupported-argument] module.m: unsupported argument \"image_mirrors\"";
        assert_eq!((findings(&run), run.status), (vec![expected], 1), "{module}");
    }
}

#[test]
fn automatic_values_that_no_root_module_loads_are_told() {
    let values = "mirrors = { nginx = \"m.example.com/nginx\" }\n";
    let message =
        "no root module loads this file of variables: give it with `--var-file` or list it in `var-files`";
    let root = "module \"a\" {\n  source = \"../module\"\n}\n";
    for file in [
        "terraform.tfvars",
        "values/x.auto.tfvars",
        "values/terraform.tfvars.json",
        // Terraform loads the values of root modules alone.
        "module/terraform.tfvars",
    ] {
        let text = if file.ends_with("json") {
            "{\"mirrors\": {}}"
        } else {
            values
        };
        let files = [
            (".git/HEAD", ""),
            ("live/main.tf", root),
            ("module/main.tf", BY_VARIABLE),
            (file, text),
        ];
        let expected = format!("info[skipped-input] {file}: {message}");
        for path in [".", file] {
            assert_eq!(findings(&check(&files, &[path])), [&*expected], "{file}: {path}");
        }
    }
    let files = [("main.tf", BY_VARIABLE), ("terraform.tfvars", values)];
    assert!(findings(&check(&files, &["."]))[0].starts_with("error[short-source]"));
}

#[test]
fn the_arguments_of_terraform_in_the_environment_are_taken() {
    let tree = scratch(&[
        (".git/HEAD", ""),
        ("live/main.tf", BY_VARIABLE),
        (
            "live/prod.tfvars",
            "mirrors = { nginx = \"m.example.com/nginx\" }\n",
        ),
        (
            "live/good.tfvars",
            "mirrors = { \"quay.io/a\" = \"m.example.com/a\" }\n",
        ),
    ]);
    let options = ["--ignore", "provider-version", "--output-format", "concise"];
    let check = |variables: &[(&str, &str)], arguments: &[&str]| {
        let arguments = [&["check", "."], &options[..], arguments].concat();
        mirrorset_with_environment(tree.path(), &arguments, variables)
    };
    let short = "error[short-source] rhcs_image_mirror.m[\"nginx\"]: source \"nginx\" has no registry host";
    for variables in [
        &[("TF_CLI_ARGS", "-var-file=prod.tfvars")][..],
        &[("TF_CLI_ARGS_plan", "-no-color -var-file prod.tfvars")],
        &[(
            "TF_CLI_ARGS_plan",
            "-var 'mirrors={nginx=\"m.example.com/nginx\"}'",
        )],
        &[
            ("TF_CLI_ARGS", "-var-file=prod.tfvars"),
            ("TF_CLI_ARGS_plan", "-var-file=good.tfvars"),
        ],
    ] {
        let run = check(variables, &[]);
        assert!(findings(&run).contains(&short), "{variables:?}: {}", run.stdout);
    }
    let run = check(
        &[("TF_CLI_ARGS", "-var-file=prod.tfvars")],
        &["--var-file", "live/good.tfvars"],
    );
    assert_eq!((findings(&run), run.status), (vec![], 0), "{}", run.stdout);
    let run = check(
        &[("TF_CLI_ARGS", "-var-file=none.tfvars")],
        &["--ignore", "unknown-value"],
    );
    let missing = "info[skipped-input] none.tfvars: TF_CLI_ARGS names this file of variables, which none of the root \
                   modules has";
    assert!(findings(&run).contains(&missing), "{}", run.stdout);
}

#[test]
fn texts_of_other_tools_that_name_mirrors_are_told() {
    let text = set("a", "a");
    let script = format!("oc apply -f - <<END\n{text}END\n");
    let rosa = "rosa create image-mirror --cluster a --source quay.io/a --mirrors m.example.com/a\n";
    let ending = "the file names a mirror set, and it is not read because its name does not end in `.yaml`, `.yml` or \
                  `.json`";
    let is_script = "the file names a mirror set, and it is not read because it is a script";
    let other = "the file names image mirrors of another tool, and no configuration reads it";
    for (file, text, message) in [
        ("config", text.as_str(), ending),
        ("idms.txt", &text, ending),
        ("IDMS.YAML", &text, ending),
        (
            "mirror-registry.yaml",
            "kind: ConfigMap\ndata:\n  registries.conf: |\n    [[registry.mirror]]\n    location = \"m.io/a\"\n",
            other,
        ),
        ("sets.jsonl", "{\"kind\": \"ImageDigestMirrorSet\"}\n", ending),
        ("main.jsonnet", "{ imageDigestMirrors: [] }\n", ending),
        ("apply.sh", &script, is_script),
        ("Makefile", rosa, is_script),
        ("Dockerfile", &format!("RUN {rosa}"), is_script),
        (".gitlab-ci.yml", &format!("a: {{script: [{rosa:?}]}}\n"), other),
        ("play.yml", &format!("- command: {rosa}"), other),
        (
            "Pulumi.yaml",
            "resources: {m: {type: 'rhcs:index:ImageMirror'}}\n",
            other,
        ),
        (
            "cdktf.json",
            "{\"terraformProviders\": [\"terraform-redhat/rhcs@~> 1.7\"]}\n",
            other,
        ),
        ("vars.yaml", "image_mirrors: {a: {source: a}}\n", other),
        (
            "machine-config.yaml",
            "kind: MachineConfig\nfiles: [{path: /etc/containers/registries.conf}]\n",
            other,
        ),
    ] {
        let expected = format!("info[skipped-input] {file}: {message}");
        for path in [".", file] {
            // A manifest that is named is read, whatever its name is.
            if path == "." || message != ending {
                let run = check(&[("main.tf", "variable \"a\" {}\n"), (file, text)], &[path]);
                assert_eq!((findings(&run), run.status), (vec![&*expected], 0), "{file}");
            }
        }
    }
    for (file, text) in [
        ("README.md", text.as_str()),
        ("LICENSE", "mirrors"),
        ("build.sh", "docker pull quay.io/a\n"),
        (
            "report.json",
            "{\"tool\": \"mirrorset\", \"address\": \"rhcs_image_mirror.m\"}\n",
        ),
    ] {
        let run = check(&[("main.tf", "variable \"a\" {}\n"), (file, text)], &["."]);
        assert_eq!(findings(&run), [""; 0], "{file}");
    }
}

#[test]
fn hidden_manifests_are_read_as_oc_applies_them() {
    let hidden = (".set.yaml", &*set("a", "quay.io/a"));
    let run = check(&[("main.tf", "variable \"a\" {}\n"), hidden], &["."]);
    assert!(run.stderr.starts_with("1 mirror in 2 inputs"), "{}", run.stderr);
}

#[test]
fn a_compressed_plan_is_counted() {
    let run = check(
        &[("main.tf", "variable \"a\" {}\n"), ("plan.json.gz", "x")],
        &["."],
    );
    assert!(
        run.stderr.contains("1 skipped (of another kind: 1)"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_manifest_that_another_tool_has_to_process_first_is_told() {
    let plain = set("a", "a");
    let ytt = "a mirror set that cannot be read: it is in a template of ytt";
    let sops = "a mirror set that cannot be read: it is in an object that is encrypted with SOPS";
    let encrypted = plain.replace(
        "quay.io/a",
        "'ENC[AES256_GCM,data:Zm9v,iv:YQ==,tag:Yg==,type:str]'",
    ) + "sops: {lastmodified: '2026-01-01T00:00:00Z', mac: 'ENC[AES256_GCM,data:Zm9v,type:str]', version: 3.9.0}\n";
    for (text, message) in [
        (plain.replace("quay.io/a,", "#@ data.values.source\n  ,"), ytt),
        (format!("#@ load(\"@ytt:data\", \"data\")\n---\n{plain}"), ytt),
        (format!("#@overlay/match by=\"kind\"\n---\n{plain}"), ytt),
        (encrypted, sops),
    ] {
        let run = check(&[("a.yaml", &text)], &["."]);
        let expected = format!("info[skipped-input] a.yaml: {message}");
        assert_eq!((findings(&run), run.status), (vec![&*expected], 0), "{text}");
    }
    for comment in ["# a", "#@", "#@someone", "a#@ b"] {
        let run = check(&[("a.yaml", &format!("# {comment}\n{plain}"))], &["."]);
        assert_eq!(findings(&run), [""; 0], "{comment}");
    }
}

#[test]
fn the_files_of_a_chart_are_not_called_broken() {
    let files = [
        ("app/Chart.yaml", "apiVersion: v2\nname: app\n"),
        ("app/values.yaml", "mirrors: [{source: quay.io/a}]\n"),
        ("app/templates/set.yaml", "{{ toYaml .Values.mirrors }}\n"),
    ];
    let message = "the file belongs to a Helm chart, which is not rendered";
    let found = |file: &str| format!("info[skipped-input] {file}: {message}");
    let (template, values) = (found("app/templates/set.yaml"), found("app/values.yaml"));
    let run = check(&files, &["."]);
    assert_eq!((findings(&run), run.status), (vec![&*template, &*values], 0));
    let run = check(&files, &["app/values.yaml"]);
    assert_eq!((findings(&run), run.status), (vec![&*values], 0));
}

#[test]
fn a_file_of_terragrunt_that_passes_on_mirrors_is_told() {
    for text in [
        "inputs = {\n  mirrors = {}\n}\n",
        "terraform {\n  source = \"tfr:///terraform-redhat/rosa-hcp/rhcs?version=1.7.1\"\n}\n",
    ] {
        let run = check(&[("live/terragrunt.hcl", text)], &["."]);
        let expected = "info[skipped-input] live/terragrunt.hcl: files of Terragrunt are not read";
        assert_eq!(findings(&run), [expected], "{text}");
    }
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
        "command = \"rosa create image-mirror -c a --source quay.io/a --mirrors m.io/a\"",
        "command = \"ocm post /api/clusters_mgmt/v1/clusters/a/image_mirrors < a.json\"",
    ] {
        let run = commands(&provisioner(arguments));
        let expected =
            "info[skipped-input] terraform_data.x: commands that declare image mirrors, which are not run";
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
            "commands that declare image mirrors, which are not run",
        ),
        (
            "resource \"local_file\" \"x\" {\n  content = file(\"../sets/a.yaml\")\n}\n",
            "local_file.x",
            "a block that declares image mirrors, which is not read here",
        ),
        (
            "resource \"aws_s3_object\" \"x\" {\n  content = yamlencode({ kind = \"ImageTagMirrorSet\" })\n}\n",
            "aws_s3_object.x",
            "a block that declares image mirrors, which is not read here",
        ),
        (
            "resource \"restapi_object\" \"x\" {\n  path = \"/api/clusters_mgmt/v1/clusters/a/image_mirrors\"\n}\n",
            "restapi_object.x",
            "a block that declares image mirrors, which is not read here",
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

#[cfg(unix)]
#[test]
fn a_directory_with_nothing_but_a_link_holds_what_the_link_leads_to() {
    let tree = scratch(&[
        (".git/HEAD", ""),
        ("real/set.yaml", &set("a", "a")),
        ("linked/notes.md", ""),
    ]);
    std::os::unix::fs::symlink("../real", tree.path().join("linked/sets")).unwrap();
    let run = mirrorset_in(tree.path(), &["check", "linked"]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    assert!(run.stdout.starts_with("1 mirror in 1 manifest"), "{}", run.stdout);
}
