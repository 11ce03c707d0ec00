//! The life of the server: messages in, answers and diagnostics out.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use gen_lsp_types::{
    CodeActionKind, CodeActionOptions, CodeActionProvider, CodeActionRequest, CodeActionResponse, CodeLens,
    CodeLensOptions, CodeLensRequest, Command, CompletionItem, CompletionItemTextEdit, CompletionOptions,
    CompletionRequest, CompletionResponse, Contents, Definition, DefinitionProvider, DefinitionRequest,
    DefinitionResponse, Diagnostic as LspDiagnostic, DiagnosticOptions, DiagnosticProvider,
    DidChangeConfigurationParams, DidChangeTextDocumentParams, DidChangeWatchedFilesParams,
    DidChangeWorkspaceFoldersParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams,
    DidSaveTextDocumentParams, DocumentDiagnosticReport, DocumentDiagnosticRequest,
    FullDocumentDiagnosticReport, Hover, HoverProvider, HoverRequest, InitializeResult, InlayHint,
    InlayHintProvider, InlayHintRequest, Label, Location, MarkupContent, MarkupKind, Position,
    PublishDiagnosticsParams, ReferencesProvider, ReferencesRequest, RelatedFullDocumentDiagnosticReport,
    Request as RequestType, Save, ServerCapabilities, ServerInfo, TextDocumentPositionParams,
    TextDocumentSync, TextDocumentSyncKind, TextDocumentSyncOptions, TextEdit, Uri,
    WorkspaceFoldersServerCapabilities, WorkspaceOptions,
};
use jiff::civil::Date;
use lsp_server::{Connection, ErrorCode, Message, Notification, Request, RequestId, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use terraform_eval::source::{DiskFiles, FileId, ReadLimits, Span};

use crate::config::ConfigSource;
use crate::progress::Progress;
use crate::session::SessionOptions;
use crate::untrusted::one_line;

use super::analysis::Analysis;
use super::client::{Client, ClientSettings, FIX_ALL};
use super::code_actions::code_actions;
use super::completion::complete;
use super::diagnostics;
use super::documents::Documents;
use super::hints;
use super::hover::hover;
use super::known_folders::KnownFolders;
use super::locations::LocatedFile;
use super::navigation;
use super::position::TextLines;
use super::queue::{Next, Queue, canceled};
use super::transport::{answer_to_invalid, log, stdio};
use super::uri::path_of;

/// The longest time between a change and the check of it while more changes come.
const MAX_PAUSE: Duration = Duration::from_millis(300);

/// What the command line says about a server.
pub(crate) struct ServerOptions {
    /// The options of each session, without inputs.
    pub(crate) session: SessionOptions,
    /// How much one check reads, in megabytes: of a file, and of all files together.
    pub(crate) limits: (u64, u64),
    /// The current date.
    pub(crate) today: fn() -> Option<Date>,
}

/// Serves a client on standard input and output. Returns whether the client has ended the session as the protocol asks.
///
/// # Errors
///
/// The system refuses a thread.
pub(crate) fn serve_stdio(options: ServerOptions) -> std::io::Result<bool> {
    let (connection, writer) = stdio()?;
    let is_ended = serve(connection, options);
    // The last messages are written before the program ends. A panic of the thread has been printed.
    let _ = writer.join();
    Ok(is_ended)
}

/// Serves a client. Returns whether the client has ended the session as the protocol asks.
pub(crate) fn serve(connection: Connection, options: ServerOptions) -> bool {
    let connection = Arc::new(connection);
    let queue = Arc::new(Queue::new(connection.clone()));
    let Some((client, settings)) = initialize(&connection, &queue) else {
        return false;
    };
    let mut documents = Documents::default();
    documents.set_folders(client.folders.clone());
    let known = KnownFolders::new(client.watches_files);
    let mut server = Server {
        connection,
        queue,
        options,
        client,
        settings: BTreeMap::new(),
        default_settings: ClientSettings::default(),
        documents,
        known,
        analyses: BTreeMap::new(),
        outdated: BTreeSet::new(),
        last_check: Duration::ZERO,
        was_given_up: false,
        published: BTreeMap::new(),
        answered: BTreeMap::new(),
        logged: BTreeSet::new(),
        asked: BTreeMap::new(),
        next_id: 0,
        is_shut_down: false,
    };
    server.set_default_settings(&settings);
    server.run()
}

/// Answers `initialize`. Returns the client and its first settings; `None` if it leaves before.
fn initialize(connection: &Connection, queue: &Queue) -> Option<(Client, Value)> {
    loop {
        match queue.next(None) {
            Next::Message(Message::Request(request)) if request.method == "initialize" => {
                let client = Client::new(&request.params);
                let result = InitializeResult {
                    capabilities: capabilities(&client),
                    server_info: Some(ServerInfo {
                        name: diagnostics::SOURCE.to_owned(),
                        version: Some(env!("CARGO_PKG_VERSION").to_owned()),
                    }),
                };
                send(connection, ok(request.id, &result));
                let settings = request.params.get("initializationOptions").cloned();
                return Some((client, settings.unwrap_or_default()));
            }
            Next::Message(Message::Request(request)) => {
                let message = "the server is not initialized".to_owned();
                let code = ErrorCode::ServerNotInitialized as i32;
                send(connection, Response::new_err(request.id, code, message));
            }
            Next::Message(Message::Notification(notification)) if notification.method == "exit" => {
                return None;
            }
            Next::Message(Message::Notification(notification)) => {
                if let Some(answer) = answer_to_invalid(&notification) {
                    send(connection, answer);
                }
            }
            Next::Canceled(response) => send(connection, response),
            Next::Message(_) | Next::Pause => {}
            Next::End => return None,
        }
    }
}

fn capabilities(client: &Client) -> ServerCapabilities {
    ServerCapabilities {
        position_encoding: Some(client.encoding.kind()),
        text_document_sync: Some(TextDocumentSync::Options(TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::Incremental),
            save: Some(Save::Bool(true)),
            ..TextDocumentSyncOptions::default()
        })),
        code_action_provider: Some(CodeActionProvider::CodeActionOptions(CodeActionOptions {
            code_action_kinds: Some(vec![CodeActionKind::QuickFix, FIX_ALL]),
            ..CodeActionOptions::default()
        })),
        hover_provider: Some(HoverProvider::Bool(true)),
        definition_provider: Some(DefinitionProvider::Bool(true)),
        references_provider: Some(ReferencesProvider::Bool(true)),
        completion_provider: Some(CompletionOptions {
            trigger_characters: Some(["[", "\"", "=", " ", "/"].map(str::to_owned).to_vec()),
            ..CompletionOptions::default()
        }),
        inlay_hint_provider: Some(InlayHintProvider::Bool(true)),
        code_lens_provider: Some(CodeLensOptions::default()),
        diagnostic_provider: client.pulls_diagnostics.then(|| {
            DiagnosticProvider::DiagnosticOptions(DiagnosticOptions {
                identifier: Some(diagnostics::SOURCE.to_owned()),
                inter_file_dependencies: true,
                ..DiagnosticOptions::default()
            })
        }),
        workspace: Some(WorkspaceOptions {
            workspace_folders: Some(WorkspaceFoldersServerCapabilities {
                supported: Some(true),
                change_notifications: Some(true.into()),
            }),
            ..WorkspaceOptions::default()
        }),
        ..ServerCapabilities::default()
    }
}

