//! Bodies of Terraform's language in the form that `terraform fmt` gives them: two spaces a level, and the
//! equals signs of neighbouring lines in one column.

use std::fmt::Write as _;

/// What stands between braces, in order.
#[derive(Debug, Default)]
pub(super) struct Body {
    items: Vec<Item>,
}

#[derive(Debug)]
enum Item {
    Attribute(String, Value),
    Block(String, Body),
    Space,
}

/// The right-hand side of an argument.
#[derive(Debug)]
pub(super) enum Value {
    /// An expression on one line.
    Line(String),
    /// A list, one element a line.
    List(Vec<String>),
    /// An object or a map.
    Object(Body),
}

impl Body {
    pub(super) fn new() -> Self {
        Self::default()
    }

    pub(super) fn line(self, name: &str, value: String) -> Self {
        self.set(name, Value::Line(value))
    }

    pub(super) fn set(mut self, name: &str, value: Value) -> Self {
        self.items.push(Item::Attribute(name.to_owned(), value));
        self
    }

    pub(super) fn block(mut self, header: &str, body: Self) -> Self {
        self.items.push(Item::Block(header.to_owned(), body));
        self
    }

    pub(super) fn space(mut self) -> Self {
        self.items.push(Item::Space);
        self
    }

    /// `depends_on`, after an empty line; nothing where there is nothing to wait for.
    pub(super) fn depends_on(self, names: &[String]) -> Self {
        if names.is_empty() {
            return self;
        }
        self.space().line("depends_on", format!("[{}]", names.join(", ")))
    }

    pub(super) fn write(&self, text: &mut String) {
        self.write_at(text, 0);
    }

    fn write_at(&self, text: &mut String, by: usize) {
        let is_line = |item: &Item| matches!(item, Item::Attribute(_, Value::Line(_)));
        for run in self.items.chunk_by(|a, b| is_line(a) && is_line(b)) {
            let width = run.iter().map(Item::width).max().unwrap_or_default();
            for item in run {
                item.write_at(text, by, width);
            }
        }
    }
}

impl Item {
    /// How far the name of an argument reaches.
    fn width(&self) -> usize {
        match self {
            Self::Attribute(name, _) => name.chars().count(),
            Self::Block(..) | Self::Space => 0,
        }
    }

    fn write_at(&self, text: &mut String, by: usize, width: usize) {
        // Writing to a string cannot fail.
        let _ = match self {
            Self::Space => writeln!(text),
            Self::Block(header, body) => {
                let _ = writeln!(text, "{:by$}{header} {{", "");
                body.write_at(text, by + 2);
                writeln!(text, "{:by$}}}", "")
            }
            Self::Attribute(name, Value::Line(value)) => writeln!(text, "{:by$}{name:width$} = {value}", ""),
            Self::Attribute(name, Value::List(elements)) if elements.is_empty() => {
                writeln!(text, "{:by$}{name} = []", "")
            }
            Self::Attribute(name, Value::List(elements)) => {
                let _ = writeln!(text, "{:by$}{name} = [", "");
                for element in elements {
                    let _ = writeln!(text, "{:by$}  {element},", "");
                }
                writeln!(text, "{:by$}]", "")
            }
            Self::Attribute(name, Value::Object(body)) => {
                let _ = writeln!(text, "{:by$}{name} = {{", "");
                body.write_at(text, by + 2);
                writeln!(text, "{:by$}}}", "")
            }
        };
    }
}
