//! A kernel and a naive model of memory that run the same program.

use super::images::{self, Program};
use super::lab::{End, Lab, Steps};
use super::model::Model;
use super::programs::{BACKED, Behind, Op, PAGES, Setting};
use super::tally::Tally;
use crate::kernel::file::Fill;
use crate::kernel::frames::FrameContents;
use crate::kernel::ids::{FileId, ObjectId, Pid};
use crate::kernel::process::PageLocation;
use crate::kernel::vma::{Backing, Prot, Vma};
use crate::machine::event::AccessKind;

pub(crate) struct Pair {
    pub(crate) lab: Lab,
    pub(crate) model: Model,
    pub(crate) alive: Vec<Pid>,
    /// The results of the program: loaded bytes, and the end of each access.
    pub(crate) results: Vec<(Vec<u8>, Option<End>)>,
    pub(crate) tally: Tally,
    pub(crate) files: Vec<FileId>,
    objects: Vec<ObjectId>,
    programs: Vec<Program>,
    pub(crate) page: u64,
    /// The first address that programs use.
    base: u64,
}

impl Pair {
    pub(crate) fn new(setting: &Setting) -> Self {
        let mut lab = Lab::new(setting.spec.clone(), |config| {
            *config = setting.config.clone();
        });
        let page = lab.page();
        // On the Core i7, the addresses cross a boundary between two tables at each level.
        let base = if page == 4096 {
            0x4000_0000_0000 - 8 * page
        } else {
            4 * page
        };
        let eager = !lab.kernel.shape.read_only;
        let mut model = Model {
            page,
            eager,
            ..Model::default()
        };
        let mut files = Vec::new();
        for _ in 0..2 {
            let (file, _) = lab.file(Fill::Pages(0x40), BACKED * page);
            let bytes = (0..BACKED * page)
                .map(|at| 0x40 + (at / page) as u8)
                .collect();
            model.files.insert(file, bytes);
            files.push(file);
        }
        let programs = images::declare(&mut lab.kernel, &mut model, base);
        Self {
            lab,
            model,
            alive: Vec::new(),
            results: Vec::new(),
            tally: Tally::default(),
            files,
            objects: Vec::new(),
            programs,
            page,
            base,
        }
    }

    fn who(&self, who: usize) -> Option<Pid> {
        self.alive.get(who % self.alive.len().max(1)).copied()
    }

    /// The permissions that this machine supports. Without an R/W bit, readable pages are also writable.
    fn prot(&self, prot: Prot) -> Prot {
        let open = self.model.eager && (prot.read || prot.exec);
        Prot {
            write: prot.write || open,
            ..prot
        }
    }

    /// Converts a number, in units of 1/64 of a page, to an address in a process.
    fn va(&self, pid: Pid, at: u64) -> u64 {
        self.base + self.aim(pid, at / 64) * self.page + at % 64 * (self.page / 64)
    }

    /// Usually returns a page of the process, but sometimes any page.
    fn aim(&self, pid: Pid, at: u64) -> u64 {
        let window = self.vpns(0, PAGES);
        let mapped = || {
            self.model.spaces[&pid]
                .pages
                .range(window.clone())
                .map(|(vpn, _)| vpn - window.start)
        };
        let count = mapped().count();
        if at.is_multiple_of(6) || count == 0 {
            return at;
        }
        mapped().nth(at as usize % count).unwrap_or(at)
    }

    fn range(&self, at: u64, pages: u64) -> std::ops::Range<u64> {
        let start = self.base + at * self.page;
        start..start + pages * self.page
    }

    pub(crate) fn vpns(&self, at: u64, pages: u64) -> std::ops::Range<u64> {
        let range = self.range(at, pages);
        range.start / self.page..range.end / self.page
    }

