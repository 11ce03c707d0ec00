//! Reads a plan, a state or a configuration in JSON into the model.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::model::{Input, InputKind, MirrorList, PlanChanges};
use crate::parallel::Threads;
use crate::provider::{self, types::QUOTED_TYPE_PREFIX};
use terraform_eval::address::ResourcePath;
use terraform_eval::dialect::{Dialect, Engine};
use terraform_eval::source::{FileId, Span};
use terraform_eval::version::Version;

use crate::readers::manifest::{AppliedManifests, MIRROR_WORDS, QUOTED_TYPES};
use crate::readers::plan::changes::Changes;
use crate::readers::plan::clusters::{Clusters, collect_waiters, read_clusters};
use crate::readers::plan::config_json::read_config_json;
use crate::readers::plan::configuration::{Modules, read_modules};
use crate::readers::plan::detect::{JsonKind, detect};
use crate::readers::plan::document::{
    DeferredChange, PlanDocument, RecordedConfiguration, StateValues, VariableValue,
};
use crate::readers::plan::error::{PlanError, PlanErrorKind};
use crate::readers::plan::graph::build_reference_graph;
use crate::readers::plan::instances::{Instances, read_instances};
use crate::readers::plan::manifests::{count_declared_manifests, count_provisioners, read_applied_manifests};
use crate::readers::plan::mirrors::MirrorReader;
use crate::readers::plan::plan_text::PlanText;
use crate::readers::plan::sensitive::collect_sensitive_spans;
use crate::readers::plan::surrounding_text::{find_text_after, find_text_before};

/// What a plan or a state contains.
#[derive(Debug)]
pub struct PlanContents {
    /// The mirrors, clusters and changes.
    pub input: Input,
    /// The spans of the sensitive values.
    pub sensitive: Vec<Span>,
    /// The manifests that the resources apply.
    pub(crate) manifests: AppliedManifests,
    /// The resources that the configuration in the plan declares, by path without instance keys.
    pub declared: BTreeSet<ResourcePath>,
    /// The variables of the root module with the spans of their values.
    pub variables: Vec<(String, Span)>,
    /// The program and version that created it, if it records them.
    pub(crate) dialect: Option<Dialect>,
}

impl PlanContents {
    fn new(kind: InputKind, name: &str) -> Self {
        Self {
            input: Input::new(kind, name),
            sensitive: Vec::new(),
            manifests: AppliedManifests::new(kind),
            declared: BTreeSet::new(),
            variables: Vec::new(),
            dialect: None,
        }
    }
}

/// The markers of a plan whose middle has to be read: a relevant resource type, a word about mirrors in a text, or a second
/// document.
///
/// Terraform writes each type name in quotes and without escapes.
pub(crate) fn plan_markers() -> Vec<&'static [u8]> {
    let documents = ["}{\"format_version\"", "}\n{\"format_version\""];
    let types = std::iter::once(QUOTED_TYPE_PREFIX).chain(QUOTED_TYPES);
    let names = types.chain(documents).map(str::as_bytes);
    names.chain(MIRROR_WORDS).collect()
}

/// Reads a large plan from its head and tail, if none of the [`plan_markers`] is between them.
///
/// Terraform writes the format version first and, since version 1.8, `errored` last. `None` if the head or the tail
/// differ from that, so that the whole plan has to be read.
#[must_use]
pub(crate) fn read_from_ends(name: &str, head: &[u8], tail: &[u8]) -> Option<PlanContents> {
    let head = String::from_utf8_lossy(head);
    let version = head.strip_prefix("{\"format_version\":\"1.")?;
    let (minor, _) = version.split_once('"')?;
    let is_number = !minor.is_empty() && minor.bytes().all(|byte| byte.is_ascii_digit());
    let is_complete = tail.trim_ascii_end().ends_with(b",\"errored\":false}");
    (is_number && is_complete && detect(&head) == Some(JsonKind::Plan))
        .then(|| PlanContents::new(InputKind::Plan, name))
}

/// Reads a plan, a state or a configuration in JSON. `name` is the name of the input in the model.
///
/// The result does not depend on the number of threads.
pub fn read_plan(file: FileId, name: &str, text: &str, threads: Threads) -> Result<PlanContents, PlanError> {
    let document = text.strip_prefix('\u{feff}').unwrap_or(text);
    let text = PlanText::new(file, text);
    let contents = match detect(document) {
        Some(JsonKind::Configuration) => read_configuration(text, name, document),
        kind => PlanDocument::read(text, document, threads)
            .and_then(|document| read_document(text, name, &document, kind)),
    };
    contents.map_err(|error| explain(text, document, error))
}

fn read_configuration<'a>(
    text: PlanText<'a>,
    name: &str,
    document: &'a str,
) -> Result<PlanContents, PlanError> {
    let configuration: RecordedConfiguration<'a> = text.parse(document)?;
    let modules = read_recorded_modules(text, Some(&configuration))?;
    let graph = build_reference_graph(&modules);
    let reader = MirrorReader {
        text,
        modules: &modules,
        instances: &Instances::default(),
        graph: &graph,
    };
    let mut contents = PlanContents::new(InputKind::TofuConfigJson, name);
    read_config_json(&reader, &configuration, &mut contents.input)?;
    count_declared_manifests(text, &configuration, &mut contents.manifests);
    count_provisioners(text, &configuration, &mut contents.manifests);
    Ok(contents)
}

