//! Checks the declarations and configurations of the rhcs provider, and which of them calls pass on to modules.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::diagnostic::Subject;
use crate::model::{ConfigurationIssue, ConfigurationIssueKind};
use crate::provider::is_provider_source;
use crate::provider::types::PROVIDER_NAME;
use crate::readers::configuration::root_module::block_forms::may_be_constraint;
use crate::readers::configuration::root_module::reader::RootModuleReader;
use crate::readers::configuration::static_reference::StaticReference;
use terraform_eval::address::ModulePath;
use terraform_eval::cty::{Type, convert};
use terraform_eval::dialect::Feature;
use terraform_eval::eval::{InstanceId, Scope};
use terraform_eval::modules::{LazyBlock, Module, ModuleId, literal, references};
use terraform_eval::source::{Sources, Span};
use terraform_eval::syntax::is_identifier;
use terraform_eval::syntax::tree::{Attribute, Block, Expression, ExpressionKind, ObjectItem, ObjectKey};

/// The arguments of a configuration of the provider (`provider/provider.go`).
const ARGUMENTS: [&str; 8] = [
    "client_id",
    "client_secret",
    "insecure",
    "refresh_token",
    "token",
    "token_url",
    "trusted_cas",
    "url",
];

/// The arguments that Terraform has for every provider.
const META_ARGUMENTS: [&str; 2] = ["alias", "version"];

/// The names that Terraform reserves in a provider block.
const RESERVED: [&str; 4] = ["count", "depends_on", "for_each", "source"];

/// The keys of an entry of `required_providers`.
const REQUIREMENT_KEYS: [&str; 3] = ["source", "version", "configuration_aliases"];

/// A configuration of a provider in a module: its local name, and its alias.
type Configuration = (Arc<str>, Option<Arc<str>>);

/// The providers that a module takes from its caller.
struct ExpectedProviders {
    /// The local names of the provider.
    names: BTreeSet<Arc<str>>,
    /// The configurations in `configuration_aliases`, in source order.
    in_order: Vec<Configuration>,
    aliases: BTreeSet<Configuration>,
}

impl ExpectedProviders {
    fn of(module: &Module, sources: &Sources) -> Self {
        let aliases = expected_aliases(module, sources).into_iter();
        let in_order: Vec<Configuration> = aliases.map(|(configuration, _)| configuration).collect();
        Self {
            names: local_names(module, sources),
            aliases: in_order.iter().cloned().collect(),
            in_order,
        }
    }
}

