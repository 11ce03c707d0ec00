//! Every line that a command prints begins with text that mirrorset chose, whatever names and values the inputs have.
//!
//! The inputs here have a hostile name at every place where a name can stand: with line breaks, escape sequences,
//! characters that change the direction of text, and what CI systems take for commands. The output of each command and
//! format is parsed line by line.

use std::path::Path;

use crate::support::program::{Run, mirrorset_in, write_files};
use mirrorset::testing::convert::TARGETS;
use mirrorset::testing::output::check::FORMATS;

/// A name that would do everything that must not happen.
const NAME: &str = "a\n::error::PWN\u{1b}[2J\r\u{202e}\u{2028}##[error]##vso[x]\u{85}\u{feff}b";

/// The same in a string of HCL, JSON or TOML.
const ESCAPED: &str = r"a\n::error::PWN\u001b[2J\r\u202e\u2028##[error]##vso[x]\u0085\ufeffb";

/// File names that would begin a line with a command, without any line break.
const FIRST: [&str; 2] = ["::error::x", "##[error]y"];

/// Values with lines that a CI system would take for commands.
const LOCALS: &str = r#"locals {
  heredoc = <<E
::error::PWN
  ::error::PWN
##[error]PWN
E
  ordinary = <<E
first
  second
E
}
"#;

/// A module with hostile names and values.
fn configuration() -> String {
    format!(
        r#"
resource "rhcs_image_mirror" "{NAME_IN_LABEL}" {{
  for_each   = {{ "k{ESCAPED}" = "quay.io/a{ESCAPED}" }}
  cluster_id = "c{ESCAPED}"
  source     = each.value
  mirrors    = ["m.io/{ESCAPED}", "m.io/{ESCAPED}", null]
  type       = "{ESCAPED}"
  {NAME_IN_LABEL} = 1
}}
resource "rhcs_image_mirror" "failed" {{
  cluster_id = "c"
  source     = regex("({ESCAPED}", "{ESCAPED}")
  mirrors    = [file("{ESCAPED}"), lookup({{}}, "{ESCAPED}")]
}}
module "::error::m" {{
  source = "./{ESCAPED}"
}}
module "registry" {{
  source  = "a/b/c"
  version = "1{ESCAPED}"
}}
variable "v" {{
  default = "x"
  validation {{
    condition     = var.v == "y"
    error_message = "{ESCAPED}"
  }}
}}
# mirrorset: ignore[nope{NAME_IN_LABEL}] reason {NAME_IN_LABEL}
{LOCALS}"#
    )
}

