//! The macro behind the list of rules, and what the list is made of.

use super::rule::Rule;

/// Declares the modules of the rules and lists the rules by group, so that a new rule is one line.
macro_rules! rules {
    ($($group:ident { $($module:ident,)+ })+) => {
        $($(mod $module;)+)+

        /// Every rule by group, in the order in which they are listed and documented.
        pub static SECTIONS: &[$crate::rules::Section] = &[
            $($crate::rules::Section {
                group: $crate::rules::Group::$group,
                rules: &[$(&$module::RULE),+],
            }),+
        ];

        /// Every rule, in the order of the groups.
        pub static RULES: &[&$crate::rules::Rule] = &[$($(&$module::RULE),+),+];
    };
}
pub(super) use rules;

/// What a rule is about: the headings of the list of rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// The cluster that a mirror belongs to.
    Cluster,
    /// `source`.
    Source,
    /// `mirrors` and `type`.
    Mirrors,
    /// All mirrors of a cluster together.
    WholeCluster,
    /// Blocks, arguments and versions, as Terraform has them.
    Terraform,
    /// What a plan changes.
    Plan,
    /// What only manifests have.
    Manifest,
    /// What only the files of a node have.
    Node,
    /// Reading, deciding and suppressing.
    Housekeeping,
}

impl Group {
    /// The heading.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Cluster => "Cluster",
            Self::Source => "Source",
            Self::Mirrors => "Mirrors",
            Self::WholeCluster => "Whole cluster",
            Self::Terraform => "Terraform",
            Self::Plan => "Plan",
            Self::Manifest => "Manifest",
            Self::Node => "Node",
            Self::Housekeeping => "Housekeeping",
        }
    }
}

/// The rules of a group.
#[derive(Debug)]
pub struct Section {
    /// The group.
    pub group: Group,
    /// Its rules, in the order of the list.
    pub rules: &'static [&'static Rule],
}
