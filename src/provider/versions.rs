//! Releases of the provider and of its modules, and constraints that require them.

use terraform_eval::version::{Version, VersionRange, split};

/// The first release of the provider that has `rhcs_image_mirror` (its CHANGELOG, 1.7.2).
pub(crate) const FIRST_WITH_MIRRORS: Version = Version(1, 7, 2);

/// The first release of the module terraform-redhat/rosa-hcp/rhcs that has the submodule `image-mirrors`.
pub(crate) const FIRST_MODULE_WITH_MIRRORS: Version = Version(1, 7, 1);

/// Returns the constraint with the fewest changes that make it admit `first` and exclude earlier versions.
#[must_use]
pub(crate) fn raise_lower_bound(constraint: &str, first: Version) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut has_bound = false;
    for part in constraint.split(',') {
        let (operator, version) = split(part);
        let range = VersionRange::part(part).unwrap_or(VersionRange::ALL);
        if !range.admits_from(first) {
            // The range ends before `first`: raise the bound and keep its operator, or drop an upper bound.
            match operator {
                "" | "=" => parts.push(first.to_string()),
                "~>" => parts.push(format!("~> {first}")),
                _ => continue,
            }
            has_bound = true;
        } else if matches!(operator, ">" | ">=" | "~>") && range.admits_before(first) {
            if operator == "~>" {
                parts.push(format!("~> {}", version.trim()));
            }
            parts.push(format!(">= {first}"));
            has_bound = true;
        } else {
            has_bound |= !range.admits_before(first);
            parts.push(part.trim().to_owned());
        }
    }
    if !has_bound {
        parts.insert(0, format!(">= {first}"));
    }
    parts.dedup();
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use terraform_eval::version::VersionParseError;

    #[test]
    fn a_constraint_admits_versions_before_and_from_the_first_one() {
        for (constraint, before, from) in [
            (">= 1.1.0", true, true),
            (">= 1.7.2", false, true),
            ("> 1.7.1", false, true),
            ("> 1.7.0", true, true),
            ("1.7.2", false, true),
            ("= 1.7.1", true, false),
            ("~> 1.6.0", true, false),
            ("~> 1.7.0", true, true),
            ("~> 1.7.2", false, true),
            ("~> 1.6", true, true),
            ("~> 2.0", false, true),
            (">= 1.1.0, < 1.7.2", true, false),
            (">= 1.1.0, <= 1.7.2", true, true),
            ("< 2.0.0", true, true),
            ("!= 1.7.1", true, true),
            (">=1.7.2,<2", false, true),
        ] {
            let range = VersionRange::parse(constraint).expect(constraint);
            assert_eq!(range.admits_before(FIRST_WITH_MIRRORS), before, "{constraint}");
            assert_eq!(range.admits_from(FIRST_WITH_MIRRORS), from, "{constraint}");
        }
    }

    #[test]
    fn constraints_without_a_released_version_are_rejected() {
        for constraint in ["", "latest", "=> 1.0", "1.7.2-prerelease.2", ">= 1.x", "1.2.3.4"] {
            assert_eq!(
                VersionRange::parse(constraint),
                Err(VersionParseError),
                "{constraint}"
            );
        }
    }

    #[test]
    fn a_raised_constraint_keeps_other_conditions() {
        for (constraint, raised_to) in [
            (">= 1.1.0", ">= 1.7.2"),
            ("> 1.1.0", ">= 1.7.2"),
            ("~> 1.6.0", "~> 1.7.2"),
            ("~> 1.6", "~> 1.6, >= 1.7.2"),
            ("1.6.3", "1.7.2"),
            (">= 1.1.0, < 2.0.0", ">= 1.7.2, < 2.0.0"),
            (">= 1.1.0, < 1.7.0", ">= 1.7.2"),
            ("< 2.0.0", ">= 1.7.2, < 2.0.0"),
        ] {
            assert_eq!(
                raise_lower_bound(constraint, FIRST_WITH_MIRRORS),
                raised_to,
                "{constraint}"
            );
            let range = VersionRange::parse(raised_to).expect(raised_to);
            assert!(range.admits_from(FIRST_WITH_MIRRORS) && !range.admits_before(FIRST_WITH_MIRRORS));
        }
    }
}
