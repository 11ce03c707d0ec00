//! The JSON schema of the configuration file, for editors. It is generated from the keys, rules and levels.

use serde_json::{Map, Value, json};

use crate::rules::RULES;
use crate::settings::{FailOn, Level};
use terraform_eval::dialect::Engine;

use super::keys::{FILE, Key, Kind, OVERRIDE, POLICY};

/// Renders the JSON schema.
#[must_use]
pub fn render_schema() -> String {
    let mut schema = table_schema(&FILE, &[]);
    if let Some(members) = schema.as_object_mut() {
        members.insert(
            "$schema".to_owned(),
            json!("http://json-schema.org/draft-07/schema#"),
        );
        members.insert("title".to_owned(), json!("mirrorset.toml"));
    }
    let mut text = serde_json::to_string_pretty(&schema).unwrap_or_default();
    text.push('\n');
    text
}

fn table_schema(keys: &[Key], required: &[&str]) -> Value {
    let properties: Map<String, Value> = keys
        .iter()
        .map(|key| {
            let mut value = value_schema(key.kind);
            if let Some(members) = value.as_object_mut() {
                members.insert("description".to_owned(), json!(key.description));
            }
            (key.name.to_owned(), value)
        })
        .collect();
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

fn value_schema(kind: Kind) -> Value {
    match kind {
        Kind::Flag => json!({"type": "boolean"}),
        Kind::FailOn => json!({"enum": FailOn::WORDS.map(|(word, _)| word)}),
        Kind::Engine => json!({"enum": Engine::ALL.map(Engine::word)}),
        Kind::Version => json!({"type": "string", "pattern": "^v?[0-9]+\\.[0-9]+(\\.[0-9]+)?([-+].*)?$"}),
        Kind::Strings => json!({"type": "array", "items": {"type": "string"}}),
        Kind::Rules => {
            let rules: Map<String, Value> = RULES
                .iter()
                .map(|rule| {
                    let words = Level::WORDS.map(|(word, _)| word);
                    (
                        rule.name.to_owned(),
                        json!({"enum": words, "description": rule.summary()}),
                    )
                })
                .collect();
            json!({"type": "object", "properties": rules, "additionalProperties": false})
        }
        Kind::Overrides => {
            let required = OVERRIDE.map(|key| key.name);
            json!({"type": "array", "items": table_schema(&OVERRIDE, &required)})
        }
        Kind::Policy => table_schema(&POLICY, &[]),
        Kind::OutputFormat | Kind::Text => json!({"type": "string"}),
        Kind::Count => json!({"type": "integer", "minimum": 0}),
    }
}
