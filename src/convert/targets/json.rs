//! `json`: the resolved mirrors in the shape of Terraform's own plan JSON, one for each planned instance.
//!
//! `values` are as in `planned_values`, with the provider's default for `type` filled in; an entry of a
//! manifest has `digest` or `tag` there. `unknown` is as in `after_unknown`; `sensitive` is as in `sensitive_values`. A sensitive value is null.

use serde::Serialize;

use crate::untrusted::json;
use serde_json::{Map, Value};

use crate::convert::cluster_part::ClusterPart;
use crate::convert::target::{
    Capabilities, Document, EntryMerging, ExpressiblePulls, TargetOutput, TargetSpec,
};
use crate::model::{Attribute, AttributeValue, Declaration, Mirror};
use registries_conf::PullKind;

pub(super) static TARGET: TargetSpec = TargetSpec {
    flag: "json",
    help: "The resolved mirrors, in the format of Terraform's plan JSON",
    label: "plan JSON",
    capabilities: Capabilities {
        pulls: ExpressiblePulls::Any,
        source_policy: false,
        empty_entries: true,
        empty_clusters: true,
        unresolved_mirrors: true,
        all_characters: true,
    },
    merging: EntryMerging::Separate,
    api_schema: None,
    option_group: None,
    terraform_note: None,
    write: |_, parts| Ok(TargetOutput::from_documents(vec![write(parts)])),
};

#[derive(Serialize)]
struct Instance {
    address: String,
    values: Map<String, Value>,
    unknown: Map<String, Value>,
    sensitive: Map<String, Value>,
}

/// All mirrors as one JSON array, in the order of the project.
fn write(parts: &[ClusterPart<'_>]) -> Document {
    let mut mirrors: Vec<_> = parts
        .iter()
        .flat_map(|part| part.cluster_mirrors.declarations())
        .collect();
    mirrors.sort_by_key(|mirror| mirror.id);
    let instances: Vec<Instance> = mirrors.into_iter().map(instance).collect();
    let mut text = json::to_lines(&instances);
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
    match &mirror.declaration {
        Declaration::Resource(resource) => {
            instance.set_string("cluster_id", &resource.cluster_id);
            instance.set_string("type", &resource.mirror_type);
        }
        Declaration::ManifestEntry(_) => {
            instance.set_string("cluster_id", &Attribute::absent());
            let pull = match mirror.pull {
                PullKind::DigestOnly => "digest",
                PullKind::TagOnly => "tag",
            };
            instance
                .values
                .insert("type".to_owned(), Value::String(pull.to_owned()));
        }
    }
    instance.set_list("mirrors", &mirror.mirrors);
    instance.set_string("source", &mirror.source);
    instance
}

impl Instance {
    fn set_string(&mut self, name: &str, attribute: &Attribute<String>) {
        match &attribute.content {
            AttributeValue::Unknown(_) => {
                self.unknown.insert(name.to_owned(), Value::Bool(true));
            }
            AttributeValue::Known(_) | AttributeValue::Absent => {
                self.values.insert(name.to_owned(), shown_value(attribute));
            }
        }
        if attribute.sensitive {
            self.sensitive.insert(name.to_owned(), Value::Bool(true));
        }
    }

    fn set_list(&mut self, name: &str, attribute: &Attribute<Vec<Attribute<String>>>) {
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
                each(shown_value)
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

/// A string, or null for one that is sensitive or absent.
fn shown_value(attribute: &Attribute<String>) -> Value {
    match &attribute.content {
        AttributeValue::Known(value) if !attribute.sensitive => Value::String(value.clone()),
        AttributeValue::Known(_) | AttributeValue::Absent | AttributeValue::Unknown(_) => Value::Null,
    }
}
