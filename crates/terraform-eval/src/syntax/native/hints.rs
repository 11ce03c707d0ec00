//! Messages for what hcl-edit rejects: specific ones for frequent errors, and the offset for all others.

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
        let message = error.message();
        if message.contains("nest") || message.contains("operator depth") || message.contains("operators") {
            return self.too_deep(mask.start..mask.start + mask.text.len());
        }
        if let Some((at, hint)) = find_hint(&mask.text) {
            let start = mask.start + at;
            return self.report(start..start + hint.text.len(), hint.message, hint.help);
        }
        if let Some(at) = find_single_equals(&mask.text) {
            let start = mask.start + at;
            let help = "compare with `==`; an argument starts on a line of its own";
            return self.report(start..start + 1, "`=` is not an operator", help);
        }
        if let Some(at) = mask.text.rfind('?')
            && !mask.text.get(at..).unwrap_or_default().contains(':')
        {
            let start = mask.start + at;
            let help = "write `condition ? value : other value`";
            return self.report(start..start + 1, "the conditional has no `:`", help);
        }
        let offset = error.location().offset().min(mask.text.len());
        let rest = mask.text.get(offset..).unwrap_or_default();
        let blanks = rest.len() - rest.trim_start_matches(' ').len();
        let start = mask.start + offset + blanks;
        let end = mask.start + mask.text.len();
        let unread = self.input.slice(start..end).trim_end();
        if unread
            .chars()
            .all(|character| "+-*/%!=<>&|.?:".contains(character))
        {
            let last = mask.text.char_indices().last().map_or(0, |(at, _)| at);
            let help = "write the missing operand, or remove the operator";
            return self.report(mask.start + last..end, "the expression is not complete", help);
        }
        let word_end = self.end_of_word(start, end);
        let shown = self.input.slice(start..word_end).escape_debug().to_string();
        let help = "an operand, an operator or a bracket is missing or misplaced";
        self.report(start..word_end, format!("`{shown}` is not expected here"), help)
    }

    /// The end of the word or character at `start`.
    fn end_of_word(&self, start: usize, end: usize) -> usize {
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
    // Valid operators are removed first, so that `&` finds single ones only.
    let text = text.replace("&&", "  ").replace("||", "  ");
    HINTS
        .iter()
        .filter_map(|hint| text.find(hint.text).map(|at| (at, hint)))
        .min_by_key(|&(at, _)| at)
}

/// The offset of a `=` that is not part of another operator.
fn find_single_equals(text: &str) -> Option<usize> {
    let text = ["==", "=>", "!=", "<=", ">="]
        .iter()
        .fold(text.to_owned(), |text, operator| text.replace(operator, "  "));
    text.find('=')
}
