//! Types as `type()` of `terraform console` prints them.

use terraform_eval::cty::Type;

use crate::untrusted::one_line;

/// The spaces of one level.
const INDENT: &str = "    ";

/// Renders a type: objects, tuples and collections of these on several lines.
#[must_use]
pub(crate) fn render_type(ty: &Type) -> String {
    render(ty, 0)
}

fn render(ty: &Type, depth: usize) -> String {
    let (inner, outer) = (INDENT.repeat(depth + 1), INDENT.repeat(depth));
    let collection = |name: &str, element: &Type| match element {
        Type::Object(_) | Type::Tuple(_) => {
            format!("{name}(\n{inner}{},\n{outer})", render(element, depth + 1))
        }
        _ => format!("{name}({})", render(element, depth)),
    };
    match ty {
        Type::Dynamic => "dynamic".to_owned(),
        Type::String => "string".to_owned(),
        Type::Number => "number".to_owned(),
        Type::Bool => "bool".to_owned(),
        Type::List(element) => collection("list", element),
        Type::Set(element) => collection("set", element),
        Type::Map(element) => collection("map", element),
        Type::Tuple(elements) if elements.is_empty() => "tuple([])".to_owned(),
        Type::Tuple(elements) => {
            let lines = elements
                .iter()
                .map(|element| format!("{inner}{},\n", render(element, depth + 1)));
            format!("tuple([\n{}{outer}])", lines.collect::<String>())
        }
        Type::Object(object) if object.attributes.is_empty() => "object({})".to_owned(),
        Type::Object(object) => {
            let attributes = object.attributes.iter();
            let lines = attributes
                .map(|(name, ty)| format!("{inner}{}: {},\n", one_line(name), render(ty, depth + 1)));
            format!("object({{\n{}{outer}}})", lines.collect::<String>())
        }
    }
}
