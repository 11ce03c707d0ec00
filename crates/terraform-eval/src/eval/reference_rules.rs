//! What Terraform checks of references before it evaluates anything, also where nothing would evaluate them: in the
//! arguments of `try`, in a `for` expression over nothing, in values that nothing needs.

use std::sync::Arc;

use crate::address::{ResourceName, Subject};
use crate::dialect::{Dialect, Feature};
use crate::modules::{Module, references};
use crate::schema::ProviderSchemas;
use crate::source::{Sources, Span};
use crate::syntax::tree::{Expression, Step};

use super::reference::{
    check_attribute, incomplete, is_type_name, no_count_attribute, no_each_attribute, no_path_attribute,
    no_terraform_attribute, undeclared, unknown_name,
};
use super::{Evaluator, Result, Scope};

/// What the references of an expression may name.
#[derive(Clone, Copy)]
struct ReferenceRules<'a> {
    /// The module of the expression.
    module: &'a Module,
    /// The files of the module.
    sources: &'a Sources,
    /// The resource types whose attributes are known.
    schemas: &'a ProviderSchemas,
    /// The program.
    dialect: Dialect,
    /// The names that the block of the expression adds.
    names: BlockNames<'a>,
}

/// The names that a block adds to those of its module.
#[derive(Debug, Clone, Copy, Default)]
struct BlockNames<'a> {
    /// Whether `each` can be used.
    each: bool,
    /// Whether `count` can be used.
    count: bool,
    /// The resource that `self` is.
    own_resource: Option<&'a ResourceName>,
}

impl ReferenceRules<'_> {
    fn check(&self, root: &Arc<str>, steps: &[Step], span: Span) -> Result<()> {
        self.check_names(root, steps, span)
            .map_err(|error| error.with_span(span))
    }

    fn check_names(&self, root: &Arc<str>, steps: &[Step], span: Span) -> Result<()> {
        if steps.is_empty() && is_type_name(root, self.dialect) {
            return Ok(());
        }
        let first = match steps.first() {
            Some(Step::Attribute(name)) => Some(&*name.text),
            _ => None,
        };
        match (&**root, first) {
            ("self", _) => {
                let resource = self.names.own_resource.ok_or_else(|| unknown_name(root))?;
                return check_attribute(self.schemas, resource, steps);
            }
            ("each", Some(name)) if !(self.names.each && matches!(name, "key" | "value")) => {
                return Err(no_each_attribute(self.names.each, name));
            }
            ("count", Some(name)) if !(self.names.count && name == "index") => {
                return Err(no_count_attribute(self.names.count, name));
            }
            ("tofu", Some(_)) if !self.dialect.has(Feature::TofuObject) => {
                return Err(unknown_name(root));
            }
            _ => {}
        }
        let reference = references::resolve(root, steps, span).ok_or_else(|| incomplete(root, steps))?;
        let is_declared = match &reference.subject {
            Subject::Variable(name) => self.module.variables.contains_key(name),
            Subject::Local(name) => self.module.locals(self.sources).contains_key(name),
            Subject::Module(name) => self.module.calls.contains_key(name),
            Subject::Resource(name) => self.module.resources.contains(name),
            Subject::Ephemeral { kind, name } => self.module.others().iter().any(|block| {
                let labels = block.labels();
                let is_label = |position: usize, text: &Arc<str>| {
                    labels.get(position).is_some_and(|label| label.text == *text)
                };
                block.kind() == "ephemeral" && is_label(0, kind) && is_label(1, name)
            }),
            Subject::Path(name) if !matches!(&**name, "cwd" | "module" | "root") => {
                return Err(no_path_attribute(name));
            }
            Subject::Terraform(name) => {
                let has_applying = self.dialect.has(Feature::EphemeralBlocks);
                if &**name != "workspace" && !(&**name == "applying" && has_applying) {
                    return Err(no_terraform_attribute(root, name));
                }
                true
            }
            _ => true,
        };
        match &reference.subject {
            subject if !is_declared => Err(undeclared(subject)),
            Subject::Resource(name) => {
                let used = if matches!(&**root, "data" | "resource") {
                    2
                } else {
                    1
                };
                check_attribute(self.schemas, name, steps.get(used..).unwrap_or_default())
            }
            _ => Ok(()),
        }
    }
}

impl Evaluator<'_> {
    /// Checks the references of expressions of which some may not be evaluated. What is evaluated in the scope that is
    /// returned is not checked again.
    pub(super) fn with_checked_references<'s>(
        &self,
        expressions: &[Expression],
        scope: Scope<'s>,
    ) -> Result<Scope<'s>> {
        let Some(instance) = scope.instance.filter(|_| !scope.has_checked_references) else {
            return Ok(scope);
        };
        let repetition = scope.repetition;
        let rules = ReferenceRules {
            module: self.module(instance),
            sources: self.sources,
            schemas: self.tree.schemas(),
            dialect: self.dialect(),
            names: BlockNames {
                each: repetition.is_some_and(|repetition| repetition.each.is_some()),
                count: repetition.is_some_and(|repetition| repetition.index.is_some()),
                own_resource: scope.own_resource,
            },
        };
        for expression in expressions {
            for (root, steps, span) in references::names_in(expression) {
                if scope.lookup(root).is_none() {
                    rules.check(root, steps, span)?;
                }
            }
        }
        Ok(Scope {
            has_checked_references: true,
            ..scope
        })
    }
}
