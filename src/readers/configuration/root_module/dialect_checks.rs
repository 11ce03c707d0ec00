//! Checks what the program of a root module does not have, but another program or version has: blocks and arguments of
//! the language, and versions that modules require.

use std::sync::{Arc, LazyLock};

use memchr::memmem::Finder;

use crate::diagnostic::{Subject, nearest_of};
use crate::model::{ConfigurationIssue, ConfigurationIssueKind};
use crate::provider::{self, is_provider_type};
use crate::readers::configuration::root_module::reader::RootModuleReader;
use terraform_eval::address::{self, ModulePath};
use terraform_eval::dialect::{Dialect, Feature};
use terraform_eval::eval::InstanceId;
use terraform_eval::modules::{LazyBlock, Module, ModuleId, literal, references, requirements};
use terraform_eval::source::Span;
use terraform_eval::syntax::tree::{Block, Body, ExpressionKind};
use terraform_eval::version::VersionRange;

/// The top-level blocks that every version has, apart from those that declare what a module refers to.
const OTHER_BLOCKS: [&str; 3] = ["provider", "moved", "check"];

/// Whether a module has a block that no version has, and that may be a misspelled block about mirrors: it has a type of the
/// provider as its label, or was meant as a call.
pub(super) fn has_misspelled_blocks(module: &Module) -> bool {
    let has_provider_type = |block: &LazyBlock| {
        block
            .labels()
            .first()
            .is_some_and(|label| is_provider_type(&label.text))
    };
    module.others().iter().any(|block| {
        let kind = block.kind();
        let is_known = OTHER_BLOCKS.contains(&kind) || NEW_BLOCKS.iter().any(|(name, _)| *name == kind);
        !is_known && (has_provider_type(block) || nearest_of(kind, REFERABLE_BLOCKS) == Some("module"))
    })
}

/// The top-level blocks that declare what a module refers to.
const REFERABLE_BLOCKS: [&str; 6] = ["resource", "data", "module", "variable", "locals", "output"];

/// The top-level blocks that some versions have.
const NEW_BLOCKS: [(&str, Feature); 4] = [
    ("action", Feature::ActionBlocks),
    ("ephemeral", Feature::EphemeralBlocks),
    ("language", Feature::LanguageBlock),
    ("removed", Feature::RemovedBlocks),
];

/// The blocks in a `terraform` block that every version has.
const SETTINGS_BLOCKS: [&str; 4] = ["backend", "cloud", "required_providers", "provider_meta"];

/// The blocks in a `terraform` block that some versions have.
const NEW_SETTINGS_BLOCKS: [(&str, Feature); 2] = [
    ("encryption", Feature::Encryption),
    ("state_store", Feature::StateStore),
];

/// The arguments of a variable that some versions have.
const NEW_VARIABLE_ARGUMENTS: [(&str, Feature); 3] = [
    ("const", Feature::ConstVariables),
    ("deprecated", Feature::DeprecatedArgument),
    ("ephemeral", Feature::EphemeralBlocks),
];

/// The arguments of an output that some versions have.
const NEW_OUTPUT_ARGUMENTS: [(&str, Feature); 3] = [
    ("type", Feature::OutputType),
    ("deprecated", Feature::DeprecatedArgument),
    ("ephemeral", Feature::EphemeralBlocks),
];

/// The arguments of the `lifecycle` block of a resource that some versions have.
const NEW_LIFECYCLE_ARGUMENTS: [(&str, Feature); 2] = [
    ("destroy", Feature::LifecycleDestroy),
    ("enabled", Feature::LifecycleEnabled),
];

/// The endings of files that only OpenTofu reads.
const OPENTOFU_ENDINGS: [&str; 2] = [".tofu", ".tofu.json"];

