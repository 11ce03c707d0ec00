//! Templates: text with values in it.

use crate::cty::marks::Marks;
use crate::cty::{Refinement, Type, Value, convert, safe_prefix};
use crate::syntax::tree::{Template, TemplatePart};

use super::comprehension::each_element;
use super::scope::Frame;
use super::{Evaluator, Failure, Result, Scope};

/// So many bytes of text are one step: they take memory besides time.
const BYTES: usize = 8;

/// A text that is being put together, up to the first thing that is not known.
struct Text {
    known: String,
    open: bool,
    marks: Marks,
}

impl Text {
    fn push(&mut self, text: &str) {
        if !self.open {
            self.known.push_str(text);
        }
    }

    /// What a directive holds is one value to Terraform: where the end of it is open, its beginning is not
    /// known either.
    fn forget_inner(&mut self, before: usize, was_open: bool) {
        if self.open && !was_open {
            self.known.truncate(before);
        }
    }
}

impl Evaluator<'_> {
    pub(super) fn template(&self, template: &Template, scope: Scope<'_>) -> Result<Value> {
        // A lone interpolation is the value itself, of whatever type.
        if let [TemplatePart::Interpolation(expression)] = template.parts.as_slice() {
            return self.evaluate(expression, scope);
        }
        let mut text = Text {
            known: String::new(),
            open: false,
            marks: Marks::new(),
        };
        self.parts(&template.parts, scope, &mut text)?;
        let value = if text.open {
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

    fn parts(&self, parts: &[TemplatePart], scope: Scope<'_>, text: &mut Text) -> Result<()> {
        for part in parts {
            match part {
                TemplatePart::Literal { text: literal, .. } => {
                    self.spend(1 + literal.len() / BYTES)?;
                    text.push(literal);
                }
                TemplatePart::Interpolation(expression) => {
                    let value = self.evaluate(expression, scope)?;
                    let before = text.known.len();
                    interpolate(&value, text).map_err(|failure| failure.at(expression.span))?;
                    self.spend((text.known.len() - before) / BYTES)?;
                }
                TemplatePart::If {
                    condition, yes, no, ..
                } => {
                    let value = self.evaluate(condition, scope)?;
                    text.marks = text.marks.union(&value.marks().as_influence());
                    if value.is_null() {
                        return Err(Failure::invalid("the condition is null").at(condition.span));
                    }
                    let decided = if value.is_known() {
                        let bool = convert(&value, &Type::Bool).map_err(|error| {
                            Failure::invalid(format!("the condition is not a bool: {error}"))
                                .at(condition.span)
                        })?;
                        bool.as_bool()
                    } else {
                        None
                    };
                    self.branches(decided, [&yes.parts, &no.parts], scope, text)?;
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
                        each_element(&value).map_err(|failure| failure.at(collection.span))?
                    else {
                        text.open = true;
                        continue;
                    };
                    let (before, was_open) = (text.known.len(), text.open);
                    for (key, element) in elements {
                        let frame = Frame {
                            key: key_variable.as_ref().map(|name| (&name.text, key)),
                            value: (&value_variable.text, element),
                            outer: scope.names,
                        };
                        self.spend(1)?;
                        self.parts(&body.parts, scope.with_names(&frame), text)?;
                    }
                    text.forget_inner(before, was_open);
                }
            }
        }
        Ok(())
    }

    /// The branch that the condition takes. As in a conditional expression the other one is worked out as
    /// well, may fail, and makes the text sensitive where it is.
    fn branches(
        &self,
        condition: Option<bool>,
        [yes, no]: [&[TemplatePart]; 2],
        scope: Scope<'_>,
        text: &mut Text,
    ) -> Result<()> {
        let chosen = match condition {
            Some(true) => Some((yes, no)),
            Some(false) => Some((no, yes)),
            None => None,
        };
        if let Some((chosen, _)) = chosen {
            let (before, was_open) = (text.known.len(), text.open);
            self.parts(chosen, scope, text)?;
            text.forget_inner(before, was_open);
        } else {
            text.open = true;
        }
        for other in chosen.map_or(vec![yes, no], |(_, other)| vec![other]) {
            let mut unused = Text {
                known: String::new(),
                open: true,
                marks: Marks::new(),
            };
            match self.parts(other, scope, &mut unused) {
                Err(failure) if failure.is_final() => return Err(failure),
                Ok(()) if chosen.is_none() => text.marks = text.marks.union(&unused.marks),
                Ok(()) => text.marks = text.marks.union(&unused.marks.without_origins()),
                Err(_) => {}
            }
        }
        Ok(())
    }
}

fn interpolate(value: &Value, text: &mut Text) -> Result<()> {
    text.marks = text.marks.union(&value.marks_deep().as_influence());
    if !value.is_known() && !value.ty().is_primitive() {
        // Terraform looks at the type of a value only once it is known.
        text.open = true;
        return Ok(());
    }
    if value.is_null() {
        return Err(Failure::invalid(
            "the value is null, which a template cannot contain",
        ));
    }
    let string = convert(value, &Type::String).map_err(|error| {
        Failure::invalid(format!(
            "the value cannot be included in a string template: {error}"
        ))
    })?;
    match string.as_str() {
        Some(known) => text.push(known),
        // What is known of the beginning of an open value does not count in a text.
        None => text.open = true,
    }
    Ok(())
}
