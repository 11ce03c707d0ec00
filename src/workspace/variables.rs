//! Values for the variables of a root module, in Terraform's order: the environment, the tfvars files that Terraform
//! loads automatically, then `--var` and `--var-file` in the order of the command line. Later ones win.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::model::{Hides, SkipReason, Skipped};
use crate::workspace::input_files::InputFiles;
use crate::workspace::options::{Options, VariableArg};
use crate::workspace::terraform_files::read_variables;
use terraform_eval::eval::RootInputs;
use terraform_eval::modules::Module;
use terraform_eval::source::{FileId, Sources, Span};
use terraform_eval::syntax::native::parse_expression;
use terraform_eval::syntax::syntax_error::SyntaxError;
use terraform_eval::syntax::tree::{Attribute, Expression, ExpressionKind};

/// The values of the environment and of the command line, read once for all root modules.
#[derive(Debug, Default)]
pub(crate) struct VariableValues {
    environment: Vec<VariableText>,
    arguments: Vec<ArgumentValue>,
}

#[derive(Debug)]
enum ArgumentValue {
    Text(VariableText),
    File(Vec<Attribute>),
    FileOfRoot(PathBuf),
}

/// The text of a variable, as a source of its own so that labels can point at it.
#[derive(Debug)]
struct VariableText {
    name: Arc<str>,
    text: String,
    file: FileId,
}

impl VariableValues {
    pub(crate) fn read(
        options: &Options,
        files: &mut InputFiles,
        syntax_errors: &mut Vec<SyntaxError>,
    ) -> Self {
        let mut values = Self::default();
        for (name, text) in &options.environment {
            let text = VariableText::new("TF_VAR_", name, text, &mut files.sources);
            values.environment.push(text);
        }
        for argument in &options.variables {
            values.arguments.push(match argument {
                VariableArg::Variable { name, text } => {
                    ArgumentValue::Text(VariableText::new("--var ", name, text, &mut files.sources))
                }
                VariableArg::File(path) => {
                    ArgumentValue::File(read_variables(path, None, files, syntax_errors))
                }
                VariableArg::FileOfRoot(path) => ArgumentValue::FileOfRoot(path.clone()),
            });
        }
        values
    }

    /// The arguments of the files that `--var-file` names.
    pub(crate) fn file_arguments(&self) -> impl Iterator<Item = &Attribute> {
        let files = self.arguments.iter().filter_map(|argument| match argument {
            ArgumentValue::File(attributes) => Some(attributes),
            ArgumentValue::Text(_) | ArgumentValue::FileOfRoot(_) => None,
        });
        files.flatten()
    }

    /// The files of variables that `TF_CLI_ARGS` names, relative to each root module.
    pub(crate) fn files_of_roots(&self) -> impl Iterator<Item = &Path> {
        self.arguments.iter().filter_map(|argument| match argument {
            ArgumentValue::FileOfRoot(path) => Some(path.as_path()),
            ArgumentValue::Text(_) | ArgumentValue::File(_) => None,
        })
    }

    /// The names of `--var` that no root module declares. Terraform ignores undeclared names in files and in the
    /// environment.
    pub(crate) fn undeclared(&self, is_declared: impl Fn(&str) -> bool) -> impl Iterator<Item = &str> {
        self.arguments.iter().filter_map(move |argument| match argument {
            ArgumentValue::Text(text) if !is_declared(&text.name) => Some(&*text.name),
            _ => None,
        })
    }

    /// The values for one root module. `tfvars` are the arguments of its own tfvars files, and `of_root` those of
    /// `files_of_roots`.
    pub(crate) fn inputs(
        &self,
        module: &Module,
        tfvars: &[Attribute],
        of_root: &[Vec<Attribute>],
        sources: &Sources,
        syntax_errors: &mut Vec<SyntaxError>,
    ) -> RootInputs {
        let mut expressions: BTreeMap<Arc<str>, Expression> = BTreeMap::new();
        for text in &self.environment {
            text.insert_into(&mut expressions, module, sources, syntax_errors);
        }
        expressions.extend(by_name(tfvars));
        let mut of_root = of_root.iter();
        for argument in &self.arguments {
            match argument {
                ArgumentValue::Text(text) => {
                    text.insert_into(&mut expressions, module, sources, syntax_errors);
                }
                ArgumentValue::File(attributes) => expressions.extend(by_name(attributes)),
                ArgumentValue::FileOfRoot(_) => {
                    expressions.extend(of_root.next().into_iter().flat_map(|given| by_name(given)));
                }
            }
        }
        RootInputs {
            expressions,
            ..RootInputs::default()
        }
    }
}

