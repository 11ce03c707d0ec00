//! `mirrorset eval`.

use std::io::{self, BufRead as _};

use crate::output::eval;
use crate::workspace;

use super::arguments::{EvalArguments, EvalFormat};
use super::exit::Exit;
use super::terminal::print;

pub(super) fn run(arguments: &EvalArguments, options: &workspace::Options) -> anyhow::Result<Exit> {
    let directory = &arguments.dir;
    anyhow::ensure!(
        options.files.is_directory(directory),
        "{}: no such directory",
        directory.display()
    );
    let expressions = if arguments.expressions.is_empty() {
        io::stdin().lock().lines().collect::<Result<Vec<_>, _>>()?
    } else {
        arguments.expressions.clone()
    };
    let results = workspace::evaluate(&arguments.dir, &expressions, options);
    let mut failed = false;
    let mut text = String::new();
    for (expression, result) in expressions.iter().zip(&results) {
        let outcome = eval::outcome(result);
        failed |= outcome.is_err();
        text.push_str(&match arguments.output_format {
            EvalFormat::Full => eval::full(&outcome),
            EvalFormat::JsonLines => eval::json_line(expression, &outcome),
        });
        text.push('\n');
    }
    print(&text)?;
    Ok(if failed { Exit::Findings } else { Exit::Clean })
}
