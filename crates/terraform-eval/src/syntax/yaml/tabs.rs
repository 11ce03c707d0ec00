//! Tabs where YAML has none, which the parser is lenient about and the libraries of Go are not.

use std::ops::Range;

use granit_parser::{Event, ScalarStyle, StructureStyle};

/// Follows the events of a text.
#[derive(Debug, Default)]
pub struct Tabs {
    /// How many collections in brackets are open.
    flow: usize,
    /// Where the last event ended.
    end: usize,
    /// Whether it was plain text, which could go on.
    plain: bool,
}

impl Tabs {
    /// Whether a tab before this event, which stands at `range`, stands where only spaces may.
    pub fn is_misplaced(&mut self, source: &str, event: &Event<'_>, range: Range<usize>) -> bool {
        let gap = source.get(self.end..range.start).unwrap_or_default();
        let misplaced =
            self.flow == 0 && (has_tab(gap, self.plain) || is_behind_tab(event, source.get(..range.start)));
        self.end = range.end.max(self.end);
        self.plain = matches!(event, Event::Scalar(_, ScalarStyle::Plain, ..));
        match event {
            Event::SequenceStart(StructureStyle::Flow, ..)
            | Event::MappingStart(StructureStyle::Flow, ..) => {
                self.flow += 1;
            }
            Event::SequenceEnd | Event::MappingEnd => self.flow = self.flow.saturating_sub(1),
            _ => {}
        }
        misplaced
    }
}

/// Whether a tab stands where only spaces may: before something that could be a key.
fn is_behind_tab(event: &Event<'_>, before: Option<&str>) -> bool {
    let begins = matches!(
        event,
        Event::Scalar(..) | Event::Alias(_) | Event::SequenceStart(..) | Event::MappingStart(..)
    );
    let before = before.unwrap_or_default();
    let text = before.trim_end_matches([' ', '\t']);
    let tab = before.get(text.len()..).is_some_and(|space| space.contains('\t'));
    begins && tab && (text.is_empty() || text.ends_with(['\n', '\r', '-', '?']))
}

/// Whether a line between two things begins with a tab. Behind plain text, which could go on there, it
/// may stand further right.
fn has_tab(gap: &str, plain: bool) -> bool {
    gap.split('\n').skip(1).any(|line| {
        let space = line.len() - line.trim_start_matches([' ', '\t']).len();
        match line.get(..space).and_then(|space| space.find('\t')) {
            Some(column) => column == 0 || !plain,
            None => false,
        }
    })
}