/// A value in a file of variables that is about mirrors, as its words tell.
#[derive(Debug, Clone)]
pub(crate) struct MirrorValue {
    name: Arc<str>,
    span: Span,
}

impl MirrorValue {
    /// The values about mirrors among the arguments of files.
    pub(crate) fn among<'a>(
        attributes: impl IntoIterator<Item = &'a Attribute>,
        sources: &Sources,
    ) -> Vec<Self> {
        let is_about_mirrors = |attribute: &&Attribute| {
            attribute.name.text.contains("irror") || sources.slice(attribute.value.span).contains("irror")
        };
        // The key of a comment in JSON names no variable.
        let is_value = |attribute: &&Attribute| &*attribute.name.text != "//";
        let attributes = attributes.into_iter().filter(is_value).filter(is_about_mirrors);
        let values = attributes.map(|attribute| Self {
            name: attribute.name.text.clone(),
            span: attribute.name.span,
        });
        values.collect()
    }
}

/// Values about mirrors that a root module is given.
pub(crate) struct GivenValues<'m> {
    pub(crate) values: &'m [MirrorValue],
    /// Whether the root module declares a variable.
    pub(crate) declares: Box<dyn Fn(&str) -> bool + 'm>,
}

/// The values about mirrors that go nowhere: none of the root modules that load their file declares the variable. Terraform
/// warns of them.
pub(crate) fn undeclared_values<'m>(roots: impl IntoIterator<Item = GivenValues<'m>>) -> Vec<Skipped> {
    let mut undeclared: BTreeMap<Span, Option<&MirrorValue>> = BTreeMap::new();
    for GivenValues { values, declares } in roots {
        for value in values {
            let goes_nowhere = undeclared.entry(value.span).or_insert(Some(value));
            if declares(&value.name) {
                *goes_nowhere = None;
            }
        }
    }
    let skipped = undeclared.into_values().flatten().map(|value| {
        let message = "the root module does not declare this variable, so Terraform ignores the value";
        let name = format!("var.{}", value.name);
        let mut skipped = Skipped::new(name, SkipReason::UndeclaredVariable, message);
        skipped.span = Some(value.span);
        skipped.help = Some("declare the variable and use it, or remove the value".to_owned());
        if value.name.contains("image_mirrors") {
            skipped.hides = Hides::Certainly;
        }
        skipped
    });
    skipped.collect()
}

fn by_name(attributes: &[Attribute]) -> impl Iterator<Item = (Arc<str>, Expression)> {
    attributes
        .iter()
        .map(|attribute| (attribute.name.text.clone(), attribute.value.clone()))
}

impl VariableText {
    fn new(origin: &str, name: &str, text: &str, sources: &mut Sources) -> Self {
        Self {
            name: name.into(),
            text: text.to_owned(),
            file: sources.add(format!("<{origin}{name}>"), text),
        }
    }

    /// Inserts the value if the module declares the variable.
    fn insert_into(
        &self,
        expressions: &mut BTreeMap<Arc<str>, Expression>,
        module: &Module,
        sources: &Sources,
        syntax_errors: &mut Vec<SyntaxError>,
    ) {
        if !module.variables.contains_key(&self.name) {
            return;
        }
        if is_literal(module, &self.name, sources) {
            let span = Span::new(self.file, 0, self.text.len());
            let kind = ExpressionKind::String(self.text.as_str().into());
            expressions.insert(self.name.clone(), Expression::new(kind, span));
            return;
        }
        let (expression, errors) = parse_expression(self.file, &self.text, 0..self.text.len());
        syntax_errors.extend(errors);
        expressions.extend(expression.map(|expression| (self.name.clone(), expression)));
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
