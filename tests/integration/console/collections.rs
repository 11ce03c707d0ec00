//! Expressions that access elements: indexes, attributes, splats, `for`.

use std::fmt::Write as _;

use super::functions::Want;
use super::generate::Generator;

impl Generator {
    /// Indexes, attributes and splats of values that may have them.
    pub(crate) fn access(&mut self, depth: usize) -> String {
        let wants = [
            Want::List,
            Want::Map,
            Want::Object,
            Want::Tuple,
            Want::ListOfObjects,
            Want::Any,
            Want::Set,
        ];
        let want = wants[self.random.below(wants.len())];
        let mut base = match self.expression(want, depth) {
            operation
                if operation.contains(['?', '+', '-', ' ']) && !operation.starts_with(['[', '{', '(']) =>
            {
                format!("({operation})")
            }
            other => other,
        };
        for _ in 0..=self.random.below(2) {
            match self.random.below(9) {
                0 | 1 => write!(base, "[{}]", self.expression(Want::Integer, depth)).unwrap(),
                2 => write!(base, "[{}]", self.expression(Want::String, depth)).unwrap(),
                3 => base.push_str(
                    self.random
                        .pick(&["[0]", "[1]", "[\"a\"]", "[\"k1\"]", "[-1]", "[null]"]),
                ),
                4 | 5 => base.push_str(self.random.pick(&[".a", ".b", ".k1", ".x-y"])),
                6 => base.push_str(self.random.pick(&[".0", ".1", ".0.0", ".0.a"])),
                7 => base.push_str(
                    self.random
                        .pick(&["[*]", "[*].a", "[*].b[0]", "[*][0]", "[*].a[*]"]),
                ),
                _ => base.push_str(self.random.pick(&[".*", ".*.a", ".*.a.b", ".*[0]", ".*.0"])),
            }
        }
        base
    }

    pub(crate) fn comprehension(&mut self, keyed: bool, depth: usize) -> String {
        let wants = [
            Want::List,
            Want::Map,
            Want::Set,
            Want::Object,
            Want::Tuple,
            Want::Any,
        ];
        let want = wants[self.random.below(wants.len())];
        let collection = self.expression(want, depth);
        let before = self.names.len();
        let both = self.random.percent(50);
        let value = ["v", "x", "each"][self.random.below(3)];
        if both {
            self.names.push("k");
        }
        self.names.push(value);
        let names = if both {
            format!("k, {value}")
        } else {
            value.to_owned()
        };
        let condition = if self.random.percent(25) {
            format!(" if {}", self.expression(Want::Bool, depth))
        } else {
            String::new()
        };
        let item = if self.random.percent(60) {
            value.to_owned()
        } else {
            self.expression(Want::Any, depth)
        };
        let text = if keyed {
            let key = match self.random.below(4) {
                0 => self.expression(Want::String, depth),
                1 => format!("\"${{{value}}}\""),
                _ => self.names[before].to_owned(),
            };
            let group = if self.random.percent(30) { "..." } else { "" };
            format!("{{for {names} in {collection}: {key} => {item}{group}{condition}}}")
        } else {
            format!("[for {names} in {collection}: {item}{condition}]")
        };
        self.names.truncate(before);
        text
    }
}
