//! Checks the arguments that Terraform requires of blocks that are not evaluated, and the names of blocks.

use std::sync::Arc;

use crate::diagnostic::Subject;
use crate::model::{ConfigurationIssue, ConfigurationIssueKind};
use crate::provider::is_provider_type;
use crate::readers::configuration::meta_arguments::MetaArguments;
use crate::readers::configuration::root_module::reader::RootModuleReader;
use terraform_eval::address::{ModulePath, ResourceName};
use terraform_eval::modules::{LazyBlock, Module, ModuleId, literal, references};
use terraform_eval::schema::Schema;
use terraform_eval::source::Span;
use terraform_eval::syntax::is_identifier;
use terraform_eval::syntax::tree::{Attribute, Block, Body, ExpressionKind};
use terraform_eval::version;

/// What a block has, apart from what only some versions have.
struct Form {
    kind: &'static str,
    required: &'static [&'static str],
    others: &'static [&'static str],
}

const OUTPUT: Form = Form {
    kind: "output",
    required: &["value"],
    others: &[
        "description",
        "sensitive",
        "depends_on",
        "ephemeral",
        "deprecated",
        "type",
    ],
};

const ASSERTION: Form = Form {
    kind: "assert",
    required: &["condition", "error_message"],
    others: &[],
};

/// The arguments of a `terraform` block.
const SETTINGS: [&str; 2] = ["required_version", "experiments"];

/// The arguments of a `module` block that no variable can be named for.
const RESERVED_VARIABLES: [&str; 8] = [
    "source",
    "version",
    "providers",
    "count",
    "for_each",
    "lifecycle",
    "depends_on",
    "locals",
];

