//! The arguments of a planned cluster that matter for its mirrors.

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::model::{Attribute, RegistrySources, UnknownReason, UnknownReasons};

use crate::readers::plan::configuration::Block;
use crate::readers::plan::document::ClusterFields;
use crate::readers::plan::error::PlanError;
use crate::readers::plan::json::{Text, elements, is_true};

/// `registry_config`, or the marks of its shape.
#[derive(Debug, Default, Deserialize)]
struct RegistryConfig<'a> {
    #[serde(borrow)]
    registry_sources: Option<Lists<'a>>,
}

#[derive(Debug, Default, Deserialize)]
struct Lists<'a> {
    #[serde(borrow, rename = "allowed_registries")]
    allowed: Option<&'a RawValue>,
    #[serde(borrow, rename = "blocked_registries")]
    blocked: Option<&'a RawValue>,
    #[serde(borrow, rename = "insecure_registries")]
    insecure: Option<&'a RawValue>,
}

/// What is not known before apply, of the shape of the values.
pub(super) struct Marks {
    unknown: Value,
    /// Whether `registry_config` refers to nothing: what is unknown of it all the same, nobody has written,
    /// and the provider fills it in with empty lists.
    fills_in: bool,
}

impl Marks {
    pub(super) fn read(unknown: Option<&RawValue>, block: Option<&Block<'_>>) -> Self {
        let marks = unknown.and_then(|raw| serde_json::from_str(raw.get()).ok());
        let references = block.and_then(|block| block.arguments.get("registry_config"));
        Self {
            unknown: marks.unwrap_or_default(),
            fills_in: references.is_none_or(Vec::is_empty),
        }
    }

    /// Whether the value behind these names is unknown, or one that it is a part of.
    fn holds(&self, names: &[&str]) -> bool {
        let mut at = &self.unknown;
        for name in names {
            if *at == Value::Bool(true) {
                return true;
            }
            at = &at[name];
        }
        *at == Value::Bool(true)
    }
}

/// `wait_for_create_complete`.
pub(super) fn waits(text: Text<'_>, fields: &ClusterFields<'_>, marks: &Marks) -> Attribute<bool> {
    if marks.holds(&["wait_for_create_complete"]) {
        return later();
    }
    match fields.wait_for_create_complete {
        Some(raw) => Attribute::known(is_true(Some(raw)), Some(text.span(raw.get()))),
        None => Attribute::absent(),
    }
}

/// `registry_config.registry_sources`.
pub(super) fn registry_sources<'a>(
    text: Text<'a>,
    fields: &ClusterFields<'a>,
    marks: &Marks,
) -> Result<RegistrySources, PlanError> {
    let config = fields
        .registry_config
        .map(|raw| text.piece::<RegistryConfig<'a>>(raw));
    let lists = config.transpose()?.and_then(|config| config.registry_sources);
    let lists = lists.unwrap_or_default();
    let read = |name: &str, raw: Option<&'a RawValue>| {
        if marks.holds(&["registry_config", "registry_sources", name]) {
            return Ok(if marks.fills_in {
                Attribute::absent()
            } else {
                later()
            });
        }
        let Some(raw) = raw else {
            return Ok(Attribute::absent());
        };
        let mut list = Vec::new();
        for (position, item) in elements(Some(raw)).into_iter().enumerate() {
            let unknown = &marks.unknown["registry_config"]["registry_sources"][name][position];
            list.push(match item.get() {
                "null" if *unknown == Value::Bool(true) => later(),
                "null" => Attribute::absent(),
                _ => {
                    let registry = text.string(item, "a registry")?.into_owned();
                    Attribute::known(registry, Some(text.span(item.get())))
                }
            });
        }
        Ok(Attribute::known(list, Some(text.span(raw.get()))))
    };
    Ok(RegistrySources {
        allowed_registries: read("allowed_registries", lists.allowed)?,
        blocked_registries: read("blocked_registries", lists.blocked)?,
        insecure_registries: read("insecure_registries", lists.insecure)?,
    })
}

fn later<T>() -> Attribute<T> {
    Attribute::unknown(UnknownReasons::new(UnknownReason::AfterApply(None)), None)
}
