//! `hcl`: Terraform configuration.
//!
//! With an expression for the cluster's id, it is a part of the module that contains the cluster. Without one, it is a
//! root module: it requires the provider, and takes an unknown id from a variable.

use hcl::expr::{Object, ObjectKey, TemplateExpr, Traversal};
use hcl::structure::{Block, BlockBuilder, Body};
use hcl::template::Template;
use hcl::{Expression, Identifier};

use crate::cluster_mirrors::{Cluster, MergedEntry};
use crate::convert::cluster_part::{ClusterPart, cluster_names};
use crate::convert::error::ConvertError;
use crate::convert::hcl::{ClusterImports, Style, format_body};
use crate::convert::options::Options;
use crate::convert::resource_label::labels;
use crate::convert::target::{
    Capabilities, Context, Document, EntryMerging, ExpressiblePulls, OptionGroup, TargetOutput, TargetSpec,
};
use crate::provider;
use crate::provider::versions::{FIRST_MODULE_WITH_MIRRORS, FIRST_WITH_MIRRORS};

pub(super) static TARGET: TargetSpec = TargetSpec {
    flag: "hcl",
    help: "Terraform configuration",
    label: "rhcs_image_mirror",
    capabilities: Capabilities {
        pulls: ExpressiblePulls::Digest,
        source_policy: false,
        empty_entries: false,
        empty_clusters: false,
        unresolved_mirrors: false,
        all_characters: false,
    },
    merging: EntryMerging::Merged,
    api_schema: None,
    option_group: Some(OptionGroup::Hcl),
    terraform_note: None,
    write,
};

/// One file for all clusters.
fn write(context: &Context<'_>, parts: &[ClusterPart<'_>]) -> Result<TargetOutput, ConvertError> {
    if parts.is_empty() {
        return Ok(TargetOutput::default());
    }
    let options = &context.options.hcl;
    let existing = options.existing_mirrors.as_ref();
    reject_several_clusters(context.options, parts)?;
    let prefixes = labels(parts.iter().map(|part| ("", part.name.as_str())));
    let clusters: Vec<ClusterNames> = parts
        .iter()
        .zip(&prefixes)
        .map(|(part, prefix)| ClusterNames::new(part, (parts.len() > 1).then_some(prefix), context.options))
        .collect();
    let mut blocks = Vec::new();
    if options.cluster_id.is_none() {
        blocks.push(required_providers());
        blocks.extend(clusters.iter().filter_map(|cluster| cluster.variable.clone()));
    }
    let mut labels = resource_labels(parts, &clusters).into_iter();
    let mut output = TargetOutput::default();
    for (part, cluster) in parts.iter().zip(&clusters) {
        let imports = ClusterImports::new(&part.entries, existing);
        match options.style {
            Style::Resources => {
                for (entry, label) in part.entries.iter().zip(&mut labels) {
                    blocks.extend(resource_per_source(entry, &label, cluster, &imports));
                }
            }
            Style::ForEach => blocks.extend(resource_with_for_each(part, cluster, &imports)),
            Style::Module => blocks.extend(module_with_for_each(part, cluster, &imports)),
        }
        output.warnings.extend(imports.missing_from_input());
    }
    output.documents.push(Document {
        file: "image_mirrors.tf".to_owned(),
        text: format_body(Body::from_iter(blocks)),
    });
    Ok(output)
}

