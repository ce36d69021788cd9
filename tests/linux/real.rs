//! Linux as a side of the comparison.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use nix::errno::Errno;
use nix::sys::signal::Signal;

use super::names::{
    MADV_DONTNEED, MADV_MERGEABLE, MADV_WILLNEED, MAP_ANONYMOUS, MAP_PRIVATE, MREMAP_DONTUNMAP,
    MREMAP_FIXED, MREMAP_MAYMOVE, PROT_EXEC, PROT_READ,
};
use super::numbers::number;
use super::op::{Action, Arg, CLOSED, FILES, Fd, Mode, Step};
use super::place::{Layout, PAGE, Place};
use super::side::{Answer, Area, Backing, Permits, Side};
use super::tracee::{Accessed, ROOM, ROOM_SIZE, Tracee};

/// A real file in a sequence.
#[derive(Debug)]
struct RealFile {
    path: PathBuf,
    /// The test's own descriptor, for reading the file.
    file: File,
    /// The processes' descriptors, indexed by [`Mode`].
    descriptors: [i64; 3],
}

/// Real Linux processes.
#[derive(Debug)]
pub struct Linux {
    layout: Layout,
    permits: Permits,
    /// The template of the first process of every sequence. The template itself performs no steps.
    mother: Tracee,
    /// All processes, indexed by number, with `None` for ended processes.
    processes: Vec<Option<Tracee>>,
    files: Vec<RealFile>,
    /// The folder of the files. The folder is dropped last, which also removes the files.
    _folder: Folder,
}

impl Linux {
    /// Starts the ancestor of all processes, and creates the files below a folder.
    ///
    /// # Errors
    /// Returns the reason why this machine does not permit tracing.
    pub fn new(folder: &Path) -> Result<Linux, String> {
        let folder =
            Folder::new(folder).map_err(|error| format!("no folder for files: {error}"))?;
        let mut mother = Tracee::spawn()?;
        let brk_start = mother.break_now();
        if brk_start % PAGE as u64 != 0 {
            return Err(format!(
                "the break starts at {brk_start:#x}, which is no start of a page"
            ));
        }
        let files = FILES
            .iter()
            .map(|file| RealFile::new(&folder.0.join(file.name), &mut mother));
        let files = files.collect::<Result<Vec<_>, _>>()?;
        let mut linux = Linux {
            layout: Layout {
                mmap_base: 0,
                brk_start,
            },
            permits: Permits::ALL,
            mother,
            processes: Vec::new(),
            files,
            _folder: folder,
        };
        linux.begin();
        linux.look_around()?;
        Ok(linux)
    }

    fn tracee(&mut self, process: usize) -> &mut Tracee {
        self.processes[process]
            .as_mut()
            .expect("a process that has not ended")
    }

    /// Determines the first process's addresses and the permitted steps.
    fn look_around(&mut self) -> Result<(), String> {
        let file = self.files[0].descriptors[Mode::ReadOnly as usize];
        let tracee = self.tracee(0);
        let mut map = |prot: u64, flags: u64, fd: i64| {
            tracee.call(number("mmap"), [0, PAGE as u64, prot, flags, fd as u64, 0])
        };
        let anonymous = MAP_PRIVATE | MAP_ANONYMOUS;
        let top = map(PROT_READ, anonymous, -1)
            .map_err(|error| format!("mmap does not work: {error}"))? as u64;
        let code = map(PROT_EXEC, anonymous, -1)
            .map_err(|error| format!("no executable memory: {error}"))? as u64;
        let executable_files = map(PROT_EXEC, MAP_PRIVATE, file).is_ok();
        let mut advise = |advice: u64| {
            tracee
                .call(number("madvise"), [top, PAGE as u64, advice, 0, 0, 0])
                .is_ok()
        };
        let (merging, swapping) = (advise(MADV_MERGEABLE), advise(MADV_WILLNEED));
        let execute_is_read = tracee.load(code).is_ok();
        // Moves two areas, one readable and one executable, to lower addresses.
        let (two, below) = (2 * PAGE as u64, code - 8 * PAGE as u64);
        let moved = tracee.call(
            number("mremap"),
            [code, two, two, MREMAP_MAYMOVE | MREMAP_FIXED, below, 0],
        );
        let file = tracee.call(
            number("mmap"),
            [0, PAGE as u64, PROT_READ, MAP_PRIVATE, file as u64, 0],
        );
        let file = file.map_err(|error| format!("a file cannot be mapped: {error}"))? as u64;
        let keep = MREMAP_MAYMOVE | MREMAP_DONTUNMAP;
        let kept = tracee.call(
            number("mremap"),
            [file, PAGE as u64, PAGE as u64, keep, 0, 0],
        );
        // Locks a range beyond the areas. If locking is permitted, the call fails because the range is not mapped.
        let locked = tracee.call(number("mlock"), [top, 1 << 40, 0, 0, 0, 0]);
        let dropped = tracee.call(
            number("madvise"),
            [top, PAGE as u64, MADV_DONTNEED, 0, 0, 0],
        );
        self.layout.mmap_base = top + PAGE as u64;
        self.permits = Permits {
            executable_files,
            execute_is_read,
            merging,
            swapping,
            moves_areas: moved.is_ok(),
            keeps_areas: kept.is_ok(),
            locking: locked == Err(Errno::ENOMEM) && dropped == Err(Errno::EINVAL),
        };
        Ok(())
    }

