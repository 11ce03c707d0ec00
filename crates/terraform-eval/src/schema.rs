//! Schemas of resource types, which stand in for the providers.

use std::sync::{Arc, LazyLock, OnceLock};

use crate::address::{Mode, ResourceName};
use crate::cty::{Duplicates, Type, Value, convert, from_json};
use crate::hashing::IndexMap;

/// The attributes of a resource type or of an object, in the order of their names.
pub type Schema = IndexMap<Arc<str>, Attribute>;

/// An attribute of a resource type.
#[derive(Debug)]
pub struct Attribute {
    /// Who sets its value.
    pub set_by: SetBy,
    /// Its value if the configuration does not set it.
    pub default: Option<Value>,
    /// Its type. Attributes of objects that are not required are optional.
    pub ty: Type,
    /// The attributes of the objects that it consists of.
    pub nested: Schema,
}

/// Who sets the value of an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetBy {
    /// The configuration must set it.
    Required,
    /// The configuration may set it, else it is null.
    Optional,
    /// The configuration may set it, else the provider's default applies, which is known before apply.
    Default,
    /// The configuration may set it, else the provider sets it during apply.
    Either,
    /// The provider sets it during apply.
    Computed,
}

/// The schemas of Terraform's built-in provider: `terraform_data`, `terraform_remote_state`.
const BUILTIN: &str = include_str!("schema/builtin.txt");

/// The schemas of resource types and data sources, by name.
#[derive(Debug, Default)]
pub struct ProviderSchemas {
    managed: IndexMap<&'static str, LazySchema>,
    data: IndexMap<&'static str, LazySchema>,
}

/// The lines of a resource type, parsed on the first use: most runs use few of the types.
#[derive(Debug)]
struct LazySchema {
    lines: &'static str,
    parsed: OnceLock<Schema>,
}

impl LazySchema {
    fn get(&self) -> &Schema {
        self.parsed.get_or_init(|| {
            let lines = self.lines.lines().filter(|line| !line.starts_with('#'));
            let lines: Vec<Line> = lines.map(Line::parse).collect();
            attributes(&lines, 1).0
        })
    }
}

impl ProviderSchemas {
    /// The schemas of Terraform's built-in provider alone.
    #[must_use]
    pub fn builtin() -> &'static Self {
        static SCHEMAS: LazyLock<ProviderSchemas> = LazyLock::new(|| ProviderSchemas::parse(""));
        &SCHEMAS
    }

    /// The schemas of a table, and those of Terraform's built-in provider.
    ///
    /// Each line of the table has a resource type (`resource NAME`, `data NAME`) or, two spaces further in, an
    /// attribute: its name, who sets it (`required`, `optional`, `default`, `either`, `computed`), its type, and the
    /// default as JSON if the provider has one. The attributes of an object follow it, two spaces further in.
    /// Lines that begin with `#` are comments.
    #[must_use]
    pub fn parse(table: &'static str) -> Self {
        let mut schemas = Self::default();
        for table in [BUILTIN, table] {
            schemas.read(table);
        }
        schemas.managed.sort_unstable_keys();
        schemas.data.sort_unstable_keys();
        schemas
    }

    /// The schema of a resource type, if it is known.
    #[must_use]
    pub fn get(&self, resource: &ResourceName) -> Option<&Schema> {
        let of_mode = match resource.mode {
            Mode::Managed => &self.managed,
            Mode::Data => &self.data,
        };
        of_mode.get(&*resource.kind).map(LazySchema::get)
    }

    /// All resource types and data sources by name, managed ones first.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Schema)> {
        let all = self.managed.iter().chain(&self.data);
        all.map(|(name, schema)| (*name, schema.get()))
    }

    /// The names of all resource types and data sources, managed ones first.
    pub fn types(&self) -> impl Iterator<Item = (Mode, &'static str)> {
        let managed = self.managed.keys().map(|name| (Mode::Managed, *name));
        managed.chain(self.data.keys().map(|name| (Mode::Data, *name)))
    }

    fn read(&mut self, table: &'static str) {
        let mut starts = Vec::new();
        let mut offset = 0;
        for line in table.split_inclusive('\n') {
            if !line.starts_with([' ', '#']) {
                starts.push(offset);
            }
            offset += line.len();
        }
        let ends = starts.iter().copied().skip(1).chain([table.len()]);
        let sections = starts
            .iter()
            .zip(ends)
            .filter_map(|(start, end)| table.get(*start..end));
        for (header, lines) in sections.filter_map(|section| section.split_once('\n')) {
            let Some((mode, name)) = header.split_once(' ') else {
                continue;
            };
            let of_mode = if mode == "data" {
                &mut self.data
            } else {
                &mut self.managed
            };
            let parsed = OnceLock::new();
            of_mode.insert(name, LazySchema { lines, parsed });
        }
    }
}

