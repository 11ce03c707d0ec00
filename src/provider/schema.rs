//! The attributes of the provider's resource types and data sources. `schema.txt` says what it describes.

use std::sync::LazyLock;

use terraform_eval::schema::ProviderSchemas;

/// The table, in a form that can be compared with the provider's documentation line by line.
const TABLE: &str = include_str!("schema.txt");

static SCHEMAS: LazyLock<ProviderSchemas> = LazyLock::new(|| ProviderSchemas::parse(TABLE));

/// The schemas of the rhcs provider and of the provider that is part of Terraform.
#[must_use]
pub(crate) fn schemas() -> &'static ProviderSchemas {
    &SCHEMAS
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    use serde_json::{Value as Json, json};
    use terraform_eval::address::{Mode, ResourceName};
    use terraform_eval::cty::{Type, Value};
    use terraform_eval::schema::{Schema, SetBy};

    #[test]
    fn every_default_in_the_table_is_a_value() {
        fn check(schema: &Schema) {
            for (name, attribute) in schema {
                let has_default = attribute.set_by == SetBy::Default;
                assert_eq!(attribute.default.is_some(), has_default, "{name}");
                check(&attribute.nested);
            }
        }
        schemas().iter().for_each(|(_, schema)| check(schema));
    }

    #[test]
    fn the_table_has_nested_attributes() {
        let cluster = schemas()
            .get(&ResourceName::managed("rhcs_cluster_rosa_hcp", "c"))
            .unwrap();
        assert_eq!(cluster.len(), 60);
        assert_eq!(cluster["sts"].nested["thumbprint"].set_by, SetBy::Computed);
        assert_eq!(cluster["properties"].ty, Type::map(Type::String));
        let registries = &cluster["registry_config"].nested["registry_sources"];
        let allowed = &registries.nested["allowed_registries"];
        assert_eq!(allowed.default, Some(Value::list(Type::String, Vec::new())));
        let mirrors = schemas()
            .get(&ResourceName::data("rhcs_image_mirrors", "m"))
            .unwrap();
        let element = mirrors["image_mirrors"].ty.element().unwrap();
        assert!(element.attribute("source").is_some());
        assert!(
            schemas()
                .get(&ResourceName::managed("aws_instance", "i"))
                .is_none()
        );
    }

    #[test]
    fn the_table_is_the_schema_that_the_provider_prints() {
        let path =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/conformance/provider/rhcs_schema.json");
        let Ok(text) = std::fs::read_to_string(&path) else {
            println!("skipped: {} cannot be read", path.display());
            return;
        };
        let printed: Json = serde_json::from_str(&text).unwrap();
        let printed = &printed["provider_schemas"]["registry.terraform.io/terraform-redhat/rhcs"];
        let mut expected = Vec::new();
        for (mode, key) in [
            (Mode::Managed, "resource_schemas"),
            (Mode::Data, "data_source_schemas"),
        ] {
            for (kind, schema) in printed[key].as_object().unwrap() {
                assert_eq!(schema["block"].get("block_types"), None, "{kind}");
                let resource = ResourceName {
                    mode,
                    kind: kind.as_str().into(),
                    name: "a".into(),
                };
                let declared = schemas()
                    .get(&resource)
                    .unwrap_or_else(|| panic!("{kind} is missing"));
                assert_same(&resource, kind, declared, &schema["block"]["attributes"]);
                expected.push(kind.as_str());
            }
        }
        let declared = schemas().iter().map(|(kind, _)| kind);
        let declared: Vec<&str> = declared.filter(|kind| !kind.starts_with("terraform_")).collect();
        assert_eq!(declared, expected);
    }

    /// Compares attributes with those of the JSON, and the attributes of the objects in them.
    fn assert_same(resource: &ResourceName, path: &str, declared: &Schema, printed: &Json) {
        let printed = printed.as_object().unwrap();
        let names: Vec<&str> = declared.keys().map(|name| &**name).collect();
        let expected: Vec<&str> = printed.keys().map(String::as_str).collect();
        assert_eq!(names, expected, "{path}");
        for (name, attribute) in declared {
            let path = format!("{path}.{name}");
            let printed = &printed[&**name];
            let flag = |name: &str| printed[name] == true;
            let allowed: &[SetBy] = match (flag("required"), flag("optional"), flag("computed")) {
                (true, ..) => &[SetBy::Required],
                (_, true, true) => &[SetBy::Either, SetBy::Default],
                (_, true, false) if resource.mode == Mode::Data => &[SetBy::Optional, SetBy::Either],
                (_, true, false) => &[SetBy::Optional],
                (_, false, true) => &[SetBy::Computed],
                // An attribute of an object type, where the schema does not say who sets it.
                (false, false, false) => &[SetBy::Optional, SetBy::Computed],
            };
            assert!(
                allowed.contains(&attribute.set_by),
                "{path}: {:?}",
                attribute.set_by
            );
            let (ty, inside) = match printed.get("nested_type") {
                Some(nested) => {
                    let object = json!("object");
                    let ty = match nested["nesting_mode"].as_str() {
                        Some("single") => object,
                        mode => json!([mode, object]),
                    };
                    (ty, Some(nested["attributes"].clone()))
                }
                None => (printed["type"].clone(), None),
            };
            let inside = inside.or_else(|| assert_type(&path, &attribute.ty, &ty));
            match inside {
                Some(inside) => {
                    assert_type(&path, &attribute.ty, &ty);
                    assert_same(resource, &path, &attribute.nested, &inside);
                }
                None => assert!(attribute.nested.is_empty(), "{path}"),
            }
        }
    }

    /// Compares a type with that of the JSON down to objects. Gives the attributes of an object type.
    fn assert_type(path: &str, declared: &Type, printed: &Json) -> Option<Json> {
        if let Some([container, element]) = printed.as_array().map(Vec::as_slice) {
            if container == "object" {
                assert!(declared.to_string().starts_with("object"), "{path}: {declared}");
                let attributes = element.as_object().unwrap().iter();
                let attributes = attributes.map(|(name, ty)| (name.clone(), json!({ "type": ty })));
                return Some(Json::Object(attributes.collect()));
            }
            let expected = match container.as_str() {
                Some("list") => Type::list,
                Some("map") => Type::map,
                _ => panic!("{path}: {container}"),
            };
            let inner = declared.element().unwrap_or_else(|| panic!("{path}: {declared}"));
            assert_eq!(*declared, expected(inner.clone()), "{path}");
            return assert_type(path, inner, element);
        }
        let matches = match printed.as_str() {
            Some("string") => *declared == Type::String,
            Some("number") => *declared == Type::Number,
            Some("bool") => *declared == Type::Bool,
            _ => matches!(declared, Type::Object(_)),
        };
        assert!(matches, "{path}: {declared}, not {printed}");
        None
    }
}
