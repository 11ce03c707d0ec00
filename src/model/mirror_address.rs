//! What a mirror is called: a resource of Terraform, or an entry of a manifest.

use std::fmt;
use std::sync::Arc;

use terraform_eval::address::Address;

use super::manifest_kind::ManifestKind;

/// The name of a mirror, unique in its configuration.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum MirrorAddress {
    /// An instance of `rhcs_image_mirror`.
    Resource(Address),
    /// An entry of a manifest.
    Entry(EntryAddress),
}

impl MirrorAddress {
    /// The resource instance, where it is one.
    #[must_use]
    pub fn resource(&self) -> Option<&Address> {
        match self {
            Self::Resource(address) => Some(address),
            Self::Entry(_) => None,
        }
    }

    /// The kind of the manifest, where it is an entry of one.
    #[must_use]
    pub fn manifest(&self) -> Option<ManifestKind> {
        match self {
            Self::Resource(_) => None,
            Self::Entry(entry) => Some(entry.document.kind),
        }
    }
}

impl fmt::Display for MirrorAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Resource(address) => write!(f, "{address}"),
            Self::Entry(address) => write!(f, "{address}"),
        }
    }
}

/// An entry of a manifest: `ImageDigestMirrorSet/idms-release-0[3]`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct EntryAddress {
    /// The document.
    pub document: DocumentAddress,
    /// Its place in the document's list, from 0.
    pub index: usize,
}

impl fmt::Display for EntryAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}[{}]", self.document, self.index)
    }
}

/// A document among those that meet in one cluster. The order is that in which they were read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct DocumentAddress {
    /// Its place among all of them, from 0.
    pub position: usize,
    /// The cluster that they meet in, by a name for people.
    pub cluster: Arc<str>,
    /// Its kind.
    pub kind: ManifestKind,
    /// Its `metadata.name`, where it has one.
    pub name: Option<Arc<str>>,
    /// How many documents of the same kind and name come before it. It is shown where there are any: `#2`
    /// is the second one.
    pub before: usize,
}

impl fmt::Display for DocumentAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.kind)?;
        if let Some(name) = &self.name {
            write!(f, "/{name}")?;
        }
        if self.before > 0 {
            write!(f, "#{}", self.before + 1)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(name: Option<&str>, before: usize, index: usize) -> String {
        let document = DocumentAddress {
            position: 7,
            cluster: "cluster-resources".into(),
            kind: ManifestKind::DigestMirrorSet,
            name: name.map(Into::into),
            before,
        };
        MirrorAddress::Entry(EntryAddress { document, index }).to_string()
    }

    #[test]
    fn an_entry_address_has_the_document_and_the_index() {
        assert_eq!(
            entry(Some("release-0"), 0, 3),
            "ImageDigestMirrorSet/release-0[3]"
        );
        assert_eq!(entry(None, 0, 0), "ImageDigestMirrorSet[0]");
    }

    #[test]
    fn documents_with_the_same_name_are_distinguished() {
        assert_eq!(
            entry(Some("release-0"), 1, 0),
            "ImageDigestMirrorSet/release-0#2[0]"
        );
    }
}
