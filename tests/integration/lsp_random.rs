//! Random sequences of edits and of messages: after any of them, the editor shows what `mirrorset check` reports about the
//! same texts, and the server still answers. Files and directories appear, change and vanish on disk as well; one client
//! tells the server about it, and another one does not.
//!
//! `MIRRORSET_EDITS=2000 cargo test --release --test integration lsp_random` goes through more of them.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::editor::{Editor, able};
use crate::support::program::{VERSIONS, mirrorset_at, scratch};

/// The files of the tree, with texts to choose from. An empty text means that the file does not exist.
const FILES: &[(&str, &[&str])] = &[
    (
        "live/a/main.tf",
        &[
            "module \"m\" {\n  source = \"../../modules/m\"\n  names = [\"nginx\", \"quay.io/é/a\"]\n}\n",
            "module \"m\" {\n  source = \"../../modules/m\"\n  names = var.names\n}\nvariable \"names\" {}\n",
            "",
        ],
    ),
    (
        "live/b/main.tf",
        &[
            "module \"m\" {\n  source = \"../../modules/m\"\n  names = [\"nginx\"]\n}\n",
            "resource \"rhcs_cluster_rosa_classic\" \"c\" {}\nresource \"rhcs_image_mirror\" \"a\" {\n  cluster_id = \
             rhcs_cluster_rosa_classic.c.id\n  source = \"quay.io/a\"\n  mirrors = [\"b\", \"b\"]\n}\n",
            "module \"m\" {\n  source = \"../../modules/gone\"\n}\n",
        ],
    ),
    (
        "live/a/terraform.tfvars",
        &[
            "",
            "names = [\"redis\", \"docker.io/x/y/\"]\n",
            "names = [\"https://quay.io/a\"]\n",
        ],
    ),
    (
        "modules/m/main.tf",
        &[
            "variable \"names\" {}\n\nresource \"rhcs_image_mirror\" \"m\" {\n  for_each = toset(var.names)\n  cluster_id = \
             \"c\"\n  source = each.value\n  mirrors = [\"mirror.example.com/m\"]\n}\n",
            "variable \"names\" {}\n\n# mirrorset: ignore[short-source] known\nresource \"rhcs_image_mirror\" \"m\" {\n  count = \
             length(var.names)\n  cluster_id = \"c\"\n  source = var.names[count.index]\n  mirrors = yamldecode(file(\
             \"${path.module}/mirrors.yaml\"))\n}\n",
            "",
        ],
    ),
    (
        "live/b/other.tf",
        &[
            "",
            "resource \"aws_s3_bucket\" \"b\" {\n  bucket = 1 +\n}\n",
            "resource \"aws_s3_bucket\" \"b\" {\n  bucket = 1\n}\nlocals {\n  names = [\n}\n",
        ],
    ),
    (
        "live/b/main_override.tf",
        &[
            "",
            "module \"m\" {\n  names = [\"httpd\"]\n}\n",
            "variable \"gone\" {}\n",
        ],
    ),
    (
        "live/a/engine.tofu",
        &[
            "",
            "locals {\n  x = provider::x::y(\n",
            "variable \"y\" {\n  const = true\n}\n",
        ],
    ),
    ("modules/m/versions.tf", &[VERSIONS.1, "terraform {}\n"]),
    (
        "modules/m/mirrors.yaml",
        &["- mirror.example.com/m\n", "- localhost/m\n- '*.b'\n", ""],
    ),
    (
        "manifests/set.yaml",
        &[
            "",
            "apiVersion: config.openshift.io/v1\nkind: ImageDigestMirrorSet\nmetadata:\n  name: m\nspec:\n  \
             imageDigestMirrors:\n    - source: nginx\n      mirrors: [mirror.example.com/m]\n",
        ],
    ),
    (
        "mirrorset.toml",
        &[
            "",
            "[rules]\nshort-source = \"info\"\n",
            "exclude = [\"live/b\"]\n",
            "strict = 1\n",
        ],
    ),
    (".gitignore", &["", "live/b/\n", "modules\n!modules/\n"]),
    (
        "live/mirrorset.toml",
        &["", "[rules]\nshort-source = \"off\"\n", "rules = 1\n"],
    ),
    (
        "live/d/main.tf",
        &[
            "",
            "module \"m\" {\n  source = \"../../modules/m\"\n  names = [\"alpine\"]\n}\n",
        ],
    ),
];

