//! Faults in the file system: the n-th system call that writes a file fails, for every n. The kernel's system calls are
//! replaced through `ptrace`, so the tests run the unchanged program, and the code needs no replaceable file layer.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

use nix::errno::Errno;
use nix::libc::{self, user_regs_struct};
use nix::sys::ptrace::{self, Event, Options};
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;

use super::{Ran, folder, pagewalk, put, text};

/// A way in which a system call fails.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fault {
    /// The call fails with this error.
    Error(Errno),
    /// A write stores half of its bytes, and the disk is full afterwards.
    HalfAWrite,
    /// The process gets this signal, and the thread that writes a new file to the disk does not continue.
    End(Signal),
}

const FAULTS: [Fault; 4] = [
    Fault::Error(Errno::ENOSPC),
    Fault::Error(Errno::EACCES),
    Fault::Error(Errno::EINTR),
    Fault::HalfAWrite,
];

/// Whether a system call writes, creates, or renames a file. Standard output and standard error are not files here.
fn writes(registers: &user_regs_struct) -> bool {
    match registers.orig_rax as libc::c_long {
        libc::SYS_openat => {
            registers.rdx as i32 & (libc::O_CREAT | libc::O_WRONLY | libc::O_RDWR) != 0
        }
        libc::SYS_fsync
        | libc::SYS_fdatasync
        | libc::SYS_fchmod
        | libc::SYS_rename
        | libc::SYS_renameat
        | libc::SYS_renameat2
        | libc::SYS_mkdir => true,
        _ => is_write(registers),
    }
}

fn is_write(registers: &user_regs_struct) -> bool {
    let call = registers.orig_rax as libc::c_long;
    matches!(
        call,
        libc::SYS_write | libc::SYS_pwrite64 | libc::SYS_writev
    ) && registers.rdi > 2
}

/// A traced run.
struct Injection {
    process: Pid,
    at: usize,
    fault: Fault,
    /// Number of calls that write, so far.
    count: usize,
    /// Whether the disk is full.
    full: bool,
    /// The result of the current system call of each thread.
    results: BTreeMap<Pid, Errno>,
    /// The thread that does not continue.
    held: Option<Pid>,
}

impl Injection {
    /// Handles the start or the end of a system call.
    fn step(&mut self, thread: Pid) -> nix::Result<()> {
        let mut registers = ptrace::getregs(thread)?;
        if registers.rax as i64 != -i64::from(libc::ENOSYS) {
            if let Some(error) = self.results.remove(&thread) {
                registers.rax = -i64::from(error as i32) as u64;
                ptrace::setregs(thread, registers)?;
            }
            return Ok(());
        }
        if !writes(&registers) {
            return Ok(());
        }
        self.count += 1;
        let error = match self.fault {
            _ if self.full && is_write(&registers) => Errno::ENOSPC,
            Fault::Error(error) if self.count == self.at => error,
            Fault::HalfAWrite if self.count == self.at && is_write(&registers) => {
                self.full = true;
                registers.rdx /= 2;
                return ptrace::setregs(thread, registers);
            }
            Fault::End(signal) if registers.orig_rax as libc::c_long == libc::SYS_fsync => {
                self.held = Some(thread);
                return kill(self.process, signal);
            }
            _ => return Ok(()),
        };
        self.results.insert(thread, error);
        registers.orig_rax = u64::MAX;
        ptrace::setregs(thread, registers)
    }
}