impl RootModuleReader<'_> {
    /// Checks what a module says of the provider.
    pub(crate) fn check_providers(&mut self, id: ModuleId, path: &ModulePath) {
        let sources = self.context.sources;
        let module = self.tree.module(id);
        self.check_requirements(module);
        let names = local_names(module, sources);
        let mut configured: BTreeSet<Configuration> = BTreeSet::new();
        let blocks = module.others().iter().filter(|block| block.kind() == "provider");
        for block in blocks {
            let Some(label) = block.labels().first().filter(|label| names.contains(&label.text)) else {
                if block.labels().is_empty() {
                    let message = "the provider block has no name".to_owned();
                    self.reject_provider(message, block.header(), "a label is required");
                }
                continue;
            };
            if block.labels().len() > 1 {
                let message = "the provider block has a second label".to_owned();
                self.reject_provider(message, block.header(), "only the name is allowed");
            }
            let alias = alias_of(block, sources);
            if !configured.insert((label.text.clone(), alias.clone())) {
                let message = match alias {
                    Some(alias) => format!("a second configuration {}.{alias} of the provider", label.text),
                    None => format!("a second configuration {} of the provider", label.text),
                };
                self.reject_provider(message, block.header(), "duplicate");
            }
            if let Some(block) = block.parse(sources) {
                self.check_configuration(block, path);
            }
        }
        if path.is_root() {
            for (configuration, span) in expected_aliases(module, sources) {
                if !configured.contains(&configuration) {
                    let message = format!("the root module configures no provider {}", shown(&configuration));
                    self.reject_provider(message, span, "not configured");
                }
            }
        }
        let own = ExpectedProviders::of(module, sources);
        let mut callees: BTreeMap<ModuleId, ExpectedProviders> = BTreeMap::new();
        for call in module.calls.values() {
            let callee = self.tree.callee(id, &call.name);
            let Some(terraform_eval::modules::Callee::Module(callee)) = callee else {
                continue;
            };
            if let Some(block) = call.block.parse(sources)
                && self.is_relevant(*callee)
            {
                let expected = callees
                    .entry(*callee)
                    .or_insert_with(|| ExpectedProviders::of(self.tree.module(*callee), sources));
                self.check_passed(module, &own, expected, block);
            }
        }
    }

    /// Checks the entries of `required_providers` for the provider.
    fn check_requirements(&mut self, module: &Module) {
        let sources = self.context.sources;
        let settings = module.settings().iter().filter_map(|block| block.parse(sources));
        let mut blocks = settings.flat_map(|block| block.body.blocks("required_providers"));
        let first = blocks.next();
        if let (Some(_), Some(second)) = (first, blocks.next()) {
            let message = "a second required_providers block".to_owned();
            self.reject_provider(message, second.header, "a module has one at most");
        }
        let entries = first.into_iter().flat_map(|block| &block.body.attributes);
        for entry in entries.filter(|entry| is_ours(entry)) {
            self.check_requirement(entry);
        }
    }

    fn check_requirement(&mut self, entry: &Attribute) {
        let name = &entry.name.text;
        let ExpressionKind::Object(items) = &entry.value.kind else {
            if literal(&entry.value).is_none() {
                let message = format!("the entry {name} of required_providers is not an object");
                self.reject_provider(message, entry.value.span, "write `{ source = …, version = … }`");
            }
            return self.check_constraint(&entry.value);
        };
        for item in items {
            match key_of(item) {
                Some("version") => {
                    if literal(&item.value).is_none() {
                        let message = "the version constraint is not a literal string".to_owned();
                        self.reject_provider(message, item.value.span, "a literal is required");
                    }
                    self.check_constraint(&item.value);
                }
                Some("source") => {
                    let is_part = |part: &str| !part.is_empty() && !part.contains(char::is_whitespace);
                    let is_address =
                        |text: &str| text.split('/').count() <= 3 && text.split('/').all(is_part);
                    if literal(&item.value).is_some_and(|text| !is_address(text)) {
                        let message = "the source is not the address of a provider".to_owned();
                        self.reject_provider(message, item.value.span, "[HOST/]NAMESPACE/NAME");
                    }
                }
                Some("configuration_aliases") if !matches!(item.value.kind, ExpressionKind::Tuple(_)) => {
                    let message = "configuration_aliases is not a list".to_owned();
                    self.reject_provider(message, item.value.span, "a list is required");
                }
                Some(key) if !REQUIREMENT_KEYS.contains(&key) => {
                    let message = format!("unsupported key {key:?} in required_providers");
                    self.reject_provider(message, item.key.span(), "not a key of an entry");
                }
                _ => {}
            }
        }
    }

    fn check_constraint(&mut self, value: &Expression) {
        if literal(value).is_some_and(|text| !may_be_constraint(text)) {
            let message = "the version constraint is invalid".to_owned();
            self.reject_provider(message, value.span, "such as \">= 1.7.2\"");
        }
    }

    /// Checks a configuration of the provider.
    fn check_configuration(&mut self, block: &Block, path: &ModulePath) {
        for inner in block
            .body
            .blocks
            .iter()
            .filter(|inner| !matches!(&*inner.kind.text, "_" | "dynamic"))
        {
            let message = format!("unsupported block {:?} in a provider block", inner.kind.text);
            self.reject_provider(message, inner.header, "the provider has no blocks");
        }
        if let Some(alias) = block.body.attribute("alias").map(|alias| &alias.value)
            && !may_be_alias(alias)
        {
            let message = "the alias is not a name".to_owned();
            self.reject_provider(message, alias.span, "a literal name is required");
        }
        if let Some(version) = block.body.attribute("version") {
            self.check_constraint(&version.value);
        }
        let may_have_for_each = self.context.inputs.dialect.has(Feature::ProviderForEach);
        let has_for_each = block.body.attribute("for_each").is_some();
        for argument in &block.body.attributes {
            let name = &*argument.name.text;
            if name == "for_each" && may_have_for_each {
                continue;
            }
            if RESERVED.contains(&name) {
                let message = format!("{name:?} in a provider block is reserved");
                self.reject_provider(message, argument.name.span, "remove it");
            } else if !ARGUMENTS.contains(&name) && !META_ARGUMENTS.contains(&name) {
                let message = format!("unsupported argument {name:?} of the rhcs provider");
                self.reject_provider(message, argument.name.span, "not an argument of the provider");
            } else if path.is_root() && !has_for_each {
                let scope = Scope::module(InstanceId::ROOT);
                match self.context.evaluator.evaluate(&argument.value, scope) {
                    Err(error) => {
                        let subject = Subject::Other("provider.rhcs".to_owned());
                        self.issues.add_error(&subject, name, &error, argument.value.span);
                    }
                    Ok(value) => {
                        let ty = if name == "insecure" {
                            Type::Bool
                        } else {
                            Type::String
                        };
                        if !META_ARGUMENTS.contains(&name)
                            && let Err(error) = convert(&value, &ty)
                        {
                            let message = format!("{name}: {}", error.message_with_path());
                            self.reject_provider(message, argument.value.span, "wrong type");
                        }
                    }
                }
            }
        }
    }

    /// Checks which configurations of the provider a call passes to a module.
    fn check_passed(
        &mut self,
        caller: &Module,
        own: &ExpectedProviders,
        callee: &ExpectedProviders,
        block: &Block,
    ) {
        let configured = caller.providers(self.context.sources);
        let Some(argument) = block.body.attribute("providers") else {
            if let Some(configuration) = callee.in_order.first() {
                let message = format!(
                    "the call passes no provider {}, which the module expects",
                    shown(configuration)
                );
                self.reject_provider(message, block.header, "`providers` is missing");
            }
            return;
        };
        let ExpressionKind::Object(items) = &argument.value.kind else {
            let message = "providers is not an object".to_owned();
            return self.reject_provider(message, argument.value.span, "write `{ rhcs = rhcs.alias }`");
        };
        let mut passed: BTreeSet<Configuration> = BTreeSet::new();
        for item in items {
            let (Some(to), Some(from)) = (configuration_of_key(&item.key), configuration(&item.value)) else {
                continue;
            };
            let (is_ours_to, is_ours_from) = (callee.names.contains(&to.0), own.names.contains(&from.0));
            if is_ours_to != is_ours_from {
                let message = format!(
                    "the call passes {} as {}, which is another provider",
                    shown(&from),
                    shown(&to)
                );
                self.reject_provider(message, item.value.span, "another provider");
            } else if is_ours_to {
                let is_expected = to.1.is_none() || callee.aliases.contains(&to);
                if !is_expected {
                    let message = format!("the module expects no provider {}", shown(&to));
                    self.reject_provider(message, item.key.span(), "not in `configuration_aliases`");
                }
                let is_known = from
                    .1
                    .as_ref()
                    .is_none_or(|alias| configured.has_alias(&from.0, alias) || own.aliases.contains(&from));
                if !is_known {
                    let message = format!("the module configures no provider {}", shown(&from));
                    self.reject_provider(message, item.value.span, "not configured");
                }
            }
            passed.insert(to);
        }
        for configuration in &callee.in_order {
            if !passed.contains(configuration) {
                let message = format!(
                    "the call passes no provider {}, which the module expects",
                    shown(configuration)
                );
                self.reject_provider(message, argument.value.span, "not passed");
            }
        }
    }

    fn reject_provider(&mut self, message: String, span: Span, label: &str) {
        let kind = ConfigurationIssueKind::Other;
        let subject = Subject::Other("provider.rhcs".to_owned());
        let issue = ConfigurationIssue::rejected(kind, subject, message, span);
        self.issues.add(issue.label(label));
    }
}

