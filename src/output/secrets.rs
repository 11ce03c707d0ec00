//! The parts of source texts that no output shows: the texts of sensitive and ephemeral values.
//!
//! Evaluation records the values that it meets. A finding may show text next to them, and text that was never
//! evaluated: a file with a syntax error, an argument that a block does not have. So what a file declares as sensitive
//! counts as well, by its syntax alone, and so does every other place with the same text.

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use crate::untrusted::source_kind::{SourceKind, WORDS, has_word, may_hide};
use aho_corasick::{AhoCorasick, MatchKind};
use memchr::memmem;
use terraform_eval::source::{FileId, Sources, Span};
use terraform_eval::syntax::document::{Format, parse_file, parse_variables};
use terraform_eval::syntax::tree::{Attribute, Body, ExpressionKind};

/// Shorter texts are not searched for: `"a"` or `1` is everywhere.
const MIN_LENGTH: usize = 4;

/// What is known of the secrets in the sources of a run.
pub(super) struct Secrets<'a> {
    sources: &'a Sources,
    /// The texts of the values that evaluation met.
    evaluated: &'a [Span],
    /// The names of the variables that are declared as sensitive or ephemeral.
    variables: BTreeSet<Arc<str>>,
    /// Finds the texts that are masked wherever they are.
    texts: Option<AhoCorasick>,
}

impl<'a> Secrets<'a> {
    /// Collects the secrets of sources.
    pub(super) fn new(sources: &'a Sources, evaluated: &'a [Span]) -> Self {
        let mut secrets = Self {
            sources,
            evaluated,
            variables: BTreeSet::new(),
            texts: None,
        };
        let mut ranges: Vec<(FileId, Range<usize>)> =
            evaluated.iter().map(|span| (span.file, span.range())).collect();
        for file in sources.ids() {
            let text = sources.text(file);
            if SourceKind::of(sources.file(file).name()) == SourceKind::Configuration && has_word(text) {
                secrets.variables.extend(hidden_variables(file, sources));
            }
        }
        for file in sources.ids() {
            let name = sources.file(file).name();
            let kind = SourceKind::of(name);
            let is_relevant = match kind {
                SourceKind::Configuration => has_word(sources.text(file)) || !secrets.variables.is_empty(),
                SourceKind::Variables => !secrets.variables.is_empty(),
                // Every text of the environment is hidden in excerpts, but only those of sensitive variables are secrets.
                SourceKind::Argument => secrets
                    .variables
                    .iter()
                    .any(|variable| name.ends_with(&format!("{variable}>"))),
                SourceKind::Other => false,
            };
            if is_relevant {
                let declared = secrets.declared_in(name, sources.text(file));
                ranges.extend(declared.into_iter().map(|range| (file, range)));
            }
        }
        let mut texts: BTreeSet<String> = BTreeSet::new();
        for (file, range) in ranges {
            let source = sources.file(file);
            let is_argument = SourceKind::of(source.name()) == SourceKind::Argument;
            // A file that is hidden as a whole has other texts than secrets.
            if is_argument || range != (0..source.text().len()) {
                let text = source.text().get(range).unwrap_or_default();
                texts.extend(literals(text, is_argument && !text.contains('"')));
            }
        }
        if !texts.is_empty() {
            // Only texts of gigabytes could not be searched for.
            secrets.texts = AhoCorasick::builder()
                .match_kind(MatchKind::LeftmostLongest)
                .build(texts)
                .ok();
        }
        secrets
    }

    /// The ranges to mask in a text of a file, sorted. `has_error`: whether the text may not be valid.
    pub(super) fn in_file(&self, file: FileId, has_error: bool) -> Vec<Range<usize>> {
        let source = self.sources.file(file);
        let spans = self.evaluated.iter().filter(|span| span.file == file);
        let mut ranges: Vec<Range<usize>> = spans.map(|span| span.range()).collect();
        ranges.extend(self.in_text(source.name(), source.text(), has_error));
        ranges.sort_by_key(|range| range.start);
        ranges
    }

    /// The ranges to mask in a text that a file of this name has or would have, sorted.
    pub(super) fn in_text(&self, name: &str, text: &str, has_error: bool) -> Vec<Range<usize>> {
        if has_error && may_hide(name, text) {
            return whole(text);
        }
        let mut ranges = self.declared_in(name, text);
        if let Some(texts) = &self.texts {
            ranges.extend(texts.find_iter(text).map(|found| found.range()));
        }
        ranges.sort_by_key(|range| range.start);
        ranges
    }

