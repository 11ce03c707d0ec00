//! What the container runtime rejects or leaves out of the files of a node.

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::model::{Input, RejectedConf, UnusedTable};

/// The code of findings about files that the container runtime rejects.
pub(crate) const INVALID_REGISTRIES_CONF: &str = "invalid-registries-conf";

/// The code of findings about tables of which another one takes the place.
pub(crate) const UNUSED_TABLE: &str = "unused-table";

/// Why the container runtime rejects the files of an input, if it does.
#[must_use]
pub(crate) fn rejected_conf(input: &Input) -> Vec<Diagnostic> {
    let rejected = input.node.iter().filter_map(|node| node.conf.as_ref().err());
    rejected.map(report_rejected).collect()
}

fn report_rejected(rejected: &RejectedConf) -> Diagnostic {
    let what = format!("the container runtime rejects the file: {}", rejected.error.cause);
    let finding = Diagnostic::new(Code::Rule(INVALID_REGISTRIES_CONF), Severity::Error, what)
        .note("a node loads all of its files or none, so every pull on the node fails");
    match rejected.span {
        Some(span) => finding.at(span, "rejected"),
        None => finding,
    }
}

/// The tables of an input that have no effect.
#[must_use]
pub(crate) fn unused_tables(input: &Input) -> Vec<Diagnostic> {
    let tables = input.node.iter().flat_map(|node| &node.unused_tables);
    tables.map(report_unused).collect()
}

fn report_unused(table: &UnusedTable) -> Diagnostic {
    let which = if table.is_same_file {
        "an earlier"
    } else {
        "a later"
    };
    let what = format!(
        "this table for {:?} has no effect, because {which} one is for the same images",
        table.scope
    );
    let note = if table.is_same_file {
        "of several tables for one prefix in a file, the container runtime uses the first"
    } else {
        "a table in a drop-in takes the place of the whole table of an earlier file; their mirrors are not merged"
    };
    Diagnostic::new(Code::Rule(UNUSED_TABLE), Severity::Warning, what)
        .at(table.span, "not used")
        .related(table.used, "used instead")
        .note(note)
        .help("declare all mirrors of the source in one table")
}