fn read_document<'a>(
    text: PlanText<'a>,
    name: &str,
    document: &PlanDocument<'a>,
    kind: Option<JsonKind>,
) -> Result<PlanContents, PlanError> {
    check_version(text, document.format_version)?;
    let (kind, values) = match (&document.planned_values, &document.values) {
        // A plan with `-refresh-only` has no planned values: everything stays as it is.
        (Some(planned), _) if planned.is_empty() && !document.has_changes() => {
            (InputKind::Plan, document.prior_state.as_ref().unwrap_or(planned))
        }
        (Some(planned), _) => (InputKind::Plan, planned),
        (None, Some(values)) => (InputKind::State, values),
        (None, None) if document.resource_changes.is_some() || document.configuration.is_some() => {
            let message = "missing `planned_values`".to_owned();
            return Err(PlanError::new(PlanErrorKind::UnexpectedShape(message), None));
        }
        // An empty state.
        (None, None) if kind == Some(JsonKind::State) => {
            return Ok(PlanContents::new(InputKind::State, name));
        }
        (None, None) => return Err(PlanError::new(PlanErrorKind::NotAPlan, None)),
    };
    let mut contents = PlanContents::new(kind, name);
    read_resources(text, document, values, &mut contents)?;
    contents.sensitive = collect_sensitive_spans(text, document);
    contents.dialect = read_dialect(text, document, values);
    for (name, variable) in document.variables.iter().flat_map(|variables| &variables.0) {
        let value = text.parse_raw::<VariableValue<'a>>(variable)?.value;
        contents
            .variables
            .extend(value.map(|value| (name.clone().into_owned(), text.span_of(value))));
    }
    Ok(contents)
}

/// The program and version of `terraform_version`, which both programs write. OpenTofu has providers of its registry.
fn read_dialect<'a>(
    text: PlanText<'a>,
    document: &PlanDocument<'a>,
    values: &StateValues<'a>,
) -> Option<Dialect> {
    let version = text
        .parse_string(document.terraform_version?, "`terraform_version`")
        .ok()?;
    let version = Version::parse_release(&version).ok()?;
    let configuration = document.configuration.iter();
    let configured = configuration
        .filter_map(|configuration| configuration.provider_config.as_ref())
        .flat_map(|providers| &providers.0)
        .filter_map(|(_, provider)| provider.full_name.as_deref());
    let is_opentofu = configured
        .chain(values.provider_names())
        .any(|name| name.starts_with("registry.opentofu.org/"));
    let engine = if is_opentofu {
        Engine::OpenTofu
    } else {
        Engine::Terraform
    };
    Some(Dialect::exactly(engine, version, true))
}

/// Reads the mirrors, clusters and changes of a plan or state into `contents`.
fn read_resources<'a>(
    text: PlanText<'a>,
    document: &PlanDocument<'a>,
    values: &StateValues<'a>,
    contents: &mut PlanContents,
) -> Result<(), PlanError> {
    let mut planned = read_instances(text, values)?;
    planned.are_complete = is_complete(document);
    let prior = match &document.prior_state {
        Some(values) => read_instances(text, values)?,
        None => Instances::default(),
    };
    let changes = Changes::read(text, document.resource_changes.iter().flatten())?;
    let drift = Changes::read(text, document.resource_drift.iter().flatten())?;
    let modules = read_recorded_modules(text, document.configuration.as_ref())?;
    let clusters = read_clusters(text, &modules, &planned, &prior, &changes)?;
    let graph = build_reference_graph(&modules);
    let reader = MirrorReader {
        text,
        modules: &modules,
        instances: &planned,
        graph: &graph,
    };
    read_applied_manifests(&reader, document, values, &mut contents.manifests)?;
    if let Some(configuration) = &document.configuration {
        count_provisioners(text, configuration, &mut contents.manifests);
    }
    let deferred = document.deferred_changes.iter().flatten();
    let input = &mut contents.input;
    input.mirrors = read_mirrors(&reader, &changes, deferred, &clusters)?;
    input.clusters = clusters.blocks.into_iter().collect();
    input.waiters = collect_waiters(&modules, &graph, |path| !planned.of_block(path).is_empty());
    input.changes = Some(Box::new(PlanChanges {
        mirrors: changes.mirror_changes(&reader)?,
        drift: drift.mirror_changes(&reader)?,
        clusters: changes.cluster_changes(text, &planned, &prior)?,
        errored: span_if(text, document.errored, "true"),
        incomplete: span_if(text, document.complete, "false").or_else(|| first_deferred(text, document)),
        deferred: document.deferred_changes.as_ref().map_or(0, Vec::len),
        not_applyable: span_if(text, document.applyable, "false"),
    }));
    contents.declared = modules.resource_paths().collect();
    Ok(())
}

