//! Plans and states as `terraform show -json` prints them, read into the model.
//!
//! One pass over the text: each piece is a slice of it, so that its place is its span; what no rule
//! needs is skipped and never held. Only resources of the provider are looked at.
//!
//! Labels stand on the values of `planned_values`, since every instance is there once, and for what
//! is unknown on its `true` in `after_unknown`.

mod changes;
mod cluster_values;
mod clusters;
mod configuration;
mod document;
mod error;
mod graph;
mod instances;
mod json;
mod kind;
mod leads;
mod mirrors;
mod names;
mod sensitive;

use std::collections::BTreeSet;

use crate::address::ResourcePath;
use crate::model::{self, Configuration, Input};
use crate::source::{FileId, Span};

use changes::Changes;
use document::{Document, Head, VariableValue};
use instances::Instances;
use json::Text;

pub use error::{PlanError, Problem};
pub use kind::{Kind, recognise};

/// What a plan or state holds.
#[derive(Debug)]
pub struct Reading {
    /// The model.
    pub configuration: Configuration,
    /// The values in the text that may not be shown.
    pub sensitive: Vec<Span>,
    /// What the configuration declares that the plan was made of, modules without instance keys.
    pub declared: BTreeSet<ResourcePath>,
    /// The values of the root module's variables, where they stand.
    pub variables: Vec<(String, Span)>,
}

/// Reads a plan or a state.
pub fn read(file: FileId, name: &str, text: &str) -> Result<Reading, PlanError> {
    let whole = Text::new(file, text);
    let document = text.strip_prefix('\u{feff}').unwrap_or(text);
    // A type name stands in quotes and without escapes in everything that Terraform writes.
    let read = if document.contains("\"rhcs_") {
        read_document(whole, name, document)
    } else {
        read_without_resources(whole, name, document)
    };
    read.map_err(|error| explain(whole, document, error))
}

/// A document that has none of the provider's resources: is it complete, and of a version that says so?
fn read_without_resources<'a>(text: Text<'a>, name: &str, document: &'a str) -> Result<Reading, PlanError> {
    let head: Head<'a> = text.read(document)?;
    check_version(text, head.format_version)?;
    let input = match recognise(document) {
        Some(Kind::Plan) => Input::Plan,
        Some(Kind::State) => Input::State,
        _ => return Err(PlanError::new(Problem::NotAPlan, None)),
    };
    Ok(reading(input, name))
}

fn reading(input: Input, name: &str) -> Reading {
    Reading {
        configuration: Configuration {
            input,
            name: name.to_owned(),
            mirrors: Vec::new(),
            clusters: Vec::new(),
            waiters: Vec::new(),
            reads: Vec::new(),
            imports: Vec::new(),
            provider: model::ProviderVersions::default(),
            changes: model::Changes::default(),
        },
        sensitive: Vec::new(),
        declared: BTreeSet::new(),
        variables: Vec::new(),
    }
}

fn read_document<'a>(text: Text<'a>, name: &str, document: &'a str) -> Result<Reading, PlanError> {
    let document: Document<'a> = text.read(document)?;
    check_version(text, document.format_version)?;
    let (input, values) = match (&document.planned_values, &document.values) {
        (Some(planned), _) => (Input::Plan, planned),
        (None, Some(values)) => (Input::State, values),
        (None, None) if document.resource_changes.is_some() || document.configuration.is_some() => {
            let what = "it has no `planned_values`".to_owned();
            return Err(PlanError::new(Problem::Shape(what), None));
        }
        (None, None) => return Err(PlanError::new(Problem::NotAPlan, None)),
    };
    let planned = instances::read(text, values)?;
    let prior = match document
        .prior_state
        .as_ref()
        .and_then(|prior| prior.values.as_ref())
    {
        Some(values) => instances::read(text, values)?,
        None => Instances::default(),
    };
    let changes = Changes::read(text, document.resource_changes.iter().flat_map(|list| &list.0))?;
    let drift = Changes::read(text, document.resource_drift.iter().flat_map(|list| &list.0))?;
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
        if instances::is_mirror(address.resource()) {
            let change = changes.current.get(address);
            mirrors.push(reader.mirror(address, instance, change.and_then(|change| change.body.as_ref()))?);
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
    reading.configuration.waiters = clusters::waiters(&modules, &planned, &graph);
    reading.configuration.changes = model::Changes {
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

/// The better reason, where a text is not a plan in the first place.
fn explain(text: Text<'_>, document: &str, error: PlanError) -> PlanError {
    let problem = match recognise(document) {
        Some(Kind::LineStream) => Problem::LineStream,
        Some(Kind::RawState) => Problem::RawState,
        Some(Kind::ProviderSchemas) => Problem::ProviderSchemas,
        Some(Kind::Validation) => Problem::Validation,
        Some(Kind::Plan | Kind::State) => {
            // A version that is not known is the reason for any other shape.
            let head = serde_json::from_str::<Head<'_>>(document).ok();
            let version = head.and_then(|head| check_version(text, head.format_version).err());
            return version.unwrap_or(error);
        }
        None => match error.problem {
            Problem::NoVersion | Problem::Shape(_) => Problem::NotAPlan,
            _ => return error,
        },
    };
    PlanError::new(problem, None)
}
