//! `registries.conf` and its drop-ins as the container runtime loads them (`tryUpdatingCache` and
//! `loadConfigFile` of containers/image), and the images that a name stands for.

use std::collections::BTreeSet;
use std::fmt;

use crate::alias::{AliasError, Aliases};
use crate::conf_file::{ConfFile, MirrorKeys, RegistryKeys, Version1Keys};
use crate::grammar::is_registry;
use crate::image_name::{ImageName, ShortName};
use crate::image_reference::{ImageReference, ReferenceError};
use crate::registries::{Registries, RegistriesError, normalize_location};
use crate::settings::RegistrySettings;
use crate::short_name_mode::ShortNameMode;
use crate::tables::{MirrorTable, PullFromMirror, RegistryTable};

/// What a node has loaded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RegistriesConf {
    /// The tables.
    pub registries: Registries,
    /// The registries that are tried for a short name, in order.
    pub search_registries: Vec<String>,
    /// The file that sets the search registries.
    pub search_file: String,
    /// The short-name mode of the files, which CRI-O ignores.
    pub short_name_mode: Option<ShortNameMode>,
    /// The aliases of short names.
    pub aliases: Aliases,
}

/// Why the container runtime rejects a file. No image at all can be pulled then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfError {
    /// The file.
    pub file: String,
    /// The position of the `[[registry]]` table that is rejected, if it is one.
    pub table: Option<usize>,
    /// What is wrong with it.
    pub cause: ConfErrorCause,
}

/// What is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConfErrorCause {
    /// The tables are invalid.
    Registries(RegistriesError),
    /// This table, which is not a mirror, has `pull-from-mirror`.
    PullFromMirrorOfRegistry(String),
    /// A mirror has `pull-from-mirror` in a table with `mirror-by-digest-only`.
    PullFromMirrorTwice(String),
    /// An unknown value of `pull-from-mirror`.
    PullFromMirror(String),
    /// A search registry that is not `host` or `host:port`.
    SearchRegistry(String),
    /// An unknown value of `short-name-mode`.
    ShortNameMode(String),
    /// An invalid alias.
    Alias(AliasError),
    /// Keys of both versions of the format.
    MixedVersions,
    /// A drop-in in the first version of the format.
    Version1DropIn,
}

impl fmt::Display for ConfError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.file, self.cause)
    }
}

impl fmt::Display for ConfErrorCause {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Registries(error) => error.fmt(formatter),
            Self::PullFromMirrorOfRegistry(scope) => {
                write!(
                    formatter,
                    "registry {scope:?} has pull-from-mirror, which only a mirror may have"
                )
            }
            Self::PullFromMirrorTwice(mirror) => write!(
                formatter,
                "mirror {mirror:?} has pull-from-mirror in a registry with mirror-by-digest-only"
            ),
            Self::PullFromMirror(value) => write!(formatter, "unsupported pull-from-mirror {value:?}"),
            Self::SearchRegistry(registry) => {
                write!(
                    formatter,
                    "search registry {registry:?} is not a host or host:port"
                )
            }
            Self::ShortNameMode(mode) => write!(formatter, "invalid short-name-mode {mode:?}"),
            Self::Alias(error) => error.fmt(formatter),
            Self::MixedVersions => formatter.write_str("keys of both versions of the format"),
            Self::Version1DropIn => {
                formatter.write_str("a drop-in cannot have the first version of the format")
            }
        }
    }
}

impl std::error::Error for ConfError {}

/// The images that a name stands for, in the order in which they are tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidates {
    /// The images, as the container runtime pulls them. At least one.
    pub references: Vec<ImageReference>,
    /// Why it is these.
    pub origin: CandidateOrigin,
}

/// Why a name stands for its candidates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CandidateOrigin {
    /// The name has a registry.
    FullName,
    /// The name is an alias in this file. Search registries are not tried.
    Alias(String),
    /// This file has the search registries.
    SearchRegistries(String),
}

/// Why a name stands for no image, so that the pull fails before anything is contacted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CandidatesError {
    /// The name is invalid.
    Name(ReferenceError),
    /// The name is short, and there are no search registries.
    NoSearchRegistries,
    /// The short name is invalid in a search registry.
    InRegistry {
        /// The registry.
        registry: String,
        /// What is wrong with the name.
        cause: ReferenceError,
    },
    /// The name stands for this many images, and the short-name mode is enforcing.
    Ambiguous(usize),
}