/// Directories that are moved away and back.
const DIRECTORIES: &[&str] = &["live/a", "live/b", "live", "modules/m", "modules"];

/// Links that appear and vanish, and what they may lead to.
#[cfg(unix)]
const LINKS: &[(&str, &[&str])] = &[
    (
        "live/b/linked.tf",
        &["../a/main.tf", "../../modules/m/versions.tf", "nowhere.tf"],
    ),
    ("live/c", &["a", "b", "../modules/m"]),
];

/// What is inserted at random places.
const INSERTED: &[&str] = &[
    "{", "}", "\"", "\n", " ", "#", "${", "é", "😀", "\r\n", "nginx", "[", "=", "/*", "<<E\n", "x = 1\n",
];

/// Pseudorandom numbers (xorshift), so that a seed says everything about a sequence.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(limit.max(1)).unwrap()).unwrap()
    }

    fn of<'t, T>(&mut self, all: &'t [T]) -> &'t T {
        &all[self.below(all.len())]
    }

    /// An offset between two characters of a text.
    fn offset(&mut self, text: &str) -> usize {
        let offsets: Vec<usize> = (0..=text.len()).filter(|at| is_between(text, *at)).collect();
        *self.of(&offsets)
    }
}

/// Whether an edit may begin or end at an offset. In the protocol, a `\r` alone ends a line, and in a report it does not, so
/// no edit leaves one alone.
fn is_between(text: &str, at: usize) -> bool {
    text.is_char_boundary(at) && !(text[..at].ends_with('\r') && text[at..].starts_with('\n'))
}

/// A finding as an editor shows it: the file, the range, the rule, the severity and the headline.
type Shown = (String, [u64; 4], String, String, String);

/// The tree as the editor and the disk have it.
struct Tree {
    root: tempfile::TempDir,
    /// Where directories that were moved away lie.
    away: tempfile::TempDir,
    /// The files whose unsaved texts are open.
    open: BTreeMap<&'static str, String>,
    /// Whether the editor tells the server what changes on disk.
    is_told: bool,
    /// What has changed, for a person to read.
    edits: Vec<String>,
}

impl Tree {
    fn new(is_told: bool) -> Self {
        let files: Vec<(&str, &str)> = FILES.iter().map(|(name, texts)| (*name, texts[0])).collect();
        let files: Vec<(&str, &str)> = files.into_iter().filter(|(_, text)| !text.is_empty()).collect();
        let root = scratch(&files);
        std::fs::create_dir_all(root.path().join(".git")).unwrap();
        Self {
            root,
            away: tempfile::tempdir().unwrap(),
            open: BTreeMap::new(),
            is_told,
            edits: Vec::new(),
        }
    }

    /// Tells the server that something has appeared (1), changed (2) or vanished (3) at a path.
    fn tell(&self, editor: &mut Editor, name: &str, kind: u8) {
        if self.is_told {
            let change = json!({"uri": editor.uri(name), "type": kind});
            editor.notify("workspace/didChangeWatchedFiles", json!({"changes": [change]}));
        } else if let Some((name, text)) = self.open.first_key_value() {
            // It looks at the disk with the next change.
            editor.change(name, text);
        }
    }

    /// Removes links to files that the editor alone has: on disk, they lead nowhere.
    #[cfg(unix)]
    fn remove_links_to_unsaved_files(&self, editor: &mut Editor) {
        for (name, _) in LINKS {
            let path = self.root.path().join(name);
            let Ok(target) = path.read_link() else {
                continue;
            };
            if !path.exists()
                && self
                    .open
                    .keys()
                    .any(|open| target.ends_with(Path::new(open).file_name().unwrap()))
            {
                std::fs::remove_file(&path).unwrap();
                self.tell(editor, name, 3);
            }
        }
    }