/// The local names of the provider in a module.
fn local_names(module: &Module, sources: &Sources) -> BTreeSet<Arc<str>> {
    let required = module.providers(sources).required();
    let ours = required.iter().filter(|entry| match &entry.source {
        Some(source) => is_provider_source(source),
        None => &*entry.name == PROVIDER_NAME,
    });
    let mut names: BTreeSet<Arc<str>> = ours.map(|entry| entry.name.clone()).collect();
    if required.iter().all(|entry| &*entry.name != PROVIDER_NAME) {
        names.insert(PROVIDER_NAME.into());
    }
    names
}

/// Whether a value may be an alias: a literal name. A template without references counts as one.
fn may_be_alias(value: &Expression) -> bool {
    match literal(value) {
        Some(text) => is_identifier(text),
        None => matches!(value.kind, ExpressionKind::Template(_)) && references::root_names(value).is_empty(),
    }
}

/// Whether an entry of `required_providers` is about the provider.
fn is_ours(entry: &Attribute) -> bool {
    let source = match &entry.value.kind {
        ExpressionKind::Object(items) => items
            .iter()
            .find(|item| key_of(item) == Some("source"))
            .and_then(|item| literal(&item.value)),
        _ => None,
    };
    &*entry.name.text == PROVIDER_NAME || source.is_some_and(is_provider_source)
}

