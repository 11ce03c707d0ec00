//! The structure that Terraform expects: JSON itself does not distinguish blocks from attributes, or references from
//! text.

use super::value::Meaning;

/// The kind of body that contains an argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    File,
    Resource,
    Module,
    Lifecycle,
    Provisioner,
    Dynamic,
    Variable,
    Output,
    Terraform,
    RequiredProviders,
    Cloud,
    Check,
    Moved,
    Import,
    Removed,
    Action,
    Language,
    /// A body that contains only attributes.
    Plain,
}

/// If `name` is a block type there: its number of labels, and the kind of its body.
pub(super) fn block(place: Place, name: &str) -> Option<(usize, Place)> {
    Some(match (place, name) {
        (Place::File, "resource" | "data" | "ephemeral") | (Place::Check, "data") => (2, Place::Resource),
        (Place::File, "action") => (2, Place::Action),
        (Place::File, "language") => (0, Place::Language),
        (Place::File, "variable") => (1, Place::Variable),
        (Place::File, "output") => (1, Place::Output),
        (Place::File, "module") => (1, Place::Module),
        (Place::File, "terraform") => (0, Place::Terraform),
        (Place::File, "moved") => (0, Place::Moved),
        (Place::File, "import") => (0, Place::Import),
        (Place::File, "removed") => (0, Place::Removed),
        (Place::File, "check") => (1, Place::Check),
        (Place::Resource | Place::Module | Place::Removed, "lifecycle") => (0, Place::Lifecycle),
        (Place::Resource | Place::Module | Place::Removed, "provisioner") => (1, Place::Provisioner),
        (Place::File, "locals")
        | (Place::Resource | Place::Module | Place::Provisioner | Place::Removed, "connection")
        | (Place::Lifecycle | Place::Output, "precondition")
        | (Place::Lifecycle, "postcondition" | "action_trigger")
        | (Place::Variable, "validation")
        | (Place::Check, "assert")
        | (Place::Cloud, "workspaces")
        | (Place::Action, "config")
        | (Place::Language, "compatible_with")
        | (Place::Terraform, "encryption")
        | (Place::Dynamic, "content") => (0, Place::Plain),
        (Place::Resource, "dynamic") => (1, Place::Dynamic),
        (Place::Terraform, "required_providers") => (0, Place::RequiredProviders),
        (Place::File, "provider") | (Place::Terraform, "backend" | "provider_meta" | "state_store") => {
            (1, Place::Plain)
        }
        (Place::Terraform, "cloud") => (0, Place::Cloud),
        _ => return None,
    })
}

/// How the strings of an attribute are parsed.
pub(super) fn meaning(place: Place, name: &str) -> Meaning {
    match (place, name) {
        (Place::Resource | Place::Module | Place::Output, "depends_on")
        | (Place::Resource | Place::Import, "provider")
        | (Place::Module, "providers")
        | (Place::Lifecycle, "ignore_changes" | "replace_triggered_by")
        | (Place::Provisioner, "when" | "on_failure")
        | (Place::Dynamic, "iterator")
        | (Place::Variable | Place::Output, "type")
        | (Place::Language, "edition")
        | (Place::Moved, "from" | "to")
        | (Place::Import, "to")
        | (Place::Removed, "from") => Meaning::Reference,
        (Place::Variable, "default" | "description")
        | (Place::Output, "description")
        | (Place::Module, "source" | "version")
        | (Place::Terraform, "required_version")
        | (Place::RequiredProviders, _) => Meaning::Literal,
        _ => Meaning::Template,
    }
}
