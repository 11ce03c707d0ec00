//! The expression that a cluster's id comes from, as somebody gives it.

use crate::provider::{ClusterKind, cluster_kind, waits_for_cluster};
use std::fmt;

use terraform_eval::address::{Mode, Subject};
use terraform_eval::modules::references::{in_expression, root_names};
use terraform_eval::source::Sources;
use terraform_eval::syntax::native::parse_expression;
use terraform_eval::syntax::tree::{ExpressionKind, TemplatePart};

use super::format::spaced;

/// An expression of Terraform's language on one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterId {
    /// The expression.
    pub(super) text: String,
    /// The resources of the same module that mirrors have to come after: hosted clusters among its
    /// references, and what waits for one.
    pub(super) depends_on: Vec<String>,
    /// Whether it is a text in quotes.
    pub(super) is_literal: bool,
}

/// Why a text is no expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidClusterId(String);

impl fmt::Display for InvalidClusterId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for InvalidClusterId {}

impl std::str::FromStr for ClusterId {
    type Err = InvalidClusterId;

    fn from_str(text: &str) -> Result<Self, InvalidClusterId> {
        if text.chars().any(char::is_control) {
            return Err(InvalidClusterId(
                "the expression must be on a single line".to_owned(),
            ));
        }
        let mut sources = Sources::default();
        let file = sources.add("<--cluster-id>".to_owned(), text);
        let (expression, problems) = parse_expression(file, text, 0..text.len());
        let expression = match (expression, problems.first()) {
            (Some(expression), None) => expression,
            (_, Some(problem)) => return Err(InvalidClusterId(problem.message.clone())),
            (None, None) => return Err(InvalidClusterId("invalid expression".to_owned())),
        };
        if let Some((word, _)) = root_names(&expression)
            .iter()
            .find(|(word, _)| is_of_a_block(word))
        {
            return Err(InvalidClusterId(format!(
                "`{word}` has a different value in each block: use an expression that is valid in the whole module"
            )));
        }
        let mut depends_on: Vec<String> = Vec::new();
        for reference in in_expression(&expression) {
            let Subject::Resource(name) = &reference.subject else {
                continue;
            };
            if reference.attribute.is_none() && reference.span == expression.span {
                return Err(InvalidClusterId(format!(
                    "the expression is an object, not an id: use `{text}.id`"
                )));
            }
            let is_hosted = cluster_kind(name) == Some(ClusterKind::Hosted);
            let comes_first = name.mode == Mode::Managed && (is_hosted || waits_for_cluster(name));
            let shown = name.to_string();
            if comes_first && !depends_on.contains(&shown) {
                depends_on.push(shown);
            }
        }
        let text = text.get(expression.span.range()).unwrap_or(text).to_owned();
        if let ExpressionKind::Variable(_) = expression.kind {
            return Err(InvalidClusterId(format!(
                "a literal id needs double quotes, inside single quotes for the shell: '\"{text}\"'"
            )));
        }
        let is_text = matches!(
            expression.kind,
            ExpressionKind::String(_) | ExpressionKind::Template(_)
        );
        if let ExpressionKind::Template(template) = &expression.kind
            && let [TemplatePart::Interpolation(inner)] = template.parts.as_slice()
            && text.starts_with('"')
            && let Some(inner) = sources.text(file).get(inner.span.range())
        {
            // Terraform's `fmt` takes off quotes around nothing but an expression.
            return inner.parse();
        }
        Ok(Self {
            is_literal: is_text && text.starts_with('"'),
            text: spaced(&text),
            depends_on,
        })
    }
}

/// Whether a word means what the block around it is about.
fn is_of_a_block(word: &str) -> bool {
    matches!(word, "each" | "count" | "self")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn comes_after(text: &str) -> Vec<String> {
        text.parse::<ClusterId>().unwrap().depends_on
    }

    #[test]
    fn mirrors_depend_on_a_cluster_of_their_module() {
        let cluster = ["rhcs_cluster_rosa_hcp.main"];
        assert_eq!(comes_after("rhcs_cluster_rosa_hcp.main.id"), cluster);
        assert_eq!(comes_after("one(rhcs_cluster_rosa_hcp.main[*].id)"), cluster);
        assert_eq!(comes_after("rhcs_cluster_rosa_hcp.main[0].id"), cluster);
        assert_eq!(
            comes_after("rhcs_cluster_wait.main.cluster"),
            ["rhcs_cluster_wait.main"]
        );
    }

    #[test]
    fn mirrors_depend_on_nothing_else() {
        for text in [
            "var.cluster_id",
            "module.cluster.cluster_id",
            "data.rhcs_cluster_rosa_hcp.main.id",
            "\"2lb\"",
        ] {
            assert_eq!(comes_after(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn invalid_expressions_are_rejected() {
        for text in [
            "",
            "a b",
            "var.x\nvar.y",
            "\"a",
            "2lbbrpgkocgajphhqee7vku1pgd4qsge",
            "cluster",
            "rhcs_cluster_rosa_hcp.main",
            "rhcs_cluster_rosa_hcp.main[0]",
            "each.value.cluster_id",
            "rhcs_cluster_rosa_hcp.main[count.index].id",
        ] {
            assert!(text.parse::<ClusterId>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_comment_is_removed() {
        assert_eq!("var.id # prod".parse::<ClusterId>().unwrap().text, "var.id");
    }
}
