//! `markdown`: a page for the summary of a job or a comment: the verdicts, the findings with the worst first, and what was
//! not read.
//!
//! GitHub takes 1 MiB for the summary of a step, and nothing of a longer one, so the table is cut and says so.

use std::cmp::Reverse;
use std::fmt::Write as _;

use crate::diagnostic::{Severity, pluralize};
use crate::model::Skipped;
use crate::output::count_by_reason;
use crate::output::finding_groups::FindingGroup;
use crate::output::text::Text;
use crate::rules;
use crate::untrusted::one_line;

use super::format::{Format, Rendered, ReportView};

pub(super) static FORMAT: Format = Format {
    name: "markdown",
    help: "A page for the summary of a job",
    mark: "## mirrorset",
    render,
};

/// The length of the tables in bytes. The rest of the page is short, and other steps write to a summary as well.
const MAX_LENGTH: usize = 900_000;

/// What was not read gets a part of it.
const MAX_GAPS: usize = 100_000;

fn render(view: &ReportView<'_>) -> Rendered {
    let summary = &view.report.summary;
    let mut page = String::from("## mirrorset\n\n");
    // Writing to a string cannot fail.
    let _ = writeln!(page, "{}\n", escape(&view.summary_line()));
    for error in view.errors {
        let _ = writeln!(page, "- **not read**: {}", escape(&error.message));
    }
    if !view.errors.is_empty() {
        page.push('\n');
    }
    page.push_str(
        "| mirrors | clean | with findings | undecided | files read | skipped |\n|--:|--:|--:|--:|--:|--:|\n",
    );
    let _ = writeln!(
        page,
        "| {} | {} | {} | {} | {} | {} |",
        summary.mirrors,
        summary.clean,
        summary.with_findings,
        summary.undecided,
        summary.files,
        summary.skipped
    );
    push_findings(&mut page, view);
    push_coverage(&mut page, view);
    Rendered::complete(Text::from_document(&page))
}

fn push_findings(page: &mut String, view: &ReportView<'_>) {
    let mut groups = view.groups();
    groups.sort_by_key(|group| Reverse(group.finding.severity));
    if groups.is_empty() {
        page.push_str("\nNo findings.\n");
        return;
    }
    page.push_str("\n| severity | rule | place | finding |\n|---|---|---|---|\n");
    let mut shown = 0;
    for group in &groups {
        let row = row(group, view);
        if page.len() + row.len() > MAX_LENGTH {
            break;
        }
        page.push_str(&row);
        shown += 1;
    }
    let rest = groups.len() - shown;
    if rest > 0 {
        let _ = writeln!(
            page,
            "\n{} did not fit on this page.",
            pluralize(rest, "more finding")
        );
    }
}

fn row(group: &FindingGroup<'_>, view: &ReportView<'_>) -> String {
    let finding = group.finding;
    let severity = match finding.severity {
        Severity::Error => "**error**",
        Severity::Warning => "warning",
        Severity::Info => "info",
    };
    let rule = match rules::by_code(finding.code) {
        Some(rule) => format!("[{}]({})", rule.name, rule.url()),
        None => escape(finding.code.as_str()),
    };
    let place = view
        .place(finding)
        .map(|place| format!("{}:{}", place.path, place.start.line));
    let help = finding.help.as_ref().map(|help| format!("<br>{}", escape(help)));
    format!(
        "| {severity} | {rule} | {} | {}{} |\n",
        escape(&place.unwrap_or_default()),
        escape(&group.message()),
        help.unwrap_or_default()
    )
}

fn push_coverage(page: &mut String, view: &ReportView<'_>) {
    let skipped = &view.project.coverage.skipped;
    let gaps: Vec<&Skipped> = skipped.iter().filter(|skipped| skipped.is_gap()).collect();
    if skipped.is_empty() {
        page.push_str("\nEverything below the given paths was read.\n");
        return;
    }
    let _ = writeln!(page, "\nSkipped: {}.", escape(&count_by_reason(skipped)));
    if gaps.is_empty() {
        return;
    }
    page.push_str("\nThese may hold mirrors:\n\n");
    let limit = page.len() + MAX_GAPS;
    for (position, gap) in gaps.iter().enumerate() {
        if page.len() > limit {
            let _ = writeln!(page, "- and {} more", gaps.len() - position);
            break;
        }
        let _ = writeln!(page, "- {}: {}", escape(&gap.name), escape(&gap.message));
    }
}

/// Text in a cell or a line, in which no character has a meaning. An empty comment keeps `@name` and `#1` from being mentions
/// of people and issues.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in one_line(text).chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '@' => escaped.push_str("@<!-- -->"),
            '#' => escaped.push_str("\\#<!-- -->"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '!' | '$' => {
                escaped.push('\\');
                escaped.push(c);
            }
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_character_of_an_input_has_a_meaning() {
        assert_eq!(
            escape("a|b `c` [d](e) <f> @g #1 *h*\n"),
            "a\\|b \\`c\\` \\[d\\](e) &lt;f&gt; @<!-- -->g \\#<!-- -->1 \\*h\\*\\\\n"
        );
    }
}
