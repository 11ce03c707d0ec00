//! Baselines: files that record existing findings, so that only new ones are reported.
//!
//! A finding is identified by its file, resource and rule, and by a hash of its message and of the text that it labels.
//! Moved lines do not matter, and a finding about another value is new. Each entry has a count, so that an entry for one
//! finding does not hide a second one.

use std::collections::BTreeMap;
use std::fmt;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::diagnostic::Diagnostic;
use crate::rules::{UNKNOWN_VALUE, reports_unread_input};
use crate::untrusted::json;
use terraform_eval::source::{Files, ReadError, Sources, Span};

/// The version of the file format.
const VERSION: u32 = 1;

/// The findings that a baseline file records.
#[derive(Debug, Clone)]
pub struct Baseline {
    /// The directory of the baseline file. File names in entries are relative to it.
    base: PathBuf,
    /// How often each finding is recorded.
    recorded: BTreeMap<Key, usize>,
}

/// What identifies a finding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    file: String,
    address: String,
    rule: String,
    value: String,
}

/// An entry of a baseline file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The file of the finding, relative to the directory of the baseline file. Empty for a finding without a file.
    pub file: String,
    /// The address of the subject. Empty for a finding without a subject.
    pub address: String,
    /// The code of the finding: the name of a rule.
    pub rule: String,
    /// A hash of the message and of the labeled text.
    pub value: String,
    /// How many findings the entry represents.
    pub count: usize,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    version: u32,
    findings: Vec<Entry>,
}

/// Findings, split into those that a baseline records and new ones.
#[derive(Debug)]
pub struct Partition<T> {
    pub new: Vec<T>,
    /// How many findings the baseline records.
    pub known: usize,
    /// The entries that match no finding, although their file was read or no longer exists.
    pub stale: Vec<Entry>,
}

/// An error in a baseline file.
#[derive(Debug)]
pub struct BaselineError {
    path: PathBuf,
    kind: BaselineErrorKind,
}

#[derive(Debug)]
enum BaselineErrorKind {
    Read(ReadError),
    Json(serde_json::Error),
    Version(u32),
}

impl fmt::Display for BaselineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.path.display())?;
        match &self.kind {
            BaselineErrorKind::Read(error) => write!(f, "{error}"),
            BaselineErrorKind::Json(error) => write!(f, "invalid baseline: {error}"),
            BaselineErrorKind::Version(version) => write!(f, "unsupported baseline version {version}"),
        }
    }
}

impl std::error::Error for BaselineError {}

/// Whether a text is that of a baseline file.
pub(crate) fn is_baseline(text: &str) -> bool {
    serde_json::from_str::<Document>(text).is_ok()
}

impl Baseline {
    /// Reads a baseline file.
    pub fn read(path: &Path, files: &dyn Files) -> Result<Self, BaselineError> {
        let error = |kind| BaselineError {
            path: path.to_owned(),
            kind,
        };
        let text = files
            .read_text(path)
            .map_err(|cause| error(BaselineErrorKind::Read(cause)))?;
        let document: Document =
            serde_json::from_str(&text).map_err(|cause| error(BaselineErrorKind::Json(cause)))?;
        if document.version != VERSION {
            return Err(error(BaselineErrorKind::Version(document.version)));
        }
        let mut recorded = BTreeMap::new();
        for entry in document.findings {
            let count = entry.count;
            *recorded.entry(Key::from_entry(entry)).or_default() += count;
        }
        Ok(Self {
            base: base_directory(path, files),
            recorded,
        })
    }

    /// Splits findings into those that the baseline records and new ones.
    pub fn partition<T>(
        &self,
        findings: Vec<T>,
        sources: &Sources,
        secrets: &[Span],
        diagnostic: impl Fn(&T) -> &Diagnostic,
    ) -> Partition<T> {
        let mut unmatched = self.recorded.clone();
        let mut new = Vec::new();
        let mut known = 0;
        for finding in findings {
            let key = Key::from_finding(diagnostic(&finding), sources, secrets, &self.base);
            match key
                .and_then(|key| unmatched.get_mut(&key))
                .filter(|count| **count > 0)
            {
                Some(count) => {
                    *count -= 1;
                    known += 1;
                }
                None => new.push(finding),
            }
        }
        let read_files: Vec<String> = sources
            .ids()
            .filter_map(|file| sources.file(file).path())
            .map(|path| relative_name(path, &self.base, sources.files()))
            .collect();
        let could_match = |key: &Key| {
            key.file.is_empty()
                || read_files.contains(&key.file)
                || !sources.files().exists(&self.base.join(&key.file))
        };
        let stale = unmatched
            .into_iter()
            .filter(|(key, count)| *count > 0 && could_match(key))
            .map(|(key, count)| key.into_entry(count))
            .collect();
        Partition { new, known, stale }
    }
}

