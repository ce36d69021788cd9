//! Test kernels with processes and areas, but without system calls.

use crate::kernel::abi::Errno;
use crate::kernel::config::KernelConfig;
use crate::kernel::event::{FaultClass, KernelObserver, KernelStep};
use crate::kernel::file::Fill;
use crate::kernel::ids::{FileId, FrameNo, ObjectId, Pid};
use crate::kernel::vma::{Backing, Prot, Vma};
use crate::kernel::{Kernel, OutOfMemory};
use crate::machine::event::{AccessKind, Event, MachineObserver};
use crate::machine::presets::Preset;
use crate::machine::spec::Spec;
use crate::machine::{Data, Machine};

#[derive(Debug, Clone)]
pub(crate) struct Lab {
    pub(crate) kernel: Kernel,
}

/// An observer that records the kernel's steps but no hardware events.
#[derive(Default)]
pub(crate) struct Steps(pub(crate) Vec<KernelStep>);

impl MachineObserver for Steps {
    fn on_event(&mut self, _: Event) {}
}

impl KernelObserver for Steps {
    fn on_step(&mut self, step: KernelStep) {
        self.0.push(step);
    }
}

pub(crate) const RW: Prot = Prot {
    read: true,
    write: true,
    exec: false,
};
pub(crate) const R: Prot = Prot {
    read: true,
    write: false,
    exec: false,
};
/// No permissions.
pub(crate) const NONE: Prot = Prot {
    read: false,
    write: false,
    exec: false,
};

pub(crate) fn preset(name: &str) -> Spec {
    Preset::named(name).expect("a preset").spec()
}

/// The end of an access: the class of its last fault, and whether that fault was fatal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Done,
    Killed(FaultClass),
    NoMemory(OutOfMemory),
}

impl Lab {
    pub(crate) fn new(spec: Spec, change: impl FnOnce(&mut KernelConfig)) -> Self {
        let mut config = KernelConfig::default_for(&spec);
        change(&mut config);
        let kernel =
            Kernel::boot(Machine::new(spec), config).expect("a kernel that can be started");
        Self { kernel }
    }

    pub(crate) fn simple(change: impl FnOnce(&mut KernelConfig)) -> Self {
        Self::new(preset("simple"), change)
    }

    pub(crate) fn i7(change: impl FnOnce(&mut KernelConfig)) -> Self {
        Self::new(preset("core-i7"), change)
    }

    pub(crate) fn page(&self) -> u64 {
        self.kernel.shape.page()
    }

    pub(crate) fn spawn(&mut self) -> Pid {
        self.kernel.spawn("P".into()).expect("room for a root")
    }

    pub(crate) fn fork(&mut self, parent: Pid) -> Result<Pid, Errno> {
        self.kernel.fork(parent, &mut ())
    }

    pub(crate) fn exit(&mut self, pid: Pid) {
        self.kernel.end(pid, 0);
    }

    pub(crate) fn map(
        &mut self,
        pid: Pid,
        start: u64,
        pages: u64,
        prot: Prot,
        shared: bool,
        backing: Backing,
    ) {
        let end = start + pages * self.page();
        self.kernel
            .map_area(pid, Vma::new(start..end, prot, shared, backing));
    }

    pub(crate) fn anonymous(&mut self, pid: Pid, start: u64, pages: u64) {
        self.map(pid, start, pages, RW, false, Backing::Anonymous);
    }

    pub(crate) fn object(&mut self, pages: u64) -> (ObjectId, Backing) {
        let object = self.kernel.new_object(pages * self.page());
        (object, Backing::Object { object, offset: 0 })
    }

    /// Adds a file with these bytes. Returns the file's number and backing.
    pub(crate) fn file(&mut self, fill: Fill, size: u64) -> (FileId, Backing) {
        let name = format!("f{}", self.kernel.files.all.len());
        let file = self.kernel.add_file(name.into(), fill, size);
        (
            file,
            Backing::File {
                file,
                offset: 0,
                writable: true,
                opened: 0,
            },
        )
    }