/// The response to a request.
fn ok(id: RequestId, result: &impl Serialize) -> Response {
    match serde_json::to_value(result) {
        Ok(value) => Response {
            id,
            response_result: Ok(value),
        },
        Err(error) => Response::new_err(id, ErrorCode::InternalError as i32, error.to_string()),
    }
}

/// Sends a message. A client that has gone is noticed when the next message is read.
fn send(connection: &Connection, message: impl Into<Message>) {
    let _ = connection.sender.send(message.into());
}

/// What a request of the server asks for.
#[derive(Debug)]
enum Asked {
    /// The settings of these folders.
    Settings(Vec<Option<PathBuf>>),
    /// Something whose answer has nothing to say.
    Acknowledgment,
}

/// A place in a file that was read.
struct Place<'a> {
    analysis: &'a Analysis,
    file: FileId,
    offset: usize,
    located: Rc<LocatedFile<'a>>,
}

impl<'a> Place<'a> {
    fn lines(&self) -> &TextLines<'a> {
        &self.located.lines
    }
}

struct Server {
    connection: Arc<Connection>,
    queue: Arc<Queue>,
    options: ServerOptions,
    client: Client,
    /// The settings of folders, and those of everything else.
    settings: BTreeMap<PathBuf, ClientSettings>,
    default_settings: ClientSettings,
    documents: Documents,
    known: KnownFolders,
    /// What is known of each folder with open texts.
    analyses: BTreeMap<PathBuf, Analysis>,
    /// The folders that have to be checked again.
    outdated: BTreeSet<PathBuf>,
    /// How long the last check took.
    last_check: Duration,
    /// Whether the last check was given up, because there was a newer edit. The next one is not, so that findings are shown while
    /// edits come.
    was_given_up: bool,
    /// The diagnostics that the client has, by URI, with the version of the text.
    published: BTreeMap<String, (Option<i32>, Vec<LspDiagnostic>)>,
    /// The diagnostics that the client has asked for, by URI, with the version of the text.
    answered: BTreeMap<String, (i32, Vec<LspDiagnostic>)>,
    /// What the log of the client has already.
    logged: BTreeSet<String>,
    /// The requests to the client that are not answered.
    asked: BTreeMap<RequestId, Asked>,
    next_id: i32,
    is_shut_down: bool,
}

