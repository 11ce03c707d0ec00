//! Quick fixes: the fixes of findings, suppressions, rule settings, and all safe fixes of a file.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use gen_lsp_types::{
    CodeAction, CodeActionKind, CodeActionParams, CreateFile, DocumentChange, Edit as LspEdit,
    OptionalVersionedTextDocumentIdentifier, SnippetTextEdit, StringValue, TextDocumentEdit,
    TextDocumentIdentifier, TextEdit, Uri, WorkspaceEdit,
};

use crate::config::{self, level_edit};
use crate::diagnostic::{Applicability, Diagnostic, Fix};
use crate::fix;
use crate::rules::{self, Rule, reports_unread_input};
use crate::session::Session;
use crate::settings::Level;
use crate::suppress::suppression_comment;
use terraform_eval::source::FileId;

use super::analysis::Analysis;
use super::client::{Client, FIX_ALL};
use super::diagnostics::{Shown, in_range};
use super::documents::Documents;
use super::locations::Locations;
use super::position::TextLines;

/// The reason that a person replaces.
const REASON: &str = "explain why";

/// The actions on a range of an open text.
pub(super) fn code_actions(
    analysis: &Analysis,
    documents: &Documents,
    client: &Client,
    params: &CodeActionParams,
) -> Vec<CodeAction> {
    let uri = &params.text_document.uri;
    let locations = analysis.locations(client.encoding);
    let actions = Actions {
        analysis,
        documents,
        client,
        locations: &locations,
    };
    let only = params.context.only.as_deref();
    let is_wanted =
        |kind: &CodeActionKind| only.is_none_or(|only| only.iter().any(|wanted| is_kind_of(kind, wanted)));
    let mut found = Vec::new();
    if is_wanted(&CodeActionKind::QuickFix) {
        for shown in in_range(analysis, &locations, client, uri, params.range) {
            actions.add_quick_fixes(&shown, &mut found);
        }
    }
    // Applying all fixes takes several checks, so a client has to ask for it.
    if only.is_some() && is_wanted(&FIX_ALL) {
        found.extend(actions.fix_all(uri));
    }
    found
}

/// Whether a kind is another one or a part of it: `source.fixAll.mirrorset` is a part of `source`.
fn is_kind_of(kind: &CodeActionKind, wanted: &CodeActionKind) -> bool {
    let below = kind.as_str().strip_prefix(wanted.as_str());
    wanted.as_str().is_empty() || below.is_some_and(|below| below.is_empty() || below.starts_with('.'))
}

/// The edits of one file.
struct FileEdits {
    uri: Uri,
    edits: Vec<LspEdit>,
    is_new: bool,
}

struct Actions<'a> {
    analysis: &'a Analysis,
    documents: &'a Documents,
    client: &'a Client,
    locations: &'a Locations<'a>,
}

