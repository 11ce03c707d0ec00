//! Mirrors that a cluster has already: `rosa list image-mirrors -o json`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Deserialize;

use crate::diagnostic::{Diagnostic, Severity};

use super::super::Part;
use super::super::capabilities::LOSS;

/// The mirrors of a list by source.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listed {
    ids: BTreeMap<String, String>,
}

/// Why a text is no list of mirrors.
#[derive(Debug)]
pub enum InvalidList {
    /// It is not of the form that `rosa` prints.
    Form(serde_json::Error),
    /// An id has letters that no id has.
    Id(String),
    /// Two mirrors have one source, which those of one cluster never have.
    Twice(String),
}

impl fmt::Display for InvalidList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Form(error) => write!(f, "not the output of `rosa list image-mirrors -o json`: {error}"),
            Self::Id(id) => write!(f, "invalid mirror id {id:?}"),
            Self::Twice(source) => write!(
                f,
                "two mirrors have the source {source:?}, so the list cannot be of a single cluster"
            ),
        }
    }
}

impl std::error::Error for InvalidList {}

/// One mirror of the list. Of what else there is, nothing is needed.
#[derive(Deserialize)]
struct Mirror {
    id: String,
    source: String,
}

impl Listed {
    /// Reads what `rosa list image-mirrors -o json` prints.
    pub fn read(text: &str) -> Result<Self, InvalidList> {
        let mirrors: Vec<Mirror> = serde_json::from_str(text).map_err(InvalidList::Form)?;
        let mut ids = BTreeMap::new();
        for Mirror { id, source } in mirrors {
            let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
            if id.is_empty() || !id.bytes().all(is_plain) {
                return Err(InvalidList::Id(id));
            }
            if ids.contains_key(&source) {
                return Err(InvalidList::Twice(source));
            }
            ids.insert(source, id);
        }
        Ok(Self { ids })
    }
}

/// The list, as far as it concerns one cluster.
pub(super) struct Imports<'l> {
    ids: BTreeMap<&'l str, &'l str>,
    left_over: Vec<&'l str>,
}

impl<'l> Imports<'l> {
    pub(super) fn of(part: &Part<'_>, listed: Option<&'l Listed>) -> Self {
        let wanted: BTreeSet<&str> = part.entries.iter().map(|entry| entry.source).collect();
        let all = listed.iter().flat_map(|listed| &listed.ids);
        let (there, left_over): (Vec<_>, Vec<_>) = all
            .map(|(source, id)| (source.as_str(), id.as_str()))
            .partition(|(source, _)| wanted.contains(source));
        Self {
            ids: there.into_iter().collect(),
            left_over: left_over.into_iter().map(|(source, _)| source).collect(),
        }
    }

    /// The id of the mirror of a source.
    pub(super) fn id(&self, source: &str) -> Option<&'l str> {
        self.ids.get(source).copied()
    }

    /// What the cluster has and the input does not.
    pub(super) fn left_over(&self) -> Option<Diagnostic> {
        if self.left_over.is_empty() {
            return None;
        }
        let sources: Vec<String> = self
            .left_over
            .iter()
            .map(|source| format!("{source:?}"))
            .collect();
        let sources = sources.join(", ");
        let message = format!("the cluster has mirrors that are not in the input: {sources}");
        let finding = Diagnostic::new(LOSS, Severity::Warning, message);
        Some(
            finding
                .help("these mirrors are not imported; add them to the input to manage them with Terraform"),
        )
    }
}
