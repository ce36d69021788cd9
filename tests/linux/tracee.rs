//! A real process that performs one action at a time, controlled through `ptrace`.
//!
//! The process's address space is empty except for the *room*, a few pages at a fixed, remote address. The
//! room has a page of code and pages for the inputs of system calls. The code contains a system call, a load,
//! and a store, each followed by a breakpoint. To perform an action, the tracer sets the registers, and the
//! process runs until it stops. A signal also stops the process, and is never delivered.
//!
//! All actions must be performed by the thread that created the first process.

use std::collections::VecDeque;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::process::{Child, Command, Stdio};

use nix::errno::Errno;
use nix::libc::user_regs_struct;
use nix::sys::ptrace::{self, Options};
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;

use super::numbers::number;

/// The address of the room.
pub const ROOM: u64 = 0x100_0000;

/// Size of the room in bytes: a page of code, and the inputs of system calls.
pub const ROOM_SIZE: u64 = 0x8000;

/// The address of the inputs in the room.
const DATA: u64 = ROOM + 0x1000;

/// `syscall; int3`.
const SYSCALL: (u64, &[u8]) = (ROOM, &[0x0F, 0x05, 0xCC]);
/// `mov al, [rdi]; int3`.
const LOAD: (u64, &[u8]) = (ROOM + 0x10, &[0x8A, 0x07, 0xCC]);
/// `mov [rdi], sil; int3`.
const STORE: (u64, &[u8]) = (ROOM + 0x20, &[0x40, 0x88, 0x37, 0xCC]);

/// The end of user space, excluding a page that Linux keeps free.
const TOP: u64 = 0x7FFF_FFFF_F000;

/// The value of every register during a `fetch`. Sums of two such values, scaled or not, are not canonical
/// addresses, so an instruction that accesses memory raises a general protection fault.
const NOWHERE: u64 = 0x4000_0000_0000_0000;

/// The `si_code` of a signal that no page fault caused.
const SI_KERNEL: i32 = 0x80;

/// A personality without address space randomization.
const ADDR_NO_RANDOMIZE: u64 = 0x4_0000;

/// The reason why a process stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stop {
    /// The process reached a breakpoint or completed a single step.
    Trap,
    /// An access raised this signal with this `si_code`.
    Fault(Signal, i32),
    /// The process is in `execve`, and the new program is loaded.
    Exec,
    /// The process has ended.
    Gone,
}

/// The result of an access: the value, or the signal and its `si_code`.
pub type Accessed<T> = Result<T, (Signal, i32)>;

/// A traced process.
#[derive(Debug)]
pub struct Tracee {
    pid: Pid,
    /// `/proc/PID/mem`.
    memory: File,
    /// `/proc/PID/maps`.
    maps: File,
    /// The registers before an action.
    registers: user_regs_struct,
    /// The process's children that have not been claimed yet.
    children: VecDeque<Pid>,
    ended: bool,
}

impl Tracee {
    /// Starts a process whose address space is empty except for the room.
    ///
    /// # Errors
    /// Returns the reason why this machine does not permit tracing.
    pub fn spawn() -> Result<Tracee, String> {
        let mut command = Command::new("cat");
        command.stdin(Stdio::piped()).stdout(Stdio::null());
        let mut child = command
            .spawn()
            .map_err(|error| format!("`cat` cannot be run: {error}"))?;
        Tracee::of(&child).inspect_err(|_| {
            // The process may already have ended, so errors are ignored here.
            let _ = child.kill();
            let _ = child.wait();
        })
    }

    fn of(child: &Child) -> Result<Tracee, String> {
        let pid = Pid::from_raw(child.id() as i32);
        let options = Options::PTRACE_O_TRACECLONE | Options::PTRACE_O_EXITKILL;
        ptrace::seize(pid, options)
            .map_err(|error| format!("ptrace is not permitted here: {error}"))?;
        ptrace::interrupt(pid).map_err(|error| format!("a process cannot be stopped: {error}"))?;
        waitpid(pid, Some(WaitPidFlag::__WALL)).map_err(|error| format!("no stop: {error}"))?;
        // Set this option after the stop, because the process might still have been in `execve` before.
        let options = options | Options::PTRACE_O_TRACEEXEC;
        ptrace::setoptions(pid, options)
            .map_err(|error| format!("a process cannot be followed: {error}"))?;
        let mut tracee =
            Tracee::stopped(pid).map_err(|error| format!("no /proc/PID to read: {error}"))?;
        tracee
            .restart()
            .map_err(|error| format!("a process cannot be changed: {error}"))?;
        tracee.empty()?;
        Ok(tracee)
    }