    /// The ranges that the syntax of a text declares as sensitive.
    fn declared_in(&self, name: &str, text: &str) -> Vec<Range<usize>> {
        let format = Format::from_path(Path::new(name));
        let everything = || whole(text);
        let mut ranges = Vec::new();
        match SourceKind::of(name) {
            SourceKind::Argument => return everything(),
            SourceKind::Other => ranges.extend(secret_objects(text)),
            SourceKind::Variables => {
                let (attributes, syntax_errors) = parse_variables(FileId::DETACHED, text, format);
                if !syntax_errors.is_empty() {
                    return everything();
                }
                ranges.extend(self.arguments(&attributes));
            }
            SourceKind::Configuration if has_word(text) || !self.variables.is_empty() => {
                let document = parse_file(FileId::DETACHED, text, format);
                let mut has_errors = !document.syntax_errors.is_empty();
                for item in &document.items {
                    let (block, syntax_errors) = item.parse(text);
                    has_errors |= !syntax_errors.is_empty();
                    let Some(block) = block else { continue };
                    match &*block.kind.text {
                        "variable" | "output" if is_hidden(&block.body) => {
                            let values = ["default", "value"].into_iter();
                            let values = values.filter_map(|name| block.body.attribute(name));
                            ranges.extend(values.map(|attribute| attribute.value.span.range()));
                        }
                        "module" => ranges.extend(self.arguments(&block.body.attributes)),
                        _ => {}
                    }
                    add_calls(&block.body, text, &mut ranges);
                }
                if has_errors && has_word(text) {
                    return everything();
                }
            }
            SourceKind::Configuration => {}
        }
        ranges
    }

    /// The values of arguments for variables that are sensitive.
    fn arguments(&self, attributes: &[Attribute]) -> Vec<Range<usize>> {
        let hidden = attributes
            .iter()
            .filter(|attribute| self.variables.contains(&attribute.name.text));
        hidden.map(|attribute| attribute.value.span.range()).collect()
    }
}

/// Whether a block of a variable or an output hides its value. An argument that is not `false` counts: what it evaluates
/// to is not known here.
fn is_hidden(body: &Body) -> bool {
    let arguments = WORDS.iter().filter_map(|word| body.attribute(word));
    let mut values = arguments.map(|attribute| &attribute.value.kind);
    values.any(|value| !matches!(value, ExpressionKind::Bool(false)))
}

/// The range of all of a text.
fn whole(text: &str) -> Vec<Range<usize>> {
    std::iter::once(0..text.len()).collect()
}

/// The names of the variables of a file that hide their values. A name is taken from a block with a syntax error, too.
fn hidden_variables(file: FileId, sources: &Sources) -> Vec<Arc<str>> {
    let (name, text) = (sources.file(file).name(), sources.text(file));
    let document = parse_file(FileId::DETACHED, text, Format::from_path(Path::new(name)));
    let variables = document
        .items
        .iter()
        .filter(|item| &*item.kind.text == "variable");
    let hidden = variables.filter(|item| {
        let (block, syntax_errors) = item.parse(text);
        block.is_none_or(|block| is_hidden(&block.body)) || !syntax_errors.is_empty()
    });
    hidden
        .filter_map(|item| Some(item.labels.first()?.text.clone()))
        .collect()
}

/// Adds the arguments of calls of `sensitive`.
fn add_calls(body: &Body, text: &str, ranges: &mut Vec<Range<usize>>) {
    const CALL: &str = "sensitive(";
    for attribute in &body.attributes {
        let span = attribute.value.span.range();
        let value = text.get(span.clone()).unwrap_or_default();
        for (at, _) in value.match_indices(CALL) {
            let is_call = !value[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
            if is_call {
                let start = at + CALL.len();
                let end = start + call_length(&value[start..]);
                ranges.push(span.start + start..span.start + end);
            }
        }
    }
    for block in &body.blocks {
        add_calls(&block.body, text, ranges);
    }
}

/// The length of the arguments of a call, up to its closing parenthesis. All of the text if it has templates, in which
/// other strings may be nested.
fn call_length(text: &str) -> usize {
    let (mut depth, mut in_string, mut is_escaped) = (0_usize, false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' if in_string => is_escaped = true,
            '"' => in_string = !in_string,
            '$' | '%' | '<' if text[at + 1..].starts_with(['{', '<']) => return text.len(),
            '(' if !in_string => depth += 1,
            ')' if !in_string && depth == 0 => return at,
            ')' if !in_string => depth -= 1,
            _ => {}
        }
    }
    text.len()
}

