//! Expressions that are worth the same for every instance of a block and in every round of a `for`.
//!
//! `element(rhcs_image_mirror.a[*].source, count.index)` stands once in a block and is evaluated for each
//! of its instances; the list in it would cost each of them its length. What no `each`, `count` or bound
//! name takes part in is therefore evaluated once in a module instance.

use std::collections::HashMap;
use std::sync::Arc;

use crate::cty::Value;
use crate::modules::references;
use crate::syntax::tree::{Expression, ExpressionKind};

use super::instance::InstanceId;
use super::{Evaluator, Failure, Result, Scope};

/// The expression itself stands for its place: spans of different expressions can be the same. All that is
/// evaluated in a module outlives the evaluator.
type Place = *const Expression;

/// What is known of expressions in blocks with instances and in `for`.
#[derive(Default)]
pub(super) struct Invariants {
    /// Whether they are worth the same in every instance and round.
    places: HashMap<Place, bool>,
    /// What those are worth.
    worths: HashMap<(InstanceId, Place), Result<Value>>,
}

impl Evaluator<'_> {
    /// What an expression is worth, from memory where it can be the same as before.
    pub(super) fn once(&self, expression: &Expression, scope: Scope<'_>) -> Result<Value> {
        let Some(instance) = self.same_everywhere(expression, scope) else {
            return self.kind(expression, scope);
        };
        let key = (instance, std::ptr::from_ref(expression));
        if let Some(known) = self.invariants.borrow().worths.get(&key) {
            return known.clone();
        }
        // Without the names that it does not use, its parts need not be remembered as well.
        let worth = self.kind(expression, Scope::module(instance));
        // A circle or a bound that is met depends on how one came here.
        if !worth.as_ref().is_err_and(Failure::is_final) {
            self.invariants.borrow_mut().worths.insert(key, worth.clone());
        }
        worth
    }

    /// The module instance in which an expression is worth the same everywhere; none where it is not, where
    /// it is evaluated once anyway, or where its value costs nothing.
    fn same_everywhere(&self, expression: &Expression, scope: Scope<'_>) -> Option<InstanceId> {
        use ExpressionKind as Kind;
        let repeated = scope
            .repetition
            .is_some_and(|repetition| repetition.key.is_some());
        let plain = matches!(
            expression.kind,
            Kind::Null
                | Kind::Bool(_)
                | Kind::Number(_)
                | Kind::String(_)
                | Kind::Variable(_)
                | Kind::GetAttr { .. }
                | Kind::Index { .. }
                | Kind::SplatElement
                | Kind::Parenthesis(_)
        );
        let bound = repeated || scope.names.is_some();
        if plain || !bound || scope.element.is_some() || scope.template.is_some() {
            return None;
        }
        let instance = scope.instance?;
        let place = std::ptr::from_ref(expression);
        let known = self.invariants.borrow().places.get(&place).copied();
        let same = known.unwrap_or_else(|| {
            let varies =
                |name: &Arc<str>| matches!(&**name, "each" | "count" | "self") || scope.name(name).is_some();
            let same = !references::names(expression).iter().any(|(name, _)| varies(name));
            self.invariants.borrow_mut().places.insert(place, same);
            same
        });
        same.then_some(instance)
    }
}