impl Server {
    fn run(&mut self) -> bool {
        loop {
            // While changes come, checks take at most half of the time.
            let is_outdated = !self.outdated.is_empty();
            let pause = is_outdated.then(|| self.last_check.min(MAX_PAUSE));
            match self.queue.next(pause) {
                Next::End => return self.is_shut_down,
                Next::Pause => self.check_after_pause(),
                Next::Canceled(response) => self.send(response),
                Next::Message(Message::Request(request)) => {
                    let response = self.answer(request);
                    self.send(response);
                }
                Next::Message(Message::Notification(notification)) if notification.method == "exit" => {
                    return self.is_shut_down;
                }
                Next::Message(Message::Notification(notification)) => self.notice(notification),
                Next::Message(Message::Response(response)) => self.take_response(response),
            }
        }
    }

    fn send(&self, message: impl Into<Message>) {
        send(&self.connection, message);
    }

    /// Writes a line to the log of the client, once.
    fn log(&mut self, text: String) {
        if !self.logged.contains(&text) {
            self.send(log(&text));
            self.logged.insert(text);
        }
    }

    /// Sends a request to the client.
    fn ask(&mut self, method: &str, params: Value, asked: Asked) {
        self.next_id = self.next_id.wrapping_add(1);
        let id = RequestId::from(self.next_id);
        self.send(Request {
            id: id.clone(),
            method: method.to_owned(),
            params,
        });
        self.asked.insert(id, asked);
    }

    fn take_response(&mut self, response: Response) {
        let Some(Asked::Settings(folders)) = self.asked.remove(&response.id) else {
            return;
        };
        let Ok(Value::Array(values)) = response.response_result else {
            return;
        };
        for (folder, value) in folders.into_iter().zip(values) {
            match folder {
                None => self.set_default_settings(&value),
                Some(folder) => {
                    let settings = self.read_settings(&value);
                    self.settings.insert(folder, settings);
                }
            }
        }
        self.outdate_all();
    }

    fn read_settings(&mut self, value: &Value) -> ClientSettings {
        let (settings, errors) = ClientSettings::read(value);
        for error in errors {
            self.log(error);
        }
        settings
    }

    fn set_default_settings(&mut self, value: &Value) {
        self.default_settings = self.read_settings(value);
    }

    /// Asks for the settings of the folders.
    fn ask_for_settings(&mut self) {
        if !self.client.answers_configuration {
            return;
        }
        let folders = self.documents.folders().iter().cloned().map(Some);
        let folders: Vec<Option<PathBuf>> = std::iter::once(None).chain(folders).collect();
        let item = |folder: &Option<PathBuf>| match folder {
            None => json!({"section": "mirrorset"}),
            Some(folder) => json!({"section": "mirrorset", "scopeUri": super::uri::uri_of(folder)}),
        };
        let items: Vec<Value> = folders.iter().map(item).collect();
        self.ask(
            "workspace/configuration",
            json!({ "items": items }),
            Asked::Settings(folders),
        );
    }