    /// Creates a `Tracee` for a process that has stopped.
    fn stopped(pid: Pid) -> std::io::Result<Tracee> {
        let (memory, maps) = open_memory(pid)?;
        Ok(Tracee {
            pid,
            memory,
            maps,
            registers: settled(pid)?,
            children: VecDeque::new(),
            ended: false,
        })
    }

    /// Replaces the program with a new copy of itself that has not executed any instruction.
    fn restart(&mut self) -> std::io::Result<()> {
        let (code, below_stack) = (self.registers.rip, (self.registers.rsp - 0x400) & !0xF);
        let path = below_stack + 0x20;
        self.memory.write_all_at(SYSCALL.1, code)?;
        // Without this permission, areas have different addresses in each run.
        let _ = self.call_from(
            code,
            number("personality"),
            [ADDR_NO_RANDOMIZE, 0, 0, 0, 0, 0],
        );
        self.memory.write_all_at(b"/proc/self/exe\0", path)?;
        self.memory.write_all_at(&path.to_le_bytes(), below_stack)?;
        self.memory.write_all_at(&[0; 8], below_stack + 8)?;
        let stop = self.go(user_regs_struct {
            rip: code,
            rax: number("execve"),
            rdi: path,
            rsi: below_stack,
            rdx: below_stack + 8,
            ..self.registers
        })?;
        if stop != Stop::Exec {
            return Err(std::io::Error::other("it cannot be restarted"));
        }
        // The process has a new address space. The registers can be set only after the system call has ended.
        (self.memory, self.maps) = open_memory(self.pid)?;
        let registers = ptrace::getregs(self.pid)?;
        self.memory.write_all_at(&[0xCC], registers.rip)?;
        self.go(registers)?;
        self.registers = settled(self.pid)?;
        Ok(())
    }

    /// Maps the room and unmaps all other areas.
    fn empty(&mut self) -> Result<(), String> {
        let start = self.registers.rip;
        self.memory
            .write_all_at(SYSCALL.1, start)
            .map_err(|error| format!("code cannot be written: {error}"))?;
        // The mapping of the room is fixed, anonymous, readable, writable, and executable. The room is shared,
        // so that `madvise` over the whole address space does not discard it.
        let room = self.call_from(
            start,
            number("mmap"),
            [ROOM, ROOM_SIZE, 7, 0x31, u64::MAX, 0],
        );
        if room != Ok(ROOM as i64) {
            return Err(format!("executable memory is not permitted here: {room:?}"));
        }
        for (at, code) in [SYSCALL, LOAD, STORE] {
            self.memory
                .write_all_at(code, at)
                .map_err(|error| format!("code cannot be written: {error}"))?;
        }
        for (start, length) in [(0, ROOM), (ROOM + ROOM_SIZE, TOP - ROOM - ROOM_SIZE)] {
            if self
                .call(number("munmap"), [start, length, 0, 0, 0, 0])
                .is_err()
            {
                self.empty_by_area(start, start + length);
            }
        }
        Ok(())
    }

    /// Unmaps every area in a range, except sealed areas, which belong to the kernel.
    fn empty_by_area(&mut self, start: u64, end: u64) {
        for line in self.maps().lines() {
            let (range, _) = line.split_once(' ').unwrap_or((line, ""));
            if let Some((first, after)) = range.split_once('-')
                && let (Ok(first), Ok(after)) = (
                    u64::from_str_radix(first, 16),
                    u64::from_str_radix(after, 16),
                )
                && start <= first
                && after <= end
            {
                // A sealed area remains, but is not compared.
                let _ = self.call(number("munmap"), [first, after - first, 0, 0, 0, 0]);
            }
        }
    }

    /// Continues with these registers until the process stops for an expected reason.
    fn go(&mut self, registers: user_regs_struct) -> nix::Result<Stop> {
        ptrace::setregs(self.pid, registers)?;
        ptrace::cont(self.pid, None)?;
        self.wait()
    }

