//! Kinds of inputs, and sets of them.

/// The kind of an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InputKind {
    /// Configuration files.
    Configuration,
    /// A plan, as `terraform show -json PLAN` prints it.
    Plan,
    /// A configuration, as `tofu show -json -config` prints it: no expression is evaluated.
    TofuConfigJson,
    /// A state, as `terraform show -json` prints it. It records no expressions, so the rules about
    /// references do not apply.
    State,
    /// Manifests of one cluster: ImageDigestMirrorSet and related kinds, or a HostedCluster.
    Manifest,
    /// The files of a node: `registries.conf` and its drop-ins.
    RegistriesConf,
}

/// A set of input kinds, such as those that a rule applies to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InputKinds(u8);

impl InputKinds {
    /// Configuration files.
    pub const CONFIGURATION: Self = Self::of(InputKind::Configuration);
    /// Plans.
    pub const PLAN: Self = Self::of(InputKind::Plan);
    /// States.
    pub const STATE: Self = Self::of(InputKind::State);
    /// Manifests.
    pub const MANIFEST: Self = Self::of(InputKind::Manifest);
    /// Files of nodes.
    pub const REGISTRIES_CONF: Self = Self::of(InputKind::RegistriesConf);
    /// The kinds that record references: configuration, as files or as JSON, and plans.
    pub const REFERENCES: Self = Self::CONFIGURATION
        .union(Self::of(InputKind::TofuConfigJson))
        .union(Self::PLAN);
    /// The kinds that Terraform reads or writes.
    pub const TERRAFORM: Self = Self::REFERENCES.union(Self::STATE);
    /// All kinds.
    pub const ALL: Self = Self::DECLARED.union(Self::REGISTRIES_CONF);
    /// The kinds in which people declare the mirrors of a cluster.
    pub const DECLARED: Self = Self::TERRAFORM.union(Self::MANIFEST);

    const fn of(kind: InputKind) -> Self {
        Self(1 << kind as u8)
    }

    /// The kinds in either set.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether a kind is in the set.
    #[must_use]
    pub const fn contains(self, kind: InputKind) -> bool {
        self.0 & Self::of(kind).0 != 0
    }

    /// The names of the kinds, for messages. Configuration in JSON has the same name as configuration files.
    #[must_use]
    pub fn names(self) -> Vec<&'static str> {
        let kinds = [
            (Self::REFERENCES.without(Self::PLAN), "configuration"),
            (Self::PLAN, "plan"),
            (Self::STATE, "state"),
            (Self::MANIFEST, "manifest"),
            (Self::REGISTRIES_CONF, "registries.conf"),
        ];
        let present = kinds.into_iter().filter(|(kinds, _)| self.0 & kinds.0 != 0);
        present.map(|(_, name)| name).collect()
    }

    const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_contains_its_kinds_and_no_others() {
        let changes = InputKinds::PLAN;
        assert!(changes.contains(InputKind::Plan));
        for other in [
            InputKind::Configuration,
            InputKind::TofuConfigJson,
            InputKind::State,
            InputKind::Manifest,
            InputKind::RegistriesConf,
        ] {
            assert!(!changes.contains(other), "{other:?}");
        }
        assert!(InputKinds::ALL.contains(InputKind::Manifest));
        assert!(!InputKinds::TERRAFORM.contains(InputKind::Manifest));
        assert!(!InputKinds::DECLARED.contains(InputKind::RegistriesConf));
    }

    #[test]
    fn kinds_print_their_names() {
        assert_eq!(
            InputKinds::ALL.names(),
            ["configuration", "plan", "state", "manifest", "registries.conf"]
        );
        assert_eq!(InputKinds::REFERENCES.names(), ["configuration", "plan"]);
        assert_eq!(InputKinds::CONFIGURATION.names(), ["configuration"]);
    }
}
