//! Standard output and standard error.

use std::io::{self, IsTerminal as _, Write as _};
use std::sync::OnceLock;

use anyhow::Context as _;

use crate::diagnostic::{Diagnostic, pluralize};
use crate::model::{Hides, Skipped};
use crate::output::{self, Style, Text};
use crate::rules::report_skipped;
use crate::untrusted::Untrusted;
use crate::workspace::Loaded;

use super::arguments::Color;

/// Writes to standard output. If its reader has closed it, as `head` does, the exit status
/// stays that of the command.
pub(super) fn print(text: &Text) -> anyhow::Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout
        .write_all(text.as_str().as_bytes())
        .and_then(|()| stdout.flush())
    {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(error).context("cannot write to standard output")
        }
        _ => Ok(()),
    }
}

/// Writes to standard error. Errors are ignored, because they cannot be reported anywhere else.
pub(super) fn eprint(text: &Text) {
    let _ = io::stderr().write_all(text.as_str().as_bytes());
}

/// Writes a line to standard error.
pub(super) fn eprint_line(line: &str) {
    eprint(&Text::from_line(Untrusted(line)).wrapped(stderr_style()));
}

/// Prints findings to standard error, for commands whose standard output has other content.
pub(super) fn eprint_findings(findings: &[Diagnostic], loaded: &Loaded) {
    if findings.is_empty() {
        return;
    }
    let style = stderr_style();
    let text = output::check::render_findings(findings, &loaded.project.sensitive, &loaded.sources, style);
    eprint(&text);
}

/// Prints the warnings and errors of loading.
pub(super) fn eprint_load_messages(loaded: &Loaded) {
    for error in &loaded.errors {
        eprint_line(&format!("error: {}", error.message));
        if let Some(help) = &error.help {
            eprint_line(&format!("help: {help}"));
        }
    }
}

/// Prints the warnings, errors and findings of loading, and what was skipped and may hold mirrors. If configuration files have errors, prints only those.
pub(super) fn eprint_load_status(loaded: &Loaded) {
    if loaded.configs.diagnostics.is_empty() {
        eprint_load_messages(loaded);
        eprint_findings(&loaded.project.diagnostics, loaded);
        eprint_gaps(loaded);
    } else {
        eprint_findings(&loaded.configs.diagnostics, loaded);
    }
}

/// Prints what was skipped and holds mirrors, and how much was skipped that may hold some.
fn eprint_gaps(loaded: &Loaded) {
    let skipped = &loaded.project.coverage.skipped;
    let (certain, possible): (Vec<&Skipped>, Vec<&Skipped>) = skipped
        .iter()
        .filter(|skipped| skipped.is_gap())
        .partition(|skipped| skipped.hides == Hides::Certainly);
    let certain: Vec<Diagnostic> = certain.into_iter().filter_map(report_skipped).collect();
    eprint_findings(&certain, loaded);
    if !possible.is_empty() {
        eprint_line(&format!(
            "warning: {} that may hold mirrors: {}; `mirrorset check` says which and why",
            pluralize(possible.len(), "skipped input"),
            output::count_by_reason(possible)
        ));
    }
}

/// The value of `--color`, which holds for the whole run.
static COLOR: OnceLock<Color> = OnceLock::new();

/// Sets when to use colors, before anything is printed.
pub(super) fn set_color(color: Color) {
    // The first value stays.
    let _ = COLOR.set(color);
}

/// What the reader of standard output can show.
pub(super) fn stdout_style() -> Style {
    style(io::stdout().is_terminal())
}

/// What the reader of standard error can show.
pub(super) fn stderr_style() -> Style {
    style(io::stderr().is_terminal())
}

fn style(is_terminal: bool) -> Style {
    let is_plain = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    let colors = use_colors(is_terminal && !is_plain);
    Style {
        colors,
        links: colors && is_terminal && !is_plain,
        ascii: !draws_lines(),
        width: columns(is_terminal),
    }
}

/// Whether to use colors, according to `--color`, the environment, and whether the output is a terminal.
fn use_colors(is_terminal: bool) -> bool {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty() && value != "0");
    match COLOR.get().copied().unwrap_or(Color::Auto) {
        Color::Always => true,
        Color::Never => false,
        Color::Auto if std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()) => false,
        Color::Auto => is_set("FORCE_COLOR") || is_set("CLICOLOR_FORCE") || is_terminal,
    }
}

/// Whether the locale has characters for lines. One that is not set is taken for UTF-8, which logs of CI systems have.
fn draws_lines() -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .filter_map(std::env::var_os);
    let locale = locale.into_iter().find(|value| !value.is_empty());
    locale.is_none_or(|locale| {
        let locale = locale.to_string_lossy().to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    })
}

/// The columns of a line: `COLUMNS` if it is set, else those of the terminal.
fn columns(is_terminal: bool) -> Option<usize> {
    let set = std::env::var("COLUMNS")
        .ok()
        .and_then(|columns| columns.parse().ok());
    set.filter(|columns| *columns > 0).or_else(|| {
        let size = is_terminal.then(terminal_size::terminal_size).flatten();
        size.map(|(width, _)| usize::from(width.0))
    })
}
