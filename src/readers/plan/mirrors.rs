//! The mirrors of a plan or state: their values, why values are unknown, and the origin of their cluster ids.

use serde_json::value::RawValue;

use crate::model::{
    Attribute, ClusterOrigin, Dependency, Mirror, MirrorValues, OriginTarget, ResourceDeclaration,
    UnknownReason, UnknownReasons,
};
use crate::provider;
use terraform_eval::address::{Address, InstanceKey};
use terraform_eval::reference_graph::{Node, Reachable, ReferenceGraph};
use terraform_eval::source::Span;

use crate::readers::plan::configuration::{Block, Modules, References};
use crate::readers::plan::document::{Change, DeferredChange, MirrorFields};
use crate::readers::plan::error::PlanError;
use crate::readers::plan::graph::referenced_node;
use crate::readers::plan::instance_address::change_address;
use crate::readers::plan::instances::{Instance, Instances};
use crate::readers::plan::plan_text::{PlanText, elements, is_true};
use crate::readers::plan::reference_tracer::{ReferenceTracer, Scope, qualified_name};

/// Reads mirrors with their values and what the configuration in the plan declares of them.
pub(super) struct MirrorReader<'p, 'a> {
    pub(super) text: PlanText<'a>,
    pub(super) modules: &'p Modules<'a>,
    pub(super) instances: &'p Instances<'a>,
    pub(super) graph: &'p ReferenceGraph,
}

