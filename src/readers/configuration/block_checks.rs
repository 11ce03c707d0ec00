//! Checks a block against the schema of its type: the names of its arguments, and their values.

use crate::model::{ConfigurationIssue, ConfigurationIssueKind, Consequence, UnsupportedKind};
use crate::provider;
use crate::readers::configuration::issues::{IssueSubject, Issues};
use crate::readers::configuration::mirror_block::unsupported_parts;
use terraform_eval::address::ResourceName;
use terraform_eval::cty::{Value, convert, get_attr};
use terraform_eval::eval::{Evaluator, InstanceId, RepetitionData, Scope};
use terraform_eval::modules::literal;
use terraform_eval::schema::{Schema, SetBy};
use terraform_eval::source::{Sources, Span};
use terraform_eval::syntax::tree::{Block, Expression, ExpressionKind, ObjectKey};

const DROPPED: &str = "Terraform drops what the object does not have, without a message";

/// Reports the arguments and blocks that a type does not have.
pub(crate) fn check_names(
    block: &Block,
    resource: &ResourceName,
    schema: &Schema,
    subject: IssueSubject<'_>,
    sources: &Sources,
    issues: &mut Issues,
) {
    for part in unsupported_parts(&block.body, resource, schema, sources) {
        let (name, kind) = (&part.name, &resource.kind);
        let is_attribute = schema.contains_key(&**name);
        let (message, label) = match part.kind {
            UnsupportedKind::Argument => (
                format!("unsupported argument {name:?}"),
                format!("not an argument of {kind}"),
            ),
            UnsupportedKind::ReadOnly => (
                format!("read-only attribute {name:?}"),
                "set by the provider".to_owned(),
            ),
            UnsupportedKind::Block => (
                format!("unsupported block {name:?}"),
                format!("not a block of {kind}"),
            ),
        };
        let help = match (part.kind, &part.suggestion) {
            (UnsupportedKind::Block, _) if is_attribute => {
                format!("it is an argument: write `{name} = {{ … }}`")
            }
            (_, Some(meant)) => format!("write `{meant}`"),
            (_, None) => "remove it".to_owned(),
        };
        let rule = ConfigurationIssueKind::UnsupportedArgument;
        let issue = ConfigurationIssue::rejected(rule, subject.to_subject(), message, part.name_span);
        issues.add(issue.label(label).help(help));
    }
}

/// Reports the required arguments that a block does not have, all in one.
pub(crate) fn check_required(
    block: &Block,
    resource: &ResourceName,
    schema: &Schema,
    subject: IssueSubject<'_>,
    sources: &Sources,
    issues: &mut Issues,
) {
    let unsupported = unsupported_parts(&block.body, resource, schema, sources);
    let is_meant = |name: &str| {
        unsupported
            .iter()
            .any(|part| part.suggestion.as_deref() == Some(name) || part.name == name)
    };
    let required = schema
        .iter()
        .filter(|(_, attribute)| attribute.set_by == SetBy::Required);
    let missing: Vec<String> = required
        .filter(|(name, _)| block.body.attribute(name).is_none() && !is_meant(name))
        .map(|(name, _)| format!("`{name}`"))
        .collect();
    if missing.is_empty() {
        return;
    }
    let names = missing.join(", ");
    let kind = ConfigurationIssueKind::MissingArgument;
    let message = format!("the block does not set {names}");
    let issue = ConfigurationIssue::rejected(kind, subject.to_subject(), message, block.header);
    issues.add(
        issue
            .label("required arguments are missing")
            .help(format!("set {names}")),
    );
}

/// Checks the values of one instance of a block.
pub(crate) struct ValueChecks<'c, 'a> {
    pub(crate) evaluator: &'c Evaluator<'a>,
    pub(crate) instance: InstanceId,
    pub(crate) repetition: &'c RepetitionData,
    pub(crate) resource: &'c ResourceName,
    pub(crate) schema: &'c Schema,
    pub(crate) subject: IssueSubject<'c>,
    pub(crate) issues: &'c mut Issues,
}

impl ValueChecks<'_, '_> {
    /// Checks the values of all arguments.
    pub(crate) fn check_arguments(&mut self, block: &Block) {
        let arguments = block.body.attributes.iter();
        let known = arguments.filter_map(|argument| Some((self.schema.get(&argument.name.text)?, argument)));
        let mut known: Vec<_> = known.collect();
        known.sort_by(|(_, first), (_, second)| first.name.text.cmp(&second.name.text));
        for (attribute, argument) in known {
            self.check_argument(&argument.name.text, attribute, &argument.value);
        }
    }

    fn evaluate(&mut self, what: &str, expression: &Expression) -> Option<Value> {
        let scope = Scope::module(self.instance).with_repetition(self.repetition);
        self.evaluate_in(scope, what, expression)
    }

