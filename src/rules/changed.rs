//! What the rules about the changes of a plan have in common.

use crate::diagnostic::Diagnostic;
use crate::model::{Attribute, AttributeValue, Input, MirrorChange, MirrorValues};

use super::Rule;

impl Rule {
    /// A finding of this rule about a change. `what` follows the address in the message.
    pub(super) fn of_change(&self, change: &MirrorChange, what: &str) -> Diagnostic {
        Diagnostic::new(self.name, self.severity, format!("{}: {what}", change.address))
            .at_address(change.address.to_string())
    }
}

/// Puts the primary label on what a change is about.
pub(super) trait ChangeFinding {
    /// The mirror that there is after the change, or else the change itself.
    fn at_change(self, configuration: &Input, change: &MirrorChange, label: &str) -> Self;
}

impl ChangeFinding for Diagnostic {
    fn at_change(self, configuration: &Input, change: &MirrorChange, label: &str) -> Self {
        let mirror = configuration.mirror(&change.address);
        let span = mirror
            .filter(|_| !change.deposed)
            .map_or(change.span, |mirror| mirror.span);
        self.at(span, label)
    }
}

/// Cluster and source, where both are known: a cluster has one mirror for a source at most.
pub(super) fn place(values: &MirrorValues) -> Option<(&str, String)> {
    Some((values.cluster_id.value()?, values.source.value()?.clone()))
}

/// Whether both sides of a change are the same cluster and the same source.
pub(super) fn same_place(before: Option<&MirrorValues>, after: Option<&MirrorValues>) -> bool {
    let place = before.and_then(place);
    place.is_some() && place == after.and_then(self::place)
}

/// A list for a message, without what may not be shown.
pub(super) fn listed(mirrors: &Attribute<Vec<Attribute<String>>>) -> String {
    match &mirrors.content {
        _ if mirrors.sensitive => "(sensitive value)".to_owned(),
        AttributeValue::Known(list) => {
            let shown: Vec<String> = list.iter().map(Attribute::shown).collect();
            format!("[{}]", shown.join(", "))
        }
        AttributeValue::Absent => "null".to_owned(),
        AttributeValue::Unknown(_) => "(not known yet)".to_owned(),
    }
}
