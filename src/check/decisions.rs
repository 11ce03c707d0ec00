//! What the rules decide, before settings of files, suppressions and the baseline apply to it. No rule depends on another one, so
//! they run on several threads.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::Diagnostic;
use crate::model::{Input, Mirror};
use crate::parallel::Threads;
use crate::rules::{Check, ClusterIndex, IndexedCluster, RULES, Rule, RuleOutcome, report_unknown_values};
use crate::settings::{Level, RuleSettings};
use terraform_eval::source::FileId;

use super::settings::CheckSettings;

/// How many inputs and mirrors are decided on before the findings are collected.
const BATCH: usize = 1024;

/// Divides inputs, so that the threads have work, and what the rules look up is in memory for some inputs at a time.
pub(super) fn batches(inputs: &[Input]) -> impl Iterator<Item = &[Input]> {
    divide(inputs, |input| 1 + input.mirrors.len())
}

/// Divides items into batches of [`BATCH`] at most, by their weights. An item that is heavier is a batch of its own.
fn divide<T>(items: &[T], weight: impl Fn(&T) -> usize) -> impl Iterator<Item = &[T]> {
    let mut rest = items;
    std::iter::from_fn(move || {
        let mut sum = 0;
        let fits = |item: &&T| {
            let is_first = sum == 0;
            sum += weight(item);
            is_first || sum <= BATCH
        };
        let length = rest.iter().take_while(fits).count();
        let (batch, others) = rest
            .split_at_checked(length)
            .filter(|(batch, _)| !batch.is_empty())?;
        rest = others;
        Some(batch)
    })
}

/// What the rules decide about some inputs.
pub(super) struct Decisions {
    /// About each input, without its mirrors.
    pub(super) inputs: Vec<Vec<Diagnostic>>,
    /// About each mirror of each input, if there is anything to say.
    pub(super) mirrors: Vec<Option<Box<MirrorDecisions>>>,
}

/// What the rules decide about a mirror.
pub(super) struct MirrorDecisions {
    /// The rules that have something to say.
    pub(super) outcomes: Vec<(&'static Rule, RuleOutcome)>,
    /// The finding about its unknown values.
    pub(super) unknown_values: Option<Diagnostic>,
}

impl Decisions {
    pub(super) fn of(inputs: &[Input], settings: &CheckSettings, threads: Threads) -> Self {
        let share = threads.shared_by(inputs.len());
        let prepared = threads.map(inputs, |input| {
            let of_input = settings.for_input(input.id);
            let (index, findings) = share.if_many(input.mirrors.len()).join(
                || ClusterIndex::new(input, share),
                || about_input(of_input, input),
            );
            ((MirrorRules::new(of_input, input), index), findings)
        });
        let (prepared, findings): (Vec<_>, Vec<_>) = prepared.into_iter().unzip();
        let mirrors: Vec<_> = inputs
            .iter()
            .zip(&prepared)
            .flat_map(|(input, (rules, index))| {
                let mirrors = input.mirrors().enumerate();
                mirrors.map(move |(position, mirror)| (rules, input, index.of_mirror(position), mirror))
            })
            .collect();
        Self {
            inputs: findings,
            mirrors: threads.map(&mirrors, |(rules, input, cluster, mirror)| {
                about_mirror(rules.in_file(mirror.span.file), input, *cluster, mirror)
            }),
        }
    }
}

fn about_input(settings: &RuleSettings, input: &Input) -> Vec<Diagnostic> {
    let is_run =
        |rule: &&&Rule| input.is_any_of(rule.inputs) && settings.level(rule.name, None) != Level::Off;
    let mut findings = Vec::new();
    for rule in RULES.iter().filter(is_run) {
        if let Check::PlanChanges(find)
        | Check::Input(find)
        | Check::MirrorAndInput(_, find)
        | Check::ResourceAndInput(_, find) = rule.check
        {
            findings.extend(find(input));
        }
    }
    findings
}

/// The rules that run on the mirrors of an input.
struct MirrorRules {
    /// In files without levels of their own.
    default: Vec<&'static Rule>,
    by_file: BTreeMap<FileId, Vec<&'static Rule>>,
}

impl MirrorRules {
    fn new(settings: &RuleSettings, input: &Input) -> Self {
        let in_file = |file| {
            let is_run = |rule: &&Rule| {
                rule.check.is_about_mirrors()
                    && input.is_any_of(rule.inputs)
                    && settings.level(rule.name, file) != Level::Off
            };
            RULES.iter().copied().filter(is_run).collect()
        };
        let files = input.mirrors().map(|mirror| mirror.span.file);
        let with_levels: BTreeSet<FileId> =
            files.filter(|file| settings.by_file.contains_key(file)).collect();
        Self {
            default: in_file(None),
            by_file: with_levels
                .into_iter()
                .map(|file| (file, in_file(Some(file))))
                .collect(),
        }
    }

    fn in_file(&self, file: FileId) -> &[&'static Rule] {
        self.by_file.get(&file).unwrap_or(&self.default)
    }
}

fn about_mirror(
    rules: &[&'static Rule],
    input: &Input,
    cluster: IndexedCluster<'_>,
    mirror: &Mirror,
) -> Option<Box<MirrorDecisions>> {
    let decide = |rule: &&'static Rule| {
        let outcome = match rule.check {
            Check::Mirror(decide) | Check::MirrorAndInput(decide, _) => decide(input, mirror),
            Check::Resource(decide) | Check::ResourceAndInput(decide, _) => {
                decide(input, mirror, mirror.resource()?)
            }
            Check::MirrorInCluster(decide) => decide(&cluster, mirror),
            Check::Input(_) | Check::PlanChanges(_) | Check::External => return None,
        };
        let is_clean = outcome.findings.is_empty() && outcome.undecided.is_none();
        (!is_clean).then_some((*rule, outcome))
    };
    let outcomes: Vec<(&Rule, RuleOutcome)> = rules.iter().filter_map(decide).collect();
    let undecided = outcomes.iter().filter_map(|(rule, outcome)| {
        // If Terraform rejects the value, another rule reports that.
        let reasons = outcome
            .undecided
            .as_ref()
            .filter(|reasons| !reasons.is_rejected())?;
        Some((rule.name, reasons))
    });
    let unknown_values = report_unknown_values(input, mirror, &undecided.collect::<Vec<_>>());
    let is_silent = outcomes.is_empty() && unknown_values.is_none();
    (!is_silent).then(|| {
        Box::new(MirrorDecisions {
            outcomes,
            unknown_values,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_item_is_in_one_batch_in_order() {
        let weights = [1, BATCH, 1, 5 * BATCH, 1, 2, BATCH - 3, 1];
        let batches: Vec<_> = divide(&weights, |weight| *weight).collect();
        assert_eq!(
            batches,
            [&[1][..], &[BATCH], &[1], &[5 * BATCH], &[1, 2, BATCH - 3], &[1]]
        );
        assert_eq!(divide(&[], |weight: &usize| *weight).count(), 0);
    }
}
