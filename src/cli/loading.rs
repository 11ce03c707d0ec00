//! Loads the inputs that arguments name.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, anyhow};
use clap::ArgMatches;
use clap::parser::ValueSource;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::config;
use crate::parallel::Threads;
use crate::progress::Progress;
use crate::workspace::{EngineVersion, InputPaths, Loaded, Options, PlanConfiguration, VariableArg};
use terraform_eval::dialect::Engine;
use terraform_eval::source::{DiskFiles, Files, ReadLimits};

use super::arguments::ReadingArguments;
use super::progress_line::with_progress;
use super::terraform_arguments;

/// The path that stands for standard input.
pub(super) const STDIN: &str = "-";

/// The options for loading inputs: variables from the environment, and those from the arguments in their order.
pub(super) fn load_options(matches: &ArgMatches) -> anyhow::Result<Options> {
    let mut variables: Vec<(usize, VariableArg)> = Vec::new();
    if let Some((_, matches)) = matches.subcommand() {
        let texts = matches.get_many::<String>("var").into_iter().flatten();
        for (index, text) in matches.indices_of("var").into_iter().flatten().zip(texts) {
            let (name, value) = text
                .split_once('=')
                .with_context(|| format!("invalid `--var {text}`: expected NAME=VALUE"))?;
            variables.push((
                index,
                VariableArg::Variable {
                    name: name.trim().to_owned(),
                    text: value.to_owned(),
                },
            ));
        }
        let paths = matches.get_many::<PathBuf>("var_file").into_iter().flatten();
        for (index, path) in matches.indices_of("var_file").into_iter().flatten().zip(paths) {
            variables.push((index, VariableArg::File(path.clone())));
        }
    }
    variables.sort_by_key(|(index, _)| *index);
    let mut arguments = Vec::new();
    for name in terraform_arguments::NAMES {
        let text = std::env::var_os(name).unwrap_or_default();
        arguments.extend(terraform_arguments::variables_in(name, &text.to_string_lossy())?);
    }
    arguments.extend(variables.into_iter().map(|(_, variable)| variable));
    // Like Terraform, this reads bytes that are not UTF-8 as U+FFFD.
    let terraform_variable = |(name, text): (std::ffi::OsString, std::ffi::OsString)| {
        let name = name.to_str()?.strip_prefix("TF_VAR_")?.to_owned();
        Some((name, text.to_string_lossy().into_owned()))
    };
    let mut environment: Vec<(String, String)> = std::env::vars_os().filter_map(terraform_variable).collect();
    environment.sort();
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let workspace = matches
        .subcommand()
        .and_then(|(_, matches)| matches.try_get_one::<String>("workspace").ok().flatten());
    let workspace = workspace.cloned();
    let argument = matches.subcommand().map(|(_, matches)| matches);
    let engine = argument.and_then(|matches| matches.try_get_one::<Engine>("engine").ok().flatten());
    let engine_version = argument.and_then(|matches| {
        matches
            .try_get_one::<EngineVersion>("engine_version")
            .ok()
            .flatten()
    });
    Ok(Options {
        project_root: None,
        workspace: workspace.or_else(|| variable("TF_WORKSPACE")?.into_string().ok()),
        data_directory: variable("TF_DATA_DIR").map(PathBuf::from),
        config: config::ConfigSource::Nearest,
        plan_configuration: PlanConfiguration::None,
        reads_neighbors: false,
        may_be_empty: matches.subcommand().is_some_and(|(command, matches)| {
            command == "check" && matches.value_source("paths") == Some(ValueSource::DefaultValue)
        }),
        files: Arc::new(DiskFiles::default()),
        environment,
        known: None,
        threads: Threads::default(),
        progress: Progress::default(),
        reads_all_modules: false,
        engine: engine.copied(),
        engine_version: engine_version.copied(),
        variables: arguments,
    })
}

/// The inputs at paths, or standard input for `-`.
pub(super) fn input_paths(paths: &[PathBuf], reading: &ReadingArguments) -> anyhow::Result<InputPaths> {
    if !paths.iter().any(|path| path == Path::new(STDIN)) {
        return Ok(InputPaths::Paths(paths.to_owned()));
    }
    anyhow::ensure!(
        paths.len() == 1,
        "`-` (standard input) cannot be combined with other paths"
    );
    Ok(InputPaths::Stdin {
        name: reading.stdin_filename.clone(),
    })
}

/// Applies the arguments for reading inputs to options.
pub(super) fn with_reading(options: &Options, reading: &ReadingArguments) -> Options {
    let mut options = options.clone();
    let limits = ReadLimits::from_megabytes(reading.max_file_size, reading.max_total_size);
    let disk = DiskFiles::new(limits);
    #[cfg(target_os = "linux")]
    let disk = disk.before_large_file(super::memory_pages::allow_huge_pages);
    options.files = Arc::new(disk);
    options.project_root.clone_from(&reading.project_root);
    if reading.isolated {
        options.config = config::ConfigSource::Isolated;
    }
    if !reading.plan_config.is_empty() {
        options.plan_configuration = PlanConfiguration::At(reading.plan_config.clone());
    }
    options
}

/// Loads the inputs of a command.
pub(super) fn load(
    paths: &[PathBuf],
    reading: &ReadingArguments,
    options: &Options,
) -> anyhow::Result<Loaded> {
    let inputs = input_paths(paths, reading)?;
    Ok(with_progress(&options.progress, || {
        inputs.load(&with_reading(options, reading))
    }))
}

/// Reads a file that an option names. `-` is standard input, if no input uses that.
pub(super) fn read_auxiliary(path: &Path, inputs: &[PathBuf], files: &dyn Files) -> anyhow::Result<String> {
    let stdin = Path::new(STDIN);
    let text = if path == stdin {
        anyhow::ensure!(
            inputs.iter().all(|input| input != stdin),
            "`-` (standard input) can be used only once"
        );
        files.read_stdin()
    } else {
        files.read_input(path)
    };
    text.map_err(|error| anyhow!("{}: {error}", path.display()))
}

/// The current date in UTC, or for reproducible output (reproducible-builds.org) that of `SOURCE_DATE_EPOCH`.
pub(super) fn today() -> anyhow::Result<Date> {
    let time = match std::env::var_os("SOURCE_DATE_EPOCH") {
        None => Timestamp::now(),
        Some(text) => {
            let seconds = text.to_str().and_then(|text| text.trim().parse().ok());
            let time = seconds.and_then(|seconds| Timestamp::from_second(seconds).ok());
            time.context("invalid SOURCE_DATE_EPOCH: expected the number of seconds since 1970")?
        }
    };
    Ok(time.to_zoned(TimeZone::UTC).date())
}
