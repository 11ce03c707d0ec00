//! Fixes that replace a text, or remove an element from its list.

use crate::diagnostic::{Applicability, Diagnostic, Edit, Fix};
use crate::model::{ArgumentInsertion, Attribute, Editability, ElementInsertion};
use registries_conf::{SuggestedName, SuggestionApplicability};

/// The applicability of a fix that writes a suggested name.
fn applicability(applicability: SuggestionApplicability) -> Applicability {
    match applicability {
        SuggestionApplicability::Safe => Applicability::Safe,
        SuggestionApplicability::Unsafe => Applicability::Unsafe,
    }
}

/// Returns the edits that make a block depend on others: entries for its `depends_on`, or the whole argument.
pub(crate) fn depends_on(
    list: Option<&ElementInsertion>,
    block: Option<&ArgumentInsertion>,
    entries: &[String],
) -> Option<Vec<Edit>> {
    let insert = |span, content| Edit { span, content };
    let Some(list) = list else {
        let insertion = block?;
        let argument = format!("{}depends_on = [{}]", insertion.prefix, entries.join(", "));
        return Some(vec![insert(insertion.at, argument)]);
    };
    let quote = if list.quoted { "\"" } else { "" };
    let entries: Vec<String> = (entries.iter())
        .map(|entry| format!("{quote}{entry}{quote}"))
        .collect();
    let comma = list.comma.map(|span| insert(span, ",".to_owned()));
    let added = format!("{}{}{}", list.prefix, entries.join(", "), list.suffix);
    Some(comma.into_iter().chain([insert(list.at, added)]).collect())
}

/// Suggests another text: as a fix if the text serves only this argument, else as help.
pub(crate) trait SuggestFix {
    /// Suggests a name. `fallback` is the help if there is none, or if it must not be shown.
    fn suggest_name(
        self,
        attribute: &Attribute<String>,
        suggestion: Option<&SuggestedName>,
        fallback: &str,
    ) -> Self;

    /// Adds `help`, and a fix that replaces the text.
    fn fix_replace(
        self,
        attribute: &Attribute<String>,
        text: &str,
        applicability: Applicability,
        help: &str,
    ) -> Self;

    /// Adds `help`, and a fix that removes an element from its list.
    fn fix_remove_element(self, element: &Attribute<String>, help: &str) -> Self;
}

impl SuggestFix for Diagnostic {
    fn suggest_name(
        self,
        attribute: &Attribute<String>,
        suggestion: Option<&SuggestedName>,
        fallback: &str,
    ) -> Self {
        match suggestion.filter(|_| !attribute.sensitive) {
            Some(suggestion) => {
                let help = format!("write {:?}", suggestion.name);
                self.fix_replace(
                    attribute,
                    &suggestion.name,
                    applicability(suggestion.applicability),
                    &help,
                )
            }
            None => self.help(fallback),
        }
    }

    fn fix_replace(
        self,
        attribute: &Attribute<String>,
        text: &str,
        applicability: Applicability,
        help: &str,
    ) -> Self {
        if attribute.sensitive {
            return self.help(help);
        }
        let finding = self.help(with_reason(help, attribute.editability));
        let Editability::Literal(literal) = attribute.editability else {
            return finding;
        };
        finding.fix(Fix {
            title: format!("write {text:?}"),
            applicability,
            edits: vec![Edit {
                span: literal.span,
                content: literal.quoting.quote(text),
            }],
        })
    }

    fn fix_remove_element(self, element: &Attribute<String>, help: &str) -> Self {
        let finding = self.help(with_reason(help, element.editability));
        let Editability::Literal(literal) = element.editability else {
            return finding;
        };
        match literal.element {
            Some(span) => finding.fix(Fix {
                title: format!("remove {} from the list", element.describe()),
                applicability: Applicability::Safe,
                edits: vec![Edit {
                    span,
                    content: String::new(),
                }],
            }),
            None => finding,
        }
    }
}

/// Adds to the help why there is no fix.
fn with_reason(help: &str, editability: Editability) -> String {
    let reason = match editability {
        Editability::Literal(_) | Editability::Nowhere => return help.to_owned(),
        Editability::Shared => "the text is also used elsewhere, so check those places first",
        Editability::Computed => "the value is computed, so change the expressions that it comes from",
    };
    format!("{help}; {reason}")
}
