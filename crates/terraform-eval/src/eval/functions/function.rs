//! The definition of a function: its parameters, its result type, what it does.

use crate::cty::{Type, Value};
use crate::dialect::Feature;

use super::args::Args;
use super::error::FunctionError;
use super::host::Call;

/// The maximum number of parameters of a function, apart from the variadic one.
const MAX_PARAMETERS: usize = 3;

/// A function of Terraform, as an entry of a table.
///
/// ```text
/// Function::new("join", join)
///     .param(Parameter::new("separator", ConstType::String))
///     .variadic(Parameter::new("lists", ConstType::ListOfString))
///     .returns(ConstType::String)
/// ```
pub(super) struct Function {
    pub(super) name: &'static str,
    parameters: [Parameter; MAX_PARAMETERS],
    parameter_count: usize,
    /// The parameter of all further arguments.
    pub(super) variadic: Option<Parameter>,
    pub(super) result_type: ResultType,
    pub(super) run: Implementation,
    /// Whether the result contains arguments or their elements unchanged, so that their origins remain its
    /// own: `one`, `merge`, `concat`.
    pub(super) passes_through: bool,
    /// Whether an unknown result is refined as not null (`RefineResult` of go-cty).
    pub(super) refines_not_null: bool,
    /// Whether the work does not depend on the size of the arguments.
    pub(super) has_constant_cost: bool,
}

/// What a function does. Arguments are unknown, null or marked only if their parameter allows it.
type Implementation = fn(&Call<'_>, Args<'_>) -> Result<Value, FunctionError>;

/// The type of a function's result.
#[derive(Clone, Copy)]
pub(super) enum ResultType {
    /// The same type for all arguments.
    Fixed(ConstType),
    /// A type that depends on the arguments, some of which may be unknown.
    Of(fn(Args<'_>) -> Result<Type, FunctionError>),
}

/// A parameter. The flags are those of go-cty (`function.Parameter`): each allows arguments that the call
/// otherwise deals with before the function runs.
#[derive(Clone, Copy)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each permission of go-cty's parameters is independent of the others"
)]
pub(super) struct Parameter {
    /// The name in messages.
    pub(super) name: &'static str,
    pub(super) ty: ConstType,
    pub(super) allow_null: bool,
    pub(super) allow_unknown: bool,
    pub(super) allow_dynamic: bool,
    pub(super) allow_marked: bool,
    /// The function deals with null itself in programs that have the feature.
    pub(super) allow_null_with: Option<Feature>,
    /// The function deals with values of unknown type itself in programs that have the feature.
    pub(super) allow_dynamic_with: Option<Feature>,
}

/// A type that can be named in a constant, as [`Type`] cannot.
#[derive(Debug, Clone, Copy)]
pub(super) enum ConstType {
    Any,
    String,
    Number,
    Bool,
    List,
    ListOfString,
    ListOfNumber,
    ListOfBool,
    Set,
    SetOfString,
    Map,
    MapOfListOfString,
}

impl Function {
    /// Defines a function without parameters, whose result may be of any type and is never null.
    pub(super) const fn new(name: &'static str, run: Implementation) -> Self {
        Self {
            name,
            parameters: [Parameter::new("", ConstType::Any); MAX_PARAMETERS],
            parameter_count: 0,
            variadic: None,
            result_type: ResultType::Fixed(ConstType::Any),
            run,
            passes_through: false,
            refines_not_null: true,
            has_constant_cost: false,
        }
    }

    /// Adds a parameter.
    pub(super) const fn param(mut self, parameter: Parameter) -> Self {
        self.parameters[self.parameter_count] = parameter;
        self.parameter_count += 1;
        self
    }

    /// Adds the parameter of all further arguments.
    pub(super) const fn variadic(mut self, parameter: Parameter) -> Self {
        self.variadic = Some(parameter);
        self
    }