    pub(crate) fn protect(&mut self, pid: Pid, start: u64, pages: u64, prot: Prot) {
        let end = start + pages * self.page();
        self.kernel
            .change_areas(pid, start..end, &|area| area.prot = prot);
    }

    fn access(
        &mut self,
        pid: Pid,
        va: u64,
        kind: AccessKind,
        data: Data<'_>,
        steps: &mut Steps,
    ) -> End {
        let va = self.kernel.machine.va(va).expect("an address");
        match self.kernel.access(pid, va, kind, data, steps) {
            Ok(outcome) => outcome.killed.map_or(End::Done, End::Killed),
            Err(error) => End::NoMemory(error),
        }
    }

    /// Loads bytes. Returns the bytes before a fatal fault, the end of the access, and the kernel's steps.
    pub(crate) fn load(
        &mut self,
        pid: Pid,
        va: u64,
        size: usize,
    ) -> (Vec<Option<u8>>, End, Vec<KernelStep>) {
        self.access_bytes(pid, va, size, AccessKind::Read)
    }

    /// Accesses bytes as [`Lab::load`] does, with any access kind.
    pub(crate) fn access_bytes(
        &mut self,
        pid: Pid,
        va: u64,
        size: usize,
        kind: AccessKind,
    ) -> (Vec<Option<u8>>, End, Vec<KernelStep>) {
        let (mut bytes, mut steps) = (vec![None; size], Steps::default());
        let end = self.access(pid, va, kind, Data::Load(&mut bytes), &mut steps);
        (bytes, end, steps.0)
    }

    pub(crate) fn store(&mut self, pid: Pid, va: u64, bytes: &[u8]) -> (End, Vec<KernelStep>) {
        let mut steps = Steps::default();
        let end = self.access(pid, va, AccessKind::Write, Data::Store(bytes), &mut steps);
        (end, steps.0)
    }

    /// Loads a byte that must be readable.
    pub(crate) fn read(&mut self, pid: Pid, va: u64) -> u8 {
        let (bytes, end, _) = self.load(pid, va, 1);
        assert_eq!(end, End::Done, "read {va:#x}");
        bytes[0].expect("a known byte")
    }

    /// Stores a byte that must be writable.
    pub(crate) fn write(&mut self, pid: Pid, va: u64, byte: u8) {
        assert_eq!(self.store(pid, va, &[byte]).0, End::Done, "write {va:#x}");
    }

    /// The class of the fault raised by a one-byte load (or store, with `byte`), if any.
    pub(crate) fn class(&mut self, pid: Pid, va: u64, byte: Option<u8>) -> Option<FaultClass> {
        let steps = match byte {
            Some(byte) => self.store(pid, va, &[byte]).1,
            None => self.load(pid, va, 1).2,
        };
        steps.iter().find_map(|step| match step {
            KernelStep::Resolved { class, .. } | KernelStep::Killed { class } => Some(*class),
            _ => None,
        })
    }

    pub(crate) fn faults(&self, pid: Pid) -> (u64, u64) {
        let faults = self.kernel.process(pid).expect("a process").faults;
        (faults.minor, faults.major)
    }

    /// Counts the minor and major faults of the process during `act`.
    pub(crate) fn counting(&mut self, pid: Pid, act: impl FnOnce(&mut Self)) -> (u64, u64) {
        let before = self.faults(pid);
        act(self);
        let after = self.faults(pid);
        (after.0 - before.0, after.1 - before.1)
    }

    /// The frame that contains a page.
    pub(crate) fn frame(&self, pid: Pid, va: u64) -> Option<FrameNo> {
        match self.kernel.page_location(pid, self.kernel.shape.vpn(va)) {
            Some(crate::kernel::process::PageLocation::Frame(frame)) => Some(frame),
            _ => None,
        }
    }
}
