//! What a function is.

use crate::cty::{Type, Value};

use super::super::{Evaluator, Failure};

/// A function of Terraform's.
pub(in crate::eval) struct Function {
    /// Its name.
    pub(in crate::eval) name: &'static str,
    /// The parameters that every call has.
    pub(in crate::eval) parameters: &'static [Parameter],
    /// The parameter of all further arguments.
    pub(in crate::eval) variadic: Option<&'static Parameter>,
    /// The type of the result, from the arguments, some of which may be unknown. The error is what is
    /// wrong with them.
    pub(in crate::eval) result: fn(&[Value]) -> std::result::Result<Type, String>,
    /// What it does. Arguments are unknown, null or marked only where their parameter allows it.
    pub(in crate::eval) run: fn(&Call<'_>, &[Value]) -> Outcome,
    /// Whether the result holds arguments or elements of them unchanged, so that it comes from where
    /// they come from: `one`, `merge`, `concat`.
    pub(in crate::eval) passes_on: bool,
    /// Whether the result is never null.
    pub(in crate::eval) never_null: bool,
}

/// A parameter.
#[allow(
    clippy::struct_excessive_bools,
    reason = "each permission of go-cty's parameters is independent of the others"
)]
pub(in crate::eval) struct Parameter {
    /// Its name, for messages.
    pub(in crate::eval) name: &'static str,
    /// Its type.
    pub(in crate::eval) want: Want,
    /// Whether the function deals with null itself.
    pub(in crate::eval) allow_null: bool,
    /// Whether the function deals with unknown values itself.
    pub(in crate::eval) allow_unknown: bool,
    /// Whether the function deals with values of unknown type itself.
    pub(in crate::eval) allow_dynamic: bool,
    /// Whether the function deals with marks itself.
    pub(in crate::eval) allow_marked: bool,
}

/// The type of a parameter. (`Type` itself cannot stand in a constant.)
#[derive(Debug, Clone, Copy)]
pub(in crate::eval) enum Want {
    /// Any value.
    Any,
    /// `string`.
    String,
    /// `number`.
    Number,
    /// `bool`.
    Bool,
    /// `list(any)`.
    List,
    /// `list(string)`.
    ListOfString,
    /// `list(bool)`.
    ListOfBool,
    /// `set(any)`.
    Set,
    /// `map(any)`.
    Map,
    /// `map(list(string))`.
    MapOfListOfString,
}

/// What a running function knows besides its arguments.
pub(in crate::eval) struct Call<'a> {
    /// Who calls: files, budget.
    pub(in crate::eval) evaluator: &'a Evaluator<'a>,
    /// The type that the function said its result has.
    pub(in crate::eval) ty: &'a Type,
}

/// What comes of a call.
pub(in crate::eval) enum Outcome {
    /// The result.
    Value(Value),
    /// What is wrong with the arguments, in Terraform's words, without a full stop.
    Error(String),
    /// It could not be worked out: a bound was met.
    Failure(Failure),
}

/// Why a call has no result: [`Outcome`] for functions that are written with `?`.
pub(in crate::eval) enum Stop {
    /// What is wrong with the arguments.
    Error(String),
    /// A bound was met.
    Failure(Failure),
}

impl Function {
    /// The parameter of the argument at a position.
    pub(in crate::eval) fn parameter(&self, position: usize) -> &'static Parameter {
        const NONE: &Parameter = &Parameter::of("argument", Want::Any);
        self.parameters.get(position).or(self.variadic).unwrap_or(NONE)
    }
}

impl Parameter {
    /// A parameter that leaves null, unknown and marked arguments to the caller.
    pub(in crate::eval) const fn of(name: &'static str, want: Want) -> Self {
        Self {
            name,
            want,
            allow_null: false,
            allow_unknown: false,
            allow_dynamic: false,
            allow_marked: false,
        }
    }

    /// The same for a function that deals with null itself.
    pub(in crate::eval) const fn null(self) -> Self {
        Self {
            allow_null: true,
            ..self
        }
    }

    /// The same for a function that deals with unknown values itself.
    pub(in crate::eval) const fn unknown(self) -> Self {
        Self {
            allow_unknown: true,
            ..self
        }
    }

    /// The same for a function that deals with values of unknown type itself.
    pub(in crate::eval) const fn dynamic(self) -> Self {
        Self {
            allow_dynamic: true,
            ..self
        }
    }

    /// The same for a function that deals with marks itself.
    pub(in crate::eval) const fn marked(self) -> Self {
        Self {
            allow_marked: true,
            ..self
        }
    }
}

impl Call<'_> {
    /// Takes steps off the budget, before the work is done.
    pub(in crate::eval) fn spend(&self, steps: usize) -> super::super::Result<()> {
        self.evaluator.spend(steps)
    }

    /// Takes the steps off the budget that so many elements of a new collection cost: they take memory
    /// besides time.
    pub(in crate::eval) fn spend_elements(&self, elements: usize) -> super::super::Result<()> {
        const EACH: usize = 4;
        self.spend(elements.saturating_mul(EACH))
    }
}

impl From<&str> for Stop {
    fn from(message: &str) -> Self {
        Self::Error(message.to_owned())
    }
}

impl From<String> for Stop {
    fn from(message: String) -> Self {
        Self::Error(message)
    }
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

impl From<std::result::Result<Value, Stop>> for Outcome {
    fn from(result: std::result::Result<Value, Stop>) -> Self {
        match result {
            Ok(value) => Self::Value(value),
            Err(Stop::Error(message)) => Self::Error(message),
            Err(Stop::Failure(failure)) => Self::Failure(failure),
        }
    }
}

impl Want {
    /// Whether this is a string, number or bool.
    pub(in crate::eval) fn is_primitive(self) -> bool {
        matches!(self, Self::String | Self::Number | Self::Bool)
    }

    /// The type.
    pub(in crate::eval) fn ty(self) -> Type {
        match self {
            Self::Any => Type::Dynamic,
            Self::String => Type::String,
            Self::Number => Type::Number,
            Self::Bool => Type::Bool,
            Self::List => Type::list(Type::Dynamic),
            Self::ListOfString => Type::list(Type::String),
            Self::ListOfBool => Type::list(Type::Bool),
            Self::Set => Type::set(Type::Dynamic),
            Self::Map => Type::map(Type::Dynamic),
            Self::MapOfListOfString => Type::map(Type::list(Type::String)),
        }
    }
}
