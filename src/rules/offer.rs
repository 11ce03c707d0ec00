//! Fixes that write another text, or take one out of its list.

use crate::diagnostic::{Applicability, Diagnostic, Edit, Fix};
use crate::model::{ArgumentInsertion, Attribute, Editability, ElementInsertion};
use registries_conf::{SuggestedName, SuggestionApplicability};

/// Whether a fix may be made without asking, by the repair that it makes.
pub(super) fn applicability(applicability: SuggestionApplicability) -> Applicability {
    match applicability {
        SuggestionApplicability::Safe => Applicability::Safe,
        SuggestionApplicability::Unsafe => Applicability::Unsafe,
    }
}

/// The edits that make a block wait for others: entries for the `depends_on` that it has, or the argument.
pub(super) fn depends_on(
    list: Option<&ElementInsertion>,
    block: Option<&ArgumentInsertion>,
    entries: &[String],
) -> Option<Vec<Edit>> {
    let insert = |span, content| Edit { span, content };
    let Some(list) = list else {
        let room = block?;
        let argument = format!("{}depends_on = [{}]", room.prefix, entries.join(", "));
        return Some(vec![insert(room.at, argument)]);
    };
    let quote = if list.quoted { "\"" } else { "" };
    let entries: Vec<String> = (entries.iter())
        .map(|entry| format!("{quote}{entry}{quote}"))
        .collect();
    let comma = list.comma.map(|span| insert(span, ",".to_owned()));
    let added = format!("{}{}{}", list.prefix, entries.join(", "), list.suffix);
    Some(comma.into_iter().chain([insert(list.at, added)]).collect())
}

/// Offers to write another text: as a fix where the value's text serves this argument alone, else in words.
pub(super) trait Offer {
    /// Says to write the repaired name. `otherwise` is the help where there is none, or where it may not be
    /// shown.
    fn offer(self, attribute: &Attribute<String>, repair: Option<&SuggestedName>, otherwise: &str) -> Self;

    /// Says `help`, and offers to write a text.
    fn replace(
        self,
        attribute: &Attribute<String>,
        text: &str,
        applicability: Applicability,
        help: &str,
    ) -> Self;

    /// Says `help`, and offers to take an element out of its list.
    fn remove(self, element: &Attribute<String>, help: &str) -> Self;
}

impl Offer for Diagnostic {
    fn offer(self, attribute: &Attribute<String>, repair: Option<&SuggestedName>, otherwise: &str) -> Self {
        match repair.filter(|_| !attribute.sensitive) {
            Some(repair) => {
                let help = format!("write {:?}", repair.name);
                self.replace(
                    attribute,
                    &repair.name,
                    applicability(repair.applicability),
                    &help,
                )
            }
            None => self.help(otherwise),
        }
    }

    fn replace(
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

    fn remove(self, element: &Attribute<String>, help: &str) -> Self {
        let finding = self.help(with_reason(help, element.editability));
        let Editability::Literal(literal) = element.editability else {
            return finding;
        };
        match literal.element {
            Some(span) => finding.fix(Fix {
                title: format!("take {} out of the list", element.shown()),
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

/// The help, and why it is no fix.
fn with_reason(help: &str, written: Editability) -> String {
    let reason = match written {
        Editability::Literal(_) | Editability::Nowhere => return help.to_owned(),
        Editability::Shared => "the text serves other things too, so look at them first",
        Editability::Computed => "the value is computed, so change what it is made of",
    };
    format!("{help}; {reason}")
}
