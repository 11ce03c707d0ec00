//! What a JSON text is, from the keys of its outermost object.

use std::cell::Cell;
use std::fmt;

use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};

use crate::readers::plan::json::Str;

/// The kinds of JSON that Terraform writes and that people pass to a linter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `terraform show -json PLAN`.
    Plan,
    /// `terraform show -json`.
    State,
    /// `tofu show -json -config`.
    Configuration,
    /// `terraform plan -json`: one message a line.
    LineStream,
    /// A state file as Terraform stores it.
    RawState,
    /// `terraform providers schema -json`.
    ProviderSchemas,
    /// `terraform validate -json`.
    Validation,
}

/// What `text` is, if it is one of the things that Terraform writes as JSON.
///
/// It reads only as far as it must, and says nothing about whether the rest can be read.
#[must_use]
pub fn recognise(text: &str) -> Option<Kind> {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if !text.starts_with('{') {
        return None;
    }
    let seen = Cell::new(Seen::default());
    let mut deserializer = serde_json::Deserializer::from_str(text);
    // The visitor stops with an error once it knows enough, so an error means nothing here.
    let complete = deserializer.deserialize_map(Keys { seen: &seen }).is_ok();
    let seen = seen.get();
    seen.kind.or_else(|| seen.at_end(complete))
}

#[derive(Debug, Clone, Copy, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each key is there or not, on its own"
)]
struct Seen {
    kind: Option<Kind>,
    format_version: bool,
    terraform_version: bool,
    values: bool,
    serial: bool,
    other: bool,
}

impl Seen {
    fn key(&mut self, key: &str) {
        match key {
            "planned_values" | "resource_changes" | "prior_state" => self.kind = Some(Kind::Plan),
            "root_module" | "provider_config" => self.kind = Some(Kind::Configuration),
            "@level" | "@message" => self.kind = Some(Kind::LineStream),
            "provider_schemas" => self.kind = Some(Kind::ProviderSchemas),
            "format_version" => self.format_version = true,
            "terraform_version" => self.terraform_version = true,
            "values" => self.values = true,
            "valid" if self.format_version => self.kind = Some(Kind::Validation),
            "serial" | "lineage" => self.serial = true,
            // These stand in plans and elsewhere, and decide nothing.
            "version" | "variables" | "configuration" | "checks" | "timestamp" | "applyable" | "complete"
            | "errored" => {}
            _ => self.other = true,
        }
        if self.values && self.format_version {
            self.kind = Some(Kind::State);
        }
        if self.serial && self.terraform_version {
            self.kind = Some(Kind::RawState);
        }
    }

    /// An empty state has its version and nothing else.
    fn at_end(self, complete: bool) -> Option<Kind> {
        (complete && self.format_version && !self.other).then_some(Kind::State)
    }
}

struct Keys<'c> {
    seen: &'c Cell<Seen>,
}

impl<'de> Visitor<'de> for Keys<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(Str(key)) = map.next_key()? {
            let mut seen = self.seen.get();
            seen.key(&key);
            self.seen.set(seen);
            if seen.kind.is_some() {
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
    fn each_kind_is_detected_by_its_keys_in_any_order() {
        let cases = [
            (r#"{"format_version":"1.2","planned_values":{"#, Some(Kind::Plan)),
            (
                r#"{"applyable":true,"configuration":{},"format_version":"1.2","prior_state":{}}"#,
                Some(Kind::Plan),
            ),
            (r#"{"format_version":"1.0","values":{}}"#, Some(Kind::State)),
            (r#" {"values":{},"format_version":"1.0""#, Some(Kind::State)),
            (r#"{"format_version":"1.0"}"#, Some(Kind::State)),
            (
                "{\"@level\":\"info\"}\n{\"@level\":\"info\"}",
                Some(Kind::LineStream),
            ),
            (
                r#"{"version":4,"terraform_version":"1.11.4","serial":3,"lineage":"x"}"#,
                Some(Kind::RawState),
            ),
            (
                r#"{"format_version":"1.0","provider_schemas":{}}"#,
                Some(Kind::ProviderSchemas),
            ),
            (
                r#"{"format_version":"1.0","valid":true,"diagnostics":[]}"#,
                Some(Kind::Validation),
            ),
            (
                r#"{"provider_config":{},"root_module":{}}"#,
                Some(Kind::Configuration),
            ),
            (r#"{"resource":{"rhcs_image_mirror":{}}}"#, None),
            (r#"{"values":1}"#, None),
            ("[1]", None),
            ("", None),
        ];
        for (text, kind) in cases {
            assert_eq!(recognise(text), kind, "{text}");
        }
    }
}
