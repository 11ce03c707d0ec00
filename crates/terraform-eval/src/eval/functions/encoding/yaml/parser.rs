//! YAML as events, which the grammar of libyaml gives for tokens.

use super::scanner::{Mark, Scanner, Style, Token, YamlError, YamlResult};
use crate::syntax::yaml::CORE;

/// A part of a document.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Event {
    DocumentStart,
    DocumentEnd,
    StreamEnd,
    Alias(String),
    Scalar {
        text: String,
        style: Style,
        properties: Properties,
    },
    SequenceStart(Properties),
    MappingStart(Properties),
    /// The end of a sequence or mapping.
    End,
}

/// What comes before a node.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Properties {
    pub(super) anchor: Option<String>,
    /// The full name of the tag; empty if there is none.
    pub(super) tag: String,
}

/// What comes next.
#[derive(Debug, Clone, Copy)]
enum State {
    FirstDocument,
    Document,
    DocumentContent,
    DocumentEnd,
    BlockNode,
    BlockSequence,
    /// A sequence in the column of the key whose value it is.
    IndentlessSequence,
    BlockMappingKey,
    BlockMappingValue,
    FlowSequence {
        is_first: bool,
    },
    /// The key, the value and the end of a mapping of one entry in a flow sequence.
    PairKey,
    PairValue,
    PairEnd,
    FlowMappingKey {
        is_first: bool,
    },
    FlowMappingValue,
    /// The value of a key without a colon.
    FlowMappingNoValue,
    StreamEnd,
}

pub(super) struct Parser<'s> {
    scanner: Scanner<'s>,
    state: State,
    /// What comes after the collections that are open.
    outer: Vec<State>,
    tag_directives: Vec<(String, String)>,
}

impl<'s> Parser<'s> {
    pub(super) fn new(text: &'s str) -> YamlResult<Self> {
        Ok(Self {
            scanner: Scanner::new(text)?,
            state: State::FirstDocument,
            outer: Vec::new(),
            tag_directives: Vec::new(),
        })
    }

    /// The next event and where it begins.
    pub(super) fn next(&mut self) -> YamlResult<(Event, Mark)> {
        let (_, mark) = self.scanner.peek()?;
        let event = match self.state {
            State::FirstDocument => self.document(true),
            State::Document => self.document(false),
            State::DocumentContent => match self.peek()? {
                Token::Version(..)
                | Token::TagDirective { .. }
                | Token::DocumentStart
                | Token::DocumentEnd
                | Token::StreamEnd => {
                    self.leave();
                    Ok(empty_scalar())
                }
                _ => self.node(true, false),
            },
            State::DocumentEnd => {
                self.take_if(&Token::DocumentEnd)?;
                self.tag_directives.clear();
                self.state = State::Document;
                Ok(Event::DocumentEnd)
            }
            State::BlockNode => self.node(true, false),
            State::BlockSequence => self.block_sequence(),
            State::IndentlessSequence => self.indentless_sequence(),
            State::BlockMappingKey => self.block_mapping_key(),
            State::BlockMappingValue => self.block_mapping_value(),
            State::FlowSequence { is_first } => self.flow_sequence(is_first),
            State::PairKey => self.pair_key(),
            State::PairValue => self.pair_value(),
            State::PairEnd => {
                self.state = State::FlowSequence { is_first: false };
                Ok(Event::End)
            }
            State::FlowMappingKey { is_first } => self.flow_mapping_key(is_first),
            State::FlowMappingValue => self.flow_mapping_value(),
            State::FlowMappingNoValue => self.empty(State::FlowMappingKey { is_first: false }),
            State::StreamEnd => Ok(Event::StreamEnd),
        };
        Ok((event?, mark))
    }

    fn peek(&mut self) -> YamlResult<&Token> {
        self.scanner.peek().map(|(token, _)| token)
    }

    /// Takes the next token if it is this one.
    fn take_if(&mut self, token: &Token) -> YamlResult<bool> {
        let is_taken = self.peek()? == token;
        if is_taken {
            self.scanner.take();
        }
        Ok(is_taken)
    }

    fn error<T>(&mut self, message: &'static str) -> YamlResult<T> {
        let (_, mark) = self.scanner.peek()?;
        Err(YamlError {
            message,
            mark,
            is_limit: false,
        })
    }

    /// Continues with what comes after the collection or document.
    fn leave(&mut self) {
        self.state = self.outer.pop().unwrap_or(State::StreamEnd);
    }

    /// Continues with a state after an empty scalar.
    fn empty(&mut self, next: State) -> YamlResult<Event> {
        self.state = next;
        Ok(empty_scalar())
    }

