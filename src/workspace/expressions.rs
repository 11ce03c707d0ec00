//! Single expressions, evaluated in a module.

use std::path::Path;

use terraform_eval::cty::Value;
use terraform_eval::eval::{self, EvalError, Evaluator, InstanceId, Scope};
use terraform_eval::syntax::native::parse_expression;

use crate::workspace::discovery::Directory;
use crate::workspace::module_tree::LoadedModules;
use crate::workspace::{Loaded, Options};

/// What each expression is worth in the root module of a directory; a directory without configuration
/// is a module that declares nothing.
#[must_use]
pub fn evaluate(
    directory: &Path,
    expressions: &[String],
    options: &Options,
) -> Vec<Result<Value, EvalError>> {
    let mut loaded = Loaded::with(options);
    let given = Directory {
        path: directory.to_owned(),
        tree: directory.to_owned(),
    };
    let mut forest = LoadedModules::read(&[given], options, &mut loaded);
    let Some(root) = forest.take_root(directory, loaded.sources.files()) else {
        return vec![Err(EvalError::invalid("no such directory")); expressions.len()];
    };
    if let Some(problem) = loaded.configs.diagnostics.first() {
        let failure = EvalError::invalid(format!("invalid configuration file: {}", problem.message));
        return vec![Err(failure); expressions.len()];
    }
    let parsed: Vec<_> = expressions
        .iter()
        .map(|text| {
            let file = loaded.sources.add("<expression>", text.as_str());
            let (expression, problems) = parse_expression(file, text, 0..text.len());
            match problems.into_iter().next() {
                Some(problem) => Err(EvalError::invalid(problem.message).with_span(problem.span)),
                None => expression.ok_or_else(|| EvalError::invalid("invalid expression")),
            }
        })
        .collect();
    let evaluate = || {
        // Each expression has a budget of its own.
        let worth = |parsed: &Result<_, EvalError>| {
            let evaluator = Evaluator::new(&forest.tree, &loaded.sources, &root.inputs, root.module);
            evaluator.evaluate(
                parsed.as_ref().map_err(Clone::clone)?,
                Scope::module(InstanceId::ROOT),
            )
        };
        parsed.iter().map(worth).collect()
    };
    let unable =
        || vec![Err(EvalError::limit("not enough memory to evaluate the expression")); expressions.len()];
    eval::with_stack(evaluate).unwrap_or_else(unable)
}
