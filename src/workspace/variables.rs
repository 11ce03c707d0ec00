//! Values for the variables of a root module, in Terraform's order: the environment, the tfvars files that Terraform
//! loads automatically, then `--var` and `--var-file` in the order of the command line. Later ones win.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use crate::model::{Hides, SkipReason, Skipped};
use crate::provider::modules::IMAGE_MIRRORS_INPUT;
use crate::workspace::input_files::InputFiles;
use crate::workspace::options::{Options, VariableArg};
use crate::workspace::terraform_files::read_variables;
use terraform_eval::eval::{DecodedTexts, RootInputs};
use terraform_eval::modules::Module;
use terraform_eval::source::{FileId, Sources, Span};
use terraform_eval::syntax::native::parse_expression;
use terraform_eval::syntax::syntax_error::SyntaxError;
use terraform_eval::syntax::tree::{Attribute, Expression, ExpressionKind};

/// The values of the environment and of the command line, read once for all root modules.
#[derive(Debug, Default)]
pub(crate) struct VariableValues {
    environment: BTreeMap<Arc<str>, VariableText>,
    /// The arguments of the command line before the first file that each root module may have.
    first_arguments: Arguments,
    /// Those files, each with the arguments after it.
    files_of_roots: Vec<(PathBuf, Arguments)>,
    /// The names of `--var`.
    names: BTreeSet<Arc<str>>,
    /// What functions have made of texts, for all root modules.
    decoded_texts: Arc<DecodedTexts>,
}

/// Arguments that are the same for all root modules. Later ones replace earlier ones.
type Arguments = BTreeMap<Arc<str>, Argument>;

#[derive(Debug)]
enum Argument {
    Text(VariableText),
    Value(Arc<Expression>),
}

/// The text of a variable, as a source of its own so that labels can point at it.
#[derive(Debug)]
struct VariableText {
    text: String,
    file: FileId,
    string: OnceLock<Arc<Expression>>,
    expression: OnceLock<Option<Arc<Expression>>>,
}

/// The values for the variables of a root module that it alone has.
pub(crate) struct OwnValues<'v> {
    /// The values of the files that Terraform loads automatically, and of those that the settings name. Later ones replace
    /// earlier ones.
    pub(crate) files: Vec<&'v FileValues>,
    /// The values of the root module's files among [`VariableValues::files_of_roots`], in the same order.
    pub(crate) files_of_roots: Vec<Option<&'v FileValues>>,
}

impl VariableValues {
    /// Reads the values, and those of the files that `--var-file` names.
    pub(crate) fn read(
        options: &Options,
        files: &mut InputFiles,
        syntax_errors: &mut Vec<SyntaxError>,
    ) -> (Self, FileValues) {
        let mut values = Self::default();
        for (name, text) in &options.environment {
            let text = VariableText::new("TF_VAR_", name, text, &mut files.sources);
            values.environment.insert(name.as_str().into(), text);
        }
        let mut of_files = Vec::new();
        for argument in &options.variables {
            match argument {
                VariableArg::Variable { name, text } => {
                    let text = VariableText::new("--var ", name, text, &mut files.sources);
                    let name: Arc<str> = name.as_str().into();
                    values.names.insert(name.clone());
                    values.last_arguments().insert(name, Argument::Text(text));
                }
                VariableArg::File(path) => {
                    let attributes = read_variables(path, None, files, syntax_errors);
                    let read = FileValues::new(attributes, &files.sources);
                    let arguments = read.values.iter();
                    let arguments =
                        arguments.map(|(name, value)| (name.clone(), Argument::Value(value.clone())));
                    values.last_arguments().extend(arguments);
                    of_files.push(read);
                }
                VariableArg::FileOfRoot(path) => {
                    values.files_of_roots.push((path.clone(), Arguments::new()));
                }
            }
        }
        (values, FileValues::merge(&of_files))
    }

    fn last_arguments(&mut self) -> &mut Arguments {
        match self.files_of_roots.last_mut() {
            Some((_, arguments)) => arguments,
            None => &mut self.first_arguments,
        }
    }

