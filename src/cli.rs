//! The command line. The only module that prints, reads the environment or decides how to exit.

mod arguments;
mod check;
mod convert;
mod diff;
mod eval;
mod fix;
mod resolve;
mod rules;
mod write;

use std::io::{self, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context as _, anyhow};
use clap::{ArgMatches, CommandFactory as _, FromArgMatches as _};

use crate::config;
use crate::diagnostic::Diagnostic;
use crate::output;
use crate::workspace::{self, Loaded, Options, PlanConfiguration, VariableArg};
use terraform_eval::source::{DiskFiles, Files, read_stdin};

use arguments::{Arguments, Color, Command, ReadingArguments};

/// How a run ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Exit {
    /// Nothing was found.
    Clean,
    /// Something was found.
    Findings,
    /// The tool could not do its job, or not all of it.
    Failure,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Clean => Self::SUCCESS,
            Exit::Findings => Self::from(1),
            Exit::Failure => Self::from(2),
        }
    }
}

/// Runs the program: the arguments and the environment in, an exit status out.
#[must_use]
pub fn main() -> ExitCode {
    // clap prints its own errors and help, and exits with 2 or 0.
    let matches = Arguments::command().get_matches();
    let arguments = Arguments::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    match run(arguments, &matches) {
        Ok(exit) => exit.into(),
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&format!("error: {error:#}"));
            Exit::Failure.into()
        }
    }
}

fn run(arguments: Arguments, matches: &ArgMatches) -> anyhow::Result<Exit> {
    let options = || options(matches);
    match arguments.command {
        Command::Check(arguments) => check::run(&arguments, &options()?),
        Command::Convert(arguments) => convert::run(&arguments, &options()?),
        Command::Diff(arguments) => diff::run(&arguments, &options()?),
        Command::Resolve(arguments) => resolve::run(&arguments, &options()?),
        Command::Rules(arguments) => rules::run(&arguments),
        Command::Explain(arguments) => rules::explain(&arguments),
        Command::Eval(arguments) => eval::run(&arguments, &options()?),
    }
}

/// Values for variables, from the environment and from the arguments in their order.
fn options(matches: &ArgMatches) -> anyhow::Result<Options> {
    let mut given: Vec<(usize, VariableArg)> = Vec::new();
    if let Some((_, matches)) = matches.subcommand() {
        let texts = matches.get_many::<String>("var").into_iter().flatten();
        for (at, text) in matches.indices_of("var").into_iter().flatten().zip(texts) {
            let (name, value) = text
                .split_once('=')
                .with_context(|| format!("invalid `--var {text}`: expected NAME=VALUE"))?;
            given.push((
                at,
                VariableArg::Variable {
                    name: name.trim().to_owned(),
                    text: value.to_owned(),
                },
            ));
        }
        let paths = matches.get_many::<PathBuf>("var_file").into_iter().flatten();
        for (at, path) in matches.indices_of("var_file").into_iter().flatten().zip(paths) {
            given.push((at, VariableArg::File(path.clone())));
        }
    }
    given.sort_by_key(|(at, _)| *at);
    let variable = |(name, text): (std::ffi::OsString, std::ffi::OsString)| {
        Some((
            name.to_str()?.strip_prefix("TF_VAR_")?.to_owned(),
            text.to_str()?.to_owned(),
        ))
    };
    let mut environment: Vec<(String, String)> = std::env::vars_os().filter_map(variable).collect();
    environment.sort();
    Ok(Options {
        config: config::ConfigSource::Nearest,
        plan_configuration: PlanConfiguration::None,
        files: Arc::new(DiskFiles),
        environment,
        variables: given.into_iter().map(|(_, given)| given).collect(),
    })
}

/// A reader such as `head` that has seen enough is no error.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .any(|cause| cause.kind() == io::ErrorKind::BrokenPipe)
}

/// Loads what the paths name; `-` is standard input.
fn load(paths: &[PathBuf], reading: &ReadingArguments, options: &Options) -> anyhow::Result<Loaded> {
    let mut options = options.clone();
    if reading.isolated {
        options.config = config::ConfigSource::Isolated;
    }
    let dash = Path::new("-");
    if paths.iter().any(|path| path == dash) {
        anyhow::ensure!(
            paths.len() == 1,
            "`-` (standard input) cannot be combined with other paths"
        );
        return Ok(workspace::load_stdin(&reading.stdin_filename, &options));
    }
    Ok(workspace::load(paths, &options))
}

/// The text of a file that goes with the inputs; `-` is standard input, where that is no input itself.
fn beside(path: &Path, inputs: &[PathBuf], files: &dyn Files) -> anyhow::Result<String> {
    let dash = Path::new("-");
    let text = if path == dash {
        anyhow::ensure!(
            inputs.iter().all(|input| input != dash),
            "`-` (standard input) can be used only once"
        );
        read_stdin()
    } else {
        files.read_text(path)
    };
    text.map_err(|error| anyhow!("{}: {error}", path.display()))
}

/// Says everything that was wrong with what was read, and how a run ends that can do nothing without it.
fn whole(loaded: &Loaded) -> Exit {
    if refuses_settings(loaded) {
        return Exit::Failure;
    }
    complain_of(loaded);
    show(&loaded.project.diagnostics, loaded);
    if !loaded.errors.is_empty() || loaded.project.unreadable > 0 {
        Exit::Failure
    } else if loaded.project.diagnostics.is_empty() {
        Exit::Clean
    } else {
        Exit::Findings
    }
}

/// Prints findings on standard error, where standard output is for something else.
fn show(findings: &[Diagnostic], loaded: &Loaded) {
    if findings.is_empty() {
        return;
    }
    let text = output::check::full::findings(findings, &loaded.project.sensitive, &loaded.sources, false);
    complain(text.trim_end());
}

/// Says what is wrong with configuration files: with those, nothing else is done.
fn refuses_settings(loaded: &Loaded) -> bool {
    let problems = &loaded.configs.diagnostics;
    let text = output::check::full::findings(problems, &[], &loaded.sources, false);
    if !problems.is_empty() {
        complain(text.trim_end());
    }
    !problems.is_empty()
}

/// Says what could not be read, and what was passed over.
fn complain_of(loaded: &Loaded) {
    for warning in &loaded.warnings {
        complain(&format!("warning: {warning}"));
    }
    for failure in &loaded.errors {
        complain(&format!("error: {}", failure.message));
        if let Some(help) = &failure.help {
            complain(&format!("help: {help}"));
        }
    }
}

/// A line on standard error. Where that is closed there is nobody to tell.
fn complain(line: &str) {
    let _ = writeln!(io::stderr(), "{}", output::printable(line));
}

/// Writes to standard output.
fn print(text: &str) -> anyhow::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush())
        .context("cannot write to standard output")
}

/// Whether to colour, by flag, by environment, by what standard output is.
fn is_coloured(color: Color) -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty() && value != "0");
    match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto if std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()) => false,
        Color::Auto if set("FORCE_COLOR") || set("CLICOLOR_FORCE") => true,
        Color::Auto => {
            io::stdout().is_terminal() && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
        }
    }
}
