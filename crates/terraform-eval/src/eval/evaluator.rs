//! The evaluator of a root module and the modules that it calls.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use crate::address::{InstanceKey, ModulePath};
use crate::cty::Value;
use crate::dialect::{Availability, Dialect, Feature};
use crate::hashing::{HashMap, HashSet};
use crate::modules::{Module, ModuleId, ModuleTree};
use crate::source::sandbox::FileSandbox;
use crate::source::{Sources, Span};
use crate::syntax::tree::Expression;

use super::decoded_texts::DecodedTexts;
use super::expansion::Expansion;
use super::instance_id::InstanceId;
use super::limits::{Limits, SharedWork, Spent};
use super::loop_invariants::LoopInvariants;
use super::memo::{Block, MemoTable, Node};
use super::module_instance::ModuleInstance;
use super::walk::Walk;
use super::{EvalError, Result};

/// What a root module is evaluated with.
#[derive(Debug, Clone)]
pub struct RootInputs {
    /// The expressions of tfvars files by variable. They are evaluated in an empty scope.
    pub expressions: BTreeMap<Arc<str>, Arc<Expression>>,
    /// The directories in which `file` and similar functions may read. If there are none, they may read in the
    /// directory of the root module.
    pub readable: Vec<PathBuf>,
    /// The value of `terraform.workspace`.
    pub workspace: Arc<str>,
    /// The program and version whose evaluation this is.
    pub dialect: Dialect,
    /// What functions have made of texts, shared by the root modules that are evaluated together.
    pub decoded_texts: Arc<DecodedTexts>,
}

impl Default for RootInputs {
    fn default() -> Self {
        Self {
            expressions: BTreeMap::new(),
            readable: Vec::new(),
            workspace: "default".into(),
            dialect: Dialect::default(),
            decoded_texts: Arc::default(),
        }
    }
}

/// Evaluates a root module and the modules that it calls.
pub struct Evaluator<'a> {
    pub(super) tree: &'a ModuleTree,
    pub(super) sources: &'a Sources,
    pub(super) variables: &'a RootInputs,
    pub(super) instances: RefCell<Vec<ModuleInstance>>,
    pub(super) children: RefCell<HashMap<ChildKey, InstanceId>>,
    pub(super) memo: Memo,
    pub(super) limits: Rc<Limits>,
    pub(super) walk: Walk,
    sandbox: OnceCell<FileSandbox>,
    newer_minors: RefCell<BTreeSet<u32>>,
    /// The number of results so far that depend on the program and version.
    pub(super) feature_uses: Cell<u64>,
}

/// What an evaluator has computed so far.
#[derive(Default)]
pub(super) struct Memo {
    pub(super) values: MemoTable<(InstanceId, Node), Value>,
    /// Those of blocks that may have several instances.
    pub(super) expansions: MemoTable<(InstanceId, Block), Rc<Expansion>>,
    /// The other blocks whose instance was counted, by their headers.
    pub(super) single: RefCell<HashSet<(InstanceId, Span)>>,
    /// The expansion of these blocks.
    pub(super) single_expansion: Rc<Expansion>,
    pub(super) invariants: RefCell<LoopInvariants>,
}

/// A module call in an instance, and the key of the called instance.
type ChildKey = (InstanceId, Arc<str>, Option<InstanceKey>);

impl<'a> Evaluator<'a> {
    /// Creates an evaluator for the root module `root`.
    #[must_use]
    pub fn new(
        tree: &'a ModuleTree,
        sources: &'a Sources,
        variables: &'a RootInputs,
        root: ModuleId,
    ) -> Self {
        let root = ModuleInstance {
            module: root,
            path: ModulePath::root(),
            caller: None,
        };
        Self {
            tree,
            sources,
            variables,
            instances: RefCell::new(vec![root]),
            children: RefCell::default(),
            memo: Memo::default(),
            limits: Rc::new(Limits::new()),
            walk: Walk::Plan,
            sandbox: OnceCell::new(),
            newer_minors: RefCell::default(),
            feature_uses: Cell::default(),
        }
    }

    /// Evaluates as `terraform validate` does: variables, resources and outputs of modules are unknown, so an error
    /// is one whatever the values of variables are, and whether or not the block has instances.
    #[must_use]
    pub fn validating(self) -> Self {
        Self {
            walk: Walk::Validate,
            ..self
        }
    }

    /// Evaluates as `terraform init` does before modules are installed: only variables that are known then have a
    /// value, and no resource or module has one.
    #[must_use]
    pub fn initializing(self) -> Self {
        Self {
            walk: Walk::Init,
            ..self
        }
    }

    /// Limits the work to what other evaluations have left.
    #[must_use]
    pub fn with_shared_work(self, shared: SharedWork) -> Self {
        Self {
            limits: Rc::new(Limits::new().with_shared_work(shared)),
            ..self
        }
    }