    /// The files of variables that `TF_CLI_ARGS` names, relative to each root module.
    pub(crate) fn files_of_roots(&self) -> impl Iterator<Item = &Path> {
        self.files_of_roots.iter().map(|(path, _)| path.as_path())
    }

    /// Whether `--var` gives values.
    pub(crate) fn has_names(&self) -> bool {
        !self.names.is_empty()
    }

    /// The names of `--var` that no root module declares. Terraform ignores undeclared names in files and in the
    /// environment.
    pub(crate) fn undeclared<'m>(&self, roots: impl Iterator<Item = &'m Module>) -> BTreeSet<Arc<str>> {
        let mut names = self.names.clone();
        for root in roots {
            if names.is_empty() {
                break;
            }
            for name in root.variables.keys() {
                names.remove(name);
            }
        }
        names
    }

    /// The values for the variables that a root module declares, and the syntax errors of texts that are read for the first
    /// time.
    pub(crate) fn inputs(
        &self,
        module: &Module,
        own: &OwnValues<'_>,
        sources: &Sources,
    ) -> (RootInputs, Vec<SyntaxError>) {
        let mut syntax_errors = Vec::new();
        let mut expressions = BTreeMap::new();
        for name in module.variables.keys() {
            let value = self.value(name, module, own, sources, &mut syntax_errors);
            expressions.extend(value.map(|value| (name.clone(), value)));
        }
        let inputs = RootInputs {
            expressions,
            decoded_texts: Arc::clone(&self.decoded_texts),
            ..RootInputs::default()
        };
        (inputs, syntax_errors)
    }

    fn value(
        &self,
        name: &Arc<str>,
        module: &Module,
        own: &OwnValues<'_>,
        sources: &Sources,
        syntax_errors: &mut Vec<SyntaxError>,
    ) -> Option<Arc<Expression>> {
        let mut of_arguments = |arguments: &Arguments| match arguments.get(name)? {
            Argument::Text(text) => text.value(name, module, sources, syntax_errors),
            Argument::Value(value) => Some(value.clone()),
        };
        for ((_, arguments), file) in self.files_of_roots.iter().zip(&own.files_of_roots).rev() {
            let of_file = || file.and_then(|file| file.values.get(name).cloned());
            let value = of_arguments(arguments).or_else(of_file);
            if value.is_some() {
                return value;
            }
        }
        if let Some(value) = of_arguments(&self.first_arguments) {
            return Some(value);
        }
        let in_file = own.files.iter().rev().find_map(|file| file.values.get(name));
        in_file.cloned().or_else(|| {
            let text = self.environment.get(name)?;
            text.value(name, module, sources, syntax_errors)
        })
    }
}

/// The values of files of variables, of which later ones replace earlier ones. Root modules may share them.
#[derive(Debug, Default)]
pub(crate) struct FileValues {
    values: BTreeMap<Arc<str>, Arc<Expression>>,
    /// The files that have values.
    pub(crate) files: BTreeSet<FileId>,
    mirror_values: Vec<MirrorValue>,
}

/// The position of [`FileValues`] among all that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct FileValuesId(pub(crate) usize);

/// A value in a file of variables that is about mirrors, as its words tell.
#[derive(Debug, Clone)]
struct MirrorValue {
    name: Arc<str>,
    span: Span,
}

impl FileValues {
    /// The values of the arguments of files.
    pub(crate) fn new(attributes: Vec<Attribute>, sources: &Sources) -> Self {
        let mut read = Self::default();
        for Attribute { name, value, .. } in attributes {
            read.files.insert(value.span.file);
            let is_about_mirrors = name.text.contains("irror") || sources.slice(value.span).contains("irror");
            // The key of a comment in JSON names no variable.
            if is_about_mirrors && &*name.text != "//" {
                read.mirror_values.push(MirrorValue {
                    name: name.text.clone(),
                    span: name.span,
                });
            }
            read.values.insert(name.text, Arc::new(value));
        }
        read
    }

    /// Whether a value is about mirrors.
    pub(crate) fn has_mirrors(&self) -> bool {
        !self.mirror_values.is_empty()
    }

