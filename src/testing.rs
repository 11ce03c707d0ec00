//! What the tests and benchmarks of this package use of it. It is not an API: everything else is private to the crate,
//! so that the compiler reports what is unused.

pub mod check {
    pub use crate::check::{CheckContext, CheckSettings, Report, check};
}

pub mod config {
    pub use crate::config::render_schema;
}

pub mod convert {
    pub use crate::convert::{ConvertError, Options, TARGETS, convert, find_target};
}

pub mod diagnostic {
    pub use crate::diagnostic::{Applicability, Diagnostic, Edit, Severity};
}

pub mod model {
    pub use crate::model::{Attribute, AttributeValue, Input, InputKind, Mirror, OriginTarget, Requirements};
}

pub mod output {
    pub use crate::output::Text;

    pub mod check {
        pub use crate::output::check::{FORMATS, Format, ReportView, find_format, render_findings};
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
    pub use crate::workspace::{
        DialectChoice, EngineVersion, InputPaths, Loaded, Options, PlanConfiguration, Survey, evaluate, load,
    };
}