    pub(crate) fn step(&mut self, op: &Op) {
        match *op {
            Op::Spawn if self.alive.len() < 4 => {
                if let Ok(pid) = self.lab.kernel.spawn("P".into()) {
                    self.model
                        .spaces
                        .insert(pid, super::model::Space::default());
                    self.alive.push(pid);
                }
            }
            Op::Spawn => {}
            Op::Sync => self.lab.kernel.sync(),
            Op::Merge => {
                let mut steps = Steps::default();
                self.lab.kernel.ksm_scan(&mut steps);
                self.tally.on_kernel_steps(&steps.0);
            }
            Op::Tick => self.lab.kernel.tick(),
            Op::Reclaim(pages) => {
                let mut steps = Steps::default();
                self.lab.kernel.reclaim(pages, &mut steps);
                self.tally.on_kernel_steps(&steps.0);
            }
            Op::Flush => self.flush(),
            Op::Core(core) => drop(self.lab.kernel.machine.set_core(core)),
            Op::FileWrite { .. } | Op::FileRead { .. } | Op::Truncate { .. } => self.step_file(op),
            Op::Fork(who)
            | Op::Exit(who)
            | Op::Exec { who, .. }
            | Op::Map { who, .. }
            | Op::Unmap { who, .. }
            | Op::Protect { who, .. }
            | Op::Forget { who, .. }
            | Op::Move { who, .. }
            | Op::Populate { who, .. }
            | Op::Lock { who, .. }
            | Op::Mergeable { who, .. }
            | Op::SwapOut { who, .. } => {
                if let Some(pid) = self.who(who) {
                    self.step_space(pid, op);
                }
            }
            Op::Load { who, at, size, .. }
            | Op::Store { who, at, size, .. }
            | Op::CopyIn { who, at, size }
            | Op::CopyOut { who, at, size, .. } => {
                if let Some(pid) = self.who(who) {
                    self.step_bytes(pid, self.va(pid, at), size, op);
                }
            }
        }
    }

    fn step_file(&mut self, op: &Op) {
        match *op {
            Op::FileWrite {
                file,
                at,
                size,
                byte,
            } => {
                let (file, bytes) = (self.files[file], vec![byte; size]);
                let held = self.model.files.get_mut(&file).expect("a file");
                let at = (at as usize * self.page as usize / 64) % (held.len() + 1);
                // The file size remains a multiple of the page size.
                let size = size.min(held.len() - at);
                held[at..at + size].copy_from_slice(&bytes[..size]);
                self.lab.kernel.file_write(file, at as u64, &bytes[..size]);
            }
            Op::FileRead { file, at, size } => {
                let (file, mut bytes) = (self.files[file], vec![0; size]);
                let held = &self.model.files[&file];
                let at = at as usize % (held.len() + 1);
                let count = self.lab.kernel.file_read(file, at as u64, &mut bytes);
                bytes.truncate(count);
                assert_eq!(bytes, held[at..(at + size).min(held.len())]);
                self.results.push((bytes, None));
            }
            Op::Truncate { file, pages } => {
                let (file, size) = (self.files[file], pages * self.page);
                self.lab.kernel.file_truncate(file, size);
                self.model.truncate(file, size as usize);
            }
            _ => {}
        }
    }

    fn step_space(&mut self, pid: Pid, op: &Op) {
        match *op {
            Op::Fork(_) if self.alive.len() < 4 => {
                if let Ok(child) = self.lab.fork(pid) {
                    self.model.fork(pid, child);
                    self.check_child(child);
                    self.alive.push(child);
                }
            }
            Op::Exit(_) => {
                self.lab.exit(pid);
                self.model.spaces.remove(&pid);
                self.alive.retain(|other| *other != pid);
            }
            Op::Exec { program, .. } => self.exec(pid, program),
            Op::Map {
                at,
                pages,
                prot,
                behind,
                offset,
                ..
            } => {
                self.map(pid, (at, pages), prot, behind, offset);
            }
            Op::Unmap { at, pages, .. } => {
                let at = self.aim(pid, at);
                self.lab.kernel.unmap_range(pid, self.range(at, pages));
                self.model.unmap(pid, self.vpns(at, pages));
            }
            Op::Protect {
                at, pages, prot, ..
            } => {
                let at = self.aim(pid, at);
                let prot = self.prot(prot);
                self.lab
                    .kernel
                    .change_areas(pid, self.range(at, pages), &|area| area.prot = prot);
                self.model.protect(pid, self.vpns(at, pages), prot);
            }
            Op::Forget { at, pages, .. } => {
                let at = self.aim(pid, at);
                self.lab.kernel.unmap_pages(pid, self.range(at, pages));
                self.model.drop_own(pid, self.vpns(at, pages));
            }
            Op::Move { at, pages, to, .. } => self.move_area(pid, self.aim(pid, at), pages, to),
            Op::Populate { at, pages, .. } => self.populate(pid, self.aim(pid, at), pages),
            Op::Lock { at, pages, on, .. } => {
                self.lab
                    .kernel
                    .change_areas(pid, self.range(at, pages), &|area| area.locked = on);
            }
            Op::Mergeable { at, pages, .. } => {
                let at = self.aim(pid, at);
                self.lab
                    .kernel
                    .change_areas(pid, self.range(at, pages), &|area| area.mergeable = true);
            }
            Op::SwapOut { at, .. } => {
                let at = self.aim(pid, at);
                let vpn = self.lab.kernel.vpn(self.vpns(at, 1).start).expect("a page");
                let mut steps = Steps::default();
                let _ = self.lab.kernel.swap_out(pid, vpn, &mut steps);
                self.tally.on_kernel_steps(&steps.0);
            }
            _ => {}
        }
    }

