//! Plans and states as `terraform show -json` prints them, read into the model.
//!
//! One pass over the text: each piece is a slice of it, so that its place is its span; what no rule
//! needs is skipped and never held. Only resources of the provider are looked at.
//!
//! Labels stand on the values of `planned_values`, since every instance is there once, and for what
//! is unknown on its `true` in `after_unknown`.

mod address_parser;
mod changes;
mod cluster_values;
mod clusters;
mod config_json;
mod configuration;
mod detect;
mod document;
mod error;
mod graph;
mod instances;
mod json;
mod json_cursor;
mod mirrors;
mod reference_tracer;
mod sensitive;

use std::collections::BTreeSet;

use crate::model::{self, Input, InputKind};
use crate::provider::{self, types::QUOTED_TYPE_PREFIX};
use terraform_eval::address::ResourcePath;
use terraform_eval::source::{FileId, Span};

use changes::Changes;
use document::{Document, VariableValue};
use instances::Instances;
use json::Text;

pub use detect::{Kind, recognise};
pub use error::{PlanError, Problem};

/// What a plan or state holds.
#[derive(Debug)]
pub struct Reading {
    /// The model.
    pub configuration: Input,
    /// The values in the text that may not be shown.
    pub sensitive: Vec<Span>,
    /// What the configuration declares that the plan was made of, modules without instance keys.
    pub declared: BTreeSet<ResourcePath>,
    /// The values of the root module's variables, where they stand.
    pub variables: Vec<(String, Span)>,
}

/// What stands in every plan that has one of the provider's resources: a type name stands in quotes and
/// without escapes in everything that Terraform writes.
const NAMED: &[u8] = QUOTED_TYPE_PREFIX.as_bytes();

/// What does not stand in a plan that names none: these, and the beginning of a second document.
pub const TELLING: [&[u8]; 3] = [NAMED, b"}{\"format_version\"", b"}\n{\"format_version\""];

/// Reads a large plan by its two ends, given that nothing [`TELLING`] is between them.
///
/// Terraform writes the version first, and last of all, since 1.8, whether it met an error. None where
/// the ends are not those: then the whole is to be read.
#[must_use]
pub fn read_ends(name: &str, head: &[u8], tail: &[u8]) -> Option<Reading> {
    let head = String::from_utf8_lossy(head);
    let version = head.strip_prefix("{\"format_version\":\"1.")?;
    let (minor, _) = version.split_once('"')?;
    let is_number = !minor.is_empty() && minor.bytes().all(|byte| byte.is_ascii_digit());
    let is_whole = tail.trim_ascii_end().ends_with(b",\"errored\":false}");
    (is_number && is_whole && recognise(&head) == Some(Kind::Plan)).then(|| reading(InputKind::Plan, name))
}

/// Reads a plan or a state.
pub fn read(file: FileId, name: &str, text: &str) -> Result<Reading, PlanError> {
    let whole = Text::new(file, text);
    let document = text.strip_prefix('\u{feff}').unwrap_or(text);
    read_document(whole, name, document).map_err(|error| explain(whole, document, error))
}

fn reading(input: InputKind, name: &str) -> Reading {
    Reading {
        configuration: Input::new(input, name),
        sensitive: Vec::new(),
        declared: BTreeSet::new(),
        variables: Vec::new(),
    }
}

/// A configuration that was printed without a plan.
fn read_recorded<'a>(text: Text<'a>, name: &str, whole: &'a str) -> Result<Reading, PlanError> {
    let written: document::Configuration<'a> = text.read(whole)?;
    let modules = written
        .root_module
        .as_ref()
        .map(|root| configuration::read(text, root))
        .transpose()?
        .unwrap_or_default();
    let graph = graph::build(&modules);
    let reader = mirrors::Reader {
        text,
        modules: &modules,
        instances: &Instances::default(),
        graph: &graph,
    };
    let mut reading = reading(InputKind::TofuConfigJson, name);
    config_json::read(&reader, &written, &mut reading.configuration)?;
    Ok(reading)
}

