//! The mirrors of a plan or state: values, what is unknown about them and why, where they lead.

use serde_json::value::RawValue;

use crate::model::{
    Attribute, ClusterOrigin, Dependency, Mirror, MirrorValues, OriginTarget, ResourceDeclaration,
    UnknownReason, UnknownReasons,
};
use crate::provider;
use terraform_eval::address::{Address, InstanceKey, ResourcePath};
use terraform_eval::reference_graph::{Node, Reachable, ReferenceGraph};
use terraform_eval::source::Span;

use crate::readers::plan::changes;
use crate::readers::plan::configuration::{Block, Modules, References};
use crate::readers::plan::document::{ChangeBody, Deferred, MirrorFields};
use crate::readers::plan::error::PlanError;
use crate::readers::plan::graph;
use crate::readers::plan::instances::{Instance, Instances};
use crate::readers::plan::json::{Text, elements, is_true};
use crate::readers::plan::reference_tracer::{Follower, Place, qualified};

/// Everything that a mirror is made of.
pub(super) struct Reader<'p, 'a> {
    pub(super) text: Text<'a>,
    pub(super) modules: &'p Modules<'a>,
    pub(super) instances: &'p Instances<'a>,
    pub(super) graph: &'p ReferenceGraph,
}

/// Marks of the shape of a mirror's arguments: all, or some of them.
enum Marks<'a> {
    All(&'a RawValue),
    Of(MirrorFields<'a>),
}

impl<'a> Marks<'a> {
    fn read(text: Text<'a>, raw: Option<&'a RawValue>) -> Result<Self, PlanError> {
        match raw {
            Some(raw) if is_true(Some(raw)) => Ok(Self::All(raw)),
            Some(raw) if raw.get().starts_with('{') => Ok(Self::Of(text.piece(raw)?)),
            _ => Ok(Self::Of(MirrorFields::default())),
        }
    }

    fn of(&self, argument: impl Fn(&MirrorFields<'a>) -> Option<&'a RawValue>) -> Option<&'a RawValue> {
        match self {
            Self::All(raw) => Some(raw),
            Self::Of(fields) => argument(fields),
        }
    }
}

/// All marks of one mirror.
struct AllMarks<'a> {
    unknown: Marks<'a>,
    sensitive: [Marks<'a>; 2],
}

impl<'a> AllMarks<'a> {
    fn read(
        text: Text<'a>,
        unknown: Option<&'a RawValue>,
        [one, other]: [Option<&'a RawValue>; 2],
    ) -> Result<Self, PlanError> {
        Ok(Self {
            unknown: Marks::read(text, unknown)?,
            sensitive: [Marks::read(text, one)?, Marks::read(text, other)?],
        })
    }
}

/// A mirror before and after a change.
pub(super) struct Sides {
    pub(super) before: Option<MirrorValues>,
    pub(super) after: Option<MirrorValues>,
}

/// One argument: its value and its marks.
#[derive(Clone, Copy)]
struct Argument<'a> {
    name: &'static str,
    value: Option<&'a RawValue>,
    unknown: Option<&'a RawValue>,
    /// By the planned value and by the change; `false` in one does not take back what the other says.
    sensitive: [Option<&'a RawValue>; 2],
}

impl Argument<'_> {
    fn is_sensitive(&self) -> bool {
        self.sensitive.into_iter().any(is_true)
    }
}

impl<'p, 'a> Reader<'p, 'a> {
    /// Reads one mirror; its known id is not looked up yet.
    pub(super) fn mirror(
        &self,
        address: &Address,
        instance: &Instance<'a>,
        body: Option<&ChangeBody<'a>>,
        unknown_instances: Option<UnknownReasons>,
    ) -> Result<Mirror, PlanError> {
        let (block, place) = self.place(address);
        let marks = AllMarks::read(
            self.text,
            body.and_then(|body| body.after_unknown),
            [instance.sensitive, body.and_then(|body| body.after_sensitive)],
        )?;
        let values = self.values(instance.values, &marks, block, &place)?;
        Ok(self.with_values(address, instance.span, values, block, unknown_instances))
    }

    /// A mirror with these values, and what the configuration in the plan says of it.
    pub(super) fn with_values(
        &self,
        address: &Address,
        span: Span,
        values: MirrorValues,
        block: Option<&'p Block<'a>>,
        instances: Option<UnknownReasons>,
    ) -> Mirror {
        let (_, place) = self.place(address);
        let reach = self.after(address);
        let declaration = ResourceDeclaration {
            instances,
            cluster_origin: self.leads(&place, block),
            depends_on: block.map(|block| self.depends_on(address, block)),
            depends_on_span: block.and_then(|block| block.depends_on_span),
            unresolved_dependencies: unrecorded(&reach),
            dependencies: reach.resources,
            ..ResourceDeclaration::new(values.cluster_id, values.mirror_type)
        };
        Mirror::from_resource(address.clone(), span, values.source, values.mirrors, declaration)
    }

    /// A mirror that Terraform puts off: it is planned as far as that could be done.
    pub(super) fn deferred(&self, deferred: &Deferred<'a>) -> Result<Option<Mirror>, PlanError> {
        let Some(change) = &deferred.resource_change else {
            return Ok(None);
        };
        let (mut address, span) = changes::address(self.text, change)?;
        if change.index_unknown == Some(true) {
            address.key = Some(InstanceKey::Unknown);
        }
        let values = change.body.as_ref().and_then(|body| body.after);
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
        let is_pattern =
            address.key == Some(InstanceKey::Unknown) || address.module().to_string().contains("[*]");
        let unknown_instances = is_pattern.then(|| UnknownReasons::new(UnknownReason::Deferred));
        self.mirror(&address, &instance, change.body.as_ref(), unknown_instances)
            .map(Some)
    }

    /// Both sides of a change to a mirror.
    pub(super) fn sides(&self, address: &Address, body: &ChangeBody<'a>) -> Result<Sides, PlanError> {
        let (block, place) = self.place(address);
        let side = |values: Option<&'a RawValue>, unknown, sensitive| {
            let Some(raw) = values else { return Ok(None) };
            let marks = AllMarks::read(self.text, unknown, [sensitive, None])?;
            self.values(Some(raw), &marks, block, &place).map(Some)
        };
        Ok(Sides {
            before: side(body.before, None, body.before_sensitive)?,
            after: side(body.after, body.after_unknown, body.after_sensitive)?,
        })
    }

    /// The block behind an address, and where its arguments stand.
    fn place(&self, address: &Address) -> (Option<&'p Block<'a>>, Place<'p, 'a>) {
        let block = self.block(&address.path);
        let repetition = block.map(|block| &block.repetition);
        let place = Place::new(address.path.module.clone(), repetition, address.key.clone());
        (block, place)
    }

    fn values(
        &self,
        values: Option<&'a RawValue>,
        marks: &AllMarks<'a>,
        block: Option<&'p Block<'a>>,
        place: &Place<'p, 'a>,
    ) -> Result<MirrorValues, PlanError> {
        let values: MirrorFields<'a> = values
            .map(|raw| self.text.piece(raw))
            .transpose()?
            .unwrap_or_default();
        let argument = |name, field: fn(&MirrorFields<'a>) -> Option<&'a RawValue>| Argument {
            name,
            value: field(&values),
            unknown: marks.unknown.of(field),
            sensitive: marks.sensitive.each_ref().map(|marks| marks.of(field)),
        };
        let causes = |name: &str| self.causes(place, block.and_then(|block| block.arguments.get(name)));
        Ok(MirrorValues {
            cluster_id: self.string(argument("cluster_id", |fields| fields.cluster_id), &causes)?,
            source: self.string(argument("source", |fields| fields.source), &causes)?,
            mirrors: self.list(argument("mirrors", |fields| fields.mirrors), &causes)?,
            mirror_type: self.string(argument("type", |fields| fields.kind), &causes)?,
        })
    }

    fn block(&self, path: &ResourcePath) -> Option<&'p Block<'a>> {
        self.modules
            .get(&path.module.without_keys())?
            .resources
            .get(&path.resource)
    }

    fn leads(&self, place: &Place<'p, 'a>, block: Option<&'p Block<'a>>) -> ClusterOrigin {
        let references = block.and_then(|block| block.arguments.get("cluster_id"));
        references.map_or_else(ClusterOrigin::default, |references| {
            Follower::new(self.modules, self.instances, true).follow(place, references)
        })
    }

    fn depends_on(&self, address: &Address, block: &Block<'_>) -> Vec<Dependency> {
        let entry = |text: &str| {
            let reach = self.graph.reachable_from(graph::node(&address.path.module, text));
            Dependency {
                text: text.to_owned(),
                unresolved: unrecorded(&reach),
                resources: reach.resources,
            }
        };
        block
            .depends_on
            .iter()
            .map(|written| entry(&written.text))
            .collect()
    }

    /// What comes before a mirror, itself left out.
    fn after(&self, address: &Address) -> Reachable {
        let block = ResourcePath {
            module: address.path.module.without_keys(),
            resource: address.path.resource.clone(),
        };
        let node = Node::Resource(block.clone());
        let mut reach = self.graph.reachable_from([node]);
        reach.resources.remove(&block);
        reach
    }

    /// Why an argument with these references can be unknown.
    fn causes(&self, place: &Place<'p, 'a>, references: Option<&'p References<'a>>) -> UnknownReasons {
        let Some(references) = references else {
            return UnknownReasons::new(UnknownReason::AfterApply(None));
        };
        let leads = Follower::new(self.modules, self.instances, false).follow(place, references);
        let resources = leads
            .candidates
            .iter()
            .map(|lead| UnknownReason::AfterApply(Some(shown(&lead.target))));
        let others = leads.unresolved.into_iter().map(|cause| match cause {
            UnknownReason::NotRecorded(name) => UnknownReason::AfterApply(Some(name)),
            other => other,
        });
        UnknownReasons::from_reasons(resources.chain(others).collect())
    }

    fn string(
        &self,
        argument: Argument<'a>,
        causes: &impl Fn(&str) -> UnknownReasons,
    ) -> Result<Attribute<String>, PlanError> {
        let mut attribute = match (argument.unknown.filter(|raw| is_true(Some(raw))), argument.value) {
            (Some(raw), _) => Attribute::unknown(causes(argument.name), Some(self.text.span(raw.get()))),
            (None, Some(raw)) => {
                let what = format!("the mirror's `{}`", argument.name);
                let value = self.text.string(raw, &what)?.into_owned();
                Attribute::known(value, Some(self.text.span(raw.get())))
            }
            (None, None) => Attribute::absent(),
        };
        attribute.sensitive = argument.is_sensitive();
        Ok(attribute)
    }

    fn list(
        &self,
        argument: Argument<'a>,
        causes: &impl Fn(&str) -> UnknownReasons,
    ) -> Result<Attribute<Vec<Attribute<String>>>, PlanError> {
        let whole_sensitive = argument.is_sensitive();
        let span = |raw: &RawValue| Some(self.text.span(raw.get()));
        let mut attribute = match (argument.unknown.filter(|raw| is_true(Some(raw))), argument.value) {
            (Some(raw), _) => Attribute::unknown(causes(argument.name), span(raw)),
            (None, Some(raw)) => {
                let values: Vec<Option<&'a RawValue>> = match serde_json::from_str(raw.get()) {
                    Ok(values) => values,
                    Err(_) => {
                        return Err(self
                            .text
                            .shape(raw, "the mirror's `mirrors` is not a list".to_owned()));
                    }
                };
                let (unknown, sensitive) = (elements(argument.unknown), argument.sensitive.map(elements));
                let mut list = Vec::with_capacity(values.len());
                for (position, value) in values.into_iter().enumerate() {
                    let mut element = self.string(
                        Argument {
                            name: argument.name,
                            value,
                            unknown: unknown.get(position).copied(),
                            sensitive: sensitive.each_ref().map(|marks| marks.get(position).copied()),
                        },
                        causes,
                    )?;
                    element.sensitive |= whole_sensitive;
                    list.push(element);
                }
                Attribute::known(list, span(raw))
            }
            (None, None) => Attribute::absent(),
        };
        attribute.sensitive = whole_sensitive;
        Ok(attribute)
    }
}

/// The locals that a reach ends at.
pub(super) fn unrecorded(reach: &Reachable) -> Vec<UnknownReason> {
    let local = |node: &Node| match node {
        Node::Local(..) => Some(UnknownReason::NotRecorded(node.to_string())),
        _ => None,
    };
    reach.undeclared.iter().filter_map(local).collect()
}

/// A target as a reference from the root: `module.a.rhcs_cluster_rosa_hcp.c.domain`.
fn shown(target: &OriginTarget) -> String {
    match target {
        OriginTarget::Resource { path, key, attribute } => {
            let key = key.as_ref().filter(|key| **key != InstanceKey::Unknown);
            let key = key.map(ToString::to_string).unwrap_or_default();
            let attribute = attribute
                .as_ref()
                .map(|attribute| format!(".{attribute}"))
                .unwrap_or_default();
            qualified(&path.module, &format!("{}{key}{attribute}", path.resource))
        }
        OriginTarget::Module { call, output, .. } => match output {
            Some(output) => format!("{call}.{output}"),
            None => call.clone(),
        },
    }
}
