//! Image references, mirrors and `registries.conf`, as the container runtime (CRI-O, containers/image) sees them.
//! All functions are pure: they take text and do no I/O.
//!
//! The facts come from the programs that process a mirror on its way to a node: the schemas of
//! ImageDigestMirrorSet (openshift/api) and of HostedCluster (openshift/hypershift), the machine config operator
//! and `EditRegistriesConfig` (openshift/runtime-utils), and the parsing of references and tables in the container
//! runtime (containers/image: `docker/reference`, `sysregistriesv2`).
//!
//! # Which function answers which question
//!
//! | question | answer |
//! |---|---|
//! | Is a text a valid source or mirror? | [`is_valid_location`]; [`Location::parse`] splits it, [`Location::granularity`] tells what it stands for |
//! | What is wrong with it, and what was meant? | [`diagnose()`]: a [`Diagnosis`] with each [`NameIssue`] in order; [`Diagnosis::suggest_name`] corrects them |
//! | Does it have a registry host? | [`is_short_name`], [`expand_short_name`] |
//! | Is a source valid, and can it match an image? | [`can_match`] |
//! | Why does a valid source match no image? | [`find_match_issue`]: the [`UnmatchableReason`] and a [`SuggestedName`] |
//! | Why does a valid mirror fail every pull? | [`find_rewrite_issue`]: the [`UnrewritableReason`], the [`AffectedImages`] and a [`SuggestedName`] |
//! | How long may image names under a source be? | [`max_image_name_length`] |
//! | What image does a text name? | [`ImageReference::parse_normalized`], [`ImageReference::parse_canonical`] |
//! | Which images does a node try for the name in a pod? | [`ImageName::parse`], then [`RegistriesConf::candidates`] |
//! | What does a node load from its files? | [`RegistriesConf::load`], of each [`ConfFile`] |
//! | Does a source match an image? | [`matched_length`]; [`matching_entries`] for many names and sources, [`Registries::matching_sources`] for all sources of a node |
//! | What is an image called at a mirror? | [`rewrite()`] |
//! | In which order are several lists for one source tried? | [`merge_mirrors`] |
//! | Do the nodes accept these settings? | [`RegistrySettings::validate`], then [`RegistrySettings::to_tables`], then [`Registries::from_tables`] |
//! | Where does a node pull an image from? | [`Registries::resolve`]: a [`Resolution`] with each [`PullSource`] |
//! | Is a source allowed, blocked, insecure? | [`is_within_scope`], [`is_valid_scope`]; [`ScopeMap`] for many names and scopes |
//! | Which credentials does a node send? | [`AuthFile::look_up`]: the [`Credentials`] of a name; [`AuthFile::traps`] for keys that seem to match |
//! | Which images does a credential provider have credentials for? | [`matches_image`] |
//! | Is a mirror the node itself? | [`is_loopback`] |
//! | How much does a HostedCluster accept? | [`MAX_SOURCES`], [`MAX_MIRRORS_PER_SOURCE`], [`MAX_LOCATION_LENGTH`] |
//!
//! # From settings to pulls
//!
//! ```text
//! RegistrySettings { entries, insecure, blocked, allowed, search }
//!     │ validate, to_tables
//!     ▼
//! Vec<RegistryTable> ─from_settings─▶ RegistriesConf { registries, search_registries, aliases } ◀─load─ ConfFile
//!                                         │ candidates
//!                                         ▼
//! text ─parse─▶ ImageName ──────────▶ ImageReference, … ─resolve─▶ Resolution { pull_sources, … }
//! ```
//!
//! # Example
//!
//! ```
//! use registries_conf::{
//!     ImageReference, MirrorEntry, PullKind, Registries, RegistrySettings, SourcePolicy,
//! };
//!
//! let settings = RegistrySettings {
//!     entries: vec![MirrorEntry {
//!         source: "quay.io/org".to_owned(),
//!         mirrors: vec!["mirror.example.com/quay".to_owned()],
//!         pull_kind: PullKind::DigestOnly,
//!         policy: SourcePolicy::AllowContacting,
//!     }],
//!     insecure: vec!["mirror.example.com".to_owned()],
//!     ..RegistrySettings::default()
//! };
//! // What the machine config operator does.
//! settings.validate()?;
//! let tables = settings.to_tables()?;
//! assert_eq!(tables[0].location, "quay.io/org");
//! assert_eq!(tables[0].mirrors[0].location, "mirror.example.com/quay");
//! assert!(tables[0].mirrors[0].insecure);
//!
//! // What the container runtime does.
//! let registries = Registries::from_tables(&tables)?;
//! let digest = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
//! let image = ImageReference::parse_normalized(&format!("quay.io/org/app@{digest}"))?;
//! let resolution = registries.resolve(&image);
//! assert_eq!(resolution.source.as_deref(), Some("quay.io/org"));
//! let pull_sources = resolution.pull_sources?;
//! let names: Vec<&str> = pull_sources.iter().map(|source| source.reference.name()).collect();
//! assert_eq!(names, ["mirror.example.com/quay/app", "quay.io/org/app"]);
//!
//! // The mirror does not serve pulls by tag.
//! let image = ImageReference::parse_normalized("quay.io/org/app:v1")?;
//! assert_eq!(registries.resolve(&image).pull_sources?.len(), 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod alias;
mod char_runs;
mod conf_file;
mod credentials;
mod diagnose;
mod digest;
mod docker_hub;
mod grammar;
mod hosted_cluster;
mod image_name;
mod image_reference;
mod location;
mod loopback;
mod match_images;
mod match_issue;
mod matching;
mod merge_order;
mod name_issue;
mod node_version;
mod registries;
mod registries_conf;
mod resolve;
mod rewrite;
mod rewrite_issue;
mod scope;
mod scope_map;
mod settings;
mod short_name;
mod short_name_mode;
mod suggestion;
mod tables;
#[cfg(test)]
mod testing;