/// Rejects options for one cluster if the input has mirrors of several.
fn reject_several_clusters(options: &Options, parts: &[ClusterPart<'_>]) -> Result<(), ConvertError> {
    let option = match (&options.hcl.cluster_id, &options.hcl.existing_mirrors) {
        _ if parts.len() < 2 => return Ok(()),
        (Some(cluster_id), _) => format!("--cluster-id {cluster_id}"),
        (None, Some(_)) => "--import".to_owned(),
        (None, None) => return Ok(()),
    };
    Err(ConvertError::Options(format!(
        "`{option}` is for one cluster, but the input has mirrors of several: use `--cluster` to choose one of {}",
        cluster_names(parts)
    )))
}

/// What a cluster and its objects are called in the configuration.
struct ClusterNames {
    /// The expression of its id.
    id: Expression,
    /// What has to be created before its mirrors.
    depends_on: Vec<Expression>,
    /// The declaration of the variable that holds its id.
    variable: Option<Block>,
    /// The name of its map of mirrors, and of the resource or module that iterates over it.
    collection: String,
    /// What the labels of its resources begin with. Empty if it is the only cluster.
    prefix: String,
}

impl ClusterNames {
    fn new(part: &ClusterPart<'_>, prefix: Option<&String>, options: &Options) -> Self {
        let prefixed = |suffix: &str| match prefix {
            Some(prefix) => format!("{prefix}_{suffix}"),
            None => suffix.to_owned(),
        };
        let variable = prefixed("cluster_id");
        let (id, depends_on, variable) = match (&options.hcl.cluster_id, part.cluster()) {
            (Some(cluster_id), _) => (cluster_id.expression(), cluster_id.depends_on(), None),
            (None, Cluster::Known(id)) => (Expression::from(id.as_str()), Vec::new(), None),
            (None, Cluster::Named(..) | Cluster::Unknown(_)) => (
                reference("var", &variable),
                Vec::new(),
                Some(declare_variable(&variable)),
            ),
        };
        Self {
            id,
            depends_on,
            variable,
            collection: prefixed("image_mirrors"),
            prefix: prefix.cloned().unwrap_or_default(),
        }
    }
}

fn required_providers() -> Block {
    let provider: Object<ObjectKey, Expression> = [
        (key("source"), Expression::from(provider::types::SOURCE)),
        (
            key("version"),
            Expression::from(format!(">= {FIRST_WITH_MIRRORS}")),
        ),
    ]
    .into_iter()
    .collect();
    let providers = Block::builder("required_providers").add_attribute(("rhcs", Expression::from(provider)));
    Block::builder("terraform").add_block(providers.build()).build()
}

fn declare_variable(name: &str) -> Block {
    Block::builder("variable")
        .add_label(name)
        .add_attribute(("type", variable("string")))
        .add_attribute(("description", "The id of the cluster."))
        .build()
}

/// A label for each source of each cluster, in order.
fn resource_labels(parts: &[ClusterPart<'_>], clusters: &[ClusterNames]) -> Vec<String> {
    let sources = parts.iter().zip(clusters).flat_map(|(part, cluster)| {
        let entries = part.entries.iter();
        entries.map(|entry| (cluster.prefix.as_str(), entry.source))
    });
    labels(sources)
}

/// The resource of one source, after its import if the cluster has the mirror already.
fn resource_per_source(
    entry: &MergedEntry<'_>,
    label: &str,
    cluster: &ClusterNames,
    imports: &ClusterImports<'_>,
) -> Vec<Block> {
    let to = reference("rhcs_image_mirror", label);
    let resource = Block::builder("resource")
        .add_labels(["rhcs_image_mirror", label])
        .add_attribute(("cluster_id", cluster.id.clone()))
        .add_attribute(("source", entry.source))
        .add_attribute(("mirrors", mirror_list(entry)));
    let import = imports.id(entry.source).map(|id| import(to, cluster, id));
    import
        .into_iter()
        .chain([with_depends_on(resource, cluster)])
        .collect()
}

/// A map of all sources, their imports, and one resource that iterates over the map.
fn resource_with_for_each(
    part: &ClusterPart<'_>,
    cluster: &ClusterNames,
    imports: &ClusterImports<'_>,
) -> Vec<Block> {
    let name = &cluster.collection;
    let instance = |source: &str| {
        Traversal::builder(variable("rhcs_image_mirror"))
            .attr(Identifier::sanitized(name))
            .index(Expression::from(source))
            .build()
            .into()
    };
    let resource = Block::builder("resource")
        .add_labels(["rhcs_image_mirror", name.as_str()])
        .add_attribute(("for_each", reference("local", name)))
        .add_attribute(("cluster_id", cluster.id.clone()))
        .add_attribute(("source", reference("each", "key")))
        .add_attribute(("mirrors", reference("each", "value")));
    let mut blocks = vec![mirror_map(part, name)];
    blocks.extend(import_all(part, cluster, imports, instance));
    blocks.push(with_depends_on(resource, cluster));
    blocks
}

/// A map of all sources, their imports, and a call of Red Hat's module for each.
fn module_with_for_each(
    part: &ClusterPart<'_>,
    cluster: &ClusterNames,
    imports: &ClusterImports<'_>,
) -> Vec<Block> {
    let name = &cluster.collection;
    let instance = |source: &str| {
        Traversal::builder(variable("module"))
            .attr(Identifier::sanitized(name))
            .index(Expression::from(source))
            .attr("rhcs_image_mirror")
            .attr("image_mirror")
            .build()
            .into()
    };
    let module = Block::builder("module")
        .add_label(name.as_str())
        .add_attribute(("source", provider::modules::IMAGE_MIRRORS))
        .add_attribute(("version", format!(">= {FIRST_MODULE_WITH_MIRRORS}")))
        .add_attribute(("for_each", reference("local", name)))
        .add_attribute(("cluster_id", cluster.id.clone()))
        .add_attribute(("type", provider::DEFAULT_MIRROR_TYPE))
        .add_attribute(("source_registry", reference("each", "key")))
        .add_attribute(("mirrors", reference("each", "value")));
    let mut blocks = vec![mirror_map(part, name)];
    blocks.extend(import_all(part, cluster, imports, instance));
    blocks.push(with_depends_on(module, cluster));
    blocks
}

fn mirror_map(part: &ClusterPart<'_>, name: &str) -> Block {
    let entries = part.entries.iter();
    let map: Object<ObjectKey, Expression> = entries
        .map(|entry| {
            let source = ObjectKey::Expression(Expression::from(entry.source));
            (source, mirror_list(entry))
        })
        .collect();
    Block::builder("locals")
        .add_attribute((Identifier::sanitized(name), Expression::from(map)))
        .build()
}

fn mirror_list(entry: &MergedEntry<'_>) -> Expression {
    Expression::Array(
        entry
            .mirrors
            .iter()
            .map(|mirror| Expression::from(*mirror))
            .collect(),
    )
}

fn with_depends_on(block: BlockBuilder, cluster: &ClusterNames) -> Block {
    if cluster.depends_on.is_empty() {
        return block.build();
    }
    let depends_on = Expression::Array(cluster.depends_on.clone());
    block.add_attribute(("depends_on", depends_on)).build()
}

fn import_all(
    part: &ClusterPart<'_>,
    cluster: &ClusterNames,
    imports: &ClusterImports<'_>,
    instance: impl Fn(&str) -> Expression,
) -> Vec<Block> {
    let existing = part
        .entries
        .iter()
        .filter_map(|entry| Some((entry.source, imports.id(entry.source)?)));
    existing
        .map(|(source, id)| import(instance(source), cluster, id))
        .collect()
}

/// The import of a mirror that the cluster has already. Its import id is `CLUSTER_ID:MIRROR_ID`.
fn import(to: Expression, cluster: &ClusterNames, mirror_id: &str) -> Block {
    let id = match &cluster.id {
        Expression::String(cluster_id) => Expression::from(format!("{cluster_id}:{mirror_id}")),
        Expression::TemplateExpr(template) => quoted_template(format!("{template}:{mirror_id}")),
        other => {
            let template = Template::new()
                .add_interpolation(other.clone())
                .add_literal(format!(":{mirror_id}"));
            quoted_template(template.to_string())
        }
    };
    Block::builder("import")
        .add_attribute(("to", to))
        .add_attribute(("id", id))
        .build()
}

fn quoted_template(template: String) -> Expression {
    TemplateExpr::QuotedString(template).into()
}

fn key(name: &str) -> ObjectKey {
    ObjectKey::Identifier(Identifier::sanitized(name))
}

fn variable(name: &str) -> Expression {
    Expression::Variable(hcl::expr::Variable::sanitized(name))
}

/// `object.attribute`.
fn reference(object: &str, attribute: &str) -> Expression {
    Traversal::builder(variable(object))
        .attr(Identifier::sanitized(attribute))
        .build()
        .into()
}
