//! Each row of the table of what differs between versions has a witness: what the version before refuses, or answers
//! otherwise, in the words of `docs/compatibility.md`.

use crate::docs::OLDER_ANSWERS;
use crate::support::program::{mirrorset_in, scratch};
use serde_json::Value;
use terraform_eval::dialect::{Engine, FUNCTIONS, Feature};

/// What shows whether a version has a feature.
enum Witness {
    /// An expression, evaluated among [`FILES`].
    Expression(&'static str),
    /// The text of `main.tf` beside a mirror.
    Module(&'static str),
    /// Files beside a module that has a mirror.
    Files(&'static [(&'static str, &'static str)]),
    /// The same as the first text for Terraform, and the second for `OpenTofu`.
    OfEach(&'static str, &'static str),
}

use Witness::{Expression, Files, Module, OfEach};

/// The files among which expressions are evaluated.
const FILES: [(&str, &str); 7] = [
    (
        "main.tf",
        r#"terraform {
  required_providers {
    terraform = { source = "terraform.io/builtin/terraform" }
    rhcs      = { source = "terraform-redhat/rhcs" }
  }
}
resource "terraform_data" "u" {}
locals {
  t = "$${a}"
}
"#,
    ),
    ("outer.tftpl", "in ${templatefile(\"inner.tftpl\", { a = 1 })}"),
    ("inner.tftpl", "[${a}]"),
    ("null.tftpl", "${a}"),
    ("d[x]/a.txt", "a"),
    ("empty/README", ""),
    ("b.txt", "b"),
];

const MIRROR: &str = r#"terraform {
  required_providers {
    rhcs = { source = "terraform-redhat/rhcs" }
  }
}
resource "rhcs_image_mirror" "m" {
  cluster_id = "2lbbrpgkocgajphhqee7vku1pgd4qsge"
  source     = "quay.io/a/b"
  mirrors    = ["mirror.example.com/a/b"]
}
"#;

fn witness(feature: Feature) -> Witness {
    match feature {
        Feature::ShortCircuit => Expression("true || length(null) == 0"),
        Feature::MarkedErrors => Expression("issensitive((sensitive(1) > length(null)) || true)"),
        Feature::TypedIndexOfUnknownObject => {
            Expression(r#"(terraform_data.u.id == "" ? { a = 1 } : { a = 2 })["b"]"#)
        }
        Feature::NegativeElement => Expression(r#"element(tolist(["a"]), -1)"#),
        Feature::WrappedNegativeElement => Expression(r#"element(["a", "b"], -3)"#),
        Feature::TypedJsonDuplicates => Expression(r#"jsondecode("{\"a\":1,\"a\":\"x\"}")"#),
        Feature::FormatOfUntypedNull => Expression(r#"format("%s", null)"#),
        Feature::ContainsNull => Expression("contains([null], null)"),
        Feature::MergedNullObjects => Expression("merge(true ? null : { a = 1 })"),
        Feature::LongPropertyNames => Expression(r#"regex("\\p{Letter}", "a")"#),
        Feature::RedundantNonsensitive => Expression("nonsensitive(1)"),
        Feature::SensitivityOfUnknown => Expression("issensitive(terraform_data.u.id)"),
        Feature::UnknownSensitivity => Expression("issensitive(sensitive(terraform_data.u.id))"),
        Feature::ConvertLooksInside => {
            Expression(r#"[for x in convert([sensitive("a"), "b"], list(string)) : issensitive(x)]"#)
        }
        Feature::CheckedFilesetPattern => Expression(r#"fileset("empty", "none/[")"#),
        Feature::LiteralFilesetBackslash => Expression(r#"fileset(".", "\\b.txt")"#),
        Feature::EscapedFilesetDirectory => Expression(r#"fileset(".", "d\\[x\\]/*.txt")"#),
        Feature::LiteralTemplateString => Expression(r#"templatestring("a", {})"#),
        Feature::TypedTemplateString => Expression("templatestring(local.t, { a = 1 })"),
        Feature::SensitiveTemplateVariables => {
            Expression("issensitive(templatestring(local.t, sensitive({ a = 1 })))")
        }
        Feature::NestedTemplates => Expression(r#"templatefile("outer.tftpl", {})"#),
        Feature::NullTemplates => Expression(r#"templatefile("null.tftpl", { a = null })"#),
        Feature::ProviderFunctions => Expression("provider::rhcs::f(1)"),
        Feature::TerraformFunctions => Expression("provider::terraform::encode_expr(1)"),
        Feature::CoreNamespace => Expression(r#"core::upper("a")"#),
        Feature::MergedYamlSequences => Expression(r#"yamldecode("<<: [{a: 1}]")"#),
        Feature::StrictYamlNumbers => Expression(r#"yamldecode("1_0")"#),
        Feature::LongSubnets => Expression(r#"cidrsubnets("2001:db8::/32", 33)"#),
        Feature::TofuObject => Expression("tofu.workspace"),
        Feature::TofuFiles => Files(&[("main.tofu", "")]),
        Feature::EarlyEvaluation => {
            Module("variable \"v\" {\n  default = \"./other\"\n}\nmodule \"x\" {\n  source = var.v\n}\n")
        }
        Feature::ConstVariables => Module("variable \"v\" {\n  const   = true\n  default = 1\n}\n"),
        Feature::ConstModuleSources => OfEach(
            "variable \"v\" {\n  const   = true\n  default = \"./other\"\n}\nmodule \"x\" {\n  source = var.v\n}\n",
            "variable \"v\" {\n  default = \"./other\"\n}\nmodule \"x\" {\n  source = var.v\n}\n",
        ),
        Feature::NullModuleVersion => {
            Module("module \"x\" {\n  source  = \"./other\"\n  version = null\n}\n")
        }
        Feature::ValidationReferences => Module(
            "variable \"a\" {\n  default = 1\n}\nvariable \"b\" {\n  default = 1\n  validation {\n    condition     = \
             var.a == var.b\n    error_message = \"No.\"\n  }\n}\n",
        ),
        Feature::DeprecatedArgument => {
            Module("variable \"v\" {\n  deprecated = \"x\"\n  default    = 1\n}\n")
        }
        Feature::OutputType => Module("output \"o\" {\n  type  = string\n  value = 1\n}\n"),
        Feature::LifecycleEnabled => {
            Module("resource \"terraform_data\" \"d\" {\n  lifecycle {\n    enabled = true\n  }\n}\n")
        }
        Feature::LifecycleDestroy => {
            Module("resource \"terraform_data\" \"d\" {\n  lifecycle {\n    destroy = false\n  }\n}\n")
        }
        Feature::PreventDestroyExpression => Module(
            "variable \"v\" {\n  default = true\n}\nresource \"terraform_data\" \"d\" {\n  lifecycle {\n    \
             prevent_destroy = var.v\n  }\n}\n",
        ),
        Feature::ActionBlocks => Module("action \"aws_lambda_invoke\" \"a\" {}\n"),
        Feature::StoreBlock => {
            Module("resource \"terraform_data\" \"d\" {\n  store {\n    input = \"x\"\n  }\n}\n")
        }
        Feature::ImportIdentity => Module(
            "import {\n  to = terraform_data.d\n  identity = {\n    id = \"x\"\n  }\n}\nresource \"terraform_data\" \"d\" {}\n",
        ),
        Feature::ImportInModules => Files(&[
            (
                "called/main.tf",
                "resource \"terraform_data\" \"d\" {}\nimport {\n  to = terraform_data.d\n  id = \"x\"\n}\n",
            ),
            ("call.tf", "module \"called\" {\n  source = \"./called\"\n}\n"),
        ]),
        Feature::ImportForEach => Module(
            "import {\n  for_each = toset([\"x\"])\n  to       = terraform_data.d[each.key]\n  id       = \"x\"\n}\n\
             resource \"terraform_data\" \"d\" {\n  for_each = toset([\"x\"])\n}\n",
        ),
        Feature::ImportIdExpressions => Module(
            "locals {\n  i = \"x\"\n}\nimport {\n  to = terraform_data.d\n  id = local.i\n}\nresource \"terraform_data\" \"d\" {}\n",
        ),
        Feature::RemovedBlocks => Module("removed {\n  from = terraform_data.gone\n}\n"),
        Feature::RemovedLifecycle => {
            Module("removed {\n  from = terraform_data.gone\n  lifecycle {\n    destroy = false\n  }\n}\n")
        }
        Feature::RemovedProvisioners => Module(
            "removed {\n  from = terraform_data.gone\n  provisioner \"local-exec\" {\n    when    = destroy\n    command = \
             \"true\"\n  }\n}\n",
        ),
        Feature::EphemeralBlocks => Module("variable \"v\" {\n  ephemeral = true\n  default   = 1\n}\n"),
        Feature::ProviderForEach => {
            Module("provider \"rhcs\" {\n  alias    = \"by\"\n  for_each = toset([\"a\"])\n}\n")
        }
        Feature::Encryption => Module("terraform {\n  encryption {}\n}\n"),
        Feature::StateStore => Module("terraform {\n  state_store \"aws_s3\" {}\n}\n"),
        Feature::LanguageBlock => Module("language {}\n"),
        Feature::IgnoreNestedDeprecations => Module(
            "module \"x\" {\n  source                     = \"./other\"\n  ignore_nested_deprecations = true\n}\n",
        ),
        Feature::OwnRequiredVersion => Files(&[
            ("versions.tf", "terraform {\n  required_version = \"< 1.2\"\n}\n"),
            (
                "versions_own.tofu",
                "terraform {\n  required_version = \">= 1.8\"\n}\n",
            ),
        ]),
    }
}

/// The expression that calls a function that not all versions have.
fn call(function: &str) -> &'static str {
    match function {
        "assumeequal" => "assumeequal(1, 1)",
        "assumelistlength" => "assumelistlength([], 0, 1)",
        "assumelistlengthmax" => "assumelistlengthmax([], 1)",
        "assumelistlengthmin" => "assumelistlengthmin([], 0)",
        "assumemaplength" => "assumemaplength({}, 0, 1)",
        "assumemaplengthmax" => "assumemaplengthmax({}, 1)",
        "assumemaplengthmin" => "assumemaplengthmin({}, 0)",
        "assumenotnull" => "assumenotnull(1)",
        "assumesetlength" => "assumesetlength([], 0, 1)",
        "assumesetlengthmax" => "assumesetlengthmax([], 1)",
        "assumesetlengthmin" => "assumesetlengthmin([], 0)",
        "assumestringprefix" => r#"assumestringprefix("a", "a")"#,
        "base64gunzip" => r#"base64gunzip("H4sIAAAAAAAAA0sEAEO+t+gBAAAA")"#,
        "cidrcontains" => r#"cidrcontains("10.0.0.0/8", "10.1.1.1")"#,
        "convert" => "convert(1, string)",
        "ephemeralasnull" => "ephemeralasnull(1)",
        "issensitive" => "issensitive(1)",
        "templatestring" => "templatestring(local.t, { a = 1 })",
        "urldecode" => r#"urldecode("a")"#,
        other => panic!("no call of {other}"),
    }
}

/// The answer under a version: a value, or nothing if the version refuses the witness.
fn answer(witness: &Witness, engine: Engine, minor: u32) -> Option<String> {
    let version = format!("1.{minor}");
    let select = ["--engine", engine.word(), "--engine-version", &version];
    let module = |files: &[(&str, &str)]| {
        let mut all = vec![("main.tf", MIRROR), ("other/main.tf", "")];
        all.extend(files);
        let project = scratch(&all);
        let run = |command: &[&str]| mirrorset_in(project.path(), &[command, &select].concat());
        let checked = run(&[
            "check",
            "--isolated",
            "--project-root",
            ".",
            ".",
            "--output-format",
            "json",
        ]);
        let report: Value = serde_json::from_str(&checked.stdout).expect(&checked.stderr);
        let is_error = |finding: &Value| finding["severity"] == "error";
        let has_error = report["findings"].as_array().unwrap().iter().any(is_error);
        let mirrors = run(&[
            "convert",
            "--isolated",
            "--project-root",
            ".",
            ".",
            "--to",
            "json",
        ])
        .stdout;
        (!has_error).then_some(mirrors)
    };
    match witness {
        Module(text) => module(&[("extra.tf", text)]),
        OfEach(terraform, opentofu) => module(&[(
            "extra.tf",
            if engine == Engine::Terraform {
                terraform
            } else {
                opentofu
            },
        )]),
        Files(files) => module(files),
        Expression(text) => {
            let project = scratch(&FILES);
            let arguments = [
                &["eval", "--output-format", "json-lines"],
                &select[..],
                &["--", text],
            ]
            .concat();
            let run = mirrorset_in(project.path(), &arguments);
            let answer: Value = serde_json::from_str(&run.stdout).expect(&run.stderr);
            (answer["ok"] == true).then(|| answer.to_string())
        }
    }
}

/// The oldest and the newest version of a program that the tables cover.
fn covered(engine: Engine) -> (u32, u32) {
    match engine {
        Engine::Terraform => (5, 16),
        Engine::OpenTofu => (8, 13),
    }
}

/// Why a witness does not show what the table says of a program.
fn difference(
    witness: &Witness,
    engine: Engine,
    since: Option<u32>,
    has_older_answer: bool,
) -> Option<String> {
    let (oldest, newest) = covered(engine);
    let at = |minor| answer(witness, engine, minor);
    match since {
        Some(since) => {
            let with = at(since.max(oldest));
            if with.is_none() && !has_older_answer {
                return Some(format!("{engine} 1.{since} refuses it"));
            }
            if since > oldest {
                let before = at(since - 1);
                if before == with || (before.is_some() && !has_older_answer) {
                    return Some(format!("{engine} before 1.{since} answers {before:?}"));
                }
            }
            (at(newest).is_none() && with.is_some()).then(|| format!("{engine} 1.{newest} refuses it"))
        }
        None if has_older_answer => None,
        None => at(newest).map(|answer| format!("{engine} 1.{newest} has it: {answer}")),
    }
}

#[test]
fn every_feature_begins_with_the_version_that_the_table_names() {
    let mut differences = Vec::new();
    for feature in Feature::all() {
        let witness = witness(feature);
        let has_older_answer = OLDER_ANSWERS.contains(&feature);
        for engine in Engine::ALL {
            let since = feature.availability().since(engine);
            let difference = difference(&witness, engine, since, has_older_answer);
            differences.extend(difference.map(|text| format!("{feature:?}: {text}")));
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn every_function_begins_with_the_version_that_the_table_names() {
    let mut differences = Vec::new();
    for (name, availability) in FUNCTIONS {
        for engine in Engine::ALL {
            let difference = difference(&Expression(call(name)), engine, availability.since(engine), false);
            differences.extend(difference.map(|text| format!("{name}: {text}")));
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}
