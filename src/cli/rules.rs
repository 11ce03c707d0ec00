//! `mirrorset rules` and `mirrorset explain`.

use crate::output;
use crate::rules;

use super::arguments::{ExplainArguments, RulesArguments, RulesFormat};
use super::exit::Exit;
use super::terminal::print;

pub(super) fn run(arguments: &RulesArguments) -> anyhow::Result<Exit> {
    print(&match arguments.output_format {
        RulesFormat::Full => output::rules::table(),
        RulesFormat::Json => output::rules::as_json(),
    })?;
    Ok(Exit::Clean)
}

pub(super) fn explain(arguments: &ExplainArguments) -> anyhow::Result<Exit> {
    let page = rules::find(arguments.rule).map(output::rules::page);
    print(&page.unwrap_or_default())?;
    Ok(Exit::Clean)
}