/// Whether a text has words of what only some versions have in a resource.
fn may_have_new_parts(text: &str) -> bool {
    static WORDS: LazyLock<[Finder<'static>; 2]> = LazyLock::new(|| ["lifecycle", "store"].map(Finder::new));
    WORDS.iter().any(|word| word.find(text.as_bytes()).is_some())
}

impl RootModuleReader<'_> {
    /// Checks a module against the dialect.
    pub(crate) fn check_dialect(&mut self, id: ModuleId, path: &ModulePath) {
        let module = self.tree.module(id);
        let sources = self.context.sources;
        let mut found = Found {
            dialect: self.context.inputs.dialect,
            path,
            issues: Vec::new(),
            used: Vec::new(),
        };
        self.check_required_version(module, &mut found);
        for block in module.settings() {
            for nested in block
                .parse(sources)
                .into_iter()
                .flat_map(|block| &block.body.blocks)
            {
                let subject = found.subject("terraform");
                found.block(&subject, nested, &SETTINGS_BLOCKS, &NEW_SETTINGS_BLOCKS);
            }
        }
        for block in module.others() {
            self.check_other_block(block, &mut found);
        }
        for (name, variable) in &module.variables {
            if let Some(block) = variable.parse(sources) {
                let subject = found.subject(&format!("var.{name}"));
                found.arguments(&subject, &block.body, &NEW_VARIABLE_ARGUMENTS);
                found.validations(&subject, name, block);
            }
        }
        for (name, output) in &module.outputs {
            if let Some(block) = output.parse(sources) {
                let subject = found.subject(&format!("output.{name}"));
                found.arguments(&subject, &block.body, &NEW_OUTPUT_ARGUMENTS);
            }
        }
        for (name, call) in &module.calls {
            if let Some(block) = call.block.parse(sources) {
                let subject = found.subject(&format!("module.{name}"));
                for lifecycle in block.body.blocks("lifecycle") {
                    found.lacking(&subject, Feature::LifecycleEnabled, lifecycle.header);
                }
                let version = block.body.attribute("version").map(|version| &version.value);
                if let Some(version) = version.filter(|value| matches!(value.kind, ExpressionKind::Null)) {
                    found.lacking(&subject, Feature::NullModuleVersion, version.span);
                }
                let ignored = ("ignore_nested_deprecations", Feature::IgnoreNestedDeprecations);
                found.arguments(&subject, &block.body, &[ignored]);
            }
        }
        // Most resources are never parsed.
        let mut files = module.files.iter();
        let some_has_new_parts = files.any(|file| may_have_new_parts(sources.text(*file)));
        for resource in module.resources.iter().filter(|_| some_has_new_parts) {
            if resource.block.any_text(sources, may_have_new_parts)
                && let Some(block) = resource.block.parse(sources)
            {
                let subject = found.subject(&resource.name.to_string());
                found.resource(&subject, &resource.name.kind, block);
            }
        }
        for import in module.imports() {
            let subject = found.subject("import");
            if !path.is_root() {
                found.lacking(&subject, Feature::ImportInModules, import.header());
            }
            if let Some(block) = import.parse(sources) {
                found.arguments(&subject, &block.body, &[("for_each", Feature::ImportForEach)]);
                // Those of mirrors are always an error, which `read_imports` reports.
                if !sources.slice(block.span).contains(provider::IMAGE_MIRROR) {
                    found.arguments(&subject, &block.body, &[("identity", Feature::ImportIdentity)]);
                }
                let id = block.body.attribute("id").map(|id| &id.value);
                if let Some(id) = id.filter(|id| !references::root_names(id).is_empty()) {
                    found.lacking(&subject, Feature::ImportIdExpressions, id.span);
                }
            }
        }
        if path.is_root() {
            self.check_module_sources(module, &mut found);
        }
        for issue in found.issues {
            self.issues.add(issue);
        }
        for feature in found.used {
            self.context.evaluator.note_use(feature.availability());
        }
    }

    fn check_other_block(&self, block: &LazyBlock, found: &mut Found<'_>) {
        let kind = block.kind();
        let subject = found.subject(kind);
        match NEW_BLOCKS.iter().find(|(name, _)| *name == kind) {
            Some((_, feature)) => found.lacking(&subject, *feature, block.header()),
            None if OTHER_BLOCKS.contains(&kind) => {}
            None => {
                let known = REFERABLE_BLOCKS.into_iter().chain(OTHER_BLOCKS);
                found.unsupported_block(&subject, kind, block.header(), known);
            }
        }
        if let ("removed", Some(removed)) = (kind, block.parse(self.context.sources)) {
            for part in &removed.body.blocks {
                match &*part.kind.text {
                    "lifecycle" => found.lacking(&subject, Feature::RemovedLifecycle, part.header),
                    "provisioner" => found.lacking(&subject, Feature::RemovedProvisioners, part.header),
                    _ => {}
                }
            }
        }
        if kind != "provider" {
            return;
        }
        let name = block.labels().first().map_or("", |label| &*label.text);
        let subject = found.subject(&format!("provider.{name}"));
        if let Some(block) = block.parse(self.context.sources) {
            found.arguments(&subject, &block.body, &[("for_each", Feature::ProviderForEach)]);
        }
    }

    /// Checks that the version that evaluates is one that a module requires.
    fn check_required_version(&self, module: &Module, found: &mut Found<'_>) {
        let dialect = found.dialect;
        let sources = self.context.sources;
        for (constraint, span) in requirements::required_versions(module, dialect.engine(), sources) {
            let name = sources.file(span.file).name();
            let is_own = OPENTOFU_ENDINGS.iter().any(|ending| name.ends_with(ending));
            let counts = is_own || !dialect.has(Feature::OwnRequiredVersion);
            let range = VersionRange::parse(&constraint);
            if counts && range.is_ok_and(|range| !dialect.is_admitted_by(range)) {
                let message = format!(
                    "the module requires version {constraint:?} of {}",
                    dialect.engine()
                );
                let subject = found.subject("terraform");
                found.reject(&subject, message, span, format!("{dialect} is not one of these"));
            }
        }
    }

    /// Checks the sources of modules that are not literals, as programs evaluate them before they install modules.
    fn check_module_sources(&self, module: &Module, found: &mut Found<'_>) {
        let sources = self.context.sources;
        let computed = module.calls.values().filter(|call| {
            let block = call.block.parse(sources);
            let source = block.and_then(|block| block.body.attribute("source"));
            source.is_some_and(|source| literal(&source.value).is_none())
        });
        let root = self.context.evaluator.module_id(InstanceId::ROOT);
        let evaluator = self.context.evaluator_of(self.tree, root).initializing();
        for call in computed {
            if let Some(Err(error)) = evaluator.module_source(InstanceId::ROOT, &call.name)
                && error.is_rejection()
            {
                let subject = found.subject(&format!("module.{}", call.name));
                let span = error.span().unwrap_or(call.block.header());
                found.reject(
                    &subject,
                    format!("source: {error}"),
                    span,
                    "the source of the module".to_owned(),
                );
            }
        }
    }
}

