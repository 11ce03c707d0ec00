//! The result of `condition ? a : b` (`hcl`'s `ConditionalExpr`). Both branches determine the type, whichever is
//! chosen.

use super::convert::{ConvertError, Unified, convert, unify};
use super::marks::Marks;
use super::quote::quoted;
use super::types::Type;
use super::value::{Refinement, Value};

/// The type of a conditional and the conversion of each branch to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Conditional {
    /// The type of the result, whichever branch is chosen.
    pub ty: Type,
    unified: Option<Unified>,
}

/// The branches of a conditional have no type in common. Prints as the detail that Terraform prints below
/// "Inconsistent conditional result types".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InconsistentBranches {
    difference: String,
}

impl std::fmt::Display for InconsistentBranches {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "The true and false result expressions must have consistent types. {}.",
            self.difference
        )
    }
}

impl std::error::Error for InconsistentBranches {}

/// Whether this is a literal `null`, which takes the type of the other branch.
fn is_bare_null(value: &Value) -> bool {
    let marked = value.marks().is_sensitive() || value.marks().is_ephemeral();
    value.is_null() && *value.ty() == Type::Dynamic && !marked
}

/// Finds the type to which both branches of a conditional convert.
pub fn unify_conditional(on_true: &Value, on_false: &Value) -> Result<Conditional, InconsistentBranches> {
    let with_type = |ty: &Type| Conditional {
        ty: ty.clone(),
        unified: Some(Unified::from_type(ty.clone())),
    };
    if is_bare_null(on_true) {
        return Ok(with_type(on_false.ty()));
    }
    if is_bare_null(on_false) {
        return Ok(with_type(on_true.ty()));
    }
    if *on_true.ty() == Type::Dynamic || *on_false.ty() == Type::Dynamic {
        return Ok(Conditional {
            ty: Type::Dynamic,
            unified: None,
        });
    }
    match unify([on_true.ty(), on_false.ty()]) {
        Some(unified) => Ok(Conditional {
            ty: unified.ty.clone(),
            unified: Some(unified),
        }),
        None => Err(InconsistentBranches {
            // The names of attributes are a part of a value.
            difference: if on_true.marks_deep().hides_value() || on_false.marks_deep().hides_value() {
                "The difference is not shown, because a value is sensitive or ephemeral".to_owned()
            } else {
                difference(on_true.ty(), on_false.ty())
            },
        }),
    }
}

impl Conditional {
    /// The chosen branch in the common type. The condition influences it, and as in Terraform the result is also
    /// sensitive if the other branch is.
    pub fn choose(&self, condition: &Marks, chosen: &Value, other: &Value) -> Result<Value, ConvertError> {
        let value = match &self.unified {
            None => chosen.clone(),
            Some(unified) if *chosen.ty() == Type::Dynamic => convert(chosen, &unified.ty)?,
            Some(unified) => unified.convert(chosen)?,
        };
        let marks = condition.as_influence().union(&other.marks().without_origins());
        Ok(value.with_marks(&marks))
    }

    /// The result of a conditional whose condition is unknown: what is known of both branches.
    #[must_use]
    pub fn choose_either(&self, condition: &Marks, on_true: &Value, on_false: &Value) -> Value {
        let mut marks = condition.as_influence();
        for branch in [on_true, on_false] {
            marks = marks
                .union(&branch.marks().as_possible())
                .union(&branch.nested_marks().origins_only().as_influence());
        }
        if on_true.is_null() && on_false.is_null() {
            return Value::null(self.ty.clone()).with_marks(&marks);
        }
        let (left, right) = (on_true.ty(), on_false.ty());
        let mut refinement = on_true.refinement().either(&on_false.refinement());
        let comparable = left == right && (*left == Type::Number || left.is_collection());
        if !comparable {
            refinement = Refinement {
                not_null: refinement.not_null,
                ..Refinement::default()
            };
        }
        Value::refined(self.ty.clone(), refinement).with_marks(&marks)
    }
}

