//! Addresses of mirrors: a Terraform resource, or an entry of a manifest.

use std::fmt;
use std::sync::Arc;

use registries_conf::PullKind;
use terraform_eval::address::Address;

use super::manifest_kind::ManifestKind;

/// The address of a mirror, unique in its input.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum MirrorAddress {
    /// An instance of `rhcs_image_mirror`.
    Resource(Address),
    /// An entry of a manifest.
    Entry(EntryAddress),
}

impl MirrorAddress {
    /// The address of the resource instance. `None` for an entry of a manifest.
    #[must_use]
    pub fn resource(&self) -> Option<&Address> {
        match self {
            Self::Resource(address) => Some(address),
            Self::Entry(_) => None,
        }
    }

    /// The kind of the manifest. `None` for a resource.
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

/// An entry of a manifest: `ImageDigestMirrorSet/idms-release-0[3]`; or a table of a node: `registries.conf[3]`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct EntryAddress {
    /// The document that contains the entry.
    pub document: DocumentAddress,
    /// The position in the document's list, from 0.
    pub index: usize,
    /// The pulls that it is for. A table of a node has mirrors for both kinds, which are two entries with one name.
    pub pull: PullKind,
}

impl EntryAddress {
    /// Whether both are of one table of a node.
    pub(super) fn is_same_table(&self, other: &Self) -> bool {
        self.document.kind == ManifestKind::RegistriesConf
            && (&self.document, self.index) == (&other.document, other.index)
    }
}

impl fmt::Display for EntryAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.document.write_object(f)?;
        write!(f, "[{}]", self.index)?;
        self.document.write_resource(f)
    }
}

/// One of the documents of a cluster. They are ordered as they were read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct DocumentAddress {
    /// The position among the documents, from 0.
    pub position: usize,
    /// The name of the cluster, for messages.
    pub cluster: Arc<str>,
    /// The kind of the document.
    pub kind: ManifestKind,
    /// `metadata.name`, if there is one.
    pub name: Option<Arc<str>>,
    /// How many documents of the same kind and name precede it. The second one is displayed with `#2`.
    pub before: usize,
    /// The address of the Terraform resource that applies the document, if one does.
    pub resource: Option<Arc<str>>,
}

impl DocumentAddress {
    /// Writes the kind and the name: of a drop-in, `registries.conf.d/` and the name of the file.
    fn write_object(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.kind)?;
        if let Some(name) = &self.name {
            let directory = match self.kind {
                ManifestKind::RegistriesConf => ".d",
                _ => "",
            };
            write!(f, "{directory}/{name}")?;
        }
        if self.before > 0 {
            write!(f, "#{}", self.before + 1)?;
        }
        Ok(())
    }

    /// Writes the Terraform resource: ` in kubernetes_manifest.mirrors`.
    fn write_resource(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.resource {
            Some(resource) => write!(f, " in {resource}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for DocumentAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_object(f)?;
        self.write_resource(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(name: Option<&str>, before: usize) -> DocumentAddress {
        DocumentAddress {
            position: 7,
            cluster: "cluster-resources".into(),
            kind: ManifestKind::DigestMirrorSet,
            name: name.map(Into::into),
            before,
            resource: None,
        }
    }

    fn entry(name: Option<&str>, before: usize, index: usize) -> String {
        let document = document(name, before);
        let pull = PullKind::DigestOnly;
        MirrorAddress::Entry(EntryAddress {
            document,
            index,
            pull,
        })
        .to_string()
    }

    #[test]
    fn the_terraform_resource_is_displayed() {
        let document = DocumentAddress {
            resource: Some("kubernetes_manifest.mirrors".into()),
            ..document(Some("release-0"), 0)
        };
        assert_eq!(
            document.to_string(),
            "ImageDigestMirrorSet/release-0 in kubernetes_manifest.mirrors"
        );
        assert_eq!(
            EntryAddress {
                document,
                index: 3,
                pull: PullKind::DigestOnly
            }
            .to_string(),
            "ImageDigestMirrorSet/release-0[3] in kubernetes_manifest.mirrors"
        );
    }

    #[test]
    fn an_entry_is_displayed_with_its_document_and_position() {
        assert_eq!(
            entry(Some("release-0"), 0, 3),
            "ImageDigestMirrorSet/release-0[3]"
        );
        assert_eq!(entry(None, 0, 0), "ImageDigestMirrorSet[0]");
    }

    #[test]
    fn documents_of_the_same_name_are_numbered() {
        assert_eq!(
            entry(Some("release-0"), 1, 0),
            "ImageDigestMirrorSet/release-0#2[0]"
        );
    }
}
