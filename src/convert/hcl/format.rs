//! The spaces of an expression on one line, as `terraform fmt` sets them (hashicorp/hcl,
//! `hclwrite/format.go`). What stands in quotes is left as it is.

/// A piece of an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token<'t> {
    /// A name or a number.
    Word(&'t str),
    /// A string, from quote to quote, or a comment.
    Closed(&'t str),
    /// An operator or a bracket.
    Sign(&'t str),
}

/// The signs of more than one letter, each before those that it begins with.
const LONG: [&str; 9] = ["...", "==", "!=", "<=", ">=", "&&", "||", "=>", "::"];

/// The same expression with other spaces. It has to be one that can be parsed.
pub(super) fn spaced(expression: &str) -> String {
    let mut text = String::with_capacity(expression.len());
    let (mut before, mut last) = (None, None);
    let mut rest = expression.trim_start();
    while let Some(token) = first(rest) {
        if last.is_some_and(|last| is_apart(before, last, token)) {
            text.push(' ');
        }
        let (Token::Word(piece) | Token::Closed(piece) | Token::Sign(piece)) = token;
        text.push_str(piece);
        rest = rest.get(piece.len()..).unwrap_or_default().trim_start();
        (before, last) = (last, Some(token));
    }
    text
}

/// Whether a space stands between two tokens. What is before them tells a negative number from a difference.
fn is_apart(before: Option<Token<'_>>, token: Token<'_>, after: Token<'_>) -> bool {
    use Token::{Closed, Sign, Word};
    let is_value = |token| matches!(token, Word(_) | Closed(_) | Sign(")" | "]" | "}"));
    match (token, after) {
        (Word(_), Sign("("))
        | (Sign("{"), Sign("}"))
        | (Sign("." | "::"), _)
        | (_, Sign("." | "::" | "," | "...")) => false,
        (Sign(","), _) => true,
        (Word("in"), _) if matches!(before, Some(Word(_))) => true,
        (_, Sign("[")) if is_value(token) => false,
        (Sign("!"), _) => false,
        (Sign("-"), _) => before.is_some_and(is_value),
        (Sign("{"), _) | (_, Sign("}")) => true,
        (Sign("(" | "["), _) | (_, Sign(")" | "]")) => false,
        _ => true,
    }
}

/// The token that a text begins with.
fn first(text: &str) -> Option<Token<'_>> {
    let start = text.chars().next()?;
    let up_to = |end: usize| text.get(..end).unwrap_or(text);
    Some(if start == '"' {
        Token::Closed(up_to(string_end(text)))
    } else if text.starts_with("/*") {
        Token::Closed(up_to(text.find("*/").map_or(text.len(), |end| end + 2)))
    } else if start != '-' && is_of_word(start) {
        // A fraction has its dot inside, and an attribute before it.
        let fraction = |c: char| start.is_ascii_digit() && c == '.';
        let end = text.find(|c| !is_of_word(c) && !fraction(c));
        Token::Word(up_to(end.unwrap_or(text.len())))
    } else {
        let long = LONG.iter().find(|sign| text.starts_with(**sign));
        Token::Sign(up_to(long.map_or(start.len_utf8(), |sign| sign.len())))
    })
}

fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '-' || !c.is_ascii()
}

/// Where the string that a text begins with ends: strings stand in its templates, and braces.
fn string_end(text: &str) -> usize {
    let mut open: Vec<u8> = Vec::new();
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let next = bytes.get(at + 1);
        match (open.last(), byte) {
            (Some(b'"'), b'\\') => at += 1,
            // A doubled sign stands for itself.
            (Some(b'"'), b'$' | b'%') if next == Some(byte) && bytes.get(at + 2) == Some(&b'{') => at += 2,
            (Some(b'"'), b'$' | b'%') if next == Some(&b'{') => {
                open.push(b'{');
                at += 1;
            }
            (Some(b'"'), b'"') | (Some(b'{'), b'}') => {
                open.pop();
            }
            (None | Some(b'{'), b'"' | b'{') => open.push(*byte),
            _ => {}
        }
        at += 1;
        if open.is_empty() {
            return at.min(text.len());
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `terraform fmt` of Terraform 1.11 makes of these.
    #[test]
    fn whitespace_is_formatted_as_by_terraform_fmt() {
        for (given, expected) in [
            ("var . ids [ \"a\" ]", "var.ids[\"a\"]"),
            (
                "one( rhcs_cluster_rosa_hcp.c[ * ].id )",
                "one(rhcs_cluster_rosa_hcp.c[*].id)",
            ),
            ("var.prod?\"a\":local.id", "var.prod ? \"a\" : local.id"),
            ("try(local.id,\"x ,y\" )", "try(local.id, \"x ,y\")"),
            ("[for k,v in var.ids:v][0]", "[for k, v in var.ids : v][0]"),
            (
                "values({for k,v in var.ids:k=>v...})[0][0]",
                "values({ for k, v in var.ids : k => v... })[0][0]",
            ),
            ("{a=\"x\"}.a", "{ a = \"x\" }.a"),
            ("!true?\"a\":\"b\"", "!true ? \"a\" : \"b\""),
            ("\"a\"==\"b\"?\"c\":\"d\"", "\"a\" == \"b\" ? \"c\" : \"d\""),
            ("var.ids[ -1 ]", "var.ids[-1]"),
            ("var.list[local.n -1]", "var.list[local.n - 1]"),
            ("local.n>=1.5&&  local.a-b", "local.n >= 1.5 && local.a-b"),
            ("\"${var.ids[\"a}\"]}$${x\"", "\"${var.ids[\"a}\"]}$${x\""),
            ("merge( {} , var.x ).id", "merge({}, var.x).id"),
            ("[ ]", "[]"),
        ] {
            assert_eq!(spaced(given), expected);
            assert_eq!(spaced(expected), expected);
        }
    }
}
