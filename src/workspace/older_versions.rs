//! Where older versions of a program that `required_version` admits refuse a root module, or give other mirrors.

use crate::diagnostic::Subject;
use crate::model::{ConfigurationIssue, ConfigurationIssueKind, Consequence, Input};
use crate::readers::configuration::{RootModule, RootModuleModel, RunBudget, evaluate_root};
use terraform_eval::modules::{ModuleTree, requirements};
use terraform_eval::source::Sources;

const WHY: &str = "the values are those of the newest version that `required_version` admits";

/// What an older version makes of a root module.
enum Older {
    Same,
    OtherMirrors,
    /// With the first error of the configuration, if it is not one of a mirror.
    Rejected(Option<String>),
}

/// Adds a note to the model of a root module if an older version that `required_version` admits makes something else of it.
/// Only versions that lack something the model depends on are asked, from the oldest one on.
pub(crate) fn with_older_versions(
    tree: &mut ModuleTree,
    sources: &Sources,
    root: &RootModule,
    mut model: RootModuleModel,
    budget: &RunBudget,
) -> RootModuleModel {
    if model.is_rejected || model.newer_minors.is_empty() {
        return model;
    }
    tree.restore_blocks(tree.reachable(root.module), sources);
    let dialect = root.inputs.dialect;
    let Some((_, span)) =
        requirements::required_versions(tree.module(root.module), dialect.engine(), sources)
            .into_iter()
            .next()
    else {
        return model;
    };
    // The newest version that differs says the most.
    for since in model.newer_minors.iter().rev() {
        let mut older = root.clone();
        older.inputs.dialect = dialect.older(since.saturating_sub(1));
        let found = evaluate_root(tree, sources, &older, &budget.for_comparison());
        let what = match found.map(|found| compare(&model.input, &found)) {
            Some(Older::Rejected(Some(error))) => format!("reject the configuration: {error}"),
            Some(Older::Rejected(None)) => "reject the configuration".to_owned(),
            Some(Older::OtherMirrors) => "give other mirrors".to_owned(),
            Some(Older::Same) | None => continue,
        };
        let message = format!(
            "versions of {} before 1.{since}, which are admitted, {what}",
            dialect.engine()
        );
        let subject = Subject::Other("terraform".to_owned());
        let issue = ConfigurationIssue::rejected(ConfigurationIssueKind::Other, subject, message, span)
            .label("admits them")
            .help(format!(
                "require `>= 1.{since}`, or change what they reject or evaluate differently"
            ))
            .consequence(Consequence::MayFail(WHY));
        model.input.issues.push(issue);
        break;
    }
    model
}

fn compare(newest: &Input, older: &RootModuleModel) -> Older {
    if older.is_rejected {
        let mut issues = older.input.issues.iter();
        let error = issues.find(|issue| issue.consequence == Consequence::Rejected);
        return Older::Rejected(error.map(|issue| issue.message.clone()));
    }
    let resolved = |input: &Input| -> Vec<_> {
        let mirrors = input.mirrors();
        let parts = mirrors.map(|mirror| {
            let elements = mirror.mirrors.value().into_iter().flatten();
            let elements: Vec<_> = elements.map(|element| element.content.clone()).collect();
            (
                mirror.address.to_string(),
                mirror.source.content.clone(),
                elements,
            )
        });
        parts.collect()
    };
    if resolved(newest) == resolved(&older.input) {
        Older::Same
    } else {
        Older::OtherMirrors
    }
}
