//! A terminal's text with colors as an SVG picture.

use std::fmt::Write as _;

const CHARACTER_WIDTH: f64 = 7.8;
const LINE_HEIGHT: f64 = 18.0;
const FONT_SIZE: f64 = 13.0;
const PADDING: f64 = 20.0;
/// The height of the bar with the buttons of the window.
const BAR: f64 = 26.0;

/// How a piece of text is shown.
#[derive(Clone, Copy, Default, PartialEq)]
struct Style {
    is_bold: bool,
    color: Option<&'static str>,
}

impl Style {
    /// The style after a sequence `ESC [ parameters m`.
    fn after(self, parameters: &str) -> Self {
        let mut style = self;
        let mut numbers = parameters.split(';');
        while let Some(number) = numbers.next() {
            match number {
                "" | "0" => style = Self::default(),
                "1" => style.is_bold = true,
                "38" => {
                    assert_eq!(numbers.next(), Some("5"), "colors are those of a palette");
                    style.color = Some(color(numbers.next().unwrap().parse().unwrap()));
                }
                _ => style.color = Some(color(number.parse::<u8>().unwrap() - 30)),
            }
        }
        style
    }
}

/// The first colors of the palette, readable on a dark ground.
fn color(number: u8) -> &'static str {
    match number {
        1 | 9 => "#ff7b72",
        2 | 10 => "#7ee787",
        3 | 11 => "#e3b341",
        4 | 12 => "#79c0ff",
        5 | 13 => "#d2a8ff",
        6 | 14 => "#56d4dd",
        7 | 15 => "#e6edf3",
        _ => panic!("color {number} has no equivalent"),
    }
}

/// The pieces of each line, without the control sequences.
fn lines(text: &str) -> Vec<Vec<(Style, String)>> {
    let mut style = Style::default();
    let mut lines = Vec::new();
    for line in text.lines() {
        let mut pieces: Vec<(Style, String)> = Vec::new();
        let mut rest = line;
        while let Some(first) = rest.chars().next() {
            if let Some(sequence) = rest.strip_prefix("\x1b[") {
                let (parameters, after) = sequence.split_once('m').unwrap();
                style = style.after(parameters);
                rest = after;
            } else if let Some(link) = rest.strip_prefix("\x1b]8;") {
                rest = link.split_once("\x1b\\").unwrap().1;
            } else {
                match pieces.last_mut() {
                    Some((last, text)) if *last == style => text.push(first),
                    _ => pieces.push((style, first.to_string())),
                }
                rest = &rest[first.len_utf8()..];
            }
        }
        lines.push(pieces);
    }
    lines
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// Draws what a terminal shows after a command.
pub(crate) fn draw(command: &str, output: &str) -> String {
    let prompt = format!("\x1b[32m$\x1b[0m \x1b[1m{command}\x1b[0m\n\n");
    let lines = lines(&(prompt + output));
    let length = |pieces: &Vec<(Style, String)>| pieces.iter().map(|(_, text)| text.chars().count()).sum();
    let columns: usize = lines.iter().map(length).max().unwrap_or_default();
    let at = |column: usize| PADDING + CHARACTER_WIDTH * f64::from(u32::try_from(column).unwrap());
    let width = at(columns) + PADDING;
    let height = BAR + LINE_HEIGHT * f64::from(u32::try_from(lines.len()).unwrap()) + 2.0 * PADDING;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" role=\"img\">\n\
         <title>{}</title>\n\
         <style>text {{ font: {FONT_SIZE}px ui-monospace, SFMono-Regular, Menlo, Consolas, \"DejaVu Sans Mono\", \
         monospace; white-space: pre; fill: #c9d1d9 }} .b {{ font-weight: 700; fill: #f0f6fc }}</style>\n\
         <rect width=\"100%\" height=\"100%\" rx=\"10\" fill=\"#0d1117\"/>\n",
        escaped(command)
    );
    for (position, fill) in [(0.0, "#ff5f57"), (20.0, "#febc2e"), (40.0, "#28c840")] {
        let x = PADDING + position;
        let _ = writeln!(
            svg,
            "<rect x=\"{x}\" y=\"14\" width=\"12\" height=\"12\" rx=\"6\" fill=\"{fill}\"/>"
        );
    }
    for (number, pieces) in lines.iter().enumerate() {
        let y = BAR + PADDING + LINE_HEIGHT * (f64::from(u32::try_from(number).unwrap()) + 0.75);
        let mut column = 0;
        for (style, text) in pieces {
            let characters = text.chars().count();
            if !text.trim().is_empty() {
                let class = if style.is_bold { " class=\"b\"" } else { "" };
                let fill = style
                    .color
                    .map(|color| format!(" style=\"fill: {color}\""))
                    .unwrap_or_default();
                // The length keeps columns aligned in any font.
                let _ = writeln!(
                    svg,
                    "<text x=\"{:.1}\" y=\"{y:.1}\" textLength=\"{:.1}\" xml:space=\"preserve\"{class}{fill}>{}</text>",
                    at(column),
                    at(characters) - PADDING,
                    escaped(text)
                );
            }
            column += characters;
        }
    }
    svg.push_str("</svg>\n");
    svg
}
