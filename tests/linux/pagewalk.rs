//! Pagewalk's kernel as a side of the comparison.

use pagewalk_engine::Spec;
use pagewalk_engine::kernel::Kernel;
use pagewalk_engine::kernel::abi::Arg as Argument;
use pagewalk_engine::kernel::config::KernelConfig;
use pagewalk_engine::kernel::event::FaultClass;
use pagewalk_engine::kernel::file::Fill;
use pagewalk_engine::kernel::ids::{FileId, Pid};
use pagewalk_engine::kernel::syscall::system_call;
use pagewalk_engine::kernel::vma::{Backing as KernelBacking, Vma as KernelArea};
use pagewalk_engine::machine::event::AccessKind;
use pagewalk_engine::machine::{Data, Machine};

use super::names::PROT_READ;
use super::op::{Action, Arg, CLOSED, FILES, Fd, Mode, Step};
use super::place::{Layout, PAGE, Place};
use super::side::{Answer, Area, Backing, Permits, Side};

/// Pagewalk processes, with settings like Linux's.
#[derive(Debug)]
pub struct Pagewalk {
    /// The initial state of every sequence, with the files and the first process.
    fresh: Kernel,
    layout: Layout,
    first: Pid,
    files: Vec<FileId>,
    /// The descriptors of each file, indexed by [`Mode`].
    descriptors: Vec<[i64; 3]>,
    kernel: Kernel,
    /// All processes, indexed by number, including ended processes.
    processes: Vec<Pid>,
}

/// A kernel on a Core i7 with Linux's policies.
fn boot(
    Layout {
        mmap_base,
        brk_start,
    }: Layout,
) -> Kernel {
    let spec = Spec::core_i7();
    let ways = KernelConfig {
        mmap_base,
        brk_start,
        zero_page: true,
        fault_around: 16,
        warm: true,
        ..KernelConfig::default_for(&spec)
    };
    Kernel::boot(Machine::new(spec), ways).expect("a kernel that can be started")
}

/// The answer of a system call: the result, or the name of the error. The child of a `fork` is not part of
/// the answer.
fn call(kernel: &mut Kernel, pid: Pid, name: &str, args: &[Argument]) -> Result<u64, String> {
    let row = system_call(name).unwrap_or_else(|| panic!("no system call {name}"));
    match row.call(kernel, pid, args, &mut ()) {
        Ok(reply) => reply.result.map_err(|error| error.name().to_string()),
        Err(out) => Err(out.to_string()),
    }
}

impl Pagewalk {
    /// Starts the kernel for all sequences, with the default addresses of scripts.
    pub fn new() -> Pagewalk {
        Pagewalk::laid_out(Layout::OF_SCRIPTS)
    }

    /// Starts the kernel like [`Pagewalk::new`], but with another side's addresses.
    pub fn laid_out(layout: Layout) -> Pagewalk {
        let mut kernel = boot(layout);
        let files = FILES.map(|file| {
            kernel.add_file(file.name.into(), Fill::Pages(file.fill), file.size as u64)
        });
        let first = kernel.spawn("P0".into()).expect("room for a process");
        let mut open = |name: &str, mode: Mode| {
            let args = [
                Argument::Bytes(name.as_bytes().into()),
                Argument::Number(mode as i128),
            ];
            call(&mut kernel, first, "open", &args).expect("a file that can be opened") as i64
        };
        let descriptors = FILES.map(|file| Mode::ALL.map(|mode| open(file.name, mode)));
        Pagewalk {
            fresh: kernel.clone(),
            layout,
            first,
            files: files.into(),
            descriptors: descriptors.into(),
            kernel,
            processes: vec![first],
        }
    }

    fn argument(&self, arg: Arg) -> Argument {
        match arg {
            Arg::Place(place) => Argument::Number(self.layout().address(place).into()),
            Arg::Size(size) => Argument::Number(size),
            Arg::Fd(Fd::None) => Argument::Number(-1),
            Arg::Fd(Fd::Closed) => Argument::Number(CLOSED.into()),
            Arg::Fd(Fd::File(file, mode)) => {
                Argument::Number(self.descriptors[file][mode as usize].into())
            }
            Arg::Bits(value, _) | Arg::One(value, _) => Argument::Number(value.into()),
            Arg::Bytes(byte, count) => Argument::Bytes(vec![byte; count as usize].into()),
        }
    }

    fn call(&mut self, process: usize, name: &str, args: &[Arg]) -> Result<u64, String> {
        let args: Vec<Argument> = args.iter().map(|&arg| self.argument(arg)).collect();
        call(&mut self.kernel, self.processes[process], name, &args)
    }

    fn access(
        &mut self,
        process: usize,
        kind: AccessKind,
        place: Place,
        data: Data<'_>,
    ) -> Result<(), Answer> {
        let address = self
            .kernel
            .machine()
            .va(self.layout().address(place))
            .expect("an address that the machine has");
        match self
            .kernel
            .access(self.processes[process], address, kind, data, &mut ())
        {
            Ok(outcome) => outcome.killed.map_or(Ok(()), |class| Err(fatal(class))),
            Err(out) => Err(Answer::Error(out.to_string())),
        }
    }

