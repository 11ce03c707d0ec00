//! The references in an expression, by its syntax alone.

use std::sync::Arc;

use crate::address::{InstanceKey, Mode, ModulePath, ResourceName, Subject};
use crate::reference_graph::Node;
use crate::source::Span;
use crate::stack;
use crate::syntax::tree::{Body, Expression, ExpressionKind, ObjectKey, Step, Template, TemplatePart};

/// A reference in an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Traversal {
    /// The object that the reference names.
    pub subject: Subject,
    /// The instance key, if it is literal: `[0]`, `["a"]`.
    pub key: Option<InstanceKey>,
    /// The first attribute of the object.
    pub attribute: Option<Arc<str>>,
    /// The span of the reference with all its steps.
    pub span: Span,
}

impl Traversal {
    /// The resource, if the reference names one.
    #[must_use]
    pub fn resource(&self) -> Option<&ResourceName> {
        match &self.subject {
            Subject::Resource(resource) => Some(resource),
            _ => None,
        }
    }

    /// The node that the reference depends on, if it is in `module`.
    #[must_use]
    pub fn into_node(self, module: &ModulePath) -> Option<Node> {
        Node::from_reference(module, self.subject, self.attribute)
    }
}

/// Collects the references in an expression. Variables that a `for` binds are not references.
#[must_use]
pub fn in_expression(expression: &Expression) -> Vec<Traversal> {
    let mut references = Vec::new();
    Walk::new(|(root, steps, span)| references.extend(resolve(root, steps, span))).expression(expression);
    references
}

/// Collects the root names of all references in an expression, whatever they name, with the spans of the references.
/// Variables that a `for` binds are not references.
#[must_use]
pub fn root_names(expression: &Expression) -> Vec<(Arc<str>, Span)> {
    let mut names = Vec::new();
    Walk::new(|(root, _, span)| names.push((root.clone(), span))).expression(expression);
    names
}

/// Collects the references in a body and its nested blocks.
#[must_use]
pub fn in_body(body: &Body) -> Vec<Traversal> {
    let mut references = Vec::new();
    Walk::new(|(root, steps, span)| references.extend(resolve(root, steps, span))).body(body);
    references
}

/// Collects the nodes that the references in a body of `module` and in its nested blocks depend on.
#[must_use]
pub(super) fn nodes_in_body(body: &Body, module: &ModulePath) -> Vec<Node> {
    let mut nodes = Vec::new();
    let add = |(root, steps, span): Named<'_>| {
        nodes.extend(resolve(root, steps, span).and_then(|reference| reference.into_node(module)));
    };
    Walk::new(add).body(body);
    nodes
}

/// The root name, the steps and the span of a reference, whatever it names.
pub(crate) type Named<'e> = (&'e Arc<str>, &'e [Step], Span);

/// Collects the references in an expression, whatever they name.
pub(crate) fn names_in(expression: &Expression) -> Vec<Named<'_>> {
    let mut names = Vec::new();
    Walk::new(|named| names.push(named)).expression(expression);
    names
}

/// A walk through expressions that tells the references in them.
struct Walk<F> {
    tell: F,
    /// Variables that an enclosing `for` or `dynamic` block binds.
    bound: Vec<Arc<str>>,
}

impl<'e, F: FnMut(Named<'e>) + Send> Walk<F> {
    fn new(tell: F) -> Self {
        Self {
            tell,
            bound: Vec::new(),
        }
    }

    fn body(&mut self, body: &'e Body) {
        // `provider` names a provider configuration, which looks like a resource.
        for attribute in body
            .attributes
            .iter()
            .filter(|attribute| &*attribute.name.text != "provider")
        {
            self.expression(&attribute.value);
        }
        for block in &body.blocks {
            // A dynamic block's iterator is named by its label.
            let iterators = if &*block.kind.text == "dynamic" {
                block.labels.len()
            } else {
                0
            };
            self.bound.extend(
                block
                    .labels
                    .iter()
                    .take(iterators)
                    .map(|label| label.text.clone()),
            );
            self.body(&block.body);
            self.bound.truncate(self.bound.len() - iterators);
        }
    }

    fn expression(&mut self, expression: &'e Expression) {
        stack::with_depth(expression.height(), || self.kind(expression));
    }

