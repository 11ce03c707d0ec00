//! Values for the variables of a root module, in Terraform's order: the environment, the tfvars files
//! that it reads on its own, then `--var` and `--var-file` as they were given. Later ones win.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use crate::config;
use terraform_eval::eval::VariableInputs;
use terraform_eval::modules::Module;
use terraform_eval::source::{DiskFiles, FileId, Files, Span};
use terraform_eval::syntax::document::{Format, parse_variables};
use terraform_eval::syntax::native::parse_expression;
use terraform_eval::syntax::syntax_error::SyntaxError;
use terraform_eval::syntax::tree::{Attribute, Expression, ExpressionKind};

use crate::workspace::{LoadError, Loaded};

/// What the user says besides the paths.
#[derive(Debug, Clone)]
pub struct Options {
    /// Which configuration files count.
    pub config: config::ConfigSource,
    /// Where the configuration lies that plans were made of.
    pub plan_configuration: PlanConfiguration,
    /// The access to all files.
    pub files: Arc<dyn Files>,
    /// `TF_VAR_name=text` of the environment. Names that no root module declares are passed over.
    pub environment: Vec<(String, String)>,
    /// `--var` and `--var-file`, in order. They are for every root module that declares the names.
    pub variables: Vec<VariableArg>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            config: config::ConfigSource::default(),
            plan_configuration: PlanConfiguration::default(),
            files: Arc::new(DiskFiles),
            environment: Vec::new(),
            variables: Vec::new(),
        }
    }
}

/// Where to look for the configuration that a plan was made of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum PlanConfiguration {
    /// Nowhere: what is said of a plan points at the plan.
    #[default]
    None,
    /// Among the root modules of the other paths, and in this directory.
    Near(PathBuf),
    /// In one of these directories.
    At(Vec<PathBuf>),
}

/// A value, or a file of values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VariableArg {
    /// `--var name=text`.
    Variable {
        /// The variable.
        name: String,
        /// The text: a string where the variable's type is simple, else an expression.
        text: String,
    },
    /// `--var-file path`.
    File(PathBuf),
}

/// What was given, read once for all root modules.
#[derive(Debug, Default)]
pub(crate) struct VariableValues {
    environment: Vec<Text>,
    given: Vec<Source>,
}

#[derive(Debug)]
enum Source {
    Text(Text),
    File(Vec<Attribute>),
}

/// A text for a variable, as a source of its own that labels can point at.
#[derive(Debug)]
struct Text {
    name: Arc<str>,
    value: String,
    file: FileId,
}

impl VariableValues {
    /// Reads the files and registers the texts.
    pub(crate) fn read(options: &Options, loaded: &mut Loaded, problems: &mut Vec<SyntaxError>) -> Self {
        let text = |origin: &str, name: &str, text: &str, loaded: &mut Loaded| Text {
            name: name.into(),
            value: text.to_owned(),
            file: loaded.sources.add(format!("<{origin}{name}>"), text),
        };
        let mut values = Self::default();
        for (name, value) in &options.environment {
            values.environment.push(text("TF_VAR_", name, value, loaded));
        }
        for given in &options.variables {
            match given {
                VariableArg::Variable { name, text: value } => {
                    values
                        .given
                        .push(Source::Text(text("--var ", name, value, loaded)));
                }
                VariableArg::File(path) => match loaded.sources.read(path) {
                    Ok(file) => {
                        loaded.project.files += 1;
                        let (attributes, found) =
                            parse_variables(file, loaded.sources.text(file), Format::from_path(path));
                        problems.extend(found);
                        values.given.push(Source::File(attributes));
                    }
                    Err(error) => loaded.refuse(path, &error),
                },
            }
        }
        values
    }

    /// Says which values of `--var` are for variables that there are not. In files and in the
    /// environment, Terraform passes them over too.
    pub(crate) fn undeclared(&self, declared: impl Fn(&str) -> bool, loaded: &mut Loaded) {
        for source in &self.given {
            if let Source::Text(text) = source
                && !declared(&text.name)
            {
                let message = format!("--var {}: no root module declares this variable", text.name);
                loaded.errors.push(LoadError { message, help: None });
            }
        }
    }

    /// The values for one root module. `own` are the attributes of its tfvars files.
    pub(crate) fn inputs(
        &self,
        module: &Module,
        own: &[Attribute],
        loaded: &Loaded,
        problems: &mut Vec<SyntaxError>,
    ) -> VariableInputs {
        let mut expressions: BTreeMap<Arc<str>, Expression> = BTreeMap::new();
        for text in &self.environment {
            text.put(module, loaded, problems, &mut expressions);
        }
        expressions.extend(by_name(own));
        for source in &self.given {
            match source {
                Source::Text(text) => text.put(module, loaded, problems, &mut expressions),
                Source::File(attributes) => expressions.extend(by_name(attributes)),
            }
        }
        VariableInputs {
            expressions,
            tree: None,
        }
    }
}

fn by_name(attributes: &[Attribute]) -> impl Iterator<Item = (Arc<str>, Expression)> {
    attributes
        .iter()
        .map(|attribute| (attribute.name.text.clone(), attribute.value.clone()))
}

impl Text {
    /// Puts the value among the others, if the module declares the variable.
    fn put(
        &self,
        module: &Module,
        loaded: &Loaded,
        problems: &mut Vec<SyntaxError>,
        into: &mut BTreeMap<Arc<str>, Expression>,
    ) {
        if !module.variables.contains_key(&self.name) {
            return;
        }
        if is_literal(module, &self.name, loaded) {
            let span = Span::new(self.file, 0, self.value.len());
            let kind = ExpressionKind::String(self.value.as_str().into());
            into.insert(self.name.clone(), Expression { kind, span });
            return;
        }
        let (expression, found) = parse_expression(self.file, &self.value, 0..self.value.len());
        problems.extend(found);
        into.extend(expression.map(|expression| (self.name.clone(), expression)));
    }
}

/// Whether a text for a variable is taken as it is: where the type is simple, or not declared
/// (`VariableParsingMode` in Terraform's `internal/configs`).
fn is_literal(module: &Module, name: &str, loaded: &Loaded) -> bool {
    let block = module
        .variables
        .get(name)
        .and_then(|block| block.parse(&loaded.sources));
    let constraint = block.and_then(|block| block.body.attribute("type"));
    match constraint.map(|constraint| &constraint.value.kind) {
        None => true,
        Some(ExpressionKind::Variable(word) | ExpressionKind::String(word)) => {
            matches!(&**word, "string" | "number" | "bool")
        }
        Some(_) => false,
    }
}