    /// Ends the current sequence and begins a new sequence.
    fn begin(&mut self) {
        self.processes.clear();
        for (file, spec) in self.files.iter().zip(FILES) {
            file.file.set_len(0).expect("a file of ours can be emptied");
            // Writes one page at a time, because a larger write may create a large folio, and Linux 6.18 maps
            // all pages of a folio.
            for (at, page) in (0..)
                .step_by(PAGE as usize)
                .zip(spec.contents().chunks(PAGE as usize))
            {
                file.file
                    .write_all_at(page, at)
                    .expect("a file of ours can be written");
            }
        }
        self.processes.push(Some(self.mother.fork()));
    }

    fn descriptor(&self, fd: Fd) -> i64 {
        match fd {
            Fd::None => -1,
            Fd::Closed => CLOSED,
            Fd::File(file, mode) => self.files[file].descriptors[mode as usize],
        }
    }

    /// An argument, converted to the value of a register.
    fn register(&mut self, process: usize, arg: Arg) -> u64 {
        match arg {
            Arg::Place(place) => self.layout.address(place),
            Arg::Size(size) => size as u64,
            Arg::Fd(fd) => self.descriptor(fd) as u64,
            Arg::Bits(value, _) | Arg::One(value, _) => value,
            Arg::Bytes(byte, count) => self.tracee(process).lend(&vec![byte; count as usize]),
        }
    }

    fn call(&mut self, process: usize, name: &str, args: &[Arg]) -> Result<i64, Errno> {
        let mut registers = [0; 6];
        for (register, &arg) in registers.iter_mut().zip(args) {
            *register = self.register(process, arg);
        }
        let result = self.tracee(process).call(number(name), registers)?;
        // The system call returns the break. The C function reports an error if the break is below its
        // argument.
        match name {
            "brk" if result as u64 >= registers[0] => Ok(0),
            "brk" => Err(Errno::ENOMEM),
            _ => Ok(result),
        }
    }

    /// Parses a line of `maps`. Returns `None` if the area is not part of the sequence.
    fn area(&self, line: &str) -> Option<Area> {
        // The fields are range, permissions, offset, device, and inode, followed by spaces and a path that
        // may contain spaces.
        let mut fields = line.splitn(6, ' ');
        let (start, end) = fields.next()?.split_once('-')?;
        let perms = fields.next()?.to_string();
        let offset = u64::from_str_radix(fields.next()?, 16).ok()?;
        let inode: u64 = fields.nth(1)?.parse().ok()?;
        let path = fields.next().unwrap_or("").trim_start();
        let start = u64::from_str_radix(start, 16).ok()?;
        let ours = (ROOM..ROOM + ROOM_SIZE).contains(&start)
            || (path.starts_with("[v") && path.ends_with(']'));
        let file = self
            .files
            .iter()
            .position(|file| file.path.as_os_str() == path);
        let backing = match file {
            Some(file) => Backing::File(file),
            None if inode != 0 => Backing::Shared(inode),
            None => Backing::Anonymous,
        };
        let place = |address| self.layout.place(address);
        let end = u64::from_str_radix(end, 16).ok()?;
        (!ours).then(|| Area {
            start: place(start),
            end: place(end),
            perms,
            offset,
            backing,
        })
    }
}

