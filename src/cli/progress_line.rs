//! The line on standard error that says how far long work is.

use std::io::{self, IsTerminal as _, Write as _};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::progress::Progress;

use super::terminal::stderr_style;

/// Work that takes less time shows no line.
const DELAY: Duration = Duration::from_millis(500);

/// How often the line is drawn again.
const INTERVAL: Duration = Duration::from_millis(100);

/// Does work, and shows on a terminal how far it is.
pub(super) fn with_progress<R>(progress: &Progress, work: impl FnOnce() -> R) -> R {
    let _line = ProgressLine::start(progress.clone());
    work()
}

/// The line, which disappears with this.
struct ProgressLine {
    end: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl ProgressLine {
    fn start(progress: Progress) -> Self {
        let is_plain = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
        if is_plain || !io::stderr().is_terminal() {
            return Self {
                end: None,
                thread: None,
            };
        }
        let (end, ended) = mpsc::channel();
        let show = move || {
            let mut is_shown = false;
            let mut delay = DELAY;
            while ended.recv_timeout(delay) == Err(RecvTimeoutError::Timeout) {
                delay = INTERVAL;
                if let Some(line) = progress.line() {
                    draw(&line);
                    is_shown = true;
                }
            }
            if is_shown {
                draw("");
            }
        };
        // Without the thread, there is no line.
        let thread = std::thread::Builder::new().spawn(show).ok();
        Self {
            end: Some(end),
            thread,
        }
    }
}

impl Drop for ProgressLine {
    fn drop(&mut self) {
        drop(self.end.take());
        if let Some(thread) = self.thread.take() {
            // A line that cannot be drawn ends no work.
            let _ = thread.join();
        }
    }
}

/// Draws a line, which has ASCII of our own alone, in the place of the one before.
fn draw(line: &str) {
    let columns = stderr_style().columns().unwrap_or(usize::MAX);
    // A line of all columns would move the cursor to the next one.
    let line = line.get(..columns.saturating_sub(1)).unwrap_or(line);
    let mut stderr = io::stderr().lock();
    let _ = write!(stderr, "\r{line}\u{1b}[K");
    let _ = stderr.flush();
}
