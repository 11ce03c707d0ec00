//! Which attributes the provider's resource types have: what stands in for the provider itself.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use crate::address::{Mode, ResourceName};
use crate::cty::Type;

/// The table, in a form that can be compared with the provider's documentation line by line.
const TABLE: &str = include_str!("schema.txt");

/// The attributes of a resource type or of an object, by name.
pub type Schema = BTreeMap<Arc<str>, Attribute>;

/// An attribute of a resource type.
#[derive(Debug)]
pub struct Attribute {
    /// Who sets it.
    pub setter: Setter,
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

/// Whether the provider sets any attribute of a schema, or of the objects in it.
#[must_use]
pub fn holds_computed(schema: &Schema) -> bool {
    schema
        .values()
        .any(|attribute| attribute.setter == Setter::Computed || holds_computed(&attribute.inside))
}

/// A line of the table, and how far in it stands.
struct Line {
    level: usize,
    words: [&'static str; 3],
}

fn read(table: &'static str) -> Schemas {
    let lines = table.lines().filter(|line| !line.starts_with('#'));
    let lines: Vec<Line> = lines
        .map(|line| {
            let level = (line.len() - line.trim_start().len()) / 2;
            let mut words = line.split_whitespace();
            let words = [(); 3].map(|()| words.next().unwrap_or_default());
            Line { level, words }
        })
        .collect();
    let mut schemas = Schemas::default();
    let mut rest = lines.as_slice();
    while let Some((line, inside)) = rest.split_first() {
        let (schema, further) = attributes(inside, 1);
        let [mode, name, _] = line.words;
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
        let [name, setter, ty] = line.words;
        let attribute = Attribute {
            setter: match setter {
                "required" => Setter::Required,
                "optional" => Setter::Optional,
                _ => Setter::Computed,
            },
            ty: parse(ty, &inside),
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
    fn the_table_is_read_with_what_stands_inside() {
        let cluster = schema(&ResourceName::managed("rhcs_cluster_rosa_hcp", "c")).expect("known");
        assert_eq!(cluster.len(), 60);
        assert_eq!(cluster["sts"].inside["thumbprint"].setter, Setter::Computed);
        assert_eq!(cluster["properties"].ty, Type::map(Type::String));
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