/// Marks of the shape of a mirror's arguments: one for the object, or one for each argument.
enum Marks<'a> {
    Object(&'a RawValue),
    Arguments(MirrorFields<'a>),
}

impl<'a> Marks<'a> {
    fn read(text: PlanText<'a>, raw: Option<&'a RawValue>) -> Result<Self, PlanError> {
        match raw {
            Some(raw) if is_true(Some(raw)) => Ok(Self::Object(raw)),
            Some(raw) if raw.get().starts_with('{') => Ok(Self::Arguments(text.parse_raw(raw)?)),
            _ => Ok(Self::Arguments(MirrorFields::default())),
        }
    }

    fn mark(&self, field: impl Fn(&MirrorFields<'a>) -> Option<&'a RawValue>) -> Option<&'a RawValue> {
        match self {
            Self::Object(raw) => Some(raw),
            Self::Arguments(fields) => field(fields),
        }
    }
}

/// The marks of one mirror.
struct MirrorMarks<'a> {
    unknown: Marks<'a>,
    sensitive: [Marks<'a>; 2],
}

impl<'a> MirrorMarks<'a> {
    fn read(
        text: PlanText<'a>,
        unknown: Option<&'a RawValue>,
        sensitive: [Option<&'a RawValue>; 2],
    ) -> Result<Self, PlanError> {
        let [first, second] = sensitive;
        Ok(Self {
            unknown: Marks::read(text, unknown)?,
            sensitive: [Marks::read(text, first)?, Marks::read(text, second)?],
        })
    }
}

/// The values of a mirror before and after a change.
pub(super) struct ChangedValues {
    pub(super) before: Option<MirrorValues>,
    pub(super) after: Option<MirrorValues>,
}

/// One argument: its value and its marks.
#[derive(Clone, Copy)]
struct Argument<'a> {
    name: &'static str,
    value: Option<&'a RawValue>,
    unknown: Option<&'a RawValue>,
    /// The marks of the planned value and of the change. A `true` in either marks the argument as sensitive.
    sensitive: [Option<&'a RawValue>; 2],
}

impl<'a> Argument<'a> {
    fn is_sensitive(&self) -> bool {
        self.sensitive.into_iter().any(is_true)
    }

    fn unknown_mark(&self) -> Option<&'a RawValue> {
        self.unknown.filter(|raw| is_true(Some(raw)))
    }
}

impl<'p, 'a> MirrorReader<'p, 'a> {
    /// Reads a mirror. Its cluster origin does not consider the value of `cluster_id` yet.
    pub(super) fn read_mirror(
        &self,
        address: &Address,
        instance: &Instance<'a>,
        change: Option<&Change<'a>>,
        unknown_instances: Option<UnknownReasons>,
    ) -> Result<Box<Mirror>, PlanError> {
        let (block, scope) = self.block_and_scope(address);
        let marks = MirrorMarks::read(
            self.text,
            change.and_then(|change| change.after_unknown),
            [
                instance.sensitive,
                change.and_then(|change| change.after_sensitive),
            ],
        )?;
        let values = self.read_values(instance.values, &marks, block, &scope)?;
        Ok(self.mirror(address, instance.span, values, block, unknown_instances))
    }

    /// A mirror with these values, and with what the configuration in the plan declares.
    pub(super) fn mirror(
        &self,
        address: &Address,
        span: Span,
        values: MirrorValues,
        block: Option<&'p Block<'a>>,
        unknown_instances: Option<UnknownReasons>,
    ) -> Box<Mirror> {
        let (_, scope) = self.block_and_scope(address);
        let dependencies = self.dependencies(address);
        let declaration = ResourceDeclaration {
            instances: unknown_instances,
            cluster_origin: self.cluster_origin(&scope, block),
            depends_on: block.map(|block| self.depends_on(address, block).into()),
            depends_on_span: block.and_then(|block| block.depends_on_span),
            unresolved_dependencies: unrecorded_locals(&dependencies),
            dependencies: dependencies.resources.into_iter().collect(),
            ..ResourceDeclaration::new(values.cluster_id, values.mirror_type)
        };
        Mirror::from_resource(address.clone(), span, values.source, values.mirrors, declaration)
    }

    /// Reads a mirror that Terraform defers, with the part of its values that is planned.
    pub(super) fn read_deferred_mirror(
        &self,
        deferred: &DeferredChange<'a>,
    ) -> Result<Option<Box<Mirror>>, PlanError> {
        let Some(entry) = &deferred.resource_change else {
            return Ok(None);
        };
        let (mut address, span) = change_address(self.text, entry)?;
        if entry.index_unknown == Some(true) {
            address.key = Some(InstanceKey::Unknown);
        }
        let values = entry.change.as_ref().and_then(|change| change.after);
        if !provider::is_image_mirror(address.resource())
            || values.is_none_or(|values| values.get() == "null")
        {
            return Ok(None);
        }
        let instance = Instance {
            span,
            values,
            sensitive: None,
        };
        let unknown_instances = address
            .has_unknown_key()
            .then(|| UnknownReasons::new(UnknownReason::Deferred));
        self.read_mirror(&address, &instance, entry.change.as_ref(), unknown_instances)
            .map(Some)
    }

    /// Reads the values of a mirror before and after a change.
    pub(super) fn read_changed_values(
        &self,
        address: &Address,
        change: &Change<'a>,
    ) -> Result<ChangedValues, PlanError> {
        let (block, scope) = self.block_and_scope(address);
        let read = |values: Option<&'a RawValue>, unknown, sensitive| {
            let Some(raw) = values else { return Ok(None) };
            let marks = MirrorMarks::read(self.text, unknown, [sensitive, None])?;
            self.read_values(Some(raw), &marks, block, &scope).map(Some)
        };
        Ok(ChangedValues {
            before: read(change.before, None, change.before_sensitive)?,
            after: read(change.after, change.after_unknown, change.after_sensitive)?,
        })
    }

    /// The block of an instance, and the scope of its arguments.
    fn block_and_scope(&self, address: &Address) -> (Option<&'p Block<'a>>, Scope<'p, 'a>) {
        let block = self.modules.block(&address.path);
        let repetition = block.map(|block| &block.repetition);
        let scope = Scope::new(address.module().clone(), repetition);
        (block, scope)
    }

    fn read_values(
        &self,
        values: Option<&'a RawValue>,
        marks: &MirrorMarks<'a>,
        block: Option<&'p Block<'a>>,
        scope: &Scope<'p, 'a>,
    ) -> Result<MirrorValues, PlanError> {
        let values: MirrorFields<'a> = values
            .map(|raw| self.text.parse_raw(raw))
            .transpose()?
            .unwrap_or_default();
        let argument = |name, field: fn(&MirrorFields<'a>) -> Option<&'a RawValue>| Argument {
            name,
            value: field(&values),
            unknown: marks.unknown.mark(field),
            sensitive: marks.sensitive.each_ref().map(|marks| marks.mark(field)),
        };
        let reasons = |name: &str| {
            let references = block.and_then(|block| block.arguments.get(name));
            self.unknown_reasons(scope, references)
        };
        Ok(MirrorValues {
            cluster_id: self.read_string(argument("cluster_id", |fields| fields.cluster_id), &reasons)?,
            source: self.read_string(argument("source", |fields| fields.source), &reasons)?,
            mirrors: self.read_list(argument("mirrors", |fields| fields.mirrors), &reasons)?,
            mirror_type: self.read_string(argument("type", |fields| fields.kind), &reasons)?,
        })
    }

    fn cluster_origin(&self, scope: &Scope<'p, 'a>, block: Option<&'p Block<'a>>) -> ClusterOrigin {
        let references = block.and_then(|block| block.arguments.get("cluster_id"));
        references.map_or_else(ClusterOrigin::default, |references| {
            ReferenceTracer::new(self.modules, self.instances, true).trace(scope, references)
        })
    }

    fn depends_on(&self, address: &Address, block: &Block<'_>) -> Vec<Dependency> {
        let dependency = |text: &str| {
            let reachable = self.graph.reachable_from(referenced_node(address.module(), text));
            Dependency {
                text: text.to_owned(),
                unresolved: unrecorded_locals(&reachable),
                resources: reachable.resources.into_iter().collect(),
            }
        };
        block
            .depends_on
            .iter()
            .map(|reference| dependency(&reference.text))
            .collect()
    }

    /// The dependencies of a mirror, without the mirror itself.
    fn dependencies(&self, address: &Address) -> Reachable {
        let path = address.path.without_keys();
        let mut reachable = self.graph.reachable_from([Node::Resource(path.clone())]);
        reachable.resources.remove(&path);
        reachable
    }

    /// Why an argument of a resource can be unknown.
    pub(super) fn reasons_of_argument(&self, address: &Address, argument: &str) -> UnknownReasons {
        let (block, scope) = self.block_and_scope(address);
        let references = block.and_then(|block| block.arguments.get(argument));
        self.unknown_reasons(&scope, references)
    }

    /// Why an argument with these references can be unknown.
    fn unknown_reasons(
        &self,
        scope: &Scope<'p, 'a>,
        references: Option<&'p References<'a>>,
    ) -> UnknownReasons {
        let Some(references) = references else {
            return UnknownReasons::new(UnknownReason::AfterApply(None));
        };
        let origin = ReferenceTracer::new(self.modules, self.instances, false).trace(scope, references);
        let from_candidates = origin
            .candidates
            .iter()
            .map(|candidate| UnknownReason::AfterApply(Some(reference_to(&candidate.target))));
        let from_unresolved = origin.unresolved.into_iter().map(|reason| match reason {
            UnknownReason::NotRecorded(name) => UnknownReason::AfterApply(Some(name)),
            other => other,
        });
        UnknownReasons::from_reasons(from_candidates.chain(from_unresolved).collect())
    }

    fn read_string(
        &self,
        argument: Argument<'a>,
        reasons: &impl Fn(&str) -> UnknownReasons,
    ) -> Result<Attribute<String>, PlanError> {
        let mut attribute = match (argument.unknown_mark(), argument.value) {
            (Some(raw), _) => Attribute::unknown(reasons(argument.name), Some(self.text.span_of(raw))),
            (None, Some(raw)) => {
                let what = format!("the mirror's `{}`", argument.name);
                let value = self.text.parse_string(raw, &what)?.into_owned();
                Attribute::known(value, Some(self.text.span_of(raw)))
            }
            (None, None) => Attribute::absent(),
        };
        attribute.sensitive = argument.is_sensitive();
        Ok(attribute)
    }

    fn read_list(
        &self,
        argument: Argument<'a>,
        reasons: &impl Fn(&str) -> UnknownReasons,
    ) -> Result<Attribute<Vec<Attribute<String>>>, PlanError> {
        let is_sensitive = argument.is_sensitive();
        let mut attribute = match (argument.unknown_mark(), argument.value) {
            (Some(raw), _) => Attribute::unknown(reasons(argument.name), Some(self.text.span_of(raw))),
            (None, Some(raw)) => {
                let Ok(values) = serde_json::from_str::<Vec<Option<&'a RawValue>>>(raw.get()) else {
                    let message = "the mirror's `mirrors` is not a list".to_owned();
                    return Err(self.text.shape_error(raw, message));
                };
                let (unknown, sensitive) = (elements(argument.unknown), argument.sensitive.map(elements));
                let mut list = Vec::with_capacity(values.len());
                for (position, value) in values.into_iter().enumerate() {
                    let mut element = self.read_string(
                        Argument {
                            name: argument.name,
                            value,
                            unknown: unknown.get(position).copied(),
                            sensitive: sensitive.each_ref().map(|marks| marks.get(position).copied()),
                        },
                        reasons,
                    )?;
                    element.sensitive |= is_sensitive;
                    list.push(element);
                }
                Attribute::known(list, Some(self.text.span_of(raw)))
            }
            (None, None) => Attribute::absent(),
        };
        attribute.sensitive = is_sensitive;
        Ok(attribute)
    }
}

/// The locals among the dependencies, which a plan does not record.
pub(super) fn unrecorded_locals(dependencies: &Reachable) -> Vec<UnknownReason> {
    let local = |node: &Node| match node {
        Node::Local(..) => Some(UnknownReason::NotRecorded(node.to_string())),
        _ => None,
    };
    dependencies.undeclared.iter().filter_map(local).collect()
}

/// A target as a reference from the root module: `module.a.rhcs_cluster_rosa_hcp.c.domain`.
fn reference_to(target: &OriginTarget) -> String {
    match target {
        OriginTarget::Resource { path, key, attribute } => {
            let key = key.as_ref().filter(|key| **key != InstanceKey::Unknown);
            let key = key.map(ToString::to_string).unwrap_or_default();
            let attribute = attribute
                .as_ref()
                .map(|attribute| format!(".{attribute}"))
                .unwrap_or_default();
            qualified_name(&path.module, &format!("{}{key}{attribute}", path.resource))
        }
        OriginTarget::Module { call, output, .. } => match output {
            Some(output) => format!("{call}.{output}"),
            None => call.clone(),
        },
    }
}
