//! YAML 1.1 as tokens, as the Go port of libyaml finds them. That is the parser of Terraform's `yamldecode`: it differs
//! from YAML 1.2 in flow collections, tabs, escape sequences, and in where a key may end.

mod cursor;
mod scalar;
mod tag;
mod token;

use std::collections::VecDeque;

use crate::cty::MAX_DEPTH;
use cursor::{Cursor, error_at, is_blank, is_break};

pub(super) use cursor::{Mark, YamlError, YamlResult};
pub(super) use token::{Style, Token};

/// The longest key that is not marked with `?`, in characters, and the colon after it.
const MAX_KEY: usize = 1_024;

/// A place where a key may have begun that is not marked with `?`.
struct SimpleKey {
    /// The number of flow collections around it.
    flow: usize,
    /// Whether a colon has to follow: it begins in the column of the block mapping.
    is_required: bool,
    token: usize,
    mark: Mark,
}

/// Whether a character may be in a YAML text.
fn is_allowed(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{a0}'..='\u{fffd}' | '\u{10000}'..)
}

/// Finds tokens, as many in advance as a possible key needs.
pub(super) struct Scanner<'s> {
    cursor: Cursor<'s>,
    /// Tokens that have been found and not been taken, with where they begin.
    tokens: VecDeque<(Token, Mark)>,
    /// The number of tokens that have been taken.
    taken: usize,
    is_ended: bool,
    /// The column of the innermost block collection.
    indent: Option<usize>,
    outer_indents: Vec<Option<usize>>,
    /// The number of open flow collections.
    flow: usize,
    /// Possible keys, at most one for each number of flow collections, in the order of the text.
    keys: VecDeque<SimpleKey>,
    may_start_key: bool,
}

impl<'s> Scanner<'s> {
    pub(super) fn new(text: &'s str) -> YamlResult<Self> {
        let rest = text.strip_prefix('\u{feff}').unwrap_or(text);
        let cursor = Cursor {
            rest,
            mark: Mark::default(),
        };
        if !rest.chars().all(is_allowed) {
            return cursor.error("control characters are not allowed");
        }
        Ok(Self {
            cursor,
            tokens: VecDeque::new(),
            taken: 0,
            is_ended: false,
            indent: None,
            outer_indents: Vec::new(),
            flow: 0,
            keys: VecDeque::new(),
            may_start_key: true,
        })
    }

    /// The next token, without taking it.
    pub(super) fn peek(&mut self) -> YamlResult<(&Token, Mark)> {
        while !self.is_ended && self.needs_tokens()? {
            self.find_token()?;
        }
        match self.tokens.front() {
            Some((token, mark)) => Ok((token, *mark)),
            None => Ok((&Token::StreamEnd, self.cursor.mark)),
        }
    }

    /// Takes the token that [`Scanner::peek`] gave.
    pub(super) fn take(&mut self) -> Option<Token> {
        self.taken += 1;
        self.tokens.pop_front().map(|(token, _)| token)
    }

    /// Whether the first token is not certain: a key may begin with it.
    fn needs_tokens(&mut self) -> YamlResult<bool> {
        if self.tokens.is_empty() {
            return Ok(true);
        }
        self.drop_stale_keys()?;
        Ok(self.keys.front().is_some_and(|key| key.token == self.taken))
    }

    fn push(&mut self, token: Token, mark: Mark) {
        self.tokens.push_back((token, mark));
    }

    /// Pushes a token of one or more characters that are an indicator.
    fn push_indicator(&mut self, token: Token, length: usize) {
        let mark = self.cursor.mark;
        self.cursor.skip(length);
        self.push(token, mark);
    }

