//! The value of `--cluster-id`: the expression of a cluster's id.

use std::fmt;

use hcl::Identifier;
use hcl::expr::{Traversal, Variable};

use crate::provider::{ClusterKind, cluster_kind, waits_for_cluster};
use terraform_eval::address::{Mode, ResourceName, Subject};
use terraform_eval::modules::references::{in_expression, root_names};
use terraform_eval::source::Sources;
use terraform_eval::syntax::native::parse_expression;
use terraform_eval::syntax::tree::{ExpressionKind, TemplatePart};

use super::layout::format_expression;

/// An expression of Terraform's language on one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterId {
    expression: hcl::Expression,
    /// The resources of the same module that have to be created before the mirrors: hosted clusters among its
    /// references, and resources that wait for one.
    depends_on: Vec<ResourceName>,
}

impl ClusterId {
    pub(in crate::convert) fn expression(&self) -> hcl::Expression {
        self.expression.clone()
    }

    pub(in crate::convert) fn depends_on(&self) -> Vec<hcl::Expression> {
        let traversal = |name: &ResourceName| {
            Traversal::builder(Variable::sanitized(&*name.kind))
                .attr(Identifier::sanitized(&*name.name))
                .build()
                .into()
        };
        self.depends_on.iter().map(traversal).collect()
    }
}

impl fmt::Display for ClusterId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&format_expression(self.expression.clone()))
    }
}

/// Why a text cannot be the expression of a cluster's id.
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
        let (expression, syntax_errors) = parse_expression(file, text, 0..text.len());
        let expression = match (expression, syntax_errors.first()) {
            (Some(expression), None) => expression,
            (_, Some(error)) => return Err(InvalidClusterId(error.message.clone())),
            (None, None) => return Err(InvalidClusterId("invalid expression".to_owned())),
        };
        if let Some((word, _)) = root_names(&expression)
            .iter()
            .find(|(word, _)| is_block_scoped(word))
        {
            return Err(InvalidClusterId(format!(
                "`{word}` has a different value in each block: use an expression that is valid in the whole module"
            )));
        }
        let mut depends_on: Vec<ResourceName> = Vec::new();
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
            if comes_first && !depends_on.contains(name) {
                depends_on.push(name.clone());
            }
        }
        let text = text.get(expression.span.range()).unwrap_or(text);
        if let ExpressionKind::Variable(_) = expression.kind {
            return Err(InvalidClusterId(format!(
                "a literal id needs double quotes, inside single quotes for the shell: '\"{text}\"'"
            )));
        }
        if let ExpressionKind::Template(template) = &expression.kind
            && let [TemplatePart::Interpolation(inner)] = template.parts.as_slice()
            && text.starts_with('"')
            && let Some(inner) = sources.text(file).get(inner.span.range())
        {
            // `terraform fmt` removes quotes around a single expression.
            return inner.parse();
        }
        let unsupported = || InvalidClusterId("unsupported expression".to_owned());
        let expression: hcl::Expression = text.parse().map_err(|_| unsupported())?;
        // hcl-edit does not escape what follows a template inside a template: such an expression cannot be printed.
        let printed = format_expression(expression.clone());
        let is_faithful = printed.parse().ok().as_ref() == Some(&expression);
        if !is_faithful || printed.contains(char::is_control) {
            return Err(unsupported());
        }
        Ok(Self {
            expression,
            depends_on,
        })
    }
}

/// Whether a word has a meaning of its own in each block.
fn is_block_scoped(word: &str) -> bool {
    matches!(word, "each" | "count" | "self")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dependencies(text: &str) -> Vec<String> {
        let cluster_id: ClusterId = text.parse().unwrap();
        cluster_id.depends_on.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn mirrors_depend_on_a_cluster_of_their_module() {
        let cluster = ["rhcs_cluster_rosa_hcp.main"];
        assert_eq!(dependencies("rhcs_cluster_rosa_hcp.main.id"), cluster);
        assert_eq!(dependencies("one(rhcs_cluster_rosa_hcp.main[*].id)"), cluster);
        assert_eq!(dependencies("rhcs_cluster_rosa_hcp.main[0].id"), cluster);
        assert_eq!(
            dependencies("rhcs_cluster_wait.main.cluster"),
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
            assert_eq!(dependencies(text), [""; 0], "{text}");
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
            r#""${"x${var.a}"}\n""#,
        ] {
            assert!(text.parse::<ClusterId>().is_err(), "{text}");
        }
    }

    #[test]
    fn comments_are_removed() {
        assert_eq!(
            "var.id # prod".parse::<ClusterId>().unwrap().to_string(),
            "var.id"
        );
    }
}
