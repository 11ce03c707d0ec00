//! An editor that speaks to the built program over standard input and output.

use std::collections::BTreeMap;
use std::io::{BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use serde_json::{Value, json};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// A running server, and what it has told its client.
pub(crate) struct Editor {
    child: Child,
    input: Option<ChildStdin>,
    messages: Receiver<Value>,
    root: PathBuf,
    next_id: i64,
    versions: BTreeMap<String, i64>,
    /// The diagnostics of each URI, as they were published last.
    pub(crate) published: BTreeMap<String, Vec<Value>>,
    /// The requests of the server and the messages for the log.
    pub(crate) received: Vec<Value>,
    /// What the server gets as its settings.
    pub(crate) settings: Value,
    /// The result of `initialize`.
    pub(crate) capabilities: Value,
}

/// The capabilities of an editor that can do everything.
pub(crate) fn able() -> Value {
    json!({
        "general": {"positionEncodings": ["utf-16"]},
        "textDocument": {"publishDiagnostics": {"relatedInformation": true, "codeDescriptionSupport": true}},
        "workspace": {
            "configuration": true,
            "didChangeWatchedFiles": {"dynamicRegistration": true},
            "workspaceEdit": {"documentChanges": true, "resourceOperations": ["create"]},
        },
    })
}

impl Editor {
    /// Starts a server in a folder, for an editor with these capabilities.
    pub(crate) fn start(root: &Path, capabilities: &Value) -> Self {
        Self::start_with(root, capabilities, &Value::Null, &[])
    }

    /// The same, with settings and with arguments of the program.
    pub(crate) fn start_with(
        root: &Path,
        capabilities: &Value,
        settings: &Value,
        arguments: &[&str],
    ) -> Self {
        let mut editor = Self::spawn(root, arguments);
        editor.settings = settings.clone();
        let params = json!({
            "processId": null,
            "rootUri": null,
            "workspaceFolders": [{"uri": editor.uri(""), "name": "root"}],
            "capabilities": capabilities,
            "initializationOptions": settings,
        });
        editor.capabilities = editor.request("initialize", params)["capabilities"].clone();
        editor.notify("initialized", json!({}));
        editor
    }

    /// Starts a server, and says nothing to it.
    pub(crate) fn spawn(root: &Path, arguments: &[&str]) -> Self {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin("mirrorset"));
        command.arg("lsp").args(arguments).env_clear();
        command.env("SOURCE_DATE_EPOCH", "1790000000").current_dir("/");
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let (sender, messages) = channel();
        std::thread::spawn(move || {
            while let Some(message) = read(&mut output) {
                if sender.send(message).is_err() {
                    break;
                }
            }
        });
        Self {
            input: child.stdin.take(),
            child,
            messages,
            root: std::fs::canonicalize(root).unwrap(),
            next_id: 0,
            versions: BTreeMap::new(),
            published: BTreeMap::new(),
            received: Vec::new(),
            settings: Value::Null,
            capabilities: Value::Null,
        }
    }

    /// The URI of a file in the folder.
    pub(crate) fn uri(&self, name: &str) -> String {
        let path = self.root.join(name);
        format!("file://{}", path.display().to_string().trim_end_matches('/'))
    }

    /// The memory of the server in megabytes, as Linux counts it; 0 elsewhere.
    pub(crate) fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
        kilobytes.unwrap_or_default() / 1024
    }

    /// Writes bytes to the server, whatever they are.
    pub(crate) fn write_raw(&mut self, bytes: &[u8]) {
        let input = self.input.as_mut().unwrap();
        input.write_all(bytes).unwrap();
        input.flush().unwrap();
    }

    pub(crate) fn send(&mut self, message: &Value) {
        let text = message.to_string();
        self.write_raw(format!("Content-Length: {}\r\n\r\n{text}", text.len()).as_bytes());
    }

    pub(crate) fn notify(&mut self, method: &str, params: Value) {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    /// Sends a request, and returns its id.
    pub(crate) fn send_request(&mut self, method: &str, params: Value) -> i64 {
        self.next_id += 1;
        let id = self.next_id;
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        id
    }

    /// Sends a request, and returns its result.
    pub(crate) fn request(&mut self, method: &str, params: Value) -> Value {
        let id = self.send_request(method, params);
        let response = self.response(id);
        assert!(response.get("error").is_none(), "{method}: {response}");
        response["result"].clone()
    }

    /// Waits for the response to a request, and handles what comes before.
    pub(crate) fn response(&mut self, id: i64) -> Value {
        self.response_to(&id.into())
    }

    /// The same for an id of any form.
    pub(crate) fn response_to(&mut self, id: &Value) -> Value {
        loop {
            let message = self.messages.recv_timeout(PATIENCE).expect("the server answers");
            if message.get("id") == Some(id) && message.get("method").is_none() {
                return message;
            }
            self.take(message);
        }
    }

    /// Handles what the server sends until it has sent nothing for a time.
    pub(crate) fn wait(&mut self, time: Duration) {
        loop {
            match self.messages.recv_timeout(time) {
                Ok(message) => self.take(message),
                Err(RecvTimeoutError::Timeout) => return,
                Err(RecvTimeoutError::Disconnected) => panic!("the server has ended"),
            }
        }
    }

    fn take(&mut self, message: Value) {
        match message["method"].as_str() {
            Some("textDocument/publishDiagnostics") => {
                let params = &message["params"];
                let uri = params["uri"].as_str().unwrap().to_owned();
                let diagnostics = params["diagnostics"].as_array().unwrap().clone();
                if diagnostics.is_empty() {
                    self.published.remove(&uri);
                } else {
                    self.published.insert(uri, diagnostics);
                }
            }
            Some("workspace/configuration") => {
                let items = message["params"]["items"].as_array().unwrap().len();
                let settings = vec![self.settings.clone(); items];
                self.send(&json!({"jsonrpc": "2.0", "id": message["id"], "result": settings}));
            }
            _ => {
                if message.get("id").is_some() && message.get("method").is_some() {
                    self.send(&json!({"jsonrpc": "2.0", "id": message["id"], "result": null}));
                }
                self.received.push(message);
            }
        }
    }

    pub(crate) fn open(&mut self, name: &str, text: &str) {
        let uri = self.uri(name);
        self.versions.insert(uri.clone(), 1);
        let document = json!({"uri": uri, "languageId": "terraform", "version": 1, "text": text});
        self.notify("textDocument/didOpen", json!({"textDocument": document}));
    }

    /// Opens a file with its text on disk.
    pub(crate) fn open_file(&mut self, name: &str) {
        let text = std::fs::read_to_string(self.root.join(name)).unwrap();
        self.open(name, &text);
    }

    /// Replaces the whole text.
    pub(crate) fn change(&mut self, name: &str, text: &str) {
        self.change_with(name, json!([{"text": text}]));
    }

    pub(crate) fn change_with(&mut self, name: &str, changes: Value) {
        let uri = self.uri(name);
        let version = self.versions.get_mut(&uri).unwrap();
        *version += 1;
        let document = json!({"uri": uri, "version": *version});
        self.notify(
            "textDocument/didChange",
            json!({"textDocument": document, "contentChanges": changes}),
        );
    }

    pub(crate) fn close(&mut self, name: &str) {
        let document = json!({"uri": self.uri(name)});
        self.notify("textDocument/didClose", json!({"textDocument": document}));
    }

    /// The code actions on a range of a file.
    pub(crate) fn code_actions(&mut self, name: &str, range: [u32; 4], only: &[&str]) -> Vec<Value> {
        let mut context = json!({"diagnostics": []});
        if !only.is_empty() {
            context["only"] = json!(only);
        }
        let params = json!({
            "textDocument": {"uri": self.uri(name)},
            "range": range_of(range),
            "context": context,
        });
        let actions = self.request("textDocument/codeAction", params);
        actions.as_array().cloned().unwrap_or_default()
    }

    /// Waits until the texts that were sent are checked.
    pub(crate) fn settle(&mut self) {
        self.code_actions("none.tf", [0; 4], &[]);
    }

    /// The diagnostics of a file that were published last: rule, severity, range, first line of the message.
    pub(crate) fn diagnostics(&mut self, name: &str) -> Vec<String> {
        self.settle();
        let uri = self.uri(name);
        self.published.get(&uri).into_iter().flatten().map(show).collect()
    }

    /// Ends the session as the protocol asks, and returns the exit status.
    pub(crate) fn shut_down(&mut self) -> i32 {
        self.request("shutdown", Value::Null);
        self.notify("exit", Value::Null);
        self.exit_status()
    }

    /// Closes the input, and returns the exit status.
    pub(crate) fn exit_status(&mut self) -> i32 {
        self.input = None;
        self.child.wait().unwrap().code().expect("no signal")
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        self.input = None;
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A range from the line and character of its ends.
pub(crate) fn range_of([line, character, end_line, end_character]: [u32; 4]) -> Value {
    json!({
        "start": {"line": line, "character": character},
        "end": {"line": end_line, "character": end_character},
    })
}

/// A diagnostic on one line: `3:11-3:18 error short-source: message`.
pub(crate) fn show(diagnostic: &Value) -> String {
    let (start, end) = (&diagnostic["range"]["start"], &diagnostic["range"]["end"]);
    let severity = match diagnostic["severity"].as_u64() {
        Some(1) => "error",
        Some(2) => "warning",
        Some(3) => "info",
        _ => "?",
    };
    let message = diagnostic["message"].as_str().unwrap();
    format!(
        "{}:{}-{}:{} {severity} {}: {}",
        start["line"],
        start["character"],
        end["line"],
        end["character"],
        diagnostic["code"].as_str().unwrap_or_default(),
        message.lines().next().unwrap_or_default()
    )
}

/// Applies the edit of a code action to texts by URI, as an editor does.
pub(crate) fn apply(action: &Value, texts: &mut BTreeMap<String, String>) {
    let changes = action["edit"]["documentChanges"].as_array().unwrap();
    for change in changes.iter().filter(|change| change.get("kind").is_none()) {
        let uri = change["textDocument"]["uri"].as_str().unwrap();
        let text = texts.entry(uri.to_owned()).or_default();
        let mut edits: Vec<(usize, usize, String)> = (change["edits"].as_array().unwrap().iter())
            .map(|edit| {
                let offset = |end: &str| offset_of(text, &edit["range"][end]);
                (
                    offset("start"),
                    offset("end"),
                    edit["newText"].as_str().unwrap().to_owned(),
                )
            })
            .collect();
        edits.sort();
        for (start, end, content) in edits.into_iter().rev() {
            text.replace_range(start..end, &content);
        }
    }
}

/// The offset of a position in UTF-16.
fn offset_of(text: &str, position: &Value) -> usize {
    let line = usize::try_from(position["line"].as_u64().unwrap()).unwrap();
    let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
    let units = usize::try_from(position["character"].as_u64().unwrap()).unwrap();
    let mut seen = 0;
    for (at, character) in text[start..].char_indices() {
        if seen >= units {
            return start + at;
        }
        seen += character.len_utf16();
    }
    text.len()
}

fn read(output: &mut impl std::io::BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if output.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim() {
            "" => break,
            header => length = header.strip_prefix("Content-Length: ")?.parse().ok()?,
        }
    }
    let mut content = vec![0; length];
    output.read_exact(&mut content).ok()?;
    serde_json::from_slice(&content).ok()
}
