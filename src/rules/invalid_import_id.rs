//! `invalid-import-id`: an import that names no mirror.

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{Import, Input};
use crate::provider::types::is_import_id;

use super::{Check, Documentation, Fixability, Inputs, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "invalid-import-id",
    severity: Severity::Error,
    inputs: Inputs::Configuration,
    fix: Fixability::None,
    summary: "an `import` block whose id is not a cluster's id and a mirror's, with a colon between them",
    documentation: Documentation {
        what: "Looks at `import` blocks for `rhcs_image_mirror` with an id that is known.",
        why: "A mirror is imported by two ids, `cluster_id:image_mirror_id`: its own is known within its cluster \
              only. The provider splits at the colon and refuses what does not have two parts \
              (terraform-provider-rhcs, `ImportState` in `provider/imagemirror/image_mirror_resource.go`).",
        failing: r#"
import {
  to = rhcs_image_mirror.nginx
  id = "2mcb6q9f2pbvq4r0ofd1v7q0kq3mpc9s"
}

resource "rhcs_image_mirror" "nginx" {
  cluster_id = "2lbbrpgkocgajphhqee7vku1pgd4qsge"
  source     = "docker.io/library/nginx"
  mirrors    = ["mirror.example.com/library/nginx"]
}
"#,
        passing: r#"
import {
  to = rhcs_image_mirror.nginx
  id = "2lbbrpgkocgajphhqee7vku1pgd4qsge:2mcb6q9f2pbvq4r0ofd1v7q0kq3mpc9s"
}

resource "rhcs_image_mirror" "nginx" {
  cluster_id = "2lbbrpgkocgajphhqee7vku1pgd4qsge"
  source     = "docker.io/library/nginx"
  mirrors    = ["mirror.example.com/library/nginx"]
}
"#,
    },
    check: Check::Beside(check),
};

fn check(configuration: &Input) -> Vec<Diagnostic> {
    configuration.imports.iter().filter_map(find).collect()
}

fn find(import: &Import) -> Option<Diagnostic> {
    let id = import.id.value()?;
    if is_import_id(id) {
        return None;
    }
    let to = &import.to;
    let shown = import.id.shown();
    let finding = Diagnostic::new(RULE.name, RULE.severity, format!("{to}: {shown} names no mirror"))
        .at_address(to.clone())
        .note("the provider wants two ids with a colon between them, and refuses the import")
        .help(
            "write \"CLUSTER_ID:IMAGE_MIRROR_ID\"; `rosa list image-mirrors` shows the mirrors of a cluster",
        );
    Some(match import.id.span {
        Some(span) => finding.at(span, "not `cluster_id:image_mirror_id`"),
        None => finding,
    })
}