    fn find_token(&mut self) -> YamlResult<()> {
        self.skip_to_token();
        self.drop_stale_keys()?;
        self.close_blocks(Some(self.cursor.mark.column));
        let Some(first) = self.cursor.peek() else {
            return self.end_stream();
        };
        if self.cursor.mark.column == 0 && first == '%' {
            return self.directive();
        }
        for (indicator, token) in [("---", Token::DocumentStart), ("...", Token::DocumentEnd)] {
            if self.cursor.is_document_indicator(indicator) {
                self.end_document_part()?;
                self.push_indicator(token, 3);
                return Ok(());
            }
        }
        let second = self.cursor.peek_second();
        let is_followed_by_space = second.is_none_or(|c| is_blank(c) || is_break(c));
        let is_flow = self.flow > 0;
        match first {
            '[' => self.open_flow(Token::FlowSequenceStart),
            '{' => self.open_flow(Token::FlowMappingStart),
            ']' => self.close_flow(Token::FlowSequenceEnd),
            '}' => self.close_flow(Token::FlowMappingEnd),
            ',' => {
                self.drop_key()?;
                self.may_start_key = true;
                self.push_indicator(Token::FlowEntry, 1);
                Ok(())
            }
            '-' if is_followed_by_space => self.block_entry(),
            '?' if is_flow || is_followed_by_space => self.marked_key(),
            ':' if is_flow || is_followed_by_space => self.value(),
            '*' | '&' => {
                self.save_key()?;
                self.may_start_key = false;
                let mark = self.cursor.mark;
                let token = tag::anchor(&mut self.cursor)?;
                self.push(token, mark);
                Ok(())
            }
            '!' => {
                self.save_key()?;
                self.may_start_key = false;
                let mark = self.cursor.mark;
                let token = tag::tag(&mut self.cursor)?;
                self.push(token, mark);
                Ok(())
            }
            '|' | '>' if !is_flow => {
                self.drop_key()?;
                self.may_start_key = true;
                let mark = self.cursor.mark;
                let text = scalar::block(&mut self.cursor, self.indent)?;
                self.push(
                    Token::Scalar {
                        text,
                        style: Style::Block,
                    },
                    mark,
                );
                Ok(())
            }
            '\'' | '"' => {
                self.save_key()?;
                self.may_start_key = false;
                let mark = self.cursor.mark;
                let text = scalar::quoted(&mut self.cursor)?;
                self.push(
                    Token::Scalar {
                        text,
                        style: Style::Quoted,
                    },
                    mark,
                );
                Ok(())
            }
            '-' if second.is_none_or(|c| !is_blank(c)) => self.plain(),
            '?' | ':' if !is_flow => self.plain(),
            '\t' | '-' | '?' | ':' | '#' | '|' | '>' | '%' | '@' | '`' => {
                self.cursor.error("found character that cannot start any token")
            }
            _ => self.plain(),
        }
    }

    fn plain(&mut self) -> YamlResult<()> {
        self.save_key()?;
        self.may_start_key = false;
        let mark = self.cursor.mark;
        let (text, ends_after_break) = scalar::plain(&mut self.cursor, self.indent, self.flow > 0)?;
        if ends_after_break {
            self.may_start_key = true;
        }
        self.push(
            Token::Scalar {
                text,
                style: Style::Plain,
            },
            mark,
        );
        Ok(())
    }

    fn skip_to_token(&mut self) {
        loop {
            if self.cursor.mark.index == 0 && self.cursor.is_at('\u{feff}') {
                self.cursor.take();
            }
            let may_be_tab = self.flow > 0 || !self.may_start_key;
            self.cursor.skip_while(|c| c == ' ' || may_be_tab && c == '\t');
            self.cursor.skip_comment();
            if self.cursor.take_break().is_none() {
                return;
            }
            if self.flow == 0 {
                self.may_start_key = true;
            }
        }
    }

    /// Forgets possible keys that end on an earlier line or are too long.
    fn drop_stale_keys(&mut self) -> YamlResult<()> {
        let now = self.cursor.mark;
        while let Some(key) = self.keys.front() {
            if key.mark.line == now.line && key.mark.index + MAX_KEY >= now.index {
                break;
            }
            if key.is_required {
                return error_at(key.mark, "could not find expected ':'");
            }
            self.keys.pop_front();
        }
        Ok(())
    }

    /// Notes that a key may begin here.
    fn save_key(&mut self) -> YamlResult<()> {
        if !self.may_start_key {
            return Ok(());
        }
        self.drop_key()?;
        self.keys.push_back(SimpleKey {
            flow: self.flow,
            is_required: self.flow == 0 && self.indent == Some(self.cursor.mark.column),
            token: self.taken + self.tokens.len(),
            mark: self.cursor.mark,
        });
        Ok(())
    }

    /// The possible key of the innermost flow collection, which then is one no longer.
    fn take_key(&mut self) -> Option<SimpleKey> {
        let flow = self.flow;
        self.keys.pop_back_if(|key| key.flow == flow)
    }

    fn drop_key(&mut self) -> YamlResult<()> {
        match self.take_key() {
            Some(key) if key.is_required => error_at(key.mark, "could not find expected ':'"),
            _ => Ok(()),
        }
    }

