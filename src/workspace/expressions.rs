//! Single expressions, evaluated in a module.

use std::path::Path;

use crate::workspace::discovery::ConfigurationDirectory;
use crate::workspace::input_files::InputFiles;
use crate::workspace::loaded_modules::LoadedModules;
use crate::workspace::options::Options;
use terraform_eval::cty::Value;
use terraform_eval::eval::{self, EvalError, Evaluator, InstanceId, Scope};
use terraform_eval::syntax::native::parse_expression;

/// Evaluates each expression in the root module of a directory. A directory without configuration is a module that
/// declares nothing.
#[must_use]
pub fn evaluate(
    directory: &Path,
    expressions: &[String],
    options: &Options,
) -> Vec<Result<Value, EvalError>> {
    let mut files = InputFiles::new(options);
    let directories = [ConfigurationDirectory::from_root(directory)];
    let mut modules = LoadedModules::read(&directories, options, &mut files);
    let Some(root) = modules.take_root(directory, files.sources.files()) else {
        return vec![Err(EvalError::invalid("no such directory")); expressions.len()];
    };
    if let Some(finding) = files.configs.diagnostics.first() {
        let error = EvalError::invalid(format!("invalid configuration file: {}", finding.message));
        return vec![Err(error); expressions.len()];
    }
    let parsed: Vec<_> = expressions
        .iter()
        .map(|text| {
            let file = files.sources.add("<expression>", text.as_str());
            let (expression, syntax_errors) = parse_expression(file, text, 0..text.len());
            match syntax_errors.into_iter().next() {
                Some(error) => Err(EvalError::invalid(error.message).with_span(error.span)),
                None => expression.ok_or_else(|| EvalError::invalid("invalid expression")),
            }
        })
        .collect();
    let evaluate = |parsed: &Result<_, EvalError>| {
        // Each expression has a budget of its own.
        let evaluator = Evaluator::new(&modules.tree, &files.sources, &root.inputs, root.module);
        evaluator.evaluate(
            parsed.as_ref().map_err(Clone::clone)?,
            Scope::module(InstanceId::ROOT),
        )
    };
    let out_of_memory =
        || vec![Err(EvalError::limit("not enough memory to evaluate the expression")); expressions.len()];
    eval::with_stack(|| parsed.iter().map(evaluate).collect()).unwrap_or_else(out_of_memory)
}
