//! Single expressions, evaluated in a module.

use std::path::Path;

use crate::readers::configuration::RootModule;
use crate::workspace::dialects::DialectChoice;
use crate::workspace::input_files::InputFiles;
use crate::workspace::loaded_modules::LoadedModules;
use crate::workspace::options::Options;
use crate::workspace::project_tree::ConfigurationDirectory;
use terraform_eval::cty::Value;
use terraform_eval::eval::{self, EvalError, Evaluator, InstanceId, Scope};
use terraform_eval::syntax::native::parse_expression;
use terraform_eval::syntax::tree::{Expression, ExpressionKind};

/// What an expression of a console gives.
#[derive(Debug, Clone)]
pub enum ConsoleValue {
    /// A value.
    Value(Value),
    /// A value whose type is asked for: the expression is `type(…)`, a function of the console alone.
    TypeOf(Value),
}

/// Evaluates each expression in the root module of a directory; `type(…)` gives the type of its argument.
#[must_use]
pub fn evaluate_console(
    directory: &Path,
    expressions: &[String],
    options: &Options,
) -> Vec<Result<ConsoleValue, EvalError>> {
    evaluate_with(directory, expressions, options, &|evaluator, expression| {
        let evaluate = |expression| evaluator.evaluate(expression, Scope::module(InstanceId::ROOT));
        match &expression.kind {
            ExpressionKind::Call(call) if &*call.name.text == "type" => match &*call.arguments {
                [argument] if !call.expand_last => evaluate(argument).map(ConsoleValue::TypeOf),
                _ => Err(EvalError::invalid("function type: expected 1 argument")),
            },
            _ => evaluate(expression).map(ConsoleValue::Value),
        }
    })
}

/// Evaluates each expression in the root module of a directory. A directory without configuration is a module that
/// declares nothing.
#[must_use]
pub fn evaluate(
    directory: &Path,
    expressions: &[String],
    options: &Options,
) -> Vec<Result<Value, EvalError>> {
    evaluate_with(directory, expressions, options, &|evaluator, expression| {
        evaluator.evaluate(expression, Scope::module(InstanceId::ROOT))
    })
}

fn evaluate_with<T: Send>(
    directory: &Path,
    expressions: &[String],
    options: &Options,
    evaluate: &(dyn Fn(&Evaluator<'_>, &Expression) -> Result<T, EvalError> + Sync),
) -> Vec<Result<T, EvalError>> {
    let failure = |error: &EvalError| expressions.iter().map(|_| Err(error.clone())).collect();
    let mut files = InputFiles::new(options);
    let directories = [ConfigurationDirectory::of(directory, &mut files)];
    let mut modules = LoadedModules::read(&directories, options, &mut files);
    let Some(root) = modules.take_root(directory, files.sources.files()) else {
        return failure(&EvalError::invalid("no such directory"));
    };
    let choice = modules.choices.get(&root.module);
    let candidates = choice.map(DialectChoice::candidates).unwrap_or_default();
    let alternatives: Vec<RootModule> = candidates
        .iter()
        .filter_map(|candidate| modules.read_alternative(root.module, candidate, options, &mut files))
        .collect();
    modules.restore_all(&files.sources);
    if let Some(finding) = files.configs.diagnostics.first() {
        let error = EvalError::invalid(format!("invalid configuration file: {}", finding.message));
        return failure(&error);
    }
    // A program evaluates nothing in a module that it cannot read.
    let reachable = modules.tree.reachable(root.module);
    for id in &reachable {
        modules
            .tree
            .module(*id)
            .check_syntax(&files.sources, &|blocks, check| {
                for block in blocks {
                    check(block);
                }
            });
    }
    let of_modules = reachable
        .iter()
        .flat_map(|id| modules.tree.module(*id).all_syntax_errors());
    if let Some(error) = modules.syntax_errors.iter().chain(of_modules).next() {
        let name = files.sources.file(error.span.file).name();
        let error = EvalError::invalid(format!("{name}: {}", error.message)).with_span(error.span);
        return failure(&error);
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
    let evaluate_parsed = |parsed: &Result<Expression, EvalError>| {
        let parsed = parsed.as_ref().map_err(Clone::clone)?;
        // Each expression has a budget of its own.
        let evaluate_in = |root: &RootModule| {
            let evaluator = Evaluator::new(&modules.tree, &files.sources, &root.inputs, root.module);
            evaluate(&evaluator, parsed)
        };
        let value = evaluate_in(&root);
        match &value {
            // Where nothing says which program evaluates, the first one that accepts the expression does.
            Err(error) if error.is_rejection() => {
                let mut values = alternatives.iter().map(evaluate_in);
                values.find(Result::is_ok).unwrap_or(value)
            }
            _ => value,
        }
    };
    let out_of_memory = || failure(&EvalError::limit("not enough memory to evaluate the expression"));
    eval::with_stack(|| parsed.iter().map(evaluate_parsed).collect()).unwrap_or_else(out_of_memory)
}
