//! Which program and version evaluates a root module, and what says so.
//!
//! In this order: the command line, the configuration file, the pins of version managers, files that only OpenTofu reads,
//! the registry in the lock file, `required_version`; else the newest known version of Terraform.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::workspace::configuration_names::is_for_opentofu;
use crate::workspace::input_files::InputFiles;
use crate::workspace::lock_file::locked_registry;
use crate::workspace::options::{EngineVersion, Options};
use crate::workspace::terraform_files::configuration_files;
use terraform_eval::dialect::{Dialect, Engine};
use terraform_eval::modules::{Module, requirements};
use terraform_eval::source::{Sources, Span, display_name};
use terraform_eval::version::{Version, VersionRange};

/// The dialect of a root module, and what decided it.
#[derive(Debug, Clone)]
pub struct DialectChoice {
    /// The program and version.
    pub dialect: Dialect,
    /// What says which program it is.
    pub engine_reason: String,
    /// What says which version it is.
    pub version_reason: String,
    /// Whether nothing says which program it is, so that another one may be tried.
    pub is_engine_open: bool,
    /// Whether nothing but `required_version` says which version it is.
    pub is_version_open: bool,
}

/// Another program or version that may accept what the chosen one rejects.
#[derive(Debug, Clone)]
pub(crate) struct Candidate {
    pub(crate) engine: Engine,
    /// The version; `None` for the newest one that the modules admit.
    version: Option<Version>,
    /// Why it is taken, if it accepts the configuration.
    reason: String,
}

impl DialectChoice {
    /// What to try if the program rejects the configuration: the other program and the next version, as far as nothing
    /// says which one evaluates.
    pub(crate) fn candidates(&self) -> Vec<Candidate> {
        let candidate = |engine: Engine, version: Option<Version>| {
            let accepting = match version {
                Some(Version(major, minor, _)) => format!("{engine} {major}.{minor}"),
                None => engine.to_string(),
            };
            Candidate {
                engine,
                version,
                reason: format!(
                    "{} rejects the configuration, and {accepting} accepts it",
                    self.dialect
                ),
            }
        };
        let mut candidates = Vec::new();
        if self.is_engine_open {
            candidates.push(candidate(Engine::OpenTofu, None));
        }
        let engine = if self.is_engine_open {
            Engine::OpenTofu
        } else {
            self.dialect.engine()
        };
        let preview = engine.preview().filter(|version| {
            self.is_version_open
                && VersionRange::exactly(*version)
                    .and(self.dialect.admitted())
                    .first()
                    == *version
        });
        candidates.extend(preview.map(|version| candidate(engine, Some(version))));
        candidates
    }
}

/// What is known of the dialect before the configuration is read.
#[derive(Debug, Clone, Default)]
pub(crate) struct Evidence {
    engine: Option<(Engine, String)>,
    version: Option<(WantedVersion, String)>,
}

/// The version that a person or a version manager asks for.
#[derive(Debug, Clone, Copy)]
enum WantedVersion {
    Exactly(EngineVersion),
    Within(VersionRange),
    /// The newest version that exists.
    Newest,
    /// The newest version that `required_version` admits.
    NewestAdmitted,
    /// The oldest version that `required_version` admits.
    OldestAdmitted,
}

const COMMAND_LINE: &str = "command line";
const DEFAULT: &str = "default";

/// A longer file of a version manager is not read.
const MAX_PIN_BYTES: u64 = 4096;

/// The files that pin the version of one program, in the order in which tenv looks for them.
const PIN_FILES: [(&str, Engine); 4] = [
    (".opentofu-version", Engine::OpenTofu),
    (".tofuswitchrc", Engine::OpenTofu),
    (".terraform-version", Engine::Terraform),
    (".tfswitchrc", Engine::Terraform),
];

/// The file of asdf and mise, which pins several tools.
const TOOL_VERSIONS: &str = ".tool-versions";

impl Evidence {
    /// What is known of a directory. Pins count up to the top of the project tree.
    pub(crate) fn of(
        directory: &Path,
        tree: &Path,
        options: &Options,
        pins: &mut Pins,
        files: &mut InputFiles,
    ) -> Self {
        let mut evidence = Self {
            engine: options.engine.map(|engine| (engine, COMMAND_LINE.to_owned())),
            version: options
                .engine_version
                .map(|version| (WantedVersion::Exactly(version), COMMAND_LINE.to_owned())),
        };
        evidence.add_settings(directory, files);
        let engine = evidence.engine.as_ref().map(|(engine, _)| *engine);
        if evidence.version.is_none()
            && let Some(pin) = pins.nearest(directory, tree, engine, files)
        {
            evidence.engine.get_or_insert((pin.engine, pin.location.clone()));
            evidence.version = pin.version.map(|version| (version, pin.location));
        }
        if evidence.engine.is_none() {
            evidence.engine = engine_of_files(directory, tree, files);
        }
        evidence
    }

    /// The program, as far as anything says so.
    pub(crate) fn engine(&self) -> Option<Engine> {
        self.engine.as_ref().map(|(engine, _)| *engine)
    }