impl Actions<'_> {
    fn add_quick_fixes(&self, shown: &Shown<'_>, found: &mut Vec<CodeAction>) {
        let finding = shown.finding;
        let mut add = |title: String, edits: Vec<FileEdits>, is_preferred: bool| {
            let edit = self.workspace_edit(edits);
            let is_known = |action: &CodeAction| action.title == title && action.edit == edit;
            if edit.is_some() && !found.iter().any(is_known) {
                found.push(CodeAction {
                    title,
                    kind: Some(CodeActionKind::QuickFix),
                    diagnostics: Some(vec![shown.diagnostic.clone()]),
                    is_preferred: is_preferred.then_some(true),
                    edit,
                    ..CodeAction::default()
                });
            }
        };
        if let Some(fix) = &finding.fix
            && let Some(edits) = self.fix_edits(fix)
        {
            let title = crate::untrusted::one_line(&fix.title);
            match fix.applicability {
                Applicability::Safe => add(title, edits, true),
                Applicability::Unsafe => add(format!("{title} (needs review)"), edits, false),
            }
        }
        let Some(rule) = rules::by_code(finding.code) else {
            return;
        };
        if let Some(edits) = self.suppression(finding) {
            add(
                format!("Suppress {} here, with a reason", rule.name),
                vec![edits],
                false,
            );
        }
        if let Some((edits, name)) = self.rule_setting(finding, rule) {
            add(format!("Turn {} off in {name}", rule.name), vec![edits], false);
        }
    }

    /// The edits of a fix. `None` if one of its files cannot be edited.
    fn fix_edits(&self, fix: &Fix) -> Option<Vec<FileEdits>> {
        let sources = &self.analysis.session.loaded.sources;
        let mut by_file: BTreeMap<FileId, FileEdits> = BTreeMap::new();
        for edit in &fix.edits {
            let id = edit.span.file;
            let file = self.locations.file(id)?;
            fix::fixable_path(sources, id)?;
            let text_edit = TextEdit {
                range: file.lines.range(edit.span.range()),
                new_text: edit.content.clone(),
            };
            let edits = by_file.entry(id).or_insert_with(|| FileEdits {
                uri: file.uri.clone(),
                edits: Vec::new(),
                is_new: false,
            });
            edits.edits.push(text_edit.into());
        }
        Some(by_file.into_values().collect())
    }

    /// The comment that suppresses a finding.
    fn suppression(&self, finding: &Diagnostic) -> Option<FileEdits> {
        let sources = &self.analysis.session.loaded.sources;
        let span = finding.primary.as_ref()?.span;
        let source = sources.file(span.file);
        let comment = suppression_comment(source.path()?, source.text(), span.range().start, finding.code)?;
        let file = self.locations.file(span.file)?;
        fix::fixable_path(sources, span.file)?;
        let range = file.lines.range(comment.offset..comment.offset);
        let edit = if self.client.has_snippet_edits {
            let before = escape_snippet(&comment.before_reason);
            let snippet = StringValue {
                value: format!("{before}${{1:{REASON}}}{}", comment.line_ending),
            };
            LspEdit::SnippetTextEdit(SnippetTextEdit {
                range,
                snippet,
                annotation_id: None,
            })
        } else {
            let new_text = format!("{}{REASON}{}", comment.before_reason, comment.line_ending);
            LspEdit::TextEdit(TextEdit { range, new_text })
        };
        Some(FileEdits {
            uri: file.uri.clone(),
            edits: vec![edit],
            is_new: false,
        })
    }

    /// The edit that turns a rule off in the configuration file of a finding's file, with the name of the configuration
    /// file. A new one lies in the folder.
    fn rule_setting(&self, finding: &Diagnostic, rule: &Rule) -> Option<(FileEdits, String)> {
        if reports_unread_input(finding.code) {
            return None;
        }
        let files = &*self.analysis.files;
        let file = self.locations.file(finding.primary.as_ref()?.span.file)?;
        let folder = self.analysis.uris.folder();
        let directories = file.path.ancestors().skip(1);
        let nearest = directories
            .take_while(|directory| directory.starts_with(folder))
            .map(|directory| directory.join(config::FILE_NAME))
            .find(|path| files.is_file(path) && !files.is_link(path));
        let (path, text) = match nearest {
            Some(path) => {
                let text = files.read_text(&path).ok()?;
                (path, Some(text))
            }
            None if self.client.can_create_files => (folder.join(config::FILE_NAME), None),
            None => return None,
        };
        let is_new = text.is_none();
        let text = text.unwrap_or_default();
        let (bytes, new_text) = level_edit(&text, rule, Level::Off)?;
        let lines = TextLines::new(&text, 0, self.client.encoding);
        let range = lines.range(bytes);
        let name = path.strip_prefix(folder).unwrap_or(&path);
        let name = crate::untrusted::one_line(&name.to_string_lossy());
        let edits = FileEdits {
            uri: self.analysis.uris.of_path(&path),
            edits: vec![TextEdit { range, new_text }.into()],
            is_new,
        };
        Some((edits, name))
    }

    /// All safe fixes of a file, as one edit of the file.
    fn fix_all(&self, uri: &Uri) -> Option<CodeAction> {
        let file = self.locations.find(uri)?;
        let located = self.locations.file(file)?;
        let text = self.analysis.session.loaded.sources.text(file);
        let fixed = self.fixed_text(&located.path)?;
        let (bytes, new_text) = difference(text, &fixed)?;
        let edit = TextEdit {
            range: located.lines.range(bytes),
            new_text,
        };
        let edits = FileEdits {
            uri: uri.clone(),
            edits: vec![edit.into()],
            is_new: false,
        };
        Some(CodeAction {
            title: "Apply all safe fixes of mirrorset".to_owned(),
            kind: Some(FIX_ALL),
            edit: self.workspace_edit(vec![edits]),
            ..CodeAction::default()
        })
    }

    /// The text of a file with all safe fixes that edit this file alone.
    fn fixed_text(&self, path: &Path) -> Option<String> {
        let options = &self.analysis.options;
        let note_change = || {
            if let Some(known) = &options.load.known {
                known.text_changed(path);
            }
        };
        let check = |files| {
            note_change();
            let files = self.analysis.folder_files(files);
            let session = Session::open_over(options, files).map_err(drop)?;
            if !session.configuration_errors().is_empty() {
                return Err(());
            }
            let mut findings = session.check().findings;
            let sources = session.loaded.sources;
            for finding in &mut findings {
                let is_of_file = |fix: &Fix| {
                    let mut edits = fix.edits.iter();
                    edits.all(|edit| fix::fixable_path(&sources, edit.span.file).as_deref() == Some(path))
                };
                finding.fix = finding.fix.take().filter(is_of_file);
            }
            Ok((findings, sources))
        };
        let outcome = fix::fix(&self.analysis.files, Applicability::Safe, check);
        // What is known by now is known of the texts with the fixes.
        note_change();
        let outcome = outcome.ok()?;
        outcome.changes.get(path).map(|change| change.after.clone())
    }

    /// The edits as the client can apply them; `None` if it cannot apply all of them. Each file is one that was read, so it lies
    /// in the project tree, or is a configuration file of the folder.
    fn workspace_edit(&self, files: Vec<FileEdits>) -> Option<WorkspaceEdit> {
        if !self.client.has_versioned_edits {
            let mut changes: HashMap<Uri, Vec<TextEdit>> = HashMap::new();
            for file in files {
                let plain = file.edits.into_iter().map(|edit| match edit {
                    LspEdit::TextEdit(edit) => Some(edit),
                    _ => None,
                });
                let plain: Option<Vec<TextEdit>> = plain.collect();
                changes
                    .entry(file.uri)
                    .or_default()
                    .extend(plain.filter(|_| !file.is_new)?);
            }
            return Some(WorkspaceEdit {
                changes: Some(changes),
                ..WorkspaceEdit::default()
            });
        }
        let mut changes = Vec::new();
        for file in files {
            if file.is_new {
                changes.push(DocumentChange::CreateFile(CreateFile {
                    uri: file.uri.clone(),
                    options: None,
                    annotation_id: None,
                }));
            }
            let text_document = OptionalVersionedTextDocumentIdentifier {
                version: self.documents.get(&file.uri).map(|document| document.version),
                text_document_identifier: TextDocumentIdentifier { uri: file.uri },
            };
            changes.push(DocumentChange::TextDocumentEdit(TextDocumentEdit {
                text_document,
                edits: file.edits,
            }));
        }
        Some(WorkspaceEdit {
            document_changes: Some(changes),
            ..WorkspaceEdit::default()
        })
    }
}

