//! Meanings of system call results for memory.

use crate::report::words::counts::{count, pages};
use crate::report::words::names::Names;
use crate::run::record::{AreaRecord, CallRecord, FaultRecord};
use pagewalk_engine::kernel::abi::{Arg, Args};
use pagewalk_engine::kernel::event::FaultClass;
use pagewalk_engine::kernel::syscall::constant;
use pagewalk_engine::kernel::vma::Prot;
use pagewalk_engine::machine::pte::Bit;

/// Maximum number of areas to name in a sentence.
const NAMED: usize = 3;

/// Returns the end of a sentence that describes a successful call on memory.
pub(crate) fn meaning(names: &Names, record: &CallRecord, result: u64) -> Option<String> {
    let values: Vec<Arg> = record.args.iter().map(|arg| arg.value.clone()).collect();
    let call = MemoryCall {
        names,
        record,
        args: Args::new(&values),
    };
    match record.name {
        "mmap" => Some(call.mmap(result)),
        "munmap" => Some(call.munmap()),
        "mprotect" => Some(call.mprotect()),
        "mremap" => Some(call.mremap(result)),
        "msync" => Some(call.msync()),
        "madvise" => Some(call.madvise()),
        "mlock" => Some(format!(
            "the pages of {} are resident and locked",
            call.range(0, 1)
        )),
        "munlock" => Some(format!(
            "the pages of {} can be evicted again",
            call.range(0, 1)
        )),
        "brk" => Some(call.brk()),
        "sbrk" => Some(call.sbrk(result)),
        _ => None,
    }
}

struct MemoryCall<'a> {
    names: &'a Names<'a>,
    record: &'a CallRecord,
    args: Args<'a>,
}