/// Runs `pagewalk` with a fault. Returns `None` if the program has fewer such calls, or an error if this machine does
/// not permit tracing.
#[expect(clippy::zombie_processes, reason = "`waitpid` waits for the process")]
fn with_fault(
    folder: &Path,
    arguments: &[&str],
    at: usize,
    fault: Fault,
) -> Result<Option<Ran>, Errno> {
    let file = |name: &str| File::create(folder.join(name)).expect("a file");
    let mut child = Command::new("sh")
        .args([
            "-c",
            "kill -STOP $$; exec \"$0\" \"$@\"",
            env!("CARGO_BIN_EXE_pagewalk"),
        ])
        .args(arguments)
        .current_dir(folder)
        .env_remove("CI")
        .stdout(file("stdout"))
        .stderr(file("stderr"))
        .process_group(0)
        .spawn()
        .expect("sh starts");
    let process = Pid::from_raw(child.id() as i32);
    waitpid(process, Some(WaitPidFlag::WUNTRACED))?;
    let options = Options::PTRACE_O_TRACESYSGOOD
        | Options::PTRACE_O_TRACECLONE
        | Options::PTRACE_O_TRACEEXEC
        | Options::PTRACE_O_EXITKILL;
    if let Err(error) = ptrace::seize(process, options) {
        child.kill().expect("killed");
        child.wait().expect("ended");
        return Err(error);
    }
    let mut injection = Injection {
        process,
        at,
        fault,
        count: 0,
        full: false,
        results: BTreeMap::new(),
        held: None,
    };
    let mut begun = false;
    // The process group, because other tests also have children.
    let group = Pid::from_raw(-process.as_raw());
    let status = loop {
        let (thread, signal) = match waitpid(group, Some(WaitPidFlag::__WALL))? {
            WaitStatus::Exited(ended, status) if ended == process => break Some(status),
            WaitStatus::Signaled(ended, ..) if ended == process => break None,
            WaitStatus::PtraceSyscall(thread) => {
                if begun {
                    injection.step(thread)?;
                }
                (thread, None)
            }
            WaitStatus::PtraceEvent(thread, _, event) => {
                // After this event, the shell is `pagewalk`.
                begun |= event == Event::PTRACE_EVENT_EXEC as i32;
                (thread, None)
            }
            WaitStatus::Stopped(thread, Signal::SIGSTOP | Signal::SIGTRAP | Signal::SIGCONT) => {
                (thread, None)
            }
            WaitStatus::Stopped(thread, signal) => (thread, Some(signal)),
            _ => continue,
        };
        if injection.held != Some(thread) {
            // A thread may just have ended.
            let _ = ptrace::syscall(thread, signal);
        }
    };
    let ran = Ran {
        status,
        out: text(folder, "stdout"),
        messages: text(folder, "stderr"),
    };
    for name in ["stdout", "stderr"] {
        fs::remove_file(folder.join(name)).expect("removed");
    }
    Ok((injection.count >= at).then_some(ran))
}

/// The names and bytes of all files below a folder.
fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        if path.is_dir() {
            all.extend(
                contents(&path)
                    .into_iter()
                    .map(|(inner, bytes)| (format!("{name}/{inner}"), bytes)),
            );
        } else {
            all.insert(name, fs::read(path).expect("a file"));
        }
    }
    all
}

fn restore(folder: &Path, files: &BTreeMap<String, Vec<u8>>) {
    fs::remove_dir_all(folder).expect("removed");
    for (name, bytes) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, bytes).expect("a file");
    }
}

/// Fails every call that writes of a command in a folder with files. `outputs` is the number of files that it changes.
fn survives(folder: &Path, arguments: &[&str], outputs: usize) {
    let old = contents(folder);
    let ran = pagewalk(folder, arguments);
    assert_eq!(ran.status, Some(0), "{arguments:?}: {ran:?}");
    let new = contents(folder);
    let changed: Vec<&String> = new
        .keys()
        .filter(|name| old.get(*name) != new.get(*name))
        .collect();
    assert_eq!(changed.len(), outputs, "{changed:?}");
    for fault in FAULTS {
        for at in 1.. {
            restore(folder, &old);
            let ran = match with_fault(folder, arguments, at, fault) {
                Ok(Some(ran)) => ran,
                Ok(None) => {
                    // Each file is at least created, written, and renamed.
                    assert!(at > 3 * outputs, "only {at} calls write");
                    break;
                }
                Err(error) => {
                    writeln!(
                        std::io::stderr(),
                        "skipped: ptrace is not permitted here: {error}"
                    )
                    .expect("stderr");
                    return;
                }
            };
            let place = format!("{arguments:?}, call {at}, {fault:?}: {ran:?}");
            let now = contents(folder);
            match ran.status {
                // The call was repeated, or its result does not matter.
                Some(0) => assert_eq!(now, new, "{place}"),
                Some(2) => {
                    let said = format!("{}{}", ran.out, ran.messages);
                    assert!(
                        said.contains("cannot write `") || said.contains("cannot be written"),
                        "{place}"
                    );
                    assert!(
                        !said.contains("cannot read") && !said.contains("cannot be read"),
                        "{place}"
                    );
                    for (name, bytes) in &now {
                        assert!(
                            old.get(name) == Some(bytes) || new.get(name) == Some(bytes),
                            "{name}: {place}"
                        );
                    }
                    assert!(outputs > 1 || now == old, "{place}");
                }
                other => panic!("status {other:?}: {place}"),
            }
        }
    }
}

