//! The tables of what differs between programs and versions.
//!
//! "Recorded" as a source means the answers of Terraform 1.11.4, 1.13.5, 1.14.9, 1.15.9, 1.16.0-rc2 and of `OpenTofu`
//! 1.11.14 and 1.12.6 in `fixtures/versions`. Files are those of the programs' own repositories.

use super::availability::Availability;

/// A part of the language that not every version of every program has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(
    missing_docs,
    reason = "`description` says what each one is, in the words that users see"
)]
pub enum Feature {
    ShortCircuit,
    NegativeElement,
    WrappedNegativeElement,
    FormatOfUntypedNull,
    ContainsNull,
    LiteralTemplateString,
    MergedYamlSequences,
    TofuObject,
    TofuFiles,
    EarlyEvaluation,
    ConstVariables,
    ConstModuleSources,
    DeprecatedArgument,
    OutputType,
    LifecycleEnabled,
    LifecycleDestroy,
    PreventDestroyExpression,
    ActionBlocks,
    StoreBlock,
    ImportIdentity,
    ImportInModules,
    ImportForEach,
    RemovedBlocks,
    EphemeralBlocks,
    ProviderForEach,
    Encryption,
    StateStore,
    LanguageBlock,
    IgnoreNestedDeprecations,
    OwnRequiredVersion,
}

/// A row of the table: the words for the feature, since when it exists, and how that is known.
type Row = (&'static str, Availability, &'static str);

impl Feature {
    /// All features.
    pub const ALL: [Self; 30] = [
        Self::ShortCircuit,
        Self::NegativeElement,
        Self::WrappedNegativeElement,
        Self::FormatOfUntypedNull,
        Self::ContainsNull,
        Self::LiteralTemplateString,
        Self::MergedYamlSequences,
        Self::TofuObject,
        Self::TofuFiles,
        Self::EarlyEvaluation,
        Self::ConstVariables,
        Self::ConstModuleSources,
        Self::DeprecatedArgument,
        Self::OutputType,
        Self::LifecycleEnabled,
        Self::LifecycleDestroy,
        Self::PreventDestroyExpression,
        Self::ActionBlocks,
        Self::StoreBlock,
        Self::ImportIdentity,
        Self::ImportInModules,
        Self::ImportForEach,
        Self::RemovedBlocks,
        Self::EphemeralBlocks,
        Self::ProviderForEach,
        Self::Encryption,
        Self::StateStore,
        Self::LanguageBlock,
        Self::IgnoreNestedDeprecations,
        Self::OwnRequiredVersion,
    ];

