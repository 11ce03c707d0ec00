//! `mirrorset rules` and `mirrorset explain`.

use crate::output::{self, Style, Text};
use crate::rules;

use super::arguments::{ExplainArguments, RulesArguments, RulesFormat};
use super::exit::Exit;
use super::terminal::{print, stdout_style};

pub(super) fn run(arguments: &RulesArguments) -> anyhow::Result<Exit> {
    print(&match arguments.output_format {
        RulesFormat::Full => output::rules::table(stdout_style()),
        RulesFormat::Json => output::rules::as_json(),
        RulesFormat::Markdown => Text::from_document(&output::rules::document()),
    })?;
    Ok(Exit::Clean)
}

pub(super) fn explain(arguments: &ExplainArguments) -> anyhow::Result<Exit> {
    let explain = |rule| match arguments.output_format {
        RulesFormat::Full => output::rules::page(rule, stdout_style()),
        RulesFormat::Json => output::rules::rule_as_json(rule),
        RulesFormat::Markdown => output::rules::page(rule, Style::default()),
    };
    print(&rules::find(arguments.rule).map(explain).unwrap_or_default())?;
    Ok(Exit::Clean)
}
