//! Collects what Terraform rejects in configuration, each error once however many blocks it reaches.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::diagnostic::Subject;
use crate::model::{ConfigurationIssue, ConfigurationIssueKind, Consequence};
use terraform_eval::address::{ModulePath, ResourceName, ResourcePath};
use terraform_eval::eval::EvalError;
use terraform_eval::source::Span;

/// What the issues of a block are about. Most blocks have none, so the address is put together when there is one.
#[derive(Debug, Clone, Copy)]
pub(crate) enum IssueSubject<'s> {
    /// A resource block, and the module that contains it.
    Resource(&'s ModulePath, &'s ResourceName),
    Other(&'s Subject),
}

impl IssueSubject<'_> {
    pub(crate) fn to_subject(self) -> Subject {
        match self {
            Self::Resource(module, resource) => {
                let (module, resource) = (module.clone(), resource.clone());
                Subject::Other(ResourcePath { module, resource }.to_string())
            }
            Self::Other(subject) => subject.clone(),
        }
    }
}

impl<'s> From<&'s Subject> for IssueSubject<'s> {
    fn from(subject: &'s Subject) -> Self {
        Self::Other(subject)
    }
}

/// The issues of a root module.
#[derive(Debug, Default)]
pub(crate) struct Issues {
    pub(crate) found: Vec<ConfigurationIssue>,
    /// The limits of the evaluation that were reached, in words, each with the first expression that reached it.
    pub(crate) limits: BTreeMap<String, Option<Span>>,
    /// The errors that were reported, by span and message, and the positions of their issues: a reference to a value that
    /// Terraform rejects fails with the error of that value.
    reported: BTreeMap<(Option<Span>, String), usize>,
}

impl Issues {
    /// Whether there is neither an issue nor a limit.
    pub(crate) fn is_empty(&self) -> bool {
        self.found.is_empty() && self.limits.is_empty()
    }

    /// Adds an issue.
    pub(crate) fn add(&mut self, issue: ConfigurationIssue) {
        self.found.push(issue);
    }

    /// Notes the limit that the error of an expression is about, if it is about one.
    pub(crate) fn note_limit(&mut self, error: &EvalError, expression: Option<Span>) {
        if error.is_exhausted() {
            let span = error.span().or(expression);
            self.limits.entry(error.to_string()).or_insert(span);
        }
    }

    /// Adds the error of an expression, unless it was reported already or Terraform would not report it. `what` names the
    /// part of the block.
    pub(crate) fn add_error<'s>(
        &mut self,
        subject: impl Into<IssueSubject<'s>>,
        what: &str,
        error: &EvalError,
        expression: Span,
    ) {
        self.note_limit(error, Some(expression));
        if !error.is_rejection() {
            return;
        }
        match self.reported.entry((error.span(), error.to_string())) {
            Entry::Occupied(_) => return,
            Entry::Vacant(entry) => entry.insert(self.found.len()),
        };
        let span = error.span().filter(|span| expression.contains(*span));
        self.add(ConfigurationIssue::rejected(
            ConfigurationIssueKind::Other,
            subject.into().to_subject(),
            format!("{what}: {error}"),
            span.unwrap_or(expression),
        ));
    }

    /// Adds the issues of blocks that follow.
    pub(crate) fn add_all(&mut self, later: Self) {
        let errors = later.reported.into_iter();
        let mut errors: BTreeMap<usize, _> = errors.map(|(error, position)| (position, error)).collect();
        for (position, issue) in later.found.into_iter().enumerate() {
            let error = errors.remove(&position);
            match error.map(|error| self.reported.entry(error)) {
                Some(Entry::Occupied(_)) => continue,
                Some(Entry::Vacant(entry)) => _ = entry.insert(self.found.len()),
                None => {}
            }
            self.found.push(issue);
        }
        for (limit, span) in later.limits {
            self.limits.entry(limit).or_insert(span);
        }
    }
}

impl ConfigurationIssue {
    /// An issue because of which Terraform rejects the configuration.
    pub(crate) fn rejected(
        kind: ConfigurationIssueKind,
        subject: Subject,
        message: impl Into<String>,
        span: Span,
    ) -> Self {
        Self {
            kind,
            subject,
            message: message.into(),
            span,
            label: String::new(),
            consequence: Consequence::Rejected,
            help: None,
        }
    }

    /// Sets what the text has to do with the issue.
    pub(crate) fn label(self, label: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            ..self
        }
    }

    /// Sets what to do.
    pub(crate) fn help(self, help: impl Into<String>) -> Self {
        Self {
            help: Some(help.into()),
            ..self
        }
    }

    /// Sets what happens.
    pub(crate) fn consequence(self, consequence: Consequence) -> Self {
        Self { consequence, ..self }
    }
}