    /// Moves a directory away or back, or lets a link appear or vanish.
    fn move_something(&mut self, random: &mut Random, editor: &mut Editor) {
        #[cfg(unix)]
        if random.below(2) == 0 {
            let (name, targets) = random.of(LINKS);
            let path = self.root.path().join(name);
            let existed = std::fs::remove_file(&path).is_ok();
            let appears = random.below(3) > 0 && path.parent().unwrap().is_dir() && !path.exists();
            if appears {
                std::os::unix::fs::symlink(random.of(targets), &path).unwrap();
            }
            self.edits.push(format!("link {name}, is there: {appears}"));
            let kind = match (existed, appears) {
                (true, true) => 2,
                (false, true) => 1,
                (_, false) => 3,
            };
            return self.tell(editor, name, kind);
        }
        let name = random.of(DIRECTORIES);
        let path = self.root.path().join(name);
        let away = self.away.path().join(name.replace('/', "-"));
        self.edits.push(format!("move {name}"));
        if away.is_dir() {
            let _ = std::fs::remove_dir_all(&path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::rename(&away, &path).unwrap();
            self.tell(editor, name, 1);
        } else if path.is_dir() {
            std::fs::rename(&path, &away).unwrap();
            self.tell(editor, name, 3);
        }
    }

    /// One random edit in the editor or on disk.
    fn edit(&mut self, random: &mut Random, editor: &mut Editor) {
        if random.below(12) == 0 {
            return self.move_something(random, editor);
        }
        let (name, texts) = random.of(FILES);
        let path = self.root.path().join(name);
        let choice = random.below(8);
        let was_open = self.open.contains_key(name);
        self.edits
            .push(format!("{name}, open: {was_open}, choice {choice}"));
        match (self.open.get_mut(name), choice) {
            (Some(_), 0) => {
                self.open.remove(name);
                editor.close(name);
            }
            (Some(text), 1 | 2) => {
                *text = (*random.of(texts)).to_owned();
                editor.change(name, text);
            }
            (Some(text), 3) => {
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(&path, text).unwrap();
                let document = json!({"uri": editor.uri(name)});
                editor.notify("textDocument/didSave", json!({"textDocument": document}));
            }
            (Some(text), _) => {
                let (one, other) = (random.offset(text), random.offset(text));
                let far = one.max(other).min(one.min(other) + 12);
                let (start, mut end) = (one.min(other), far);
                while !is_between(text, end) {
                    end += 1;
                }
                let inserted = *random.of(INSERTED);
                let range = json!({"start": position(text, start), "end": position(text, end)});
                text.replace_range(start..end, inserted);
                editor.change_with(name, json!([{"range": range, "text": inserted}]));
            }
            (None, 0 | 1) => {
                let text = *random.of(texts);
                let kind = if text.is_empty() {
                    let _ = std::fs::remove_file(&path);
                    3
                } else {
                    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                    std::fs::write(&path, text).unwrap();
                    2
                };
                self.tell(editor, name, kind);
            }
            (None, _) => {
                let text = std::fs::read_to_string(&path).unwrap_or_else(|_| (*random.of(texts)).to_owned());
                editor.open(name, &text);
                self.open.insert(name, text);
            }
        }
    }

    /// What `mirrorset check` reports about the open files, if all texts are saved: name, place, rule, severity, headline.
    fn report(&self) -> Option<Vec<Shown>> {
        let copy = tempfile::tempdir().unwrap();
        copy_tree(self.root.path(), copy.path());
        for (name, text) in &self.open {
            let path = copy.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let mut arguments = vec!["check", "--output-format", "json"];
        arguments.extend(self.open.keys());
        if self.open.is_empty() {
            return Some(Vec::new());
        }
        let root = std::fs::canonicalize(copy.path()).unwrap();
        // An editor has no second text for a link.
        let file_of = |finding: &Value| {
            let name = finding["file"].as_str().unwrap_or_default();
            let real = std::fs::canonicalize(root.join(name)).ok();
            let real = real.as_deref().and_then(|path| path.strip_prefix(&root).ok());
            real.map_or(name.to_owned(), |path| path.to_str().unwrap().to_owned())
        };
        let run = mirrorset_at("1790000000", copy.path(), &arguments);
        let report: Value = serde_json::from_str(&run.stdout).ok()?;
        let mut found: Vec<(String, [u64; 4], String, String, String, usize)> = Vec::new();
        let mut last_name = String::new();
        for finding in report["findings"].as_array().unwrap() {
            let Some(rule) = finding["rule"].as_str() else {
                continue;
            };
            let place =
                |end: &str| [&finding[end]["line"], &finding[end]["column"]].map(serde_json::Value::as_u64);
            let ([Some(line), Some(column)], [Some(end_line), Some(end_column)]) =
                (place("start"), place("end"))
            else {
                continue;
            };
            let text = |key: &str| finding[key].as_str().unwrap_or_default().to_owned();
            let message = text("message");
            let address = text("address");
            let headline = if address.is_empty() {
                message.clone()
            } else {
                format!("{address}: {message}")
            };
            let range = [line, column, end_line, end_column];
            // Instances of one block with the same finding are one in an editor. A link is another file.
            let is_same_name = last_name == text("file");
            last_name = text("file");
            let last = found.last_mut().filter(|last| {
                let is_same = is_same_name
                    && (&last.0, last.1, &*last.2, &last.3)
                        == (&file_of(finding), range, rule, &text("severity"));
                is_same && !address.is_empty() && last.4.ends_with(&format!(": {message}"))
            });
            match last {
                Some(last) => last.5 += 1,
                None => found.push((
                    file_of(finding),
                    range,
                    rule.to_owned(),
                    text("severity"),
                    headline,
                    0,
                )),
            }
        }
        let found = found
            .into_iter()
            .map(|(file, range, rule, severity, headline, more)| {
                let headline = match more {
                    0 => headline,
                    1 => format!("{headline} (and 1 more instance)"),
                    more => format!("{headline} (and {more} more instances)"),
                };
                (file, range, rule, severity, headline)
            });
        let mut found: Vec<_> = found.collect();
        found.sort();
        Some(found)
    }

    /// Holds what the editor shows to the report of `mirrorset check`.
    fn assert_shows_the_report(&self, editor: &mut Editor, place: &str) {
        let shown = Self::shown(editor);
        let Some(reported) = self.report() else {
            // Errors in the settings precede a report.
            assert!(
                shown.iter().all(|shown| shown.2.is_empty()) && !shown.is_empty(),
                "{place}: {:?}\n{shown:#?}",
                self.open
            );
            return;
        };
        let shown: Vec<_> = shown.into_iter().filter(|shown| !shown.2.is_empty()).collect();
        let is_same = |shown: &Shown, reported: &Shown| {
            (&shown.0, shown.1, &shown.2, &shown.3) == (&reported.0, reported.1, &reported.2, &reported.3)
                && shown.4.starts_with(&reported.4)
        };
        let only_shown = shown
            .iter()
            .filter(|shown| !reported.iter().any(|reported| is_same(shown, reported)));
        let only_shown: Vec<&Shown> = only_shown.collect();
        let only_reported = reported
            .iter()
            .filter(|reported| !shown.iter().any(|shown| is_same(shown, reported)));
        let only_reported: Vec<&Shown> = only_reported.collect();
        assert!(
            only_shown.is_empty() && only_reported.is_empty(),
            "{place}: {:?}\nonly shown: {only_shown:?}\nonly reported: {only_reported:?}\nedits: {:#?}",
            self.open,
            self.edits
        );
    }

    /// What the editor shows, in the same form.
    fn shown(editor: &mut Editor) -> Vec<Shown> {
        editor.settle();
        let root = editor.uri("");
        let mut shown = Vec::new();
        for (uri, diagnostics) in &editor.published {
            let file = uri.strip_prefix(&format!("{root}/")).unwrap_or(uri);
            for diagnostic in diagnostics {
                let number = |end: &str, unit: &str| diagnostic["range"][end][unit].as_u64().unwrap() + 1;
                let range = [
                    number("start", "line"),
                    number("start", "character"),
                    number("end", "line"),
                    number("end", "character"),
                ];
                let severity = ["error", "warning", "info"]
                    [usize::try_from(diagnostic["severity"].as_u64().unwrap()).unwrap() - 1];
                let rule = diagnostic["code"].as_str().unwrap_or_default().to_owned();
                let message = diagnostic["message"]
                    .as_str()
                    .unwrap()
                    .lines()
                    .next()
                    .unwrap_or_default();
                shown.push((
                    file.to_owned(),
                    range,
                    rule,
                    severity.to_owned(),
                    message.to_owned(),
                ));
            }
        }
        shown.sort();
        shown
    }
}

/// Copies a directory with the links in it, whose targets are relative.
fn copy_tree(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            std::fs::create_dir(&to).unwrap();
            copy_tree(&from, &to);
        } else if kind.is_symlink() {
            #[cfg(unix)]
            std::os::unix::fs::symlink(std::fs::read_link(&from).unwrap(), &to).unwrap();
        } else {
            std::fs::copy(&from, &to).unwrap();
        }
    }
}

