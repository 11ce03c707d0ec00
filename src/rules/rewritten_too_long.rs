//! `rewritten-too-long`: a mirror that leaves no room for the names of images.

use crate::diagnostic::Severity;
use crate::model::{Input, Mirror};
use registries_conf::{Granularity, Location, MAX_IMAGE_NAME_LENGTH, Role, diagnose};

use super::{AtAttribute as _, Check, Documentation, Fixability, Inputs, Outcome, Rule, names};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "rewritten-too-long",
    severity: Severity::Warning,
    inputs: Inputs::All,
    fix: Fixability::None,
    summary: "the mirror is so long that names behind it pass 255 characters",
    documentation: Documentation {
        what: "Looks for an element of `mirrors` that leaves less room for the rest of an image's name than \
               names need: 64 characters where the source is a registry, 32 where it is a namespace. A mirror of a \
               repository is the whole name.",
        why: "A name of more than 255 characters is none for the runtime. It makes the names at all mirrors \
              before it asks the first one, so for an image whose name gets too long neither another mirror nor the \
              source is tried (containers/image, `docker/reference`, `PullSourcesFromReference`).",
        failing: r#"
resource "rhcs_image_mirror" "all" {
  cluster_id = "2lbbrpgkocgajphhqee7vku1pgd4qsge"
  source     = "quay.io"
  mirrors    = ["mirror.example.com/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"]
}
"#,
        passing: r#"
resource "rhcs_image_mirror" "all" {
  cluster_id = "2lbbrpgkocgajphhqee7vku1pgd4qsge"
  source     = "quay.io"
  mirrors    = ["mirror.example.com/quay"]
}
"#,
    },
    check: Check::Mirror(check),
};

/// How many characters the names of images need behind a registry. A convention, not a fact: few names of a
/// namespace and a repository are longer.
const ROOM_IN_REGISTRY: usize = 64;

/// The same, behind a namespace.
const ROOM_IN_NAMESPACE: usize = 32;

fn check(_: &Input, mirror: &Mirror) -> Outcome {
    names::each_mirror(mirror, |_, element, text| {
        // What is too long by itself, or no name, is `invalid-mirror`'s.
        if text.len() + ROOM_IN_REGISTRY < MAX_IMAGE_NAME_LENGTH
            || !diagnose(text, Role::Mirror).issues.is_empty()
        {
            return Outcome::clean();
        }
        let source = match names::source(mirror) {
            Ok(source) => source,
            Err(outcome) => return outcome,
        };
        let source = names::normal_source(source);
        let needed = match Location::parse(&source).map(|name| name.granularity()) {
            Some(Granularity::Registry) => ROOM_IN_REGISTRY,
            Some(Granularity::Namespace) => ROOM_IN_NAMESPACE,
            Some(Granularity::Repository) | None => return Outcome::clean(),
        };
        // A slash stands between the two.
        let room = MAX_IMAGE_NAME_LENGTH.saturating_sub(text.len() + 1);
        if room >= needed {
            return Outcome::clean();
        }
        let what = format!(
            "a mirror of {} characters leaves {room} for the rest of a name",
            text.len()
        );
        Outcome::found(
            RULE.finding(mirror, &what)
                .at_attribute(mirror, element, "too long")
                .note(format!(
                    "an image whose name gets longer than 255 characters cannot be pulled {}, from anywhere",
                    names::pulls(mirror)
                ))
                .help("choose a shorter place for the mirror"),
        )
    })
}
