//! What the tests and benchmarks of this package use of it. It is not an API: everything else is private to the crate,
//! so that the compiler reports what is unused.

pub mod check {
    pub use crate::check::{CheckContext, CheckSettings, Report, check};
}

pub mod compare {
    use crate::cluster_mirrors::{ClusterMirrors, by_cluster};
    use crate::compare::compare;
    use crate::output;
    use crate::workspace::Loaded;

    /// The differences between two inputs as `diff` prints them, empty if nodes see the same mirrors. `None` if no
    /// clusters of them can be compared.
    #[must_use]
    pub fn differences(before: &Loaded, after: &Loaded) -> Option<String> {
        let clusters = [before, after].map(|loaded| by_cluster(&loaded.project));
        let [before_clusters, after_clusters] = &clusters;
        let before_clusters: Vec<&ClusterMirrors<'_>> = before_clusters.iter().collect();
        let after_clusters: Vec<&ClusterMirrors<'_>> = after_clusters.iter().collect();
        let comparison = compare(&before_clusters, &after_clusters).ok()?;
        if comparison
            .clusters
            .iter()
            .all(|cluster| cluster.differences.is_empty())
        {
            return Some(String::new());
        }
        let text = output::diff::full(&comparison, [&before.sources, &after.sources], [None, None]);
        Some(text.as_str().to_owned())
    }
}

pub mod config {
    pub use crate::config::render_schema;
}

pub mod convert {
    pub use crate::convert::{ConvertError, Options, TARGETS, TargetSpec, convert, find_target, hcl};
}

pub mod diagnostic {
    pub use crate::diagnostic::{Applicability, Diagnostic, Edit, Severity};
}

pub mod fix {
    pub use crate::fix::{FileChange, FixOutcome, fix};
}

pub mod model {
    pub use crate::model::{Attribute, AttributeValue, Input, InputKind, Mirror, OriginTarget, Requirements};
}

pub mod output {
    use crate::fix::FixOutcome;
    use crate::output::patch;
    pub use crate::output::{Style, Text};
    use crate::workspace::Loaded;

    /// The changes of files as `check --diff` prints them.
    #[must_use]
    pub fn patch(outcome: &FixOutcome, loaded: &Loaded) -> String {
        let text = patch::render(
            outcome.changes.values(),
            &loaded.project.sensitive,
            &loaded.sources,
        );
        text.as_str().to_owned()
    }

    pub mod check {
        pub use crate::output::check::{
            FORMATS, Format, ReportView, Repository, find_format, render_findings,
        };
    }

    pub mod eval {
        pub use crate::output::eval::{Rendered, full, json_line};
    }

    pub mod rules {
        pub use crate::output::rules::document;
    }
}

pub mod parallel {
    pub use crate::parallel::Threads;
}

pub mod readers {
    pub mod plan {
        pub use crate::readers::plan::{JsonKind, PlanContents, PlanErrorKind, detect, read_plan};
    }

    pub mod registries_conf {
        pub use crate::readers::registries_conf::parse_conf_file;
    }
}

pub mod resolve {
    use crate::cluster_mirrors::by_cluster;
    use crate::output;
    use crate::resolve::{ClusterResolver, NodeOptions};
    use crate::workspace::Loaded;

    /// Where each cluster pulls an image from, as `resolve` prints it in each of its formats.
    #[must_use]
    pub fn resolutions(loaded: &Loaded, image: &str) -> Vec<String> {
        let nodes = NodeOptions::default();
        let clusters = by_cluster(&loaded.project);
        let known = clusters.iter().filter(|cluster| !cluster.cluster.is_unknown());
        let resolvers = known.map(|cluster| ClusterResolver::new(cluster, &nodes));
        let texts = resolvers.flat_map(|resolver| {
            let resolution = resolver.resolve(image);
            let texts = [
                output::resolve::full(&resolution, Some(resolver.name), &loaded.sources, None),
                output::resolve::json_line(&resolution, Some(resolver.name), &loaded.sources, None),
            ];
            texts.map(|text| text.as_str().to_owned())
        });
        texts.collect()
    }
}

pub mod rules {
    pub use crate::rules::{Example, Fixability, Language, Page, RULES, Rule, SECTIONS, find};
}

pub mod session {
    pub use crate::session::{Session, SessionOptions};
}

pub mod settings {
    pub use crate::settings::{FailOn, RuleSelection};
}

pub mod suppress {
    pub use crate::suppress::Suppressions;
}

pub mod workspace {
    use std::path::Path;

    use crate::output::eval;
    pub use crate::workspace::{
        ConsoleValue, DialectChoice, EngineVersion, InputPaths, KnownTrees, Loaded, Options,
        PlanConfiguration, evaluate, evaluate_console, load,
    };

    /// Expressions, evaluated in a module, as `eval` prints them in each of its formats.
    #[must_use]
    pub fn evaluate_and_print(
        directory: &Path,
        expressions: &[String],
        options: &Options,
    ) -> Vec<[String; 2]> {
        let values = evaluate_console(directory, expressions, options);
        let print = |(expression, value): (&String, _)| {
            let texts = [eval::full(value).text, eval::json_line(expression, value).text];
            texts.map(|text| text.as_str().to_owned())
        };
        expressions.iter().zip(&values).map(print).collect()
    }
}