    fn kind(&mut self, expression: &'e Expression) {
        use ExpressionKind as Kind;
        match &expression.kind {
            Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::String(_) | Kind::SplatElement => {}
            Kind::Template(template) => self.template(template),
            Kind::Tuple(items) => items.iter().for_each(|item| self.expression(item)),
            Kind::Object(items) => {
                for item in items {
                    if let ObjectKey::Expression(key) = &item.key {
                        self.expression(key);
                    }
                    self.expression(&item.value);
                }
            }
            Kind::Variable(root) => self.traversal(root, &[], expression.span),
            Kind::Traversal { base, steps } => {
                let root = match &base.kind {
                    Kind::Variable(root) => Some(root),
                    _ => None,
                };
                if let Some(root) = root {
                    self.traversal(root, steps, expression.span);
                }
                for key in steps.iter().rev().filter_map(Step::key) {
                    self.expression(key);
                }
                if root.is_none() {
                    self.expression(base);
                }
            }
            Kind::Splat { base, each, .. } => {
                self.expression(base);
                self.expression(each);
            }
            Kind::Call(call) => call
                .arguments
                .iter()
                .for_each(|argument| self.expression(argument)),
            Kind::Unary { operand, .. } => self.expression(operand),
            Kind::Binary { first, rest } => {
                self.expression(first);
                for operation in rest {
                    self.expression(&operation.operand);
                }
            }
            Kind::Conditional { branches, otherwise } => {
                for branch in branches {
                    self.expression(&branch.condition);
                    self.expression(&branch.value);
                }
                self.expression(otherwise);
            }
            Kind::For(parts) => {
                self.expression(&parts.collection);
                let names = [parts.key_variable.as_ref(), Some(&parts.value_variable)];
                let outer = self.bound.len();
                self.bound
                    .extend(names.into_iter().flatten().map(|name| name.text.clone()));
                let inner = [parts.key.as_ref(), Some(&parts.value), parts.condition.as_ref()];
                for expression in inner.into_iter().flatten() {
                    self.expression(expression);
                }
                self.bound.truncate(outer);
            }
            Kind::Parenthesis(inner) => self.expression(inner),
        }
    }

    fn template(&mut self, template: &'e Template) {
        for part in &template.parts {
            match part {
                TemplatePart::Literal { .. } => {}
                TemplatePart::Interpolation(expression) => self.expression(expression),
                TemplatePart::If {
                    condition, yes, no, ..
                } => {
                    self.expression(condition);
                    self.template(yes);
                    self.template(no);
                }
                TemplatePart::For {
                    key_variable,
                    value_variable,
                    collection,
                    body,
                    ..
                } => {
                    self.expression(collection);
                    let outer = self.bound.len();
                    let names = [key_variable.as_ref(), Some(value_variable)];
                    self.bound
                        .extend(names.into_iter().flatten().map(|name| name.text.clone()));
                    self.template(body);
                    self.bound.truncate(outer);
                }
            }
        }
    }

    /// A name and the steps after it: a reference, unless the name is bound.
    fn traversal(&mut self, root: &'e Arc<str>, steps: &'e [Step], span: Span) {
        if !self.bound.contains(root) {
            (self.tell)((root, steps, span));
        }
    }
}

fn literal_key(key: &Expression) -> Option<InstanceKey> {
    match &key.kind {
        ExpressionKind::Number(text) => text.parse().ok().map(InstanceKey::Index),
        ExpressionKind::String(text) => Some(InstanceKey::Key(text.clone())),
        _ => None,
    }
}

/// The reference of a root name and its steps, by Terraform's rules (`internal/addrs/parse_ref.go`).
pub(crate) fn resolve(root: &Arc<str>, steps: &[Step], span: Span) -> Option<Traversal> {
    let name = |position: usize| match steps.get(position) {
        Some(Step::Attribute(name)) => Some(name.text.clone()),
        _ => None,
    };
    let (subject, used) = match &**root {
        "var" => (Subject::Variable(name(0)?), 1),
        "local" => (Subject::Local(name(0)?), 1),
        "module" => (Subject::Module(name(0)?), 1),
        "data" => (
            Subject::Resource(ResourceName {
                mode: Mode::Data,
                kind: name(0)?,
                name: name(1)?,
            }),
            2,
        ),
        "each" | "count" | "path" | "terraform" | "tofu" => (Subject::from_keyword(root, &name(0)?)?, 1),
        "self" => (Subject::SelfObject, 0),
        "ephemeral" => (
            Subject::Ephemeral {
                kind: name(0)?,
                name: name(1)?,
            },
            2,
        ),
        "resource" => (
            Subject::Resource(ResourceName {
                mode: Mode::Managed,
                kind: name(0)?,
                name: name(1)?,
            }),
            2,
        ),
        _ => {
            let resource = ResourceName {
                mode: Mode::Managed,
                kind: root.clone(),
                name: name(0)?,
            };
            (Subject::Resource(resource), 1)
        }
    };
    let mut rest = steps.get(used..).unwrap_or_default().iter();
    let mut key = None;
    let mut attribute = None;
    match rest.next() {
        Some(Step::Index { key: index, .. }) => {
            key = literal_key(index);
            if let Some(Step::Attribute(name)) = rest.next() {
                attribute = Some(name.text.clone());
            }
        }
        Some(Step::Attribute(name)) => attribute = Some(name.text.clone()),
        None => {}
    }
    Some(Traversal {
        subject,
        key,
        attribute,
        span,
    })
}