#[test]
fn fmt_survives_every_fault() {
    let folder = folder("fault-fmt");
    put(&folder, "x.pw", "machine    simple\n");
    survives(&folder, &["fmt", "x.pw"], 1);
}

#[test]
fn bless_survives_every_fault() {
    let folder = folder("fault-bless");
    put(&folder, "x.pw", "machine simple\n");
    assert_eq!(
        pagewalk(&folder, &["test", "--bless", "x.pw"]).status,
        Some(0)
    );
    put(&folder, "x.pw", "machine simple\nread 0x10\n");
    survives(&folder, &["test", "--bless", "x.pw"], 1);
}

#[test]
fn a_report_survives_every_fault() {
    let folder = folder("fault-report");
    put(&folder, "x.pw", "machine simple\n");
    put(&folder, "r.json", "an old report\n");
    survives(&folder, &["test", "x.pw", "--report", "json=r.json"], 1);
}

#[test]
fn an_exam_survives_every_fault() {
    let folder = folder("fault-exam");
    put(
        &folder,
        "x.pw",
        "machine simple\nquestion \"Q\" { ask read 0x10 => vpn }\n",
    );
    fs::create_dir(folder.join("out")).expect("a folder");
    put(&folder, "out/x.md", "an old paper\n");
    survives(&folder, &["exam", "x.pw", "--output", "out", "--key"], 2);
}

#[test]
fn a_plot_survives_every_fault() {
    let folder = folder("fault-plot");
    put(&folder, "t.trace", " L 10,1\n".repeat(100));
    put(&folder, "t.svg", "an old file\n");
    survives(
        &folder,
        &["replay", "simple", "t.trace", "--plot", "t.svg"],
        1,
    );
}

#[test]
fn marks_survive_every_fault() {
    let folder = folder("fault-grade");
    put(
        &folder,
        "x.pw",
        "machine simple\nquestion \"Q\" { ask read 0x10 => vpn }\n",
    );
    put(&folder, "a.csv", "id,1.vpn\n1,0\n");
    put(&folder, "marks.csv", "old marks\n");
    survives(
        &folder,
        &["grade", "x.pw", "a.csv", "--output", "marks.csv"],
        1,
    );
}

#[test]
fn a_signal_keeps_the_old_file() {
    let folder = folder("fault-signal");
    put(&folder, "x.pw", "machine    simple\n");
    let old = contents(&folder);
    let unfinished = ".x.pw.pagewalk-0".to_owned();
    for signal in [Signal::SIGTERM, Signal::SIGKILL] {
        let ran = match with_fault(&folder, &["fmt", "x.pw"], 1, Fault::End(signal)) {
            Ok(ran) => ran.expect("a write"),
            Err(error) => {
                writeln!(
                    std::io::stderr(),
                    "skipped: ptrace is not permitted here: {error}"
                )
                .expect("stderr");
                return;
            }
        };
        assert_eq!(ran.status, None, "{signal}: {ran:?}");
        let mut now = contents(&folder);
        // A process that cannot handle the signal leaves the unfinished file.
        let left = now.remove(&unfinished).is_some();
        assert_eq!((left, &now), (signal == Signal::SIGKILL, &old), "{signal}");
    }
    // The next write removes it.
    assert_eq!(pagewalk(&folder, &["fmt", "x.pw"]).status, Some(0));
    assert_eq!(contents(&folder).keys().collect::<Vec<_>>(), ["x.pw"]);
}