pub use alias::{Alias, AliasError, AliasErrorCause, Aliases};
pub use conf_file::{ConfFile, MirrorKeys, RegistryKeys, Version1Keys};
pub use credentials::{AuthFile, AuthValue, Credentials, KeyTrap};
pub use diagnose::{Diagnosis, diagnose};
pub use digest::DigestError;
pub use docker_hub::DOCKER_HUB;
pub use grammar::{Role, is_valid_location};
pub use hosted_cluster::{MAX_LOCATION_LENGTH, MAX_MIRRORS_PER_SOURCE, MAX_SOURCES};
pub use image_name::{ImageName, ShortName};
pub use image_reference::{ImageReference, MAX_IMAGE_NAME_LENGTH, ReferenceError};
pub use location::{Granularity, Location};
pub use loopback::is_loopback;
pub use match_images::matches_image;
pub use match_issue::{MatchIssue, UnmatchableReason, can_match, find_match_issue};
pub use matching::{matched_length, matching_entries};
pub use merge_order::merge_mirrors;
pub use name_issue::{NameIssue, NameIssueKind, TextEdit};
pub use node_version::{AmbiguousNames, InvalidNodeVersion, NodeVersion};
pub use registries::{Registries, RegistriesError};
pub use registries_conf::{
    CandidateOrigin, Candidates, CandidatesError, ConfError, ConfErrorCause, RegistriesConf,
};
pub use resolve::{PullSource, Resolution, RewriteError};
pub use rewrite::rewrite;
pub use rewrite_issue::{
    AffectedImages, RewriteIssue, UnrewritableReason, find_rewrite_issue, max_image_name_length,
};
pub use scope::{is_valid_scope, is_within_scope};
pub use scope_map::ScopeMap;
pub use settings::{MirrorEntry, PullKind, RegistrySettings, SEARCH_REGISTRIES, SettingsError, SourcePolicy};
pub use short_name::{expand_short_name, is_short_name};
pub use short_name_mode::ShortNameMode;
pub use suggestion::{SuggestedName, SuggestionApplicability};
pub use tables::{MirrorTable, NestedScopeError, PullFromMirror, RegistryTable};

/// Runs the example of the README as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
