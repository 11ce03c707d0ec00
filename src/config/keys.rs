//! The keys that there are: the one list behind the reader, its messages and the schema.

/// What a key holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// `true` or `false`.
    Flag,
    /// One of the words of `FailOn`.
    FailOn,
    /// Strings.
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
pub(super) const FILE: [Key; 6] = [
    Key {
        name: "rules",
        kind: Kind::Rules,
        description: "How the findings of rules count. A rule that is not named keeps its own severity.",
    },
    Key {
        name: "fail-on",
        kind: Kind::FailOn,
        description: "The lightest finding that makes the exit status 1.",
    },
    Key {
        name: "strict",
        kind: Kind::Flag,
        description: "Whether a mirror that could not be decided is an error.",
    },
    Key {
        name: "exclude",
        kind: Kind::Strings,
        description: "Globs of paths that are left out where they are not named on the command line, from the \
                      directory of this file. A directory stands for everything in it.",
    },
    Key {
        name: "var-files",
        kind: Kind::Strings,
        description: "Files of values for variables, from the directory of this file. They come after those that \
                      Terraform reads by itself and before those of the command line.",
    },
    Key {
        name: "overrides",
        kind: Kind::Overrides,
        description: "Other levels for some paths. Later ones win.",
    },
];

/// The keys of an override.
pub(super) const OVERRIDE: [Key; 2] = [
    Key {
        name: "paths",
        kind: Kind::Strings,
        description: "Globs of root modules, or of files that declare mirrors, from the directory of this file.",
    },
    Key {
        name: "rules",
        kind: Kind::Rules,
        description: "How the findings of rules count there.",
    },
];