fn key_of(item: &ObjectItem) -> Option<&str> {
    match &item.key {
        ObjectKey::Word(word) => Some(&word.text),
        ObjectKey::Expression(key) => literal(key),
    }
}

/// The configurations that a module expects from its caller, with their spans.
fn expected_aliases(module: &Module, sources: &Sources) -> Vec<(Configuration, Span)> {
    let settings = module.settings().iter().filter_map(|block| block.parse(sources));
    let required = settings.flat_map(|block| block.body.blocks("required_providers"));
    let entries = required
        .flat_map(|block| &block.body.attributes)
        .filter(|entry| is_ours(entry));
    let items = entries.flat_map(|entry| match &entry.value.kind {
        ExpressionKind::Object(items) => &**items,
        _ => &[],
    });
    let lists = items.filter(|item| key_of(item) == Some("configuration_aliases"));
    let aliases = lists.flat_map(|item| match &item.value.kind {
        ExpressionKind::Tuple(aliases) => &**aliases,
        _ => &[],
    });
    aliases
        .filter_map(|alias| Some((configuration(alias)?, alias.span)))
        .collect()
}

/// The configuration that a reference names: `rhcs`, `rhcs.alias`.
fn configuration(value: &Expression) -> Option<Configuration> {
    let reference = StaticReference::parse(value)?;
    let alias = reference.name(0).cloned();
    (reference.steps.len() <= 1).then_some((reference.root, alias))
}

fn configuration_of_key(key: &ObjectKey) -> Option<Configuration> {
    match key {
        ObjectKey::Word(word) => Some((word.text.clone(), None)),
        ObjectKey::Expression(key) => configuration(key),
    }
}

fn alias_of(block: &LazyBlock, sources: &Sources) -> Option<Arc<str>> {
    let alias = block.parse(sources)?.body.attribute("alias")?;
    literal(&alias.value).map(Into::into)
}

fn shown((name, alias): &Configuration) -> String {
    match alias {
        Some(alias) => format!("{name}.{alias}"),
        None => name.to_string(),
    }
}
