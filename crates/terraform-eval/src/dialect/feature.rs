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
    MarkedErrors,
    TypedIndexOfUnknownObject,
    NegativeElement,
    WrappedNegativeElement,
    TypedJsonDuplicates,
    FormatOfUntypedNull,
    ContainsNull,
    MergedNullObjects,
    LongPropertyNames,
    RedundantNonsensitive,
    SensitivityOfUnknown,
    UnknownSensitivity,
    ConvertLooksInside,
    CheckedFilesetPattern,
    LiteralFilesetBackslash,
    EscapedFilesetDirectory,
    LiteralTemplateString,
    TypedTemplateString,
    SensitiveTemplateVariables,
    NestedTemplates,
    NullTemplates,
    ProviderFunctions,
    TerraformFunctions,
    CoreNamespace,
    MergedYamlSequences,
    StrictYamlNumbers,
    LongSubnets,
    TofuObject,
    TofuFiles,
    EarlyEvaluation,
    ConstVariables,
    ConstModuleSources,
    NullModuleVersion,
    ValidationReferences,
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
    ImportIdExpressions,
    RemovedBlocks,
    RemovedLifecycle,
    RemovedProvisioners,
    EphemeralBlocks,
    ProviderForEach,
    Encryption,
    StateStore,
    LanguageBlock,
    IgnoreNestedDeprecations,
    OwnRequiredVersion,
}

/// A row of the table: the feature, the words for it, since when it exists, and how that is known.
#[derive(Debug, Clone, Copy)]
struct Row {
    feature: Feature,
    description: &'static str,
    availability: Availability,
    source: &'static str,
}

const fn row(
    feature: Feature,
    description: &'static str,
    availability: Availability,
    source: &'static str,
) -> Row {
    Row {
        feature,
        description,
        availability,
        source,
    }
}

