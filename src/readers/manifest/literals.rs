//! Whether and where a fix can edit the strings of a manifest.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::model::{Editability, Literal, UnknownReason, UnknownReasons};
use crate::untrusted::one_line;
use terraform_eval::source::{Sources, Span};
use terraform_eval::syntax::quoting::Quoting;
use terraform_eval::syntax::yaml::Node;

use crate::readers::manifest::evaluated::EvaluatedValues;
use crate::readers::manifest::template::{first_placeholder, references};
use crate::readers::manifest::unopened::WrapperKind;

/// How many characters of a placeholder a message shows.
const MAX_SHOWN: usize = 60;

/// The texts that the spans of a manifest point into.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Texts<'t> {
    /// The text of one file.
    One(&'t str),
    /// The texts of all files.
    All(&'t Sources),
}

impl<'t> Texts<'t> {
    fn slice(self, span: Span) -> &'t str {
        match self {
            Self::One(text) => text.get(span.range()).unwrap_or_default(),
            Self::All(sources) => sources.slice(span),
        }
    }
}

/// The text of a manifest: a file, or values that Terraform evaluates.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ManifestText<'t> {
    texts: Texts<'t>,
    /// The text in which fixes can edit the strings. `None` if several values may share a string: by YAML anchors, or in
    /// Terraform.
    editable: Option<&'t str>,
    /// The unknown and sensitive values, if Terraform evaluates the manifest.
    values: Option<&'t EvaluatedValues>,
    /// The parameters without values of the template around the document.
    unset_parameters: Option<&'t BTreeSet<String>>,
}

impl<'t> ManifestText<'t> {
    /// The text of a file.
    pub(super) fn new(text: &'t str) -> Self {
        Self {
            texts: Texts::One(text),
            editable: Some(text).filter(|text| !text.contains('&')),
            values: None,
            unset_parameters: None,
        }
    }

    /// Values that Terraform evaluates.
    pub(crate) fn evaluated(texts: Texts<'t>, values: &'t EvaluatedValues) -> Self {
        Self {
            texts,
            editable: None,
            values: Some(values),
            unset_parameters: None,
        }
    }

    /// The same text, for a document in a template with these parameters without values.
    pub(super) fn with_unset_parameters(self, names: &'t BTreeSet<String>) -> Self {
        Self {
            unset_parameters: Some(names),
            ..self
        }
    }

    /// Why a string is unknown, if it is.
    pub(super) fn unknown_reasons(self, node: &Node) -> Option<UnknownReasons> {
        let evaluated = || self.evaluated_reasons(node);
        evaluated().or_else(|| self.placeholder_of(node).map(UnknownReasons::new))
    }

    /// Why a string is unknown in Terraform, if it is.
    pub(super) fn evaluated_reasons(self, node: &Node) -> Option<UnknownReasons> {
        self.values?.reasons_in(node.as_str()?)
    }

    /// Why a document has an unknown key, if it has one.
    pub(super) fn unknown_key(self, document: &Node) -> Option<UnknownReasons> {
        self.values?.reasons_in_keys(document)
    }

    /// What a list or an object of a mirror set is in, if it is unknown.
    pub(super) fn unknown_part(self, node: &Node) -> Option<WrapperKind> {
        let evaluated = self.evaluated_reasons(node).map(WrapperKind::UnknownPart);
        evaluated.or_else(|| self.placeholder_of(node).map(|_| WrapperKind::Parameter))
    }

    /// Whether the value with this span is sensitive.
    pub(super) fn is_sensitive(self, span: Span) -> bool {
        self.values.is_some_and(|values| values.is_sensitive(span))
    }

    /// Why a string is unknown in a file: the first placeholder in it, an action of a template (`{{ … }}`), a parameter
    /// without a value, or a placeholder that another tool replaces.
    fn placeholder_of(self, node: &Node) -> Option<UnknownReason> {
        let string = node.as_str()?;
        if let Some((_, action)) = string.split_once("{{")
            && let Some((action, _)) = action.split_once("}}")
            && !string.contains("${{")
        {
            let shown: String = one_line(action).trim().chars().take(MAX_SHOWN).collect();
            return Some(UnknownReason::NoValue(format!("{{{{ {shown} }}}}")));
        }
        let Some(unset) = self.unset_parameters else {
            // Outside of a template, another tool replaces it: envsubst, Flux, kustomize, sed.
            let placeholder = match self.values {
                None => first_placeholder(string)?,
                // Terraform has evaluated the text, and no tool comes after it but one that knows `${NAME}`.
                Some(_) => string.get(references(string).next()?.0)?,
            };
            let shown: String = one_line(placeholder).chars().take(MAX_SHOWN).collect();
            return Some(UnknownReason::NoValue(shown));
        };
        let whole = string
            .strip_prefix("${{")
            .and_then(|rest| rest.strip_suffix("}}"));
        let mut names = whole.into_iter().chain(references(string).map(|(_, name)| name));
        let name = names.find(|name| unset.contains(*name))?;
        Some(UnknownReason::NoValue(format!("parameter {name}")))
    }

