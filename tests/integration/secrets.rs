//! A sensitive or ephemeral value is in no output of any command, in any format.
//!
//! Every value that a module hides has a mark. Each case puts marks at all places that the grammar has for a value or a
//! name, every command runs over it in every format, and no mark may be in what it prints.

use std::path::Path;

use crate::support::program::{Run, VERSIONS, mirrorset_with_environment, scratch};
use mirrorset::testing::convert::TARGETS;
use mirrorset::testing::output::check::FORMATS;

/// What every hidden text contains.
const MARK: &str = "M4RK";

/// Expressions that use a hidden value, most of which fail: `var.s` and `var.e` are strings, `var.o` has a hidden key.
const FORMS: &str = include_str!("secrets/forms.txt");

const VARIABLES: &str = r#"
variable "s" {
  sensitive = true
  default   = "M4RKs"
}
variable "t" {
  sensitive = true
  default   = "$${M4RKt"
}
variable "o" {
  sensitive = true
  default   = { M4RKkey = "M4RKvalue", key = {} }
}
variable "e" {
  ephemeral = true
  default   = "M4RKe"
}
"#;

/// The arguments of every command, of which each runs over a directory.
fn commands() -> Vec<Vec<String>> {
    let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
    let mut commands: Vec<Vec<String>> = FORMATS
        .iter()
        .map(|format| words(&format!("check . --output-format {}", format.name)))
        .collect();
    commands.extend(TARGETS.iter().flat_map(|target| {
        ["", " --skip-unresolved"].map(|option| words(&format!("convert . --to {}{option}", target.flag)))
    }));
    commands.extend(
        [
            "check . --unsafe-fixes --diff",
            "check . --show-files",
            "check . --show-settings",
            "check . --strict --output-format concise",
            "check . --write-baseline baseline.json",
            "check . --baseline baseline.json",
            "resolve nginx quay.io/org/app@sha256:1111111111111111111111111111111111111111111111111111111111111111",
            "resolve nginx --output-format json-lines",
            "diff . .",
            "diff . . --output-format json",
        ]
        .map(words),
    );
    commands
}

/// Asserts that a run shows no mark.
fn assert_hidden(run: &Run, what: &str) {
    for (stream, text) in [("stdout", &run.stdout), ("stderr", &run.stderr)] {
        let line = text.lines().find(|line| line.contains(MARK));
        let shown = line.map(|line| {
            let at = line.find(MARK).unwrap_or_default();
            let start = line.floor_char_boundary(at.saturating_sub(200));
            &line[start..line.ceil_char_boundary((at + 60).min(line.len()))]
        });
        assert_eq!(shown, None, "{stream} of {what}");
    }
}

/// Asserts that no command shows a mark of these files.
fn assert_commands_hide(files: &[(&str, &str)], environment: &[(&str, &str)], case: &str) {
    assert_commands_hide_in(scratch(files).path(), environment, case);
}

/// Asserts that no command in a directory shows a mark.
fn assert_commands_hide_in(directory: &Path, environment: &[(&str, &str)], case: &str) {
    for command in commands() {
        let arguments: Vec<&str> = command.iter().map(String::as_str).collect();
        let run = mirrorset_with_environment(directory, &arguments, environment);
        assert_hidden(&run, &format!("{} over {case}", command.join(" ")));
        assert_file_hides(&directory.join("baseline.json"), case);
    }
}

fn assert_file_hides(path: &Path, case: &str) {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    assert!(!text.contains(MARK), "{} of {case}", path.display());
}

fn mirror(name: &str, source: &str, mirrors: &str) -> String {
    format!(
        "resource \"rhcs_image_mirror\" \"{name}\" {{\n  cluster_id = \"c\"\n  source = {source}\n  mirrors = {mirrors}\n}}\n"
    )
}