    fn notice(&mut self, notification: Notification) {
        if let Some(answer) = answer_to_invalid(&notification) {
            return self.send(answer);
        }
        let Notification { method, params } = notification;
        match method.as_str() {
            "initialized" => {
                self.ask_for_settings();
                if self.client.watches_files {
                    let watchers = json!([{"globPattern": "**/*"}]);
                    let registration = json!({
                        "id": "watched-files",
                        "method": "workspace/didChangeWatchedFiles",
                        "registerOptions": {"watchers": watchers},
                    });
                    let params = json!({"registrations": [registration]});
                    self.ask("client/registerCapability", params, Asked::Acknowledgment);
                }
            }
            "textDocument/didOpen" => {
                self.with(&method, params, |server, params: DidOpenTextDocumentParams| {
                    if let Some(document) = server.documents.open(params.text_document) {
                        server.known.changed(&document.path);
                        server.outdate_all();
                    }
                });
            }
            "textDocument/didChange" => {
                self.with(&method, params, |server, params: DidChangeTextDocumentParams| {
                    let encoding = server.client.encoding;
                    let changed =
                        server
                            .documents
                            .change(&params.text_document, params.content_changes, encoding);
                    if let Some(document) = changed {
                        server.known.text_changed(&document.path);
                        server.outdate_all();
                    }
                });
            }
            "textDocument/didClose" => {
                self.with(&method, params, |server, params: DidCloseTextDocumentParams| {
                    server.answered.remove(params.text_document.uri.as_ref());
                    if let Some(document) = server.documents.close(&params.text_document.uri) {
                        server.known.changed(&document.path);
                        server.outdate_all();
                    }
                });
            }
            "textDocument/didSave" => {
                self.with(&method, params, |server, params: DidSaveTextDocumentParams| {
                    server.change_on_disk([&params.text_document.uri]);
                });
            }
            "workspace/didChangeWatchedFiles" => {
                self.with(&method, params, |server, params: DidChangeWatchedFilesParams| {
                    server.change_on_disk(params.changes.iter().map(|change| &change.uri));
                });
            }
            "workspace/didChangeConfiguration" => {
                self.with(&method, params, |server, params: DidChangeConfigurationParams| {
                    if server.client.answers_configuration {
                        server.ask_for_settings();
                    } else {
                        server.set_default_settings(&params.settings);
                        server.outdate_all();
                    }
                });
            }
            "workspace/didChangeWorkspaceFolders" => {
                self.with(
                    &method,
                    params,
                    |server, params: DidChangeWorkspaceFoldersParams| {
                        let paths = |folders: &[gen_lsp_types::WorkspaceFolder]| -> Vec<PathBuf> {
                            folders.iter().filter_map(|folder| path_of(&folder.uri)).collect()
                        };
                        let removed = paths(&params.event.removed);
                        let mut folders = server.documents.folders().to_vec();
                        folders.retain(|folder| !removed.contains(folder));
                        folders.extend(paths(&params.event.added));
                        server.documents.set_folders(folders);
                        server.known.clear();
                        server.settings.retain(|folder, _| !removed.contains(folder));
                        server.ask_for_settings();
                        server.outdate_all();
                    },
                );
            }
            _ => {}
        }
    }

    /// Handles the parameters of a notification, or logs that they are invalid.
    fn with<P: DeserializeOwned>(&mut self, method: &str, params: Value, handle: impl FnOnce(&mut Self, P)) {
        match serde_json::from_value(params) {
            Ok(params) => handle(self, params),
            Err(error) => {
                let text = format!(
                    "a notification {method} was skipped, because its parameters are invalid: {error}"
                );
                self.send(log(&text));
            }
        }
    }