/// The names of an access's signal and of the signal's code.
fn fatal((signal, code): (Signal, i32)) -> Answer {
    let code = match (signal, code) {
        (Signal::SIGSEGV, 1) => "SEGV_MAPERR".to_string(),
        (Signal::SIGSEGV, 2) => "SEGV_ACCERR".to_string(),
        (Signal::SIGBUS, 2) => "BUS_ADRERR".to_string(),
        (_, code) => code.to_string(),
    };
    Answer::Signal(signal.as_str().to_string(), code)
}

fn accessed<T>(accessed: Accessed<T>, done: impl FnOnce(T) -> Answer) -> Answer {
    accessed.map_or_else(fatal, done)
}

impl Side for Linux {
    fn name(&self) -> &'static str {
        "Linux"
    }

    fn layout(&self) -> Layout {
        self.layout
    }

    fn permits(&self) -> Permits {
        self.permits
    }

    fn start(&mut self) {
        self.begin();
    }

    fn step(&mut self, step: &Step) -> Answer {
        let Step { process, op } = *step;
        match op.action() {
            Action::Call {
                name,
                args,
                gives_place,
            } => match self.call(process, name, &args) {
                Ok(address) if gives_place => Answer::At(self.layout.place(address as u64)),
                Ok(result) => Answer::Number(result),
                Err(error) => Answer::Error(format!("{error:?}")),
            },
            Action::Load(place) => {
                let address = self.layout.address(place);
                accessed(self.tracee(process).load(address), Answer::Byte)
            }
            Action::Store(place, byte) => {
                let address = self.layout.address(place);
                accessed(self.tracee(process).store(address, byte), |()| Answer::Done)
            }
            Action::Fetch(place) => {
                let address = self.layout.address(place);
                accessed(self.tracee(process).fetch(address), |()| Answer::Done)
            }
            Action::Fork => {
                let child = self.tracee(process).fork();
                self.processes.push(Some(child));
                Answer::Child(self.processes.len() - 1)
            }
            Action::Exit => {
                self.tracee(process).exit();
                self.processes[process] = None;
                Answer::Done
            }
        }
    }

    fn maps(&mut self, process: usize) -> Vec<Area> {
        let text = self.tracee(process).maps();
        text.lines().filter_map(|line| self.area(line)).collect()
    }

    fn bytes(&mut self, process: usize, page: Place, offsets: &[u16]) -> Option<Vec<u8>> {
        let address = self.layout.address(page);
        let mut bytes = [0; PAGE as usize];
        let there = self.tracee(process).peek(address, &mut bytes);
        there.then(|| {
            offsets
                .iter()
                .map(|&offset| bytes[usize::from(offset)])
                .collect()
        })
    }

    fn file(&mut self, file: usize) -> Vec<u8> {
        self.files[file].read().expect("a file of ours can be read")
    }

    fn faults(&mut self, process: usize) -> (u64, u64) {
        self.tracee(process).faults()
    }
}

impl RealFile {
    /// Creates an empty file, and opens it in a process in each mode.
    fn new(path: &Path, tracee: &mut Tracee) -> Result<RealFile, String> {
        let wrong = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
        let file = File::options()
            .read(true)
            .write(true)
            .create_new(true)
            .open(path);
        let file = file.map_err(|error| wrong(&error))?;
        let mut descriptors = [0; 3];
        for mode in Mode::ALL {
            descriptors[mode as usize] = tracee
                .open(path, mode as u64)
                .map_err(|error| wrong(&error))?;
        }
        Ok(RealFile {
            path: path.to_path_buf(),
            file,
            descriptors,
        })
    }

    /// All its bytes. The file stays open, because some file systems write a file to the disk when it is
    /// closed.
    fn read(&self) -> std::io::Result<Vec<u8>> {
        let mut bytes = vec![0; self.file.metadata()?.len() as usize];
        self.file.read_exact_at(&mut bytes, 0)?;
        Ok(bytes)
    }
}

/// A new folder inside another folder, removed when the value is dropped.
#[derive(Debug)]
struct Folder(PathBuf);

impl Folder {
    fn new(within: &Path) -> std::io::Result<Folder> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = within.join(format!("pagewalk-linux-{}-{number}", std::process::id()));
        fs::create_dir(&folder)?;
        folder.canonicalize().map(Folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // If the folder cannot be removed, it does not affect other tests.
        let _ = fs::remove_dir_all(&self.0);
    }
}
