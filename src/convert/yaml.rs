//! What the YAML targets share: values that every reader takes for the same strings, and comments.

use std::fmt::Write as _;

use serde::Serialize;

use super::target::Context;
use crate::cluster_mirrors::MergedEntry;
use crate::untrusted::one_line;

/// A value as YAML. Block scalars are turned off, so that every line break is one of the structure.
pub(super) fn to_yaml(value: &impl Serialize) -> String {
    let options = serde_saphyr::ser_options! { prefer_block_scalars: false };
    // Strings and lists of strings always have a YAML form.
    serde_saphyr::to_string_with_options(value, options).unwrap_or_default()
}

/// Appends lines, each indented by some spaces.
pub(super) fn push_indented(yaml: &mut String, spaces: usize, lines: &str) {
    for line in lines.lines() {
        let _ = writeln!(yaml, "{:spaces$}{line}", "");
    }
}

/// The comments of manifests.
pub(super) struct YamlComments<'a> {
    context: &'a Context<'a>,
}

impl<'a> YamlComments<'a> {
    pub(super) fn new(context: &'a Context<'a>) -> Self {
        Self { context }
    }

    /// Appends a comment that names the origin of an entry: `# main.tf:34 rhcs_image_mirror.nginx`.
    pub(super) fn push_origin(&self, yaml: &mut String, spaces: usize, merged: &MergedEntry<'_>) {
        let Some(sources) = self.context.origins else {
            return;
        };
        for entry in &merged.entries {
            let file = sources.file(entry.mirror.span.file);
            let line = file.location(entry.mirror.span.range().start).line;
            push_comment(
                yaml,
                spaces,
                &format!("{}:{line} {}", file.name(), entry.mirror.address),
            );
        }
    }

    /// The first lines of a manifest: the note.
    pub(super) fn head(&self) -> String {
        let mut head = String::new();
        if let Some(note) = self.context.note {
            push_comment(&mut head, 0, note);
        }
        head
    }
}

fn push_comment(yaml: &mut String, spaces: usize, text: &str) {
    let _ = writeln!(yaml, "{:spaces$}# {}", "", one_line(text));
}