impl RootModuleReader<'_> {
    /// Checks the blocks of a module.
    pub(crate) fn check_forms(&mut self, id: ModuleId, path: &ModulePath) {
        let module = self.tree.module(id);
        let subject = |name: String| {
            if path.is_root() {
                Subject::Other(name)
            } else {
                Subject::Other(format!("{path}.{name}"))
            }
        };
        for (name, output) in &module.outputs {
            let subject = subject(format!("output.{name}"));
            if let Some(block) = self.parsed(output) {
                self.check_form(&subject, &OUTPUT, block);
                self.check_output_form(module, name, &subject, path, block);
            }
        }
        for (name, call) in &module.calls {
            if let Some(block) = self.parsed(&call.block)
                && block.body.attribute("source").is_none()
            {
                let subject = subject(format!("module.{name}"));
                self.missing(&subject, "the module block does not set `source`", block.header);
            }
        }
        for (name, variable) in &module.variables {
            if RESERVED_VARIABLES.contains(&&**name) {
                let message = format!("a variable cannot be named {name:?}");
                self.reject_form(
                    &subject(format!("var.{name}")),
                    message,
                    variable.header(),
                    "reserved",
                );
            }
        }
        for resource in module.resources.names().filter(|name| !is_identifier(&name.name)) {
            let block = module.resources.get(resource);
            let span = block.map(|resource| resource.block.header());
            if let Some(span) = span.filter(|_| crate::provider::is_relevant_type(resource)) {
                let message = format!("{:?} is not a name", &*resource.name);
                let label =
                    "a letter or underscore comes first; letters, digits, underscores and dashes follow";
                self.reject_form(&subject(resource.to_string()), message, span, label);
            }
        }
        for check in module.others().iter().filter(|block| block.kind() == "check") {
            let name = check.labels().first().map_or("", |label| &*label.text);
            let subject = subject(format!("check.{name}"));
            let Some(block) = self.parsed(check) else {
                continue;
            };
            if block.body.blocks("assert").next().is_none() {
                self.missing(&subject, "the check block has no assert block", block.header);
            }
            for assertion in block.body.blocks("assert") {
                self.check_form(&subject, &ASSERTION, assertion);
                let condition = assertion.body.attribute("condition");
                if let Some(condition) =
                    condition.filter(|condition| references::root_names(&condition.value).is_empty())
                {
                    let message = "the condition of the assertion refers to nothing".to_owned();
                    self.reject_form(&subject, message, condition.value.span, "a reference is required");
                }
            }
        }
        for ephemeral in module.others().iter().filter(|block| block.kind() == "ephemeral") {
            let kind = ephemeral.labels().first().map_or("", |label| &*label.text);
            if is_provider_type(kind) {
                let message = format!("the rhcs provider has no ephemeral resource {kind:?}");
                self.reject_form(
                    &subject(kind.to_owned()),
                    message,
                    ephemeral.header(),
                    "no such type",
                );
            }
        }
        for settings in module.settings() {
            if let Some(block) = self.parsed(settings) {
                self.check_settings(&block.body);
            }
        }
    }

    /// Checks what an output depends on, and that an output of the root module is not ephemeral.
    fn check_output_form(
        &mut self,
        module: &Module,
        name: &Arc<str>,
        subject: &Subject,
        path: &ModulePath,
        block: &Block,
    ) {
        let mut meta_arguments = MetaArguments {
            module,
            sources: self.context.sources,
            resource: &ResourceName::managed("output", &**name),
            is_root: path.is_root(),
            schema: &Schema::default(),
            subject: subject.into(),
            issues: &mut self.issues,
            dialect: self.context.inputs.dialect,
        };
        meta_arguments.check_depends_on(block);
        let ephemeral = block.body.attribute("ephemeral");
        let is_ephemeral = |argument: &&Attribute| matches!(argument.value.kind, ExpressionKind::Bool(true));
        if let Some(argument) = ephemeral.filter(is_ephemeral).filter(|_| path.is_root()) {
            let message = "an output of the root module is ephemeral".to_owned();
            self.reject_form(
                subject,
                message,
                argument.value.span,
                "only outputs of called modules",
            );
        }
    }

    /// A block without syntax errors.
    fn parsed<'b>(&self, block: &'b LazyBlock) -> Option<&'b Block> {
        let parsed = block.parse(self.context.sources)?;
        (!block.has_syntax_errors()).then_some(parsed)
    }

    fn check_form(&mut self, subject: &Subject, form: &Form, block: &Block) {
        let kind = form.kind;
        for name in form.required {
            if block.body.attribute(name).is_none() {
                let message = format!("the {kind} block does not set `{name}`");
                self.missing(subject, &message, block.header);
            }
        }
        for argument in &block.body.attributes {
            let name = &*argument.name.text;
            if !form.required.contains(&name) && !form.others.contains(&name) {
                let kind_of_issue = ConfigurationIssueKind::UnsupportedArgument;
                let message = format!("unsupported argument {name:?} in {kind}");
                let issue =
                    ConfigurationIssue::rejected(kind_of_issue, subject.clone(), message, argument.name.span);
                self.issues.add(
                    issue
                        .label(format!("not an argument of `{kind}`"))
                        .help("remove it"),
                );
            }
        }
    }

    fn check_settings(&mut self, body: &Body) {
        let subject = Subject::Other("terraform".to_owned());
        for argument in &body.attributes {
            let name = &*argument.name.text;
            if !SETTINGS.contains(&name) {
                let message = format!("unsupported argument {name:?} in terraform");
                self.reject_form(
                    &subject,
                    message,
                    argument.name.span,
                    "not an argument of `terraform`",
                );
            }
        }
        let version = body.attribute("required_version").map(|version| &version.value);
        if let Some(value) = version
            && let Some(text) = literal(value)
            && !may_be_constraint(text)
        {
            let message = format!("{text:?} is not a version constraint");
            self.reject_form(&subject, message, value.span, "such as \">= 1.5\"");
        }
    }

    fn missing(&mut self, subject: &Subject, message: &str, span: Span) {
        let kind = ConfigurationIssueKind::MissingArgument;
        let issue = ConfigurationIssue::rejected(kind, subject.clone(), message, span);
        self.issues.add(issue.label("required"));
    }

    fn reject_form(&mut self, subject: &Subject, message: String, span: Span, label: &str) {
        let kind = ConfigurationIssueKind::Other;
        let issue = ConfigurationIssue::rejected(kind, subject.clone(), message, span);
        self.issues.add(issue.label(label));
    }
}

/// Whether a text may be a version constraint: each part has the number of a version after its operator.
pub(super) fn may_be_constraint(text: &str) -> bool {
    let starts_with_number = |part: &str| {
        let (_, number) = version::split(part);
        let number = number.trim_start();
        number.starts_with(|first: char| first.is_ascii_digit() || first == 'v')
    };
    text.split(',').all(starts_with_number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constraint_has_a_number_in_each_part() {
        for text in [
            "1.7.2",
            ">= 1.7.2, < 2.0.0",
            "~>1.7",
            "= v1.7.2",
            "1.7.2-prerelease.1",
            "!= 1.7.3",
        ] {
            assert!(may_be_constraint(text), "{text}");
        }
        for text in ["latest", "", ">= ", ">= 1.0, x"] {
            assert!(!may_be_constraint(text), "{text}");
        }
    }
}