/// Renders a baseline file that records these findings, except for those about unread input.
#[must_use]
pub(crate) fn render(findings: &[Diagnostic], sources: &Sources, secrets: &[Span], path: &Path) -> String {
    let base = base_directory(path, sources.files());
    let mut counts: BTreeMap<Key, usize> = BTreeMap::new();
    for finding in findings {
        if let Some(key) = Key::from_finding(finding, sources, secrets, &base) {
            *counts.entry(key).or_default() += 1;
        }
    }
    let document = Document {
        version: VERSION,
        findings: counts
            .into_iter()
            .map(|(key, count)| key.into_entry(count))
            .collect(),
    };
    let mut text = json::to_lines(&document);
    text.push('\n');
    text
}

/// Makes fingerprints of findings, for programs that follow a finding from run to run. A fingerprint stays the same for as
/// long as a baseline takes the finding for the same one.
#[derive(Debug)]
pub(crate) struct Fingerprints<'a> {
    sources: &'a Sources,
    secrets: &'a [Span],
    /// How many findings have had each key.
    made: BTreeMap<Key, usize>,
}

impl<'a> Fingerprints<'a> {
    /// No finding has a fingerprint yet.
    #[must_use]
    pub(crate) fn new(sources: &'a Sources, secrets: &'a [Span]) -> Self {
        Self {
            sources,
            secrets,
            made: BTreeMap::new(),
        }
    }

    /// The fingerprint of a finding in a file, which no other finding of the run has.
    pub(crate) fn of(&mut self, finding: &Diagnostic, file: String) -> String {
        let key = Key::new(finding, file, self.sources, self.secrets);
        let text = [&key.file, &key.address, &key.rule, &key.value].map(String::as_str);
        let text = text.join("\n");
        let count = self.made.entry(key).or_default();
        *count += 1;
        hex(Sha256::digest(format!("{text}\n{count}")).iter().take(16))
    }
}

impl Key {
    /// The key of a finding. `None` if baselines do not record such findings.
    fn from_finding(finding: &Diagnostic, sources: &Sources, secrets: &[Span], base: &Path) -> Option<Self> {
        if reports_unread_input(finding.code) {
            return None;
        }
        let label = finding.primary.as_ref();
        let file = label.map_or_else(String::new, |label| {
            let source = sources.file(label.span.file);
            match source.path() {
                Some(path) => relative_name(path, base, sources.files()),
                None => source.name().to_owned(),
            }
        });
        Some(Self::new(finding, file, sources, secrets))
    }

    fn new(finding: &Diagnostic, file: String, sources: &Sources, secrets: &[Span]) -> Self {
        let label = finding.primary.as_ref().map(|label| label.span);
        // A short secret could be guessed from its hash, so the text is not hashed. Messages have no secrets.
        let overlaps = |span: Span, secret: &Span| {
            span.file == secret.file && span.start < secret.end && secret.start < span.end
        };
        let text = label.filter(|span| !secrets.iter().any(|secret| overlaps(*span, secret)));
        let text = text.map_or("", |span| sources.slice(span));
        let words: Vec<&str> = text.split_whitespace().collect();
        // The reasons for an unknown value differ between a configuration and a plan of it, so they are not hashed.
        let ignores_message = finding.code == UNKNOWN_VALUE.code() && finding.subject.is_some();
        let message = if ignores_message { "" } else { &finding.message };
        let hash = Sha256::digest(format!("{message}\n{}", words.join(" ")));
        Self {
            file,
            address: finding
                .subject
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
            rule: finding.code.to_string(),
            value: hex(hash.iter().take(8)),
        }
    }

    fn from_entry(entry: Entry) -> Self {
        Self {
            file: entry.file,
            address: entry.address,
            rule: entry.rule,
            value: entry.value,
        }
    }

    fn into_entry(self, count: usize) -> Entry {
        Entry {
            file: self.file,
            address: self.address,
            rule: self.rule,
            value: self.value,
            count,
        }
    }
}

fn hex<'b>(bytes: impl Iterator<Item = &'b u8>) -> String {
    bytes.fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn base_directory(path: &Path, files: &dyn Files) -> PathBuf {
    files.canonical_path(path.parent().unwrap_or(Path::new("")))
}

/// The path of a file relative to the directory of the baseline, with `/` as the separator.
fn relative_name(path: &Path, base: &Path, files: &dyn Files) -> String {
    let canonical = files.canonical_path(path);
    let mut levels = 0;
    let mut ancestor = Some(base);
    while let Some(directory) = ancestor {
        if let Ok(rest) = canonical.strip_prefix(directory) {
            let rest = rest.to_string_lossy().replace('\\', "/");
            return format!("{}{rest}", "../".repeat(levels));
        }
        levels += 1;
        ancestor = directory.parent();
    }
    canonical.to_string_lossy().into_owned()
}