#[test]
fn no_expression_shows_a_hidden_value() {
    let directory = scratch(&[("variables.tf", VARIABLES)]);
    let mut expressions: Vec<String> = FORMS.lines().map(str::to_owned).collect();
    expressions.extend(FORMS.lines().map(|form| form.replace("var.s", "var.e")));
    expressions.extend(
        FORMS
            .lines()
            .map(|form| form.replace("var.s", "{a = [var.s]}.a[0]")),
    );
    expressions.extend(FORMS.lines().map(|form| format!("type({form})")));
    expressions.extend(FORMS.lines().map(|form| format!("{{k = {form}}}")));
    for format in ["full", "json-lines"] {
        let mut arguments = vec!["eval", "--output-format", format, "--"];
        arguments.extend(expressions.iter().map(String::as_str));
        let run = mirrorset_with_environment(directory.path(), &arguments, &[]);
        assert_hidden(&run, &format!("eval in {format}"));
        assert!(run.stdout.lines().count() >= expressions.len(), "{}", run.stderr);
    }
}

#[test]
fn no_argument_of_a_mirror_shows_a_hidden_value() {
    let mut text = String::new();
    for (index, form) in FORMS.lines().enumerate() {
        text.push_str(&mirror(&format!("a{index}"), form, &format!("[{form}]")));
    }
    assert_commands_hide(
        &[VERSIONS, ("variables.tf", VARIABLES), ("main.tf", &text)],
        &[],
        "forms",
    );
}

/// Blocks with a value at every place where a value can stand.
fn places(index: usize, value: &str) -> String {
    format!(
        r#"
resource "rhcs_image_mirror" "all{index}" {{
  cluster_id = {value}
  source     = {value}
  mirrors    = [{value}, {value}, "m.io/a"]
  type       = {value}
  nope       = {value}
  depends_on = [{value}]
  block {{
    inner = {value}
  }}
  lifecycle {{
    precondition {{
      condition     = {value} == "x"
      error_message = "it is ${{{value}}}"
    }}
  }}
}}
resource "rhcs_image_mirror" "list{index}" {{
  cluster_id = "c"
  source     = "nginx"
  mirrors    = {value}
}}
resource "rhcs_image_mirror" "count{index}" {{
  count      = {value}
  cluster_id = "c"
  source     = "nginx"
  mirrors    = ["m.io"]
}}
resource "rhcs_image_mirror" "each{index}" {{
  for_each   = toset([{value}])
  cluster_id = "c"
  source     = each.value
  mirrors    = [each.key]
}}
resource "rhcs_image_mirror" "near{index}" {{
  cluster_id = "c"
  source     = {value} == "M4RKs" ? "nginx" : "busybox"
  mirrors    = ["m.io", "m.io", {value}]
}}
resource "rhcs_cluster_rosa_hcp" "c{index}" {{
  name = {value}
  registry_config = {{
    registry_sources = {{ blocked_registries = [{value}], allowed_registries = [{value}, "x y"] }}
  }}
}}
resource "rhcs_image_mirror" "cluster{index}" {{
  cluster_id = rhcs_cluster_rosa_hcp.c{index}.id
  source     = "${{{value}}}/a"
  mirrors    = ["m.io"]
}}
resource "kubernetes_manifest" "k{index}" {{
  manifest = {{
    apiVersion = "config.openshift.io/v1"
    kind       = "ImageDigestMirrorSet"
    metadata   = {{ name = {value} }}
    spec       = {{ imageDigestMirrors = [{{ source = {value}, mirrors = [{value}, "a b"] }}] }}
  }}
}}
import {{
  to = rhcs_image_mirror.all{index}
  id = {value}
}}
import {{
  to = rhcs_image_mirror.each{index}[{value}]
  id = "c,{{}}"
}}
module "m{index}" {{
  source = "./child"
  number = {value}
  plain  = {value}
  object = {{ (var.s) = {value}, M4RKname = "a" }}
  hidden = "M4RKargument"
}}
output "o{index}" {{
  value = {value}
}}
data "rhcs_image_mirrors" "d{index}" {{
  cluster_id = {value}
}}
locals {{
  l{index} = {{ ({value}) = {value} }}
}}
"#
    )
}

