//! Detects what kind of JSON a text is from the keys of its outermost object.

use std::cell::Cell;
use std::fmt;

use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};

use crate::readers::plan::plan_text::JsonStr;

/// The kinds of JSON that Terraform writes and that users pass to a linter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JsonKind {
    /// `terraform show -json PLAN`.
    Plan,
    /// `terraform show -json`.
    State,
    /// `tofu show -json -config`.
    Configuration,
    /// `terraform plan -json`: one message per line.
    LineStream,
    /// A state file as Terraform stores it.
    RawState,
    /// `terraform providers schema -json`.
    ProviderSchemas,
    /// `terraform validate -json`.
    Validation,
}

/// Detects the kind of a text; `None` if Terraform does not write such JSON.
///
/// Reads only as far as necessary: the rest of the text may be invalid.
#[must_use]
pub fn detect(text: &str) -> Option<JsonKind> {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if !text.starts_with('{') {
        return None;
    }
    let keys = Cell::new(SeenKeys::default());
    let mut deserializer = serde_json::Deserializer::from_str(text);
    // The visitor stops with an error as soon as the kind is known, so an error does not mean invalid JSON.
    let complete = deserializer.deserialize_map(KeyVisitor { keys: &keys }).is_ok();
    let keys = keys.get();
    keys.kind.or_else(|| keys.kind_of_complete_object(complete))
}

#[derive(Debug, Clone, Copy, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each key is present or absent independently"
)]
struct SeenKeys {
    kind: Option<JsonKind>,
    format_version: bool,
    terraform_version: bool,
    values: bool,
    serial: bool,
    other: bool,
}

impl SeenKeys {
    fn add(&mut self, key: &str) {
        match key {
            "planned_values" | "resource_changes" | "prior_state" => self.kind = Some(JsonKind::Plan),
            "root_module" | "provider_config" => self.kind = Some(JsonKind::Configuration),
            "@level" | "@message" => self.kind = Some(JsonKind::LineStream),
            "provider_schemas" => self.kind = Some(JsonKind::ProviderSchemas),
            "format_version" => self.format_version = true,
            "terraform_version" => self.terraform_version = true,
            "values" => self.values = true,
            "valid" if self.format_version => self.kind = Some(JsonKind::Validation),
            "serial" | "lineage" => self.serial = true,
            // These keys occur in several kinds.
            "version" | "variables" | "configuration" | "checks" | "timestamp" | "applyable" | "complete"
            | "errored" => {}
            _ => self.other = true,
        }
        if self.values && self.format_version {
            self.kind = Some(JsonKind::State);
        }
        if self.serial && self.terraform_version {
            self.kind = Some(JsonKind::RawState);
        }
    }

    /// An empty state has a format version and no values.
    fn kind_of_complete_object(self, complete: bool) -> Option<JsonKind> {
        (complete && self.format_version && !self.other).then_some(JsonKind::State)
    }
}

struct KeyVisitor<'c> {
    keys: &'c Cell<SeenKeys>,
}

impl<'de> Visitor<'de> for KeyVisitor<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(JsonStr(key)) = map.next_key()? {
            let mut keys = self.keys.get();
            keys.add(&key);
            self.keys.set(keys);
            if keys.kind.is_some() {
                return Err(serde::de::Error::custom("decided"));
            }
            map.next_value::<IgnoredAny>()?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_detected_from_its_keys_in_any_order() {
        let cases = [
            (
                r#"{"format_version":"1.2","planned_values":{"#,
                Some(JsonKind::Plan),
            ),
            (
                r#"{"applyable":true,"configuration":{},"format_version":"1.2","prior_state":{}}"#,
                Some(JsonKind::Plan),
            ),
            (r#"{"format_version":"1.0","values":{}}"#, Some(JsonKind::State)),
            (r#" {"values":{},"format_version":"1.0""#, Some(JsonKind::State)),
            (r#"{"format_version":"1.0"}"#, Some(JsonKind::State)),
            (
                "{\"@level\":\"info\"}\n{\"@level\":\"info\"}",
                Some(JsonKind::LineStream),
            ),
            (
                r#"{"version":4,"terraform_version":"1.11.4","serial":3,"lineage":"x"}"#,
                Some(JsonKind::RawState),
            ),
            (
                r#"{"format_version":"1.0","provider_schemas":{}}"#,
                Some(JsonKind::ProviderSchemas),
            ),
            (
                r#"{"format_version":"1.0","valid":true,"diagnostics":[]}"#,
                Some(JsonKind::Validation),
            ),
            (
                r#"{"provider_config":{},"root_module":{}}"#,
                Some(JsonKind::Configuration),
            ),
            (r#"{"resource":{"rhcs_image_mirror":{}}}"#, None),
            (r#"{"values":1}"#, None),
            ("[1]", None),
            ("", None),
        ];
        for (text, kind) in cases {
            assert_eq!(detect(text), kind, "{text}");
        }
    }
}