fn read_document<'a>(text: Text<'a>, name: &str, document: &'a str) -> Result<Reading, PlanError> {
    let whole = document;
    if recognise(whole) == Some(Kind::Configuration) {
        return read_recorded(text, name, whole);
    }
    let document = Document::read(text, whole)?;
    check_version(text, document.format_version)?;
    let (input, values) = match (&document.planned_values, &document.values) {
        (Some(planned), _) => (InputKind::Plan, planned),
        (None, Some(values)) => (InputKind::State, values),
        (None, None) if document.resource_changes.is_some() || document.configuration.is_some() => {
            let what = "missing `planned_values`".to_owned();
            return Err(PlanError::new(Problem::Shape(what), None));
        }
        // The state of nothing at all.
        (None, None) if recognise(whole) == Some(Kind::State) => return Ok(reading(InputKind::State, name)),
        (None, None) => return Err(PlanError::new(Problem::NotAPlan, None)),
    };
    let planned = instances::read(text, values)?;
    let prior = match &document.prior_state {
        Some(values) => instances::read(text, values)?,
        None => Instances::default(),
    };
    let changes = Changes::read(text, document.resource_changes.iter().flatten())?;
    let drift = Changes::read(text, document.resource_drift.iter().flatten())?;
    let root = document
        .configuration
        .as_ref()
        .and_then(|configuration| configuration.root_module.as_ref());
    let modules = root
        .map(|root| configuration::read(text, root))
        .transpose()?
        .unwrap_or_default();
    let clusters = clusters::read(text, &modules, &planned, &prior, &changes)?;
    let graph = graph::build(&modules);
    let reader = mirrors::Reader {
        text,
        modules: &modules,
        instances: &planned,
        graph: &graph,
    };
    let mut reading = reading(input, name);
    let mut mirrors = Vec::new();
    for (address, instance) in &planned.resources {
        if provider::is_image_mirror(address.resource()) {
            let change = changes.current.get(address);
            let body = change.and_then(|change| change.body.as_ref());
            mirrors.push(reader.mirror(address, instance, body, None)?);
        }
    }
    for deferred in document.deferred_changes.iter().flatten() {
        mirrors.extend(reader.deferred(deferred)?);
    }
    mirrors.sort_by(|a, b| a.address.cmp(&b.address));
    for mirror in &mut mirrors {
        clusters.settle(mirror);
    }
    reading.configuration.mirrors = mirrors;
    reading.configuration.clusters = clusters.blocks;
    reading.configuration.waiters =
        clusters::waiters(&modules, &graph, |path| !planned.of_block(path).is_empty());
    reading.configuration.changes = model::PlanChanges {
        mirrors: changes.mirrors(&reader)?,
        drift: drift.mirrors(&reader)?,
        clusters: changes.clusters(text, &planned, &prior)?,
        errored: said(text, document.errored, true),
        incomplete: said(text, document.complete, false),
    };
    reading.sensitive = sensitive::spans(text, &document);
    for (path, module) in &modules {
        let resources = module.resources.keys().map(|resource| ResourcePath {
            module: path.clone(),
            resource: resource.clone(),
        });
        reading.declared.extend(resources);
    }
    for (name, variable) in document.variables.iter().flat_map(|variables| &variables.0) {
        let value = text.piece::<VariableValue<'a>>(variable)?.value;
        reading
            .variables
            .extend(value.map(|value| (name.clone().into_owned(), text.span(value.get()))));
    }
    Ok(reading)
}

/// Where a word of the outermost object says this.
fn said(text: Text<'_>, word: Option<&serde_json::value::RawValue>, answer: bool) -> Option<Span> {
    let word = word.filter(|word| word.get() == if answer { "true" } else { "false" })?;
    Some(text.span(word.get()))
}

/// Every minor version of 1 can be read by who reads 1.0, says Terraform; 0.2 has the same shape.
fn check_version<'a>(text: Text<'a>, raw: Option<&'a serde_json::value::RawValue>) -> Result<(), PlanError> {
    let Some(raw) = raw else {
        return Err(PlanError::new(Problem::NoVersion, None));
    };
    let version = text.string(raw, "`format_version`")?;
    let known = version == "0.2" || version == "1" || version.starts_with("1.");
    if known {
        Ok(())
    } else {
        let span = text.span(raw.get());
        Err(PlanError::new(Problem::Version(version.into_owned()), Some(span)))
    }
}

/// What is wrong with the version of a document that cannot be read otherwise.
fn version_error(text: Text<'_>, document: &str) -> Option<PlanError> {
    #[derive(serde::Deserialize)]
    struct Head<'a> {
        #[serde(borrow)]
        format_version: Option<&'a serde_json::value::RawValue>,
    }
    let head: Head<'_> = serde_json::from_str(document).ok()?;
    check_version(text, head.format_version).err()
}

/// The better reason, where a text is not a plan in the first place.
fn explain(text: Text<'_>, document: &str, error: PlanError) -> PlanError {
    let problem = match recognise(document) {
        Some(Kind::LineStream) => Problem::LineStream,
        Some(Kind::RawState) => Problem::RawState,
        Some(Kind::ProviderSchemas) => Problem::ProviderSchemas,
        Some(Kind::Validation) => Problem::Validation,
        Some(Kind::Plan | Kind::State | Kind::Configuration) => {
            // A version that is not known is the reason for any other shape.
            return version_error(text, document).unwrap_or(error);
        }
        None => match error.problem {
            Problem::NoVersion | Problem::Shape(_) => Problem::NotAPlan,
            _ => return error,
        },
    };
    PlanError::new(problem, None)
}
