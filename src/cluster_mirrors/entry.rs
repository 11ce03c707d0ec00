//! Entries: a source and its mirrors.

use crate::diagnostic::Diagnostic;
use crate::model::{Input, Mirror};
use registries_conf::{PullKind, SourcePolicy, merge_mirrors};

/// A source and its mirrors, all of them known.
#[derive(Debug, Clone)]
pub(crate) struct Entry<'a> {
    /// `source`.
    pub source: &'a str,
    /// `mirrors`, in order.
    pub mirrors: Vec<&'a str>,
    /// The declaration.
    pub mirror: &'a Mirror,
    /// The input that declares it.
    pub input: &'a Input,
}

impl Entry<'_> {
    /// Whether it is an entry of a manifest, and not a resource of Terraform.
    #[must_use]
    pub(crate) fn is_from_manifest(&self) -> bool {
        self.mirror.address.resource().is_none()
    }

    /// Whether the source is contacted if no mirror has the image.
    #[must_use]
    pub(crate) fn policy(&self) -> SourcePolicy {
        self.mirror.policy().value().copied().unwrap_or_default()
    }
}

/// A mirror with unknown or sensitive values.
#[derive(Debug)]
pub(crate) struct UnresolvedMirror<'a> {
    /// The declaration.
    pub mirror: &'a Mirror,
    /// The input that declares it.
    pub input: &'a Input,
    /// One finding for each value that is unknown or sensitive.
    pub reasons: Vec<Diagnostic>,
}

/// All entries for one source and one kind of pull, as the nodes take them.
#[derive(Debug, Clone)]
pub(crate) struct MergedEntry<'a> {
    /// `source`.
    pub source: &'a str,
    /// The pulls that the mirrors serve.
    pub pull: PullKind,
    /// Whether the source is contacted if no mirror has the image.
    pub policy: SourcePolicy,
    /// The mirrors: in the declared order if there is one entry, else in the order that the Machine Config Operator
    /// makes of all lists.
    pub mirrors: Vec<&'a str>,
    /// The entries that are merged.
    pub entries: Vec<&'a Entry<'a>>,
}

impl<'a> MergedEntry<'a> {
    /// Merges entries for one source and one kind of pull. `None` if there are no entries.
    pub(super) fn new(entries: &[&'a Entry<'a>]) -> Option<Self> {
        let (first, others) = entries.split_first()?;
        let lists: Vec<&[&str]> = entries.iter().map(|entry| entry.mirrors.as_slice()).collect();
        Some(Self {
            source: first.source,
            pull: first.mirror.pull,
            policy: first.policy(),
            mirrors: if others.is_empty() {
                first.mirrors.clone()
            } else {
                merge_mirrors(first.source, &lists)
            },
            entries: entries.to_vec(),
        })
    }
}