fn read_mirrors<'d, 'a: 'd>(
    reader: &MirrorReader<'_, 'a>,
    changes: &Changes<'_, 'a>,
    deferred: impl Iterator<Item = &'d DeferredChange<'a>>,
    clusters: &Clusters,
) -> Result<MirrorList, PlanError> {
    let mut mirrors = Vec::new();
    for (address, instance) in &reader.instances.resources {
        if provider::is_image_mirror(address.resource()) {
            let change = changes.of_instance(address);
            mirrors.push(reader.read_mirror(address, instance, change, None)?);
        }
    }
    for change in deferred {
        mirrors.extend(reader.read_deferred_mirror(change)?);
    }
    mirrors.sort_by(|a, b| a.address.cmp(&b.address));
    for mirror in &mut mirrors {
        clusters.resolve_origin(mirror);
    }
    Ok(mirrors)
}

fn read_recorded_modules<'a>(
    text: PlanText<'a>,
    configuration: Option<&RecordedConfiguration<'a>>,
) -> Result<Modules<'a>, PlanError> {
    match configuration.and_then(|configuration| configuration.root_module.as_ref()) {
        Some(root) => read_modules(text, root),
        None => Ok(Modules::default()),
    }
}

/// The address of the first deferred change.
fn first_deferred<'a>(text: PlanText<'a>, document: &PlanDocument<'a>) -> Option<Span> {
    let mut deferred = document.deferred_changes.iter().flatten();
    let address = deferred.find_map(|deferred| deferred.resource_change.as_ref()?.address)?;
    Some(text.span_of(address))
}

/// Whether `planned_values` has every instance that there is after the apply.
fn is_complete(document: &PlanDocument<'_>) -> bool {
    let has = |boolean: Option<&RawValue>, literal| boolean.is_some_and(|boolean| boolean.get() == literal);
    document.planned_values.is_some()
        && !has(document.complete, "false")
        && !has(document.errored, "true")
        && document.deferred_changes.as_ref().is_none_or(Vec::is_empty)
}

/// The span of a boolean, if it has the value `literal`.
fn span_if(text: PlanText<'_>, boolean: Option<&RawValue>, literal: &str) -> Option<Span> {
    boolean
        .filter(|boolean| boolean.get() == literal)
        .map(|boolean| text.span_of(boolean))
}

/// Checks the format version. Terraform guarantees that a reader of version 1.0 can read every version 1.x; version
/// 0.2 has the same shape.
fn check_version<'a>(text: PlanText<'a>, raw: Option<&'a RawValue>) -> Result<(), PlanError> {
    let Some(raw) = raw else {
        return Err(PlanError::new(PlanErrorKind::MissingVersion, None));
    };
    let version = text.parse_string(raw, "`format_version`")?;
    if version == "0.2" || version == "1" || version.starts_with("1.") {
        return Ok(());
    }
    let kind = PlanErrorKind::UnsupportedVersion(version.into_owned());
    Err(PlanError::new(kind, Some(text.span_of(raw))))
}

/// The error about the version of a document that has another error as well.
fn version_error(text: PlanText<'_>, document: &str) -> Option<PlanError> {
    #[derive(Deserialize)]
    struct Head<'a> {
        #[serde(borrow)]
        format_version: Option<&'a RawValue>,
    }
    let head: Head<'_> = serde_json::from_str(document).ok()?;
    check_version(text, head.format_version).err()
}

/// Replaces an error by a more specific one, if the text is not a plan in the first place.
fn explain(text: PlanText<'_>, document: &str, error: PlanError) -> PlanError {
    let is_document = matches!(detect(document), Some(JsonKind::Plan | JsonKind::State));
    if let (true, PlanErrorKind::TrailingText, Some(span)) = (is_document, &error.kind, error.span) {
        let rest = text.after(span.range().start);
        return match find_text_after(rest) {
            Some(line) => PlanError::new(PlanErrorKind::TextAfter(line), error.span),
            None => error,
        };
    }
    let kind = match detect(document) {
        Some(JsonKind::LineStream) => PlanErrorKind::LineStream,
        Some(JsonKind::RawState) => PlanErrorKind::RawState,
        Some(JsonKind::ProviderSchemas) => PlanErrorKind::ProviderSchemas,
        Some(JsonKind::Validation) => PlanErrorKind::Validation,
        Some(JsonKind::Plan | JsonKind::State | JsonKind::Configuration) => {
            // An unsupported version explains any other error.
            return version_error(text, document).unwrap_or(error);
        }
        None => match error.kind {
            PlanErrorKind::InvalidJson(_) | PlanErrorKind::UnexpectedShape(_) | PlanErrorKind::Truncated
                if let Some(before) = find_text_before(document) =>
            {
                let kind = PlanErrorKind::TextBefore(before.plan_line, before.first);
                let first_line = document.get(..before.plan_start).unwrap_or_default();
                return PlanError::new(kind, Some(text.span(first_line.trim_end())));
            }
            PlanErrorKind::MissingVersion | PlanErrorKind::UnexpectedShape(_) => PlanErrorKind::NotAPlan,
            _ => return error,
        },
    };
    PlanError::new(kind, None)
}
