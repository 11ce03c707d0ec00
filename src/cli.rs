//! The command line: the only module that prints, reads the environment and sets the exit status.

mod arguments;
mod check;
mod completions;
mod convert;
mod diff;
mod eval;
mod exit;
mod fix;
mod images;
mod loading;
mod lsp;
mod man;
#[cfg(target_os = "linux")]
mod memory_pages;
mod progress_line;
mod pull_secret;
mod resolve;
mod rules;
mod terminal;
mod terraform_arguments;
mod write;

use std::process::ExitCode;

use clap::{ArgMatches, CommandFactory as _, FromArgMatches as _};

use crate::output::Text;

use arguments::{Arguments, Command};
use exit::Exit;
use loading::load_options;
use terminal::{eprint, eprint_line, set_color};

/// Runs the program and returns its exit status.
#[must_use]
pub fn main() -> ExitCode {
    #[cfg(target_os = "linux")]
    memory_pages::use_small_pages();
    terraform_eval::eval::on_large_stack(run_with_arguments)
}

fn run_with_arguments() -> ExitCode {
    let matches = match Arguments::command().try_get_matches() {
        Ok(matches) => matches,
        // Arguments may be names of files of a branch that a stranger wrote.
        Err(error) if error.use_stderr() => {
            eprint(&Text::from_document(&error.render().to_string()));
            return Exit::Failure.into();
        }
        // Help and the version.
        Err(error) => error.exit(),
    };
    let arguments = Arguments::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    match run(arguments, &matches) {
        Ok(exit) => exit.into(),
        Err(error) => {
            eprint_line(&format!("error: {error:#}"));
            Exit::Failure.into()
        }
    }
}

fn run(arguments: Arguments, matches: &ArgMatches) -> anyhow::Result<Exit> {
    set_color(arguments.color);
    let options = || load_options(matches);
    match arguments.command {
        Command::Check(arguments) => check::run(&arguments, &options()?),
        Command::Convert(arguments) => convert::run(&arguments, &options()?),
        Command::Diff(arguments) => diff::run(&arguments, &options()?),
        Command::Resolve(arguments) => resolve::run(&arguments, &options()?),
        Command::Rules(arguments) => rules::run(&arguments),
        Command::Explain(arguments) => rules::explain(&arguments),
        Command::Eval(arguments) => eval::run(&arguments, &options()?),
        Command::Lsp(arguments) => lsp::run(&arguments, &options()?),
        Command::Completions(arguments) => completions::run(&arguments),
        Command::Man(arguments) => man::run(&arguments),
    }
}