    /// Notes that files have changed on disk.
    fn change_on_disk<'u>(&mut self, uris: impl IntoIterator<Item = &'u Uri>) {
        for path in uris.into_iter().filter_map(path_of) {
            self.known.changed(&path);
        }
        self.outdate_all();
    }

    /// Any text may be one that any folder's modules read.
    fn outdate_all(&mut self) {
        self.outdated = self.documents.used_folders();
        self.outdated.extend(self.analyses.keys().cloned());
    }

    fn answer(&mut self, request: Request) -> Response {
        if self.is_shut_down {
            let message = "the server is shut down".to_owned();
            return Response::new_err(request.id, ErrorCode::InvalidRequest as i32, message);
        }
        match request.method.as_str() {
            "shutdown" => {
                self.is_shut_down = true;
                ok(request.id, &())
            }
            "textDocument/codeAction" => self.answer_with::<CodeActionRequest>(request, |server, params| {
                let analysis = server.analysis_of(&params.text_document.uri)?;
                let actions = code_actions(analysis, &server.documents, &server.client, &params);
                Some(actions.into_iter().map(CodeActionResponse::CodeAction).collect())
            }),
            "textDocument/diagnostic" => {
                self.answer_with::<DocumentDiagnosticRequest>(request, |server, params| {
                    let items = server.diagnostics_of(&params.text_document.uri);
                    let report = RelatedFullDocumentDiagnosticReport {
                        full_document_diagnostic_report: FullDocumentDiagnosticReport {
                            items,
                            ..FullDocumentDiagnosticReport::default()
                        },
                        ..RelatedFullDocumentDiagnosticReport::default()
                    };
                    DocumentDiagnosticReport::RelatedFullDocumentDiagnosticReport(report)
                })
            }
            "textDocument/inlayHint" => self.answer_with::<InlayHintRequest>(request, |server, params| {
                let uri = &params.text_document.uri;
                let place = server.place_in(uri, Position::default())?;
                if !server.settings_of(uri).inlay_hints {
                    return None;
                }
                let lines = place.lines();
                let wanted = lines.bytes(params.range);
                let hints = hints::values(place.analysis, place.file).into_iter();
                let hints =
                    hints.map(|(offset, label)| (usize::try_from(offset).unwrap_or(usize::MAX), label));
                let hints = hints.filter(|(offset, _)| wanted.start <= *offset && *offset <= wanted.end);
                Some(
                    hints
                        .map(|(offset, label)| InlayHint {
                            position: lines.position(offset),
                            label: Label::String(one_line(&label)),
                            kind: None,
                            text_edits: None,
                            tooltip: None,
                            padding_left: Some(true),
                            padding_right: None,
                            data: None,
                        })
                        .collect(),
                )
            }),
            "textDocument/codeLens" => self.answer_with::<CodeLensRequest>(request, |server, params| {
                let uri = &params.text_document.uri;
                let place = server.place_in(uri, Position::default())?;
                if !server.settings_of(uri).code_lens {
                    return None;
                }
                let lines = place.lines();
                let lenses = hints::verdicts(place.analysis, place.file).into_iter();
                Some(
                    lenses
                        .map(|(span, title)| CodeLens {
                            range: lines.range(span.range()),
                            command: Some(Command {
                                title,
                                tooltip: None,
                                command: String::new(),
                                arguments: None,
                            }),
                            data: None,
                        })
                        .collect(),
                )
            }),
            _ => self.answer_about_place(request),
        }
    }

    /// Answers a request about a place in a text.
    fn answer_about_place(&mut self, request: Request) -> Response {
        match request.method.as_str() {
            "textDocument/hover" => self.answer_with::<HoverRequest>(request, |server, params| {
                let place = server.place(&params.text_document_position_params)?;
                let found = hover(place.analysis, place.file, place.offset)?;
                let kind = if server.client.shows_markdown {
                    MarkupKind::Markdown
                } else {
                    MarkupKind::PlainText
                };
                Some(Hover {
                    contents: Contents::MarkupContent(MarkupContent {
                        kind,
                        value: found.markdown,
                    }),
                    range: Some(place.lines().range(found.range)),
                })
            }),
            "textDocument/definition" => self.answer_with::<DefinitionRequest>(request, |server, params| {
                let place = server.place(&params.text_document_position_params)?;
                let spans = navigation::definition(place.analysis, place.file, place.offset);
                let mut locations = server.locate(place.analysis, spans);
                let encoding = server.client.encoding;
                locations.extend(navigation::data_locations(
                    place.analysis,
                    place.file,
                    place.offset,
                    encoding,
                ));
                Some(DefinitionResponse::Definition(Definition::LocationList(
                    locations,
                )))
            }),
            "textDocument/references" => self.answer_with::<ReferencesRequest>(request, |server, params| {
                let place = server.place(&params.text_document_position_params)?;
                let spans = navigation::references(place.analysis, place.file, place.offset);
                Some(server.locate(place.analysis, spans))
            }),
            "textDocument/completion" => self.answer_with::<CompletionRequest>(request, |server, params| {
                let place = server.place(&params.text_document_position_params)?;
                let completion = complete(place.analysis, place.file, place.offset)?;
                let range = place.lines().range(completion.range);
                let items = completion.items.into_iter().map(|(text, detail)| CompletionItem {
                    label: one_line(&text),
                    detail: Some(one_line(&detail)),
                    text_edit: Some(CompletionItemTextEdit::TextEdit(TextEdit {
                        range,
                        new_text: text,
                    })),
                    ..CompletionItem::default()
                });
                Some(CompletionResponse::CompletionItemList(items.collect()))
            }),
            method => {
                let message = format!("unknown method {}", one_line(method));
                Response::new_err(request.id, ErrorCode::MethodNotFound as i32, message)
            }
        }
    }

    /// Answers a request from what is known of the present texts.
    fn answer_with<R: RequestType>(
        &mut self,
        request: Request,
        answer: impl FnOnce(&mut Self, R::Params) -> R::Result,
    ) -> Response {
        let Request { id, params, .. } = request;
        match serde_json::from_value::<R::Params>(params) {
            Ok(params) => {
                let (queue, request) = (self.queue.clone(), id.clone());
                if !self.check_outdated(move || queue.is_canceled(&request)) {
                    return canceled(id);
                }
                let result = answer(self, params);
                ok(id, &result)
            }
            Err(error) => {
                let message = format!("invalid parameters: {}", one_line(&error.to_string()));
                Response::new_err(id, ErrorCode::InvalidParams as i32, message)
            }
        }
    }

    fn analysis_of(&self, uri: &Uri) -> Option<&Analysis> {
        self.analyses.get(&self.documents.get(uri)?.folder)
    }

    fn settings_of(&self, uri: &Uri) -> &ClientSettings {
        let folder = self.documents.get(uri).map(|document| &document.folder);
        let settings = folder.and_then(|folder| self.settings.get(folder));
        settings.unwrap_or(&self.default_settings)
    }

    /// A place in an open text.
    fn place(&self, params: &TextDocumentPositionParams) -> Option<Place<'_>> {
        self.place_in(&params.text_document.uri, params.position)
    }

    fn place_in(&self, uri: &Uri, position: Position) -> Option<Place<'_>> {
        let analysis = self.analysis_of(uri)?;
        let locations = analysis.locations(self.client.encoding);
        let file = locations.find(uri)?;
        let located = locations.file(file)?;
        Some(Place {
            analysis,
            file,
            offset: located.lines.offset(position),
            located,
        })
    }

    fn locate(&self, analysis: &Analysis, spans: BTreeSet<Span>) -> Vec<Location> {
        let locations = analysis.locations(self.client.encoding);
        let mut found: Vec<Location> = Vec::new();
        for location in spans.into_iter().filter_map(|span| locations.locate(span)) {
            // A file may be read for several root modules.
            if !found.contains(&location) {
                found.push(location);
            }
        }
        found
    }

    /// The diagnostics of an open text, which are remembered as those that the client has.
    fn diagnostics_of(&mut self, uri: &Uri) -> Vec<LspDiagnostic> {
        let Some(version) = self.documents.get(uri).map(|document| document.version) else {
            return Vec::new();
        };
        let mut shown = self.shown_diagnostics();
        let items = shown.remove(uri.as_ref()).unwrap_or_default();
        self.answered
            .insert(uri.as_ref().to_owned(), (version, items.clone()));
        items
    }

    /// Checks the folders whose texts have changed, unless there is a newer edit before that is done.
    fn check_after_pause(&mut self) {
        let (queue, may_give_up) = (self.queue.clone(), !self.was_given_up);
        self.was_given_up = !self.check_outdated(move || may_give_up && queue.has_edit());
    }

    /// Checks the folders whose texts have changed, and tells the client. Returns whether that is done: it is given up once
    /// `is_unwanted` holds.
    fn check_outdated(&mut self, is_unwanted: impl Fn() -> bool + Send + Sync + 'static) -> bool {
        if self.outdated.is_empty() {
            return true;
        }
        let progress = Progress::until(is_unwanted);
        let start = Instant::now();
        let used = self.documents.used_folders();
        self.analyses.retain(|folder, _| used.contains(folder));
        self.known.retain(&used);
        self.outdated.retain(|folder| used.contains(folder));
        for folder in self.outdated.clone() {
            // The old one is no longer needed, so that two are never in memory.
            self.analyses.remove(&folder);
            let mut options = self.session_options(&folder);
            options.load.progress = progress.clone();
            options.load.known = Some(self.known.of_folder(&folder, self.documents.folders()));
            let (file, total) = self.options.limits;
            let disk = Arc::new(DiskFiles::new(ReadLimits::from_megabytes(file, total)));
            match Analysis::check(&folder, &self.documents, &options, disk) {
                Ok(Some(analysis)) => _ = self.analyses.insert(folder.clone(), analysis),
                Ok(None) => return false,
                Err(error) => self.log(error.to_string()),
            }
            self.outdated.remove(&folder);
        }
        self.last_check = start.elapsed();
        self.publish();
        true
    }

    /// The options of a folder's session: those of the command line and of the client.
    fn session_options(&self, folder: &Path) -> SessionOptions {
        let settings = self.settings.get(folder).unwrap_or(&self.default_settings);
        let mut options = self.options.session.clone();
        options.selection = settings.selection(&options.selection);
        if let Some(config) = &settings.config {
            options.load.config = ConfigSource::File(folder.join(config));
        }
        if let Some(baseline) = &settings.baseline {
            options.baseline = Some(folder.join(baseline));
        }
        options.today = (self.options.today)().unwrap_or(options.today);
        options
    }

    /// The diagnostics of all folders, by URI. Two folders may lead to the same file.
    fn shown_diagnostics(&mut self) -> BTreeMap<String, Vec<LspDiagnostic>> {
        let mut shown: BTreeMap<String, Vec<LspDiagnostic>> = BTreeMap::new();
        let mut homeless = Vec::new();
        for analysis in self.analyses.values() {
            let (by_uri, texts) = diagnostics::all(analysis, &self.client);
            homeless.extend(texts);
            for (uri, found) in by_uri {
                let all = shown.entry(uri).or_default();
                let new: Vec<LspDiagnostic> = found.into_iter().filter(|one| !all.contains(one)).collect();
                all.extend(new);
            }
        }
        for text in homeless {
            self.log(text);
        }
        shown
    }

    /// Tells the client what has changed in the diagnostics.
    fn publish(&mut self) {
        let mut shown = self.shown_diagnostics();
        if self.client.pulls_diagnostics {
            // The client asks for those of open texts.
            let mut is_changed = false;
            for document in self.documents.iter() {
                let items = shown.remove(document.uri.as_ref()).unwrap_or_default();
                let answered = self.answered.get(document.uri.as_ref());
                is_changed |=
                    answered.is_some_and(|(version, known)| *version == document.version && *known != items);
            }
            if is_changed {
                self.ask("workspace/diagnostic/refresh", Value::Null, Asked::Acknowledgment);
            }
        }
        let versions: BTreeMap<&str, i32> = self
            .documents
            .iter()
            .map(|document| (document.uri.as_ref(), document.version))
            .collect();
        let mut published = BTreeMap::new();
        for (uri, found) in shown {
            let version = versions.get(uri.as_str()).copied();
            if found.is_empty() && version.is_none() {
                continue;
            }
            published.insert(uri, (version, found));
        }
        let gone: Vec<String> = (self.published.keys())
            .filter(|uri| !published.contains_key(*uri))
            .cloned()
            .collect();
        for uri in gone {
            self.publish_one(uri, None, Vec::new());
        }
        let known = std::mem::take(&mut self.published);
        for (uri, (version, found)) in &published {
            if known.get(uri) != Some(&(*version, found.clone())) {
                self.publish_one(uri.clone(), *version, found.clone());
            }
        }
        self.published = published;
    }

    fn publish_one(&self, uri: String, version: Option<i32>, found: Vec<LspDiagnostic>) {
        let params = PublishDiagnosticsParams {
            uri: Uri(uri),
            version,
            diagnostics: found,
        };
        self.send(Notification {
            method: "textDocument/publishDiagnostics".to_owned(),
            params: serde_json::to_value(params).unwrap_or_default(),
        });
    }
}
