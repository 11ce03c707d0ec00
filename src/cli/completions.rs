//! `mirrorset completions`.

use clap::CommandFactory as _;

use crate::output::Text;

use super::arguments::{Arguments, CompletionsArguments};
use super::exit::Exit;
use super::terminal::print;

pub(super) fn run(arguments: &CompletionsArguments) -> anyhow::Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(
        arguments.shell,
        &mut Arguments::command(),
        "mirrorset",
        &mut script,
    );
    print(&Text::from_document(&String::from_utf8(script)?))?;
    Ok(Exit::Clean)
}
