//! Checks `depends_on` and `lifecycle`, whose references Terraform resolves before it evaluates anything.

use std::sync::Arc;

use crate::diagnostic::{nearest_of, positions_near};
use crate::model::{ConfigurationIssue, ConfigurationIssueKind};
use crate::provider::{is_provider_source, types::PROVIDER_NAME};
use crate::readers::configuration::issues::{IssueSubject, Issues};
use crate::readers::configuration::static_reference::{StaticReference, StaticStep, static_list};
use terraform_eval::address::{Mode, ResourceName};
use terraform_eval::cty::{Type, convert};
use terraform_eval::cty::{Value, index};
use terraform_eval::dialect::{Dialect, Feature};
use terraform_eval::modules::{Module, literal, references};
use terraform_eval::schema::Schema;
use terraform_eval::source::{Sources, Span};
use terraform_eval::syntax::document::Format;
use terraform_eval::syntax::tree::{Block, Body, Expression, ExpressionKind, Step};

/// The arguments of a `lifecycle` block. `check_dialect` reports those that the version does not have.
const LIFECYCLE_ARGUMENTS: [&str; 6] = [
    "create_before_destroy",
    "prevent_destroy",
    "ignore_changes",
    "replace_triggered_by",
    "destroy",
    "enabled",
];

/// The conditions of a `lifecycle` block.
const CONDITIONS: [&str; 2] = ["precondition", "postcondition"];

/// The block of a `lifecycle` block that is not a condition. `check_dialect` reports it if the version does not have it.
const ACTION_TRIGGER: &str = "action_trigger";

/// The types of provisioners that Terraform has, with the arguments that each requires and all that it has.
const PROVISIONERS: [Provisioner; 3] = [
    Provisioner {
        kind: "local-exec",
        required: &["command"],
        one_of: &[],
        others: &["working_dir", "interpreter", "environment", "quiet"],
    },
    Provisioner {
        kind: "remote-exec",
        required: &[],
        one_of: &["inline", "script", "scripts"],
        others: &[],
    },
    Provisioner {
        kind: "file",
        required: &["destination"],
        one_of: &["source", "content"],
        others: &[],
    },
];

/// A type of provisioner.
struct Provisioner {
    kind: &'static str,
    required: &'static [&'static str],
    /// Arguments of which one is required.
    one_of: &'static [&'static str],
    others: &'static [&'static str],
}

/// The arguments of a provisioner that are keywords.
const KEYWORDS: [(&str, [&str; 2]); 2] = [
    ("when", ["create", "destroy"]),
    ("on_failure", ["continue", "fail"]),
];

/// Checks the meta-arguments of one block.
pub(crate) struct MetaArguments<'c> {
    pub(crate) module: &'c Module,
    pub(crate) sources: &'c Sources,
    /// The resource; for a module call, `module` with the name of the call.
    pub(crate) resource: &'c ResourceName,
    /// Whether the module is the root module.
    pub(crate) is_root: bool,
    pub(crate) schema: &'c Schema,
    pub(crate) subject: IssueSubject<'c>,
    pub(crate) issues: &'c mut Issues,
    pub(crate) dialect: Dialect,
}

