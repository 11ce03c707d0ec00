//! Adding and removing marks of values, at any depth.

use std::sync::Arc;

use super::{Value, ValueRef};
use crate::cty::marks::Marks;
use crate::cty::origin::Origin;
use crate::source::Span;
use crate::stack;

/// In values with more parts than this, a trace is recorded for the value itself only.
const MAX_TRACED_SIZE: usize = 4096;

impl Value {
    /// The marks of the value itself; nested values have their own.
    #[must_use]
    pub fn marks(&self) -> &Marks {
        &self.marks
    }

    /// The value with additional marks.
    #[must_use]
    pub fn with_marks(mut self, marks: &Marks) -> Self {
        if !marks.is_empty() {
            self.marks = self.marks.union(marks);
        }
        self
    }

    /// The value with its marks replaced.
    #[must_use]
    pub fn with_only_marks(mut self, marks: Marks) -> Self {
        self.marks = marks;
        self
    }

    /// The value with an additional origin.
    #[must_use]
    pub fn with_origin(mut self, origin: Origin) -> Self {
        self.marks = self.marks.with_origin(origin);
        self
    }

    /// The value after a reference at `span` passed it on, which becomes a step in the trace of all its origins. In a
    /// large value, only its own origins get the step, so that passing it on to many instances is cheap.
    #[must_use]
    pub fn with_trace_step(&self, span: Span) -> Self {
        if self.size() > MAX_TRACED_SIZE {
            let marks = self.marks.with_trace_step(span);
            return self.clone().with_only_marks(marks);
        }
        self.map_marks(&|marks| marks.with_trace_step(span))
    }

    /// The value without its own marks, and these marks.
    #[must_use]
    pub fn unmark(&self) -> (Self, Marks) {
        let marks = self.marks.clone();
        (self.clone().with_only_marks(Marks::new()), marks)
    }

    /// The marks of the value and of all nested values.
    #[must_use]
    pub fn marks_deep(&self) -> Marks {
        let mut all = self.marks.clone();
        self.collect_nested(&mut all);
        all
    }

    /// The marks of all nested values.
    #[must_use]
    pub fn nested_marks(&self) -> Marks {
        let mut all = Marks::new();
        self.collect_nested(&mut all);
        all
    }

    fn collect_nested(&self, all: &mut Marks) {
        if !self.contains_marked() {
            return;
        }
        let mut take = |item: &Self| {
            *all = all.union(&item.marks);
            item.collect_nested(all);
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

    /// The value with the marks of each part mapped. Parts without marks are shared and not visited.
    #[must_use]
    pub fn map_marks(&self, change: &(dyn Fn(&Marks) -> Marks + Sync)) -> Self {
        if !self.contains_marked() {
            return self.clone();
        }
        stack::with_depth(usize::from(self.depth()), || self.map_marked(change))
    }

    fn map_marked(&self, change: &(dyn Fn(&Marks) -> Marks + Sync)) -> Self {
        let map_items = |items: &[Self]| items.iter().map(|item| item.map_marks(change)).collect();
        let map_fields = |items: &std::collections::BTreeMap<Arc<str>, Self>| {
            items
                .iter()
                .map(|(key, item)| (key.clone(), item.map_marks(change)))
                .collect()
        };
        let element = || {
            self.ty()
                .element()
                .cloned()
                .unwrap_or(crate::cty::types::Type::Dynamic)
        };
        let changed = match self.view() {
            ValueRef::List(items) => Self::list(element(), map_items(items)),
            ValueRef::Tuple(items) => Self::tuple(map_items(items)),
            ValueRef::Map(items) => Self::map(element(), map_fields(items)),
            ValueRef::Object(items) => Self::object(map_fields(items)),
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
    fn marks_belong_to_one_value() {
        let secret = Value::string("x").with_marks(&Marks::sensitive());
        let list = Value::list(Type::String, vec![Value::string("a"), secret]);
        assert!(list.marks().is_empty());
        assert!(list.contains_marked());
        assert!(list.marks_deep().is_sensitive());
        assert!(!list.without_marks().contains_marked());
        assert_eq!(list.without_marks(), list);
    }

    #[test]
    fn unmark_keeps_nested_marks() {
        let secret = Value::string("x").with_marks(&Marks::sensitive());
        let (tuple, marks) = Value::tuple(vec![secret])
            .with_marks(&Marks::sensitive())
            .unmark();
        assert!(marks.is_sensitive());
        assert!(tuple.marks().is_empty());
        assert!(tuple.contains_marked());
    }
}
