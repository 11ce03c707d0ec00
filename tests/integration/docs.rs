//! The documents that are generated from the program: the pages of the rules, the schema of the configuration file,
//! tables in other pages, and the picture of the README. `MIRRORSET_WRITE_DOCS=1 cargo test --test integration docs::`
//! writes them.

use std::path::Path;

use crate::support::program::{fixture, mirrorset, mirrorset_in, scratch};
use crate::support::terminal_picture;
use crate::upstream::EXCEPTIONS;
use mirrorset::testing::convert::TARGETS;
use mirrorset::testing::output::check::FORMATS;
use mirrorset::testing::rules::{Language, RULES, SECTIONS};
use serde_json::Value;
use terraform_eval::dialect::{Availability, Engine, FUNCTIONS, Feature};

fn assert_written(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name);
    if std::env::var_os("MIRRORSET_WRITE_DOCS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == text,
        "docs/{name} is old: MIRRORSET_WRITE_DOCS=1 cargo test --test integration docs::"
    );
}

/// Compares the part of a page between `<!-- NAME -->` and `<!-- end of NAME -->`.
fn assert_part_written(page: &str, name: &str, part: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(page);
    let text = std::fs::read_to_string(&path).unwrap();
    let (start, end) = (format!("<!-- {name} -->\n"), format!("<!-- end of {name} -->"));
    let (before, rest) = text.split_once(&start).unwrap();
    let (_, after) = rest.split_once(&end).unwrap();
    assert_written(page, &format!("{before}{start}{part}{end}{after}"));
}

#[test]
fn the_table_of_formats_is_up_to_date() {
    let rows: String = FORMATS
        .iter()
        .map(|format| format!("| `{}` | {} |\n", format.name, format.help))
        .collect();
    assert_part_written(
        "formats.md",
        "formats",
        &format!("| format | output |\n|---|---|\n{rows}"),
    );
}

/// The values that a key of the configuration file can have.
fn values(schema: &Value) -> String {
    let words = |list: &Value| {
        let words: Vec<String> = list
            .as_array()
            .unwrap()
            .iter()
            .map(|word| format!("`{word}`"))
            .collect();
        words.join(", ")
    };
    match schema["type"].as_str() {
        None => words(&schema["enum"]),
        Some("boolean") => "`true`, `false`".to_owned(),
        Some("string") => "a string".to_owned(),
        Some("array") if schema["items"]["type"] == "string" => "a list of strings".to_owned(),
        Some("array") => "tables `[[…]]`, with the keys below".to_owned(),
        Some("integer") => "a number from 0".to_owned(),
        Some(_) => {
            let rule = schema["properties"].as_object().unwrap().values().next().unwrap();
            if rule["enum"].is_array() {
                format!("a table: for each rule, {}", words(&rule["enum"]))
            } else {
                "a table, with the keys below".to_owned()
            }
        }
    }
}

fn key_rows(schema: &Value) -> String {
    let mut rows = "| key | values | meaning |\n|---|---|---|\n".to_owned();
    for (key, value) in schema["properties"].as_object().unwrap() {
        let meaning = value["description"].as_str().unwrap();
        rows.push_str(&format!("| `{key}` | {} | {meaning} |\n", values(value)));
    }
    rows
}

#[test]
fn the_reference_of_settings_is_up_to_date() {
    let schema: Value = serde_json::from_str(&mirrorset::testing::config::render_schema()).unwrap();
    let overrides = key_rows(&schema["properties"]["overrides"]["items"]);
    let policy = key_rows(&schema["properties"]["policy"]);
    let part = format!(
        "{}\nKeys of `[[overrides]]`:\n\n{overrides}\nKeys of `[policy]` ([examples](policy.md)):\n\n{policy}",
        key_rows(&schema)
    );
    assert_part_written("settings.md", "settings", &part);
}

#[test]
fn the_picture_of_the_readme_is_up_to_date() {
    let run = mirrorset_in(
        &fixture("documents/project"),
        &["check", "live/staging", "--color", "always"],
    );
    assert_eq!((run.status, run.stderr.as_str()), (1, ""));
    assert_written(
        "check.svg",
        &terminal_picture::draw("mirrorset check live/staging", &run.stdout),
    );
}

