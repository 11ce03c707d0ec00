//! What expressions are worth in a module, as Terraform would say before it plans.
//!
//! Evaluation is by need and with memory: a value is worked out when somebody asks for it, once.
//! What Terraform learns at apply only is unknown here too, and carries the reference that it waits
//! for. Work and depth are bounded; a bound that is met is said, and ends in a failure that the caller
//! reports as undecided.

mod comprehension;
mod conditional;
pub mod expansion;
mod expression;
mod failure;
mod functions;
mod instance;
mod invariant;
mod operators;
mod reference;
mod remains;
mod resource;
mod scope;
mod splat;
mod template;
mod type_constraint;

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use crate::address::{InstanceKey, ModulePath, ResourceName, Subject};
use crate::cty::Value;
use crate::modules::{Module, ModuleId, ModuleTree};
use crate::source::sandbox::FileSandbox;
use crate::source::{Sources, Span};
use crate::syntax::tree::Expression;

pub use expansion::Expansion;
pub use failure::Failure;
pub use instance::InstanceId;
pub use scope::{Repetition, Scope};

use instance::ModuleInstance;
use invariant::Invariants;

/// The result of an evaluation.
pub type Result<T> = std::result::Result<T, Failure>;

/// How many steps one root module may take: some seconds of work.
const BUDGET: u64 = 30_000_000;

/// How many steps each mirror may take when the budget is used up: enough for literals.
const RESERVE: u64 = 200;

/// How many instances of blocks one root module may have, those of modules included.
const INSTANCES: usize = 250_000;

/// How deep evaluation may nest, counted in expressions. The caller's stack has to bear it.
const DEPTH: u32 = 4_000;

/// Stack that evaluation needs at its greatest depth, in bytes, unoptimised builds included. What is not
/// used is never touched.
const STACK: usize = 512 << 20;

/// Runs an evaluation where there is enough stack for it; none where the system has no such thread.
pub fn with_stack<T: Send>(evaluate: impl FnOnce() -> T + Send) -> Option<T> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new()
            .stack_size(STACK)
            .spawn_scoped(scope, evaluate);
        thread.ok()?.join().ok()
    })
}

/// Values for the root module's variables.
#[derive(Debug, Default)]
pub struct Inputs {
    /// Expressions by variable, from tfvars files; they are evaluated without any scope.
    pub expressions: BTreeMap<Arc<str>, Expression>,
    /// The directory tree that the user gave: `file` and its kin may read in it, besides the directories
    /// of the modules.
    pub tree: Option<PathBuf>,
}

/// Evaluates the modules below one root module.
pub struct Evaluator<'a> {
    tree: &'a ModuleTree,
    sources: &'a Sources,
    inputs: &'a Inputs,
    instances: RefCell<Vec<ModuleInstance>>,
    memory: RefCell<HashMap<(InstanceId, Node), Memory>>,
    /// None while it is being worked out.
    expansions: RefCell<HashMap<(InstanceId, Node), Option<Expanded>>>,
    children: RefCell<HashMap<ChildKey, InstanceId>>,
    invariants: RefCell<Invariants>,
    sandbox: OnceCell<FileSandbox>,
    budget: Cell<u64>,
    reserve: Cell<u64>,
    depth: Cell<u32>,
    /// How many more instances there may be; none once there was no room for some.
    room: Cell<Option<usize>>,
}

/// The instances of a block, or why there are none.
type Expanded = Result<Rc<Expansion>>;

/// A module call in an instance, and the key behind it.
type ChildKey = (InstanceId, Arc<str>, Option<InstanceKey>);

/// Something with a value of its own in a module instance.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Node {
    Variable(Arc<str>),
    Local(Arc<str>),
    Output(Arc<str>),
    Attribute(ResourceName, Option<InstanceKey>, Arc<str>),
    Resource(ResourceName),
    Call(Arc<str>),
    /// All instances of a resource or module call, as one place in the configuration sees them.
    Whole(Subject, Span),
}

/// What is remembered of a node.
enum Memory {
    /// It is being worked out: whoever asks for it now asks in a circle.
    Pending,
    Done(Result<Value>),
}