impl fmt::Display for CandidatesError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(error) => error.fmt(formatter),
            Self::NoSearchRegistries => {
                formatter.write_str("the name has no registry, and there are no search registries")
            }
            Self::InRegistry { registry, cause } => {
                write!(formatter, "in search registry {registry:?}: {cause}")
            }
            Self::Ambiguous(count) => write!(
                formatter,
                "the name has no registry and stands for {count} images, which the enforcing short-name mode rejects"
            ),
        }
    }
}

impl std::error::Error for CandidatesError {}

impl RegistriesConf {
    /// Loads `registries.conf` and its drop-ins, in the order of their names.
    pub fn load(main: &ConfFile, drop_ins: &[ConfFile]) -> Result<Self, ConfError> {
        let mut conf = load_file(main)?;
        for drop_in in drop_ins {
            if drop_in.version_1.is_some() {
                return Err(ConfError {
                    file: drop_in.name.clone(),
                    table: None,
                    cause: ConfErrorCause::Version1DropIn,
                });
            }
            let later = load_file(drop_in)?;
            // A table replaces the one of an earlier file for the same names.
            conf.registries.tables.extend(later.registries.tables);
            if drop_in.search_registries.is_some() {
                conf.search_registries = later.search_registries;
                conf.search_file = later.search_file;
            }
            conf.short_name_mode = later.short_name_mode.or(conf.short_name_mode);
            conf.aliases.update(later.aliases);
        }
        Ok(conf)
    }

    /// What a node loads that the machine config operator configured with these settings and their tables. It has no
    /// aliases, which come with the operating system.
    pub fn from_settings(
        settings: &RegistrySettings,
        tables: &[RegistryTable],
    ) -> Result<Self, ConfErrorCause> {
        let search_registries = settings.search_registries();
        let search_registries = search_registries
            .iter()
            .map(|registry| search_registry(registry))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            registries: Registries::from_tables(tables).map_err(ConfErrorCause::Registries)?,
            search_registries,
            search_file: settings.search_file().to_owned(),
            short_name_mode: None,
            aliases: Aliases::default(),
        })
    }

    /// The images that a name stands for (`shortnames.Resolve`, then CRI-O drops a tag beside a digest).
    pub fn candidates(&self, name: &ImageName, mode: ShortNameMode) -> Result<Candidates, CandidatesError> {
        match name {
            ImageName::Full(reference) => Ok(Candidates {
                references: vec![reference.clone()],
                origin: CandidateOrigin::FullName,
            }),
            ImageName::Short(short_name) => self.candidates_of_short_name(short_name, mode),
        }
    }

    fn candidates_of_short_name(
        &self,
        name: &ShortName,
        mode: ShortNameMode,
    ) -> Result<Candidates, CandidatesError> {
        if let Some((target, file)) = self.aliases.find(name.name()) {
            return Ok(Candidates {
                references: vec![name.at_alias(target)],
                origin: CandidateOrigin::Alias(file.to_owned()),
            });
        }
        if self.search_registries.is_empty() {
            return Err(CandidatesError::NoSearchRegistries);
        }
        let in_registry = |registry: &String| {
            name.in_registry(registry)
                .map_err(|cause| CandidatesError::InRegistry {
                    registry: registry.clone(),
                    cause,
                })
        };
        let references: Vec<ImageReference> = self
            .search_registries
            .iter()
            .map(in_registry)
            .collect::<Result<_, _>>()?;
        if mode == ShortNameMode::Enforcing && references.len() > 1 {
            return Err(CandidatesError::Ambiguous(references.len()));
        }
        Ok(Candidates {
            references,
            origin: CandidateOrigin::SearchRegistries(self.search_file.clone()),
        })
    }
}

fn load_file(file: &ConfFile) -> Result<RegistriesConf, ConfError> {
    let error = |cause| ConfError {
        file: file.name.clone(),
        table: None,
        cause,
    };
    let converted = match &file.version_1 {
        Some(_) if file.is_version_2 => return Err(error(ConfErrorCause::MixedVersions)),
        Some(keys) => Some(convert_version_1(keys).map_err(error)?),
        None => None,
    };
    let error_in = |position: usize, cause| ConfError {
        // The tables of the first version are not in the file.
        table: converted.is_none().then_some(position),
        ..error(cause)
    };
    let (registries, search_registries) = match &converted {
        Some((registries, search)) => (registries, search.as_slice()),
        None => (
            &file.registries,
            file.search_registries.as_deref().unwrap_or_default(),
        ),
    };
    let tables: Vec<RegistryTable> = registries
        .iter()
        .enumerate()
        .map(|(position, keys)| table(keys).map_err(|cause| error_in(position, cause)))
        .collect::<Result<_, _>>()?;
    let registries = Registries::load(&tables)
        .map_err(|(position, cause)| error_in(position, ConfErrorCause::Registries(cause)))?;
    let search_registries = search_registries
        .iter()
        .map(|registry| search_registry(registry))
        .collect::<Result<_, _>>()
        .map_err(error)?;
    let short_name_mode = match file.short_name_mode.as_str() {
        "" => None,
        word => Some(
            ShortNameMode::from_word(word)
                .ok_or_else(|| error(ConfErrorCause::ShortNameMode(word.to_owned())))?,
        ),
    };
    let aliases = Aliases::from_table(&file.aliases, &file.name)
        .map_err(|cause| error(ConfErrorCause::Alias(cause)))?;
    Ok(RegistriesConf {
        registries,
        search_registries,
        search_file: file.name.clone(),
        short_name_mode,
        aliases,
    })
}

