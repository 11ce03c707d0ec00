//! Findings that were there before: a list of them in a file, so that only new ones count.
//!
//! An entry is known by its file, its resource, its rule and a hash of what it says about which text:
//! moved lines do not matter, and a finding about another value is a new one. How often it occurs is
//! counted, so that the list takes in no more than it was made of.

use std::collections::BTreeMap;
use std::fmt;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::diagnostic::Diagnostic;
use crate::rules::{UNKNOWN_VALUE, reports_unread_input};
use terraform_eval::source::{Files, ReadError, Sources, Span};

/// The version of the format.
const VERSION: u32 = 1;

/// A list of known findings.
#[derive(Debug, Clone)]
pub struct Baseline {
    /// The directory that the names of files count from.
    base: PathBuf,
    known: BTreeMap<Key, usize>,
}

/// What a finding is known by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    file: String,
    address: String,
    rule: String,
    value: String,
}

/// A finding in the file of the baseline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The file that it stands in, from the directory of the baseline; empty where it stands in none.
    pub file: String,
    /// The resource instance with its module; empty where it is about none.
    pub address: String,
    /// The rule.
    pub rule: String,
    /// A hash of what it says.
    pub value: String,
    /// How often.
    pub count: usize,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    version: u32,
    findings: Vec<Entry>,
}

/// Findings with those taken out that the baseline knows.
#[derive(Debug)]
pub struct Partition<T> {
    /// What is new.
    pub new: Vec<T>,
    /// How many are known.
    pub known: usize,
    /// What is known and was not found, though its file was read or is gone.
    pub stale: Vec<Entry>,
}

/// Why a baseline file could not be used.
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

impl Baseline {
    /// Reads a baseline file.
    pub fn read(path: &Path, files: &dyn Files) -> Result<Self, BaselineError> {
        let error = |kind| BaselineError {
            path: path.to_owned(),
            kind,
        };
        let text = files
            .read_text(path)
            .map_err(|read| error(BaselineErrorKind::Read(read)))?;
        let document: Document =
            serde_json::from_str(&text).map_err(|json| error(BaselineErrorKind::Json(json)))?;
        if document.version != VERSION {
            return Err(error(BaselineErrorKind::Version(document.version)));
        }
        let mut known = BTreeMap::new();
        for entry in document.findings {
            let count = entry.count;
            *known.entry(Key::of_entry(entry)).or_default() += count;
        }
        Ok(Self {
            base: base_of(path, files),
            known,
        })
    }

    /// Takes out of the findings what is known.
    pub fn partition<T>(
        &self,
        findings: Vec<T>,
        sources: &Sources,
        secrets: &[Span],
        diagnostic: impl Fn(&T) -> &Diagnostic,
    ) -> Partition<T> {
        let mut open = self.known.clone();
        let mut rest = Vec::new();
        let mut known = 0;
        for finding in findings {
            let key = Key::of(diagnostic(&finding), sources, secrets, &self.base);
            match key.and_then(|key| open.get_mut(&key)).filter(|count| **count > 0) {
                Some(count) => {
                    *count -= 1;
                    known += 1;
                }
                None => rest.push(finding),
            }
        }
        let read: Vec<String> = sources
            .ids()
            .filter_map(|file| sources.file(file).path())
            .map(|path| name_of(path, &self.base, sources.files()))
            .collect();
        let looked_at = |key: &Key| {
            key.file.is_empty()
                || read.contains(&key.file)
                || !sources.files().exists(&self.base.join(&key.file))
        };
        let stale = open
            .into_iter()
            .filter(|(key, count)| *count > 0 && looked_at(key))
            .map(|(key, count)| key.entry(count))
            .collect();
        Partition {
            new: rest,
            known,
            stale,
        }
    }
}

/// The text of a baseline that knows these findings. What could not be read is never in it.
#[must_use]
pub fn render(findings: &[Diagnostic], sources: &Sources, secrets: &[Span], path: &Path) -> String {
    let base = base_of(path, sources.files());
    let mut known: BTreeMap<Key, usize> = BTreeMap::new();
    for finding in findings {
        if let Some(key) = Key::of(finding, sources, secrets, &base) {
            *known.entry(key).or_default() += 1;
        }
    }
    let document = Document {
        version: VERSION,
        findings: known.into_iter().map(|(key, count)| key.entry(count)).collect(),
    };
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

impl Key {
    fn of(finding: &Diagnostic, sources: &Sources, secrets: &[Span], base: &Path) -> Option<Self> {
        if reports_unread_input(finding.code) {
            return None;
        }
        let label = finding.primary.as_ref().map(|label| label.span);
        let file = label.map_or_else(String::new, |span| {
            let source = sources.file(span.file);
            match source.path() {
                Some(path) => name_of(path, base, sources.files()),
                None => source.name().to_owned(),
            }
        });
        // The hash of a short secret can be guessed; what the message says of it holds no secret.
        let overlaps = |span: Span, secret: &Span| {
            span.file == secret.file && span.start < secret.end && secret.start < span.end
        };
        let text = label.filter(|span| !secrets.iter().any(|secret| overlaps(*span, secret)));
        let text = text.map_or("", |span| sources.slice(span));
        let words: Vec<&str> = text.split_whitespace().collect();
        // Why a mirror's value is open is said otherwise of a plan than of the configuration behind it.
        let open = finding.code == UNKNOWN_VALUE.code() && finding.subject.is_some();
        let said = if open { "" } else { &finding.message };
        let hash = Sha256::digest(format!("{said}\n{}", words.join(" ")));
        Some(Self {
            file,
            address: finding
                .subject
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
            rule: finding.code.to_string(),
            value: hex(hash.iter().take(8)),
        })
    }

    fn of_entry(entry: Entry) -> Self {
        Self {
            file: entry.file,
            address: entry.address,
            rule: entry.rule,
            value: entry.value,
        }
    }

    fn entry(self, count: usize) -> Entry {
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

fn base_of(path: &Path, files: &dyn Files) -> PathBuf {
    files.canonical_path(path.parent().unwrap_or(Path::new("")))
}

/// The name of a file from the directory of the baseline, with `/` between its parts.
fn name_of(path: &Path, base: &Path, files: &dyn Files) -> String {
    let canonical = files.canonical_path(path);
    let mut ups = 0;
    let mut from = Some(base);
    while let Some(directory) = from {
        if let Ok(rest) = canonical.strip_prefix(directory) {
            let rest = rest.to_string_lossy().replace('\\', "/");
            return format!("{}{rest}", "../".repeat(ups));
        }
        ups += 1;
        from = directory.parent();
    }
    canonical.to_string_lossy().into_owned()
}
