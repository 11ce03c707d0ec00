//! `mirrorset man`.

use clap::{Command, CommandFactory as _};

use crate::output::Text;

use super::arguments::{Arguments, ManArguments};
use super::exit::Exit;
use super::terminal::print;
use super::write::write_files;

pub(super) fn run(arguments: &ManArguments) -> anyhow::Result<Exit> {
    let mut command = Arguments::command();
    command.build();
    let Some(directory) = &arguments.output_dir else {
        print(&Text::from_document(&page(command)?))?;
        return Ok(Exit::Clean);
    };
    let mut pages = Vec::new();
    for subcommand in command.get_subcommands() {
        if subcommand.get_name() == "help" {
            continue;
        }
        // `man` looks for the page of a subcommand by its name in full.
        let name = format!("mirrorset-{}.1", subcommand.get_name());
        pages.push((name, page(subcommand.clone())?));
    }
    pages.push(("mirrorset.1".to_owned(), page(command)?));
    let files = pages.iter().map(|(name, text)| (name.as_str(), text.as_str()));
    write_files(directory, files, arguments.force)?;
    Ok(Exit::Clean)
}

/// A manual page in the language of `man`.
fn page(command: Command) -> anyhow::Result<String> {
    let mut page = Vec::new();
    clap_mangen::Man::new(command).render(&mut page)?;
    Ok(String::from_utf8(page)?)
}
