//! Findings of a rule about a mirror or its block.

use crate::diagnostic::Diagnostic;
use crate::model::Mirror;
use crate::rules::rule::Rule;

impl Rule {
    /// A finding of this rule about a mirror.
    pub(crate) fn finding(&self, mirror: &Mirror, what: &str) -> Diagnostic {
        mirror.finding(self.code(), self.severity, what)
    }

    /// A finding of this rule about the block of a mirror. The message is the same for all instances of the
    /// block, so that it is reported once.
    pub(crate) fn finding_in_block(&self, mirror: &Mirror, what: &str) -> Diagnostic {
        let block = mirror
            .path()
            .map_or_else(|| mirror.address.to_string(), |path| path.to_string());
        self.diagnostic(what).about(block)
    }
}
