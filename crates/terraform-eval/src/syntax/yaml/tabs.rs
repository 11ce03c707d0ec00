//! Tabs in indentation, which the YAML parser accepts and Go libraries reject.

use std::ops::Range;

use granit_parser::{Event, ScalarStyle, StructureStyle};

/// Finds misplaced tabs between the events of a text.
#[derive(Debug, Default)]
pub(crate) struct Tabs {
    /// The number of open flow collections (`[…]`, `{…}`).
    flow: usize,
    /// The end of the last event.
    end: usize,
    /// Whether it was a plain scalar, which could continue.
    plain: bool,
}

impl Tabs {
    /// Whether a tab before this event, at `range`, is where only spaces are allowed.
    pub(crate) fn is_misplaced(&mut self, source: &str, event: &Event<'_>, range: Range<usize>) -> bool {
        let gap = source.get(self.end..range.start).unwrap_or_default();
        let misplaced =
            self.flow == 0 && (has_tab(gap, self.plain) || follows_tab(event, source.get(..range.start)));
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

/// Whether a tab precedes something that could be a key.
fn follows_tab(event: &Event<'_>, before: Option<&str>) -> bool {
    let is_value = matches!(
        event,
        Event::Scalar(..) | Event::Alias(_) | Event::SequenceStart(..) | Event::MappingStart(..)
    );
    let before = before.unwrap_or_default();
    let text = before.trim_end_matches([' ', '\t']);
    let tab = before.get(text.len()..).is_some_and(|space| space.contains('\t'));
    is_value && tab && (text.is_empty() || text.ends_with(['\n', '\r', '-', '?']))
}

/// Whether a line between two events begins with a tab. After a plain scalar, which could continue there, a tab is allowed
/// after the first column.
fn has_tab(gap: &str, plain: bool) -> bool {
    gap.split('\n').skip(1).any(|line| {
        let space = line.len() - line.trim_start_matches([' ', '\t']).len();
        match line.get(..space).and_then(|space| space.find('\t')) {
            Some(column) => column == 0 || !plain,
            None => false,
        }
    })
}
