//! What a person can do about an unknown value. It depends on the input: a plan does not help where the plan itself leaves
//! a value unknown.

use super::attribute::{UnknownReason, UnknownReasons};
use super::input::Input;
use super::input_kind::InputKind;

impl UnknownReasons {
    /// What to do about the unknown value of an input. `None` if nothing can be done in the input itself.
    #[must_use]
    pub(crate) fn help(&self, input: &Input) -> Option<String> {
        let help = match input.manifest_facts().applied_by.unwrap_or(input.kind) {
            InputKind::Configuration | InputKind::TofuConfigJson => self.help_in_configuration(),
            InputKind::Plan => self.help_in_plan(input.has_configuration),
            InputKind::State | InputKind::Manifest | InputKind::RegistriesConf => return None,
        };
        Some(input.engine.in_words(help))
    }

    fn help_in_configuration(&self) -> &'static str {
        let any = |is_one: fn(&UnknownReason) -> bool| self.reasons.iter().any(is_one);
        if any(|reason| matches!(reason, UnknownReason::NoValue(_))) {
            "give the variable a value (`--var` or `--var-file`), or use a plan"
        } else if any(|reason| matches!(reason, UnknownReason::ModuleNotLoaded(_))) {
            "install the modules with `terraform init`, or use a plan"
        } else {
            "use a plan, in which the value may be known (`terraform show -json PLAN`)"
        }
    }

    fn help_in_plan(&self, has_configuration: bool) -> &'static str {
        let is_not_recorded = |reason: &UnknownReason| {
            matches!(
                reason,
                UnknownReason::NotRecorded(_)
                    | UnknownReason::AmbiguousCluster
                    | UnknownReason::AmbiguousClusterInstance
            )
        };
        if self.reasons.contains(&UnknownReason::Deferred) {
            "apply the plan first, then use the next plan, or the state (`terraform show -json`)"
        } else if !has_configuration && self.reasons.iter().any(is_not_recorded) {
            "give the configuration that the plan was created from (`--plan-config DIR`), or apply the plan first and use \
             the state (`terraform show -json`)"
        } else {
            "apply the plan first, then use the state (`terraform show -json`)"
        }
    }
}
