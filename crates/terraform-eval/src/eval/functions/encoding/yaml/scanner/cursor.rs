//! The characters of a text, with their positions, and errors about them.

/// A position in the text. All counts begin with 0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Mark {
    /// The number of characters before it.
    pub(super) index: usize,
    pub(crate) line: usize,
    pub(crate) column: usize,
}

/// Why a text is not YAML.
#[derive(Debug, Clone, Copy)]
pub(crate) struct YamlError {
    pub(crate) message: &'static str,
    pub(crate) mark: Mark,
    /// Whether the text exceeds a limit of mirrorset.
    pub(crate) is_limit: bool,
}

pub(crate) type YamlResult<T> = Result<T, YamlError>;

/// The characters of a text, with their positions.
pub(super) struct Cursor<'s> {
    pub(super) rest: &'s str,
    pub(super) mark: Mark,
}

impl Cursor<'_> {
    pub(super) fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    pub(super) fn peek_second(&self) -> Option<char> {
        self.rest.chars().nth(1)
    }

    pub(super) fn is_at(&self, character: char) -> bool {
        self.rest.starts_with(character)
    }

    /// Whether the next character is white space or the end, which ends an indicator.
    pub(super) fn is_blank_or_end(&self) -> bool {
        self.peek().is_none_or(|c| is_blank(c) || is_break(c))
    }

    pub(super) fn is_break_or_end(&self) -> bool {
        self.peek().is_none_or(is_break)
    }

    /// Whether `---` or `...` begins here as a line of its own.
    pub(super) fn is_document_indicator(&self, indicator: &str) -> bool {
        let after = self
            .rest
            .strip_prefix(indicator)
            .filter(|_| self.mark.column == 0);
        after.is_some_and(|after| after.chars().next().is_none_or(|c| is_blank(c) || is_break(c)))
    }

    /// The next character, which is not a line break.
    pub(super) fn take(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.rest = &self.rest[c.len_utf8()..];
        self.mark.index += 1;
        self.mark.column += 1;
        Some(c)
    }

    pub(super) fn skip(&mut self, count: usize) {
        for _ in 0..count {
            self.take();
        }
    }

    pub(super) fn skip_while(&mut self, mut condition: impl FnMut(char) -> bool) {
        while self.peek().is_some_and(&mut condition) {
            self.take();
        }
    }

    /// Appends the characters that fulfill a condition.
    pub(super) fn take_while(&mut self, text: &mut String, mut condition: impl FnMut(char) -> bool) {
        while let Some(c) = self.peek().filter(|c| condition(*c)) {
            text.push(c);
            self.take();
        }
    }

    /// The line break here, as a scalar has it: those of systems are `\n`.
    pub(super) fn take_break(&mut self) -> Option<char> {
        let c = self.peek().filter(|c| is_break(*c))?;
        if self.rest.starts_with("\r\n") {
            self.take();
        }
        self.take();
        self.mark.line += 1;
        self.mark.column = 0;
        Some(if matches!(c, '\u{2028}' | '\u{2029}') {
            c
        } else {
            '\n'
        })
    }

    pub(super) fn skip_comment(&mut self) {
        if self.is_at('#') {
            self.skip_while(|c| !is_break(c));
        }
    }

    /// An error at a position.
    pub(super) fn error<T>(&self, message: &'static str) -> YamlResult<T> {
        error_at(self.mark, message)
    }
}

pub(super) fn error_at<T>(mark: Mark, message: &'static str) -> YamlResult<T> {
    Err(YamlError {
        message,
        mark,
        is_limit: false,
    })
}

pub(super) fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t')
}

pub(super) fn is_break(c: char) -> bool {
    matches!(c, '\r' | '\n' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Whether a character may be in a name of an anchor or a tag.
pub(super) fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_')
}
