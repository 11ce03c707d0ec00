//! What `terraform console` says of expressions, hundreds of them in one process.
//!
//! The console reads on after an error only where standard input is a terminal, so `script` of
//! util-linux gives it one; its output goes to files all the same. Markers between the expressions tell
//! the answers apart.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};

/// What the console says of one expression. Each answer is empty where it is an error.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    /// What `type(…)` prints.
    pub(crate) ty: String,
    /// What `jsonencode(…)` gives, as the console shows it.
    pub(crate) json: String,
    /// The value, as the console shows it.
    pub(crate) shown: String,
}

/// Whether there is a `terraform` that answers.
pub(crate) fn is_there() -> bool {
    let version = Command::new("terraform")
        .arg("version")
        .stdout(Stdio::null())
        .status();
    version.is_ok_and(|status| status.success())
}

/// Makes the directory ready whose names the expressions use.
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

/// Asks of every expression for its type, its JSON and what it shows.
pub(crate) fn ask(directory: &Path, expressions: &[String]) -> Vec<Answer> {
    let mut input = String::new();
    for (number, expression) in expressions.iter().enumerate() {
        // A line that is left open by what is wrong in it ends at the next empty one.
        for (part, question) in [
            format!("type({expression})"),
            format!("jsonencode({expression})"),
            expression.clone(),
        ]
        .iter()
        .enumerate()
        {
            input.push_str(&format!("{}\n\n{question}\n\n", marker(number, part)));
        }
    }
    input.push_str("exit\n");
    fs::write(directory.join("questions"), &input).unwrap();
    let status = Command::new("script")
        .args([
            "-qec",
            "terraform console -no-color >answers 2>errors",
            "/dev/null",
        ])
        .current_dir(directory)
        .env("TERM", "dumb")
        .stdin(File::open(directory.join("questions")).unwrap())
        .stdout(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success(), "terraform console ended with {status}");
    let answers = fs::read_to_string(directory.join("answers")).unwrap();
    let mut rest = answers.as_str();
    let mut found = vec![Answer::default(); expressions.len()];
    for (number, answer) in found.iter_mut().enumerate() {
        for (part, place) in [&mut answer.ty, &mut answer.json, &mut answer.shown]
            .into_iter()
            .enumerate()
        {
            let start = marker(number, part);
            let (_, after) = rest
                .split_once(&start)
                .unwrap_or_else(|| panic!("no {start} in the answers to {}", expressions[number]));
            rest = after;
            let end = after.find("\"<<@").unwrap_or(after.len());
            *place = after[..end].trim().to_owned();
        }
    }
    for answer in &mut found {
        answer.ty = single_spaced(&answer.ty);
        answer.shown = single_spaced(&answer.shown);
    }
    found
}

/// The text with single spaces for all white space.
pub(crate) fn single_spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn marker(number: usize, part: usize) -> String {
    format!("\"<<@{number}.{part}>>\"")
}

/// The text behind what Go's `%q` prints; none where it is no such thing.
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