impl MetaArguments<'_> {
    /// Checks `depends_on` alone, which module calls have too.
    pub(crate) fn check_depends_on(&mut self, block: &Block) {
        if let Some(argument) = block.body.attribute("depends_on") {
            self.depends_on(&argument.value);
        }
    }

    pub(crate) fn check(&mut self, block: &Block) {
        self.check_depends_on(block);
        if let Some(argument) = block.body.attribute("provider") {
            self.provider(&argument.value);
        }
        for lifecycle in block.body.blocks("lifecycle") {
            self.lifecycle(lifecycle);
        }
        for kind in ["lifecycle", "connection"] {
            if let Some(second) = block.body.blocks(kind).nth(1) {
                let message = format!("a second {kind} block");
                self.reject(message, second.header, "a resource has one at most");
            }
        }
        self.check_self_references(block);
        if self.resource.mode == Mode::Data {
            let managed_only = ["provisioner", "connection"];
            let blocks = block.body.blocks.iter();
            for block in blocks.filter(|block| managed_only.contains(&&*block.kind.text)) {
                self.unsupported_block(&block.kind.text, block.header, "a data source");
            }
        } else {
            for provisioner in block.body.blocks("provisioner") {
                self.provisioner(provisioner);
            }
            self.check_no_labels(&block.body);
        }
    }

    /// An argument cannot refer to its own resource: only `depends_on` may, and has no effect.
    fn check_self_references(&mut self, block: &Block) {
        let arguments = block.body.attributes.iter();
        for argument in
            arguments.filter(|argument| !matches!(&*argument.name.text, "depends_on" | "provider"))
        {
            for traversal in references::in_expression(&argument.value) {
                if traversal.resource() == Some(self.resource) {
                    let message = format!("{} refers to its own resource", argument.name.text);
                    self.reject(message, traversal.span, "a reference to this block itself");
                }
            }
        }
    }

    /// What Terraform requires of a provisioner whatever it does.
    fn provisioner(&mut self, block: &Block) {
        let kind = match &*block.labels {
            [kind] => &*kind.text,
            labels => {
                let message = format!("the provisioner has {} labels", labels.len());
                return self.reject(message, block.header, "one label is required: its type");
            }
        };
        let Some(provisioner) = PROVISIONERS.iter().find(|provisioner| provisioner.kind == kind) else {
            let message = format!("there is no provisioner {kind:?}");
            return self.reject(message, block.header, "not a type of provisioner");
        };
        let has = |name: &str| block.body.attribute(name).is_some();
        let missing = provisioner.required.iter().filter(|name| !has(name));
        let missing: Vec<String> = missing.map(|name| format!("`{name}`")).collect();
        let missing = match provisioner.one_of {
            [] => missing,
            names if names.iter().any(|name| has(name)) => missing,
            names => vec![format!("one of `{}`", names.join("`, `"))],
        };
        if !missing.is_empty() {
            let issue = ConfigurationIssue::rejected(
                ConfigurationIssueKind::MissingArgument,
                self.subject.to_subject(),
                format!("the provisioner does not set {}", missing.join(", ")),
                block.header,
            );
            self.add(issue.label("a required argument is missing"));
        }
        let is_argument = |name: &str| {
            let tables = [provisioner.required, provisioner.one_of, provisioner.others];
            tables.iter().any(|names| names.contains(&name)) || KEYWORDS.iter().any(|(word, _)| *word == name)
        };
        for argument in &block.body.attributes {
            if !is_argument(&argument.name.text) {
                let message = format!("unsupported argument {:?} in a provisioner", argument.name.text);
                self.reject(
                    message,
                    argument.name.span,
                    &format!("not an argument of {kind:?}"),
                );
            }
        }
        let when = block.body.attribute("when");
        if when.is_some_and(|when| self.sources.slice(when.value.span).trim_matches('"') == "destroy") {
            self.check_destroy_provisioner(block);
        }
        for (name, words) in KEYWORDS {
            let Some(argument) = block.body.attribute(name) else {
                continue;
            };
            let word = self.sources.slice(argument.value.span).trim_matches('"');
            if !words.contains(&word) {
                let message = format!("{name} of the provisioner is not one of its keywords");
                let label = format!("`{}` or `{}`", words[0], words[1]);
                self.reject(message, argument.value.span, &label);
            }
        }
        self.check_no_labels(&block.body);
    }

    /// A provisioner that runs when the resource is destroyed knows nothing but the resource.
    fn check_destroy_provisioner(&mut self, block: &Block) {
        let arguments = block.body.attributes.iter();
        let arguments = arguments.filter(|argument| !matches!(&*argument.name.text, "when" | "on_failure"));
        for (root, span) in arguments.flat_map(|argument| references::root_names(&argument.value)) {
            let is_value = &*root == "each" && !self.sources.slice(span).ends_with("key");
            if is_value || !matches!(&*root, "self" | "count" | "each" | "path" | "terraform" | "tofu") {
                let message = format!("a provisioner for destruction refers to {root}");
                self.reject(
                    message,
                    span,
                    "only `self`, `count.index` and `each.key` are known",
                );
            }
        }
    }

    /// A `connection` block has no labels.
    fn check_no_labels(&mut self, body: &Body) {
        for block in body.blocks("connection").filter(|block| !block.labels.is_empty()) {
            self.reject(
                "the connection block has a label",
                block.header,
                "no label is allowed",
            );
        }
    }

    fn unsupported_block(&mut self, kind: &str, span: Span, of: &str) {
        let issue = ConfigurationIssue::rejected(
            ConfigurationIssueKind::UnsupportedArgument,
            self.subject.to_subject(),
            format!("unsupported block {kind:?} in {of}"),
            span,
        );
        self.add(issue.label(format!("not a block of {of}")).help("remove it"));
    }

    /// `provider` names a provider by its local name, which has to be the rhcs provider in this module. In OpenTofu, a key
    /// may select an instance of the provider: `rhcs.by_region[each.key]`.
    fn provider(&mut self, value: &Expression) {
        let without_key = match &value.kind {
            ExpressionKind::Traversal { base, steps } if self.dialect.has(Feature::ProviderForEach) => {
                match steps.split_last() {
                    Some((Step::Index { .. }, rest)) => {
                        let kind = ExpressionKind::Traversal {
                            base: base.clone(),
                            steps: rest.into(),
                        };
                        Some(Expression::new(kind, value.span))
                    }
                    _ => None,
                }
            }
            _ => None,
        };
        let value = without_key.as_ref().unwrap_or(value);
        let Some(reference) = StaticReference::parse(value) else {
            return self.reject(
                "provider is not a reference",
                value.span,
                "a reference is required",
            );
        };
        let providers = self.module.providers(self.sources);
        let is_rhcs = match providers.requirement(&reference.root) {
            Some(entry) => entry.source.as_deref().is_none_or(is_provider_source),
            None => &*reference.root == PROVIDER_NAME,
        };
        if let (Some(alias), true, true) = (reference.name(0), self.is_root, is_rhcs)
            && !providers.has_alias(&reference.root, alias)
        {
            let message = format!(
                "the root module configures no provider {}.{alias}",
                reference.root
            );
            self.reject(message, value.span, "not configured");
        }
        if !is_rhcs {
            let message = format!("provider is {}, which is not the rhcs provider", reference.root);
            self.reject(message, value.span, "another provider");
        }
    }

    fn reject(&mut self, message: impl Into<String>, span: Span, label: &str) {
        self.add(self.issue(message, span, label));
    }

    fn issue(&self, message: impl Into<String>, span: Span, label: &str) -> ConfigurationIssue {
        let kind = ConfigurationIssueKind::Other;
        ConfigurationIssue::rejected(kind, self.subject.to_subject(), message, span).label(label)
    }

    fn add(&mut self, issue: ConfigurationIssue) {
        self.issues.add(issue);
    }

    fn depends_on(&mut self, value: &Expression) {
        let Some(entries) = static_list(value) else {
            return self.reject("depends_on is not a list", value.span, "a list is required");
        };
        for entry in entries {
            match StaticReference::parse(entry) {
                Some(reference) => self.dependency(&reference, entry.span),
                None => self.reject(
                    "depends_on has an element that is not a reference",
                    entry.span,
                    "only references to whole resources and modules are allowed",
                ),
            }
        }
    }

    fn dependency(&mut self, reference: &StaticReference, span: Span) {
        let whole = |used: usize| {
            let rest = reference.steps.get(used..).unwrap_or_default();
            !rest.iter().any(|step| matches!(step, StaticStep::Name(_)))
        };
        let name = reference.name(0);
        let is_whole = match (&*reference.root, name) {
            ("each" | "count", _) => {
                return self.reject(
                    format!("depends_on refers to {}", reference.root),
                    span,
                    "not available here",
                );
            }
            ("var", Some(name)) => {
                if !self.module.variables.contains_key(name) {
                    return self.undeclared("variable", name, span);
                }
                whole(1)
            }
            ("local", Some(name)) => {
                if !self.module.locals(self.sources).contains_key(name) {
                    return self.undeclared("local value", name, span);
                }
                whole(1)
            }
            ("module", Some(name)) => {
                if !self.module.calls.contains_key(name) {
                    return self.undeclared("module call", name, span);
                }
                // An output of a module counts as a whole object.
                let after_key = usize::from(matches!(reference.steps.get(1), Some(StaticStep::Key { .. })));
                let output = 1 + after_key;
                let names_output = matches!(reference.steps.get(output), Some(StaticStep::Name(_)));
                whole(output + usize::from(names_output))
            }
            ("path" | "terraform" | "self" | "ephemeral" | "action" | "list", Some(_)) => true,
            _ => {
                let Some((resource, used)) = resource_name(reference) else {
                    let message = "depends_on has an element that is not a reference";
                    return self.reject(message, span, "a type and a name are required");
                };
                if !self.resource(&resource, span) {
                    return;
                }
                if let (Some(StaticStep::Key { .. }), false) =
                    (reference.steps.get(used), self.has_instances(&resource))
                {
                    let message = format!("depends_on has an index after {resource}, which has no instances");
                    return self.reject(message, span, "it has neither `count` nor `for_each`");
                }
                whole(used)
            }
        };
        if !is_whole {
            let issue = self
                .issue(
                    "depends_on refers to an attribute",
                    span,
                    "not a whole resource or module",
                )
                .help("refer to the whole object, without an attribute");
            self.add(issue);
        }
    }

    /// Whether the module declares a resource; reports it if not.
    fn resource(&mut self, resource: &ResourceName, span: Span) -> bool {
        if self.module.resources.contains(resource) {
            return true;
        }
        let resources = &self.module.resources;
        let near = positions_near(resources.len(), resources.place_of(resource));
        let declared = resources.names().skip(near.start).take(near.len());
        let declared: Vec<String> = declared.map(ToString::to_string).collect();
        let nearest = nearest_of(&resource.to_string(), declared.iter().map(String::as_str));
        let issue = self.issue(
            format!("the module declares no resource {resource}"),
            span,
            "not declared",
        );
        let issue = match nearest {
            Some(nearest) => issue.help(format!("did you mean `{nearest}`?")),
            None => issue.help("declare it, or remove the reference"),
        };
        self.add(issue);
        false
    }

    fn has_instances(&self, resource: &ResourceName) -> bool {
        let block = self.module.resources.get(resource);
        let block = block.and_then(|resource| resource.block.parse(self.sources));
        block.is_none_or(|block| {
            block.body.attribute("count").is_some() || block.body.attribute("for_each").is_some()
        })
    }

    fn undeclared(&mut self, what: &str, name: &Arc<str>, span: Span) {
        self.reject(
            format!("the module declares no {what} named {name:?}"),
            span,
            "not declared",
        );
    }

    fn lifecycle(&mut self, lifecycle: &Block) {
        for argument in &lifecycle.body.attributes {
            let value = &argument.value;
            match &*argument.name.text {
                name if self.resource.mode == Mode::Data
                    && LIFECYCLE_ARGUMENTS.contains(&name)
                    && name != "enabled" =>
                {
                    let message = format!("lifecycle has {name:?}, which a data source does not have");
                    self.reject(message, argument.name.span, "only for managed resources");
                }
                "ignore_changes" => self.ignore_changes(value),
                "replace_triggered_by" => self.replace_triggered_by(value),
                name if !LIFECYCLE_ARGUMENTS.contains(&name) => {
                    let issue = ConfigurationIssue::rejected(
                        ConfigurationIssueKind::UnsupportedArgument,
                        self.subject.to_subject(),
                        format!("unsupported argument {name:?} in lifecycle"),
                        argument.name.span,
                    );
                    self.add(issue.label("not an argument of `lifecycle`").help("remove it"));
                }
                "create_before_destroy" if !references::root_names(value).is_empty() => self.reject(
                    "create_before_destroy is not a literal",
                    value.span,
                    "no references are allowed here",
                ),
                name => {
                    if let Some(found) = not_a_bool(value) {
                        let message = format!("{name} is {found}, but a bool is required");
                        self.reject(message, value.span, "true or false");
                    }
                }
            }
        }
        for block in &lifecycle.body.blocks {
            if CONDITIONS.contains(&&*block.kind.text) {
                self.condition_arguments(block);
                continue;
            }
            if &*block.kind.text == ACTION_TRIGGER {
                continue;
            }
            self.unsupported_block(&block.kind.text, block.header, "lifecycle");
        }
    }

    /// What Terraform requires of a condition before it evaluates it.
    fn condition_arguments(&mut self, block: &Block) {
        let kind = block.kind.text.clone();
        for name in ["condition", "error_message"] {
            if block.body.attribute(name).is_none() {
                let issue = ConfigurationIssue::rejected(
                    ConfigurationIssueKind::MissingArgument,
                    self.subject.to_subject(),
                    format!("the {kind} has no {name}"),
                    block.header,
                );
                self.add(
                    issue
                        .label(format!("no `{name}`"))
                        .help(format!("add `{name} = …`")),
                );
            }
        }
        let Some(condition) = block.body.attribute("condition") else {
            return;
        };
        let names = references::root_names(&condition.value);
        if names.is_empty() {
            self.reject(
                format!("the condition of the {kind} refers to nothing"),
                condition.value.span,
                "a reference is required",
            );
        }
        let itself = references::in_expression(&condition.value)
            .into_iter()
            .find(|reference| reference.resource() == Some(self.resource));
        if let Some(reference) = itself {
            self.reject(
                format!("the {kind} refers to its own resource"),
                reference.span,
                "not allowed; a postcondition has `self`",
            );
        }
        let own = names.iter().find(|(name, _)| &**name == "self");
        if let (Some((_, span)), "precondition") = (own, &*kind) {
            self.reject(
                "the precondition refers to self",
                *span,
                "`self` exists in a postcondition",
            );
        }
    }

    fn ignore_changes(&mut self, value: &Expression) {
        // In JSON, the word is a string.
        let is_json = Format::of(self.sources.file(value.span.file)) == Format::Json;
        let is_all = matches!(&value.kind, ExpressionKind::Variable(name) if &**name == "all")
            || (is_json && literal(value) == Some("all"));
        if is_all {
            return;
        }
        let Some(entries) = static_list(value) else {
            let message = "ignore_changes is neither a list nor `all`";
            return self.reject(message, value.span, "a list is required");
        };
        for entry in entries {
            let Some(reference) = StaticReference::parse(entry) else {
                let issue = self
                    .issue(
                        "ignore_changes has an element that is not an attribute",
                        entry.span,
                        "not an attribute",
                    )
                    .help("write the names of attributes, or `ignore_changes = all`");
                self.add(issue);
                continue;
            };
            if let Err(message) = self.ignored_attribute(&reference) {
                let names = self.schema.keys().map(|name| &**name);
                let issue = self.issue(message, entry.span, "not an attribute");
                let issue = match (&*reference.root, nearest_of(&reference.root, names)) {
                    ("all", _) => issue.help("write `ignore_changes = all`"),
                    (root, Some(nearest)) if root != nearest => {
                        issue.help(format!("did you mean `{nearest}`?"))
                    }
                    _ => issue.help("remove it"),
                };
                self.add(issue);
            }
        }
    }

    fn ignored_attribute(&self, reference: &StaticReference) -> Result<(), String> {
        let root = &reference.root;
        let Some(attribute) = self.schema.get(root) else {
            return Err(format!(
                "ignore_changes names {root:?}, which {} does not have",
                self.resource.kind
            ));
        };
        let mut value = Value::unknown(attribute.ty.without_optional());
        for step in &reference.steps {
            let result = match step {
                StaticStep::Name(name) => {
                    terraform_eval::cty::get_attr(&value, name).map_err(|error| error.to_string())
                }
                StaticStep::Key { is_number } => {
                    let key = if *is_number { Type::Number } else { Type::String };
                    let is_list = matches!(value.ty(), Type::List(_) | Type::Tuple(_));
                    if is_list && !is_number {
                        Err("a number is required".to_owned())
                    } else {
                        index(&value, &Value::unknown(key)).map_err(|error| error.to_string())
                    }
                }
            };
            value = result.map_err(|error| format!("ignore_changes names a part of {root:?}: {error}"))?;
        }
        Ok(())
    }

    /// Reports `each` and `count` in a block that does not have them.
    fn check_repetition(&mut self, value: &Expression) {
        let block = self.module.resources.get(self.resource);
        let Some(block) = block.and_then(|resource| resource.block.parse(self.sources)) else {
            return;
        };
        for (word, argument) in [("each", "for_each"), ("count", "count")] {
            let names = references::root_names(value);
            let used = names.iter().find(|(name, _)| &**name == word);
            if let (Some((_, span)), None) = (used, block.body.attribute(argument)) {
                let message = format!("replace_triggered_by refers to {word}");
                self.reject(message, *span, &format!("the block has no `{argument}`"));
            }
        }
    }

    fn replace_triggered_by(&mut self, value: &Expression) {
        let Some(entries) = static_list(value) else {
            return self.reject(
                "replace_triggered_by is not a list",
                value.span,
                "a list is required",
            );
        };
        for entry in entries {
            let references = references::in_expression(entry);
            let mut resources =
                references
                    .into_iter()
                    .filter_map(|reference| match (reference.subject, &entry.kind) {
                        (terraform_eval::address::Subject::Resource(name), _)
                            if name.mode == Mode::Managed =>
                        {
                            Some(name)
                        }
                        _ => None,
                    });
            self.check_repetition(entry);
            match resources.next() {
                Some(name) if name == *self.resource => self.reject(
                    "replace_triggered_by refers to its own resource",
                    entry.span,
                    "the resource itself",
                ),
                Some(name) => _ = self.resource(&name, entry.span),
                None => self.reject(
                    "replace_triggered_by has an element that is not a managed resource",
                    entry.span,
                    "a resource or an attribute of one is required",
                ),
            }
        }
    }
}

/// The resource that a reference names, and the number of steps that name it.
fn resource_name(reference: &StaticReference) -> Option<(ResourceName, usize)> {
    let (mode, kind, name, used) = match &*reference.root {
        "data" => (Mode::Data, reference.name(0)?, reference.name(1)?, 2),
        "resource" => (Mode::Managed, reference.name(0)?, reference.name(1)?, 2),
        _ => (Mode::Managed, &reference.root, reference.name(0)?, 1),
    };
    let resource = ResourceName {
        mode,
        kind: kind.clone(),
        name: name.clone(),
    };
    Some((resource, used))
}

/// What a literal is that is not a bool.
pub(crate) fn not_a_bool(value: &Expression) -> Option<&'static str> {
    match &value.kind {
        ExpressionKind::Null => Some("null"),
        ExpressionKind::Number(_) => Some("a number"),
        ExpressionKind::Tuple(_) => Some("a list"),
        ExpressionKind::Object(_) => Some("an object"),
        ExpressionKind::String(text) => convert(&Value::string(&**text), &Type::Bool)
            .is_err()
            .then_some("a string"),
        _ => None,
    }
}
