//! What the client can do, and its settings.

use std::path::PathBuf;

use gen_lsp_types::{CodeActionKind, PositionEncodingKind};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::rules;
use crate::settings::RuleSelection;

use super::position::Encoding;
use super::uri::path_of;

/// What the client can do.
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each one is a capability of the client"
)]
pub(super) struct Client {
    /// The units in which it counts characters.
    pub(super) encoding: Encoding,
    /// The folders that it has opened.
    pub(super) folders: Vec<PathBuf>,
    pub(super) shows_related_information: bool,
    pub(super) shows_code_description: bool,
    /// Whether it asks for diagnostics, and asks again if it is told to.
    pub(super) pulls_diagnostics: bool,
    /// Whether its edits can name the version of a text.
    pub(super) has_versioned_edits: bool,
    /// Whether its edits can create files.
    pub(super) can_create_files: bool,
    /// Whether its edits can hold placeholders.
    pub(super) has_snippet_edits: bool,
    /// Whether it answers requests for its settings.
    pub(super) answers_configuration: bool,
    /// Whether it shows Markdown on hover.
    pub(super) shows_markdown: bool,
    /// Whether it can be told which files to watch.
    pub(super) watches_files: bool,
}

impl Client {
    /// Reads the parameters of `initialize`. What is missing or has another form counts as absent.
    pub(super) fn new(params: &Value) -> Self {
        let is_set = |path: &str| {
            let value = params.pointer(&format!("/capabilities/{path}"));
            value.and_then(Value::as_bool).unwrap_or_default()
        };
        let offered: Option<Vec<PositionEncodingKind>> =
            get(params, "/capabilities/general/positionEncodings");
        let creates: Option<Vec<String>> =
            get(params, "/capabilities/workspace/workspaceEdit/resourceOperations");
        let formats: Option<Vec<String>> = get(params, "/capabilities/textDocument/hover/contentFormat");
        let can_pull = params.pointer("/capabilities/textDocument/diagnostic").is_some();
        Self {
            encoding: Encoding::choose(offered.as_deref()),
            folders: folders(params),
            shows_related_information: is_set("textDocument/publishDiagnostics/relatedInformation"),
            shows_code_description: is_set("textDocument/publishDiagnostics/codeDescriptionSupport"),
            pulls_diagnostics: can_pull && is_set("workspace/diagnostics/refreshSupport"),
            has_versioned_edits: is_set("workspace/workspaceEdit/documentChanges"),
            can_create_files: creates.is_some_and(|kinds| kinds.iter().any(|kind| kind == "create")),
            has_snippet_edits: is_set("workspace/workspaceEdit/snippetEditSupport"),
            answers_configuration: is_set("workspace/configuration"),
            shows_markdown: formats.is_some_and(|formats| formats.iter().any(|format| format == "markdown")),
            watches_files: is_set("workspace/didChangeWatchedFiles/dynamicRegistration"),
        }
    }
}

fn get<T: DeserializeOwned>(value: &Value, path: &str) -> Option<T> {
    serde_json::from_value(value.pointer(path)?.clone()).ok()
}

/// The folders in the parameters of `initialize`.
fn folders(params: &Value) -> Vec<PathBuf> {
    let uri = |value: &Value| path_of(&value.as_str()?.into());
    let folders = params.get("workspaceFolders").and_then(Value::as_array);
    match folders {
        Some(folders) => folders
            .iter()
            .filter_map(|folder| uri(folder.get("uri")?))
            .collect(),
        None => params.get("rootUri").and_then(uri).into_iter().collect(),
    }
}

/// The action that applies all safe fixes of a file.
pub(super) const FIX_ALL: CodeActionKind = CodeActionKind::new("source.fixAll.mirrorset");

/// The settings of the client. They take precedence over the command line of the server.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct ClientSettings {
    /// The rules to run; all if empty.
    select: Vec<String>,
    /// The rules to disable.
    ignore: Vec<String>,
    /// Whether undecided mirrors are errors.
    strict: Option<bool>,
    /// A configuration file in place of the nearest one, relative to the folder.
    pub(super) config: Option<PathBuf>,
    /// A baseline file, relative to the folder.
    pub(super) baseline: Option<PathBuf>,
    /// Whether values are shown in the text.
    pub(super) inlay_hints: bool,
    /// Whether verdicts are shown above blocks.
    pub(super) code_lens: bool,
}

impl ClientSettings {
    /// Reads settings, with or without the name of the program around them, and what is wrong with them.
    pub(super) fn read(value: &Value) -> (Self, Vec<String>) {
        let value = value.get("mirrorset").unwrap_or(value);
        if value.is_null() {
            return Self::default().checked();
        }
        match serde_json::from_value::<Self>(value.clone()) {
            Ok(settings) => settings.checked(),
            Err(error) => (Self::default(), vec![format!("invalid settings: {error}")]),
        }
    }

    fn checked(self) -> (Self, Vec<String>) {
        let names = self.select.iter().chain(&self.ignore);
        let unknown = names.filter(|name| rules::find(name).is_none());
        let errors = unknown.map(|name| match rules::nearest(name) {
            Some(nearest) => format!("settings: unknown rule `{name}`; did you mean `{nearest}`?"),
            None => format!("settings: unknown rule `{name}`"),
        });
        let errors = errors.collect();
        (self, errors)
    }

    /// The rule selection: that of the command line where the client sets nothing.
    pub(super) fn selection(&self, command_line: &RuleSelection) -> RuleSelection {
        let known = |names: &[String]| {
            names
                .iter()
                .filter_map(|name| Some(rules::find(name)?.name))
                .collect()
        };
        let mut selection = command_line.clone();
        if !self.select.is_empty() {
            selection.select = known(&self.select);
        }
        if !self.ignore.is_empty() {
            selection.ignore = known(&self.ignore);
        }
        selection.strict = self.strict.unwrap_or(selection.strict);
        selection
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::path::Path;

    #[test]
    fn a_client_that_says_nothing_gets_the_defaults_of_the_protocol() {
        for params in [
            Value::Null,
            json!({}),
            json!({"capabilities": 7, "workspaceFolders": {}}),
        ] {
            let client = Client::new(&params);
            assert_eq!(client.encoding, Encoding::Utf16);
            assert!(!client.pulls_diagnostics && !client.has_versioned_edits);
            assert!(client.folders.is_empty());
        }
    }

    #[test]
    fn folders_take_precedence_over_the_root() {
        let folders = json!({"rootUri": "file:///x", "workspaceFolders": [{"uri": "file:///a%20b"}, {"uri": "git:/c"}]});
        assert_eq!(Client::new(&folders).folders, [Path::new("/a b")]);
        let root = json!({"rootUri": "file:///x", "workspaceFolders": null});
        assert_eq!(Client::new(&root).folders, [Path::new("/x")]);
    }

    #[test]
    fn settings_name_rules() {
        let (settings, errors) =
            ClientSettings::read(&json!({"mirrorset": {"ignore": ["short-sauce", "self-mirror"]}}));
        assert_eq!(
            errors,
            ["settings: unknown rule `short-sauce`; did you mean `short-source`?"]
        );
        let command_line = RuleSelection {
            strict: true,
            ignore: vec!["short-source"],
            ..RuleSelection::default()
        };
        let selection = settings.selection(&command_line);
        assert_eq!((selection.ignore, selection.strict), (vec!["self-mirror"], true));
        let (settings, errors) = ClientSettings::read(&json!({"ignore": 7}));
        assert_eq!((settings, errors.len()), (ClientSettings::default(), 1));
    }
}
