//! `unordered-mirrors-read`: mirrors that are read before they are there.

use crate::diagnostic::{Applicability, Diagnostic, Fix, Severity};
use crate::model::cluster_key;
use crate::model::{ImageMirrorsDataSource, Input, Mirror};

use super::{Check, Documentation, Fixability, Inputs, Rule, offer};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "unordered-mirrors-read",
    severity: Severity::Warning,
    inputs: Inputs::Configuration,
    fix: Fixability::Safe,
    summary: "`data.rhcs_image_mirrors` reads a cluster whose mirrors are created here, and does not wait for them",
    documentation: Documentation {
        what: "Looks at `data \"rhcs_image_mirrors\"` in a module that creates mirrors of the same cluster, itself \
               or in the modules that it calls. The data source has to come after them.",
        why: "A data source is read as early as its arguments are known: during the plan, where the id is. It then \
              lists the mirrors of the last apply, and those that this one creates are missing from outputs and \
              from everything that is made of them, until somebody applies once more.",
        failing: r#"
resource "rhcs_image_mirror" "nginx" {
  cluster_id = "2lbbrpgkocgajphhqee7vku1pgd4qsge"
  source     = "docker.io/library/nginx"
  mirrors    = ["mirror.example.com/library/nginx"]
}

data "rhcs_image_mirrors" "all" {
  cluster_id = "2lbbrpgkocgajphhqee7vku1pgd4qsge"
}
"#,
        passing: r#"
resource "rhcs_image_mirror" "nginx" {
  cluster_id = "2lbbrpgkocgajphhqee7vku1pgd4qsge"
  source     = "docker.io/library/nginx"
  mirrors    = ["mirror.example.com/library/nginx"]
}

data "rhcs_image_mirrors" "all" {
  cluster_id = "2lbbrpgkocgajphhqee7vku1pgd4qsge"
  depends_on = [rhcs_image_mirror.nginx]
}
"#,
    },
    check: Check::Beside(check),
};

fn check(configuration: &Input) -> Vec<Diagnostic> {
    let reads = configuration.data_sources.iter();
    reads.filter_map(|read| find(configuration, read)).collect()
}

fn find(configuration: &Input, read: &ImageMirrorsDataSource) -> Option<Diagnostic> {
    let cluster = cluster_key(&read.cluster_id, &read.cluster_origin)?;
    let missed = |mirror: &&Mirror| {
        mirror.cluster_key().as_ref() == Some(&cluster)
            && mirror.path().is_some_and(|path| !read.dependencies.contains(&path))
            // A mirror that takes the id from here comes after it on purpose.
            && !mirror
                .resource()
                .is_some_and(|resource| resource.dependencies.contains(&read.path))
    };
    // What `depends_on` has to name, where it can: a mirror beside the data source, or the module that holds it.
    let mut names: Vec<String> = Vec::new();
    let mut first = None;
    for mirror in configuration.mirrors.iter().filter(missed) {
        let Some(path) = mirror.path() else { continue };
        let depth = read.path.module.steps().len();
        let steps = path.module.steps();
        if steps.get(..depth) != Some(read.path.module.steps()) {
            continue;
        }
        let name = match steps.get(depth) {
            Some(step) => format!("module.{}", step.call),
            None => path.resource.to_string(),
        };
        if !names.contains(&name) {
            names.push(name);
        }
        first.get_or_insert(mirror.span);
    }
    let created = first?;
    let entries = names.join(", ");
    let block = read.path.to_string();
    let message =
        format!("{block}: the mirrors are read before those are created that this configuration has");
    let mut finding = Diagnostic::new(RULE.name, RULE.severity, message)
        .at_address(block)
        .at(read.span, "does not wait for them")
        .related(created, "created here")
        .note("the list is that of the last apply: what this one creates is missing from it")
        .help(match read.dependency_insertion {
            Some(_) => format!("add to its `depends_on`: {entries}"),
            None => format!("add `depends_on = [{entries}]`"),
        });
    let edits = offer::depends_on(
        read.dependency_insertion.as_ref(),
        read.argument_insertion.as_ref(),
        &names,
    );
    finding.fix = edits.map(|edits| Fix {
        title: "read after they are created".to_owned(),
        applicability: Applicability::Safe,
        edits,
    });
    Some(finding)
}
