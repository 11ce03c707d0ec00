//! What the YAML targets share: values that any reader takes for the same strings, and comments.

use std::fmt::Write as _;

use serde::Serialize;

use crate::cluster_mirrors::Merged;
use crate::diagnostic::single_line;
use terraform_eval::source::Sources;

/// What is written besides the values.
pub(super) struct Layout<'a> {
    /// The files behind the mirrors, where comments say where an entry comes from.
    pub(super) sources: Option<&'a Sources>,
    /// What stands at the top.
    pub(super) note: Option<&'static str>,
}

/// A value as YAML. Without block scalars every line break is one of the layout's.
pub(super) fn written(value: &impl Serialize) -> String {
    let options = serde_saphyr::ser_options! { prefer_block_scalars: false };
    // Strings and lists of strings always have a YAML form.
    serde_saphyr::to_string_with_options(value, options).unwrap_or_default()
}

/// Appends a piece, each line of it indented.
pub(super) fn indent(yaml: &mut String, by: usize, piece: &str) {
    for line in piece.lines() {
        let _ = writeln!(yaml, "{:by$}{line}", "");
    }
}

impl Layout<'_> {
    /// Appends a comment that says where an entry comes from: `# main.tf:34 rhcs_image_mirror.nginx`.
    pub(super) fn origin(&self, yaml: &mut String, by: usize, merged: &Merged<'_>) {
        let Some(sources) = self.sources else {
            return;
        };
        for entry in &merged.of {
            let file = sources.file(entry.mirror.span.file);
            let line = file.location(entry.mirror.span.range().start).line;
            comment(
                yaml,
                by,
                &format!("{}:{line} {}", file.name(), entry.mirror.address),
            );
        }
    }

    /// The note, as the first line of a manifest.
    pub(super) fn head(&self) -> String {
        let mut head = String::new();
        if let Some(note) = self.note {
            comment(&mut head, 0, note);
        }
        head
    }
}

/// Appends a comment.
fn comment(yaml: &mut String, by: usize, text: &str) {
    let _ = writeln!(yaml, "{:by$}# {}", "", single_line(text));
}
