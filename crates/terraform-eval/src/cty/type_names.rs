//! Names of types: as `terraform console` prints them, and as error messages name them.

use std::fmt;

use super::types::Type;

/// The answer of `terraform console` to `type(…)`, on one line: `object({ a: number, })`.
impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dynamic => f.write_str("dynamic"),
            Self::String => f.write_str("string"),
            Self::Number => f.write_str("number"),
            Self::Bool => f.write_str("bool"),
            Self::List(element) => collection(f, "list", element),
            Self::Set(element) => collection(f, "set", element),
            Self::Map(element) => collection(f, "map", element),
            Self::Tuple(elements) if elements.is_empty() => f.write_str("tuple([])"),
            Self::Tuple(elements) => {
                f.write_str("tuple([")?;
                for element in elements.iter() {
                    write!(f, " {element},")?;
                }
                f.write_str(" ])")
            }
            Self::Object(object) if object.attributes.is_empty() => f.write_str("object({})"),
            Self::Object(object) => {
                f.write_str("object({")?;
                for (name, ty) in &object.attributes {
                    write!(f, " {name}: {ty},")?;
                }
                f.write_str(" })")
            }
        }
    }
}

fn collection(f: &mut fmt::Formatter<'_>, kind: &str, element: &Type) -> fmt::Result {
    if element.is_structural() {
        write!(f, "{kind}( {element}, )")
    } else {
        write!(f, "{kind}({element})")
    }
}

impl Type {
    /// The name of a value's type in error messages: `list of string`, `object`
    /// (cty's `FriendlyName`).
    #[must_use]
    pub fn friendly_name(&self) -> String {
        self.named("dynamic", "dynamic")
    }

    /// The name of a required type in error messages: `any type`, `map of any single type`
    /// (cty's `FriendlyNameForConstraint`).
    #[must_use]
    pub fn constraint_name(&self) -> String {
        self.named("any type", "any single type")
    }

    fn named(&self, dynamic: &str, dynamic_element: &str) -> String {
        let of = |kind: &str, element: &Self| match element {
            Self::Dynamic => format!("{kind} of {dynamic_element}"),
            other => format!("{kind} of {}", other.named(dynamic, dynamic_element)),
        };
        match self {
            Self::Dynamic => dynamic.to_owned(),
            Self::String => "string".to_owned(),
            Self::Number => "number".to_owned(),
            Self::Bool => "bool".to_owned(),
            Self::List(element) => of("list", element),
            Self::Set(element) => of("set", element),
            Self::Map(element) => of("map", element),
            Self::Tuple(_) => "tuple".to_owned(),
            Self::Object(_) => "object".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_print_as_the_console_prints_them() {
        let pair = Type::tuple([Type::Number, Type::String]);
        for (ty, printed) in [
            (Type::list(Type::map(Type::Number)), "list(map(number))"),
            (Type::set(pair.clone()), "set( tuple([ number, string, ]), )"),
            (
                Type::map(Type::list(pair)),
                "map(list( tuple([ number, string, ]), ))",
            ),
            (
                Type::object([("b", Type::String), ("a b", Type::Dynamic)]),
                "object({ a b: dynamic, b: string, })",
            ),
            (Type::list(Type::object::<&str>([])), "list( object({}), )"),
            (Type::set(Type::tuple([])), "set( tuple([]), )"),
        ] {
            assert_eq!(ty.to_string(), printed);
        }
    }

    #[test]
    fn errors_name_types_in_english() {
        let ty = Type::list(Type::Dynamic);
        assert_eq!(ty.friendly_name(), "list of dynamic");
        assert_eq!(ty.constraint_name(), "list of any single type");
        assert_eq!(Type::Dynamic.constraint_name(), "any type");
        assert_eq!(
            Type::map(Type::object([("a", Type::Bool)])).friendly_name(),
            "map of object"
        );
    }
}
