//! `mirrorset eval`.

use std::io::{self, BufRead as _};

use crate::output::{Text, eval};
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
    let results = workspace::evaluate_console(&arguments.dir, &expressions, options);
    let mut failed = false;
    let mut text = Text::new();
    for (expression, result) in expressions.iter().zip(&results) {
        let rendered = match arguments.output_format {
            EvalFormat::Full => eval::full(result),
            EvalFormat::JsonLines => eval::json_line(expression, result),
        };
        failed |= rendered.is_error;
        text.append(&rendered.text);
    }
    print(&text)?;
    Ok(if failed { Exit::Findings } else { Exit::Clean })
}
