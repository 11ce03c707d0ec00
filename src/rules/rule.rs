//! What a rule is, and what it reports about one mirror.

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::model::{
    Attribute, AttributeValue, Input, InputKinds, Mirror, ResourceDeclaration, UnknownReasons,
};

use super::page::{self, Page, PageError};
use super::support::cluster_index::IndexedCluster;

/// A rule: data, a page and a function.
#[derive(Debug)]
pub struct Rule {
    /// Its id in every output, in kebab case.
    pub name: &'static str,
    /// The severity of its findings, unless a finding has its own.
    pub severity: Severity,
    /// The kinds of input on which it can find something.
    pub inputs: InputKinds,
    /// Whether its findings have a fix.
    pub fix: Fixability,
    /// The text of its page, `NAME.md`.
    pub page: &'static str,
    /// How it decides.
    pub check: Check,
}

impl Rule {
    /// Describes the rule in a sentence without the final period, for tables.
    #[must_use]
    pub fn summary(&self) -> &'static str {
        page::summary(self.page).trim_end_matches('.')
    }

    /// Where its page can be read.
    #[must_use]
    pub fn url(&self) -> String {
        let (repository, version) = (env!("CARGO_PKG_REPOSITORY"), env!("CARGO_PKG_VERSION"));
        format!("{repository}/blob/v{version}/docs/rules.md#{}", self.name)
    }

    /// A finding of this rule with a message alone.
    pub(crate) fn diagnostic(&self, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(self.code(), self.severity, message)
    }

    /// What its findings say that they are reported by.
    #[must_use]
    pub fn code(&self) -> Code {
        Code::Rule(self.name)
    }

    /// Parses its page.
    pub fn parse_page(&self) -> Result<Page<'static>, PageError> {
        Page::parse(self.page)
    }
}

/// Whether the findings of a rule have a fix, and of which applicability.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fixability {
    /// No finding has a fix.
    None,
    /// Fixes are safe.
    Safe,
    /// Fixes need review.
    Unsafe,
    /// Some fixes are safe, others need review.
    SafeOrUnsafe,
}

impl Fixability {
    /// The word in tables and in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Safe => "safe",
            Self::Unsafe => "unsafe",
            Self::SafeOrUnsafe => "safe or unsafe",
        }
    }
}

/// How a rule decides.
#[derive(Debug)]
pub enum Check {
    /// Checks one mirror at a time.
    Mirror(fn(&Input, &Mirror) -> RuleOutcome),
    /// Checks one mirror at a time, and the other blocks of the input.
    MirrorAndInput(fn(&Input, &Mirror) -> RuleOutcome, fn(&Input) -> Vec<Diagnostic>),
    /// Checks one mirror that a resource block declares, so not the entries of manifests.
    Resource(fn(&Input, &Mirror, &ResourceDeclaration) -> RuleOutcome),
    /// Checks one mirror that a resource block declares, and the other blocks of the input.
    ResourceAndInput(
        fn(&Input, &Mirror, &ResourceDeclaration) -> RuleOutcome,
        fn(&Input) -> Vec<Diagnostic>,
    ),
    /// Checks one mirror among all mirrors of its cluster.
    MirrorInCluster(fn(&IndexedCluster<'_>, &Mirror) -> RuleOutcome),
    /// Checks a whole input: other blocks than mirrors, provider versions, manifests.
    Input(fn(&Input) -> Vec<Diagnostic>),
    /// Checks the changes of a plan.
    PlanChanges(fn(&Input) -> Vec<Diagnostic>),
    /// Its findings are created where files are read, or where outcomes are counted.
    External,
}

impl Check {
    /// Whether it decides about mirrors.
    #[must_use]
    pub(crate) fn is_about_mirrors(&self) -> bool {
        match self {
            Self::Mirror(_)
            | Self::MirrorAndInput(..)
            | Self::Resource(_)
            | Self::ResourceAndInput(..)
            | Self::MirrorInCluster(_) => true,
            Self::Input(_) | Self::PlanChanges(_) | Self::External => false,
        }
    }
}

/// What a rule reports about one mirror. A rule can have findings and be undecided about other values.
#[derive(Debug, Default)]
pub struct RuleOutcome {
    /// The findings.
    pub findings: Vec<Diagnostic>,
    /// The unknown value that keeps the rule from deciding on everything.
    pub undecided: Option<UnknownReasons>,
}

impl RuleOutcome {
    /// The rule has nothing to report.
    #[must_use]
    pub fn clean() -> Self {
        Self::default()
    }

    /// The rule has one finding.
    #[must_use]
    pub fn finding(finding: Diagnostic) -> Self {
        Self::from_findings(vec![finding])
    }

    /// The rule has these findings, and decided on everything.
    #[must_use]
    pub fn from_findings(findings: Vec<Diagnostic>) -> Self {
        Self {
            findings,
            undecided: None,
        }
    }

    /// An unknown value keeps the rule from deciding.
    #[must_use]
    pub fn undecided(unknown: UnknownReasons) -> Self {
        Self {
            findings: Vec::new(),
            undecided: Some(unknown),
        }
    }

    /// Undecided if there is an unknown value, else clean.
    #[must_use]
    pub fn from_unknown(unknown: Option<UnknownReasons>) -> Self {
        unknown.map_or_else(Self::clean, Self::undecided)
    }

    /// The outcome of a rule that needs a value which is not known: undecided if it is unknown, clean if it is
    /// absent.
    #[must_use]
    pub fn without_value<T>(attribute: &Attribute<T>) -> Self {
        Self::from_unknown(attribute.as_unknown().cloned())
    }

    /// Checks every known mirror. Unknown mirrors make the outcome undecided, and do not hide findings about the
    /// others.
    pub(super) fn of_each_mirror<'a>(
        mirror: &'a Mirror,
        mut check: impl FnMut(usize, &'a Attribute<String>, &'a str) -> Self,
    ) -> Self {
        let Some(elements) = mirror.mirrors.value() else {
            return Self::without_value(&mirror.mirrors);
        };
        let mut outcome = Self::clean();
        let mut causes = Vec::new();
        for (index, element) in elements.iter().enumerate() {
            let undecided = match &element.content {
                AttributeValue::Known(text) => {
                    let mut checked = check(index, element, text);
                    outcome.findings.append(&mut checked.findings);
                    checked.undecided
                }
                AttributeValue::Unknown(unknown) => Some(unknown.clone()),
                AttributeValue::Absent => None,
            };
            if let Some(unknown) = undecided {
                causes.extend(unknown.reasons);
            }
        }
        if !causes.is_empty() {
            outcome.undecided = Some(UnknownReasons::from_reasons(causes));
        }
        outcome
    }
}