/// The documents of a YAML or JSON text that are a Secret of Kubernetes.
fn secret_objects(text: &str) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    // A plan is long, and has the marks of its values.
    if text.starts_with("{\"format_version\"") || memmem::find(text.as_bytes(), b"Secret").is_none() {
        return ranges;
    }
    let mut start = 0;
    for document in text.split_inclusive("\n---") {
        let words = document.replace(['"', '\''], "");
        if words.contains("kind: Secret") || words.contains("kind:Secret") {
            ranges.push(start..start + document.len());
        }
        start += document.len();
    }
    ranges
}

/// The texts of a value that are long enough to be searched for: those of its strings, the lines of a heredoc, or all of a
/// text that is not an expression (`is_plain`).
fn literals(value: &str, is_plain: bool) -> Vec<String> {
    let parts: Vec<&str> = if is_plain {
        vec![value]
    } else if value.contains("<<") {
        value.split(['"', '\n']).collect()
    } else {
        value.split('"').skip(1).step_by(2).collect()
    };
    let is_text = |part: &&str| part.chars().count() >= MIN_LENGTH && part.chars().any(char::is_alphanumeric);
    let parts = parts.into_iter().map(str::trim);
    parts.filter(is_text).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(files: &[(&str, &str)], shown: &str) -> String {
        let mut sources = Sources::new();
        for (name, text) in files {
            sources.add(*name, *text);
        }
        let secrets = Secrets::new(&sources, &[]);
        let text = files.iter().find(|(name, _)| *name == shown).unwrap().1;
        let mut masked = text.as_bytes().to_vec();
        for range in secrets.in_text(shown, text, false) {
            masked[range].fill(b'*');
        }
        String::from_utf8(masked).unwrap()
    }

    #[test]
    fn what_a_file_declares_as_sensitive_is_masked_without_evaluation() {
        let text = "variable \"a\" {\n  default = \"hidden\"\n  sensitive = true\n}\n\
                    locals {\n  b = sensitive(\"hush(\")\n  c = nonsensitive(\"shown\")\n}\n";
        let expected = "variable \"a\" {\n  default = ********\n  sensitive = true\n}\n\
                        locals {\n  b = sensitive(*******)\n  c = nonsensitive(\"shown\")\n}\n";
        assert_eq!(masked(&[("a.tf", text)], "a.tf"), expected);
    }

    #[test]
    fn arguments_for_sensitive_variables_are_masked_in_other_files() {
        let declaration = "variable \"key\" {\n  ephemeral = true\n}\n";
        let files = [
            ("child/a.tf", declaration),
            (
                "main.tf",
                "module \"m\" {\n  source = \"./child\"\n  key = \"hidden\"\n}\n",
            ),
            ("terraform.tfvars", "key = \"other\"\nplain = \"shown\"\n"),
            ("b.tf", "locals {\n  same = \"hidden\"\n}\n"),
        ];
        assert!(masked(&files, "main.tf").contains("key = ********"));
        assert_eq!(
            masked(&files, "terraform.tfvars"),
            "key = *******\nplain = \"shown\"\n"
        );
        assert!(masked(&files, "b.tf").contains("same = \"******\""));
    }

    #[test]
    fn the_words_around_a_string_are_not_masked_elsewhere() {
        let text = "variable \"a\" {\n  default = { user = \"hidden\" }\n  sensitive = true\n}\n";
        let other = "locals {\n  a = { user = \"shown\" }\n  b = \"x-hidden\"\n}\n";
        let expected = "locals {\n  a = { user = \"shown\" }\n  b = \"x-******\"\n}\n";
        assert_eq!(masked(&[("a.tf", text), ("b.tf", other)], "b.tf"), expected);
    }

    #[test]
    fn texts_of_the_environment_and_secrets_of_kubernetes_are_masked_as_a_whole() {
        assert_eq!(masked(&[("<TF_VAR_a>", "hidden")], "<TF_VAR_a>"), "******");
        let manifests = "kind: Other\n---\nkind: Secret\nstringData: {a: b}\n";
        let shown = masked(&[("m.yaml", manifests)], "m.yaml");
        assert!(
            shown.starts_with("kind: Other\n---") && !shown.contains("stringData"),
            "{shown}"
        );
    }
}
