//! The parts of source texts that no output shows: the texts of sensitive and ephemeral values.
//!
//! Evaluation records the values that it meets. A finding may show text next to them, and text that was never
//! evaluated: a file with a syntax error, an argument that a block does not have. So what a file declares as sensitive
//! counts as well, by its syntax alone, and so does every other place with the same text in the files of the same root
//! module.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use crate::model::{HiddenTexts, SharedFiles};
use crate::untrusted::source_kind::{SourceKind, WORDS, has_word, may_hide};
use aho_corasick::{AhoCorasick, MatchKind};
use memchr::memmem;
use terraform_eval::source::{FileId, Sources};
use terraform_eval::syntax::document::{Format, parse_file, parse_variables};
use terraform_eval::syntax::tree::{Attribute, Body, ExpressionKind};

/// Shorter texts are not searched for: `"a"` or `1` is everywhere.
const MIN_LENGTH: usize = 4;

/// What is known of the secrets in the sources of a run.
pub(super) struct Secrets<'a> {
    sources: &'a Sources,
    known: &'a HiddenTexts,
    /// The root modules that each file is part of, as a configuration file and as a file of variables. A file that is part
    /// of none has secrets of every other file.
    root_modules: BTreeMap<FileId, Vec<usize>>,
    /// The positions in [`HiddenTexts::shared_files`] of each file of variables, and of those of each root module.
    shared_by_file: BTreeMap<FileId, Vec<usize>>,
    shared_by_root: BTreeMap<usize, Vec<usize>>,
    /// The texts of sensitive values in each file.
    spans: BTreeMap<FileId, Vec<Range<usize>>>,
    /// The files that are part of no root module and have something to hide.
    others: Vec<FileId>,
    /// What the syntax of files declares, as far as it was needed.
    declarations: RefCell<BTreeMap<FileId, Rc<Declarations>>>,
    /// What is hidden in the files of the same root modules.
    hidden: RefCell<BTreeMap<BTreeSet<usize>, Rc<Hidden>>>,
}

/// What is hidden in a file.
#[derive(Default)]
struct Hidden {
    /// The names of the variables that are declared as sensitive or ephemeral.
    variables: BTreeSet<Arc<str>>,
    /// Finds the texts that are masked wherever they are.
    texts: Option<AhoCorasick>,
}

impl<'a> Secrets<'a> {
    /// Collects the secrets of sources.
    pub(super) fn new(sources: &'a Sources, known: &'a HiddenTexts) -> Self {
        let hides = |file: FileId| {
            let kind = SourceKind::of(sources.file(file).name());
            kind == SourceKind::Configuration && has_word(sources.text(file))
        };
        let mut spans: BTreeMap<FileId, Vec<Range<usize>>> = BTreeMap::new();
        for span in &known.spans {
            spans.entry(span.file).or_default().push(span.range());
        }
        let mut secrets = Self {
            sources,
            known,
            root_modules: BTreeMap::new(),
            shared_by_file: BTreeMap::new(),
            shared_by_root: BTreeMap::new(),
            spans,
            others: Vec::new(),
            declarations: RefCell::default(),
            hidden: RefCell::default(),
        };
        if !known.spans.is_empty() || sources.ids().any(hides) {
            secrets.assign_files();
        }
        secrets
    }

    /// Notes which root modules each file is part of.
    fn assign_files(&mut self) {
        for (root, files) in self.known.root_modules.iter().enumerate() {
            for file in files {
                self.root_modules.entry(*file).or_default().push(root);
            }
        }
        for (shared, SharedFiles { files, root_modules }) in self.known.shared_files.iter().enumerate() {
            for file in files {
                self.shared_by_file.entry(*file).or_default().push(shared);
            }
            for root in root_modules {
                self.shared_by_root.entry(*root).or_default().push(shared);
            }
        }
        let is_other = |file: &FileId| {
            let is_part = self.root_modules.contains_key(file) || self.shared_by_file.contains_key(file);
            !is_part
                && (self.spans.contains_key(file)
                    || SourceKind::of(self.sources.file(*file).name()) != SourceKind::Other)
        };
        self.others = self.sources.ids().filter(is_other).collect();
    }

    /// The ranges to mask in a text of a file, sorted. `has_error`: whether the text may not be valid.
    pub(super) fn in_file(&self, file: FileId, has_error: bool) -> Vec<Range<usize>> {
        let source = self.sources.file(file);
        let mut ranges = self.spans.get(&file).cloned().unwrap_or_default();
        ranges.extend(self.in_text(Some(file), source.name(), source.text(), has_error));
        ranges.sort_by_key(|range| range.start);
        ranges
    }