    /// Runs `execve`. The call succeeds or changes nothing, except that a process ends if no memory is free
    /// for its root table.
    fn exec(&mut self, pid: Pid, program: usize) {
        let program = &self.programs[program % self.programs.len()];
        let done = self.lab.kernel.exec(pid, program.file);
        self.results.push((vec![u8::from(done.is_ok())], None));
        if self
            .lab
            .kernel
            .process(pid)
            .is_none_or(|process| process.space.tables.get(1, 0).is_none())
        {
            assert!(done.is_err() && program.fits);
            self.model.spaces.remove(&pid);
            self.alive.retain(|other| *other != pid);
            return;
        }
        assert_eq!(done.is_ok(), program.fits, "{done:?}");
        if program.fits {
            self.model
                .spaces
                .insert(pid, super::model::Space::default());
            for area in &program.areas {
                self.model.map(pid, area);
            }
        }
        self.compare();
    }

    /// Populates pages, which copies writable private pages. The model copies the number of populated pages
    /// from the kernel.
    fn populate(&mut self, pid: Pid, at: u64, pages: u64) {
        let mut steps = Steps::default();
        let _ = self
            .lab
            .kernel
            .populate(pid, self.range(at, pages), &mut steps);
        self.tally.on_process_steps(pid, &steps.0);
        for vpn in self.vpns(at, pages) {
            let is_own = match self.lab.kernel.page_location(pid, vpn) {
                Some(PageLocation::Frame(frame)) => {
                    self.lab.kernel.frames.get(frame).contents == FrameContents::Anonymous
                }
                // The page was evicted immediately.
                Some(PageLocation::Swap(_)) => true,
                _ => false,
            };
            if is_own {
                self.model.make_own(pid, vpn);
            }
        }
    }

    fn map(&mut self, pid: Pid, (at, pages): (u64, u64), prot: Prot, behind: Behind, offset: u64) {
        let range = self.range(at, pages);
        if !self
            .lab
            .kernel
            .process(pid)
            .expect("it")
            .space
            .areas
            .is_free(range.clone())
        {
            return;
        }
        let offset = offset * self.page;
        let file = |n: usize| Backing::File {
            file: self.files[n],
            offset,
            writable: true,
            opened: 0,
        };
        let (shared, backing) = match behind {
            Behind::Anonymous => (false, Backing::Anonymous),
            Behind::PrivateFile(n) => (false, file(n)),
            Behind::SharedFile(n) => (true, file(n)),
            Behind::NewObject => {
                let (object, backing) = self.lab.object(BACKED);
                self.model
                    .objects
                    .insert(object, vec![0; (BACKED * self.page) as usize]);
                self.objects.push(object);
                (true, backing)
            }
            Behind::Object(n) => {
                let alive = |object: &&ObjectId| self.lab.kernel.objects.all.contains_key(*object);
                let Some(object) = self.objects.iter().filter(alive).nth(n) else {
                    return;
                };
                (
                    true,
                    Backing::Object {
                        object: *object,
                        offset,
                    },
                )
            }
        };
        let area = Vma::new(range, self.prot(prot), shared, backing);
        self.lab.kernel.map_area(pid, area);
        self.model.map(pid, &area);
    }