    /// Limits the evaluation to the share of one of several parts.
    pub fn divide_limits(&mut self, parts: usize) {
        self.limits = Rc::new(Limits::of_part(parts));
    }

    /// What the evaluation has taken of its limits.
    #[must_use]
    pub fn spent(&self) -> Spent {
        self.limits.spent()
    }

    /// Counts what the evaluation of a part has taken of the limits.
    pub fn count_part(&self, part: &Spent) {
        self.limits.count_part(part);
    }

    /// Whether something had no room within a limit.
    #[must_use]
    pub fn has_reached_limit(&self) -> bool {
        self.limits.is_reached()
    }

    /// Takes what it takes from the limits of another evaluator.
    #[must_use]
    pub fn within_limits_of(self, other: &Evaluator<'_>) -> Self {
        Self {
            limits: Rc::clone(&other.limits),
            ..self
        }
    }

    /// The work that was done so far: steps, and the memory of values in terms of steps.
    #[must_use]
    pub fn work(&self) -> u64 {
        self.limits.work()
    }

    /// The program and version whose evaluation this is.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.variables.dialect
    }

    /// Whether the program has a feature on which a result depends.
    pub(super) fn has(&self, feature: Feature) -> bool {
        self.note_use(feature.availability());
        self.dialect().has(feature)
    }

    /// Notes that the configuration uses something that older versions may not have.
    pub fn note_use(&self, availability: Availability) {
        self.feature_uses.set(self.feature_uses.get() + 1);
        let newer = self.dialect().newer_than_admitted(availability);
        self.newer_minors.borrow_mut().extend(newer);
    }

    /// The minor versions that have something which results so far depend on, and which older versions that may run do
    /// not have.
    #[must_use]
    pub fn newer_minors(&self) -> BTreeSet<u32> {
        self.newer_minors.borrow().clone()
    }

    /// The path of a module instance.
    #[must_use]
    pub fn path(&self, instance: InstanceId) -> ModulePath {
        self.instances.borrow()[instance.index()].path.clone()
    }

    /// The module of an instance.
    #[must_use]
    pub fn module(&self, instance: InstanceId) -> &'a Module {
        self.tree.module(self.module_id(instance))
    }

    /// The id of the module of an instance.
    #[must_use]
    pub fn module_id(&self, instance: InstanceId) -> ModuleId {
        self.instances.borrow()[instance.index()].module
    }

    /// Grants the steps that plain values cost, so that these can be read after another expression has exhausted
    /// the budget.
    pub fn grant_reserve_budget(&self) {
        self.limits.grant_reserve();
    }

    /// Why the modules that a module instance calls have no instances: there are too many, or they are nested too deeply.
    #[must_use]
    pub fn call_limit(&self, caller: InstanceId) -> Option<EvalError> {
        let depth = self.instances.borrow()[caller.index()].path.steps().len();
        self.limits.call_limit(depth)
    }

    /// The value of a node in a module instance, computed once. `name` is its name in errors.
    pub(super) fn memoized(
        &self,
        instance: InstanceId,
        node: Node,
        name: impl FnOnce() -> String,
        compute: impl FnOnce() -> Result<Value>,
    ) -> Result<Value> {
        /// The memory of an entry of the table, with what each value has beside its text and elements.
        const ENTRY: usize = 512;
        let key = (instance, node);
        if !self.memo.values.is_done(&key) {
            self.charge_memory(ENTRY)?;
        }
        self.memo.values.get_or_compute(key, |_| name(), compute)
    }

    /// Charges memory to the budget: also that of the copies that a reader makes of values.
    pub fn charge_memory(&self, bytes: usize) -> Result<()> {
        self.limits.charge_memory(bytes)
    }

    /// Charges the memory of new elements of a collection, apart from what they hold.
    pub(super) fn charge_elements(&self, count: usize) -> Result<()> {
        self.charge_memory(count.saturating_mul(size_of::<Value>()))
    }

    /// Charges steps to the budget.
    pub(super) fn charge(&self, steps: usize) -> Result<()> {
        self.limits.charge(steps)
    }

    /// The files that functions may read. Terraform could read other files, so their content is unknown here.
    pub(super) fn sandbox(&self) -> &FileSandbox {
        self.sandbox.get_or_init(|| {
            let files = self.sources.shared_files();
            let readable = self.variables.readable.iter().map(PathBuf::as_path);
            if self.variables.readable.is_empty() {
                FileSandbox::new(files, [self.module(InstanceId::ROOT).directory.as_path()])
            } else {
                FileSandbox::new(files, readable)
            }
        })
    }

    /// The paths that functions have looked up so far: canonical paths of files and directories inside of the
    /// readable directories, and absolute paths of what does not exist there.
    #[must_use]
    pub fn accessed_paths(&self) -> BTreeSet<PathBuf> {
        self.sandbox
            .get()
            .map(FileSandbox::accessed_paths)
            .unwrap_or_default()
    }
}