/// A text in which no character starts a placeholder.
fn escape_snippet(text: &str) -> String {
    text.replace('\\', "\\\\").replace('$', "\\$").replace('}', "\\}")
}

/// The bytes in which two texts differ, and what the second one has there. `None` if they are equal.
fn difference(before: &str, after: &str) -> Option<(std::ops::Range<usize>, String)> {
    if before == after {
        return None;
    }
    let common = |(a, b): &(char, char)| a == b;
    let start: usize = before
        .chars()
        .zip(after.chars())
        .take_while(common)
        .map(|(a, _)| a.len_utf8())
        .sum();
    let (before_rest, after_rest) = (before.get(start..)?, after.get(start..)?);
    let end: usize = before_rest
        .chars()
        .rev()
        .zip(after_rest.chars().rev())
        .take_while(common)
        .map(|(a, _)| a.len_utf8())
        .sum();
    let new_text = after_rest.get(..after_rest.len() - end)?;
    Some((start..before.len() - end, new_text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_as_small_as_possible() {
        assert_eq!(difference("a é b", "a é b"), None);
        assert_eq!(difference("a é b", "a à b"), Some((2..4, "à".to_owned())));
        assert_eq!(difference("aa", "a"), Some((1..2, String::new())));
        assert_eq!(difference("", "x"), Some((0..0, "x".to_owned())));
    }

    #[test]
    fn a_kind_is_a_part_of_those_before_its_dots() {
        assert!(is_kind_of(&FIX_ALL, &CodeActionKind::Source));
        assert!(is_kind_of(&FIX_ALL, &CodeActionKind::Empty));
        assert!(!is_kind_of(&FIX_ALL, &CodeActionKind::QuickFix));
        assert!(!is_kind_of(&CodeActionKind::Source, &FIX_ALL));
    }
}