/// Writes inputs with hostile names and values.
fn write_inputs(directory: &Path) {
    let unqualified = |label: &str| {
        format!(
            "resource \"rhcs_image_mirror\" \"{label}\" {{\n  cluster_id = \"c\"\n  source = \"nginx\"\n  mirrors = [\"m.io\"]\n}}\n"
        )
    };
    let manifest = |name: &str| {
        format!(
            "apiVersion: config.openshift.io/v1\nkind: ImageDigestMirrorSet\nmetadata:\n  name: \"{name}\"\nspec:\n  \
             \"field{name}\": 1\n  imageDigestMirrors:\n  - source: \"nginx{name}\"\n    mirrors: [\"m.io/{name}\"]\n    \
             mirrorSourcePolicy: \"{name}\"\n"
        )
    };
    let mut files: Vec<(String, String)> = Vec::new();
    for name in [NAME, FIRST[0], FIRST[1]] {
        files.push((format!("{name}/main.tf"), unqualified("in_directory")));
        files.push((format!("{name}.tf"), unqualified(&format!("r{}", files.len()))));
        files.push((format!("{name}.yaml"), manifest(ESCAPED)));
        files.push((format!("{name}.auto.tfvars"), "x = \n".to_owned()));
        files.push((format!("{name}.json"), "{\"format_version\":".to_owned()));
        files.push((
            format!("{name}.images"),
            "nginx\nbad image\n::error::x\n##[error]y\n".to_owned(),
        ));
    }
    files.push(("values.tf".to_owned(), configuration()));
    files.push((
        ".terraform/modules/modules.json".to_owned(),
        format!(r#"{{"Modules":[{{"Key":"registry","Source":"a/b/c","Dir":"y{ESCAPED}","Version":"{ESCAPED}"}}]}}"#),
    ));
    files.push((".terraform/environment".to_owned(), NAME.to_owned()));
    files.push((
        ".terraform.lock.hcl".to_owned(),
        format!(
            "provider \"registry.terraform.io/terraform-redhat/rhcs\" {{\n  version = \"1.0.0{ESCAPED}\"\n}}\n"
        ),
    ));
    files.push((
        "toml/mirrorset.toml".to_owned(),
        format!("\"key{ESCAPED}\" = 1\nvar-files = [\"v{ESCAPED}\"]\n[rules]\n\"rule{ESCAPED}\" = \"level{ESCAPED}\"\n"),
    ));
    files.push(("toml/main.tf".to_owned(), unqualified("toml")));
    files.push((
        "settings/mirrorset.toml".to_owned(),
        format!("exclude = [\"x{ESCAPED}\"]\n[[overrides]]\npaths = [\"*{ESCAPED}*\"]\nrules = {{ short-source = \"off\" }}\n"),
    ));
    files.push((format!("settings/{NAME}/main.tf"), unqualified("settings")));
    files.push((
        "plan.json".to_owned(),
        format!(
            r#"{{"format_version":"1.2","planned_values":{{"root_module":{{"resources":[{{"address":"rhcs_image_mirror.a[\"{ESCAPED}\"]","mode":"managed","type":"rhcs_image_mirror","name":"a","index":"{ESCAPED}","values":{{"cluster_id":"{ESCAPED}","source":"nginx{ESCAPED}","mirrors":["m{ESCAPED}"],"type":"{ESCAPED}"}}}}]}}}},"resource_changes":[{{"address":"rhcs_image_mirror.a[\"{ESCAPED}\"]","mode":"managed","type":"rhcs_image_mirror","name":"a","index":"{ESCAPED}","change":{{"actions":["delete","create"],"before":{{"cluster_id":"{ESCAPED}","source":"b{ESCAPED}","mirrors":["m"]}},"after":{{"cluster_id":"{ESCAPED}","source":"nginx{ESCAPED}","mirrors":["m{ESCAPED}"],"type":"{ESCAPED}"}},"replace_paths":[["{ESCAPED}"]]}}}}]}}"#
        ),
    ));
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    write_files(directory, &files);
    #[cfg(unix)]
    std::os::unix::fs::symlink("nowhere", directory.join(format!("link{NAME}.tf"))).unwrap();
}

/// What can stand in an identifier or a label as it is: without a line break.
const NAME_IN_LABEL: &str = "l\u{1b}[2J\u{202e}##[error]";

/// Whether a character hides something or controls a terminal.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// Asserts what holds for each line of each output: it has no control characters, and is not a command of a CI system.
fn assert_harmless(line: &str, what: &str) {
    let hidden = line.chars().find(|c| is_hidden(*c) && *c != '\t');
    assert_eq!(hidden, None, "{what}: {line:?}");
    // The format for Azure Pipelines consists of commands.
    let line = line.strip_prefix("##vso[task.logissue type=").unwrap_or(line);
    let lower = line.to_ascii_lowercase();
    assert!(
        !lower.contains("##[") && !lower.contains("##vso["),
        "{what}: {line}"
    );
}

fn begins_with_any(line: &str, starts: &[&str]) -> bool {
    starts.iter().any(|start| line.starts_with(start))
}

/// Whether a line is one of a finding with excerpts.
fn is_full_line(line: &str) -> bool {
    let severities = ["error", "warning", "info"];
    let heading = severities.iter().any(|severity| {
        line.strip_prefix(severity)
            .is_some_and(|rest| rest.starts_with([':', '[']))
    });
    let rest = line
        .trim_start()
        .trim_start_matches(|c: char| c.is_ascii_digit())
        .trim_start();
    let is_excerpt = begins_with_any(rest, &["│", "┌─", "·", "= note: ", "= help: "]);
    heading || is_excerpt || line.is_empty() || is_summary(line)
}

fn is_summary(line: &str) -> bool {
    let number = line.trim_start_matches(|c: char| c.is_ascii_digit());
    number.len() < line.len() && number.starts_with(" mirror")
}

/// Whether a line begins with a file name and a position, or with a severity.
fn is_concise_line(line: &str) -> bool {
    let severities = ["error[", "warning[", "info["];
    let is_positioned = severities.iter().any(|severity| {
        let Some((position, _)) = line.split_once(&format!(": {severity}")) else {
            return false;
        };
        let mut numbers = position.rsplit(':').take(2);
        numbers.all(|number| number.parse::<usize>().is_ok())
    });
    let begins_with_name =
        line.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '.' | '/' | '<' | '_'));
    (is_positioned && begins_with_name) || begins_with_any(line, &severities)
}

