//! Most operands are a string, a bracket or names with dots. They need neither a masked copy nor hcl-edit, which together take
//! two fifths of the time of parsing. Anything else is left to [`mask`](super::mask).

use super::mask::{Cursor, Token, TokenKind, token};
use super::{Reader, Reported};
use crate::syntax::scan;
use crate::syntax::tree::{Expression, ExpressionKind, Step};
use crate::syntax::words;

impl Reader<'_> {
    /// Parses the operand at the cursor, and moves the cursor after the token that ends it. `None`, with the cursor where it is,
    /// for an operand that is not plain.
    pub(super) fn plain_operand(
        &mut self,
        cursor: &mut Cursor,
    ) -> Option<Result<(Expression, Token), Reported>> {
        let text = self.input.text;
        let end = cursor.range.end;
        let start = scan::trivia(text, cursor.range.clone());
        let is_bracket = scan::opens(text, start..end);
        let stop = if is_bracket {
            self.close(start, end)
        } else {
            self.find_names(start, end)?
        };
        if cursor.in_for && self.input.slice(start..stop) == "if" {
            return None;
        }
        let at = scan::trivia(text, stop..end);
        let following = if at == end {
            cursor.take(TokenKind::End, end..end)
        } else {
            let (kind, length) = token(text.get(at..end)?, true, || cursor.in_for)?;
            cursor.take(kind, at..at + length)
        };
        let expression = if is_bracket {
            let range = start..stop;
            let kind = self.bracketed(&range);
            kind.and_then(|kind| self.node(kind, self.input.span(range)))
        } else {
            self.reference()
        };
        Some(expression.map(|expression| (expression, following)))
    }

    /// Finds the names at `at`, in ASCII and with a dot between them, and returns their end. `None` if there are none, or
    /// something else comes after a dot.
    fn find_names(&mut self, mut at: usize, end: usize) -> Option<usize> {
        let text = self.input.text.get(..end)?;
        self.names.clear();
        loop {
            let stop = scan::identifier(text, at)?;
            if !self.input.slice(at..stop).is_ascii() {
                return None;
            }
            self.names.push(at..stop);
            if text.as_bytes().get(stop) != Some(&b'.') || text.as_bytes().get(stop + 1) == Some(&b'.') {
                return Some(stop);
            }
            at = stop + 1;
        }
    }

    /// A variable, a literal word or a traversal of the names that have been found.
    fn reference(&mut self) -> Result<Expression, Reported> {
        let (first, steps) = self.names.split_first().ok_or(Reported)?;
        let first = first.clone();
        let kind = match self.input.slice(first.clone()) {
            "true" => ExpressionKind::Bool(true),
            "false" => ExpressionKind::Bool(false),
            "null" => ExpressionKind::Null,
            name => ExpressionKind::Variable(words::shared(name)),
        };
        let steps = steps
            .iter()
            .map(|name| Step::Attribute(self.name_at(name.clone())));
        let steps = steps.collect();
        let base = self.node(kind, self.input.span(first))?;
        self.traversal(base, steps)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::source::FileId;
    use crate::syntax::input::Input;
    use crate::syntax::scan::{Ends, Scanner};

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