    fn area(&self, area: &KernelArea) -> Area {
        let backing = match area.backing {
            KernelBacking::Anonymous => Backing::Anonymous,
            KernelBacking::Object { object, .. } => Backing::Shared(object.0.into()),
            KernelBacking::File { file, .. } => Backing::File(
                self.files
                    .iter()
                    .position(|of| *of == file)
                    .expect("a file of the sequence"),
            ),
        };
        Area {
            start: self.layout().place(area.start),
            end: self.layout().place(area.end),
            perms: area.perms(),
            offset: area.offset_of(area.start).unwrap_or(0),
            backing,
        }
    }
}

/// The names of a fatal access's signal and code.
fn fatal(class: FaultClass) -> Answer {
    let (signal, code) = class.signal().expect("a fatal fault has a signal");
    Answer::Signal(signal.name().into(), code.name().into())
}

/// Reads the bytes of a page, and returns whether the process can read all of them.
fn peek(kernel: &Kernel, pid: Pid, address: u64, into: &mut [u8]) -> bool {
    kernel
        .machine()
        .va(address)
        .is_ok_and(|address| kernel.peek(pid, address, into) == into.len())
}

impl Side for Pagewalk {
    fn name(&self) -> &'static str {
        "Pagewalk"
    }

    fn layout(&self) -> Layout {
        self.layout
    }

    fn permits(&self) -> Permits {
        Permits::ALL
    }

    fn start(&mut self) {
        self.kernel = self.fresh.clone();
        self.processes = vec![self.first];
    }

    fn step(&mut self, step: &Step) -> Answer {
        let Step { process, op } = *step;
        match op.action() {
            Action::Call {
                name,
                args,
                gives_place,
            } => match self.call(process, name, &args) {
                Ok(address) if gives_place => Answer::At(self.layout().place(address)),
                Ok(result) => Answer::Number(result as i64),
                Err(error) => Answer::Error(error),
            },
            Action::Load(place) => {
                let mut byte = [None];
                match self.access(process, AccessKind::Read, place, Data::Load(&mut byte)) {
                    Ok(()) => Answer::Byte(byte[0].expect("under a kernel every byte is known")),
                    Err(fatal) => fatal,
                }
            }
            Action::Store(place, byte) => self
                .access(process, AccessKind::Write, place, Data::Store(&[byte]))
                .err()
                .unwrap_or(Answer::Done),
            Action::Fetch(place) => self
                .access(process, AccessKind::Execute, place, Data::Load(&mut [None]))
                .err()
                .unwrap_or(Answer::Done),
            Action::Fork => match self.call(process, "fork", &[]) {
                Ok(child) => {
                    self.processes.push(Pid(child as u32));
                    Answer::Child(self.processes.len() - 1)
                }
                Err(error) => Answer::Error(error),
            },
            Action::Exit => match self.call(process, "exit", &[Arg::Size(0)]) {
                Ok(_) => Answer::Done,
                Err(error) => Answer::Error(error),
            },
        }
    }

    fn maps(&mut self, process: usize) -> Vec<Area> {
        let process = self
            .kernel
            .process(self.processes[process])
            .expect("a process");
        process
            .space
            .areas
            .iter()
            .map(|area| self.area(area))
            .collect()
    }

    fn bytes(&mut self, process: usize, page: Place, offsets: &[u16]) -> Option<Vec<u8>> {
        let (pid, address) = (self.processes[process], self.layout().address(page));
        let mut bytes = [0; PAGE as usize];
        let area = self.kernel.process(pid)?.space.areas.find(address)?;
        let there = if area.prot.is_none() {
            // Read the page in a copy of the state in which the page is readable.
            let mut kernel = self.kernel.clone();
            let args = [address, PAGE as u64, PROT_READ].map(|arg| Argument::Number(arg.into()));
            call(&mut kernel, pid, "mprotect", &args).expect("a mapped page may be made readable");
            peek(&kernel, pid, address, &mut bytes)
        } else {
            peek(&self.kernel, pid, address, &mut bytes)
        };
        there.then(|| {
            offsets
                .iter()
                .map(|&offset| bytes[usize::from(offset)])
                .collect()
        })
    }

    fn file(&mut self, file: usize) -> Vec<u8> {
        let file = self.files[file];
        let mut bytes = vec![0; self.kernel.file_size(file) as usize];
        let there = self.kernel.file_peek(file, 0, &mut bytes);
        bytes.truncate(there);
        bytes
    }

    fn faults(&mut self, process: usize) -> (u64, u64) {
        let faults = self
            .kernel
            .process(self.processes[process])
            .expect("a process")
            .faults;
        (faults.minor, faults.major)
    }
}