/// The type of a resource with a schema.
#[must_use]
pub fn object_type(schema: &Schema) -> Type {
    let attribute =
        |(name, attribute): (&Arc<str>, &Attribute)| (name.clone(), attribute.ty.without_optional());
    Type::object(schema.iter().map(attribute))
}

/// Whether the provider may set an attribute of the schema or of a nested one.
#[must_use]
pub fn has_computed_attributes(schema: &Schema) -> bool {
    let may_set = |setter| !matches!(setter, SetBy::Required | SetBy::Optional);
    schema
        .values()
        .any(|attribute| may_set(attribute.set_by) || has_computed_attributes(&attribute.nested))
}

/// A line of the table and its level of indentation.
struct Line {
    level: usize,
    words: [&'static str; 4],
}

impl Line {
    fn parse(line: &'static str) -> Self {
        let level = (line.len() - line.trim_start().len()) / 2;
        let mut words = line.split_whitespace();
        let words = [(); 4].map(|()| words.next().unwrap_or_default());
        Self { level, words }
    }
}

/// The attributes of the following lines at this level, and the remaining lines.
fn attributes(mut lines: &[Line], level: usize) -> (Schema, &[Line]) {
    let mut schema = Schema::default();
    while let Some((line, below)) = lines.split_first().filter(|(line, _)| line.level == level) {
        let (nested, remaining) = attributes(below, level + 1);
        let [name, setter, ty, default] = line.words;
        let ty = parse(ty, &nested);
        let attribute = Attribute {
            set_by: match setter {
                "required" => SetBy::Required,
                "optional" => SetBy::Optional,
                "default" => SetBy::Default,
                "either" => SetBy::Either,
                _ => SetBy::Computed,
            },
            default: from_json(default, Duplicates::SameType)
                .ok()
                .and_then(|value| convert(&value, &ty).ok()),
            ty,
            nested,
        };
        schema.insert(name.into(), attribute);
        lines = remaining;
    }
    schema.sort_unstable_keys();
    (schema, lines)
}

fn parse(text: &str, nested: &Schema) -> Type {
    let container = |prefix: &str| text.strip_prefix(prefix)?.strip_suffix(')');
    if let Some(element) = container("list(") {
        return Type::list(parse(element, nested));
    }
    if let Some(element) = container("map(") {
        return Type::map(parse(element, nested));
    }
    match text {
        "string" => Type::String,
        "number" => Type::Number,
        "bool" => Type::Bool,
        "object" => {
            let attributes = nested
                .iter()
                .map(|(name, attribute)| (name.clone(), attribute.ty.clone()));
            let optional = nested
                .iter()
                .filter(|(_, attribute)| attribute.set_by != SetBy::Required);
            Type::object_with_optional(attributes, optional.map(|(name, _)| name.clone()).collect())
        }
        _ => Type::Dynamic,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indented_attributes_belong_to_the_object_above() {
        let schemas = ProviderSchemas::parse(
            "# A comment.\nresource example_thing\n  id computed string\n  settings optional object\n    \
             tags default list(string) []\n    name required string\ndata example_thing\n  id required string\n",
        );
        let thing = schemas.get(&ResourceName::managed("example_thing", "a")).unwrap();
        assert_eq!(thing["id"].set_by, SetBy::Computed);
        let tags = &thing["settings"].nested["tags"];
        assert_eq!(tags.default, Some(Value::list(Type::String, Vec::new())));
        assert_eq!(thing["settings"].nested["name"].set_by, SetBy::Required);
        let data = schemas.get(&ResourceName::data("example_thing", "a")).unwrap();
        assert_eq!(data["id"].set_by, SetBy::Required);
        assert!(schemas.get(&ResourceName::managed("aws_instance", "i")).is_none());
    }

    #[test]
    fn the_builtin_provider_is_always_known() {
        let schemas = ProviderSchemas::builtin();
        let data = schemas
            .get(&ResourceName::managed("terraform_data", "a"))
            .unwrap();
        assert_eq!(data["input"].ty, Type::Dynamic);
    }
}
