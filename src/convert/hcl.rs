//! `hcl`: Terraform configuration, laid out as `terraform fmt` has it.
//!
//! With the expression of a cluster's id it is a part of a module that is there already. Without one it is
//! a root module of its own: it says which provider it needs, and takes the id from a variable.

mod cluster_id;
mod format;
mod import;
pub(super) mod label;
mod writer;

use crate::cluster_mirrors::Cluster;
use crate::diagnostic::Diagnostic;
use terraform_eval::syntax::quoting::Quoting;

use super::{Document, Part, Refusal};

use import::Imports;
use label::labels;
use writer::{Body, Value};

pub use cluster_id::{ClusterId, InvalidClusterId};
pub use import::{InvalidList, Listed};

/// How configuration is written.
#[derive(Debug, Default)]
pub struct Options {
    /// The form.
    pub style: Style,
    /// Where the cluster's id comes from.
    pub cluster_id: Option<ClusterId>,
    /// Mirrors that the cluster has already, to be imported.
    pub listed: Option<Listed>,
}

/// The forms of configuration.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Style {
    /// One resource for each source.
    #[default]
    Resources,
    /// A local map from source to mirrors, and one resource with `for_each`.
    ForEach,
    /// A local map, and a call of Red Hat's module with `for_each`.
    Module,
}

/// The first release of the provider that has the resource, and of the module that has the submodule.
const PROVIDER: &str = ">= 1.7.2";
const MODULE: &str = ">= 1.7.1";