    fn wait(&mut self) -> nix::Result<Stop> {
        loop {
            match waitpid(self.pid, Some(WaitPidFlag::__WALL))? {
                WaitStatus::Stopped(_, Signal::SIGTRAP) => return Ok(Stop::Trap),
                WaitStatus::Stopped(_, signal @ (Signal::SIGSEGV | Signal::SIGBUS)) => {
                    return Ok(Stop::Fault(signal, ptrace::getsiginfo(self.pid)?.si_code));
                }
                WaitStatus::PtraceEvent(_, _, nix::libc::PTRACE_EVENT_EXEC) => {
                    return Ok(Stop::Exec);
                }
                WaitStatus::PtraceEvent(_, _, nix::libc::PTRACE_EVENT_CLONE) => {
                    self.children
                        .push_back(Pid::from_raw(ptrace::getevent(self.pid)? as i32));
                }
                WaitStatus::Exited(..) | WaitStatus::Signaled(..) => {
                    self.ended = true;
                    return Ok(Stop::Gone);
                }
                // Unrelated signals are discarded.
                _ => {}
            }
            ptrace::cont(self.pid, None)?;
        }
    }

    /// Continues as [`Tracee::go`] does.
    ///
    /// # Panics
    /// Panics if the machine no longer permits tracing.
    fn surely_go(&mut self, registers: user_regs_struct) -> Stop {
        self.go(registers)
            .expect("a traced process can be gone on with")
    }

    /// Performs a system call.
    ///
    /// # Errors
    /// Returns the system call's error.
    pub fn call(&mut self, number: u64, args: [u64; 6]) -> Result<i64, Errno> {
        self.call_from(SYSCALL.0, number, args)
    }

    fn call_from(&mut self, code: u64, number: u64, args: [u64; 6]) -> Result<i64, Errno> {
        let [rdi, rsi, rdx, r10, r8, r9] = args;
        let registers = self.registers;
        let stop = self.surely_go(user_regs_struct {
            rip: code,
            rax: number,
            rdi,
            rsi,
            rdx,
            r10,
            r8,
            r9,
            ..registers
        });
        assert_eq!(stop, Stop::Trap, "system call {number} comes back");
        let result = ptrace::getregs(self.pid)
            .expect("the registers of a stopped process")
            .rax as i64;
        if (-4095..0).contains(&result) {
            Err(Errno::from_raw(-result as i32))
        } else {
            Ok(result)
        }
    }

    /// Writes bytes to the room, where a system call can read them, and returns their address.
    pub fn lend(&mut self, bytes: &[u8]) -> u64 {
        assert!(
            bytes.len() as u64 <= ROOM_SIZE - 0x1000,
            "{} bytes do not fit",
            bytes.len()
        );
        self.memory
            .write_all_at(bytes, DATA)
            .expect("the room can be written");
        DATA
    }

    /// Opens a file with the C value of `O_RDONLY`, `O_WRONLY`, or `O_RDWR`.
    ///
    /// # Errors
    /// Returns the system call's error.
    pub fn open(&mut self, path: &std::path::Path, flags: u64) -> Result<i64, Errno> {
        let mut path = path.as_os_str().as_encoded_bytes().to_vec();
        path.push(0);
        let path = self.lend(&path);
        self.call(number("openat"), [u64::MAX, path, flags, 0, 0, 0])
    }

    /// The break.
    pub fn break_now(&mut self) -> u64 {
        self.call(number("brk"), [0; 6]).expect("brk does not fail") as u64
    }

    /// Loads a byte.
    ///
    /// # Errors
    /// Returns the signal that the access raised.
    pub fn load(&mut self, address: u64) -> Accessed<u8> {
        self.access(user_regs_struct {
            rip: LOAD.0,
            rdi: address,
            ..self.registers
        })?;
        Ok(ptrace::getregs(self.pid)
            .expect("the registers of a stopped process")
            .rax as u8)
    }

    /// Stores a byte.
    ///
    /// # Errors
    /// Returns the signal that the access raised.
    pub fn store(&mut self, address: u64, byte: u8) -> Accessed<()> {
        self.access(user_regs_struct {
            rip: STORE.0,
            rdi: address,
            rsi: byte.into(),
            ..self.registers
        })
    }

    fn access(&mut self, registers: user_regs_struct) -> Accessed<()> {
        match self.surely_go(registers) {
            Stop::Trap => Ok(()),
            Stop::Fault(signal, code) => Err((signal, code)),
            stop @ (Stop::Exec | Stop::Gone) => panic!("an access ended in {stop:?}"),
        }
    }

