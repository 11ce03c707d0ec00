//! The keys of the configuration file: one list for the reader, its messages and the schema.

/// The type of a key's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// `true` or `false`.
    Flag,
    /// One of the words of `FailOn`.
    FailOn,
    /// One of the words of `Engine`.
    Engine,
    /// A version of a program.
    Version,
    /// The name of an output format. The session checks it, which knows the formats.
    OutputFormat,
    /// A list of strings.
    Strings,
    /// A table of rules and levels.
    Rules,
    /// A list of tables, each for some paths.
    Overrides,
    /// A table of what the organization requires.
    Policy,
    /// A text.
    Text,
    /// A number of things, from 0.
    Count,
}

/// A key of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) description: &'static str,
}

/// The keys of the file.
pub(super) const FILE: [Key; 11] = [
    Key {
        name: "rules",
        kind: Kind::Rules,
        description: "Severity of each rule. Rules that are not listed keep their default severity.",
    },
    Key {
        name: "fail-on",
        kind: Kind::FailOn,
        description: "Minimum severity that causes exit status 1.",
    },
    Key {
        name: "strict",
        kind: Kind::Flag,
        description: "Treat undecided mirrors as errors.",
    },
    Key {
        name: "exclude",
        kind: Kind::Strings,
        description: "Glob patterns of paths to skip, relative to this file, unless named on the command line. A \
                      directory pattern covers everything below it.",
    },
    Key {
        name: "known-gaps",
        kind: Kind::Strings,
        description: "Glob patterns of what may be skipped without a finding: sources of modules, and paths relative \
                      to this file.",
    },
    Key {
        name: "var-files",
        kind: Kind::Strings,
        description: "Files with variable values, relative to this file. They override the files that Terraform loads \
                      automatically, and are overridden by the command line.",
    },
    Key {
        name: "engine",
        kind: Kind::Engine,
        description: "Program that evaluates the configuration. By default, it is detected for each root module.",
    },
    Key {
        name: "engine-version",
        kind: Kind::Version,
        description: "Version of that program, such as \"1.12\". By default, it is detected for each root module.",
    },
    Key {
        name: "output-format",
        kind: Kind::OutputFormat,
        description: "Output format of `check`, unless the command line or the environment has one. The file that is \
                      nearest to the current directory decides.",
    },
    Key {
        name: "overrides",
        kind: Kind::Overrides,
        description: "Rule severities for specific paths. Later overrides take precedence.",
    },
    Key {
        name: "policy",
        kind: Kind::Policy,
        description: "What the organization requires of mirrors; the rule mirror-policy checks it.",
    },
];

/// The keys of a policy.
pub(super) const POLICY: [Key; 9] = [
    Key {
        name: "name",
        kind: Kind::Text,
        description: "Name of the policy, shown in findings.",
    },
    Key {
        name: "message",
        kind: Kind::Text,
        description: "What findings say in addition: who to ask, where the policy is.",
    },
    Key {
        name: "clusters",
        kind: Kind::Strings,
        description: "Glob patterns of the clusters that the policy is for: ids, addresses such as \
                      rhcs_cluster_rosa_hcp.prod, or names of manifests. Without it, all clusters.",
    },
    Key {
        name: "mirror-registries",
        kind: Kind::Strings,
        description: "Registries or namespaces that all mirrors must be in, with their port; *.example.com stands for all \
                      subdomains.",
    },
    Key {
        name: "min-mirrors",
        kind: Kind::Count,
        description: "Smallest number of mirrors of each source.",
    },
    Key {
        name: "required-sources",
        kind: Kind::Strings,
        description: "Registries, namespaces or repositories that must be mirrored in each cluster. With --images, only the \
                      listed images in them.",
    },
    Key {
        name: "denied-sources",
        kind: Kind::Strings,
        description: "Registries, namespaces or repositories that must not be mirrored.",
    },
    Key {
        name: "mirror-order",
        kind: Kind::Strings,
        description: "Registries or namespaces in the order in which mirrors in them must be tried, the nearest first.",
    },
    Key {
        name: "never-contact-source",
        kind: Kind::Flag,
        description: "Require mirrorSourcePolicy: NeverContactSource of manifests that can say it.",
    },
];

/// The keys of an override.
pub(super) const OVERRIDE: [Key; 2] = [
    Key {
        name: "paths",
        kind: Kind::Strings,
        description: "Glob patterns of root modules, or of files that declare mirrors, relative to this file.",
    },
    Key {
        name: "rules",
        kind: Kind::Rules,
        description: "Severity of each rule for these paths.",
    },
];