#[test]
fn the_page_lists_every_conversion_target() {
    let page =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/converting.md")).unwrap();
    let (_, table) = page.split_once("| `--to` | output |\n").unwrap();
    let rows = table.lines().take_while(|line| line.starts_with('|')).skip(1);
    let cells = rows.map(|row| row.split('|').nth(1).unwrap());
    let listed: Vec<&str> = cells
        .flat_map(|cell| cell.split(", "))
        .map(|flag| flag.trim().trim_matches('`'))
        .collect();
    let flags: Vec<&str> = TARGETS.iter().map(|target| target.flag).collect();
    assert_eq!(listed, flags);
}

#[test]
fn the_pages_are_up_to_date() {
    assert_written("rules.md", &mirrorset::testing::output::rules::document());
}

/// Features without which a version gives another answer, or has another rule, and does not refuse anything.
pub(crate) const OLDER_ANSWERS: &[Feature] = &[
    Feature::MarkedErrors,
    Feature::TypedIndexOfUnknownObject,
    Feature::SensitivityOfUnknown,
    Feature::UnknownSensitivity,
    Feature::ConvertLooksInside,
    Feature::CheckedFilesetPattern,
    Feature::TypedTemplateString,
    Feature::FormatOfUntypedNull,
    Feature::TypedJsonDuplicates,
    Feature::LiteralFilesetBackslash,
    Feature::EscapedFilesetDirectory,
    Feature::StrictYamlNumbers,
    Feature::TofuFiles,
    Feature::OwnRequiredVersion,
];

/// What has a value in the programs and is undecided here: what it is, an expression, and why it is left out.
const NOT_EVALUATED: &[(&str, &str, &str)] = &[
    (
        "functions of providers, apart from the built-in one",
        "provider::rhcs::anything(1)",
        "no provider runs",
    ),
    (
        "the bytes of `base64gzip`",
        "base64gzip(\"a\")",
        "they depend on the version of Go; `base64gunzip` of them is evaluated",
    ),
    (
        "`timestamp`, `uuid` and `bcrypt`",
        "[timestamp(), uuid(), bcrypt(\"a\")]",
        "each call has another result",
    ),
    ("`plantimestamp`", "plantimestamp()", "it is the time of the plan"),
    (
        "files outside of the project tree",
        "file(\"/etc/hostname\")",
        "an input must not show what else is on the machine",
    ),
    (
        "`~` in paths",
        "pathexpand(\"~\")",
        "the home directory of whoever runs the program is not known",
    ),
    (
        "attributes that a provider computes, and ephemeral resources",
        "terraform_data.u.id",
        "only an apply knows them",
    ),
];

/// Files that are not read, and why.
const NOT_READ: &[(&str, &str)] = &[
    (
        "`.tfquery.hcl`: `list` blocks",
        "`terraform query` alone reads them, from Terraform 1.14 on; `plan` and `apply` do not, so no mirror comes from them",
    ),
    (
        "`.tftest.hcl`, `.tofutest.hcl`, `.tfmock.hcl`",
        "only the command `test` reads them, and it destroys what it creates",
    ),
    (
        "`.tfcomponent.hcl`, `.tfdeploy.hcl` and older files of stacks",
        "HCP Terraform alone deploys stacks; the modules that they call are read as root modules of their own",
    ),
];

/// What old versions do in another way, which is not evaluated as they do, and which versions these are.
const OLD_VERSIONS: &[(&str, &str)] = &[
    (
        "`for` and conditional expressions keep what is sensitive in a condition or in the branch that is not taken",
        "Terraform before 1.10, OpenTofu before 1.10",
    ),
    (
        "unknown values that are known not to be null, or have a known length or prefix; a plan of `unknown ? [\"a\"] : \
         [\"b\"]` has one unknown element",
        "Terraform before 1.6, where these are wholly unknown",
    ),
    (
        "`try` and `can` whose first arguments are rejected, and whose others are known",
        "Terraform before 1.6, where an unknown value in an argument makes the result unknown",
    ),
    (
        "`timeadd` and `formatdate` that reject a timestamp such as `2024-01-01T0:00:00Z`",
        "Terraform before 1.6",
    ),
    (
        "characters that came with Unicode 14 and 15",
        "Terraform before 1.6",
    ),
];