    /// Opens a block collection in a column that is to the right of the innermost one. Its token comes before the token
    /// with this number, or last.
    fn open_block(
        &mut self,
        column: usize,
        number: Option<usize>,
        token: Token,
        mark: Mark,
    ) -> YamlResult<()> {
        if self.flow > 0 || self.indent >= Some(column) {
            return Ok(());
        }
        if self.outer_indents.len() >= usize::from(MAX_DEPTH) {
            return self.too_deep();
        }
        self.outer_indents.push(self.indent);
        self.indent = Some(column);
        self.insert(number.unwrap_or(usize::MAX), token, mark);
        Ok(())
    }

    /// Adds a token before the one with this number, or after the last one.
    fn insert(&mut self, number: usize, token: Token, mark: Mark) {
        let at = number.saturating_sub(self.taken).min(self.tokens.len());
        self.tokens.insert(at, (token, mark));
    }

    fn too_deep(&self) -> YamlResult<()> {
        Err(YamlError {
            message: "the YAML is nested too deeply",
            mark: self.cursor.mark,
            is_limit: true,
        })
    }

    /// Closes the block collections that are to the right of a column.
    fn close_blocks(&mut self, column: Option<usize>) {
        while self.flow == 0 && self.indent > column {
            self.push(Token::BlockEnd, self.cursor.mark);
            self.indent = self.outer_indents.pop().flatten();
        }
    }

    /// Ends what came before a directive, an indicator of a document or the end.
    fn end_document_part(&mut self) -> YamlResult<()> {
        self.close_blocks(None);
        self.drop_key()?;
        self.may_start_key = false;
        Ok(())
    }

    fn end_stream(&mut self) -> YamlResult<()> {
        if self.cursor.mark.column != 0 {
            self.cursor.mark.column = 0;
            self.cursor.mark.line += 1;
        }
        self.end_document_part()?;
        self.push(Token::StreamEnd, self.cursor.mark);
        self.is_ended = true;
        Ok(())
    }

    fn directive(&mut self) -> YamlResult<()> {
        self.end_document_part()?;
        let mark = self.cursor.mark;
        let token = tag::directive(&mut self.cursor)?;
        self.push(token, mark);
        Ok(())
    }

    fn open_flow(&mut self, token: Token) -> YamlResult<()> {
        self.save_key()?;
        if self.flow >= usize::from(MAX_DEPTH) {
            return self.too_deep();
        }
        self.flow += 1;
        self.may_start_key = true;
        self.push_indicator(token, 1);
        Ok(())
    }

    fn close_flow(&mut self, token: Token) -> YamlResult<()> {
        self.drop_key()?;
        self.flow = self.flow.saturating_sub(1);
        self.may_start_key = false;
        self.push_indicator(token, 1);
        Ok(())
    }

    fn block_entry(&mut self) -> YamlResult<()> {
        if self.flow == 0 {
            if !self.may_start_key {
                return self
                    .cursor
                    .error("block sequence entries are not allowed in this context");
            }
            let mark = self.cursor.mark;
            self.open_block(mark.column, None, Token::BlockSequenceStart, mark)?;
        }
        self.drop_key()?;
        self.may_start_key = true;
        self.push_indicator(Token::BlockEntry, 1);
        Ok(())
    }

    fn marked_key(&mut self) -> YamlResult<()> {
        if self.flow == 0 {
            if !self.may_start_key {
                return self.cursor.error("mapping keys are not allowed in this context");
            }
            let mark = self.cursor.mark;
            self.open_block(mark.column, None, Token::BlockMappingStart, mark)?;
        }
        self.drop_key()?;
        self.may_start_key = self.flow == 0;
        self.push_indicator(Token::Key, 1);
        Ok(())
    }

    fn value(&mut self) -> YamlResult<()> {
        if let Some(key) = self.take_key() {
            self.insert(key.token, Token::Key, key.mark);
            self.open_block(
                key.mark.column,
                Some(key.token),
                Token::BlockMappingStart,
                key.mark,
            )?;
            self.may_start_key = false;
        } else {
            if self.flow == 0 {
                if !self.may_start_key {
                    return self
                        .cursor
                        .error("mapping values are not allowed in this context");
                }
                let mark = self.cursor.mark;
                self.open_block(mark.column, None, Token::BlockMappingStart, mark)?;
            }
            self.may_start_key = self.flow == 0;
        }
        self.push_indicator(Token::Value, 1);
        Ok(())
    }
}