    /// The evidence for a candidate.
    pub(crate) fn of_candidate(&self, candidate: &Candidate) -> Self {
        let version = candidate.version.map(|version| {
            let version = EngineVersion {
                version,
                has_patch: false,
            };
            (WantedVersion::Exactly(version), candidate.reason.clone())
        });
        Self {
            engine: self
                .engine
                .clone()
                .or_else(|| Some((candidate.engine, candidate.reason.clone()))),
            version: version.or_else(|| self.version.clone()),
        }
    }

    fn add_settings(&mut self, directory: &Path, files: &mut InputFiles) {
        let InputFiles { configs, sources, .. } = files;
        let Some(config) = configs.nearest(directory, sources) else {
            return;
        };
        let (engine, version) = (config.engine(), config.engine_version());
        if let (None, Some((engine, span))) = (&self.engine, engine) {
            self.engine = Some((engine, location(span, sources)));
        }
        if let (None, Some((version, span))) = (&self.version, version) {
            self.version = Some((WantedVersion::Exactly(version), location(span, sources)));
        }
    }

    /// The dialect, once the root module is read.
    /// All modules that the root module reaches may require versions.
    pub(crate) fn choose(&self, modules: &[&Module], sources: &Sources) -> DialectChoice {
        let required = |engine| Required::of(engine, modules, sources);
        let (engine, engine_reason, is_engine_open) = match &self.engine {
            Some((engine, reason)) => (*engine, reason.clone(), false),
            // A version without a program is that of the default program.
            None => (Engine::Terraform, DEFAULT.to_owned(), self.version.is_none()),
        };
        let required = required(engine);
        let newest_admitted = || match Dialect::within(engine, required.range) {
            Some(dialect) if required.is_set() => (dialect, required.reason()),
            _ => (Dialect::newest(engine), DEFAULT.to_owned()),
        };
        let (dialect, version_reason) = match &self.version {
            None => newest_admitted(),
            Some((wanted, reason)) => {
                let dialect = match wanted {
                    WantedVersion::Exactly(version) => {
                        Dialect::exactly(engine, version.version, version.has_patch)
                    }
                    WantedVersion::Within(range) => {
                        Dialect::within(engine, *range).unwrap_or_else(|| Dialect::newest(engine))
                    }
                    WantedVersion::Newest => Dialect::newest(engine),
                    WantedVersion::NewestAdmitted => newest_admitted().0,
                    WantedVersion::OldestAdmitted => Dialect::exactly(engine, required.range.first(), true),
                };
                (dialect, reason.clone())
            }
        };
        DialectChoice {
            dialect,
            engine_reason,
            version_reason,
            is_engine_open,
            is_version_open: self.version.is_none(),
        }
    }
}

/// The versions that the modules of a root module require of a program.
struct Required {
    range: VersionRange,
    /// Where they are required.
    locations: Vec<String>,
}

impl Required {
    fn of(engine: Engine, modules: &[&Module], sources: &Sources) -> Self {
        let constraints = modules
            .iter()
            .flat_map(|module| requirements::required_versions(module, engine, sources));
        let mut required = Self {
            range: VersionRange::ALL,
            locations: Vec::new(),
        };
        for (constraint, span) in constraints {
            if let Ok(range) = VersionRange::parse(&constraint) {
                required.range = required.range.and(range);
                required.locations.push(location(span, sources));
            }
        }
        required
    }

    fn is_set(&self) -> bool {
        !self.locations.is_empty()
    }

    fn reason(&self) -> String {
        format!("required_version at {}", self.locations.join(" and "))
    }
}

fn location(span: Span, sources: &Sources) -> String {
    let file = sources.file(span.file);
    format!("{}:{}", file.name(), file.location(span.range().start).line)
}

/// What a version manager pins.
#[derive(Debug, Clone)]
struct Pin {
    engine: Engine,
    /// The version; `None` if the file names something that is not a version, such as `system`.
    version: Option<WantedVersion>,
    location: String,
}

/// The pins in directories, each read once: the modules of a project share their ancestors.
#[derive(Debug, Default)]
pub(crate) struct Pins(BTreeMap<PathBuf, Vec<Pin>>);

impl Pins {
    /// The pin in the nearest directory that has one for the program, up to the top of the project tree.
    fn nearest(
        &mut self,
        directory: &Path,
        tree: &Path,
        engine: Option<Engine>,
        files: &InputFiles,
    ) -> Option<Pin> {
        let mut inside = directory
            .ancestors()
            .take_while(|ancestor| ancestor.starts_with(tree));
        inside.find_map(|ancestor| {
            let known = self.0.entry(ancestor.to_owned());
            let pins = known.or_insert_with(|| pins_in(ancestor, tree, files));
            let wanted = pins
                .iter()
                .find(|pin| engine.is_none_or(|engine| engine == pin.engine));
            wanted.cloned()
        })
    }
}