/// The table, in the order of the features.
const TABLE: [Row; 56] = [
    row(
        Feature::ShortCircuit,
        "`&&` and `||` that ignore an error of an operand that does not decide the result",
        Availability::both(12, 10),
        "recorded; hashicorp/terraform#36224; hclsyntax/expression_ops.go of opentofu/hcl at 504036cd70e7, \
        which OpenTofu 1.10.0 requires",
    ),
    row(
        Feature::MarkedErrors,
        "operations with an error that keep the marks of their operands, where the error is ignored",
        Availability::both(12, 10),
        "hclsyntax/expression_ops.go of hcl 2.24.0 and of opentofu/hcl at 504036cd70e7; random expressions against \
         Terraform 1.16.0-rc2",
    ),
    row(
        Feature::TypedIndexOfUnknownObject,
        "an index of an unknown object that has the type of the attribute, which has to exist",
        Availability::terraform(13),
        "CHANGELOG of hcl 2.24.0 (#763), which the go.mod of Terraform 1.13 requires; random expressions against \
         Terraform 1.16.0-rc2",
    ),
    row(
        Feature::NegativeElement,
        "a negative index of `element`",
        Availability::both(10, 10),
        "CHANGELOG of go-cty 1.15.0, which the go.mod of both 1.10.0 require",
    ),
    row(
        Feature::WrappedNegativeElement,
        "a negative index of `element` before the first element",
        Availability::both(12, 10),
        "recorded; CHANGELOG of go-cty 1.16.2, which the go.mod of Terraform 1.12 and OpenTofu 1.10.0 require",
    ),
    row(
        Feature::TypedJsonDuplicates,
        "`jsondecode` that refuses a key with values of two types in one object",
        Availability::both(12, 10),
        "CHANGELOG of go-cty 1.16.2, which the go.mod of Terraform 1.12 and OpenTofu 1.10.0 require",
    ),
    row(
        Feature::FormatOfUntypedNull,
        "`format` and `formatlist` that look at `null`, and reject it",
        Availability::both(12, 10),
        "recorded; CHANGELOG of go-cty 1.16.1, which the go.mod of Terraform 1.12 and OpenTofu 1.10.0 require",
    ),
    row(
        Feature::ContainsNull,
        "`contains` of null",
        Availability::both(16, 13),
        "recorded; hashicorp/terraform#38792; opentofu/opentofu#4043; CHANGELOG of go-cty 1.18.1",
    ),
    row(
        Feature::MergedNullObjects,
        "`merge` of nothing but null objects of one type",
        Availability::both(16, 13),
        "hashicorp/terraform#38792; opentofu/opentofu#4043; CHANGELOG of go-cty 1.18.1; Terraform 1.11.4 and 1.16.0-rc2 \
         and OpenTofu 1.12.6",
    ),
    row(
        Feature::LongPropertyNames,
        "regular expressions with long names of properties in any case, such as `\\p{Letter}` and `\\p{greek}`, and without \
         scripts of several words, such as `\\p{Old_Italic}`",
        Availability::both(14, 11),
        "regexp/syntax of Go 1.25, with which Terraform 1.14 and OpenTofu 1.11 are built; opentofu/opentofu#3166; \
         Terraform 1.11.4 and 1.16.0-rc2 and OpenTofu 1.12.6",
    ),
    row(
        Feature::RedundantNonsensitive,
        "`nonsensitive` of a value that is not sensitive",
        Availability::both(7, 7),
        "CHANGELOG of Terraform 1.7.0 and of OpenTofu 1.7.0",
    ),
    row(
        Feature::SensitivityOfUnknown,
        "`issensitive` of an unknown value that is not sensitive, which is unknown",
        Availability::both(10, 11),
        "hashicorp/terraform#36012; opentofu/opentofu#3008",
    ),
    row(
        Feature::UnknownSensitivity,
        "`issensitive` of an unknown value that is sensitive, which is unknown",
        Availability::opentofu(11),
        "opentofu/opentofu#3008; internal/lang/funcs/sensitive.go of OpenTofu 1.11.0",
    ),
    row(
        Feature::ConvertLooksInside,
        "`convert` that rejects an unknown value of another type, and keeps what is sensitive where it is",
        Availability::opentofu(13),
        "opentofu/opentofu#4449; internal/lang/funcs/conversion.go of Terraform 1.16.0-rc2; random expressions against it",
    ),
    row(
        Feature::CheckedFilesetPattern,
        "`fileset` that rejects an invalid pattern where nothing is matched with it",
        Availability::opentofu(7),
        "bmatcuk/doublestar/v4, which the go.mod of OpenTofu 1.7.0 requires; random expressions against OpenTofu 1.12.6",
    ),
    row(
        Feature::LiteralFilesetBackslash,
        "`fileset` that takes a backslash before an ordinary character for itself, in directories that precede all wildcards",
        Availability::opentofu(7),
        "bmatcuk/doublestar/v4; Terraform 1.16.0-rc2 and OpenTofu 1.8.11 and 1.12.6",
    ),
    row(
        Feature::EscapedFilesetDirectory,
        "`fileset` with an escaped wildcard in a directory that precedes all wildcards: `a\\[1\\]/*.txt`",
        Availability::both(1, 11),
        "opentofu/opentofu#3332; OpenTofu 1.8.11 and 1.12.6",
    ),
    row(
        Feature::LiteralTemplateString,
        "`templatestring` of a template that is not a reference",
        Availability::opentofu(7),
        "recorded; opentofu/opentofu#1223",
    ),
    row(
        Feature::TypedTemplateString,
        "`templatestring` whose result has the type of the only interpolation",
        Availability::opentofu(7),
        "internal/lang/funcs/render_template.go of OpenTofu 1.12.6; random expressions against it",
    ),
    row(
        Feature::SensitiveTemplateVariables,
        "`templatestring` with variables that are sensitive as a whole",
        Availability::both(9, 13),
        "opentofu/opentofu#4430; random expressions against OpenTofu 1.12.6",
    ),
    row(
        Feature::NestedTemplates,
        "`templatefile` and `templatestring` in a template that one of them renders, and `file` in one of `templatestring`",
        Availability::opentofu(7),
        "opentofu/opentofu#1250; Terraform 1.16.0-rc2 and OpenTofu 1.12.6",
    ),
    row(
        Feature::NullTemplates,
        "`templatefile` and `templatestring` whose result is null",
        Availability::opentofu(7),
        "internal/lang/funcs/render_template.go of OpenTofu 1.7.0 and 1.12.6; Terraform 1.16.0-rc2 and OpenTofu 1.12.6",
    ),
    row(
        Feature::ProviderFunctions,
        "functions of providers",
        Availability::both(8, 7),
        "CHANGELOG of Terraform 1.8.0 and of OpenTofu 1.7.0",
    ),
    row(
        Feature::TerraformFunctions,
        "`encode_tfvars`, `decode_tfvars` and `encode_expr` of the provider `terraform.io/builtin/terraform`",
        Availability::both(8, 10),
        "hashicorp/terraform#34718; opentofu/opentofu#2306",
    ),
    row(
        Feature::CoreNamespace,
        "`core::` before the name of a function",
        Availability::both(8, 7),
        "CHANGELOG of hcl 2.20.0, which the go.mod of Terraform 1.8.0 and OpenTofu 1.7.0 require; Terraform 1.5.7 and 1.11.4 and OpenTofu 1.8.11",
    ),
    row(
        Feature::MergedYamlSequences,
        "the YAML merge key `<<` with a sequence of mappings",
        Availability::opentofu(12),
        "recorded; opentofu/opentofu#3607",
    ),
    row(
        Feature::StrictYamlNumbers,
        "`yamldecode` whose whole numbers have no underscores, and a sign in front of decimal digits alone",
        Availability::both(10, 9),
        "CHANGELOG of go-cty-yaml 1.1.0, which the go.mod of Terraform 1.10.0 and OpenTofu 1.9.0 require; opentofu/opentofu#2044; Terraform 1.5.7 and 1.11.4 and OpenTofu 1.8.11",
    ),
    row(
        Feature::LongSubnets,
        "`cidrsubnets` that extends a prefix of IPv6 by more than 32 bits",
        Availability::opentofu(13),
        "opentofu/opentofu#4042",
    ),
    row(
        Feature::TofuObject,
        "`tofu.workspace`",
        Availability::opentofu(9),
        "recorded; internal/addrs/parse_ref.go of OpenTofu 1.8.0 and 1.9.0",
    ),
    row(
        Feature::TofuFiles,
        "`.tofu` files",
        Availability::opentofu(8),
        "recorded; opentofu/opentofu#1738",
    ),
    row(
        Feature::EarlyEvaluation,
        "variables that are not `const` in the source of a module",
        Availability::opentofu(8),
        "recorded; internal/configs/static_evaluator.go of OpenTofu 1.8.0",
    ),
    row(
        Feature::ConstVariables,
        "`const` in a variable",
        Availability::both(15, 12),
        "recorded; opentofu/opentofu#3946",
    ),
    row(
        Feature::ConstModuleSources,
        "`const` variables and local values in the source of a module",
        Availability::both(15, 8),
        "recorded; internal/terraform/node_module_install.go of Terraform 1.15.9",
    ),
    row(
        Feature::NullModuleVersion,
        "`version = null` in a module call",
        Availability::both(15, 10),
        "hashicorp/terraform#38632; opentofu/opentofu#2660",
    ),
    row(
        Feature::ValidationReferences,
        "references in the validation of a variable to something else",
        Availability::both(9, 9),
        "hashicorp/terraform#34955; opentofu/opentofu#2216",
    ),
    row(
        Feature::DeprecatedArgument,
        "`deprecated` in a variable or an output",
        Availability::both(15, 10),
        "recorded; opentofu/opentofu#1005",
    ),
    row(
        Feature::OutputType,
        "`type` in an output",
        Availability::terraform(15),
        "recorded",
    ),
    row(
        Feature::LifecycleEnabled,
        "`lifecycle { enabled = … }`",
        Availability::opentofu(11),
        "recorded; opentofu/opentofu#3247",
    ),
    row(
        Feature::LifecycleDestroy,
        "`lifecycle { destroy = … }` in a resource",
        Availability::both(16, 12),
        "recorded; hashicorp/terraform#38784; opentofu/opentofu#3409",
    ),
    row(
        Feature::PreventDestroyExpression,
        "`prevent_destroy` that is not a literal",
        Availability::opentofu(12),
        "recorded; opentofu/opentofu#3474",
    ),
    row(
        Feature::ActionBlocks,
        "`action` blocks",
        Availability::terraform(13),
        "recorded: Terraform 1.13.5 reads the blocks; 1.14 documents them",
    ),
    row(
        Feature::StoreBlock,
        "the block `store` of terraform_data",
        Availability::terraform(16),
        "recorded; hashicorp/terraform#38298",
    ),
    row(
        Feature::ImportIdentity,
        "`import` by `identity`",
        Availability::both(12, 12),
        "recorded; opentofu/opentofu#3671",
    ),
    row(
        Feature::ImportInModules,
        "`import` blocks in modules that another module calls",
        Availability::terraform(16),
        "recorded; hashicorp/terraform#38352",
    ),
    row(
        Feature::ImportForEach,
        "`for_each` in an `import` block",
        Availability::both(7, 7),
        "CHANGELOG of Terraform 1.7.0; internal/configs/import.go of OpenTofu 1.7.0",
    ),
    row(
        Feature::ImportIdExpressions,
        "references in the `id` of an `import` block",
        Availability::both(6, 6),
        "hashicorp/terraform#33618",
    ),
    row(
        Feature::RemovedBlocks,
        "`removed` blocks",
        Availability::both(7, 7),
        "CHANGELOG of Terraform 1.7.0 and of OpenTofu 1.7.0",
    ),
    row(
        Feature::RemovedLifecycle,
        "the block `lifecycle` in a `removed` block",
        Availability::both(7, 10),
        "CHANGELOG of Terraform 1.7.0; opentofu/opentofu#2556",
    ),
    row(
        Feature::RemovedProvisioners,
        "the block `provisioner` in a `removed` block",
        Availability::both(9, 10),
        "hashicorp/terraform#35230; opentofu/opentofu#2556",
    ),
    row(
        Feature::EphemeralBlocks,
        "ephemeral resources, variables and outputs",
        Availability::both(10, 11),
        "CHANGELOG of Terraform 1.10.0; opentofu/opentofu#2834",
    ),
    row(
        Feature::ProviderForEach,
        "`for_each` in a `provider` block",
        Availability::opentofu(9),
        "recorded; CHANGELOG of OpenTofu 1.9.0",
    ),
    row(
        Feature::Encryption,
        "the block `encryption` of `terraform`",
        Availability::opentofu(7),
        "recorded; internal/configs/parser_config.go of OpenTofu 1.7.0",
    ),
    row(
        Feature::StateStore,
        "the block `state_store` of `terraform`",
        Availability::terraform(13),
        "internal/configs/parser_config.go of Terraform 1.12.0 and 1.13.0",
    ),
    row(
        Feature::LanguageBlock,
        "`language` blocks",
        Availability::opentofu(12),
        "recorded; opentofu/opentofu#3300",
    ),
    row(
        Feature::IgnoreNestedDeprecations,
        "`ignore_nested_deprecations` in a module call",
        Availability::terraform(15),
        "internal/configs/module_call.go of Terraform 1.14.0 and 1.15.0",
    ),
    row(
        Feature::OwnRequiredVersion,
        "`required_version` that counts in `.tofu` files alone",
        Availability::opentofu(12),
        "internal/configs/diagnostics.go of OpenTofu 1.12.6",
    ),
];

