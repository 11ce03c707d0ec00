//! Marks on values: putting them on, taking them off, at any depth.

use std::sync::Arc;

use super::marks::{Marks, Origin};
use super::value::{Value, ValueRef};
use crate::source::Span;

/// Of how many parts a large value is made.
const LARGE: usize = 4096;

impl Value {
    /// The marks of the value itself; what is nested in it has its own.
    #[must_use]
    pub fn marks(&self) -> &Marks {
        &self.marks
    }

    /// The value with these marks besides its own.
    #[must_use]
    pub fn with_marks(mut self, marks: &Marks) -> Self {
        if !marks.is_empty() {
            self.marks = self.marks.union(marks);
        }
        self
    }

    /// The value with these marks in place of its own.
    #[must_use]
    pub fn with_only_marks(mut self, marks: Marks) -> Self {
        self.marks = marks;
        self
    }

    /// The value with one more origin.
    #[must_use]
    pub fn with_origin(mut self, origin: Origin) -> Self {
        self.marks = self.marks.with_origin(origin);
        self
    }

    /// The value after a reference at `span` passed it on: all origins in it remember the step. In a large
    /// value only its own origins do, so that passing it on to each of many instances costs little.
    #[must_use]
    pub fn with_trace_step(&self, span: Span) -> Self {
        if self.size() > LARGE {
            let marks = self.marks.with_trace_step(span);
            return self.clone().with_only_marks(marks);
        }
        self.map_marks(&|marks| marks.with_trace_step(span))
    }

    /// The value with its own marks taken off, and those.
    #[must_use]
    pub fn unmark(&self) -> (Self, Marks) {
        let marks = self.marks.clone();
        (self.clone().with_only_marks(Marks::new()), marks)
    }

    /// The marks of the value and of all that is nested in it.
    #[must_use]
    pub fn marks_deep(&self) -> Marks {
        let mut all = self.marks.clone();
        self.gather(&mut all);
        all
    }

    /// The marks of all that is nested in the value, without its own.
    #[must_use]
    pub fn nested_marks(&self) -> Marks {
        let mut all = Marks::new();
        self.gather(&mut all);
        all
    }

    fn gather(&self, all: &mut Marks) {
        if !self.contains_marked() {
            return;
        }
        let mut take = |item: &Self| {
            *all = all.union(&item.marks);
            item.gather(all);
        };
        if let Some(items) = self.as_slice() {
            items.iter().for_each(&mut take);
        } else if let Some(items) = self.as_map() {
            items.values().for_each(&mut take);
        }
    }

    /// The value without any marks, at any depth.
    #[must_use]
    pub fn without_marks(&self) -> Self {
        self.map_marks(&|_| Marks::new())
    }

    /// The value with the marks of each part changed. Unmarked parts are shared and not visited.
    #[must_use]
    pub fn map_marks(&self, change: &dyn Fn(&Marks) -> Marks) -> Self {
        if !self.contains_marked() {
            return self.clone();
        }
        let all = |items: &[Self]| items.iter().map(|item| item.map_marks(change)).collect();
        let each = |items: &std::collections::BTreeMap<Arc<str>, Self>| {
            items
                .iter()
                .map(|(key, item)| (key.clone(), item.map_marks(change)))
                .collect()
        };
        let element = || {
            self.ty()
                .element()
                .cloned()
                .unwrap_or(super::types::Type::Dynamic)
        };
        let changed = match self.view() {
            ValueRef::List(items) => Self::list(element(), all(items)),
            ValueRef::Tuple(items) => Self::tuple(all(items)),
            ValueRef::Map(items) => Self::map(element(), each(items)),
            ValueRef::Object(items) => Self::object(each(items)),
            _ => self.clone(),
        };
        changed.with_only_marks(change(&self.marks)).with_spans_of(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cty::Type;

    #[test]
    fn marks_sit_on_the_value_they_belong_to() {
        let secret = Value::string("x").with_marks(&Marks::sensitive());
        let list = Value::list(Type::String, vec![Value::string("a"), secret]);
        assert!(list.marks().is_empty());
        assert!(list.contains_marked());
        assert!(list.marks_deep().is_sensitive());
        assert!(!list.without_marks().contains_marked());
        assert_eq!(list.without_marks(), list);
    }

    #[test]
    fn taking_off_the_own_marks_leaves_those_inside() {
        let secret = Value::string("x").with_marks(&Marks::sensitive());
        let (tuple, marks) = Value::tuple(vec![secret])
            .with_marks(&Marks::sensitive())
            .unmark();
        assert!(marks.is_sensitive());
        assert!(tuple.marks().is_empty());
        assert!(tuple.contains_marked());
    }
}
