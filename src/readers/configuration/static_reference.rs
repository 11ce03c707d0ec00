//! References where Terraform allows nothing but references: `depends_on`, `ignore_changes`, `replace_triggered_by`.

use std::sync::Arc;

use terraform_eval::modules::literal;
use terraform_eval::syntax::native::parse_expression;
use terraform_eval::syntax::tree::{Expression, ExpressionKind, Step};

/// A name and the steps after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StaticReference {
    pub(crate) root: Arc<str>,
    pub(crate) steps: Vec<StaticStep>,
}

/// A step after a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum StaticStep {
    Name(Arc<str>),
    /// A key, and whether it is a number.
    Key {
        is_number: bool,
    },
}

impl StaticReference {
    /// The reference that an expression is, or that a quoted one contains. `None` if the expression is anything else.
    pub(crate) fn parse(expression: &Expression) -> Option<Self> {
        let Some(text) = literal(expression) else {
            return Self::of_traversal(expression);
        };
        let (parsed, problems) = parse_expression(expression.span.file, text, 0..text.len());
        parsed
            .filter(|_| problems.is_empty())
            .and_then(|parsed| Self::of_traversal(&parsed))
    }

    fn of_traversal(expression: &Expression) -> Option<Self> {
        let (root, steps) = match &expression.kind {
            ExpressionKind::Traversal { base, steps } => (&**base, &**steps),
            _ => (expression, &[][..]),
        };
        let ExpressionKind::Variable(root) = &root.kind else {
            return None;
        };
        let step = |step: &Step| match step {
            Step::Attribute(name) => Some(StaticStep::Name(name.text.clone())),
            Step::Index { key, .. } => match key.kind {
                ExpressionKind::Number(_) => Some(StaticStep::Key { is_number: true }),
                ExpressionKind::String(_) => Some(StaticStep::Key { is_number: false }),
                _ => None,
            },
        };
        Some(Self {
            root: root.clone(),
            steps: steps.iter().map(step).collect::<Option<_>>()?,
        })
    }

    /// The name at a position after the root.
    pub(crate) fn name(&self, position: usize) -> Option<&Arc<str>> {
        match self.steps.get(position) {
            Some(StaticStep::Name(name)) => Some(name),
            _ => None,
        }
    }
}

/// The entries of a list that has to be a literal. `None` if it is not one.
pub(crate) fn static_list(value: &Expression) -> Option<&[Expression]> {
    match &value.kind {
        ExpressionKind::Tuple(items) => Some(items),
        _ => None,
    }
}
