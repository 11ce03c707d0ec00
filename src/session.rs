//! A session: the loaded project with the settings, suppressions and baseline that apply to it. `check` and `fix` share
//! it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::civil::Date;

use crate::baseline::{self, Baseline, BaselineError};
use crate::check::{CheckContext, CheckSettings, Report, check};
use crate::config::{self, Config, ShownDialect};
use crate::diagnostic::{Code, Diagnostic, Severity, nearest_of};
use crate::model::{ImageSet, Input, Policy, Requirements};
use crate::output::check::{FORMATS, Format, find_format};
use crate::parallel::Threads;
use crate::rules::report_key_traps;
use crate::settings::{Levels, RuleSelection, RuleSettings, override_file_levels};
use crate::suppress::Suppressions;
use crate::untrusted::one_line;
use crate::workspace::{InputPaths, Loaded, Options};
use terraform_eval::hashing::HashMap;
use terraform_eval::source::{FileId, Files, display_name};

/// The options of a session.
#[derive(Debug, Clone)]
pub struct SessionOptions {
    /// The inputs.
    pub inputs: InputPaths,
    /// How the inputs are loaded.
    pub load: Options,
    /// The rule selection of the command line, which takes precedence over configuration files.
    pub selection: RuleSelection,
    /// Whether informational findings about planned changes are reported.
    pub changes_info: bool,
    /// A baseline file whose findings are left out of the report.
    pub baseline: Option<PathBuf>,
    /// The pull secret and the images that the user gives. The policy is that of the configuration files.
    pub requirements: Requirements,
    /// The texts of image sets that the user gives beside the inputs, with their names.
    pub image_sets: Vec<(String, String, ImageSet)>,
    /// The current date: suppressions that are valid until an earlier date have expired.
    pub today: Date,
}

/// A loaded project, and the settings, suppressions and baseline of its check.
#[derive(Debug)]
pub struct Session {
    /// The loaded project.
    pub loaded: Loaded,
    selection: RuleSelection,
    settings: CheckSettings,
    suppressions: Suppressions,
    baseline: Option<Baseline>,
    threads: Threads,
}

impl Session {
    /// Loads the inputs, their settings and suppressions, and the baseline.
    pub fn open(options: &SessionOptions) -> Result<Self, BaselineError> {
        let mut loaded = options.inputs.load(&options.load);
        let mut image_sets = std::mem::take(&mut loaded.image_sets);
        for (name, text, set) in &options.image_sets {
            let file = loaded.sources.add(name.as_str(), text.as_str());
            image_sets.push(set.clone().in_file(file, name));
        }
        let requirements = Requirements {
            image_sets: image_sets.into(),
            credential_images: loaded.project.credential_images().cloned().collect(),
            ..options.requirements.clone()
        };
        let settings = CheckSettings {
            changes_info: options.changes_info,
            ..check_settings(&options.selection, &requirements, &mut loaded)
        };
        if let Some(secret) = &options.requirements.pull_secret {
            loaded.project.diagnostics.extend(report_key_traps(secret));
        }
        let suppressions = Suppressions::find(&loaded.sources, &loaded.unrelated_files, options.today);
        let baseline = options.baseline.as_deref();
        let baseline = baseline.map(|path| Baseline::read(path, loaded.sources.files()));
        Ok(Self {
            baseline: baseline.transpose()?,
            selection: options.selection.clone(),
            threads: options.load.threads,
            loaded,
            settings,
            suppressions,
        })
    }

    /// Errors in configuration files. If there are any, the session must not be used for anything else.
    #[must_use]
    pub fn configuration_errors(&self) -> &[Diagnostic] {
        &self.loaded.configs.diagnostics
    }