    fn move_area(&mut self, pid: Pid, at: u64, pages: u64, to: u64) {
        let (from, target) = (self.range(at, pages), self.range(to, pages));
        let areas = &self.lab.kernel.process(pid).expect("it").space.areas;
        let Some(area) = areas.find(from.start).copied() else {
            return;
        };
        if area.end < from.end || !areas.is_free(target.clone()) {
            return;
        }
        if self
            .lab
            .kernel
            .move_pages(pid, from.clone(), target.start)
            .is_err()
        {
            return;
        }
        let part = area.part(from.start, from.end);
        self.lab.kernel.map_area(
            pid,
            Vma {
                start: target.start,
                end: target.end,
                ..part
            },
        );
        self.lab.kernel.unmap_range(pid, from);
        self.model
            .move_pages(pid, self.vpns(at, pages), self.vpns(to, pages).start);
    }

    fn step_bytes(&mut self, pid: Pid, va: u64, size: usize, op: &Op) {
        match *op {
            Op::Load { fetch, .. } => {
                let kind = if fetch {
                    AccessKind::Execute
                } else {
                    AccessKind::Read
                };
                let (bytes, end, steps) = self.lab.access_bytes(pid, va, size, kind);
                self.tally.on_process_steps(pid, &steps);
                let (expected, class) = self.model.load(pid, va, size, kind, true);
                let known: Vec<u8> = bytes.iter().map_while(|byte| *byte).collect();
                match end {
                    End::NoMemory(_) => assert!(expected.starts_with(&known)),
                    End::Done => assert_eq!((&known, None), (&expected, class)),
                    End::Killed(killed) => assert_eq!((&known, Some(killed)), (&expected, class)),
                }
                self.results.push((known, Some(end)));
            }
            Op::Store { byte, .. } => {
                let bytes = vec![byte; size];
                let (end, steps) = self.lab.store(pid, va, &bytes);
                self.tally.on_process_steps(pid, &steps);
                self.results.push((Vec::new(), Some(end)));
                match end {
                    End::NoMemory(_) => {
                        let done = self.stored(pid, va, &bytes);
                        self.model.store(pid, va, &bytes[..done]);
                    }
                    End::Done => assert_eq!(self.model.store_all(pid, va, &bytes), None),
                    End::Killed(killed) => {
                        assert_eq!(self.model.store_all(pid, va, &bytes), Some(killed));
                    }
                }
            }
            Op::CopyIn { .. } => {
                let mut bytes = vec![0; size];
                let mut steps = Steps::default();
                let count = self.lab.kernel.copy_in(pid, va, &mut bytes, &mut steps);
                self.tally.on_process_steps(pid, &steps.0);
                let (expected, _) = self.model.load(pid, va, size, AccessKind::Read, true);
                if let Ok(count) = count {
                    assert_eq!(bytes[..count], expected);
                    self.results.push((expected, None));
                }
            }
            Op::CopyOut { byte, .. } => {
                let bytes = vec![byte; size];
                let mut steps = Steps::default();
                let count = self.lab.kernel.copy_out(pid, va, &bytes, &mut steps);
                self.tally.on_process_steps(pid, &steps.0);
                let done = count.unwrap_or_else(|_| self.stored(pid, va, &bytes));
                let (stored, _) =
                    self.model
                        .store(pid, va, &bytes[..if count.is_ok() { size } else { done }]);
                assert_eq!(done, stored);
            }
            _ => {}
        }
    }

    /// Number of bytes stored before memory was exhausted: the longest matching run of whole pages.
    fn stored(&self, pid: Pid, va: u64, bytes: &[u8]) -> usize {
        let ends = (1..=bytes.len()).filter(|n| (va + *n as u64).is_multiple_of(self.page));
        let agrees = |n: &usize| {
            let mut model = self.model.clone();
            model.store(pid, va, &bytes[..*n]);
            let (expected, _) = model.load(pid, va, bytes.len(), AccessKind::Read, false);
            self.peek(pid, va, bytes.len()) == expected
        };
        ends.chain([0])
            .filter(agrees)
            .max()
            .expect("whole pages were stored")
    }
}