    /// The values of files one after the other.
    pub(crate) fn merge<'v>(all: impl IntoIterator<Item = &'v Self>) -> Self {
        let mut merged = Self::default();
        for read in all {
            merged.values.extend(
                read.values
                    .iter()
                    .map(|(name, value)| (name.clone(), value.clone())),
            );
            merged.files.extend(&read.files);
            merged.mirror_values.extend_from_slice(&read.mirror_values);
        }
        merged
    }
}

/// The values about mirrors that go nowhere: none of the root modules that load their file declares the variable. Terraform
/// warns of them.
#[derive(Default)]
pub(crate) struct UndeclaredValues<'m> {
    /// The values that no root module declares so far, by name, of the files that root modules share.
    pending: BTreeMap<FileValuesId, BTreeMap<&'m str, Vec<&'m MirrorValue>>>,
    declared: BTreeSet<Span>,
}

impl<'m> UndeclaredValues<'m> {
    /// Notes that a root module, which declares some variables, is given values.
    pub(crate) fn add_root<'n>(
        &mut self,
        id: FileValuesId,
        given: &'m FileValues,
        declared: impl Iterator<Item = &'n str>,
    ) {
        if given.mirror_values.is_empty() {
            return;
        }
        let pending = self.pending.entry(id).or_insert_with(|| {
            let mut by_name: BTreeMap<&str, Vec<&MirrorValue>> = BTreeMap::new();
            for value in &given.mirror_values {
                by_name.entry(&value.name).or_default().push(value);
            }
            by_name
        });
        for name in declared {
            let values = pending.remove(name).into_iter().flatten();
            self.declared.extend(values.map(|value| value.span));
        }
    }

    /// What the report says of the values.
    pub(crate) fn skipped(self) -> Vec<Skipped> {
        let pending = self
            .pending
            .into_values()
            .flat_map(BTreeMap::into_values)
            .flatten();
        let undeclared: BTreeMap<Span, &MirrorValue> = pending
            .filter(|value| !self.declared.contains(&value.span))
            .map(|value| (value.span, value))
            .collect();
        let skipped = undeclared.into_values().map(|value| {
            let message = "the root module does not declare this variable, so the value is ignored";
            let name = format!("var.{}", value.name);
            let mut skipped = Skipped::new(name, SkipReason::UndeclaredVariable, message);
            skipped.span = Some(value.span);
            skipped.help = Some("declare the variable and use it, or remove the value".to_owned());
            if value.name.contains(IMAGE_MIRRORS_INPUT) {
                skipped.hides = Hides::Certainly;
            }
            skipped
        });
        skipped.collect()
    }
}

impl VariableText {
    fn new(origin: &str, name: &str, text: &str, sources: &mut Sources) -> Self {
        Self {
            text: text.to_owned(),
            file: sources.add(format!("<{origin}{name}>"), text),
            string: OnceLock::new(),
            expression: OnceLock::new(),
        }
    }

    /// The value for a variable of a root module. `None` if the text has a syntax error.
    fn value(
        &self,
        name: &str,
        module: &Module,
        sources: &Sources,
        syntax_errors: &mut Vec<SyntaxError>,
    ) -> Option<Arc<Expression>> {
        if is_literal(module, name, sources) {
            let string = self.string.get_or_init(|| {
                let span = Span::new(self.file, 0, self.text.len());
                let kind = ExpressionKind::String(self.text.as_str().into());
                Arc::new(Expression::new(kind, span))
            });
            return Some(string.clone());
        }
        let expression = self.expression.get_or_init(|| {
            let (expression, errors) = parse_expression(self.file, &self.text, 0..self.text.len());
            syntax_errors.extend(errors);
            expression.map(Arc::new)
        });
        expression.clone()
    }
}

/// Whether the text of a variable is a string and not an expression: its type is primitive or not declared
/// (`VariableParsingMode` in Terraform's `internal/configs`).
fn is_literal(module: &Module, name: &str, sources: &Sources) -> bool {
    let block = module.variables.get(name).and_then(|block| block.parse(sources));
    let constraint = block.and_then(|block| block.body.attribute("type"));
    match constraint.map(|constraint| &constraint.value.kind) {
        None => true,
        Some(ExpressionKind::Variable(word) | ExpressionKind::String(word)) => {
            matches!(&**word, "string" | "number" | "bool")
        }
        Some(_) => false,
    }
}