    /// Executes the one instruction at an address. The instruction must not change memory if no register
    /// contains an address.
    ///
    /// # Errors
    /// Returns the signal that the fetch raised.
    pub fn fetch(&mut self, address: u64) -> Accessed<()> {
        let registers = user_regs_struct {
            rip: address,
            rax: NOWHERE,
            rbx: NOWHERE,
            rcx: NOWHERE,
            rdx: NOWHERE,
            rsi: NOWHERE,
            rdi: NOWHERE,
            rbp: NOWHERE,
            rsp: NOWHERE,
            r8: NOWHERE,
            ..self.registers
        };
        ptrace::setregs(self.pid, registers).expect("the registers of a stopped process");
        ptrace::step(self.pid, None).expect("a stopped process can take a step");
        match self.wait().expect("a traced process stops") {
            // The instruction was fetched and failed during execution, because no register contains an
            // address.
            Stop::Trap | Stop::Fault(_, SI_KERNEL) => Ok(()),
            Stop::Fault(signal, code) => Err((signal, code)),
            stop @ (Stop::Exec | Stop::Gone) => panic!("an instruction ended in {stop:?}"),
        }
    }

    /// Copies the process, as `fork` does. The copy is a child of the tracer, not of this process, so this
    /// process gets no signal when the copy ends.
    pub fn fork(&mut self) -> Tracee {
        /// `CLONE_PARENT`.
        const OF_OUR_OWN: u64 = 0x8000;
        self.call(number("clone"), [OF_OUR_OWN, 0, 0, 0, 0, 0])
            .expect("a process can be copied");
        let pid = self.children.pop_front().expect("the copy is traced");
        waitpid(pid, Some(WaitPidFlag::__WALL)).expect("the copy stops");
        Tracee::stopped(pid).expect("/proc/PID can be read")
    }

    /// Ends the process with `exit`.
    pub fn exit(&mut self) {
        let stop = self.surely_go(user_regs_struct {
            rip: SYSCALL.0,
            rax: number("exit_group"),
            rdi: 0,
            ..self.registers
        });
        assert_eq!(stop, Stop::Gone);
    }

    /// The contents of `/proc/PID/maps`.
    pub fn maps(&self) -> String {
        let mut text = Vec::new();
        let mut part = [0; 4096];
        loop {
            match self
                .maps
                .read_at(&mut part, text.len() as u64)
                .expect("the maps of a living process")
            {
                0 => return String::from_utf8(text).expect("paths of ours are text"),
                count => text.extend_from_slice(&part[..count]),
            }
        }
    }

    /// Reads memory regardless of its protection, and returns whether all of the memory is mapped.
    pub fn peek(&self, address: u64, into: &mut [u8]) -> bool {
        self.memory.read_exact_at(into, address).is_ok()
    }

    /// The numbers of minor and major faults in the process so far.
    pub fn faults(&self) -> (u64, u64) {
        let stat =
            std::fs::read_to_string(format!("/proc/{}/stat", self.pid)).expect("a living process");
        // The second field is a name in parentheses, which may contain spaces. The third field is the state.
        let (_, fields) = stat.rsplit_once(')').expect("a name in parentheses");
        let field = |number: usize| {
            fields
                .split_whitespace()
                .nth(number - 3)
                .and_then(|text| text.parse().ok())
        };
        field(10).zip(field(12)).expect("counts of faults")
    }
}

/// `/proc/PID/mem` and `/proc/PID/maps`.
fn open_memory(pid: Pid) -> std::io::Result<(File, File)> {
    let memory = File::options()
        .read(true)
        .write(true)
        .open(format!("/proc/{pid}/mem"))?;
    Ok((memory, File::open(format!("/proc/{pid}/maps"))?))
}

/// The registers of a process, modified so that no system call is restarted.
fn settled(pid: Pid) -> nix::Result<user_regs_struct> {
    Ok(user_regs_struct {
        orig_rax: u64::MAX,
        ..ptrace::getregs(pid)?
    })
}

impl Drop for Tracee {
    fn drop(&mut self) {
        if !self.ended {
            // Both system calls fail only if the process has ended.
            let _ = kill(self.pid, Signal::SIGKILL);
            let _ = waitpid(self.pid, Some(WaitPidFlag::__WALL));
        }
    }
}