#[test]
fn no_place_in_a_module_shows_a_hidden_value() {
    let mut text = String::new();
    for (index, value) in [
        "var.s",
        "var.e",
        "\"${var.s} x\"",
        "sensitive(\"M4RKcall x\")",
        "var.o.M4RKkey",
    ]
    .iter()
    .filter(|value| !value.contains(".M4RK"))
    .enumerate()
    {
        text.push_str(&places(index, value));
    }
    let child = format!(
        "variable \"number\" {{\n  type = number\n}}\nvariable \"plain\" {{\n  validation {{\n    condition = \
         var.plain == \"x\"\n    error_message = \"it is ${{var.plain}}\"\n  }}\n}}\nvariable \"object\" {{\n  type = \
         map(number)\n  sensitive = true\n}}\nvariable \"hidden\" {{\n  sensitive = true\n  type = number\n}}\n{}{}{}",
        mirror("n", "var.number", "[var.plain]"),
        mirror("o", "var.object[\"zz\"]", "[var.hidden]"),
        mirror("p", "var.plain", "var.object")
    );
    let files = [
        VERSIONS,
        ("variables.tf", VARIABLES),
        ("main.tf", &text),
        ("child/main.tf", &child),
        (
            "fixable.tf",
            "# mirrorset: ignore[nope] M4R K\nlocals {\n  x = sensitive(\"M4RKnear\")\n}\n",
        ),
    ];
    assert_commands_hide(&files, &[], "places");
}

/// Expressions that read what a configuration must not read. Each file that they name has a mark.
const OUTSIDE: [&str; 12] = [
    "file(\"../outside/secret\")",
    "file(\"${path.module}/../outside/secret\")",
    "file(\"link\")",
    "file(\"linked/secret\")",
    "filebase64(\"../outside/secret\")",
    "templatefile(\"../outside/secret\", {})",
    "yamldecode(file(\"../outside/secret.yaml\"))",
    "join(\",\", fileset(\"../outside\", \"*\"))",
    "join(\",\", fileset(\"linked\", \"**\"))",
    "file(\".git/config\")",
    "file(\"terraform.tfstate\")",
    "file(\"/proc/self/environ\")",
];

#[cfg(unix)]
#[test]
fn no_place_in_a_module_shows_what_lies_outside() {
    let mut text = String::new();
    for (index, value) in OUTSIDE.iter().enumerate() {
        text.push_str(&places(index, value).replace("(var.s)", "(local.s)"));
    }
    let marked = "M4RKsecret: M4RKvalue\nM4RKkey: M4RKvalue\n";
    let tree = scratch(&[
        (
            "repo/main.tf",
            &text
                .replace("M4RKs", "s")
                .replace("M4RKname", "name")
                .replace("M4RKargument", "a"),
        ),
        (
            "repo/locals.tf",
            "locals {\n  s = \"s\"\n}\nmodule \"out\" {\n  source = \"../outside\"\n}\n",
        ),
        (
            "repo/child/main.tf",
            "variable \"number\" {}\nvariable \"plain\" {}\nvariable \"object\" {}\nvariable \"hidden\" {}\n",
        ),
        (
            "repo/mirrorset.toml",
            "var-files = [\"../outside/values.tfvars\"]\n",
        ),
        ("repo/.git/config", marked),
        ("repo/terraform.tfstate", marked),
        ("outside/secret", marked),
        ("outside/secret.yaml", marked),
        ("outside/M4RKname", marked),
        ("outside/main.tf", "locals {\n  M4RKlocal = \"M4RKvalue\n}\n"),
        ("outside/values.tfvars", "s = \"M4RKs\n"),
    ]);
    let repository = tree.path().join("repo");
    for (target, link) in [
        ("../outside/secret", "link"),
        ("../outside", "linked"),
        ("../outside/main.tf", "linked.tf"),
        ("../outside/values.tfvars", "terraform.tfvars"),
        ("../outside/secret.yaml", "linked.yaml"),
        ("../outside/main.tf", ".terraform.lock.hcl"),
    ] {
        std::os::unix::fs::symlink(target, repository.join(link)).unwrap();
    }
    let environment = [
        ("GITHUB_TOKEN", "M4RKtoken"),
        ("TF_VAR_undeclared", "M4RKundeclared"),
    ];
    assert_commands_hide_in(&repository, &environment, "what lies outside");
    let mut arguments = vec!["eval", "--"];
    arguments.extend(OUTSIDE);
    let run = mirrorset_with_environment(&repository, &arguments, &environment);
    assert_hidden(&run, "eval of what lies outside");
}

