//! Quoted templates and heredocs.

use std::fmt::Write as _;

use super::functions::Want;
use super::generate::Generator;

impl Generator {
    /// The inside of a template.
    fn parts(&mut self, depth: usize, plain: &dyn Fn(&mut Self) -> &'static str) -> String {
        let mut text = String::new();
        for _ in 0..=self.random.below(3) {
            let open = self.random.pick(&["", "", "~"]);
            let close = self.random.pick(&["", "", "~"]);
            match self.random.below(6) {
                0 | 1 => text.push_str(plain(self)),
                2 | 3 => write!(text, "${{{open}{}{close}}}", self.expression(Want::String, depth)).unwrap(),
                4 => {
                    let condition = self.expression(Want::Bool, depth);
                    let yes = plain(self);
                    write!(text, "%{{{open} if {condition} {close}}} {yes}").unwrap();
                    if self.random.percent(50) {
                        write!(text, "%{{{close} else {open}}}{} ", plain(self)).unwrap();
                    }
                    write!(text, "%{{{open} endif {close}}}").unwrap();
                }
                _ => {
                    let collection = self.expression(Want::List, depth);
                    let inside = plain(self);
                    let &(names, item) = self.random.pick(&[&("x", "x"), &("k, x", "k")]);
                    write!(
                        text,
                        "%{{{open} for {names} in {collection} {close}}}{inside} ${{{item}}} %{{ endfor {close}}}"
                    )
                    .unwrap();
                }
            }
        }
        text
    }

    pub(crate) fn template(&mut self, depth: usize) -> String {
        let text = self.parts(depth, &|this| this.word(Want::String));
        format!("\"{text}\"")
    }

    pub(crate) fn heredoc(&mut self, depth: usize) -> String {
        let lines = [
            "a", "  b", "    c", "", "  ", "\ttab", "é", "x \\n y", "$${a}", "\"q\"", " ",
        ];
        let mut text = String::new();
        for _ in 0..self.random.below(4) {
            let indent = self.random.pick(&["", "  ", "    "]);
            let line = if self.random.percent(60) {
                self.random.pick(&lines).to_owned()
            } else {
                self.parts(depth.min(1), &|this| this.random.pick(&["a", " b ", "é", "  "]))
            };
            if !line.trim().is_empty() {
                writeln!(text, "{indent}{line}").unwrap();
            }
        }
        let indent = self.random.pick(&["", " ", "    "]);
        let dash = self.random.pick(&["-", ""]);
        format!("<<{dash}EOT\n{text}{indent}EOT\n")
    }
}