fn is_error_line(line: &str) -> bool {
    begins_with_any(line, &["error: ", "warning: ", "help: ", "note: "]) || is_full_line(line)
}

/// Runs a command, and checks each line of standard output by `is_chosen`, and of standard error.
fn assert_lines(directory: &Path, arguments: &[&str], is_chosen: impl Fn(&str) -> bool) -> Run {
    let run = mirrorset_in(directory, arguments);
    let what = arguments.join(" ");
    for line in run.stdout.lines() {
        assert_harmless(line, &what);
        assert!(is_chosen(line), "standard output of {what}: {line}");
    }
    for line in run.stderr.lines() {
        assert_harmless(line, &what);
        assert!(is_error_line(line), "standard error of {what}: {line}");
    }
    run
}

fn is_json(line: &str) -> bool {
    serde_json::from_str::<serde_json::Value>(line).is_ok()
}

/// Whether a line is an annotation of GitHub.
fn is_annotation(line: &str) -> bool {
    ["::error", "::warning", "::notice"].iter().any(|command| {
        line.strip_prefix(command)
            .is_some_and(|rest| begins_with_any(rest, &[" title=", " file=", "::"]))
    })
}

/// A directory of inputs with hostile names and values.
pub(crate) fn inputs() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    write_inputs(directory.path());
    directory
}

#[test]
fn each_line_of_a_check_begins_with_text_of_the_format() {
    let inputs = inputs();
    let directory = inputs.path();
    for path in [".", "settings", "plan.json", "toml", NAME, FIRST[0]] {
        for format in FORMATS {
            let arguments = ["check", "--output-format", format.name, "--", path];
            let is_chosen: fn(&str) -> bool = match format.name {
                "full" => is_full_line,
                "concise" => is_concise_line,
                "github" => is_annotation,
                "json-lines" => is_json,
                "azure" => |line| line.starts_with("##vso[task.logissue type="),
                "teamcity" => |line| line.starts_with("##teamcity[inspection"),
                _ => |_| true,
            };
            let run = assert_lines(directory, &arguments, is_chosen);
            if format.name == "json" && !run.stdout.is_empty() {
                assert!(is_json(&run.stdout), "{}", run.stdout);
            }
        }
    }
    let run = mirrorset_in(directory, &["check", "--output-format", "concise", "--isolated"]);
    assert!(run.stdout.contains("\n./::error::x.tf:3:12: "), "{}", run.stdout);
}

#[test]
fn each_line_of_the_lists_of_files_and_settings_begins_with_a_name() {
    let inputs = inputs();
    let directory = inputs.path();
    let is_name = |line: &str| line.contains(": ") && !begins_with_any(line, &["::", "#", " ", "\\"]);
    assert_lines(directory, &["check", "--isolated", "--show-files"], is_name);
    let is_setting = |line: &str| line.is_empty() || line.starts_with("# ") || line.contains(" = ");
    assert_lines(directory, &["check", "settings", "--show-settings"], is_setting);
}

#[test]
fn each_line_of_a_diff_begins_with_its_sign() {
    let inputs = inputs();
    let directory = inputs.path();
    // A context line after the sign could be a command, because GitHub ignores white space before it.
    let name = format!("{NAME}/main.tf");
    let text = std::fs::read_to_string(directory.join(&name)).unwrap();
    let text = text.replace("  source", "  # ::error::\n/*\n::error::PWN\n*/\n  source");
    std::fs::write(directory.join(&name), text).unwrap();
    let is_chosen = |line: &str| {
        begins_with_any(line, &["--- a/", "+++ b/", "@@ ", " ", "+", "-", "\\ No newline"])
            && !line.trim_start().starts_with("::")
    };
    let run = assert_lines(
        directory,
        &["check", "--diff", "--unsafe-fixes", "--isolated", "--", NAME],
        is_chosen,
    );
    assert!(
        run.stdout.contains("\\u{3a}:error::PWN"),
        "{}{}",
        run.stdout,
        run.stderr
    );
}