impl Feature {
    /// All features.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(|row| row.feature)
    }

    /// The words for the feature.
    #[must_use]
    pub fn description(self) -> &'static str {
        self.row().description
    }

    /// Since when programs have the feature.
    #[must_use]
    pub fn availability(self) -> Availability {
        self.row().availability
    }

    /// How the availability is known.
    #[must_use]
    pub fn source(self) -> &'static str {
        self.row().source
    }

    fn row(self) -> &'static Row {
        &TABLE[self as usize]
    }
}

/// The functions that came after 1.5, or that only one program has. All other functions are in every version.
pub const FUNCTIONS: &[(&str, Availability)] = &[
    // opentofu/opentofu#4449.
    ("assumeequal", Availability::opentofu(13)),
    ("assumelistlength", Availability::opentofu(13)),
    ("assumelistlengthmax", Availability::opentofu(13)),
    ("assumelistlengthmin", Availability::opentofu(13)),
    ("assumemaplength", Availability::opentofu(13)),
    ("assumemaplengthmax", Availability::opentofu(13)),
    ("assumemaplengthmin", Availability::opentofu(13)),
    ("assumenotnull", Availability::opentofu(13)),
    ("assumesetlength", Availability::opentofu(13)),
    ("assumesetlengthmax", Availability::opentofu(13)),
    ("assumesetlengthmin", Availability::opentofu(13)),
    ("assumestringprefix", Availability::opentofu(13)),
    // opentofu/opentofu#800, #366 and #1234; CHANGELOG of OpenTofu 1.7.0.
    ("base64gunzip", Availability::opentofu(7)),
    ("cidrcontains", Availability::opentofu(7)),
    // internal/lang/functions.go of Terraform 1.15.9; opentofu/opentofu#4449.
    ("convert", Availability::both(15, 13)),
    // CHANGELOG of Terraform 1.10.0; CHANGELOG of OpenTofu 1.11.0 (ephemeral values).
    ("ephemeralasnull", Availability::both(10, 11)),
    // CHANGELOG of Terraform 1.8.0 and of OpenTofu 1.7.0.
    ("issensitive", Availability::both(8, 7)),
    // CHANGELOG of Terraform 1.9.0 and of OpenTofu 1.7.0.
    ("templatestring", Availability::both(9, 7)),
    ("urldecode", Availability::opentofu(7)),
];
