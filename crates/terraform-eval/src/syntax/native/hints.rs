//! Messages for what hcl-edit rejects: specific ones for frequent errors, and the offset for all others.

use std::ops::Range;

use super::mask::Mask;
use super::{Reader, Reported};

/// A frequent error, recognized by a text in the masked copy, which has no strings and comments.
struct Hint {
    text: &'static str,
    message: &'static str,
    help: &'static str,
}

const HINTS: &[Hint] = &[
    Hint {
        text: "'",
        message: "single quotes are not valid",
        help: "write strings with double quotes: `\"text\"`",
    },
    Hint {
        text: "`",
        message: "backquotes are not valid",
        help: "write strings with double quotes: `\"text\"`",
    },
    Hint {
        text: "\u{201c}",
        message: "curly quotes are not valid",
        help: "write strings with straight quotes: `\"text\"`",
    },
    Hint {
        text: "\u{201d}",
        message: "curly quotes are not valid",
        help: "write strings with straight quotes: `\"text\"`",
    },
    Hint {
        text: ";",
        message: "`;` is not valid",
        help: "separate arguments by line breaks",
    },
    Hint {
        text: "&",
        message: "unknown operator `&`",
        help: "did you mean `&&`?",
    },
    Hint {
        text: "|",
        message: "unknown operator `|`",
        help: "did you mean `||`?",
    },
    Hint {
        text: "^",
        message: "unknown operator `^`",
        help: "did you mean the function `pow`?",
    },
    Hint {
        text: "~",
        message: "unknown operator `~`",
        help: "did you mean `!`?",
    },
    Hint {
        text: "**",
        message: "unknown operator `**`",
        help: "did you mean the function `pow`?",
    },
    Hint {
        text: "<<",
        message: "the heredoc has no marker",
        help: "write `<<EOT` at the end of the line, with nothing after it",
    },
];

impl Reader<'_> {
    /// Reports why a masked copy did not parse.
    pub(super) fn report_parse_error(&mut self, mask: &Mask, error: &hcl_edit::parser::Error) -> Reported {
        if let Some((at, hint)) = find_hint(&mask.text) {
            let start = mask.source(at);
            return self.report(start..start + hint.text.len(), hint.message, hint.help);
        }
        if let Some(at) = mask.text.find('=') {
            let start = mask.source(at);
            let help = "compare with `==`; an argument starts on a line of its own";
            return self.report(start..start + 1, "`=` is not an operator", help);
        }
        let offset = error.location().offset().min(mask.text.len());
        let rest = mask.text.get(offset..).unwrap_or_default();
        let blanks = rest.len() - rest.trim_start_matches(' ').len();
        let start = mask.source(offset + blanks);
        let end = mask.whole().end;
        let unread = self.input.slice(start..end);
        if unread.chars().all(|character| character == '.') {
            let last = mask.text.char_indices().last().map_or(0, |(at, _)| at);
            let help = "write the missing operand, or remove the operator";
            return self.report(mask.source(last)..end, "the expression is not complete", help);
        }
        let word_end = self.end_of_word(start, end);
        self.unexpected(start..word_end)
    }

    /// Reports text that is not part of an expression.
    pub(super) fn unexpected(&mut self, range: Range<usize>) -> Reported {
        let shown = self.input.slice(range.clone()).escape_debug().to_string();
        let help = "an operand, an operator or a bracket is missing or misplaced";
        self.report(range, format!("`{shown}` is not expected here"), help)
    }

    /// The end of the word or character at `start`.
    pub(super) fn end_of_word(&self, start: usize, end: usize) -> usize {
        let text = self.input.text.get(..end).unwrap_or_default();
        if let Some(stop) = crate::syntax::scan::identifier(text, start) {
            return stop;
        }
        let character = text.get(start..).and_then(|rest| rest.chars().next());
        start + character.map_or(0, char::len_utf8)
    }
}

/// The first hint whose text occurs in `text`, and the offset.
fn find_hint(text: &str) -> Option<(usize, &'static Hint)> {
    HINTS
        .iter()
        .filter_map(|hint| text.find(hint.text).map(|at| (at, hint)))
        .min_by_key(|&(at, _)| at)
}
