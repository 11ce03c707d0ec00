//! `unsupported-input`: a valid file of a kind that is not read. Reported by the readers.

use crate::diagnostic::Severity;

use super::{Check, Documentation, Fixability, Inputs, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "unsupported-input",
    severity: Severity::Error,
    inputs: Inputs::All,
    fix: Fixability::None,
    summary: "the file is valid, but of a kind that mirrorset does not read",
    documentation: Documentation {
        what: "Reports files that were named on the command line and are neither a plan nor a state, and in which no \
               document declares mirrors.",
        why: "Nothing in such a file is checked.",
        failing: r#"
apiVersion: v1
kind: ConfigMap
metadata:
  name: mirrors
data:
  registry: mirror.example.com
"#,
        passing: r#"
apiVersion: config.openshift.io/v1
kind: ImageDigestMirrorSet
metadata:
  name: nginx
spec:
  imageDigestMirrors:
    - source: docker.io/library/nginx
      mirrors:
        - mirror.example.com/library/nginx
"#,
    },
    check: Check::Elsewhere,
};
