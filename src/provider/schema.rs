//! The resource types of the provider, as its schema declares them.

use std::sync::LazyLock;

use terraform_eval::schema::ProviderSchemas;

/// The table, in a form that can be compared with the provider's documentation line by line.
const TABLE: &str = include_str!("schema.txt");

static SCHEMAS: LazyLock<ProviderSchemas> = LazyLock::new(|| ProviderSchemas::parse(TABLE));

/// The schemas of the rhcs provider and of the provider that is part of Terraform.
#[must_use]
pub fn schemas() -> &'static ProviderSchemas {
    &SCHEMAS
}

#[cfg(test)]
mod tests {
    use super::*;
    use terraform_eval::address::ResourceName;
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
    fn the_table_is_read_with_nested_attributes() {
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
}