    fn evaluate_in(&mut self, scope: Scope<'_>, what: &str, expression: &Expression) -> Option<Value> {
        match self.evaluator.evaluate(expression, scope) {
            Ok(value) => Some(value),
            Err(error) => {
                self.issues.add_error(self.subject, what, &error, expression.span);
                None
            }
        }
    }

    fn issue(
        &self,
        kind: ConfigurationIssueKind,
        message: impl Into<String>,
        span: Span,
    ) -> ConfigurationIssue {
        ConfigurationIssue::rejected(kind, self.subject.to_subject(), message, span)
    }

    fn check_argument(
        &mut self,
        name: &str,
        attribute: &terraform_eval::schema::Attribute,
        expression: &Expression,
    ) {
        // `unsupported-argument` reports those.
        if attribute.set_by == SetBy::Computed {
            return;
        }
        let Some(value) = self.evaluate(name, expression) else {
            return;
        };
        let converted = match convert(&value, &attribute.ty) {
            Ok(converted) => converted,
            Err(error) => {
                let message = format!(
                    "inappropriate value for attribute {name:?}: {}",
                    error.message_with_path()
                );
                let issue = self.issue(ConfigurationIssueKind::WrongType, message, expression.span);
                return self.issues.add(issue.label("wrong type"));
            }
        };
        if converted.is_null() && attribute.set_by == SetBy::Required {
            let message = format!("{name} is null, but is required");
            let issue = self.issue(ConfigurationIssueKind::MissingArgument, message, expression.span);
            return self.issues.add(issue.label("null").help(format!("set `{name}`")));
        }
        if let Some(error) = provider::value_error(self.resource, name, &converted) {
            let issue = self.issue(
                ConfigurationIssueKind::Other,
                format!("{name} {error}"),
                expression.span,
            );
            self.issues.add(issue.label("the provider rejects this value"));
        }
        self.check_mirror_value(name, &converted, expression);
        if name == "registry_config" && !converted.is_null() && converted.is_known() {
            let has_suggestion = self.check_dropped(&attribute.nested, expression);
            self.check_registry_config(&converted, expression, has_suggestion);
        }
    }

    /// Rules check these values of mirrors; here are those of mirrors without instances.
    fn check_mirror_value(&mut self, name: &str, value: &Value, expression: &Expression) {
        if &*self.resource.kind != provider::IMAGE_MIRROR || !value.is_known() || value.is_null() {
            return;
        }
        if name == "type"
            && value
                .as_str()
                .is_some_and(|kind| **kind != *provider::DEFAULT_MIRROR_TYPE)
        {
            let shown = if value.marks().hides_value() {
                "(sensitive value)".to_owned()
            } else {
                format!(
                    "{:?}",
                    value.as_str().map(ToString::to_string).unwrap_or_default()
                )
            };
            let message = format!("type {shown} is not supported");
            let issue = self.issue(ConfigurationIssueKind::NonDigestType, message, expression.span);
            self.issues.add(
                issue
                    .label("only \"digest\" is supported")
                    .help("write \"digest\", or omit `type`: \"digest\" is the default"),
            );
        }
        if name == "mirrors" && value.as_slice().is_some_and(<[Value]>::is_empty) {
            let issue = self.issue(
                ConfigurationIssueKind::EmptyMirrors,
                "mirrors is empty",
                expression.span,
            );
            self.issues.add(
                issue
                    .label("at least one mirror is required")
                    .help("add a mirror, or remove the resource"),
            );
        }
    }

    /// Reports the keys of object literals that the type does not have: Terraform drops them. Whether one of them was
    /// meant to be `registry_sources`.
    fn check_dropped(&mut self, schema: &Schema, expression: &Expression) -> bool {
        let ExpressionKind::Object(items) = &expression.kind else {
            return false;
        };
        let mut means_registry_sources = false;
        for item in items {
            let name = match &item.key {
                ObjectKey::Word(word) => &*word.text,
                ObjectKey::Expression(key) => match literal(key) {
                    Some(name) => name,
                    None => continue,
                },
            };
            if let Some(attribute) = schema.get(name) {
                if !attribute.nested.is_empty() {
                    means_registry_sources |= self.check_dropped(&attribute.nested, &item.value);
                }
                continue;
            }
            let suggestion = crate::diagnostic::nearest_of(name, schema.keys().map(|name| &**name));
            let means_sources = suggestion == Some("registry_sources");
            means_registry_sources |= means_sources;
            let issue = self.issue(
                ConfigurationIssueKind::UnsupportedArgument,
                format!("the object has no attribute {name:?}"),
                item.key.span(),
            );
            let issue = issue.label("dropped").consequence(Consequence::Ignored(DROPPED));
            self.issues.add(match suggestion {
                Some(suggestion) => issue.help(format!("write `{suggestion}`")),
                None => issue.help("remove it"),
            });
        }
        means_registry_sources
    }