/// The difference between two types, in the words of `hcl`.
fn difference(on_true: &Type, on_false: &Type) -> String {
    match (on_true, on_false) {
        (Type::Object(left), Type::Object(right)) => {
            for (name, left) in &left.attributes {
                match right.attributes.get(name) {
                    None => {
                        return format!(
                            "The 'true' value includes object attribute {}, which is absent in the 'false' \
                             value",
                            quoted(name)
                        );
                    }
                    Some(right) if left != right => {
                        let inner = difference(left, right);
                        return format!("Type mismatch for object attribute {}: {inner}", quoted(name));
                    }
                    Some(_) => {}
                }
            }
            let extra = right
                .attributes
                .keys()
                .find(|name| !left.attributes.contains_key(*name));
            if let Some(name) = extra {
                return format!(
                    "The 'false' value includes object attribute {}, which is absent in the 'true' value",
                    quoted(name)
                );
            }
        }
        (Type::Tuple(left), Type::Tuple(right)) => {
            if left.len() != right.len() {
                return format!(
                    "The 'true' tuple has length {}, but the 'false' tuple has length {}",
                    left.len(),
                    right.len()
                );
            }
            let mut pairs = left.iter().zip(right.iter()).enumerate();
            if let Some((index, (left, right))) = pairs.find(|(_, (left, right))| left != right) {
                let inner = difference(left, right);
                return format!("Type mismatch for tuple element {index}: {inner}");
            }
        }
        (Type::List(left), Type::List(right)) if both_structural(left, right) => {
            return format!("Mismatched list element types: {}", difference(left, right));
        }
        (Type::Set(left), Type::Set(right)) if both_structural(left, right) => {
            return format!("Mismatched set element types: {}", difference(left, right));
        }
        (Type::Map(left), Type::Map(right)) if both_structural(left, right) => {
            return format!("Mismatched map element types: {}", difference(left, right));
        }
        _ => {}
    }
    let (left, right) = (on_true.friendly_name(), on_false.friendly_name());
    if left == right {
        return "At least one deeply-nested attribute or element is not compatible across both the 'true' \
                and the 'false' value"
            .to_owned();
    }
    format!("The 'true' value is {left}, but the 'false' value is {right}")
}

fn both_structural(left: &Type, right: &Type) -> bool {
    matches!(
        (left, right),
        (Type::Object(_), Type::Object(_)) | (Type::Tuple(_), Type::Tuple(_))
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn chosen(on_true: &Value, on_false: &Value) -> String {
        match unify_conditional(on_true, on_false) {
            Ok(conditional) => {
                let value = conditional
                    .choose(&Marks::new(), on_true, on_false)
                    .expect("convertible");
                format!("{} {}", value.ty(), crate::cty::to_json(&value).expect("known"))
            }
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn branches_convert_to_a_common_type() {
        let (one, text) = (Value::number(1), Value::string("a"));
        let object =
            |name: &str, value: &Value| Value::object(BTreeMap::from([(name.into(), value.clone())]));
        assert_eq!(chosen(&one, &text), r#"string "1""#);
        assert_eq!(chosen(&Value::null(Type::Dynamic), &one), "number null");
        assert_eq!(
            chosen(&Value::tuple(vec![one.clone()]), &Value::tuple(vec![])),
            "list(number) [1]"
        );
        assert_eq!(
            chosen(&object("a", &one), &object("b", &one)),
            r#"map(number) {"a":1}"#
        );
        assert_eq!(
            chosen(&object("a", &one), &Value::tuple(vec![])),
            "The true and false result expressions must have consistent types. The 'true' value is object, \
             but the 'false' value is tuple."
        );
        assert_eq!(
            chosen(&object("a", &one), &object("a", &Value::bool(true))),
            "The true and false result expressions must have consistent types. Type mismatch for object \
             attribute \"a\": The 'true' value is number, but the 'false' value is bool."
        );
    }

    #[test]
    fn an_unknown_condition_keeps_what_is_known_of_both_branches() {
        let (left, right) = (Value::string("a"), Value::string("b"));
        let conditional = unify_conditional(&left, &right).expect("consistent");
        let result = conditional.choose_either(&Marks::sensitive(), &left, &right);
        assert_eq!(result, Value::unknown(Type::String).refine_not_null());
        assert!(result.marks().is_sensitive());
        let same = unify_conditional(&Value::number(1), &Value::number(1)).expect("consistent");
        let result = same.choose_either(&Marks::new(), &Value::number(1), &Value::number(1));
        assert_eq!(result, Value::number(1));
    }
}
