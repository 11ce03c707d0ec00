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
    /// A list of strings.
    Strings,
    /// A table of rules and levels.
    Rules,
    /// A list of tables, each for some paths.
    Overrides,
}

/// A key of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) description: &'static str,
}

/// The keys of the file.
pub(super) const FILE: [Key; 9] = [
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
        name: "overrides",
        kind: Kind::Overrides,
        description: "Rule severities for specific paths. Later overrides take precedence.",
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
