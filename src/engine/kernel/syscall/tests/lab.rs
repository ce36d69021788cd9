//! Kernels with processes that make system calls.

use crate::kernel::abi::{Arg, Errno, Reply};
use crate::kernel::config::KernelConfig;
use crate::kernel::event::FaultClass;
use crate::kernel::file::Fill;
use crate::kernel::ids::{FileId, Pid};
use crate::kernel::process::Process;
use crate::kernel::spawn::AreaDeclaration;
use crate::kernel::syscall::{constant, system_call};
use crate::kernel::vma::Prot;
use crate::kernel::{Kernel, sound};
use crate::machine::addr::Va;
use crate::machine::event::AccessKind;
use crate::machine::presets::Preset;
use crate::machine::spec::Spec;
use crate::machine::{Data, Machine};

/// A kernel under test and its current process.
pub(crate) struct Lab {
    pub(crate) kernel: Kernel,
    pub(crate) pid: Pid,
    /// Whether to skip the check of the kernel's state after each call. The cost of the check is proportional
    /// to the size of the state.
    pub(crate) hasty: bool,
}

pub(crate) type Result = std::result::Result<u64, Errno>;

/// An argument of a system call.
pub(crate) trait Argument {
    fn arg(&self) -> Arg;
}

impl Argument for Arg {
    fn arg(&self) -> Arg {
        self.clone()
    }
}

impl Argument for i32 {
    fn arg(&self) -> Arg {
        Arg::Number((*self).into())
    }
}

impl Argument for i64 {
    fn arg(&self) -> Arg {
        Arg::Number((*self).into())
    }
}

impl Argument for u64 {
    fn arg(&self) -> Arg {
        Arg::Number((*self).into())
    }
}

impl Argument for &str {
    fn arg(&self) -> Arg {
        Arg::Bytes(self.as_bytes().into())
    }
}

/// Builds a list of arguments of several types.
macro_rules! args {
    ($($arg:expr),* $(,)?) => { &[$(&$arg as &dyn $crate::kernel::syscall::tests::lab::Argument),*] };
}
pub(super) use args;

/// Combines constants with a bitwise OR.
pub(crate) fn c(names: &str) -> i32 {
    names
        .split('|')
        .map(|name| constant(name.trim()).expect("a constant") as i32)
        .fold(0, |a, b| a | b)
}

/// Parses permissions such as `rwx`.
pub(crate) fn prot(perms: &str) -> Prot {
    Prot {
        read: perms.contains('r'),
        write: perms.contains('w'),
        exec: perms.contains('x'),
    }
}

impl Lab {
    pub(crate) fn on(preset: &str, change: impl FnOnce(&mut KernelConfig)) -> Self {
        Self::with(Preset::named(preset).expect("a preset").spec(), change)
    }

    pub(crate) fn with(spec: Spec, change: impl FnOnce(&mut KernelConfig)) -> Self {
        let mut config = KernelConfig::default_for(&spec);
        change(&mut config);
        let machine = Machine::new(spec);
        let mut kernel = Kernel::boot(machine, config).expect("a kernel that can be started");
        let pid = kernel.spawn("P1".into()).expect("room for a root table");
        Self {
            kernel,
            pid,
            hasty: false,
        }
    }

    /// Creates a lab on a Core i7 with the default settings.
    pub(crate) fn i7() -> Self {
        Self::on("core-i7", |_| {})
    }

    /// Creates a lab on the 14/12-bit machine with 64-byte pages.
    pub(crate) fn simple() -> Self {
        Self::on("simple", |_| {})
    }

    pub(crate) fn reply(&mut self, name: &str, args: &[&dyn Argument]) -> Reply {
        let args: Vec<Arg> = args.iter().map(|arg| arg.arg()).collect();
        let call = system_call(name).expect("a system call");
        let reply = call
            .call(&mut self.kernel, self.pid, &args, &mut ())
            .expect("memory");
        if !self.hasty {
            sound::check(&self.kernel);
        }
        reply
    }