    /// The ranges to mask in a text that a file of this name has or would have, sorted.
    pub(super) fn in_text(
        &self,
        file: Option<FileId>,
        name: &str,
        text: &str,
        has_error: bool,
    ) -> Vec<Range<usize>> {
        if has_error && may_hide(name, text) {
            return whole(text);
        }
        let hidden = self.hidden_in(file);
        let mut ranges = match SourceKind::of(name) {
            // An excerpt shows no text of the environment, whatever the variable.
            SourceKind::Argument => whole(text),
            _ if is_relevant(name, text, &hidden.variables) => {
                Declarations::of(name, text).ranges(&hidden.variables)
            }
            _ => Vec::new(),
        };
        if let Some(texts) = &hidden.texts {
            ranges.extend(texts.find_iter(text).map(|found| found.range()));
        }
        ranges.sort_by_key(|range| range.start);
        ranges
    }

    /// What is hidden in a file: the secrets of its root modules, and of files that are part of none. In such a file, those
    /// of all files.
    fn hidden_in(&self, file: Option<FileId>) -> Rc<Hidden> {
        let root_modules = self.root_modules_of(file);
        if let Some(hidden) = self.hidden.borrow().get(&root_modules) {
            return hidden.clone();
        }
        let files: BTreeSet<FileId> = if root_modules.is_empty() {
            self.sources.ids().collect()
        } else {
            let own = root_modules
                .iter()
                .filter_map(|root| self.known.root_modules.get(*root));
            let shared: BTreeSet<usize> = root_modules
                .iter()
                .filter_map(|root| self.shared_by_root.get(root))
                .flatten()
                .copied()
                .collect();
            let shared = shared
                .into_iter()
                .filter_map(|shared| self.known.shared_files.get(shared));
            let files = own.chain(shared.map(|shared| &shared.files)).flatten();
            files.chain(&self.others).copied().collect()
        };
        let hidden = Rc::new(self.collect(&files));
        self.hidden.borrow_mut().insert(root_modules, hidden.clone());
        hidden
    }

    /// The positions of the root modules that a file is part of.
    fn root_modules_of(&self, file: Option<FileId>) -> BTreeSet<usize> {
        let of_file = |file: FileId| {
            let own = self.root_modules.get(&file).into_iter().flatten();
            let shared = self.shared_by_file.get(&file).into_iter().flatten();
            let shared = shared.filter_map(|shared| self.known.shared_files.get(*shared));
            own.chain(shared.flat_map(|shared| &shared.root_modules))
                .copied()
                .collect()
        };
        file.map(of_file).unwrap_or_default()
    }

    /// Collects the secrets of files.
    fn collect(&self, files: &BTreeSet<FileId>) -> Hidden {
        let mut hidden = Hidden::default();
        for file in files {
            let (name, text) = (self.sources.file(*file).name(), self.sources.text(*file));
            if SourceKind::of(name) == SourceKind::Configuration && has_word(text) {
                hidden
                    .variables
                    .extend(self.declared(*file).variables.iter().cloned());
            }
        }
        let mut ranges: Vec<(FileId, Range<usize>)> = Vec::new();
        for file in files {
            let spans = self.spans.get(file).into_iter().flatten();
            ranges.extend(spans.map(|range| (*file, range.clone())));
        }
        for file in files {
            let (name, text) = (self.sources.file(*file).name(), self.sources.text(*file));
            // The objects in other files are hidden where they are.
            let is_other = SourceKind::of(name) == SourceKind::Other;
            if !is_other && is_relevant(name, text, &hidden.variables) {
                let declared = self.declared(*file).ranges(&hidden.variables);
                ranges.extend(declared.into_iter().map(|range| (*file, range)));
            }
        }
        let mut texts: BTreeSet<String> = BTreeSet::new();
        for (file, range) in ranges {
            let source = self.sources.file(file);
            let is_argument = SourceKind::of(source.name()) == SourceKind::Argument;
            // A file that is hidden as a whole has other texts than secrets.
            if is_argument || range != (0..source.text().len()) {
                let text = source.text().get(range).unwrap_or_default();
                texts.extend(literals(text, is_argument && !text.contains('"')));
            }
        }
        if !texts.is_empty() {
            // Only texts of gigabytes could not be searched for.
            hidden.texts = AhoCorasick::builder()
                .match_kind(MatchKind::LeftmostLongest)
                .build(texts)
                .ok();
        }
        hidden
    }

    /// What the syntax of a file declares.
    fn declared(&self, file: FileId) -> Rc<Declarations> {
        let mut declarations = self.declarations.borrow_mut();
        let declare = || {
            Rc::new(Declarations::of(
                self.sources.file(file).name(),
                self.sources.text(file),
            ))
        };
        declarations.entry(file).or_insert_with(declare).clone()
    }
}

/// Whether the syntax of a text may declare something as hidden.
fn is_relevant(name: &str, text: &str, variables: &BTreeSet<Arc<str>>) -> bool {
    match SourceKind::of(name) {
        SourceKind::Configuration => has_word(text) || !variables.is_empty(),
        SourceKind::Variables => !variables.is_empty(),
        // Only the texts of sensitive variables are secrets, which are hidden elsewhere, too.
        SourceKind::Argument => variables
            .iter()
            .any(|variable| name.ends_with(&format!("{variable}>"))),
        SourceKind::Other => true,
    }
}

