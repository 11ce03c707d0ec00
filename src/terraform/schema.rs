//! Which attributes the provider's resource types have: what stands in for the provider itself.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use crate::address::{Mode, ResourceName};
use crate::cty::{Type, Value, convert, from_json};

/// The table, in a form that can be compared with the provider's documentation line by line.
const TABLE: &str = include_str!("schema.txt");

/// The attributes of a resource type or of an object, by name.
pub type Schema = BTreeMap<Arc<str>, Attribute>;

/// An attribute of a resource type.
#[derive(Debug)]
pub struct Attribute {
    /// Who sets it.
    pub setter: Setter,
    /// What it is worth where nobody sets it.
    pub default: Option<Value>,
    /// Its type. Attributes of objects that need not be written are optional.
    pub ty: Type,
    /// What the objects hold of which it is made.
    pub inside: Schema,
}

/// Who gives an attribute its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Setter {
    /// The configuration has to.
    Required,
    /// The configuration may; else it is null.
    Optional,
    /// The configuration may; else the provider's default stands there, known before the apply.
    Default,
    /// The configuration may; else the provider does, at apply.
    Either,
    /// The provider does, at apply.
    Computed,
}

/// The schemas of all types, by name.
#[derive(Default)]
struct Schemas {
    managed: BTreeMap<&'static str, Schema>,
    data: BTreeMap<&'static str, Schema>,
}

/// The attributes of a resource type; none for the types of other providers.
#[must_use]
pub fn schema(resource: &ResourceName) -> Option<&'static Schema> {
    static SCHEMAS: OnceLock<Schemas> = OnceLock::new();
    let schemas = SCHEMAS.get_or_init(|| read(TABLE));
    match resource.mode {
        Mode::Managed => schemas.managed.get(&*resource.kind),
        Mode::Data => schemas.data.get(&*resource.kind),
    }
}

/// Whether the provider may set any attribute of a schema, or of the objects in it.
#[must_use]
pub fn holds_computed(schema: &Schema) -> bool {
    let may_set = |setter| !matches!(setter, Setter::Required | Setter::Optional);
    schema
        .values()
        .any(|attribute| may_set(attribute.setter) || holds_computed(&attribute.inside))
}

/// A line of the table, and how far in it stands.
struct Line {
    level: usize,
    words: [&'static str; 4],
}

fn read(table: &'static str) -> Schemas {
    let lines = table.lines().filter(|line| !line.starts_with('#'));
    let lines: Vec<Line> = lines
        .map(|line| {
            let level = (line.len() - line.trim_start().len()) / 2;
            let mut words = line.split_whitespace();
            let words = [(); 4].map(|()| words.next().unwrap_or_default());
            Line { level, words }
        })
        .collect();
    let mut schemas = Schemas::default();
    let mut rest = lines.as_slice();
    while let Some((line, inside)) = rest.split_first() {
        let (schema, further) = attributes(inside, 1);
        let [mode, name, ..] = line.words;
        let of_mode = if mode == "data" {
            &mut schemas.data
        } else {
            &mut schemas.managed
        };
        of_mode.insert(name, schema);
        rest = further;
    }
    schemas
}

/// The attributes that stand at this level, up to the first line that does not, and the lines from there.
fn attributes(mut lines: &[Line], level: usize) -> (Schema, &[Line]) {
    let mut found = Schema::new();
    while let Some((line, below)) = lines.split_first().filter(|(line, _)| line.level == level) {
        let (inside, further) = attributes(below, level + 1);
        let [name, setter, ty, default] = line.words;
        let ty = parse(ty, &inside);
        let attribute = Attribute {
            setter: match setter {
                "required" => Setter::Required,
                "optional" => Setter::Optional,
                "default" => Setter::Default,
                "either" => Setter::Either,
                _ => Setter::Computed,
            },
            default: from_json(default)
                .ok()
                .and_then(|value| convert(&value, &ty).ok()),
            ty,
            inside,
        };
        found.insert(name.into(), attribute);
        lines = further;
    }
    (found, lines)
}

fn parse(text: &str, inside: &Schema) -> Type {
    let container = |prefix: &str| text.strip_prefix(prefix)?.strip_suffix(')');
    if let Some(element) = container("list(") {
        return Type::list(parse(element, inside));
    }
    if let Some(element) = container("map(") {
        return Type::map(parse(element, inside));
    }
    match text {
        "string" => Type::String,
        "number" => Type::Number,
        "bool" => Type::Bool,
        "object" => {
            let attributes = inside
                .iter()
                .map(|(name, attribute)| (name.clone(), attribute.ty.clone()));
            let optional = inside
                .iter()
                .filter(|(_, attribute)| attribute.setter != Setter::Required);
            Type::object_with_optional(attributes, optional.map(|(name, _)| name.clone()).collect())
        }
        _ => Type::Dynamic,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_in_the_table_is_a_value() {
        fn check(schema: &Schema) {
            for (name, attribute) in schema {
                let has_default = attribute.setter == Setter::Default;
                assert_eq!(attribute.default.is_some(), has_default, "{name}");
                check(&attribute.inside);
            }
        }
        let schemas = read(TABLE);
        schemas
            .managed
            .values()
            .chain(schemas.data.values())
            .for_each(check);
    }

    #[test]
    fn the_table_is_read_with_what_stands_inside() {
        let cluster = schema(&ResourceName::managed("rhcs_cluster_rosa_hcp", "c")).expect("known");
        assert_eq!(cluster.len(), 60);
        assert_eq!(cluster["sts"].inside["thumbprint"].setter, Setter::Computed);
        assert_eq!(cluster["properties"].ty, Type::map(Type::String));
        let registries = &cluster["registry_config"].inside["registry_sources"];
        let allowed = &registries.inside["allowed_registries"];
        assert_eq!(allowed.default, Some(Value::list(Type::String, Vec::new())));
        let mirrors = schema(&ResourceName::data("rhcs_image_mirrors", "m")).expect("known");
        assert!(
            mirrors["image_mirrors"]
                .ty
                .element()
                .is_some_and(|element| element.attribute("source").is_some())
        );
        assert!(schema(&ResourceName::managed("aws_instance", "i")).is_none());
    }
}