fn table(keys: &RegistryKeys) -> Result<RegistryTable, ConfErrorCause> {
    if !keys.pull_from_mirror.is_empty() {
        let scope = if keys.prefix.is_empty() {
            &keys.location
        } else {
            &keys.prefix
        };
        return Err(ConfErrorCause::PullFromMirrorOfRegistry(scope.clone()));
    }
    let mirrors = keys
        .mirrors
        .iter()
        .map(|mirror| mirror_table(mirror, keys.mirror_by_digest_only));
    Ok(RegistryTable {
        prefix: keys.prefix.clone(),
        location: keys.location.clone(),
        insecure: keys.insecure,
        blocked: keys.blocked,
        mirrors: mirrors.collect::<Result<_, _>>()?,
    })
}

fn mirror_table(keys: &MirrorKeys, by_digest_only: bool) -> Result<MirrorTable, ConfErrorCause> {
    let pull_from_mirror = match keys.pull_from_mirror.as_str() {
        "" if by_digest_only => PullFromMirror::DigestOnly,
        "" => PullFromMirror::All,
        _ if by_digest_only => return Err(ConfErrorCause::PullFromMirrorTwice(keys.location.clone())),
        word => [
            PullFromMirror::All,
            PullFromMirror::DigestOnly,
            PullFromMirror::TagOnly,
        ]
        .into_iter()
        .find(|value| value.word() == word)
        .ok_or_else(|| ConfErrorCause::PullFromMirror(word.to_owned()))?,
    };
    Ok(MirrorTable {
        // CRI-O 1.33 and later remove trailing slashes of mirrors in files.
        location: normalize_location(&keys.location).map_err(ConfErrorCause::Registries)?,
        insecure: keys.insecure,
        pull_from_mirror,
    })
}

fn search_registry(text: &str) -> Result<String, ConfErrorCause> {
    let registry = normalize_location(text).map_err(ConfErrorCause::Registries)?;
    if is_registry(&registry) {
        Ok(registry)
    } else {
        Err(ConfErrorCause::SearchRegistry(registry))
    }
}