/// The position of an offset, in characters.
fn position(text: &str, offset: usize) -> Value {
    let before = &text[..offset];
    let line = before.matches('\n').count();
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    json!({"line": line, "character": before[start..].chars().count()})
}

/// How many edits and messages are tried.
fn count() -> usize {
    let wanted = std::env::var("MIRRORSET_EDITS")
        .ok()
        .and_then(|text| text.parse().ok());
    wanted.unwrap_or(60)
}

/// The capabilities of an editor that counts characters, as reports do.
fn counting_characters() -> Value {
    let mut capabilities = able();
    capabilities["general"]["positionEncodings"] = json!(["utf-32"]);
    capabilities
}

/// After this time, the times of files tell whether they have changed.
const SETTLED: Duration = Duration::from_millis(2_100);

#[test]
fn the_editor_shows_what_a_check_reports_after_any_sequence_of_edits() {
    let per_sequence = 30;
    for seed in 1..=count().div_ceil(per_sequence) {
        for is_told in [true, false] {
            go_through_edits(seed, per_sequence, is_told);
        }
    }
}

fn go_through_edits(seed: usize, edits: usize, is_told: bool) {
    let mut random = Random(u64::try_from(seed).unwrap().wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let mut tree = Tree::new(is_told);
    let mut capabilities = counting_characters();
    capabilities["workspace"]["didChangeWatchedFiles"]["dynamicRegistration"] = json!(is_told);
    let mut editor = Editor::start(tree.root.path(), &capabilities);
    for step in 0..edits {
        if random.below(edits) == 0 {
            std::thread::sleep(SETTLED);
        }
        // Several edits may come between two checks.
        for _ in 0..=random.below(3) {
            tree.edit(&mut random, &mut editor);
        }
        #[cfg(unix)]
        tree.remove_links_to_unsaved_files(&mut editor);
        let place = format!("seed {seed}, told {is_told}, step {step}");
        tree.assert_shows_the_report(&mut editor, &place);
    }
    assert_eq!(editor.shut_down(), 0);
}

const METHODS: &[&str] = &[
    "initialize",
    "initialized",
    "textDocument/didOpen",
    "textDocument/didChange",
    "textDocument/didClose",
    "textDocument/didSave",
    "textDocument/codeAction",
    "textDocument/diagnostic",
    "textDocument/hover",
    "textDocument/definition",
    "textDocument/references",
    "textDocument/completion",
    "textDocument/inlayHint",
    "textDocument/codeLens",
    "workspace/didChangeWatchedFiles",
    "workspace/didChangeConfiguration",
    "workspace/didChangeWorkspaceFolders",
    "$/cancelRequest",
    "$/setTrace",
    "$/mirrorset/invalid",
    "unknown",
];

/// A random value in the form of parameters.
fn value(random: &mut Random, editor: &Editor, depth: usize) -> Value {
    match random.below(if depth > 3 { 7 } else { 10 }) {
        0 => Value::Null,
        1 => json!(random.below(5)),
        2 => json!(-1),
        3 => json!(u64::MAX),
        4 => json!(editor.uri(random.of(FILES).0)),
        5 => json!(*random.of(INSERTED)),
        6 => json!("file:///%"),
        7 => json!([value(random, editor, depth + 1)]),
        8 => {
            let position =
                |random: &mut Random| json!({"line": random.below(12), "character": random.below(40)});
            json!({
                "textDocument": {"uri": editor.uri(random.of(FILES).0), "version": random.below(9), "languageId": "x", "text": *random.of(FILES[3].1)},
                "position": position(random),
                "range": {"start": position(random), "end": position(random)},
                "context": {"diagnostics": [], "includeDeclaration": true, "only": ["source", "quickfix"]},
                "contentChanges": [
                    {"range": {"start": position(random), "end": position(random)}, "text": *random.of(INSERTED)},
                ],
                "changes": [],
                "settings": {"mirrorset": {"inlayHints": true, "codeLens": true}},
            })
        }
        _ => {
            let keys = [
                "textDocument",
                "uri",
                "id",
                "event",
                "added",
                "range",
                "position",
                "settings",
            ];
            json!({*random.of(&keys): value(random, editor, depth + 1)})
        }
    }
}

/// A random message: a request with an id, or a notification. Some cancel requests, which are there or not.
fn message(random: &mut Random, editor: &Editor, number: usize) -> Value {
    if random.below(8) == 0 {
        let ids = [
            json!(format!("random-{}", number.saturating_sub(random.below(4)))),
            json!(u64::MAX),
            json!(null),
        ];
        let params = json!({"id": random.of(&ids)});
        return json!({"jsonrpc": "2.0", "method": "$/cancelRequest", "params": params});
    }
    let method = *random.of(METHODS);
    let params = value(random, editor, 0);
    let mut message = json!({"jsonrpc": "2.0", "method": method, "params": params});
    if !method.starts_with('$') && random.below(3) > 0 {
        message["id"] = json!(format!("random-{number}"));
    }
    message
}

#[test]
fn a_random_stream_of_messages_ends_nothing() {
    let per_sequence = 100;
    for seed in 1..=count().div_ceil(per_sequence) {
        let mut random = Random(u64::try_from(seed).unwrap().wrapping_mul(0x2545_f491_4f6c_dd1d));
        let mut tree = Tree::new(true);
        let mut editor = Editor::start(tree.root.path(), &counting_characters());
        let mut requests = Vec::new();
        for number in 0..per_sequence {
            let message = message(&mut random, &editor, number);
            let mut text = message.to_string().into_bytes();
            if random.below(10) == 0 {
                let at = random.below(text.len());
                text[at] = b'\xff';
            } else {
                requests.extend(message.get("id").cloned());
            }
            editor.write_raw(format!("Content-Length: {}\r\n\r\n", text.len()).as_bytes());
            editor.write_raw(&text);
            if random.below(20) == 0 {
                editor.settle();
            }
        }
        editor.settle();
        let place = format!("after the messages of seed {seed}");
        for id in requests {
            let mut received = editor.received.iter();
            let answers = received.by_ref().filter(|message| message.get("id") == Some(&id));
            assert_eq!(answers.count(), 1, "{place}: answers to {id}");
        }
        // Whatever was said before, the texts that are open now are those that count.
        for (name, _) in FILES {
            editor.close(name);
        }
        for _ in 0..4 {
            let (name, texts) = random.of(FILES);
            let text = *random.of(texts);
            editor.open(name, text);
            tree.open.insert(name, text.to_owned());
        }
        tree.assert_shows_the_report(&mut editor, &place);
        assert_eq!(editor.shut_down(), 0);
    }
}