impl MemoryCall<'_> {
    /// Rounds a length up to whole pages.
    fn whole(&self, len: u64) -> u64 {
        let page = 1u64 << self.names.spec.page_bits().min(63);
        len.checked_next_multiple_of(page).unwrap_or(len)
    }

    /// Returns the range given by two arguments, rounded to whole pages.
    fn span(&self, start: usize, len: usize) -> (u64, u64) {
        let start = self.args.address(start);
        (start, start.saturating_add(self.whole(self.args.size(len))))
    }

    fn range(&self, start: usize, len: usize) -> String {
        let (start, end) = self.span(start, len);
        self.names.range(start, end)
    }

    fn come(&self) -> &[AreaRecord] {
        &self.record.effect.come
    }

    /// Returns the number of merged pages that were copied to separate frames.
    fn parted(&self) -> u64 {
        let parted = |fault: &&FaultRecord| fault.class() == Some(FaultClass::CopyOnWrite);
        self.record.faults.iter().filter(parted).count() as u64
    }

    /// Describes the frames of unmapped pages.
    fn leaving(&self) -> String {
        leaving(self.record)
    }

    /// Lists the first few areas.
    fn list(&self, areas: &[&AreaRecord]) -> String {
        let named: Vec<String> = areas
            .iter()
            .take(NAMED)
            .map(|area| self.names.area(area))
            .collect();
        let more = areas.len().saturating_sub(NAMED);
        let more = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        format!("{}{more}", named.join("; "))
    }

    fn mmap(&self, at: u64) -> String {
        let process = self.names.process();
        let end = at.saturating_add(self.whole(self.args.size(1)));
        let range = self.names.range(at, end);
        let Some(area) = self
            .come()
            .iter()
            .find(|area| area.area.start <= at && at < area.area.end)
        else {
            return format!("{range} remains mapped in {process}");
        };
        let replaced = self
            .record
            .effect
            .gone
            .iter()
            .any(|old| old.area.start < end && old.area.end > at);
        let replaced = if replaced {
            "; the old mapping is replaced"
        } else {
            ""
        };
        let open = self.not_enforced(area.area.prot);
        if area.area.start == at && area.area.end == end {
            return format!(
                "{process} has a new area {}{replaced}{open}",
                self.names.area(area)
            );
        }
        format!(
            "{process} maps {range}. The kernel merges the new area with the neighboring area into {}{replaced}{open}",
            self.names.area(area)
        )
    }

    /// Describes accesses that the area forbids but page-table entries allow. No entry format has a read bit,
    /// and a format may lack R/W.
    fn not_enforced(&self, prot: Prot) -> &'static str {
        let has_rw = self
            .names
            .spec
            .mmu
            .as_ref()
            .is_none_or(|mmu| mmu.pte.bit_position(Bit::Rw).is_some());
        if !prot.read && (prot.write || prot.exec) {
            "; its pages remain readable, because page-table entries have no read bit"
        } else if !prot.write && (prot.read || prot.exec) && !has_rw {
            "; its pages are writable once present, because this page-table entry format has no R/W bit"
        } else {
            ""
        }
    }

    fn munmap(&self) -> String {
        let (start, end) = self.span(0, 1);
        let range = self.names.range(start, end);
        if self.record.effect.count.0 == 0 {
            return format!("nothing was mapped in {range}");
        }
        let left: Vec<&AreaRecord> = self.come().iter().collect();
        let rest = if left.is_empty() {
            String::new()
        } else {
            format!(
                ". The rest of the old area remains mapped: {}",
                self.list(&left)
            )
        };
        format!(
            "{} no longer has mappings in {range}{}{rest}",
            self.names.process(),
            self.leaving()
        )
    }

    fn mprotect(&self) -> String {
        let (start, end) = self.span(0, 1);
        let range = self.names.range(start, end);
        let inside = |area: &&AreaRecord| area.area.start < end && area.area.end > start;
        let changed: Vec<&AreaRecord> = self.come().iter().filter(inside).collect();
        match changed.as_slice() {
            [] => format!("{range} keeps its permissions"),
            [one] if (one.area.start, one.area.end) == (start, end) => {
                format!(
                    "{range} is now {}{}",
                    one.area.perms(),
                    self.not_enforced(one.area.prot)
                )
            }
            [one] => {
                let open = self.not_enforced(one.area.prot);
                format!(
                    "{range} is now {} and belongs to {}{open}",
                    one.area.perms(),
                    self.names.area(one)
                )
            }
            several => format!("{range} now belongs to these areas: {}", self.list(several)),
        }
    }

    fn mremap(&self, at: u64) -> String {
        let (start, end) = self.span(0, 1);
        let new = self
            .names
            .range(at, at.saturating_add(self.whole(self.args.size(2))));
        let old = self.names.range(start, end);
        // Linux accepts the size 0 for shared mappings.
        if start == end {
            let process = self.names.process();
            return format!(
                "{process} also maps the shared memory of {} at {new}",
                self.names.address(start)
            );
        }
        if at == start {
            return format!("{old} becomes {new}{}", self.leaving());
        }
        let copied = match self.parted() {
            0 => "no page is copied".to_owned(),
            1 => "1 page is copied because it was merged".to_owned(),
            n => format!("{n} pages are copied because they were merged"),
        };
        let stays = constant("MREMAP_DONTUNMAP")
            .is_some_and(|flag| i64::from(self.args.int(3)) & flag != 0);
        let stays = if stays {
            ", and the old range stays mapped"
        } else {
            ""
        };
        format!("{old} moves to {new} with its pages; {copied}{stays}")
    }

    fn msync(&self) -> String {
        let range = self.range(0, 1);
        let waits = constant("MS_SYNC").is_some_and(|flag| i64::from(self.args.int(2)) & flag != 0);
        if waits {
            format!("the kernel writes the dirty shared pages of {range} to their file")
        } else {
            format!("the kernel writes nothing yet, so dirty shared pages of {range} stay dirty")
        }
    }

    fn madvise(&self) -> String {
        let range = self.range(0, 1);
        let is = |name: &str| constant(name) == Some(i64::from(self.args.int(2)));
        if is("MADV_DONTNEED") || is("MADV_DONTNEED_LOCKED") {
            let dropped = pages(unmapped(self.record));
            return format!(
                "the kernel unmaps {dropped} of {range}; the next access finds zeros in private anonymous memory, and \
                 otherwise the bytes of the file or of the shared memory"
            );
        }
        if is("MADV_MERGEABLE") {
            return format!("`ksm scan` can now merge equal pages in {range}");
        }
        if is("MADV_UNMERGEABLE") {
            let parted = match self.parted() {
                0 => String::new(),
                n => format!(
                    "; {} again",
                    count(n, "page has its own frame", "pages have their own frames")
                ),
            };
            return format!("pages of {range} are no longer merged{parted}");
        }
        if is("MADV_DONTFORK") {
            return format!("a child of `fork` will not have {range}");
        }
        if is("MADV_DOFORK") {
            return format!("a child of `fork` will have {range} again");
        }
        if is("MADV_WIPEONFORK") {
            return format!("a child of `fork` will find zeros in {range}");
        }
        if is("MADV_KEEPONFORK") {
            return format!("a child of `fork` will find the bytes of {range} again");
        }
        if is("MADV_PAGEOUT") {
            return format!(
                "the kernel evicts {} of {range}",
                pages(unmapped(self.record))
            );
        }
        if is("MADV_POPULATE_READ") || is("MADV_POPULATE_WRITE") {
            return format!("the pages of {range} are resident");
        }
        format!("the kernel accepts the advice for {range}")
    }

    fn brk(&self) -> String {
        let (before, after) = self.record.effect.brk;
        if before == after {
            let refused = self.record.name == "sbrk" || self.args.address(0) != after;
            let refused = if refused {
                "cannot move there and "
            } else {
                ""
            };
            // `brk(0)` returns the break.
            let is_count = (1..self.record.effect.heap).contains(&self.args.address(0));
            let address = if self.record.name == "brk" && is_count {
                "; `brk` takes its new address, and `sbrk` a number of bytes"
            } else {
                ""
            };
            let after = self.names.address(after);
            return format!("the break {refused}stays at {after}{address}");
        }
        let start = self.record.effect.heap;
        let heap = if after > start && !self.come().is_empty() {
            format!(
                ". The heap is now {}",
                self.names.range(start, self.whole(after))
            )
        } else {
            String::new()
        };
        format!(
            "the break moves from {} to {}{heap}{}",
            self.names.address(before),
            self.names.address(after),
            self.leaving()
        )
    }

    fn sbrk(&self, result: u64) -> String {
        let (before, after) = self.record.effect.brk;
        if self.args.address(0) == 0 {
            return format!("the break is at {}", self.names.address(result));
        }
        if before == after {
            return self.brk();
        }
        format!("the previous break. T{}", &self.brk()[1..])
    }
}

/// Returns the number of pages that a call unmapped.
fn unmapped(record: &CallRecord) -> u64 {
    let (before, after) = record.effect.resident;
    before.saturating_sub(after)
}

/// Describes the frames of unmapped pages, for example as `The kernel frees 2 frames`.
pub(crate) fn leaving(record: &CallRecord) -> String {
    let (used, later) = record.effect.frames;
    let pages = unmapped(record);
    let freed = u64::from(used.saturating_sub(later));
    match (pages, freed) {
        (0, 0) => String::new(),
        (_, 0) => {
            ". Other pages still use the frames of the unmapped pages, so the kernel frees none of these frames"
                .to_owned()
        }
        (pages, 1) if pages <= 1 => ". The kernel frees 1 frame".to_owned(),
        (pages, freed) if pages <= freed => format!(". The kernel frees {freed} frames"),
        (pages, freed) => {
            format!(
                ". The unmapped pages used {pages} frames. The kernel frees only {freed}, because other pages still use \
                 the rest"
            )
        }
    }
}