/// What the syntax of a text declares as hidden.
#[derive(Default)]
struct Declarations {
    /// The names of variables that hide their values. A name is taken from a block with a syntax error, too.
    variables: Vec<Arc<str>>,
    /// The ranges that are hidden.
    ranges: Vec<Range<usize>>,
    /// The ranges of the values of variables, which are hidden if the variable is.
    values: Vec<(Arc<str>, Range<usize>)>,
}

impl Declarations {
    fn of(name: &str, text: &str) -> Self {
        let format = Format::from_path(Path::new(name));
        let mut declared = Self::default();
        match SourceKind::of(name) {
            SourceKind::Argument => declared.ranges = whole(text),
            SourceKind::Other => declared.ranges = secret_objects(text),
            SourceKind::Variables => {
                let (attributes, syntax_errors) = parse_variables(FileId::DETACHED, text, format);
                if syntax_errors.is_empty() {
                    declared.add_values(&attributes);
                } else {
                    declared.ranges = whole(text);
                }
            }
            SourceKind::Configuration => declared.add_configuration(text, format),
        }
        declared
    }

    fn add_configuration(&mut self, text: &str, format: Format) {
        let document = parse_file(FileId::DETACHED, text, format);
        let mut has_errors = !document.syntax_errors.is_empty();
        for item in &document.items {
            let (block, syntax_errors) = item.parse(text);
            has_errors |= !syntax_errors.is_empty();
            let hides = block.as_ref().is_none_or(|block| is_hidden(&block.body));
            if &*item.kind.text == "variable" && (hides || !syntax_errors.is_empty()) {
                self.variables
                    .extend(item.labels.first().map(|label| label.text.clone()));
            }
            let Some(block) = block else { continue };
            match &*block.kind.text {
                "variable" | "output" if hides => {
                    let values = ["default", "value"].into_iter();
                    let values = values.filter_map(|name| block.body.attribute(name));
                    self.ranges
                        .extend(values.map(|attribute| attribute.value.span.range()));
                }
                "module" => self.add_values(&block.body.attributes),
                _ => {}
            }
            add_calls(&block.body, text, &mut self.ranges);
        }
        if has_errors && has_word(text) {
            self.ranges = whole(text);
        }
    }

    fn add_values(&mut self, attributes: &[Attribute]) {
        let values = attributes.iter();
        self.values
            .extend(values.map(|attribute| (attribute.name.text.clone(), attribute.value.span.range())));
    }

    /// The hidden ranges, if these variables are hidden.
    fn ranges(&self, variables: &BTreeSet<Arc<str>>) -> Vec<Range<usize>> {
        let values = self.values.iter().filter(|(name, _)| variables.contains(name));
        let values = values.map(|(_, range)| range.clone());
        self.ranges.iter().cloned().chain(values).collect()
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
        mask_all(&sources, &HiddenTexts::default(), shown)
    }

    /// The text of a file with the ranges masked.
    fn mask_all(sources: &Sources, known: &HiddenTexts, shown: &str) -> String {
        let file = sources
            .ids()
            .find(|file| sources.file(*file).name() == shown)
            .unwrap();
        let mut masked = sources.text(file).as_bytes().to_vec();
        for range in Secrets::new(sources, known).in_file(file, false) {
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

    #[test]
    fn a_secret_is_hidden_in_the_files_of_its_root_modules_alone() {
        let mut sources = Sources::new();
        let files: Vec<FileId> = [
            ("a/main.tf", "locals {\n  x = sensitive(\"hidden\")\n}\n"),
            ("a/terraform.tfvars", "key = \"hidden\"\n"),
            ("b/main.tf", "locals {\n  y = \"hidden\"\n}\n"),
            ("shared/main.tf", "locals {\n  z = \"hidden\"\n}\n"),
            ("m.yaml", "name: hidden\n"),
        ]
        .map(|(name, text)| sources.add(name, text))
        .into();
        let known = HiddenTexts {
            spans: Vec::new(),
            shared_files: Vec::new(),
            root_modules: vec![[files[0], files[1], files[3]].into(), [files[2], files[3]].into()],
        };
        for (name, expected) in [
            ("a/main.tf", "locals {\n  x = sensitive(********)\n}\n"),
            ("a/terraform.tfvars", "key = \"******\"\n"),
            ("b/main.tf", "locals {\n  y = \"hidden\"\n}\n"),
            ("shared/main.tf", "locals {\n  z = \"******\"\n}\n"),
            ("m.yaml", "name: ******\n"),
        ] {
            assert_eq!(mask_all(&sources, &known, name), expected, "{name}");
        }
    }
}
