//! One file in the format of `registries.conf`, as its text has it. Nothing is checked yet.

use std::collections::BTreeMap;

/// A file. The fields are the keys of the file; absent keys are empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConfFile {
    /// The name of the file, for messages.
    pub name: String,
    /// The `[[registry]]` tables.
    pub registries: Vec<RegistryKeys>,
    /// `unqualified-search-registries`. An empty list replaces that of an earlier file, an absent one does not.
    pub search_registries: Option<Vec<String>>,
    /// `short-name-mode`.
    pub short_name_mode: String,
    /// `credential-helpers`.
    pub credential_helpers: Option<Vec<String>>,
    /// `[aliases]`.
    pub aliases: BTreeMap<String, String>,
    /// Whether the file has any key of the second version of the format, which are those above.
    pub is_version_2: bool,
    /// The keys of the first version, if the file has any.
    pub version_1: Option<Version1Keys>,
}

/// The keys of a `[[registry]]` table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RegistryKeys {
    /// `prefix`: the names that the table applies to. If it is empty, `location`.
    pub prefix: String,
    /// `location`: where these names are.
    pub location: String,
    /// `insecure`.
    pub insecure: bool,
    /// `blocked`.
    pub blocked: bool,
    /// `mirror-by-digest-only`: as `pull-from-mirror = "digest-only"` in each mirror.
    pub mirror_by_digest_only: bool,
    /// `pull-from-mirror`, which only a mirror may have.
    pub pull_from_mirror: String,
    /// The `[[registry.mirror]]` tables.
    pub mirrors: Vec<MirrorKeys>,
}

/// The keys of a `[[registry.mirror]]` table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MirrorKeys {
    /// `location`.
    pub location: String,
    /// `insecure`.
    pub insecure: bool,
    /// `pull-from-mirror`.
    pub pull_from_mirror: String,
}

/// The first version of the format: `[registries.search]`, `[registries.insecure]` and `[registries.block]`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Version1Keys {
    /// `registries` of `[registries.search]`.
    pub search: Vec<String>,
    /// `registries` of `[registries.insecure]`.
    pub insecure: Vec<String>,
    /// `registries` of `[registries.block]`.
    pub block: Vec<String>,
}
