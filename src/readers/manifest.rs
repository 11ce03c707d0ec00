//! Reads manifests that declare mirrors into the model: ImageDigestMirrorSet, ImageTagMirrorSet,
//! ImageContentSourcePolicy, HostedCluster, the lists of an `install-config.yaml`, and what contains them: lists,
//! templates, policies, sync sets, manifest works, the texts of a `ConfigMap`, and any other object with complete ones in
//! it. Also reads the registry settings of a cluster: Image, and the configuration of a HostedCluster.
//!
//! A value that the API server rejects is not a read error but an issue of its document, and the rest of the document
//! is read. Documents of other kinds are skipped. Text that declares a mirror set and cannot be opened is [`unopened::Unopened`].
//!
//! | question | file |
//! |---|---|
//! | Can a text contain such a manifest? | `detect` |
//! | How does a text become documents? | `read` |
//! | What is a document? | `document` |
//! | Which objects contain others? | `collect` |
//! | What could not be opened? | `unopened` |
//! | What are the parameters of a `Template`? | `template` |
//! | Which kinds are there, and where is the list of each? | `objects` |
//! | What is the name of an object, and which one has it last? | `names`, `overwritten` |
//! | What is in the entries of a list? | `entries` |
//! | What are the registry settings? | `registry_sources` |
//! | How is a document inside a string read? | `embedded` |
//! | How can a fix edit a string? | `literals` |
//! | What does the API server reject? | `issues` |
//! | How do documents become an input of the model? | `assemble` |
//! | Which resource types of Terraform apply manifests? | `resource_types` |
//! | Which manifests do the resources of an input apply, and to which cluster? | `applied` |
//! | Which blocks of Terraform declare mirrors and are not read? | `carrier` |
//! | What is unknown or sensitive in them? | `evaluated` |

mod applied;
mod assemble;
mod carrier;
mod collect;
mod detect;
mod document;
mod embedded;
mod entries;
mod error;
mod evaluated;
mod image_policy;
mod issues;
mod literals;
mod names;
mod nodes;
mod objects;
mod overwritten;
mod read;
mod registry_sources;
mod resource_types;
mod template;
mod unopened;

pub(crate) use applied::AppliedManifests;
pub(crate) use assemble::assemble_input;
pub(crate) use carrier::{Carrier, MIRROR_WORDS, has_mirror_word, names_mirrors};
pub(crate) use detect::{declares_mirrors, has_manifest_marker, may_be_encoded, names_lists};
pub(crate) use document::{ApplyingResource, ManifestDocument};
pub(crate) use error::ManifestReadError;
pub(crate) use evaluated::EvaluatedValues;
pub(crate) use literals::{ManifestText, Texts};
pub(crate) use overwritten::mark_overwritten;
pub(crate) use read::{ReadManifests, read_manifests};
pub(crate) use resource_types::{
    HIDDEN_FIELD, ManifestForm, ManifestResourceType, QUOTED_TYPES, can_carry_manifests, is_helm_release,
    manifest_type, manifest_type_of, names_mirror_set, splits_documents,
};
