//! Checks resource blocks by their syntax trees alone.

use crate::model::{ConfigurationIssue, ConfigurationIssueKind};
use crate::provider;
use crate::readers::configuration::block_checks::{check_names, check_required};
use crate::readers::configuration::issues::{IssueSubject, Issues};
use crate::readers::configuration::meta_arguments::MetaArguments;
use terraform_eval::address::{Mode, ModulePath};
use terraform_eval::dialect::Dialect;
use terraform_eval::modules::{ModuleId, ModuleTree, Resource};
use terraform_eval::schema::Schema;
use terraform_eval::source::Sources;
use terraform_eval::syntax::tree::Block;

/// Checks the resource blocks of a module, each by itself and without evaluating anything.
pub(crate) struct BlockChecks<'a, 'c> {
    pub(crate) tree: &'a ModuleTree,
    pub(crate) sources: &'a Sources,
    pub(crate) id: ModuleId,
    pub(crate) path: &'c ModulePath,
    /// Whether the root module declares the source of the provider.
    pub(crate) declares_source: bool,
    pub(crate) dialect: Dialect,
}

/// What was found in a block.
pub(crate) struct CheckedBlock<'a> {
    pub(crate) issues: Issues,
    /// The block and its schema, if it has no instance, so that nothing has evaluated its arguments.
    pub(crate) unevaluated: Option<(&'a Block, &'a Schema)>,
}

impl<'a> BlockChecks<'a, '_> {
    /// Checks a block that has instances or not. `None` if nothing remains to be done about it.
    pub(crate) fn check(&self, resource: &'a Resource, has_instances: bool) -> Option<CheckedBlock<'a>> {
        let mut issues = Issues::default();
        let unevaluated = self.check_block(resource, has_instances, &mut issues);
        (unevaluated.is_some() || !issues.is_empty()).then_some(CheckedBlock { issues, unevaluated })
    }

    /// Returns the block and its schema, if it has no instance.
    fn check_block(
        &self,
        resource: &'a Resource,
        has_instances: bool,
        issues: &mut Issues,
    ) -> Option<(&'a Block, &'a Schema)> {
        let subject = IssueSubject::Resource(self.path, &resource.name);
        let Some(schema) = self.tree.schemas().get(&resource.name) else {
            check_type(resource, subject, issues);
            return None;
        };
        if !provider::is_relevant_type(&resource.name) {
            return None;
        }
        let block = resource.block.parse(self.sources)?;
        // The rules check the instances of mirrors.
        if !(has_instances && provider::is_image_mirror(&resource.name)) {
            check_names(block, &resource.name, schema, subject, self.sources, issues);
            // Without a declaration of the provider, the configuration is an extract, which Terraform cannot validate.
            // Such extracts leave out most of a cluster or machine pool.
            let is_short = provider::is_image_mirror(&resource.name)
                || provider::is_image_mirrors_data_source(&resource.name)
                || provider::is_cluster_wait(&resource.name);
            let is_extract = !is_short && !self.declares_source;
            if !resource.block.has_syntax_errors() && !is_extract {
                check_required(block, &resource.name, schema, subject, self.sources, issues);
            }
        }
        let mut meta_arguments = MetaArguments {
            module: self.tree.module(self.id),
            sources: self.sources,
            resource: &resource.name,
            is_root: self.path.is_root(),
            schema,
            subject,
            issues,
            dialect: self.dialect,
        };
        meta_arguments.check(block);
        (!has_instances).then_some((block, schema))
    }
}

/// Reports a type that the provider does not have, if it is similar to one of those that matter here.
fn check_type(resource: &Resource, subject: IssueSubject<'_>, issues: &mut Issues) {
    let Some(meant) = provider::similar_type(&resource.name) else {
        return;
    };
    let name = &resource.name;
    let what = match name.mode {
        Mode::Managed => "resource type",
        Mode::Data => "data source",
    };
    let issue = ConfigurationIssue::rejected(
        ConfigurationIssueKind::Other,
        subject.to_subject(),
        format!("the rhcs provider has no {what} {:?}", name.kind),
        resource.block.header(),
    );
    issues.add(
        issue
            .label(format!("no such {what}"))
            .help(format!("did you mean `{meant}`?")),
    );
}