impl<'a> Evaluator<'a> {
    /// An evaluator for the module `root` and what it calls.
    #[must_use]
    pub fn new(tree: &'a ModuleTree, sources: &'a Sources, inputs: &'a Inputs, root: ModuleId) -> Self {
        let root = ModuleInstance {
            module: root,
            path: ModulePath::root(),
            caller: None,
        };
        Self {
            tree,
            sources,
            inputs,
            instances: RefCell::new(vec![root]),
            memory: RefCell::default(),
            expansions: RefCell::default(),
            children: RefCell::default(),
            invariants: RefCell::default(),
            sandbox: OnceCell::new(),
            budget: Cell::new(BUDGET),
            reserve: Cell::new(0),
            depth: Cell::new(0),
            room: Cell::new(Some(INSTANCES)),
        }
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

    /// Which module an instance is of.
    #[must_use]
    pub fn module_id(&self, instance: InstanceId) -> ModuleId {
        self.instances.borrow()[instance.index()].module
    }

    /// The value of a node, from memory or worked out now.
    fn remembered(
        &self,
        instance: InstanceId,
        node: Node,
        name: impl FnOnce() -> String,
        work_out: impl FnOnce() -> Result<Value>,
    ) -> Result<Value> {
        let key = (instance, node);
        match self.memory.borrow().get(&key) {
            Some(Memory::Done(result)) => return result.clone(),
            Some(Memory::Pending) => return Err(Failure::cycle(name())),
            None => {}
        }
        self.memory.borrow_mut().insert(key.clone(), Memory::Pending);
        let result = work_out().map_err(|failure| failure.through(name));
        self.memory.borrow_mut().insert(key, Memory::Done(result.clone()));
        result
    }

    /// Whether a node has been worked out.
    fn is_done(&self, instance: InstanceId, node: &Node) -> bool {
        matches!(
            self.memory.borrow().get(&(instance, node.clone())),
            Some(Memory::Done(_))
        )
    }

    /// The files that functions may read: those below the directory of a module, and those of the tree
    /// that the user gave. Everything else could be read by Terraform and is unknown here.
    fn sandbox(&self) -> &FileSandbox {
        self.sandbox.get_or_init(|| {
            let modules = self.tree.modules().map(|(_, module)| module.directory.as_path());
            FileSandbox::new(
                self.sources.shared_files(),
                modules.chain(self.inputs.tree.as_deref()),
            )
        })
    }

    /// Grants what plain values cost, so that one expression that used up the budget does not keep
    /// those from being read.
    pub fn grant_reserve(&self) {
        self.reserve.set(RESERVE);
    }

    /// Takes steps off the budget, and then off the reserve.
    fn spend(&self, steps: usize) -> Result<()> {
        let steps = u64::try_from(steps).unwrap_or(u64::MAX);
        match self.budget.get().checked_sub(steps) {
            Some(rest) => {
                self.budget.set(rest);
                Ok(())
            }
            None => match self.reserve.get().checked_sub(steps) {
                Some(rest) => {
                    self.reserve.set(rest);
                    Ok(())
                }
                None => Err(Failure::limit("the evaluation takes too many steps")),
            },
        }
    }

    /// Makes room for the instances of a block.
    fn make_room(&self, instances: usize) -> Result<()> {
        self.room
            .set(self.room.get().and_then(|room| room.checked_sub(instances)));
        if self.is_full() {
            return Err(Failure::limit(format!("more than {INSTANCES} instances")));
        }
        Ok(())
    }

    /// Whether there are more instances than one root module may have. From then on no block has any.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.room.get().is_none()
    }

    /// Runs `inner` one level deeper.
    fn deeper<T>(&self, inner: impl FnOnce() -> Result<T>) -> Result<T> {
        let depth = self.depth.get();
        if depth >= DEPTH {
            return Err(Failure::limit("the expressions refer to each other too deeply"));
        }
        self.depth.set(depth + 1);
        let result = inner();
        self.depth.set(depth);
        result
    }
}
