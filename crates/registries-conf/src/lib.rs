//! Image names as the container runtime sees them. Pure: text in, answer out.
//!
//! The facts are those of the programs that a mirror passes through: the schema of ImageDigestMirrorSet
//! (openshift/api), the machine config operator and `EditRegistriesConfig` (openshift/runtime-utils), and
//! the runtime's own reading of names and tables (containers/image: `docker/reference`,
//! `sysregistriesv2`).
//!
//! # What to ask
//!
//! | question | answer |
//! |---|---|
//! | Is it a source, a mirror? | [`is_valid`]; [`Name::parse`] takes it apart, [`Name::place`] says what it stands for |
//! | Why not, and what was meant? | [`diagnose()`]: a [`Diagnosis`] with each [`Mistake`] in order, and its [`repair`](Diagnosis::repair) |
//! | Has it a host? | [`is_short`], [`full_name`] |
//! | Does a valid source match nothing? | [`unmatchable()`]: the [`Reason`] and a [`Repair`] |
//! | Does a valid mirror fail every pull? | [`unrewritable`]: the [`RewriteFault`], its [`Extent`] and a [`Repair`] |
//! | How long may names under a source be? | [`longest_name`] |
//! | What image does a text name? | [`Reference::normalized`], [`Reference::canonical`] |
//! | Does a source match an image, and which counts? | [`matched_length`], [`longest_match`] |
//! | What is the image called at a mirror? | [`rewrite()`] |
//! | In which order are several lists for one source tried? | [`merged_mirrors`] |
//! | Do the nodes take these settings? | [`Settings::validate`], then [`Settings::tables`], then [`Registries::load`] |
//! | Where does a node look for an image? | [`Registries::resolve`]: a [`Resolution`] with each [`Try`] |
//! | Is a source allowed, blocked, insecure? | [`covering`], [`is_nested`], [`is_scope`] |
//! | Is a mirror the node itself? | [`is_local`] |
//!
//! # The way to the node
//!
//! ```text
//! Settings { entries, insecure, blocked, allowed } ─validate─▶ tables: Vec<Table> ─load─▶ Registries
//!                                                                                             │
//!                                                        text ─normalized─▶ Reference ─resolve┴▶ Resolution
//! ```

mod diagnose;
mod digest;
mod grammar;
mod hub;
mod load;
mod local;
mod matching;
mod mistake;
mod name;
mod order;
mod reference;
mod repair;
mod resolve;
mod rewritable;
mod rewrite;
mod runs;
mod scope;
mod settings;
mod short;
mod tables;
mod unmatchable;

pub use diagnose::{Diagnosis, LENGTH_LIMIT, diagnose};
pub use digest::DigestError;
pub use grammar::{Role, is_valid};
pub use hub::DOCKER_HUB;
pub use load::{LoadError, Registries};
pub use local::is_local;
pub use matching::{longest_match, matched_length};
pub use mistake::{Edit, Fault, Mistake};
pub use name::{Name, Place};
pub use order::merged_mirrors;
pub use reference::{NAME_LIMIT, Reference, ReferenceError};
pub use repair::{Repair, Safety};
pub use resolve::{Resolution, RewriteError, Try};
pub use rewritable::{Extent, RewriteFault, Unrewritable, longest_name, unrewritable};
pub use rewrite::rewrite;
pub use scope::{covering, is_nested, is_scope};
pub use settings::{Entry, Pull, Settings, SettingsError, SourcePolicy};
pub use short::{full_name, is_short};
pub use tables::{MirrorTable, NestedInWildcard, SEARCH_REGISTRIES, Table};
pub use unmatchable::{Reason, Unmatchable, unmatchable};
