//! Mirrors that a cluster has already: the output of `rosa list image-mirrors -o json`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Deserialize;

use crate::cluster_mirrors::MergedEntry;
use crate::diagnostic::{Code, Diagnostic, Severity};

/// The ids of the mirrors that a cluster has already, by source.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExistingMirrors {
    ids: BTreeMap<String, String>,
}

/// Why a text is not a list of existing mirrors.
#[derive(Debug)]
pub enum ExistingMirrorsError {
    /// It does not have the form that `rosa` prints.
    Form(serde_json::Error),
    /// A mirror has an id with characters that no id has.
    Id(String),
    /// Two mirrors have this source, which a cluster does not allow.
    DuplicateSource(String),
}

impl fmt::Display for ExistingMirrorsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Form(error) => write!(f, "not the output of `rosa list image-mirrors -o json`: {error}"),
            Self::Id(id) => write!(f, "invalid mirror id {id:?}"),
            Self::DuplicateSource(source) => write!(
                f,
                "two mirrors have the source {source:?}, so the list cannot be of a single cluster"
            ),
        }
    }
}

impl std::error::Error for ExistingMirrorsError {}

/// The fields of a listed mirror that are needed.
#[derive(Deserialize)]
struct ListedMirror {
    id: String,
    source: String,
}

impl ExistingMirrors {
    /// Parses the output of `rosa list image-mirrors -o json`.
    pub fn parse(text: &str) -> Result<Self, ExistingMirrorsError> {
        let mirrors: Vec<ListedMirror> = serde_json::from_str(text).map_err(ExistingMirrorsError::Form)?;
        let mut ids = BTreeMap::new();
        for ListedMirror { id, source } in mirrors {
            let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
            if id.is_empty() || !id.bytes().all(is_allowed) {
                return Err(ExistingMirrorsError::Id(id));
            }
            if ids.contains_key(&source) {
                return Err(ExistingMirrorsError::DuplicateSource(source));
            }
            ids.insert(source, id);
        }
        Ok(Self { ids })
    }
}

/// The existing mirrors of one cluster, compared with its entries.
pub(in crate::convert) struct ClusterImports<'l> {
    ids: BTreeMap<&'l str, &'l str>,
    missing: Vec<&'l str>,
}

impl<'l> ClusterImports<'l> {
    pub(in crate::convert) fn new(
        entries: &[MergedEntry<'_>],
        existing: Option<&'l ExistingMirrors>,
    ) -> Self {
        let sources: BTreeSet<&str> = entries.iter().map(|entry| entry.source).collect();
        let existing = existing.iter().flat_map(|existing| &existing.ids);
        let (ids, missing): (BTreeMap<&str, &str>, BTreeMap<&str, &str>) = existing
            .map(|(source, id)| (source.as_str(), id.as_str()))
            .partition(|(source, _)| sources.contains(source));
        Self {
            ids,
            missing: missing.into_keys().collect(),
        }
    }

    /// The id of the existing mirror with a source.
    pub(in crate::convert) fn id(&self, source: &str) -> Option<&'l str> {
        self.ids.get(source).copied()
    }

    /// The finding that the cluster has mirrors that are not in the input.
    pub(in crate::convert) fn missing_from_input(&self) -> Option<Diagnostic> {
        if self.missing.is_empty() {
            return None;
        }
        let sources: Vec<String> = self.missing.iter().map(|source| format!("{source:?}")).collect();
        let message = format!(
            "the cluster has mirrors that are not in the input: {}",
            sources.join(", ")
        );
        let finding = Diagnostic::new(Code::LossyConversion, Severity::Warning, message);
        Some(
            finding
                .help("these mirrors are not imported; add them to the input to manage them with Terraform"),
        )
    }
}
