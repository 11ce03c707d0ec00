//! `mirrorset lsp`.

use std::path::PathBuf;

use anyhow::Context as _;

use crate::config::ConfigSource;
use crate::lsp::{ServerOptions, serve_stdio};
use crate::model::Requirements;
use crate::session::SessionOptions;
use crate::workspace::{InputPaths, Options, PlanConfiguration};

use super::arguments::LspArguments;
use super::check::rule_selection;
use super::exit::Exit;
use super::loading::{today, with_reading};

pub(super) fn run(arguments: &LspArguments, options: &Options) -> anyhow::Result<Exit> {
    let reading = &arguments.reading;
    let mut load = with_reading(options, reading);
    if load.plan_configuration == PlanConfiguration::None {
        load.plan_configuration = PlanConfiguration::Near(PathBuf::from("."));
    }
    if let Some(path) = arguments.config.as_ref().filter(|_| !reading.isolated) {
        load.config = ConfigSource::File(path.clone());
    }
    let session = SessionOptions {
        image_sets: Vec::new(),
        inputs: InputPaths::Paths(Vec::new()),
        load,
        selection: rule_selection(&arguments.rules),
        changes_info: true,
        baseline: arguments.baseline.clone(),
        requirements: Requirements::default(),
        today: today()?,
    };
    let is_ended = serve_stdio(ServerOptions {
        session,
        limits: (reading.max_file_size, reading.max_total_size),
        today: || today().ok(),
    });
    Ok(if is_ended.context("cannot start the server")? {
        Exit::Clean
    } else {
        Exit::Findings
    })
}
