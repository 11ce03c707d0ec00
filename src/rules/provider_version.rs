//! `provider-version`: a provider that has no image mirrors yet.

use crate::diagnostic::{Applicability, Diagnostic, Edit, Fix, Severity};
use crate::model::{Attribute, Input};
use crate::provider::versions::{FIRST_WITH_MIRRORS, Version, VersionRange, raised};

use super::{Check, Documentation, Fixability, Inputs, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "provider-version",
    severity: Severity::Error,
    inputs: Inputs::Configuration,
    fix: Fixability::Safe,
    summary: "the constraint or the lock file rules out 1.7.2, the first provider with `rhcs_image_mirror`",
    documentation: Documentation {
        what: "Reads the version constraints of terraform-redhat/rhcs in all modules of a configuration with \
               mirrors, and the version in `.terraform.lock.hcl`. It is an error where no version from 1.7.2 on \
               is left, and worth knowing where older ones are left as well and none is locked.",
        why: "`rhcs_image_mirror` came with 1.7.2 (terraform-provider-rhcs, CHANGELOG). An older provider gives \
              `Invalid resource type`. The provider's own guide asks for `>= 1.1.0`, which a machine with an older \
              lock file or mirror of providers meets and then fails.",
        failing: r#"
terraform {
  required_providers {
    rhcs = {
      source  = "terraform-redhat/rhcs"
      version = "~> 1.6.0"
    }
  }
}

resource "rhcs_image_mirror" "nginx" {
  cluster_id = "2lbbrpgkocgajphhqee7vku1pgd4qsge"
  source     = "docker.io/library/nginx"
  mirrors    = ["mirror.example.com/library/nginx"]
}
"#,
        passing: r#"
terraform {
  required_providers {
    rhcs = {
      source  = "terraform-redhat/rhcs"
      version = ">= 1.7.2"
    }
  }
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
    let provider = &configuration.provider;
    if configuration.mirrors.is_empty() && configuration.data_sources.is_empty() {
        return Vec::new();
    }
    if let Some(locked) = &provider.locked
        && let Some(version) = locked.value().and_then(|text| text.parse::<Version>().ok())
    {
        return if version < FIRST_WITH_MIRRORS {
            vec![too_old(configuration, locked, version)]
        } else {
            Vec::new()
        };
    }
    // One that cannot be read may narrow the others in any way.
    let ranges = provider.constraints.iter().map(|constraint| {
        let text = constraint.value()?;
        VersionRange::parse(text).ok().map(|range| (constraint, range))
    });
    let Some(ranges) = ranges.collect::<Option<Vec<_>>>() else {
        return Vec::new();
    };
    let all = ranges
        .iter()
        .fold(VersionRange::ALL, |all, (_, range)| all.and(*range));
    if !all.admits_from(FIRST_WITH_MIRRORS) {
        let narrow = ranges
            .iter()
            .filter(|(_, range)| !range.admits_from(FIRST_WITH_MIRRORS));
        return narrow
            .map(|(constraint, _)| ruled_out(configuration, constraint))
            .collect();
    }
    if all.admits_before(FIRST_WITH_MIRRORS) {
        return ranges
            .iter()
            .map(|(constraint, _)| too_wide(configuration, constraint))
            .collect();
    }
    Vec::new()
}

fn finding(configuration: &Input, what: &str) -> Diagnostic {
    let message = format!("{}: {what}", configuration.name);
    Diagnostic::new(RULE.name, RULE.severity, message).note(format!(
        "`rhcs_image_mirror` came with {FIRST_WITH_MIRRORS}; before that it is an `Invalid resource type`"
    ))
}

fn too_old(configuration: &Input, locked: &Attribute<String>, version: Version) -> Diagnostic {
    let found = finding(
        configuration,
        &format!("the locked provider {version} has no image mirrors"),
    )
    .help("run `terraform init -upgrade`");
    match locked.span {
        Some(span) => found.at(span, "too old"),
        None => found,
    }
}

fn ruled_out(configuration: &Input, constraint: &Attribute<String>) -> Diagnostic {
    let what = format!("{} admits no provider with image mirrors", constraint.shown());
    with_fix(finding(configuration, &what), constraint, "too old")
}

fn too_wide(configuration: &Input, constraint: &Attribute<String>) -> Diagnostic {
    let what = format!(
        "{} admits providers without image mirrors too",
        constraint.shown()
    );
    let mut found = with_fix(finding(configuration, &what), constraint, "older ones as well");
    found.severity = Severity::Info;
    found
}

fn with_fix(found: Diagnostic, constraint: &Attribute<String>, label: &str) -> Diagnostic {
    let (Some(text), Some(span)) = (constraint.value(), constraint.span) else {
        return found;
    };
    let content = format!("{:?}", raised(text, FIRST_WITH_MIRRORS));
    found.at(span, label).help(format!("write {content}")).fix(Fix {
        title: format!("ask for {FIRST_WITH_MIRRORS} at least"),
        applicability: Applicability::Safe,
        edits: vec![Edit { span, content }],
    })
}
