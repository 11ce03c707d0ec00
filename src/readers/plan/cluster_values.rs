//! The attributes of a planned cluster that matter for its mirrors.

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use terraform_eval::source::Span;

use crate::model::{Attribute, RegistrySources, UnknownReason, UnknownReasons};

use crate::readers::plan::configuration::Block;
use crate::readers::plan::document::ClusterFields;
use crate::readers::plan::error::PlanError;
use crate::readers::plan::plan_text::{PlanText, elements, is_true};

#[derive(Debug, Default, Deserialize)]
struct RegistryConfig<'a> {
    #[serde(borrow)]
    registry_sources: Option<RegistryLists<'a>>,
}

#[derive(Debug, Default, Deserialize)]
struct RegistryLists<'a> {
    #[serde(borrow, rename = "allowed_registries")]
    allowed: Option<&'a RawValue>,
    #[serde(borrow, rename = "blocked_registries")]
    blocked: Option<&'a RawValue>,
    #[serde(borrow, rename = "insecure_registries")]
    insecure: Option<&'a RawValue>,
}

/// Which attributes are known only after apply: `after_unknown`, which has the shape of the values.
pub(super) struct UnknownMarks {
    unknown: Value,
    /// Whether `registry_config` has no references. Then the configuration does not set its unknown lists, and the
    /// provider computes them as empty lists.
    has_computed_lists: bool,
}

impl UnknownMarks {
    pub(super) fn read(unknown: Option<&RawValue>, block: Option<&Block<'_>>) -> Self {
        let marks = unknown.and_then(|raw| serde_json::from_str(raw.get()).ok());
        let references = block.and_then(|block| block.arguments.get("registry_config"));
        Self {
            unknown: marks.unwrap_or_default(),
            has_computed_lists: references.is_none_or(Vec::is_empty),
        }
    }

    /// Whether the attribute at a path of names is unknown, or an object that contains it.
    fn is_unknown(&self, path: &[&str]) -> bool {
        let mut mark = &self.unknown;
        for name in path {
            if *mark == Value::Bool(true) {
                return true;
            }
            mark = &mark[name];
        }
        *mark == Value::Bool(true)
    }
}

/// The attribute `wait_for_create_complete`.
pub(super) fn read_wait_for_create_complete(
    text: PlanText<'_>,
    fields: &ClusterFields<'_>,
    marks: &UnknownMarks,
) -> Attribute<bool> {
    if marks.is_unknown(&["wait_for_create_complete"]) {
        return known_after_apply();
    }
    match fields.wait_for_create_complete {
        Some(raw) => Attribute::known(is_true(Some(raw)), Some(text.span_of(raw))),
        None => Attribute::absent(),
    }
}

/// The lists of `registry_config.registry_sources`.
pub(super) fn read_registry_sources<'a>(
    text: PlanText<'a>,
    fields: &ClusterFields<'a>,
    marks: &UnknownMarks,
) -> Result<RegistrySources, PlanError> {
    let config = fields
        .registry_config
        .map(|raw| text.parse_raw::<RegistryConfig<'a>>(raw));
    let lists = config.transpose()?.and_then(|config| config.registry_sources);
    let lists = lists.unwrap_or_default();
    let read = |name: &str, raw: Option<&'a RawValue>| {
        if marks.is_unknown(&["registry_config", "registry_sources", name]) {
            return Ok(if marks.has_computed_lists {
                Attribute::absent()
            } else {
                known_after_apply()
            });
        }
        let Some(raw) = raw else {
            return Ok(Attribute::absent());
        };
        let mut list = Vec::new();
        for (position, item) in elements(Some(raw)).into_iter().enumerate() {
            let unknown = &marks.unknown["registry_config"]["registry_sources"][name][position];
            list.push(match item.get() {
                "null" if *unknown == Value::Bool(true) => known_after_apply(),
                "null" => Attribute::absent(),
                _ => {
                    let registry = text.parse_string(item, "a registry")?.into_owned();
                    Attribute::known(registry, Some(text.span_of(item)))
                }
            });
        }
        Ok(Attribute::known(list, Some(text.span_of(raw))))
    };
    Ok(RegistrySources {
        allowed_registries: read("allowed_registries", lists.allowed)?.into(),
        blocked_registries: read("blocked_registries", lists.blocked)?.into(),
        insecure_registries: read("insecure_registries", lists.insecure)?.into(),
        search_registries: Attribute::absent().into(),
    })
}

/// The span of a `registry_config` without `registry_sources`.
pub(super) fn incomplete_registry_config<'a>(
    text: PlanText<'a>,
    fields: &ClusterFields<'a>,
    marks: &UnknownMarks,
) -> Result<Option<Span>, PlanError> {
    let Some(raw) = fields.registry_config else {
        return Ok(None);
    };
    let is_unknown = marks.is_unknown(&["registry_config", "registry_sources"]);
    let has_sources = text
        .parse_raw::<RegistryConfig<'a>>(raw)?
        .registry_sources
        .is_some();
    let is_object = raw.get().trim_start().starts_with('{');
    Ok((is_object && !is_unknown && !has_sources).then(|| text.span_of(raw)))
}

fn known_after_apply<T>() -> Attribute<T> {
    Attribute::unknown(UnknownReasons::new(UnknownReason::AfterApply(None)), None)
}