/// What was found in one module.
struct Found<'p> {
    dialect: Dialect,
    path: &'p ModulePath,
    issues: Vec<ConfigurationIssue>,
    /// The parts of the language that the version has and others do not.
    used: Vec<Feature>,
}

impl Found<'_> {
    fn subject(&self, name: &str) -> Subject {
        if self.path.is_root() {
            Subject::Other(name.to_owned())
        } else {
            Subject::Other(format!("{}.{name}", self.path))
        }
    }

    fn reject(&mut self, subject: &Subject, message: String, span: Span, label: String) {
        let kind = ConfigurationIssueKind::Other;
        let issue = ConfigurationIssue::rejected(kind, subject.clone(), message, span);
        self.issues.push(issue.label(label));
    }

    /// Reports a part of the language that the version does not have.
    fn lacking(&mut self, subject: &Subject, feature: Feature, span: Span) {
        let Some(since) = self.dialect.lacks(feature) else {
            self.used.push(feature);
            return;
        };
        let message = format!("{}: {since}", feature.description());
        let kind = ConfigurationIssueKind::UnsupportedArgument;
        let issue = ConfigurationIssue::rejected(kind, subject.clone(), message, span);
        self.issues
            .push(issue.label(format!("{} rejects it", self.dialect)));
    }

    fn unsupported_block<'k>(
        &mut self,
        subject: &Subject,
        kind: &str,
        span: Span,
        known: impl Iterator<Item = &'k str>,
    ) {
        let message = format!("unsupported block {kind:?}");
        let issue_kind = ConfigurationIssueKind::UnsupportedArgument;
        let issue = ConfigurationIssue::rejected(issue_kind, subject.clone(), message, span);
        let help = match nearest_of(kind, known) {
            Some(known) => format!("write `{known}`"),
            None => "remove it".to_owned(),
        };
        self.issues.push(issue.label("no such block").help(help));
    }

    /// Reports the arguments that the version does not have.
    fn arguments(&mut self, subject: &Subject, body: &Body, new: &[(&str, Feature)]) {
        for (name, feature) in new {
            if let Some(argument) = body.attribute(name) {
                self.lacking(subject, *feature, argument.name.span);
            }
        }
    }

    /// Reports what the validations of a variable refer to in addition to the variable.
    fn validations(&mut self, subject: &Subject, name: &Arc<str>, block: &Block) {
        let own = address::Subject::Variable(name.clone());
        for validation in block.body.blocks("validation") {
            for attribute in &validation.body.attributes {
                for reference in references::in_expression(&attribute.value) {
                    if reference.subject != own {
                        self.lacking(subject, Feature::ValidationReferences, reference.span);
                    }
                }
            }
        }
    }

    /// Reports a block that no version has, or not this one.
    fn block(&mut self, subject: &Subject, block: &Block, known: &[&str], new: &[(&str, Feature)]) {
        let kind = &*block.kind.text;
        match new.iter().find(|(name, _)| *name == kind) {
            Some((_, feature)) => self.lacking(subject, *feature, block.header),
            None if known.contains(&kind) => {}
            None => self.unsupported_block(subject, kind, block.header, known.iter().copied()),
        }
    }

    /// Checks a resource or data source.
    fn resource(&mut self, subject: &Subject, kind: &str, block: &Block) {
        for lifecycle in block.body.blocks("lifecycle") {
            self.arguments(subject, &lifecycle.body, &NEW_LIFECYCLE_ARGUMENTS);
            for trigger in lifecycle.body.blocks("action_trigger") {
                self.lacking(subject, Feature::ActionBlocks, trigger.header);
            }
            let prevented = lifecycle.body.attribute("prevent_destroy");
            if let Some(argument) = prevented
                && !references::root_names(&argument.value).is_empty()
            {
                self.lacking(subject, Feature::PreventDestroyExpression, argument.value.span);
            }
        }
        if kind == "terraform_data" {
            for store in block.body.blocks("store") {
                self.lacking(subject, Feature::StoreBlock, store.header);
            }
        }
    }
}
