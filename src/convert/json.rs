//! `json`: the resolved mirrors in the shape of Terraform's own plan JSON, one for each planned instance.
//!
//! `values` are as in `planned_values`, with the provider's default for `type` filled in; an entry of a
//! manifest has `digest` or `tag` there. `unknown` is as in `after_unknown`; `sensitive` is as in `sensitive_values`. A sensitive value is null.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::model::{Attribute, AttributeValue, Declaration, Mirror};
use registries_conf::PullKind;

use super::Document;

#[derive(Serialize)]
struct Instance {
    address: String,
    values: Map<String, Value>,
    unknown: Map<String, Value>,
    sensitive: Map<String, Value>,
}

/// Mirrors as one JSON array.
pub(super) fn document<'m>(mirrors: impl Iterator<Item = &'m Mirror>) -> Document {
    let instances: Vec<Instance> = mirrors.map(instance).collect();
    let mut text = serde_json::to_string_pretty(&instances).unwrap_or_default();
    text.push('\n');
    Document {
        file: "image-mirrors.json".to_owned(),
        text,
    }
}

fn instance(mirror: &Mirror) -> Instance {
    let mut instance = Instance {
        address: mirror.address.to_string(),
        values: Map::new(),
        unknown: Map::new(),
        sensitive: Map::new(),
    };
    instance.list("mirrors", &mirror.mirrors);
    instance.string("source", &mirror.source);
    match &mirror.declaration {
        Declaration::Resource(resource) => {
            instance.string("cluster_id", &resource.cluster_id);
            instance.string("type", &resource.mirror_type);
        }
        Declaration::ManifestEntry => {
            instance.string("cluster_id", &Attribute::absent());
            let pull = match mirror.pull {
                PullKind::DigestOnly => "digest",
                PullKind::TagOnly => "tag",
            };
            instance
                .values
                .insert("type".to_owned(), Value::String(pull.to_owned()));
        }
    }
    instance
}

impl Instance {
    fn string(&mut self, name: &str, attribute: &Attribute<String>) {
        match &attribute.content {
            AttributeValue::Unknown(_) => _ = self.unknown.insert(name.to_owned(), Value::Bool(true)),
            AttributeValue::Known(_) | AttributeValue::Absent => {
                _ = self.values.insert(name.to_owned(), shown(attribute));
            }
        }
        if attribute.sensitive {
            self.sensitive.insert(name.to_owned(), Value::Bool(true));
        }
    }

    fn list(&mut self, name: &str, attribute: &Attribute<Vec<Attribute<String>>>) {
        let elements = match &attribute.content {
            AttributeValue::Known(elements) => elements.as_slice(),
            AttributeValue::Absent => {
                self.values.insert(name.to_owned(), Value::Null);
                return;
            }
            AttributeValue::Unknown(_) => {
                self.unknown.insert(name.to_owned(), Value::Bool(true));
                &[]
            }
        };
        let each = |of: fn(&Attribute<String>) -> Value| Value::Array(elements.iter().map(of).collect());
        if attribute.value().is_some() {
            let value = if attribute.sensitive {
                Value::Null
            } else {
                each(shown)
            };
            self.values.insert(name.to_owned(), value);
            self.unknown.insert(
                name.to_owned(),
                each(|element| Value::Bool(element.as_unknown().is_some())),
            );
        }
        let sensitive = if attribute.sensitive {
            Value::Bool(true)
        } else {
            each(|element| Value::Bool(element.sensitive))
        };
        self.sensitive.insert(name.to_owned(), sensitive);
    }
}

/// A string, or null for one that may not be shown or does not exist.
fn shown(attribute: &Attribute<String>) -> Value {
    match &attribute.content {
        AttributeValue::Known(value) if !attribute.sensitive => Value::String(value.clone()),
        AttributeValue::Known(_) | AttributeValue::Absent | AttributeValue::Unknown(_) => Value::Null,
    }
}