    pub(super) fn slice(self, span: Span) -> &'t str {
        self.texts.slice(span)
    }
}

/// The editability of a string: an element of `list`, or a field if the list is empty.
pub(super) fn string_editability(value: &Node, list: &[Node], text: ManifestText<'_>) -> Editability {
    let span = value.span;
    let Some(editable) = text.editable else {
        return Editability::Nowhere;
    };
    let source = text.slice(span);
    let Some(quoting) = value.as_str().and_then(|string| quoting(source, string)) else {
        return Editability::Nowhere;
    };
    let removal = (list.len() > 1)
        .then(|| element_removal(editable, span.range()))
        .flatten();
    let element = removal.map(|range| Span::new(span.file, range.start, range.end));
    Editability::Literal(Literal {
        span,
        quoting,
        element,
    })
}

/// The quoting of a string whose source text contains it verbatim; `None` for other strings, such as those of an
/// embedded document.
fn quoting(source: &str, string: &str) -> Option<Quoting> {
    if source == string {
        return Some(Quoting::Yaml);
    }
    let unquote = |quote| source.strip_prefix(quote)?.strip_suffix(quote);
    (unquote('"').or_else(|| unquote('\'')) == Some(string) && !string.contains('\\'))
        .then_some(Quoting::PlainJson)
}

/// The range to delete in order to remove an element from a list of several: with its line, or with a comma. `None` if
/// the text next to the element is not recognized.
fn element_removal(text: &str, element: Range<usize>) -> Option<Range<usize>> {
    const SPACE: [char; 2] = [' ', '\t'];
    let (before, after) = (text.get(..element.start)?, text.get(element.end..)?);
    let head = before.trim_end_matches(SPACE);
    let dash = head.strip_suffix('-').map(|head| head.trim_end_matches(SPACE));
    let begins_line = |head: &str| head.is_empty() || head.ends_with('\n');
    let tail = after.trim_start_matches(SPACE);
    let comma = tail.strip_prefix(',').map(|rest| rest.trim_start_matches(SPACE));
    // The end of the line, if nothing else follows on it.
    let line_end = |tail: &str| {
        let rest = tail.strip_prefix('\r').unwrap_or(tail);
        let rest = rest.strip_prefix('\n').or(rest.is_empty().then_some(rest))?;
        Some(text.len() - rest.len())
    };
    if let Some(start) = dash.filter(|head| begins_line(head)).map(str::len) {
        return line_end(tail).map(|end| start..end);
    }
    if let Some(rest) = comma {
        return Some(match line_end(rest).filter(|_| begins_line(head)) {
            Some(end) => head.len()..end,
            None => element.start..text.len() - rest.len(),
        });
    }
    let previous = before.trim_end();
    (previous.ends_with(',')).then(|| previous.len() - 1..element.end)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text without the element `b`.
    fn without(text: &str) -> Option<String> {
        let start = text.find('b').unwrap();
        let range = element_removal(text, start..start + 1)?;
        Some(format!("{}{}", &text[..range.start], &text[range.end..]))
    }

    #[test]
    fn an_element_is_removed_with_its_line_or_its_comma() {
        let cases = [
            ("- a\n- b\n- c\n", "- a\n- c\n"),
            ("  - a\n  - b", "  - a\n"),
            ("[a, b, c]", "[a, c]"),
            ("[a, b]", "[a]"),
            ("[b, a]", "[a]"),
            ("[\n  a,\n  b,\n  c\n]", "[\n  a,\n  c\n]"),
            ("[\n  a,\n  b\n]", "[\n  a\n]"),
        ];
        for (text, rest) in cases {
            assert_eq!(without(text).as_deref(), Some(rest), "{text:?}");
        }
    }

    #[test]
    fn elements_with_a_comment_and_the_only_element_are_kept() {
        assert_eq!(without("- a\n- b # it is so\n"), None);
        assert_eq!(without("[b]"), None);
    }
}