    /// The output format that the configuration file of the current directory sets. An error if there is no such format.
    pub(crate) fn output_format(&mut self) -> Result<Option<&'static Format>, Box<Diagnostic>> {
        let Loaded { configs, sources, .. } = &mut self.loaded;
        let config = configs.nearest(Path::new("."), sources);
        let Some((name, span)) = config.and_then(Config::output_format) else {
            return Ok(None);
        };
        find_format(name).map(Some).ok_or_else(|| {
            let names = FORMATS.iter().map(|format| format.name);
            let help = match nearest_of(name, names.clone()) {
                Some(nearest) => format!("did you mean `{nearest}`?"),
                None => format!("expected one of {}", names.collect::<Vec<_>>().join(", ")),
            };
            let message = format!("unknown value for `output-format`: `{name}`");
            let error = Diagnostic::new(Code::Configuration, Severity::Error, message);
            Box::new(error.at(span, "").help(help))
        })
    }

    /// Runs the rules on the loaded project.
    #[must_use]
    pub fn check(&self) -> Report<'_> {
        let context = CheckContext {
            sources: &self.loaded.sources,
            settings: &self.settings,
            suppressions: &self.suppressions,
            baseline: self.baseline.as_ref(),
            threads: self.threads,
        };
        check(&self.loaded.project, context)
    }

    /// The text of a baseline file at `path` that records the current findings.
    #[must_use]
    pub fn render_baseline(&self, path: &Path) -> String {
        let findings = self.check().findings;
        let Loaded { sources, project, .. } = &self.loaded;
        baseline::render(&findings, sources, &project.sensitive.spans, path)
    }

    /// Reads a baseline file, whose findings are left out of later reports.
    pub fn read_baseline(&mut self, path: &Path) -> Result<(), BaselineError> {
        self.baseline = Some(Baseline::read(path, self.loaded.sources.files())?);
        Ok(())
    }

    /// The effective settings of each root module, each with the place where it is set.
    pub(crate) fn render_settings(&mut self) -> String {
        let mut parts = Vec::new();
        let loaded = &mut self.loaded;
        let mut inputs: Vec<(PathBuf, Vec<&Input>)> = Vec::new();
        for (directory, input) in loaded.directories.iter().zip(&loaded.project.inputs) {
            // Manifests that Terraform applies have the settings of their root module.
            match inputs.last_mut().filter(|(last, _)| last == directory) {
                Some((_, of_directory)) if input.manifest_facts().applied_by.is_some() => {
                    of_directory.push(input);
                }
                _ => inputs.push((directory.clone(), vec![input])),
            }
        }
        let inputs = inputs.into_iter().map(|(directory, of_directory)| {
            let mirrors = of_directory.into_iter().flat_map(|input| &input.mirrors);
            let files = mirrors.filter_map(|mirror| loaded.sources.file(mirror.span.file).path());
            (directory, files.map(Path::to_owned).collect())
        });
        let inputs: Vec<(PathBuf, BTreeSet<PathBuf>)> = inputs.collect();
        for (directory, files) in inputs {
            let Loaded {
                configs,
                sources,
                dialects,
                ..
            } = &mut *loaded;
            let config = configs.nearest(&directory, sources).cloned();
            let dialect = dialects.get(&directory).map(|choice| ShownDialect {
                dialect: choice.dialect,
                engine_reason: &choice.engine_reason,
                version_reason: &choice.version_reason,
            });
            let settings = config::render_settings(
                &directory,
                &files,
                config.as_ref(),
                &self.selection,
                dialect,
                sources,
            );
            parts.push(format!("# {}\n{settings}", one_line(&display_name(&directory))));
        }
        parts.join("\n")
    }

    /// Opens a session that reads its files through `files`.
    pub fn open_over(options: &SessionOptions, files: Arc<dyn Files>) -> Result<Self, BaselineError> {
        let mut options = options.clone();
        options.load.files = files;
        Self::open(&options)
    }
}

/// What applies to the inputs in a directory.
#[derive(Clone)]
struct DirectorySettings {
    rules: Arc<RuleSettings>,
    /// With the policy of the configuration file.
    requirements: Arc<Requirements>,
}

/// The settings of each input and file: configuration files, overridden by the command line.
/// Each input gets the policy of its configuration file.
fn check_settings(
    selection: &RuleSelection,
    requirements: &Requirements,
    loaded: &mut Loaded,
) -> CheckSettings {
    let path_of = |file: FileId| {
        let path = loaded.sources.file(file).path()?;
        Some((file, loaded.sources.files().location(path)))
    };
    let files: Vec<(FileId, PathBuf)> = loaded.sources.ids().filter_map(path_of).collect();
    let settings_with = |mut rules: RuleSettings, policy: Option<Policy>| {
        rules.override_with(selection);
        DirectorySettings {
            rules: Arc::new(rules),
            requirements: Arc::new(Requirements {
                policy,
                ..requirements.clone()
            }),
        }
    };
    // The levels for files, by the directory of the configuration file.
    let mut file_levels: HashMap<PathBuf, Arc<BTreeMap<FileId, Levels>>> = HashMap::default();
    let mut of_config = |config: &Config, directory: &Path| {
        let by_file = file_levels
            .entry(config.directory().to_owned())
            .or_insert_with(|| {
                let paths = files.iter().map(|(file, path)| (*file, path.as_path()));
                let mut levels = config.file_levels(paths);
                override_file_levels(&mut levels, selection);
                Arc::new(levels)
            });
        let rules = RuleSettings {
            by_file: by_file.clone(),
            ..config.rule_settings(directory)
        };
        settings_with(rules, config.policy().cloned())
    };
    let without_config = settings_with(RuleSettings::default(), None);
    let mut by_directory: HashMap<PathBuf, DirectorySettings> = HashMap::default();
    let mut settings_of = |directory: &Path, loaded: &mut Loaded| {
        let directory = loaded.sources.files().canonical_path(directory);
        if let Some(known) = by_directory.get(&directory) {
            return known.clone();
        }
        let config = loaded.configs.nearest(&directory, &mut loaded.sources);
        let settings = config.map_or_else(|| without_config.clone(), |config| of_config(config, &directory));
        by_directory.insert(directory, settings.clone());
        settings
    };
    let mut settings = CheckSettings::default();
    for (position, directory) in loaded.directories.clone().iter().enumerate() {
        let DirectorySettings { rules, requirements } = settings_of(directory, loaded);
        if let Some(input) = loaded.project.inputs.get_mut(position) {
            input.requirements = requirements;
            settings.by_input.insert(input.id, rules);
        }
    }
    for (file, path) in &files {
        let directory = path.parent().unwrap_or(path);
        settings
            .by_file
            .insert(*file, settings_of(directory, loaded).rules);
    }
    settings.default = settings_of(Path::new("."), loaded).rules;
    settings
}
