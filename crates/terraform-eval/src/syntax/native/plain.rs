//! Most operands are a string, a bracket or names with dots. They need neither a masked copy nor hcl-edit, which together take
//! two fifths of the time of parsing. Anything else is left to [`mask`](super::mask).

use std::ops::Range;

use super::mask::{Cursor, Token, TokenKind, token};
use super::{Reader, Reported};
use crate::syntax::scan::{self, Scanner};
use crate::syntax::tree::{Expression, ExpressionKind, Step};
use crate::syntax::words;

/// What a plain operand is.
enum Plain {
    /// A string, a heredoc or a bracket.
    Bracket(Range<usize>),
    /// Names with dots between them.
    Names(Vec<Range<usize>>),
}

impl Reader<'_> {
    /// Parses the operand at the cursor, and moves the cursor after the token that ends it. `None`, with the cursor where it is,
    /// for an operand that is not plain.
    pub(super) fn plain_operand(
        &mut self,
        cursor: &mut Cursor,
    ) -> Option<Result<(Expression, Token), Reported>> {
        let end = cursor.range.end;
        let mut scanner = Scanner::new(self.input.text, end);
        let start = scanner.trivia(cursor.range.start, true);
        let plain = if scanner.opens(start) {
            Plain::Bracket(start..self.close(start, end))
        } else {
            Plain::Names(self.names(start, end)?)
        };
        let stop = match &plain {
            Plain::Bracket(range) => range.end,
            Plain::Names(names) => names.last()?.end,
        };
        if cursor.in_for && self.input.slice(start..stop) == "if" {
            return None;
        }
        let at = scanner.trivia(stop, true);
        let following = if at == end {
            cursor.take(TokenKind::End, end..end)
        } else {
            let rest = self.input.text.get(at..end)?;
            let (kind, length) = token(rest, true, || cursor.in_for)?;
            cursor.take(kind, at..at + length)
        };
        let expression = match plain {
            Plain::Bracket(range) => {
                let kind = self.bracketed(&range);
                kind.and_then(|kind| self.node(kind, self.input.span(range)))
            }
            Plain::Names(names) => self.reference(&names),
        };
        Some(expression.map(|expression| (expression, following)))
    }

    /// The names at `at`, in ASCII and with a dot between them. `None` if there are none, or something else comes after a dot.
    fn names(&self, mut at: usize, end: usize) -> Option<Vec<Range<usize>>> {
        let text = self.input.text.get(..end)?;
        let mut names = Vec::new();
        loop {
            let stop = scan::identifier(text, at)?;
            if !self.input.slice(at..stop).is_ascii() {
                return None;
            }
            names.push(at..stop);
            if text.as_bytes().get(stop) != Some(&b'.') || text.as_bytes().get(stop + 1) == Some(&b'.') {
                return Some(names);
            }
            at = stop + 1;
        }
    }

    fn reference(&mut self, names: &[Range<usize>]) -> Result<Expression, Reported> {
        let (first, steps) = names.split_first().ok_or(Reported)?;
        let kind = match self.input.slice(first.clone()) {
            "true" => ExpressionKind::Bool(true),
            "false" => ExpressionKind::Bool(false),
            "null" => ExpressionKind::Null,
            name => ExpressionKind::Variable(words::shared(name)),
        };
        let base = self.node(kind, self.input.span(first.clone()))?;
        let steps = steps
            .iter()
            .map(|name| Step::Attribute(self.name_at(name.clone())));
        let mut steps: Vec<Step> = steps.collect();
        self.traversal(base, &mut steps)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::source::FileId;
    use crate::syntax::input::Input;
    use crate::syntax::scan::Ends;

    /// A reader that knows where the brackets of a text end. `None` if they are wrong.
    fn reader(text: &str) -> Option<Reader<'_>> {
        let mut reader = Reader::new(Input {
            file: FileId::DETACHED,
            text,
            offsets: None,
        });
        let mut scanner = Scanner::new(text, text.len());
        scanner.ends = Some(Ends::default());
        let mut at = 0;
        while at < text.len() {
            at = match scanner.comment(at) {
                Some(end) => end,
                None if scanner.opens(at) => scanner.close(at),
                None => at + 1,
            };
        }
        let is_right = scanner.errors.is_empty();
        reader.take_ends(&mut scanner, 0).ok().filter(|()| is_right)?;
        Some(reader)
    }

    /// What an operand is, what follows it, and the errors.
    fn shown(result: &Result<(Expression, Token), Reported>, reader: &Reader<'_>, cursor: &Cursor) -> String {
        format!("{result:?} {:?} {:?}", reader.syntax_errors, cursor.range)
    }

    fn plain(text: &str, in_for: bool) -> Option<String> {
        let mut reader = reader(text)?;
        let mut cursor = Cursor {
            in_for,
            ..Cursor::new(0..text.len())
        };
        let result = reader.plain_operand(&mut cursor)?;
        Some(shown(&result, &reader, &cursor))
    }

    fn masked(text: &str, in_for: bool) -> String {
        let mut reader = reader(text).unwrap();
        let mut cursor = Cursor {
            in_for,
            ..Cursor::new(0..text.len())
        };
        let result = reader.masked_operand(&mut cursor);
        shown(&result, &reader, &cursor)
    }

    #[test]
    fn what_most_values_are_is_plain() {
        for text in [
            "\"a\"",
            "[1, a]",
            " {\n} ",
            "(a)",
            "<<A\nA\n",
            "true",
            "null # x",
            "var.a.b-c",
            "a + b",
            "a,",
            "a ? 1 : 2",
        ] {
            let plain = plain(text, false);
            assert_eq!(plain, Some(masked(text, false)), "{text}");
        }
        for text in [
            "", "1", "-a", "f(1)", "a[0]", "a.0", "a.*.b", "a .b", "é", "a b", "a..b", "a.", "::a",
        ] {
            assert_eq!(plain(text, false), None, "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn a_plain_operand_is_what_hcl_edit_reads(
            parts in prop::collection::vec(
                prop::sample::select(vec![
                    "a", "var", "true", "null", "if", "for", "b-c", "_", "é", "0", "12", ".", ".", "..", "...", "*", " ", "\n", "\r\n",
                    "\r", "# c\n", "/* c */", "\"s\"", "\"${a}\"", "\"\\q\"", "[1]", "[*]", "{}", "{ a = 1 }", "(a)", "<<A\nA\n", "::", ",",
                    ":", "=>", "==", "=", "?", "&&", "-", "!", "<", "/", "%",
                ]),
                0..7,
            ),
            in_for in any::<bool>(),
        ) {
            let text = parts.concat();
            if let Some(plain) = plain(&text, in_for) {
                prop_assert_eq!(plain, masked(&text, in_for));
            }
        }
    }
}
