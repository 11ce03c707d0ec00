//! A line in the file of a plan that is not part of the plan, and what printed it.

/// How much of a line a message shows.
const MAX_SHOWN: usize = 60;

/// How the lines of the wrapper begin.
const WRAPPER_LINES: [&str; 6] = [
    "[command]",
    "Terraform exited with code",
    "::debug::Terraform exited with code",
    "::debug::stdout",
    "::debug::stderr",
    "::debug::exitcode",
];

/// What printed a line that is not part of the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Printer {
    /// The wrapper of the action hashicorp/setup-terraform.
    Wrapper,
    /// A command of a workflow on GitHub.
    Workflow,
    /// Anything else, such as the log of Terraform.
    Log,
}

impl Printer {
    fn of_line(line: &str) -> Self {
        let line = line.trim_start_matches('\u{feff}').trim_start();
        if WRAPPER_LINES.iter().any(|prefix| line.starts_with(prefix)) {
            Self::Wrapper
        } else if line.starts_with("::") || line.starts_with("##[") {
            Self::Workflow
        } else {
            Self::Log
        }
    }

    /// What to do about it.
    #[must_use]
    pub(crate) fn help(self) -> &'static str {
        match self {
            Self::Wrapper => {
                "set `terraform_wrapper: false` in the step with hashicorp/setup-terraform, and create the file again: \
                 `terraform show -json PLAN > plan.json`"
            }
            Self::Workflow => {
                "write only the output of Terraform to the file: `terraform show -json PLAN > plan.json`; if \
                 hashicorp/setup-terraform installed Terraform, set `terraform_wrapper: false` there"
            }
            Self::Log => {
                "write only the output of `terraform show -json PLAN` to the file, without standard error (`2>&1`) and \
                 without the output of other commands"
            }
        }
    }
}

/// A line that is not part of the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignLine {
    /// What printed it.
    pub printer: Printer,
    /// Its beginning, without control characters.
    pub shown: String,
}

impl ForeignLine {
    pub(super) fn new(line: &str) -> Self {
        let mut shown: String = without_escapes(line).trim().chars().take(MAX_SHOWN + 1).collect();
        if let Some((end, _)) = shown.char_indices().nth(MAX_SHOWN) {
            shown.truncate(end);
            shown.push('…');
        }
        Self {
            printer: Printer::of_line(&without_escapes(line)),
            shown,
        }
    }

    /// What it is, for a message.
    #[must_use]
    pub(crate) fn describe(&self) -> String {
        let what = match self.printer {
            Printer::Wrapper => "a line of the wrapper of hashicorp/setup-terraform",
            Printer::Workflow => "a workflow command",
            Printer::Log => "text that is not part of it",
        };
        format!("{what} (`{}`)", self.shown)
    }
}

/// A text without control characters and the escape sequences that begin with one.
pub(super) fn without_escapes(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        if c == '\u{1b}' {
            // `ESC [ 0 m`: a letter ends the sequence.
            chars.by_ref().find(char::is_ascii_alphabetic);
        } else if !c.is_control() && c != '\u{feff}' {
            text.push(c);
        }
    }
    text
}