/// How the evaluation treats a part of the language under all versions of a program.
fn treatment(availability: Availability, engine: Engine, older_answer: bool) -> String {
    let oldest = match engine {
        Engine::Terraform => 5,
        Engine::OpenTofu => 8,
    };
    match availability.since(engine) {
        Some(minor) if minor <= oldest => "same".to_owned(),
        Some(minor) if older_answer => format!("same (another answer before 1.{minor})"),
        Some(minor) => format!("refused before 1.{minor}, then same"),
        None if older_answer => "same (another answer)".to_owned(),
        None => "refused".to_owned(),
    }
}

/// What differs between programs and versions, as a page.
fn compatibility() -> String {
    use std::fmt::Write as _;
    let mut text = "# Compatibility\n\nHow mirrorset treats the language of Terraform 1.5 to 1.16 and of OpenTofu 1.8 to \
                    1.12, and of what is documented of 1.13. \"Same\" is the value, the type or the error that the version \
                    has. \"Refused\" is what the version does not have, which is an error there and here; the message says \
                    since when it exists. \"Not evaluated\" is undecided: `unknown-value` reports it where a mirror needs \
                    it. What the tables do not name is the same in all versions. They are made from the ones that the \
                    evaluator asks, and from the tests.\n\n\
                    Terraform 1.11 and 1.16 and OpenTofu 1.12 were compared with random expressions, 20,000 and more each. \
                    \"Recorded\" means the answers of seven programs in `fixtures/versions`. Each row has a witness in \
                    `tests/integration/version_boundaries.rs`, which the version before refuses or answers otherwise.\n\n\
                    ## Language\n\n| | Terraform | OpenTofu | source |\n|---|---|---|---|\n"
        .to_owned();
    for feature in Feature::all() {
        let is_older = OLDER_ANSWERS.contains(&feature);
        let cells = Engine::ALL.map(|engine| treatment(feature.availability(), engine, is_older));
        let (description, source) = (feature.description().replace('|', "\\|"), feature.source());
        writeln!(text, "| {description} | {} | {source} |", cells.join(" | ")).unwrap();
    }
    text.push_str("\n## Functions\n\n| | Terraform | OpenTofu |\n|---|---|---|\n");
    for (name, availability) in FUNCTIONS {
        let cells = Engine::ALL.map(|engine| treatment(*availability, engine, false));
        writeln!(text, "| `{name}` | {} |", cells.join(" | ")).unwrap();
    }
    text.push_str("| all others | same | same |\n\n## Not evaluated\n\n| | reason |\n|---|---|\n");
    for (name, _, reason) in NOT_EVALUATED {
        writeln!(text, "| {name} | {reason} |").unwrap();
    }
    text.push_str("\n## Not read\n\n| | reason |\n|---|---|\n");
    for (name, reason) in NOT_READ {
        writeln!(text, "| {name} | {reason} |").unwrap();
    }
    text.push_str("\n## Not as in old versions\n\nIn 3,000 random expressions each, Terraform 1.5.7 and OpenTofu 1.8.11 differ \
                   in details of values that newer versions have. Here they are as in the newer versions:\n\n\
                   | | differs in |\n|---|---|\n");
    for (what, versions) in OLD_VERSIONS {
        writeln!(text, "| {what} | {versions} |").unwrap();
    }
    text.push_str(
        "\n## What differs on purpose\n\nCases of the test suites of HCL, cty, Terraform, OpenTofu, Go, YAML, JSON and Unicode \
         have the value, the type, the error and the display of Terraform 1.11.4, except for these:\n\n",
    );
    for exception in &EXCEPTIONS {
        writeln!(text, "- {}", exception.reason).unwrap();
    }
    text
}

#[test]
fn what_the_compatibility_page_calls_not_evaluated_is_undecided() {
    let module = "terraform {\n  required_providers {\n    rhcs = { source = \"terraform-redhat/rhcs\" }\n  }\n}\n\
                  resource \"terraform_data\" \"u\" {}\n";
    let project = scratch(&[("main.tf", module)]);
    for (name, expression, _) in NOT_EVALUATED {
        for engine in Engine::ALL {
            let arguments = [
                "eval",
                "--output-format",
                "json-lines",
                "--engine",
                engine.word(),
                "--",
                expression,
            ];
            let run = mirrorset_in(project.path(), &arguments);
            let answer: Value = serde_json::from_str(&run.stdout).unwrap();
            assert_eq!(answer["ok"], true, "{name}: {answer}");
            assert!(answer["json"].is_null(), "{name}: {answer}");
        }
    }
}

