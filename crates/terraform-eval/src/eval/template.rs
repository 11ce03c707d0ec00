//! Templates: text with interpolations and directives.

use crate::cty::Marks;
use crate::cty::{Refinement, Type, Value, convert, safe_prefix};
use crate::syntax::tree::{Template, TemplatePart};

use super::for_expression::keyed_elements;
use super::scope::ForBindings;
use super::{EvalError, Evaluator, Result, Scope};

/// The bytes of text that one step produces. Text takes memory in addition to time.
const BYTES_PER_STEP: usize = 8;

/// The result of a template while it is rendered.
struct Text {
    /// The text before the first unknown part.
    known: String,
    is_unknown: bool,
    marks: Marks,
}

impl Text {
    fn push(&mut self, text: &str) {
        if !self.is_unknown {
            self.known.push_str(text);
        }
    }

    /// Appends a value.
    fn interpolate(&mut self, value: &Value) -> Result<()> {
        self.marks = self.marks.union(&value.marks_deep().as_influence());
        if !value.is_known() && !value.ty().is_primitive() {
            // Terraform checks the type of a value only when it is known.
            self.is_unknown = true;
            return Ok(());
        }
        if value.is_null() {
            return Err(EvalError::invalid(
                "the value is null, which a template cannot contain",
            ));
        }
        let string = convert(value, &Type::String).map_err(|error| {
            EvalError::invalid(format!(
                "the value cannot be included in a string template: {error}"
            ))
        })?;
        match string.as_str() {
            Some(known) => self.push(known),
            // Terraform ignores the known prefix of an unknown string here.
            None => self.is_unknown = true,
        }
        Ok(())
    }

    /// Drops the text of a directive that is partly unknown: to Terraform the result of a directive is one value,
    /// which is then unknown.
    fn drop_directive(&mut self, start: usize, was_unknown: bool) {
        if self.is_unknown && !was_unknown {
            self.known.truncate(start);
        }
    }
}

impl Evaluator<'_> {
    pub(super) fn template(&self, template: &Template, scope: Scope<'_>) -> Result<Value> {
        // A template of one interpolation is the value itself, of any type.
        if let [TemplatePart::Interpolation(expression)] = template.parts.as_slice() {
            return self.evaluate(expression, scope);
        }
        let mut text = Text {
            known: String::new(),
            is_unknown: false,
            marks: Marks::new(),
        };
        self.render(&template.parts, scope, &mut text)?;
        let value = if text.is_unknown {
            let prefix = safe_prefix(&text.known).into();
            Value::refined(
                Type::String,
                Refinement {
                    prefix,
                    ..Refinement::not_null()
                },
            )
        } else {
            Value::string(text.known)
        };
        Ok(value.with_marks(&text.marks))
    }

    fn render(&self, parts: &[TemplatePart], scope: Scope<'_>, text: &mut Text) -> Result<()> {
        for part in parts {
            match part {
                TemplatePart::Literal { text: literal, .. } => {
                    self.charge(1 + literal.len() / BYTES_PER_STEP)?;
                    self.charge_memory(literal.len())?;
                    text.push(literal);
                }
                TemplatePart::Interpolation(expression) => {
                    let value = self.evaluate(expression, scope)?;
                    let start = text.known.len();
                    text.interpolate(&value)
                        .map_err(|error| error.with_span(expression.span))?;
                    self.charge((text.known.len() - start) / BYTES_PER_STEP)?;
                    self.charge_memory(text.known.len() - start)?;
                }
                TemplatePart::If {
                    condition, yes, no, ..
                } => {
                    let value = self.evaluate(condition, scope)?;
                    text.marks = text.marks.union(&value.marks().as_influence());
                    if value.is_null() {
                        return Err(EvalError::invalid("the condition is null").with_span(condition.span));
                    }
                    let condition_value = if value.is_known() {
                        let bool = convert(&value, &Type::Bool).map_err(|error| {
                            EvalError::invalid(format!("the condition is not a bool: {error}"))
                                .with_span(condition.span)
                        })?;
                        bool.as_bool()
                    } else {
                        None
                    };
                    self.render_branches(condition_value, [&yes.parts, &no.parts], scope, text)?;
                }
                TemplatePart::For {
                    key_variable,
                    value_variable,
                    collection,
                    body,
                    ..
                } => {
                    let value = self.evaluate(collection, scope)?;
                    text.marks = text.marks.union(&value.marks().as_influence());
                    let Some(elements) =
                        keyed_elements(&value).map_err(|error| error.with_span(collection.span))?
                    else {
                        text.is_unknown = true;
                        continue;
                    };
                    let (start, was_unknown) = (text.known.len(), text.is_unknown);
                    for (key, element) in elements {
                        let bindings = ForBindings {
                            key: key_variable.as_ref().map(|name| (&name.text, key)),
                            value: (&value_variable.text, element),
                            outer: scope.bindings,
                        };
                        self.charge(1)?;
                        self.render(&body.parts, scope.with_bindings(&bindings), text)?;
                    }
                    text.drop_directive(start, was_unknown);
                }
            }
        }
        Ok(())
    }

    /// Renders the branch that is taken. As in a conditional expression, the other branch is also evaluated; its
    /// errors are ignored, but its sensitive values make the text sensitive.
    fn render_branches(
        &self,
        condition: Option<bool>,
        [yes, no]: [&[TemplatePart]; 2],
        scope: Scope<'_>,
        text: &mut Text,
    ) -> Result<()> {
        let taken = match condition {
            Some(true) => Some((yes, no)),
            Some(false) => Some((no, yes)),
            None => None,
        };
        if let Some((branch, _)) = taken {
            let (start, was_unknown) = (text.known.len(), text.is_unknown);
            self.render(branch, scope, text)?;
            text.drop_directive(start, was_unknown);
        } else {
            text.is_unknown = true;
        }
        for other in taken.map_or(vec![yes, no], |(_, other)| vec![other]) {
            let mut discarded = Text {
                known: String::new(),
                is_unknown: true,
                marks: Marks::new(),
            };
            match self.render(other, scope, &mut discarded) {
                Err(error) if error.is_uncatchable() => return Err(error),
                Ok(()) if taken.is_none() => text.marks = text.marks.union(&discarded.marks),
                Ok(()) => text.marks = text.marks.union(&discarded.marks.without_origins()),
                Err(_) => {}
            }
        }
        Ok(())
    }
}