#[test]
fn each_line_of_the_other_commands_begins_with_text_of_the_command() {
    let inputs = inputs();
    let directory = inputs.path();
    let manifest = format!("{NAME}.yaml");
    let images = format!("{NAME}.images");
    let is_resolution =
        |line: &str| !begins_with_any(line, &["::", "#"]) && !line.trim_start().starts_with("::");
    for input in [manifest.as_str(), "plan.json", NAME, FIRST[0]] {
        for image in ["nginx", "::error::x", NAME] {
            let arguments = ["resolve", "--in", input, "--file", &images, "--", image];
            assert_lines(directory, &arguments, is_resolution);
            let arguments = [
                "resolve",
                "--in",
                input,
                "--output-format",
                "json-lines",
                "--",
                image,
            ];
            assert_lines(directory, &arguments, is_json);
        }
        assert_lines(directory, &["diff", "--", input, "plan.json"], is_resolution);
        for target in TARGETS {
            for options in [["--skip-unresolved"].as_slice(), &[]] {
                let mut arguments = vec!["convert", "--to", target.flag];
                arguments.extend(options);
                arguments.extend(["--", input]);
                let run = assert_lines(directory, &arguments, |line| !line.trim_start().starts_with("::"));
                if target.flag == "json" && !run.stdout.is_empty() {
                    assert!(is_json(&run.stdout), "{}", run.stdout);
                }
            }
        }
    }
}

#[test]
fn missing_and_broken_files_are_named_on_one_line() {
    let inputs = inputs();
    let directory = inputs.path();
    let json = format!("{NAME}.json");
    let missing = format!("{NAME}.missing");
    for arguments in [
        ["check", json.as_str(), "--isolated"].as_slice(),
        &["check", &missing],
        &["check", "settings", "--config", &json],
        &["check", "settings", "--config", &missing],
        &["check", "settings", "--baseline", &json],
        &["check", "settings", "--baseline", &missing],
        &["check", "settings", "--var-file", &missing],
        &["check", "settings", "--var", NAME],
        &["convert", &missing],
        &["diff", &missing, &json],
        &["resolve", "nginx", "--file", &missing],
        &["eval", "--dir", &missing, "1"],
    ] {
        assert_lines(directory, arguments, is_full_line);
    }
}

#[test]
fn values_of_eval_do_not_begin_a_line_as_a_command_does() {
    let inputs = inputs();
    let directory = inputs.path();
    std::fs::create_dir(directory.join("values")).unwrap();
    std::fs::write(directory.join("values/values.tf"), LOCALS).unwrap();
    let key = format!("{{\"{ESCAPED}\" = \"{ESCAPED}\"}}");
    let text = format!("\"{ESCAPED}\"");
    let failed = format!("regex(\"({ESCAPED}\", \"a\")");
    let key_type = format!("type({key})");
    let expressions = [
        "local.heredoc",
        "[local.heredoc]",
        "{ a = local.heredoc }",
        "type(local.heredoc)",
        "terraform.workspace",
        "tonumber(local.heredoc)",
        &key,
        &text,
        &failed,
        &key_type,
        "\"##[error]x\"",
    ];
    let mut arguments = vec!["eval", "--dir", "values", "--"];
    arguments.extend(expressions);
    assert_lines(directory, &arguments, |line| !line.trim_start().starts_with("::"));
    let mut arguments = vec!["eval", "--dir", "values", "--output-format", "json-lines", "--"];
    arguments.extend(expressions);
    assert_lines(directory, &arguments, is_json);
    let run = mirrorset_in(
        directory,
        &["eval", "--dir", "values", "local.ordinary", "local.heredoc"],
    );
    let expected =
        "<<EOT\nfirst\n  second\n\nEOT\n\"::error::PWN\\n  ::error::PWN\\n#\\u0023[error]PWN\\n\"\n";
    assert_eq!(run.stdout, expected);
}