    /// Loads or stores a byte for the process. Returns the class of a fatal fault, if any.
    pub(crate) fn touch(&mut self, va: u64, store: Option<u8>) -> Option<FaultClass> {
        let va = self.kernel.machine().va(va).expect("an address");
        let (kind, mut load) = (
            if store.is_some() {
                AccessKind::Write
            } else {
                AccessKind::Read
            },
            [None],
        );
        let bytes = store.map(|byte| [byte]);
        let data = bytes
            .as_ref()
            .map_or(Data::Load(&mut load), |bytes| Data::Store(bytes));
        let outcome = self
            .kernel
            .access(self.pid, va, kind, data, &mut ())
            .expect("memory");
        sound::check(&self.kernel);
        outcome.killed
    }

    /// Loads or stores a byte and ignores the result.
    pub(crate) fn touch_lightly(&mut self, va: Va, store: bool) {
        let (kind, mut load) = (
            if store {
                AccessKind::Write
            } else {
                AccessKind::Read
            },
            [None],
        );
        let data = if store {
            Data::Store(&[0x5A])
        } else {
            Data::Load(&mut load)
        };
        // Ignore the result, because memory may be exhausted.
        let _ = self.kernel.access(self.pid, va, kind, data, &mut ());
    }

    /// Selects another process as the current one.
    pub(crate) fn turn(&mut self, pid: u64) -> &mut Self {
        self.pid = Pid(pid as u32);
        self
    }

    pub(crate) fn process(&self) -> &Process {
        self.kernel.process(self.pid).expect("a process")
    }

    /// Lists the start, end, permissions, and offset of each area, as in `/proc/PID/maps`.
    pub(crate) fn maps(&self) -> Vec<(u64, u64, String, u64)> {
        let areas = self.process().space.areas.iter();
        areas
            .map(|area| {
                (
                    area.start,
                    area.end,
                    area.perms(),
                    area.offset_of(area.start).unwrap_or(0),
                )
            })
            .collect()
    }

    pub(crate) fn call(&mut self, name: &str, args: &[&dyn Argument]) -> Result {
        self.reply(name, args).result
    }

    pub(crate) fn ok(&mut self, name: &str, args: &[&dyn Argument]) -> u64 {
        self.call(name, args)
            .unwrap_or_else(|error| panic!("{name}: {error:?}"))
    }

    /// Adds a file with these bytes.
    pub(crate) fn file(&mut self, name: &str, bytes: &str) -> FileId {
        self.kernel.add_file(
            name.into(),
            Fill::Bytes(bytes.as_bytes().into()),
            bytes.len() as u64,
        )
    }

    /// Opens a file with flags given as names.
    pub(crate) fn open(&mut self, name: &str, flags: &str) -> Result {
        self.call("open", args![name, c(flags)])
    }

    /// Declares a private anonymous area of the process.
    pub(crate) fn area(&mut self, label: &str, start: u64, end: u64, perms: &str) {
        let area = AreaDeclaration {
            label: Some(label.into()),
            start,
            end,
            prot: prot(perms),
            shared: false,
            file: None,
            offset: 0,
        };
        self.kernel.declare_area(self.pid, area).expect("an area");
    }

    /// Declares a readable and writable page in another process.
    pub(crate) fn area_of(&mut self, pid: u64, label: &str, start: u64) {
        let before = self.pid;
        self.turn(pid).area(label, start, start + 0x1000, "rw-");
        self.pid = before;
    }

    /// Reads bytes of the process's memory up to the first unreadable byte.
    pub(crate) fn bytes(&self, va: u64, len: usize) -> Vec<u8> {
        let mut bytes = vec![0; len];
        let va = self.kernel.machine().va(va).expect("an address");
        let there = self.kernel.peek(self.pid, va, &mut bytes);
        bytes.truncate(there);
        bytes
    }

    /// Reads the bytes of a file as `read` would.
    pub(crate) fn contents(&self, name: &str) -> Vec<u8> {
        let file = self.kernel.file_named(name).expect("a file");
        let mut bytes = vec![0; self.kernel.file_size(file) as usize];
        let there = self.kernel.file_peek(file, 0, &mut bytes);
        bytes.truncate(there);
        bytes
    }

    /// Returns the terminal output of the process.
    pub(crate) fn stdout(&self) -> Vec<u8> {
        self.process().stdout.to_vec()
    }
}
