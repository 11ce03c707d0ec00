//! What the rules about the changes of a plan have in common.

use crate::diagnostic::Diagnostic;
use crate::model::{Attribute, AttributeValue, Input, MirrorAddress, MirrorChange, MirrorValues};

use crate::rules::rule::Rule;

impl Rule {
    /// A finding of this rule about a change.
    pub(crate) fn finding_about_change(&self, change: &MirrorChange, what: &str) -> Diagnostic {
        self.diagnostic(what)
            .about_mirror(MirrorAddress::Resource(change.address.clone()))
    }
}

/// Labels on what a change is about.
pub(crate) trait ChangeLabels {
    /// Puts the primary label on the mirror after the change, or on the change itself if there is none.
    fn at_change(self, input: &Input, change: &MirrorChange, label: &str) -> Self;
}

impl ChangeLabels for Diagnostic {
    fn at_change(self, input: &Input, change: &MirrorChange, label: &str) -> Self {
        let mirror = input.mirror(&change.address);
        let span = mirror
            .filter(|_| !change.deposed)
            .map_or(change.span, |mirror| mirror.span);
        self.at(span, label)
    }
}

/// Returns cluster and source if both are known. They identify a mirror, because a source is unique in a cluster.
pub(crate) fn cluster_and_source(values: &MirrorValues) -> Option<(&str, String)> {
    Some((values.cluster_id.value()?, values.source.value()?.clone()))
}

/// Whether both sides of a change have the same cluster and the same source.
pub(crate) fn is_same_mirror(before: Option<&MirrorValues>, after: Option<&MirrorValues>) -> bool {
    let before = before.and_then(cluster_and_source);
    before.is_some() && before == after.and_then(cluster_and_source)
}

/// Formats a list for a message, without sensitive values.
pub(crate) fn format_list(mirrors: &Attribute<Vec<Attribute<String>>>) -> String {
    match &mirrors.content {
        _ if mirrors.sensitive => "(sensitive value)".to_owned(),
        AttributeValue::Known(list) => {
            let shown: Vec<String> = list.iter().map(Attribute::describe).collect();
            format!("[{}]", shown.join(", "))
        }
        AttributeValue::Absent => "null".to_owned(),
        AttributeValue::Unknown(_) => "(unknown)".to_owned(),
    }
}