/// The keys of the first version as those of the second: its tables and search registries.
fn convert_version_1(keys: &Version1Keys) -> Result<(Vec<RegistryKeys>, Vec<String>), ConfErrorCause> {
    let normalize = |list: &[String]| -> Result<BTreeSet<String>, ConfErrorCause> {
        list.iter()
            .map(|location| normalize_location(location).map_err(ConfErrorCause::Registries))
            .collect()
    };
    let (block, insecure) = (normalize(&keys.block)?, normalize(&keys.insecure)?);
    let registry = |location: &String| RegistryKeys {
        location: location.clone(),
        insecure: insecure.contains(location),
        blocked: block.contains(location),
        ..RegistryKeys::default()
    };
    let registries = block.union(&insecure).map(registry).collect();
    Ok((registries, keys.search.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, search: &[&str]) -> ConfFile {
        ConfFile {
            name: name.to_owned(),
            search_registries: Some(search.iter().map(|registry| (*registry).to_owned()).collect()),
            is_version_2: true,
            ..ConfFile::default()
        }
    }

    fn registry(location: &str, mirror: &str) -> RegistryKeys {
        RegistryKeys {
            location: location.to_owned(),
            mirrors: vec![MirrorKeys {
                location: mirror.to_owned(),
                ..MirrorKeys::default()
            }],
            ..RegistryKeys::default()
        }
    }

    fn candidates(
        conf: &RegistriesConf,
        image: &str,
        mode: ShortNameMode,
    ) -> Result<Vec<String>, CandidatesError> {
        let name = ImageName::parse(image).map_err(CandidatesError::Name)?;
        let candidates = conf.candidates(&name, mode)?;
        Ok(candidates.references.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_short_name_is_searched_in_order_and_an_alias_is_not_searched() {
        let mut main = file("registries.conf", &["registry.access.redhat.com", "docker.io"]);
        main.aliases
            .insert("fedora".to_owned(), "quay.io/fedora".to_owned());
        let conf = RegistriesConf::load(&main, &[]).unwrap();
        assert_eq!(
            candidates(&conf, "nginx", ShortNameMode::Disabled).unwrap(),
            [
                "registry.access.redhat.com/nginx:latest",
                "docker.io/library/nginx:latest"
            ]
        );
        assert_eq!(
            candidates(&conf, "fedora:42", ShortNameMode::Enforcing).unwrap(),
            ["quay.io/fedora:42"]
        );
        assert_eq!(
            candidates(&conf, "nginx", ShortNameMode::Enforcing),
            Err(CandidatesError::Ambiguous(2))
        );
    }

    #[test]
    fn drop_ins_replace_the_search_list_and_tables_with_the_same_prefix() {
        let mut main = file("registries.conf", &["docker.io"]);
        main.registries = vec![
            registry("quay.io", "one.example.com"),
            registry("docker.io", "hub.example.com"),
        ];
        let mut drop_in = ConfFile {
            name: "99.conf".to_owned(),
            registries: vec![registry("quay.io", "two.example.com/")],
            ..ConfFile::default()
        };
        let load = |drop_in: &ConfFile| RegistriesConf::load(&main, std::slice::from_ref(drop_in)).unwrap();
        let conf = load(&drop_in);
        let mirrors = conf
            .registries
            .tables()
            .map(|table| table.mirrors[0].location.as_str());
        assert_eq!(
            mirrors.collect::<Vec<_>>(),
            ["hub.example.com", "two.example.com"]
        );
        assert_eq!(conf.search_file, "registries.conf");
        drop_in.search_registries = Some(Vec::new());
        assert_eq!(
            candidates(&load(&drop_in), "nginx", ShortNameMode::Disabled),
            Err(CandidatesError::NoSearchRegistries)
        );
    }

    #[test]
    fn the_first_version_has_lists_and_does_not_mix_with_the_second() {
        let keys = Version1Keys {
            search: vec!["quay.io".to_owned()],
            insecure: vec!["a.io".to_owned(), "b.io/".to_owned()],
            block: vec!["b.io".to_owned()],
        };
        let mut main = ConfFile {
            version_1: Some(keys),
            ..ConfFile::default()
        };
        let conf = RegistriesConf::load(&main, &[]).unwrap();
        let tables: Vec<_> = conf
            .registries
            .tables()
            .map(|table| (table.location.as_str(), table.insecure, table.blocked))
            .collect();
        assert_eq!(tables, [("a.io", true, false), ("b.io", true, true)]);
        assert_eq!(conf.search_registries, ["quay.io"]);
        let drop_in = RegistriesConf::load(&ConfFile::default(), std::slice::from_ref(&main));
        assert_eq!(drop_in.unwrap_err().cause, ConfErrorCause::Version1DropIn);
        main.is_version_2 = true;
        assert_eq!(
            RegistriesConf::load(&main, &[]).unwrap_err().cause,
            ConfErrorCause::MixedVersions
        );
    }

    #[test]
    fn what_the_container_runtime_rejects_is_an_error() {
        let cause = |keys: RegistryKeys| {
            let file = ConfFile {
                registries: vec![keys],
                ..ConfFile::default()
            };
            RegistriesConf::load(&file, &[]).unwrap_err().cause
        };
        let text = |text: &str| text.to_owned();
        let mut keys = registry("docker.io", "m.io");
        keys.mirrors[0].pull_from_mirror = text("digests");
        assert_eq!(
            cause(keys.clone()),
            ConfErrorCause::PullFromMirror(text("digests"))
        );
        keys.mirror_by_digest_only = true;
        assert_eq!(
            cause(keys.clone()),
            ConfErrorCause::PullFromMirrorTwice(text("m.io"))
        );
        keys.pull_from_mirror = text("all");
        assert_eq!(
            cause(keys),
            ConfErrorCause::PullFromMirrorOfRegistry(text("docker.io"))
        );
        let prefix_only = RegistryKeys {
            prefix: text("docker.io"),
            ..RegistryKeys::default()
        };
        assert_eq!(
            cause(prefix_only),
            ConfErrorCause::Registries(RegistriesError::MissingLocation(text("docker.io")))
        );
        for search in ["docker.io/library", "docker.io ", ""] {
            let error = RegistriesConf::load(&file("f", &[search]), &[]).unwrap_err();
            assert_eq!(error.cause, ConfErrorCause::SearchRegistry(text(search)));
        }
    }
}