#[test]
fn values_of_variables_are_hidden_wherever_they_are_set() {
    let declarations = "variable \"s\" {\n  sensitive = true\n  type = number\n}\nvariable \"o\" {\n  sensitive = \
                        true\n  type = object({ a = number })\n}\nvariable \"l\" {\n  ephemeral = true\n  type = \
                        list(string)\n}\n";
    let text = [
        declarations.to_owned(),
        mirror("a", "var.s", "[var.o.a]"),
        mirror("b", "var.o", "var.l"),
        mirror("c", "\"nginx\"", "[\"m.io\"]"),
    ]
    .concat();
    let native = "s = \"M4RKs\"\no = { M4RKkey = \"M4RKo\", a = \"M4RKa\" }\nl = [\"M4RKl x\", \"M4RKl\"]\n";
    let json = r#"{"s": "M4RKs", "o": {"M4RKkey": "M4RKo", "a": "M4RKa"}, "l": "M4RKl"}"#;
    let broken = "s = \"M4RKs\no = { M4RKkey = \"M4RKo\"\nl = [\"M4RKl x\"\n";
    for (name, content) in [
        ("terraform.tfvars", native),
        ("terraform.tfvars", broken),
        ("x.auto.tfvars.json", json),
        ("x.auto.tfvars.json", "{\"s\": \"M4RKs\" \"M4RKx\"}"),
    ] {
        assert_commands_hide(&[VERSIONS, ("main.tf", &text), (name, content)], &[], name);
    }
    for (s, o, l) in [
        ("M4RKs", "{ M4RKkey = \"M4RKo\", a = \"M4RKa\" }", "[\"M4RKl x\"]"),
        ("M4RKs x", "{ M4RKkey = \"M4RKo", "[\"M4RKl"),
        ("", "\"M4RKo\"", "M4RKl"),
    ] {
        let environment = [("TF_VAR_s", s), ("TF_VAR_o", o), ("TF_VAR_l", l)];
        assert_commands_hide(&[VERSIONS, ("main.tf", &text)], &environment, "the environment");
        let directory = scratch(&[("main.tf", &text)]);
        for format in FORMATS {
            let variables =
                [("s", s), ("o", o), ("l", l)].map(|(name, value)| format!("--var={name}={value}"));
            let mut arguments = vec!["check", ".", "--output-format", format.name];
            arguments.extend(variables.iter().map(String::as_str));
            let run = mirrorset_with_environment(directory.path(), &arguments, &[]);
            assert_hidden(&run, &format!("--var in {}", format.name));
        }
    }
}

#[test]
fn a_file_with_a_syntax_error_shows_no_hidden_value() {
    let correct = "variable \"s\" {\n  sensitive = true\n  default = \"M4RKs\"\n}\n\
                   variable \"h\" {\n  default = <<E\nM4RKh\nE\n  ephemeral = true\n}\n\
                   locals {\n  x = sensitive(\"M4RKx\")\n}\n\
                   resource \"rhcs_image_mirror\" \"a\" {\n  source = var.s\n  mirrors = [var.s]\n}\n";
    // Each character that structures the file is left out once, and written twice once.
    let structure = correct.match_indices(['{', '}', '"', '=', '(', ')', '[', ']', '\n', '<']);
    let positions: Vec<usize> = structure.map(|(at, _)| at).collect();
    for at in positions {
        for broken in [
            format!("{}{}", &correct[..at], &correct[at + 1..]),
            format!("{}{}", &correct[..=at], &correct[at..]),
            correct[..at].to_owned(),
        ] {
            let directory = scratch(&[("main.tf", &broken)]);
            let run = mirrorset_with_environment(directory.path(), &["check"], &[]);
            assert_hidden(&run, &format!("check over {broken}"));
        }
    }
}

#[test]
fn configuration_in_json_shows_no_hidden_value() {
    let text = r#"{
  "variable": {
    "s": {"sensitive": true, "default": "M4RKs x"},
    "o": {"ephemeral": true, "default": {"M4RKkey": "M4RKo"}}
  },
  "locals": {"l": "${sensitive(\"M4RKl x\")}"},
  "resource": {
    "rhcs_image_mirror": {
      "a": {"cluster_id": "${var.s}", "source": "${var.s}", "mirrors": ["${var.s}", "${local.l}"], "nope": "${local.l}"},
      "b": {"cluster_id": "c", "source": "nginx", "mirrors": ["${sensitive(\"M4RKm\")}", "${var.o}"]}
    }
  }
}
"#;
    assert_commands_hide(&[("main.tf.json", text)], &[], "JSON");
    let broken = text.replace("\"resource\":", "\"resource\"");
    assert_commands_hide(&[("main.tf.json", &broken)], &[], "JSON that is not valid");
}

