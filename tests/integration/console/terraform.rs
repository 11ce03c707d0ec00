//! The answers of `terraform console` for hundreds of expressions in one process.
//!
//! The console continues after an error only if standard input is a terminal, so `script` of util-linux provides
//! one; the output still goes to files. Markers between the expressions separate the answers.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};

use terraform_eval::dialect::Engine;

/// The answers of the console for one expression. Each is empty if it is an error.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    /// The output of `type(…)`.
    pub(crate) ty: String,
    /// The result of `jsonencode(…)`, as the console prints it.
    pub(crate) json: String,
    /// The value, as the console prints it.
    pub(crate) shown: String,
}

/// Whether `terraform` is on the `PATH`.
pub(crate) fn is_there() -> bool {
    let version = Command::new("terraform")
        .arg("version")
        .stdout(Stdio::null())
        .status();
    version.is_ok_and(|status| status.success())
}

/// Which program is on the `PATH` under the name `terraform`, and its version.
pub(crate) fn version() -> (Engine, String) {
    let output = Command::new("terraform").arg("version").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let found = text.lines().find_map(|line| {
        let (name, version) = line.split_once(" v")?;
        let engine = Engine::ALL.into_iter().find(|engine| engine.name() == name)?;
        Some((engine, version.to_owned()))
    });
    found.unwrap_or_else(|| panic!("{text}"))
}

/// Prepares the directory whose values the expressions refer to.
pub(crate) fn prepare(directory: &Path) {
    let output = Command::new("terraform")
        .args(["init", "-no-color", "-input=false"])
        .current_dir(directory)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// Evaluates the type, the JSON and the value of every expression. The answer is `None` if Terraform crashes
/// on the expression.
pub(crate) fn ask(directory: &Path, expressions: &[String]) -> Vec<Option<Answer>> {
    let mut answers = Vec::new();
    while answers.len() < expressions.len() {
        let rest = &expressions[answers.len()..];
        let ended_well = converse(directory, rest);
        let text = fs::read_to_string(directory.join("answers")).unwrap();
        answers.extend(parse_answers(&text, rest.len()).into_iter().map(Some));
        if answers.len() < expressions.len() {
            assert!(!ended_well, "no answer to {}", expressions[answers.len()]);
            answers.push(None);
        }
    }
    answers
}

/// Runs a console that writes the file `answers`; false if it does not exit by itself.
fn converse(directory: &Path, expressions: &[String]) -> bool {
    let mut input = String::new();
    for (number, expression) in expressions.iter().enumerate() {
        let questions = [
            format!("type({expression})"),
            format!("jsonencode({expression})"),
            expression.clone(),
        ];
        // An incomplete line ends at the next empty line.
        for (part, question) in questions.iter().enumerate() {
            writeln!(input, "{}\n\n{question}\n", marker(number, part)).unwrap();
        }
    }
    writeln!(input, "{}\nexit", marker(expressions.len(), 0)).unwrap();
    fs::write(directory.join("questions"), &input).unwrap();
    let console = "terraform console -no-color >answers 2>errors";
    let status = Command::new("script")
        .args(["-qec", console, "/dev/null"])
        .current_dir(directory)
        .env("TERM", "dumb")
        .stdin(File::open(directory.join("questions")).unwrap())
        .stdout(Stdio::null())
        .status();
    status.unwrap().success()
}

/// The complete answers.
fn parse_answers(text: &str, count: usize) -> Vec<Answer> {
    let mut answers = Vec::new();
    let mut rest = text;
    for number in 0..count {
        let mut parts = Vec::new();
        for part in 0..3 {
            let next = match part {
                2 => marker(number + 1, 0),
                _ => marker(number, part + 1),
            };
            let start = marker(number, part);
            let Some((_, after)) = rest.split_once(&start) else {
                return answers;
            };
            let Some(end) = after.find(&next) else {
                return answers;
            };
            parts.push(after[..end].trim().to_owned());
            rest = &after[end..];
        }
        answers.push(Answer {
            ty: single_spaced(&parts[0]),
            json: parts[1].clone(),
            shown: single_spaced(&parts[2]),
        });
    }
    answers
}

/// The text with single spaces for all white space.
pub(crate) fn single_spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn marker(number: usize, part: usize) -> String {
    format!("\"<<@{number}.{part}>>\"")
}

/// The text that Go's `%q` printed; `None` if it is not valid.
pub(crate) fn unquoted(text: &str) -> Option<String> {
    let inner = text.strip_prefix('"')?.strip_suffix('"')?;
    let mut out = String::new();
    let mut rest = inner.chars();
    while let Some(c) = rest.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        let digits = match rest.next()? {
            'a' => {
                out.push('\u{7}');
                continue;
            }
            'b' => {
                out.push('\u{8}');
                continue;
            }
            'f' => {
                out.push('\u{c}');
                continue;
            }
            'n' => {
                out.push('\n');
                continue;
            }
            'r' => {
                out.push('\r');
                continue;
            }
            't' => {
                out.push('\t');
                continue;
            }
            'v' => {
                out.push('\u{b}');
                continue;
            }
            'x' => 2,
            'u' => 4,
            'U' => 8,
            other => {
                out.push(other);
                continue;
            }
        };
        let code: String = rest.by_ref().take(digits).collect();
        out.push(char::from_u32(u32::from_str_radix(&code, 16).ok()?)?);
    }
    Some(out)
}
