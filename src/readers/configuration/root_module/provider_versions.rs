//! Reads which releases of the rhcs provider and of Red Hat's modules a configuration accepts.

use crate::diagnostic::Subject;
use crate::model::{Attribute, ConfigurationIssue, ConfigurationIssueKind, Consequence, ProviderVersions};
use crate::provider::modules::{IMAGE_MIRRORS_INPUT, is_stub, module_release};
use crate::provider::types::{MISSING_SOURCE, PROVIDER_NAME};
use crate::provider::versions::FIRST_MODULE_WITH_MIRRORS;
use crate::provider::{is_provider_source, is_provider_type};
use crate::readers::configuration::root_module::reader::RootModuleReader;
use terraform_eval::modules::{Module, ModuleCall, ModuleId, literal, requirements};
use terraform_eval::source::{Sources, Span, display_name};
use terraform_eval::version::{Version, VersionRange};

const OLD_MODULE: &str = "the module has image mirrors from release 1.7.1 on: Terraform fails with `Unsupported \
                          argument`, or does not find the module";

const MAYBE_OLD_MODULE: &str = "the module has image mirrors from release 1.7.1 on; with an older one, Terraform fails \
                                with `Unsupported argument`";

/// The version constraints of the modules, and the version in the lock file.
pub(crate) fn read_provider_versions<'m>(
    modules: impl Iterator<Item = &'m Module>,
    locked: Option<&(String, Span)>,
    sources: &Sources,
) -> ProviderVersions {
    let constraints = modules.flat_map(|module| {
        let mut names: Vec<String> = Vec::new();
        let mut versions: Vec<(String, Span)> = Vec::new();
        for entry in module.providers(sources).required() {
            let is_ours = match &entry.source {
                Some(source) => is_provider_source(source),
                None => &*entry.name == PROVIDER_NAME,
            };
            if is_ours {
                names.push(entry.name.to_string());
                versions.extend(entry.version.clone());
            }
        }
        if names.is_empty() {
            names.push(PROVIDER_NAME.to_owned());
        }
        for name in &names {
            versions.extend(requirements::provider_block_versions(module, name, sources));
        }
        versions
    });
    ProviderVersions {
        constraints: constraints
            .map(|(text, span)| Attribute::known(text, Some(span)))
            .collect(),
        locked: locked.map(|(version, span)| Box::new(Attribute::known(version.clone(), Some(*span)))),
    }
}

impl RootModuleReader<'_> {
    /// Reports modules with resources of the provider that do not declare its source: Terraform then looks for
    /// `hashicorp/rhcs`.
    pub(crate) fn check_provider_source(&mut self, id: ModuleId) {
        let sources = self.context.sources;
        let module = self.tree.module(id);
        let mut blocks = module.resources.of_types(|name| is_provider_type(&name.kind));
        let Some(first) = blocks.next() else {
            return;
        };
        let providers = module.providers(sources);
        let declares = providers
            .required()
            .iter()
            .any(|entry| entry.source.as_deref().is_some_and(is_provider_source));
        let entry = providers.requirement(PROVIDER_NAME);
        let name = display_name(&module.directory);
        let (span, consequence) = match entry {
            Some(entry) => match entry.source.as_deref() {
                None | Some("hashicorp/rhcs") => (entry.span, Consequence::Fails(MISSING_SOURCE)),
                // A fork or a private registry.
                Some(_) => return,
            },
            None if declares => return,
            // A part of a configuration, such as an example, is often shown without the declaration. It is missing for
            // sure where another module of the configuration has one.
            None if self.declares_source => (first.block.header(), Consequence::Fails(MISSING_SOURCE)),
            None => (first.block.header(), Consequence::MayFail(MISSING_SOURCE)),
        };
        let issue = ConfigurationIssue {
            consequence,
            ..ConfigurationIssue::rejected(
                ConfigurationIssueKind::ProviderVersion,
                Subject::Other(name),
                "the module does not declare the source of the rhcs provider",
                span,
            )
        };
        self.issues.add(
            issue
                .label("the provider of this is taken to be hashicorp/rhcs")
                .help("add `rhcs = { source = \"terraform-redhat/rhcs\", version = \">= 1.7.2\" }` to `required_providers`"),
        );
    }

    /// Whether a module declares the source of the provider.
    pub(crate) fn has_provider_source(&self, id: ModuleId) -> bool {
        let providers = self.tree.module(id).providers(self.context.sources);
        providers
            .required()
            .iter()
            .any(|entry| entry.source.as_deref().is_some_and(is_provider_source))
    }

    /// Reports calls of Red Hat's modules at releases without image mirrors.
    pub(crate) fn check_module_release(&mut self, caller: ModuleId, call: &ModuleCall, address: &str) {
        let sources = self.context.sources;
        let Some(block) = call.block.parse(sources) else {
            return;
        };
        let Some((source, source_span)) = call.source(sources) else {
            return;
        };
        let Some(release) = module_release(source) else {
            return;
        };
        let is_about_mirrors =
            release.is_image_mirrors || block.body.attribute(IMAGE_MIRRORS_INPUT).is_some();
        if !is_about_mirrors {
            return;
        }
        let (text, span, range) = if let Some(reference) = release.reference {
            let Ok(version) = reference.parse::<Version>() else {
                return;
            };
            let range = VersionRange::exactly(version);
            (reference.to_owned(), source_span, range)
        } else {
            let version = block.body.attribute("version");
            let Some((text, span)) =
                version.and_then(|version| Some((literal(&version.value)?, version.value.span)))
            else {
                return;
            };
            let Ok(range) = VersionRange::parse(text) else {
                return;
            };
            (text.to_owned(), span, range)
        };
        let is_installed = matches!(
            self.tree.callee(caller, &call.name),
            Some(terraform_eval::modules::Callee::Module(id)) if !is_stub(&self.tree.module(*id).directory)
        );
        let (message, consequence, label) = if !range.admits_from(FIRST_MODULE_WITH_MIRRORS) {
            (
                format!("{text:?} excludes all releases of the module that have image mirrors"),
                Consequence::Fails(OLD_MODULE),
                "too old",
            )
        } else if range.admits_before(FIRST_MODULE_WITH_MIRRORS) && !is_installed {
            (
                format!("{text:?} also allows releases of the module without image mirrors"),
                Consequence::MayFail(MAYBE_OLD_MODULE),
                "allows older releases",
            )
        } else {
            return;
        };
        let issue = ConfigurationIssue {
            consequence,
            ..ConfigurationIssue::rejected(
                ConfigurationIssueKind::ProviderVersion,
                Subject::Other(address.to_owned()),
                message,
                span,
            )
        };
        self.issues.add(
            issue
                .label(label)
                .help(format!("require release {FIRST_MODULE_WITH_MIRRORS} or newer")),
        );
    }
}