/// One file for all clusters.
pub(super) fn documents(
    parts: &[Part<'_>],
    options: &Options,
    warnings: &mut Vec<Diagnostic>,
) -> Result<Vec<Document>, Refusal> {
    if parts.is_empty() {
        return Ok(Vec::new());
    }
    if let (Some(given), true) = (&options.cluster_id, parts.len() > 1) {
        return Err(Refusal::Options(format!(
            "`--cluster-id {}` is for one cluster, but the input has mirrors of several: {}",
            given.text,
            choose_one(parts)
        )));
    }
    if options.listed.is_some() && parts.len() > 1 {
        return Err(Refusal::Options(format!(
            "`--import` is for one cluster, but the input has mirrors of several: {}",
            choose_one(parts)
        )));
    }
    let mut text = String::new();
    let own = labels(parts.iter().map(|part| ("", part.name.as_str())));
    let own = own.iter().map(|own| (parts.len() > 1).then_some(own.as_str()));
    let clusters: Vec<Target> = parts
        .iter()
        .zip(own)
        .map(|(part, own)| Target::of(part, own.unwrap_or_default(), options))
        .collect();
    let mut labels = resource_labels(parts, &clusters).into_iter();
    if options.cluster_id.is_none() {
        head(&mut text, &clusters);
    }
    for (part, cluster) in parts.iter().zip(&clusters) {
        let imports = Imports::of(part, options.listed.as_ref());
        match options.style {
            Style::Resources => resources(&mut text, part, cluster, &imports, &mut labels),
            Style::ForEach | Style::Module => for_each(&mut text, part, cluster, &imports, options.style),
        }
        warnings.extend(imports.left_over());
    }
    let file = "image_mirrors.tf".to_owned();
    Ok(vec![Document { file, text }])
}

/// What to do where the options are about one cluster.
fn choose_one(parts: &[Part<'_>]) -> String {
    let names: Vec<&str> = parts.iter().map(|part| part.cluster.name()).collect();
    format!("use `--cluster` to choose one of {}", names.join(", "))
}

/// The cluster of a part, in configuration.
struct Target {
    /// The expression of its id.
    id: String,
    /// Whether that is a text in quotes.
    is_literal: bool,
    /// What has to be created before the mirrors.
    depends_on: Vec<String>,
    /// The variable that holds the id, where there is one.
    variable: Option<String>,
    /// The name of what is there once for the cluster.
    name: String,
    /// What its names begin with; empty where it is the only cluster.
    own: String,
}

impl Target {
    fn of(part: &Part<'_>, own: &str, options: &Options) -> Self {
        let named = |suffix: &str| match own {
            "" => suffix.to_owned(),
            own => format!("{own}_{suffix}"),
        };
        let name = named("image_mirrors");
        let own = own.to_owned();
        if let Some(given) = &options.cluster_id {
            return Self {
                id: given.text.clone(),
                is_literal: given.is_literal,
                depends_on: given.depends_on.clone(),
                variable: None,
                name,
                own,
            };
        }
        match part.cluster {
            Cluster::Known(id) => Self {
                id: quoted(id),
                is_literal: true,
                depends_on: Vec::new(),
                variable: None,
                name,
                own,
            },
            Cluster::Named(..) => {
                let variable = named("cluster_id");
                Self {
                    id: format!("var.{variable}"),
                    is_literal: false,
                    depends_on: Vec::new(),
                    variable: Some(variable),
                    name,
                    own,
                }
            }
        }
    }
}

/// What a root module needs besides the mirrors.
fn head(text: &mut String, clusters: &[Target]) {
    let provider = Body::new()
        .line("source", quoted("terraform-redhat/rhcs"))
        .line("version", quoted(PROVIDER));
    let providers = Body::new().set("rhcs", Value::Object(provider));
    let terraform = Body::new().block("required_providers", providers);
    Body::new().block("terraform", terraform).write(text);
    for variable in clusters.iter().filter_map(|cluster| cluster.variable.as_ref()) {
        let body = Body::new()
            .line("type", "string".to_owned())
            .line("description", quoted("ID of the cluster."));
        block(text, &format!("variable {}", quoted(variable)), body);
    }
}

fn block(text: &mut String, header: &str, body: Body) {
    if !text.is_empty() {
        text.push('\n');
    }
    Body::new().block(header, body).write(text);
}

/// A label for each source of each cluster, in order.
fn resource_labels(parts: &[Part<'_>], clusters: &[Target]) -> Vec<String> {
    let sources = parts.iter().zip(clusters).flat_map(|(part, cluster)| {
        let entries = part.entries.iter();
        entries.map(|entry| (cluster.own.as_str(), entry.source))
    });
    labels(sources)
}

/// One resource for each source.
fn resources(
    text: &mut String,
    part: &Part<'_>,
    cluster: &Target,
    imports: &Imports<'_>,
    labels: &mut impl Iterator<Item = String>,
) {
    for (entry, label) in part.entries.iter().zip(labels) {
        import(
            text,
            &format!("rhcs_image_mirror.{label}"),
            cluster,
            imports,
            entry.source,
        );
        let body = Body::new()
            .line("cluster_id", cluster.id.clone())
            .line("source", quoted(entry.source))
            .set("mirrors", list(&entry.mirrors))
            .depends_on(&cluster.depends_on);
        block(
            text,
            &format!("resource \"rhcs_image_mirror\" {}", quoted(&label)),
            body,
        );
    }
}

/// A map of all sources, and one block that goes through it.
fn for_each(text: &mut String, part: &Part<'_>, cluster: &Target, imports: &Imports<'_>, style: Style) {
    let name = &cluster.name;
    let entries = part.entries.iter();
    let map = entries.fold(Body::new(), |map, entry| {
        map.set(&quoted(entry.source), list(&entry.mirrors))
    });
    block(text, "locals", Body::new().set(name, Value::Object(map)));
    let object = match style {
        Style::Module => format!("module.{name}"),
        Style::ForEach | Style::Resources => format!("rhcs_image_mirror.{name}"),
    };
    for entry in &part.entries {
        let instance = match style {
            Style::Module => format!(
                "{object}[{}].rhcs_image_mirror.image_mirror",
                quoted(entry.source)
            ),
            Style::ForEach | Style::Resources => format!("{object}[{}]", quoted(entry.source)),
        };
        import(text, &instance, cluster, imports, entry.source);
    }
    let map = format!("local.{name}");
    if style == Style::Module {
        let body = Body::new()
            .line(
                "source",
                quoted("terraform-redhat/rosa-hcp/rhcs//modules/image-mirrors"),
            )
            .line("version", quoted(MODULE))
            .line("for_each", map)
            .space()
            .line("cluster_id", cluster.id.clone())
            .line("type", quoted("digest"))
            .line("source_registry", "each.key".to_owned())
            .line("mirrors", "each.value".to_owned())
            .depends_on(&cluster.depends_on);
        block(text, &format!("module {}", quoted(name)), body);
    } else {
        let body = Body::new()
            .line("for_each", map)
            .space()
            .line("cluster_id", cluster.id.clone())
            .line("source", "each.key".to_owned())
            .line("mirrors", "each.value".to_owned())
            .depends_on(&cluster.depends_on);
        block(
            text,
            &format!("resource \"rhcs_image_mirror\" {}", quoted(name)),
            body,
        );
    }
}

/// The import of a mirror that the cluster has already.
fn import(text: &mut String, to: &str, cluster: &Target, imports: &Imports<'_>, source: &str) {
    let Some(mirror) = imports.id(source) else {
        return;
    };
    let literal = cluster.id.strip_prefix('"').and_then(|id| id.strip_suffix('"'));
    let id = match literal.filter(|_| cluster.is_literal) {
        Some(id) => format!("\"{id}:{mirror}\""),
        None => {
            // Braces side by side are moved apart.
            let space = if cluster.id.starts_with('{') { " " } else { "" };
            format!("\"${{{space}{}}}:{mirror}\"", cluster.id)
        }
    };
    let body = Body::new().line("to", to.to_owned()).line("id", id);
    block(text, "import", body);
}

fn list(mirrors: &[&str]) -> Value {
    Value::List(mirrors.iter().map(|mirror| quoted(mirror)).collect())
}

fn quoted(text: &str) -> String {
    Quoting::Native.quote(text)
}