/// The pins in a directory, in the order in which they count.
fn pins_in(directory: &Path, tree: &Path, files: &InputFiles) -> Vec<Pin> {
    let mut pins = Vec::new();
    // Hardly any directory has one of the files, so one look at the directory is cheaper than one for each.
    let entries = files.sources.files().list(directory).into_iter().flatten();
    let hidden = entries.filter(|entry| entry.name.as_encoded_bytes().starts_with(b"."));
    let present: BTreeSet<Arc<OsStr>> = hidden.map(|entry| entry.name).collect();
    for (name, engine) in PIN_FILES {
        if !present.contains(OsStr::new(name)) {
            continue;
        }
        let path = directory.join(name);
        let text = read_pin(&path, tree, files).unwrap_or_default();
        let mut lines = text.lines().map(word).enumerate();
        if let Some((index, word)) = lines.find(|(_, word)| !word.is_empty()) {
            pins.push(Pin {
                engine,
                version: parse_pin(word),
                location: format!("{}:{}", shown(&path, files), index + 1),
            });
        }
    }
    if !present.contains(OsStr::new(TOOL_VERSIONS)) {
        return pins;
    }
    let path = directory.join(TOOL_VERSIONS);
    let text = read_pin(&path, tree, files).unwrap_or_default();
    pins.extend(text.lines().enumerate().filter_map(|(index, line)| {
        let mut words = line.split_whitespace();
        let engine = Engine::from_word(words.next()?)?;
        Some(Pin {
            engine,
            version: parse_pin(words.next()?),
            location: format!("{}:{}", shown(&path, files), index + 1),
        })
    }));
    pins
}

/// The text of a file of a version manager, unless it is a link that leads out of the tree.
fn read_pin(path: &Path, tree: &Path, files: &InputFiles) -> Option<String> {
    if files.leads_out(path, tree) {
        return None;
    }
    let bytes = files.sources.files().read_bounded(path, MAX_PIN_BYTES).ok()??;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

fn shown(path: &Path, files: &InputFiles) -> String {
    display_name(&files.trees.shown_path(path))
}

/// A line without its comment.
fn word(line: &str) -> &str {
    line.split('#').next().unwrap_or_default().trim()
}

/// What a version manager reads as a version: a version, a constraint, or one of tenv's and tfenv's words.
fn parse_pin(text: &str) -> Option<WantedVersion> {
    match text {
        "latest" | "latest-stable" | "latest-pre" => return Some(WantedVersion::Newest),
        "latest-allowed" => return Some(WantedVersion::NewestAdmitted),
        "min-required" => return Some(WantedVersion::OldestAdmitted),
        _ => {}
    }
    if let Some(pattern) = text.strip_prefix("latest:") {
        return pattern_range(pattern).map(WantedVersion::Within);
    }
    if let Ok(version) = text.parse() {
        return Some(WantedVersion::Exactly(version));
    }
    VersionRange::parse(text).ok().map(WantedVersion::Within)
}

/// The minor version that a pattern of tfenv begins with: `^1\.11\.`.
fn pattern_range(pattern: &str) -> Option<VersionRange> {
    let plain = pattern.trim_start_matches('^').replace('\\', "");
    let mut numbers = plain.split('.').map(str::parse);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => Some(VersionRange::minor(major, minor)),
        _ => None,
    }
}

/// The program whose files are in a directory: a file that only `OpenTofu` reads, or a lock file of its registry.
fn engine_of_files(directory: &Path, tree: &Path, files: &mut InputFiles) -> Option<(Engine, String)> {
    let configuration: Vec<PathBuf> = configuration_files(directory, files.sources.files());
    if let Some(path) = configuration.iter().find(|path| is_for_opentofu(path)) {
        let reason = format!("{}, which only OpenTofu reads", shown(path, files));
        return Some((Engine::OpenTofu, reason));
    }
    let shown_directory = files.trees.shown_path(directory);
    let (engine, span) = locked_registry(&shown_directory, tree, files)?;
    Some((engine, location(span, &files.sources)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pinned(text: &str) -> String {
        match parse_pin(text) {
            Some(WantedVersion::Exactly(version)) => format!("exactly {version}"),
            Some(WantedVersion::Within(range)) => Dialect::within(Engine::Terraform, range)
                .map_or_else(|| "none".to_owned(), |dialect| format!("within: {dialect}")),
            Some(WantedVersion::Newest) => "newest".to_owned(),
            Some(WantedVersion::NewestAdmitted) => "newest admitted".to_owned(),
            Some(WantedVersion::OldestAdmitted) => "oldest admitted".to_owned(),
            None => "nothing".to_owned(),
        }
    }

    #[test]
    fn pins_are_versions_constraints_and_words() {
        for (text, expected) in [
            ("1.11.4", "exactly 1.11.4"),
            ("v1.11", "exactly 1.11"),
            ("1.16.0-rc2", "exactly 1.16.0"),
            ("latest", "newest"),
            ("latest:^1\\.9\\.", "within: Terraform 1.9"),
            ("latest-allowed", "newest admitted"),
            ("min-required", "oldest admitted"),
            ("~> 1.10.0", "within: Terraform 1.10"),
            ("system", "nothing"),
        ] {
            assert_eq!(pinned(text), expected, "{text}");
        }
    }
}