    /// Parses a node, and continues with a state after it.
    fn node_before(&mut self, next: State, is_block: bool, may_be_indentless: bool) -> YamlResult<Event> {
        self.outer.push(next);
        self.node(is_block, may_be_indentless)
    }

    fn document(&mut self, is_first: bool) -> YamlResult<Event> {
        if !is_first {
            while self.take_if(&Token::DocumentEnd)? {}
        }
        match self.peek()? {
            Token::StreamEnd => {
                self.state = State::StreamEnd;
                return Ok(Event::StreamEnd);
            }
            Token::Version(..) | Token::TagDirective { .. } | Token::DocumentStart => {}
            _ if is_first => {
                self.outer.push(State::DocumentEnd);
                self.state = State::BlockNode;
                return Ok(Event::DocumentStart);
            }
            _ => {}
        }
        self.directives()?;
        if !self.take_if(&Token::DocumentStart)? {
            return self.error("did not find expected <document start>");
        }
        self.outer.push(State::DocumentEnd);
        self.state = State::DocumentContent;
        Ok(Event::DocumentStart)
    }

    fn directives(&mut self) -> YamlResult<()> {
        let mut has_version = false;
        loop {
            match self.peek()?.clone() {
                Token::Version(..) if has_version => return self.error("found duplicate %YAML directive"),
                Token::Version(1, 1) => has_version = true,
                Token::Version(..) => return self.error("found incompatible YAML document"),
                Token::TagDirective { handle, prefix } => {
                    if self.tag_directives.iter().any(|(other, _)| *other == handle) {
                        return self.error("found duplicate %TAG directive");
                    }
                    self.tag_directives.push((handle, prefix));
                }
                _ => return Ok(()),
            }
            self.scanner.take();
        }
    }

    /// The full name of a tag.
    fn full_name(&mut self, handle: &str, suffix: &str) -> YamlResult<String> {
        let directive = self.tag_directives.iter().find(|(name, _)| name == handle);
        let prefix = match (directive, handle) {
            (_, "") => "",
            (Some((_, prefix)), _) => prefix,
            (None, "!") => "!",
            (None, "!!") => CORE,
            (None, _) => return self.error("found undefined tag handle"),
        };
        Ok(format!("{prefix}{suffix}"))
    }

    /// Parses an anchor and a tag in any order.
    fn properties(&mut self) -> YamlResult<Properties> {
        let mut properties = Properties::default();
        let mut has_tag = false;
        loop {
            match self.peek()? {
                Token::Anchor(name) if properties.anchor.is_none() => properties.anchor = Some(name.clone()),
                Token::Tag { handle, suffix } if !has_tag => {
                    let (handle, suffix) = (handle.clone(), suffix.clone());
                    properties.tag = self.full_name(&handle, &suffix)?;
                    has_tag = true;
                }
                _ => return Ok(properties),
            }
            self.scanner.take();
        }
    }

    fn node(&mut self, is_block: bool, may_be_indentless: bool) -> YamlResult<Event> {
        if let Token::Alias(name) = self.peek()? {
            let name = name.clone();
            self.scanner.take();
            self.leave();
            return Ok(Event::Alias(name));
        }
        let properties = self.properties()?;
        let has_properties = properties != Properties::default();
        match self.peek()? {
            Token::BlockEntry if may_be_indentless => {
                self.state = State::IndentlessSequence;
                Ok(Event::SequenceStart(properties))
            }
            Token::Scalar { .. } => {
                self.leave();
                match self.scanner.take() {
                    Some(Token::Scalar { text, style }) => Ok(Event::Scalar {
                        text,
                        style,
                        properties,
                    }),
                    _ => Ok(empty_scalar()),
                }
            }
            Token::FlowSequenceStart => {
                self.scanner.take();
                self.state = State::FlowSequence { is_first: true };
                Ok(Event::SequenceStart(properties))
            }
            Token::FlowMappingStart => {
                self.scanner.take();
                self.state = State::FlowMappingKey { is_first: true };
                Ok(Event::MappingStart(properties))
            }
            Token::BlockSequenceStart if is_block => {
                self.scanner.take();
                self.state = State::BlockSequence;
                Ok(Event::SequenceStart(properties))
            }
            Token::BlockMappingStart if is_block => {
                self.scanner.take();
                self.state = State::BlockMappingKey;
                Ok(Event::MappingStart(properties))
            }
            _ if has_properties => {
                self.leave();
                Ok(Event::Scalar {
                    text: String::new(),
                    style: Style::Plain,
                    properties,
                })
            }
            _ => self.error("did not find expected node content"),
        }
    }