    fn check_registry_config(&mut self, value: &Value, expression: &Expression, is_misspelled: bool) {
        let Ok(sources) = get_attr(value, "registry_sources") else {
            return;
        };
        if sources.is_null() {
            let issue = self.issue(
                ConfigurationIssueKind::RegistryConfigConflict,
                "registry_config has no registry_sources",
                expression.span,
            );
            let help = if is_misspelled {
                "rename the attribute to `registry_sources`"
            } else {
                "add `registry_sources = {}`, or remove `registry_config`"
            };
            return self.issues.add(
                issue
                    .label("no `registry_sources`")
                    .consequence(Consequence::Fails(provider::NO_REGISTRY_SOURCES))
                    .help(help),
            );
        }
        if !sources.is_known() {
            return;
        }
        let list = |name: &str| get_attr(&sources, name).ok();
        let (Some(allowed), Some(blocked)) = (list("allowed_registries"), list("blocked_registries")) else {
            return;
        };
        // provider/common/attrvalidators/conflicts_with_not_empty.go
        let is_set = !allowed.is_null() && allowed.is_known();
        if is_set && blocked.as_slice().is_some_and(|list| !list.is_empty()) {
            let is_empty = allowed.as_slice().is_some_and(<[Value]>::is_empty);
            let span = allowed.span().filter(|span| expression.span.contains(*span));
            let issue = self.issue(
                ConfigurationIssueKind::RegistryConfigConflict,
                "both allowed_registries and blocked_registries are set",
                span.unwrap_or(expression.span),
            );
            let help = if is_empty {
                "remove the empty `allowed_registries`: the provider rejects even an empty list next to \
                 `blocked_registries`"
            } else {
                "keep only one of the two lists"
            };
            self.issues.add(issue.label("one list").help(help));
        }
    }

    /// Evaluates the preconditions and postconditions.
    pub(crate) fn check_conditions(&mut self, block: &Block) {
        for lifecycle in block.body.blocks("lifecycle") {
            for kind in ["precondition", "postcondition"] {
                for condition in lifecycle.body.blocks(kind) {
                    self.check_condition(kind, condition);
                }
            }
        }
    }

    /// Evaluates the arguments of provisioners and connections that refer to something.
    pub(crate) fn check_provisioners(&mut self, block: &Block) {
        let is_part = |block: &&Block| matches!(&*block.kind.text, "provisioner" | "connection");
        if block.body.blocks("provisioner").next().is_none() {
            // No provisioner needs the connection.
            return;
        }
        let outer: Vec<&Block> = block.body.blocks.iter().filter(is_part).collect();
        let inner = outer.iter().flat_map(|part| part.body.blocks("connection"));
        for part in inner.chain(outer.iter().copied()) {
            for argument in &part.body.attributes {
                let is_keyword = matches!(&*argument.name.text, "when" | "on_failure");
                if is_keyword || terraform_eval::modules::references::root_names(&argument.value).is_empty() {
                    continue;
                }
                let scope = Scope::module(self.instance).with_repetition(self.repetition);
                let scope = scope.with_self(self.resource);
                self.evaluate_in(scope, &argument.name.text, &argument.value);
            }
        }
    }

    fn check_condition(&mut self, kind: &str, block: &Block) {
        let Some(condition) = block.body.attribute("condition") else {
            return;
        };
        let expression = &condition.value;
        let names = terraform_eval::modules::references::root_names(expression);
        let has_self = names.iter().any(|(name, _)| &**name == "self");
        // Those are reported with the meta-arguments.
        if names.is_empty() || (has_self && kind == "precondition") {
            return;
        }
        let scope = Scope::module(self.instance).with_repetition(self.repetition);
        let scope = if has_self {
            scope.with_self(self.resource)
        } else {
            scope
        };
        let Some(value) = self.evaluate_in(scope, kind, expression) else {
            return;
        };
        if let Some(failure) = condition_failure(&value) {
            let issue = self.issue(
                ConfigurationIssueKind::Other,
                format!("the {kind} {failure}"),
                expression.span,
            );
            self.issues.add(issue.label("the condition"));
        }
    }
}

/// Why Terraform rejects the value of a condition. An unknown one is not rejected.
pub(crate) fn condition_failure(value: &Value) -> Option<&'static str> {
    if value.is_null() {
        return Some("is null; true or false is required");
    }
    match convert(value, &terraform_eval::cty::Type::Bool) {
        Ok(converted) => (converted.as_bool() == Some(false)).then_some("fails"),
        Err(_) => Some("is not a bool"),
    }
}
