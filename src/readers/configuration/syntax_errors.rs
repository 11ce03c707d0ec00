//! The syntax errors of modules, as findings.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Severity};
use crate::rules::SYNTAX_ERROR;
use crate::untrusted::source_kind::InvalidSource;
use terraform_eval::modules::ModuleTree;
use terraform_eval::source::{FileId, Sources};
use terraform_eval::syntax::syntax_error::SyntaxError;

/// Reports the syntax errors of all modules and `others`, which belong to none of them.
pub(crate) fn syntax_error_findings(
    tree: &ModuleTree,
    others: &[SyntaxError],
    sources: &Sources,
) -> Vec<Diagnostic> {
    let of_modules = tree.modules().flat_map(|(_, module)| module.all_syntax_errors());
    let mut invalid = BTreeMap::new();
    let errors = innermost(others.iter().chain(of_modules).collect()).into_iter();
    errors
        .map(|error| {
            let file = sources.file(error.span.file);
            let source = invalid
                .entry(error.span.file)
                .or_insert_with(|| InvalidSource::new(file.name(), file.text()));
            finding(error, file.name(), source)
        })
        .collect()
}

/// The errors that do not contain another one. The splitter and the parser of blocks may both report an error; the
/// one with the smaller span points at it.
fn innermost(mut errors: Vec<&SyntaxError>) -> Vec<&SyntaxError> {
    errors.sort_by(|a, b| order(a).cmp(&order(b)).then_with(|| a.message.cmp(&b.message)));
    // A file may be read for two programs.
    errors.dedup();
    let contains_next =
        |pair: &[&SyntaxError]| pair[0].span != pair[1].span && pair[0].span.contains(pair[1].span);
    let is_outer: Vec<bool> = errors.windows(2).map(contains_next).chain([false]).collect();
    let innermost = errors.into_iter().zip(is_outer).filter(|(_, is_outer)| !is_outer);
    innermost.map(|(error, _)| error).collect()
}

/// The order of errors: those that contain others first.
fn order(error: &SyntaxError) -> (FileId, u32, Reverse<u32>) {
    (error.span.file, error.span.start, Reverse(error.span.end))
}

fn finding(error: &SyntaxError, name: &str, source: &InvalidSource<'_>) -> Diagnostic {
    let message = format!("{name}: {}", source.message(&error.message));
    let mut finding = Diagnostic::new(SYNTAX_ERROR.code(), Severity::Error, message).at(error.span, "");
    finding.help = error.help.as_deref().map(|help| source.message(help));
    finding
}
