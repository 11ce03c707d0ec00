//! The changes that fixes would make, as a unified diff. Sensitive values are masked as in excerpts: a diff with a mask
//! cannot be applied as a patch.

use similar::{ChangeTag, DiffOp, TextDiff};
use terraform_eval::source::{FileId, Sources};

use crate::fix::FileChange;
use crate::model::HiddenTexts;
use crate::untrusted::Untrusted;

use super::redaction::mask;
use super::secrets::Secrets;
use super::text::Text;

/// How many unchanged lines are shown before and after a change.
const CONTEXT: usize = 3;

/// Renders changes of files. `sensitive` are the texts in `sources` that are not shown.
#[must_use]
pub(crate) fn render<'c>(
    changes: impl IntoIterator<Item = &'c FileChange>,
    sensitive: &HiddenTexts,
    sources: &Sources,
) -> Text {
    let secrets = Secrets::new(sources, sensitive);
    let mut text = Text::new();
    for change in changes {
        push_change(&mut text, change, &secrets, sources);
    }
    text
}

fn push_change(text: &mut Text, change: &FileChange, secrets: &Secrets<'_>, sources: &Sources) {
    let diff = TextDiff::from_lines(&change.before, &change.after);
    let groups = diff.grouped_ops(CONTEXT);
    if groups.is_empty() {
        return;
    }
    let file = find_file(change, sources);
    let before_ranges = match file {
        Some(file) => secrets.in_file(file, false),
        None => secrets.in_text(None, &change.name, &change.before, false),
    };
    let after_ranges = secrets.in_text(file, &change.name, &change.after, false);
    let (before, after) = (
        mask(&change.before, &before_ranges),
        mask(&change.after, &after_ranges),
    );
    let before: Vec<&str> = before.split_inclusive('\n').collect();
    let after: Vec<&str> = after.split_inclusive('\n').collect();
    text.push_line(format_args!("--- a/{}", Untrusted(&change.name)));
    text.push_line(format_args!("+++ b/{}", Untrusted(&change.name)));
    for group in &groups {
        push_heading(text, group);
        for line in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let shown = match (line.tag(), line.old_index(), line.new_index()) {
                (ChangeTag::Insert, _, Some(index)) => after.get(index),
                (_, Some(index), _) => before.get(index),
                (_, None, _) => None,
            };
            let shown = shown.copied().unwrap_or_default();
            text.push_diff_line(line.tag(), shown);
        }
    }
}

/// The file whose text a change replaces.
fn find_file(change: &FileChange, sources: &Sources) -> Option<FileId> {
    sources.ids().find(|&id| {
        let file = sources.file(id);
        file.name() == change.name && file.text() == change.before
    })
}

/// `@@ -1,3 +1,4 @@`: the lines of a group before and after the change.
fn push_heading(text: &mut Text, group: &[DiffOp]) {
    let (Some(first), Some(last)) = (group.first(), group.last()) else {
        return;
    };
    let range = |start: usize, end: usize| match end - start {
        1 => format!("{}", start + 1),
        0 => format!("{start},0"),
        length => format!("{},{length}", start + 1),
    };
    let old = range(first.old_range().start, last.old_range().end);
    let new = range(first.new_range().start, last.new_range().end);
    text.push_line(format_args!("@@ -{old} +{new} @@"));
}
