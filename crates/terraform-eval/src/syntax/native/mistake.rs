//! Words for what hcl-edit rejects: the frequent mistakes by name, the rest by the place.

use super::mask::Mask;
use super::{Reader, Reported};

/// A mistake that a character of the copy gives away; strings and comments are not in the copy.
struct Sign {
    text: &'static str,
    message: &'static str,
    help: &'static str,
}

const SIGNS: &[Sign] = &[
    Sign {
        text: "'",
        message: "single quotes are not valid",
        help: "write strings with double quotes: `\"text\"`",
    },
    Sign {
        text: "`",
        message: "backquotes are not valid",
        help: "write strings with double quotes: `\"text\"`",
    },
    Sign {
        text: "\u{201c}",
        message: "curly quotes are not valid",
        help: "write strings with straight quotes: `\"text\"`",
    },
    Sign {
        text: "\u{201d}",
        message: "curly quotes are not valid",
        help: "write strings with straight quotes: `\"text\"`",
    },
    Sign {
        text: ";",
        message: "`;` is not valid",
        help: "separate arguments by line breaks",
    },
    Sign {
        text: "&",
        message: "unknown operator `&`",
        help: "did you mean `&&`?",
    },
    Sign {
        text: "|",
        message: "unknown operator `|`",
        help: "did you mean `||`?",
    },
    Sign {
        text: "^",
        message: "unknown operator `^`",
        help: "did you mean the function `pow`?",
    },
    Sign {
        text: "~",
        message: "unknown operator `~`",
        help: "did you mean `!`?",
    },
    Sign {
        text: "**",
        message: "unknown operator `**`",
        help: "did you mean the function `pow`?",
    },
    Sign {
        text: "<<",
        message: "the heredoc has no marker",
        help: "write `<<EOT` at the end of the line, with nothing after it",
    },
];

impl Reader<'_> {
    /// Reports why a copy did not parse.
    pub(super) fn mistake(&mut self, mask: &Mask, error: &hcl_edit::parser::Error) -> Reported {
        let message = error.message();
        if message.contains("nest") || message.contains("operator depth") || message.contains("operators") {
            return self.too_deep(mask.start..mask.start + mask.text.len());
        }
        if let Some((at, sign)) = sign(&mask.text) {
            let start = mask.start + at;
            return self.report(start..start + sign.text.len(), sign.message, sign.help);
        }
        if let Some(at) = single_equals(&mask.text) {
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
        let word = self.word(start, end);
        let shown = self.input.slice(start..word).escape_debug().to_string();
        let help = "an operand, an operator or a bracket is missing or misplaced";
        self.report(start..word, format!("`{shown}` is not expected here"), help)
    }

    /// The end of the word, or of the single character, at `start`.
    fn word(&self, start: usize, end: usize) -> usize {
        let text = self.input.text.get(..end).unwrap_or_default();
        if let Some(stop) = crate::syntax::scan::identifier(text, start) {
            return stop;
        }
        let character = text.get(start..).and_then(|rest| rest.chars().next());
        start + character.map_or(0, char::len_utf8)
    }
}

/// The first sign of a known mistake.
fn sign(text: &str) -> Option<(usize, &'static Sign)> {
    // The operators that exist are taken out first, so that a single `&` is one.
    let text = text.replace("&&", "  ").replace("||", "  ");
    SIGNS
        .iter()
        .filter_map(|sign| text.find(sign.text).map(|at| (at, sign)))
        .min_by_key(|&(at, _)| at)
}

/// A `=` that is not part of another operator.
fn single_equals(text: &str) -> Option<usize> {
    let text = ["==", "=>", "!=", "<=", ">="]
        .iter()
        .fold(text.to_owned(), |text, operator| text.replace(operator, "  "));
    text.find('=')
}