#[test]
fn the_compatibility_page_is_up_to_date() {
    assert_written("compatibility.md", &compatibility());
}

#[test]
fn the_schema_is_up_to_date() {
    assert_written(
        "mirrorset.schema.json",
        &mirrorset::testing::config::render_schema(),
    );
}

#[test]
fn the_schema_lists_exactly_the_rules() {
    let schema: Value = serde_json::from_str(&mirrorset::testing::config::render_schema()).unwrap();
    let rules = schema["properties"]["rules"]["properties"].as_object().unwrap();
    assert_eq!(rules.len(), RULES.len());
    assert_eq!(schema["additionalProperties"], false);
    assert_eq!(schema["properties"]["rules"]["additionalProperties"], false);
    assert_eq!(
        schema["properties"]["fail-on"]["enum"],
        serde_json::json!(["error", "warning", "info", "never"])
    );
}

#[test]
fn the_rules_command_lists_every_rule() {
    let run = mirrorset(&["rules"]);
    // A heading, and for each group an empty line and its title.
    let lines: Vec<&str> = run.stdout.lines().collect();
    assert_eq!(
        (run.status, lines.len()),
        (0, 1 + 2 * SECTIONS.len() + RULES.len())
    );
    let listed: Vec<&str> = lines
        .iter()
        .filter_map(|line| line.strip_prefix("  ")?.split(' ').next())
        .collect();
    let names: Vec<&str> = RULES.iter().map(|rule| rule.name).collect();
    assert_eq!(listed, names);
    let titles: Vec<&str> = SECTIONS.iter().map(|section| section.group.title()).collect();
    let after_empty_lines = lines.windows(2).filter(|pair| pair[0].is_empty());
    assert_eq!(after_empty_lines.map(|pair| pair[1]).collect::<Vec<_>>(), titles);
    let line = lines
        .iter()
        .find(|line| line.starts_with("  replaced-mirror "))
        .unwrap();
    let words: Vec<&str> = line.split_whitespace().collect();
    assert_eq!(words[1..4], ["warning", "plan", "none"]);

    let run = mirrorset(&["rules", "--output-format", "json"]);
    let list: Value = serde_json::from_str(&run.stdout).unwrap();
    let short = list["rules"]
        .as_array()
        .unwrap()
        .iter()
        .find(|rule| rule["name"] == "short-source")
        .unwrap();
    assert_eq!(short["severity"], "error");
    assert_eq!(
        short["inputs"],
        serde_json::json!(["configuration", "plan", "state", "manifest", "registries.conf"])
    );
    assert_eq!(short["group"], "Source");
    assert!(short["summary"].as_str().unwrap().contains("registry host"));
}

#[test]
fn a_rule_is_explained_on_request() {
    for rule in RULES {
        let run = mirrorset(&["explain", rule.name]);
        assert_eq!(run.status, 0);
        assert!(run.stdout.starts_with(&format!("# {}\n", rule.name)));
        let page = rule.parse_page().unwrap();
        assert!(run.stdout.contains(page.why));
        let examples = [
            Language::Terraform,
            Language::Json,
            Language::Yaml,
            Language::Toml,
        ];
        for text in examples
            .map(|language| page.failing.text(language))
            .into_iter()
            .flatten()
        {
            assert!(run.stdout.contains(&format!("\n{text}```\n")), "{}", rule.name);
        }
        // The properties of the rule are below the summary.
        let (severity, inputs) = (rule.severity.as_str(), rule.inputs.names().join(", "));
        let facts = format!(
            "\n\n{}\n\nSeverity: {severity}. Inputs: {inputs}. Fix: {}",
            page.summary,
            rule.fix.as_str()
        );
        assert!(run.stdout.contains(&facts), "{}", run.stdout);
    }
    let run = mirrorset(&["explain", "short-sauce"]);
    assert_eq!(run.status, 2);
    assert!(
        run.stderr.contains("did you mean `short-source`?"),
        "{}",
        run.stderr
    );
}
