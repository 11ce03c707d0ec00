//! Reads manifests that declare mirrors into the model: ImageDigestMirrorSet, ImageTagMirrorSet,
//! ImageContentSourcePolicy, HostedCluster, and what contains them: lists, and the `ConfigMap` of a `NodePool`. Also
//! reads the registry settings of a cluster: Image, and the configuration of a HostedCluster.
//!
//! A value that the API server rejects is not a read error but an issue of its document, and the rest of the document
//! is read. Documents of other kinds are skipped.
//!
//! | question | file |
//! |---|---|
//! | Can a text contain such a manifest? | `detect` |
//! | How does a text become documents? | `read` |
//! | What is a document? | `document` |
//! | Which kinds are there, and where is the list of each? | `objects` |
//! | What is in the entries of a list? | `entries` |
//! | What are the registry settings? | `registry_sources` |
//! | How is a document inside a string read? | `embedded` |
//! | How can a fix edit a string? | `literals` |
//! | What does the API server reject? | `issues` |
//! | How do documents become an input of the model? | `assemble` |

mod assemble;
mod detect;
mod document;
mod embedded;
mod entries;
mod error;
mod issues;
mod literals;
mod nodes;
mod objects;
mod read;
mod registry_sources;

pub(crate) use assemble::assemble_input;
pub(crate) use detect::has_manifest_marker;
pub(crate) use document::ManifestDocument;
pub(crate) use error::ManifestReadError;
pub(crate) use read::read_manifests;