    fn block_sequence(&mut self) -> YamlResult<Event> {
        if self.take_if(&Token::BlockEntry)? {
            return match self.peek()? {
                Token::BlockEntry | Token::BlockEnd => self.empty(State::BlockSequence),
                _ => self.node_before(State::BlockSequence, true, false),
            };
        }
        if self.take_if(&Token::BlockEnd)? {
            self.leave();
            return Ok(Event::End);
        }
        self.error("did not find expected '-' indicator")
    }

    fn indentless_sequence(&mut self) -> YamlResult<Event> {
        if self.take_if(&Token::BlockEntry)? {
            return match self.peek()? {
                Token::BlockEntry | Token::Key | Token::Value | Token::BlockEnd => {
                    self.empty(State::IndentlessSequence)
                }
                _ => self.node_before(State::IndentlessSequence, true, false),
            };
        }
        self.leave();
        Ok(Event::End)
    }

    fn block_mapping_key(&mut self) -> YamlResult<Event> {
        if self.take_if(&Token::Key)? {
            return match self.peek()? {
                Token::Key | Token::Value | Token::BlockEnd => self.empty(State::BlockMappingValue),
                _ => self.node_before(State::BlockMappingValue, true, true),
            };
        }
        if self.take_if(&Token::BlockEnd)? {
            self.leave();
            return Ok(Event::End);
        }
        self.error("did not find expected key")
    }

    fn block_mapping_value(&mut self) -> YamlResult<Event> {
        if !self.take_if(&Token::Value)? {
            return self.empty(State::BlockMappingKey);
        }
        match self.peek()? {
            Token::Key | Token::Value | Token::BlockEnd => self.empty(State::BlockMappingKey),
            _ => self.node_before(State::BlockMappingKey, true, true),
        }
    }

    fn flow_sequence(&mut self, is_first: bool) -> YamlResult<Event> {
        if *self.peek()? != Token::FlowSequenceEnd {
            if !is_first && !self.take_if(&Token::FlowEntry)? {
                return self.error("did not find expected ',' or ']'");
            }
            if self.take_if(&Token::Key)? {
                self.state = State::PairKey;
                return Ok(Event::MappingStart(Properties::default()));
            }
            if *self.peek()? != Token::FlowSequenceEnd {
                return self.node_before(State::FlowSequence { is_first: false }, false, false);
            }
        }
        self.scanner.take();
        self.leave();
        Ok(Event::End)
    }

    fn pair_key(&mut self) -> YamlResult<Event> {
        match self.peek()? {
            // As in libyaml, the token is lost.
            Token::Value | Token::FlowEntry | Token::FlowSequenceEnd => {
                self.scanner.take();
                self.empty(State::PairValue)
            }
            _ => self.node_before(State::PairValue, false, false),
        }
    }

    fn pair_value(&mut self) -> YamlResult<Event> {
        if self.take_if(&Token::Value)? {
            match self.peek()? {
                Token::FlowEntry | Token::FlowSequenceEnd => {}
                _ => return self.node_before(State::PairEnd, false, false),
            }
        }
        self.empty(State::PairEnd)
    }

    fn flow_mapping_key(&mut self, is_first: bool) -> YamlResult<Event> {
        if *self.peek()? != Token::FlowMappingEnd {
            if !is_first && !self.take_if(&Token::FlowEntry)? {
                return self.error("did not find expected ',' or '}'");
            }
            if self.take_if(&Token::Key)? {
                return match self.peek()? {
                    Token::Value | Token::FlowEntry | Token::FlowMappingEnd => {
                        self.empty(State::FlowMappingValue)
                    }
                    _ => self.node_before(State::FlowMappingValue, false, false),
                };
            }
            if *self.peek()? != Token::FlowMappingEnd {
                return self.node_before(State::FlowMappingNoValue, false, false);
            }
        }
        self.scanner.take();
        self.leave();
        Ok(Event::End)
    }

    fn flow_mapping_value(&mut self) -> YamlResult<Event> {
        let next = State::FlowMappingKey { is_first: false };
        if self.take_if(&Token::Value)? {
            match self.peek()? {
                Token::FlowEntry | Token::FlowMappingEnd => {}
                _ => return self.node_before(next, false, false),
            }
        }
        self.empty(next)
    }
}

fn empty_scalar() -> Event {
    Event::Scalar {
        text: String::new(),
        style: Style::Plain,
        properties: Properties::default(),
    }
}