    /// The words for the feature.
    #[must_use]
    pub fn description(self) -> &'static str {
        self.row().0
    }

    /// Since when programs have the feature.
    #[must_use]
    pub fn availability(self) -> Availability {
        self.row().1
    }

    /// How the availability is known.
    #[must_use]
    pub fn source(self) -> &'static str {
        self.row().2
    }

    fn row(self) -> Row {
        use Availability as In;
        match self {
            Self::ShortCircuit => (
                "`&&` and `||` that ignore an error of an operand that does not decide the result",
                In::both(12, 10),
                "recorded; hashicorp/terraform#36224; hclsyntax/expression_ops.go of opentofu/hcl at 504036cd70e7, \
                 which OpenTofu 1.10.0 requires",
            ),
            Self::NegativeElement => (
                "a negative index of `element`",
                In::both(10, 10),
                "CHANGELOG of go-cty 1.15.0, which the go.mod of both 1.10.0 require",
            ),
            Self::WrappedNegativeElement => (
                "a negative index of `element` before the first element",
                In::both(12, 10),
                "recorded; CHANGELOG of go-cty 1.16.2, which the go.mod of Terraform 1.12 and OpenTofu 1.10.0 require",
            ),
            Self::FormatOfUntypedNull => (
                "`format` and `formatlist` that look at `null`, and reject it",
                In::both(12, 10),
                "recorded; CHANGELOG of go-cty 1.16.1, which the go.mod of Terraform 1.12 and OpenTofu 1.10.0 require",
            ),
            Self::ContainsNull => (
                "`contains` of null",
                In::terraform(16),
                "recorded; hashicorp/terraform#38792; CHANGELOG of go-cty 1.18.1",
            ),
            Self::LiteralTemplateString => (
                "`templatestring` of a template that is not a reference",
                In::opentofu(7),
                "recorded; opentofu/opentofu#1223",
            ),
            Self::MergedYamlSequences => (
                "the YAML merge key `<<` with a sequence of mappings",
                In::opentofu(12),
                "recorded; opentofu/opentofu#3607",
            ),
            Self::TofuObject => (
                "`tofu.workspace`",
                In::opentofu(9),
                "recorded; internal/addrs/parse_ref.go of OpenTofu 1.8.0 and 1.9.0",
            ),
            Self::TofuFiles => (
                "`.tofu` files",
                In::opentofu(8),
                "recorded; opentofu/opentofu#1738",
            ),
            Self::EarlyEvaluation => (
                "variables and locals in the source of a module",
                In::opentofu(8),
                "recorded; internal/configs/static_evaluator.go of OpenTofu 1.8.0",
            ),
            Self::ConstVariables => (
                "`const` in a variable",
                In::both(15, 12),
                "recorded; opentofu/opentofu#3946",
            ),
            Self::ConstModuleSources => (
                "`const` variables in the source of a module",
                In::both(15, 8),
                "recorded; internal/terraform/node_module_install.go of Terraform 1.15.9",
            ),
            Self::DeprecatedArgument => (
                "`deprecated` in a variable or an output",
                In::both(15, 10),
                "recorded; opentofu/opentofu#1005",
            ),
            Self::OutputType => ("`type` in an output", In::terraform(15), "recorded"),
            Self::LifecycleEnabled => (
                "`lifecycle { enabled = … }`",
                In::opentofu(11),
                "recorded; opentofu/opentofu#3247",
            ),
            Self::LifecycleDestroy => (
                "`lifecycle { destroy = … }` in a resource",
                In::both(16, 12),
                "recorded; hashicorp/terraform#38784; opentofu/opentofu#3409",
            ),
            Self::PreventDestroyExpression => (
                "`prevent_destroy` that is not a literal",
                In::opentofu(12),
                "recorded; opentofu/opentofu#3474",
            ),
            Self::ActionBlocks => (
                "`action` blocks",
                In::terraform(13),
                "recorded: Terraform 1.13.5 reads the blocks; 1.14 documents them",
            ),
            Self::StoreBlock => (
                "the block `store` of terraform_data",
                In::terraform(16),
                "recorded; hashicorp/terraform#38298",
            ),
            Self::ImportIdentity => (
                "`import` by `identity`",
                In::both(12, 12),
                "recorded; opentofu/opentofu#3671",
            ),
            Self::ImportInModules => (
                "`import` blocks in modules that another module calls",
                In::terraform(16),
                "recorded; hashicorp/terraform#38352",
            ),
            Self::ImportForEach => (
                "`for_each` in an `import` block",
                In::both(7, 7),
                "CHANGELOG of Terraform 1.7.0; internal/configs/import.go of OpenTofu 1.7.0",
            ),
            Self::RemovedBlocks => (
                "`removed` blocks",
                In::both(7, 7),
                "CHANGELOG of Terraform 1.7.0 and of OpenTofu 1.7.0",
            ),
            Self::EphemeralBlocks => (
                "ephemeral resources, variables and outputs",
                In::both(10, 11),
                "CHANGELOG of Terraform 1.10.0; opentofu/opentofu#2834",
            ),
            Self::ProviderForEach => (
                "`for_each` in a `provider` block",
                In::opentofu(9),
                "recorded; CHANGELOG of OpenTofu 1.9.0",
            ),
            Self::Encryption => (
                "the block `encryption` of `terraform`",
                In::opentofu(7),
                "recorded; internal/configs/parser_config.go of OpenTofu 1.7.0",
            ),
            Self::StateStore => (
                "the block `state_store` of `terraform`",
                In::terraform(13),
                "internal/configs/parser_config.go of Terraform 1.12.0 and 1.13.0",
            ),
            Self::LanguageBlock => (
                "`language` blocks",
                In::opentofu(12),
                "recorded; opentofu/opentofu#3300",
            ),
            Self::IgnoreNestedDeprecations => (
                "`ignore_nested_deprecations` in a module call",
                In::terraform(15),
                "internal/configs/module_call.go of Terraform 1.14.0 and 1.15.0",
            ),
            Self::OwnRequiredVersion => (
                "`required_version` that counts in `.tofu` files alone",
                In::opentofu(12),
                "internal/configs/diagnostics.go of OpenTofu 1.12.6",
            ),
        }
    }
}

/// The functions that came after 1.5, or that only one program has. All other functions are in every version.
pub const FUNCTIONS: &[(&str, Availability)] = &[
    // opentofu/opentofu#800, #366 and #1234; CHANGELOG of OpenTofu 1.7.0.
    ("base64gunzip", Availability::opentofu(7)),
    ("cidrcontains", Availability::opentofu(7)),
    // internal/lang/functions.go of Terraform 1.15.9.
    ("convert", Availability::terraform(15)),
    // CHANGELOG of Terraform 1.10.0; CHANGELOG of OpenTofu 1.11.0 (ephemeral values).
    ("ephemeralasnull", Availability::both(10, 11)),
    // CHANGELOG of Terraform 1.8.0 and of OpenTofu 1.7.0.
    ("issensitive", Availability::both(8, 7)),
    // CHANGELOG of Terraform 1.9.0 and of OpenTofu 1.7.0.
    ("templatestring", Availability::both(9, 7)),
    ("urldecode", Availability::opentofu(7)),
];
