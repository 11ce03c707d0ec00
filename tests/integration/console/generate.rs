//! Random expressions: mostly of the type that is expected at their position, sometimes of any type.

use super::functions::{FUNCTIONS, Function, Want};
use super::random::Random;
use super::words::{replacements, words};

/// Unknown values, as attributes of `local.u`.
const UNKNOWNS: &[(&str, Want)] = &[
    ("any", Want::Any),
    ("bool", Want::Bool),
    ("number", Want::Number),
    ("string", Want::String),
    ("list", Want::ListOfStrings),
    ("set", Want::Set),
    ("map", Want::Map),
    ("object", Want::Object),
    ("tuple", Want::Tuple),
    ("objects", Want::ListOfObjects),
    ("numbers", Want::ListOfNumbers),
    ("lists", Want::MapOfLists),
    ("nested", Want::Object),
];

/// Generates expressions; the same seed generates the same ones.
pub(crate) struct Generator {
    pub(crate) random: Random,
    /// The variables of the enclosing `for` expressions.
    pub(crate) names: Vec<&'static str>,
    /// The remaining number of literals, calls and operators of one expression.
    room: usize,
}

impl Generator {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            random: Random::new(seed),
            names: Vec::new(),
            room: 0,
        }
    }

    /// The next expression; it may contain a heredoc with several lines.
    pub(crate) fn next(&mut self) -> String {
        self.room = 6 + self.random.below(24);
        let depth = 1 + self.random.below(4);
        if self.random.percent(2) {
            return self.heredoc(depth);
        }
        if self.random.percent(45) {
            let function = &FUNCTIONS[self.random.below(FUNCTIONS.len())];
            return self.call(function, depth);
        }
        let wants = [
            Want::Any,
            Want::Bool,
            Want::Number,
            Want::String,
            Want::List,
            Want::Set,
            Want::Map,
        ];
        let want = wants[self.random.below(wants.len())];
        self.expression(want, depth)
    }

    pub(crate) fn expression(&mut self, want: Want, depth: usize) -> String {
        self.room = self.room.saturating_sub(1);
        if self.random.percent(6) {
            return self.any(depth);
        }
        if depth == 0 || self.room == 0 {
            return self.literal(want, 1);
        }
        let inner = depth - 1;
        match self.random.below(22) {
            0..=5 => self.literal(want, depth),
            6..=11 => {
                let fitting: Vec<&Function> = FUNCTIONS
                    .iter()
                    .filter(|(_, _, _, result)| result.family() == want.family())
                    .collect();
                match fitting.len() {
                    0 => self.literal(want, depth),
                    count => {
                        let function = fitting[self.random.below(count)];
                        self.call(function, inner)
                    }
                }
            }
            12 | 13 => self.operation(want, inner),
            14 => self.conditional(want, inner),
            15 => self.access(inner),
            16 => format!("({})", self.expression(want, inner)),
            17 => self.odd(want, inner),
            18 => self.name().unwrap_or_else(|| self.literal(want, inner)),
            19 => self.unknown(want),
            _ => match want.family() {
                Want::List | Want::Set | Want::Collection => self.comprehension(false, inner),
                Want::Map => self.comprehension(true, inner),
                Want::String => self.template(inner),
                _ => self.operation(want, inner),
            },
        }
    }

    fn any(&mut self, depth: usize) -> String {
        let wants = [
            Want::Bool,
            Want::Number,
            Want::Integer,
            Want::String,
            Want::List,
            Want::Set,
            Want::Map,
            Want::Object,
            Want::Tuple,
            Want::ListOfObjects,
        ];
        let want = wants[self.random.below(wants.len())];
        match self.random.below(8) {
            0 => "null".to_owned(),
            1 => self.odd(want, depth.saturating_sub(1)),
            _ => self.expression(want, depth.saturating_sub(1)),
        }
    }

    /// A variable of an enclosing `for` expression.
    fn name(&mut self) -> Option<String> {
        match self.names.len() {
            0 => None,
            count => Some(self.names[self.random.below(count)].to_owned()),
        }
    }

    fn unknown(&mut self, want: Want) -> String {
        let (name, found) = UNKNOWNS[self.random.below(UNKNOWNS.len())];
        if found.family() == want.family() || want == Want::Any || self.random.percent(20) {
            return format!("local.u.{name}");
        }
        match want.family() {
            Want::Bool => "local.u.bool".to_owned(),
            Want::Number => "local.u.number".to_owned(),
            Want::String => format!("\"{}${{local.u.string}}\"", self.word(Want::String)),
            Want::List => "[local.u.string, \"a\"]".to_owned(),
            Want::Set => "toset([local.u.string, \"a\"])".to_owned(),
            _ => "{ a = local.u.string, b = 1 }".to_owned(),
        }
    }

    /// Nulls of a type, sensitive values and invalid values.
    fn odd(&mut self, want: Want, depth: usize) -> String {
        match self.random.below(6) {
            0 => "null".to_owned(),
            1 | 2 => match want.family() {
                Want::Bool => "tobool(null)".to_owned(),
                Want::Number => "tonumber(null)".to_owned(),
                Want::List => "tolist(null)".to_owned(),
                Want::Set => "toset(null)".to_owned(),
                Want::Map => "tomap(null)".to_owned(),
                _ => "tostring(null)".to_owned(),
            },
            3 | 4 => format!("sensitive({})", self.expression(want, depth)),
            _ => format!("(true ? {} : null)", self.expression(want, depth)),
        }
    }

    pub(crate) fn word(&mut self, want: Want) -> &'static str {
        self.random.pick(words(want))
    }

    fn literal(&mut self, want: Want, depth: usize) -> String {
        let inner = depth.saturating_sub(1);
        match want {
            Want::Bool => self
                .random
                .pick(&["true", "false", "true", "\"true\""])
                .to_owned(),
            Want::Number | Want::Integer | Want::Size => self.word(want).to_owned(),
            Want::Any => match self.random.below(6) {
                0 => "null".to_owned(),
                1 => self.literal(Want::Bool, inner),
                2 => self.literal(Want::Number, inner),
                3 if depth > 0 => self.tuple(Want::Any, inner),
                4 if depth > 0 => self.object(Want::Any, inner),
                _ => self.literal(Want::String, inner),
            },
            Want::Tuple => self.tuple(Want::Any, inner),
            Want::ListOfBools => self.tuple(Want::Bool, inner),
            Want::ListOfNumbers => self.tuple(Want::Number, inner),
            Want::ListOfStrings => self.tuple(Want::String, inner),
            Want::ListOfLists => self.tuple(Want::List, inner),
            Want::ListOfObjects => self.tuple(Want::Object, inner),
            Want::Object => self.object(Want::Any, inner),
            Want::MapOfLists => self.object(Want::ListOfStrings, inner),
            Want::MapOfStrings => self.object(Want::String, inner),
            Want::List | Want::Set => {
                let elements = [
                    Want::Any,
                    Want::String,
                    Want::Number,
                    Want::Bool,
                    Want::List,
                    Want::Object,
                ];
                let element = elements[self.random.below(elements.len())];
                let tuple = self.tuple(element, inner);
                let chance = self.random.below(6);
                match (want, chance) {
                    (Want::Set, 0..=3) | (Want::List, 0) => format!("toset({tuple})"),
                    (Want::List, 1 | 2) => format!("tolist({tuple})"),
                    _ => tuple,
                }
            }
            Want::Map => {
                let elements = [
                    Want::Any,
                    Want::String,
                    Want::Number,
                    Want::Bool,
                    Want::List,
                    Want::Object,
                ];
                let element = elements[self.random.below(elements.len())];
                let object = self.object(element, inner);
                if self.random.percent(40) {
                    format!("tomap({object})")
                } else {
                    object
                }
            }
            Want::Collection => {
                let wants = [
                    Want::List,
                    Want::Set,
                    Want::Map,
                    Want::Object,
                    Want::Tuple,
                    Want::String,
                ];
                let want = wants[self.random.below(wants.len())];
                self.literal(want, depth)
            }
            _ => format!("\"{}\"", self.word(want)),
        }
    }

    fn tuple(&mut self, element: Want, depth: usize) -> String {
        let count = self.random.below(5);
        let items: Vec<String> = (0..count).map(|_| self.expression(element, depth)).collect();
        let comma = if count > 0 && self.random.percent(3) {
            ","
        } else {
            ""
        };
        format!("[{}{comma}]", items.join(", "))
    }

    fn key(&mut self, depth: usize) -> String {
        let keys = [
            "a",
            "b",
            "k1",
            "k2",
            "x-y",
            "\"a\"",
            "\"b c\"",
            "\"é\"",
            "\"\"",
            "\"0\"",
            "(\"b\")",
            "1",
            "true",
            "\"${1}k\"",
            "é",
            "\"\\u00e9\"",
            "(\"a\")",
        ];
        match self.random.below(24) {
            0 if depth > 0 => format!("({})", self.expression(Want::String, depth - 1)),
            1 => "(null)".to_owned(),
            2 => "(local.u.string)".to_owned(),
            3 => "sensitive(\"s\")".to_owned(),
            _ => self.random.pick(&keys).to_owned(),
        }
    }

    fn object(&mut self, element: Want, depth: usize) -> String {
        let count = self.random.below(4);
        let mut items = Vec::new();
        for _ in 0..count {
            let equals = self.random.pick(&[" = ", ": ", "="]);
            items.push(format!(
                "{}{equals}{}",
                self.key(depth),
                self.expression(element, depth)
            ));
        }
        format!("{{{}}}", items.join(", "))
    }

    fn call(&mut self, (name, parameters, variadic, _): &Function, depth: usize) -> String {
        let mut wants = parameters.to_vec();
        if let Some(more) = variadic {
            wants.extend(std::iter::repeat_n(*more, self.random.below(4)));
        }
        if self.random.percent(2) {
            wants.pop();
        } else if self.random.percent(1) {
            wants.push(Want::Any);
        }
        let mut arguments = Vec::new();
        for want in wants {
            let replacement = *name == "replace" && arguments.len() == 2;
            arguments.push(if replacement && self.random.percent(70) {
                format!("\"{}\"", self.random.pick(replacements()))
            } else {
                self.argument(want, depth)
            });
        }
        if variadic.is_some() && self.random.percent(8) {
            let list = self.expression(Want::List, depth);
            arguments.push(format!("{list}..."));
        }
        let space = if self.random.percent(2) { "core::" } else { "" };
        format!("{space}{name}({})", arguments.join(", "))
    }

    /// Arguments with their own syntax are mostly literals: others are rarely valid.
    fn argument(&mut self, want: Want, depth: usize) -> String {
        if want == Want::TypeConstraint {
            return self.word(want).to_owned();
        }
        let particular = want.family() == Want::String && want != Want::String;
        // Files outside of the directory are not read.
        if want == Want::File || (particular && self.random.percent(85)) {
            return self.literal(want, depth);
        }
        self.expression(want, depth)
    }

    fn operation(&mut self, want: Want, depth: usize) -> String {
        let (operators, operand): (&[&str], _) = match want.family() {
            Want::Number => (&["+", "-", "*", "/", "%"], Want::Number),
            _ => match self.random.below(4) {
                0 => (&["&&", "||"], Want::Bool),
                1 => (&["<", "<=", ">", ">="], Want::Number),
                _ => (&["==", "!="], Want::Any),
            },
        };
        if self.random.percent(12) {
            let operators: &[&str] = match operand {
                Want::Bool => &["!", "!", "!!"],
                _ => &["-", "-", "- -"],
            };
            let operator = self.random.pick(operators);
            return format!("{operator}{}", self.expression(operand, depth));
        }
        let (left, right) = if operand == Want::Any && self.random.percent(60) {
            let wants = [
                Want::Number,
                Want::String,
                Want::List,
                Want::Set,
                Want::Map,
                Want::Object,
                Want::Tuple,
            ];
            let want = wants[self.random.below(wants.len())];
            (self.expression(want, depth), self.expression(want, depth))
        } else {
            (self.expression(operand, depth), self.expression(operand, depth))
        };
        let expression = format!("{left} {} {right}", self.random.pick(operators));
        // Sometimes without parentheses, to test the precedence of operators.
        if self.random.percent(70) {
            format!("({expression})")
        } else {
            expression
        }
    }

    fn conditional(&mut self, want: Want, depth: usize) -> String {
        let condition = self.expression(Want::Bool, depth);
        let other = if self.random.percent(30) { Want::Any } else { want };
        format!(
            "({condition} ? {} : {})",
            self.expression(want, depth),
            self.expression(other, depth)
        )
    }
}