    /// Sets the type of the result.
    pub(super) const fn returns(mut self, ty: ConstType) -> Self {
        self.result_type = ResultType::Fixed(ty);
        self
    }

    /// Sets the function that derives the type of the result from the arguments.
    pub(super) const fn returns_type_of(mut self, ty: fn(Args<'_>) -> Result<Type, FunctionError>) -> Self {
        self.result_type = ResultType::Of(ty);
        self
    }

    /// The result contains arguments or their elements unchanged.
    pub(super) const fn passes_through(mut self) -> Self {
        self.passes_through = true;
        self
    }

    /// The result may be null, or Terraform does not say that it is not.
    pub(super) const fn may_be_null(mut self) -> Self {
        self.refines_not_null = false;
        self
    }

    /// The work does not depend on the size of the arguments.
    pub(super) const fn constant_cost(mut self) -> Self {
        self.has_constant_cost = true;
        self
    }

    /// The parameters that every call has an argument for.
    pub(super) fn parameters(&self) -> &[Parameter] {
        &self.parameters[..self.parameter_count]
    }

    /// The parameter of the argument at a position, or `None` if the call has too many arguments.
    pub(super) fn parameter(&self, position: usize) -> Option<&Parameter> {
        self.parameters().get(position).or(self.variadic.as_ref())
    }
}

impl ResultType {
    /// The type of the result for these arguments.
    pub(super) fn of(self, args: Args<'_>) -> Result<Type, FunctionError> {
        match self {
            Self::Fixed(ty) => Ok(ty.to_type()),
            Self::Of(ty) => ty(args),
        }
    }
}

impl Parameter {
    /// Defines a parameter whose arguments are known, not null and without marks when the function runs.
    pub(super) const fn new(name: &'static str, ty: ConstType) -> Self {
        Self {
            name,
            ty,
            allow_null: false,
            allow_unknown: false,
            allow_dynamic: false,
            allow_marked: false,
            allow_null_with: None,
            allow_dynamic_with: None,
        }
    }

    /// The function deals with null itself in programs that have the feature.
    pub(super) const fn allow_null_with(mut self, feature: Feature) -> Self {
        self.allow_null_with = Some(feature);
        self
    }

    /// The function deals with values of unknown type itself in programs that have the feature.
    pub(super) const fn allow_dynamic_with(mut self, feature: Feature) -> Self {
        self.allow_dynamic_with = Some(feature);
        self
    }

    /// The function deals with null itself.
    pub(super) const fn allow_null(mut self) -> Self {
        self.allow_null = true;
        self
    }

    /// The function deals with unknown values itself.
    pub(super) const fn allow_unknown(mut self) -> Self {
        self.allow_unknown = true;
        self
    }

    /// The function deals with values of unknown type itself.
    pub(super) const fn allow_dynamic(mut self) -> Self {
        self.allow_dynamic = true;
        self
    }

    /// The function deals with marks itself.
    pub(super) const fn allow_marked(mut self) -> Self {
        self.allow_marked = true;
        self
    }
}

impl ConstType {
    /// Whether this is a string, number or bool.
    pub(super) fn is_primitive(self) -> bool {
        matches!(self, Self::String | Self::Number | Self::Bool)
    }

    /// The type that this names.
    pub(super) fn to_type(self) -> Type {
        match self {
            Self::Any => Type::Dynamic,
            Self::String => Type::String,
            Self::Number => Type::Number,
            Self::Bool => Type::Bool,
            Self::List => Type::list(Type::Dynamic),
            Self::ListOfString => Type::list(Type::String),
            Self::ListOfNumber => Type::list(Type::Number),
            Self::ListOfBool => Type::list(Type::Bool),
            Self::Set => Type::set(Type::Dynamic),
            Self::SetOfString => Type::set(Type::String),
            Self::Map => Type::map(Type::Dynamic),
            Self::MapOfListOfString => Type::map(Type::list(Type::String)),
        }
    }
}