#[test]
fn plans_states_and_manifests_show_no_hidden_value() {
    let plan = |sensitive_values: &str, sensitive: &str| {
        format!(
            r#"{{"format_version":"1.2","variables":{{"s":{{"value":"M4RKvar"}}}},"planned_values":{{"outputs":{{"o":{{"sensitive":true,"value":"M4RKout"}}}},"root_module":{{"resources":[{{"address":"rhcs_image_mirror.a","mode":"managed","type":"rhcs_image_mirror","name":"a","values":{{"cluster_id":"M4RKc","source":"M4RK s","mirrors":["M4RK m","M4RK m"],"type":"M4RKt"}},"sensitive_values":{sensitive_values}}}]}}}},"resource_changes":[{{"address":"rhcs_image_mirror.a","mode":"managed","type":"rhcs_image_mirror","name":"a","change":{{"actions":["delete","create"],"before":{{"cluster_id":"M4RKc0","source":"M4RK s0","mirrors":["M4RK m0"]}},"after":{{"cluster_id":"M4RKc","source":"M4RK s","mirrors":["M4RK m","M4RK m"],"type":"M4RKt"}},"after_unknown":{{}},"before_sensitive":{sensitive},"after_sensitive":{sensitive},"replace_paths":[["source"]]}}}}],"configuration":{{"root_module":{{"variables":{{"s":{{"sensitive":true,"default":"M4RKdefault"}}}},"resources":[{{"address":"rhcs_image_mirror.a","mode":"managed","type":"rhcs_image_mirror","name":"a","expressions":{{"source":{{"references":["var.s"]}}}}}}]}}}}}}"#
        )
    };
    let each = r#"{"cluster_id":true,"source":true,"mirrors":true,"type":true}"#;
    let elements = r#"{"cluster_id":true,"source":true,"mirrors":[true,true],"type":true}"#;
    for (values, changes) in [
        ("{\"mirrors\":[]}", each),
        (each, each),
        (elements, elements),
        ("{}", "true"),
    ] {
        assert_commands_hide(&[("plan.json", &plan(values, changes))], &[], "a plan");
    }
    let broken = plan(each, each).replace("\"configuration\"", "\"configuration");
    assert_commands_hide(&[("plan.json", &broken)], &[], "a plan that is not JSON");
    let state = r#"{"format_version":"1.0","values":{"root_module":{"resources":[{"address":"rhcs_image_mirror.a","mode":"managed","type":"rhcs_image_mirror","name":"a","values":{"cluster_id":"M4RKc","source":"M4RK s","mirrors":["M4RK m"]},"sensitive_values":{"cluster_id":true,"source":true,"mirrors":[true]}}]}}}"#;
    assert_commands_hide(&[("state.json", state)], &[], "a state");
    for secret in [
        "{pw: M4RK, }}",
        "{pw: M4RK}\nstringData: {pw: M4RK2}",
        "\n  pw: M4RK\n  pw: M4RK",
    ] {
        let manifests = format!(
            "apiVersion: v1\nkind: Secret\nmetadata: {{name: x}}\nstringData: {secret}\n---\napiVersion: \
             config.openshift.io/v1\nkind: ImageDigestMirrorSet\nmetadata: {{name: a}}\nspec:\n  imageDigestMirrors: []\n"
        );
        assert_commands_hide(&[("m.yaml", &manifests)], &[], "a Secret");
    }
}

#[test]
fn what_is_not_sensitive_is_still_shown() {
    let text = [VARIABLES.to_owned(), mirror("a", "\"nginx\"", "[\"m.io\"]")].concat();
    let directory = scratch(&[VERSIONS, ("main.tf", &text)]);
    let run = mirrorset_with_environment(directory.path(), &["check"], &[]);
    assert!(run.stdout.contains("source = \"nginx\""), "{}", run.stdout);
    let run = mirrorset_with_environment(directory.path(), &["check", "--diff"], &[]);
    assert!(run.stdout.contains("-  source = \"nginx\""), "{}", run.stdout);
    let run = mirrorset_with_environment(directory.path(), &["eval", "lookup({}, \"shown\")"], &[]);
    assert!(run.stdout.contains("\"shown\""), "{}", run.stdout);
}
