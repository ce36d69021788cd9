//! Same-page merging: equal private pages share a read-only frame.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hasher};
use std::ops::Range;

use crate::machine::event::{AccessKind, Fault, ProtectionCause};
use crate::machine::pte::Bit;

use super::entries::flags_of;
use super::event::{FaultClass, KernelStep, Observer};
use super::fault::FaultContext;
use super::frames::FrameContents;
use super::ids::{FrameNo, Pid};
use super::process::PageLocation;
use super::state::{Kernel, OutOfMemory};
use super::vma::Backing;
use super::work;

/// Frames with equal contents, lowest first, each with the mergeable pages that map it.
type EqualFrames = Vec<(FrameNo, Vec<(Pid, u64)>)>;

impl Kernel {
    /// Merges equal pages of mergeable private areas so that they share a single read-only frame, the
    /// lowest-numbered one. Returns the number of freed frames.
    pub fn ksm_scan(&mut self, watch: Observer<'_>) -> u64 {
        self.merging.scans += 1;
        if !self.shape.read_only {
            return 0;
        }
        let before = self.frames.used();
        for equals in self.equal_frames() {
            self.merge(&equals, watch);
        }
        let freed = u64::from(before - self.frames.used());
        self.merging.merged += freed;
        self.report_details(watch);
        freed
    }

    /// Copies the merged pages in a range to separate frames (`MADV_UNMERGEABLE`). Counts each copy as a
    /// minor fault. Linux makes each copy through a write fault (`break_ksm`).
    ///
    /// # Errors
    /// Fails if no frame is free for a copy.
    pub(super) fn unmerge(
        &mut self,
        pid: Pid,
        range: Range<u64>,
        watch: Observer<'_>,
    ) -> Result<(), OutOfMemory> {
        for (vpn, place) in self.pages_in(pid, self.shape.vpns(&range)) {
            self.work += 1;
            let PageLocation::Frame(frame) = place else {
                continue;
            };
            let Some(area) = self.area_at(pid, vpn << self.shape.page_bits) else {
                continue;
            };
            if self.frames.get(frame).contents == FrameContents::Merged {
                self.part(
                    &FaultContext {
                        pid,
                        vpn,
                        area,
                        write: true,
                    },
                    frame,
                    watch,
                )?;
            }
        }
        // Make the copies read-only again if their area forbids stores.
        self.reprotect(pid, range);
        Ok(())
    }

    /// Copies a merged page as a store would, even if the page's area forbids stores.
    fn part(
        &mut self,
        fault: &FaultContext,
        frame: FrameNo,
        watch: Observer<'_>,
    ) -> Result<(), OutOfMemory> {
        if let Ok(va) = self.machine.va(fault.vpn << self.shape.page_bits) {
            let why = Fault::Protection {
                why: ProtectionCause::ReadOnly,
            };
            self.report(
                watch,
                KernelStep::Fault {
                    va,
                    kind: AccessKind::Write,
                    fault: why,
                },
            );
        }
        self.report(
            watch,
            KernelStep::Area {
                start: Some(fault.area.start),
            },
        );
        self.copy_on_write(fault, Some(frame), watch)?;
        self.count_fault(fault.pid, false);
        self.report(
            watch,
            KernelStep::Resolved {
                class: FaultClass::CopyOnWrite,
                major: false,
            },
        );
        Ok(())
    }

    /// The frames that hold mergeable pages, in frame order, each with its mergeable pages.
    fn mergeable(&mut self) -> BTreeMap<FrameNo, Vec<(Pid, u64)>> {
        let mut found: BTreeMap<FrameNo, Vec<(Pid, u64)>> = BTreeMap::new();
        for process in self.processes.values() {
            let fit = |area: &&_| is_mergeable(area);
            for area in process.space.areas.iter().filter(fit) {
                let pages = process
                    .space
                    .pages
                    .range(self.shape.vpns(&(area.start..area.end)));
                for (vpn, place) in pages {
                    self.work += 1;
                    if let PageLocation::Frame(frame) = place {
                        found.entry(*frame).or_default().push((process.pid, vpn));
                    }
                }
            }
        }
        found
    }

    /// Groups of two or more frames with equal contents, in order of their lowest frame.
    fn equal_frames(&mut self) -> Vec<EqualFrames> {
        let mut alike: BTreeMap<u64, Vec<EqualFrames>> = BTreeMap::new();
        for (frame, pages) in self.mergeable() {
            self.work += work::COMPARISON;
            let bytes = self.frame_bytes(frame);
            let mut hasher = DefaultHasher::new();
            hasher.write(&bytes);
            let groups = alike.entry(hasher.finish()).or_default();
            match groups
                .iter_mut()
                .find(|group| self.frame_bytes(group[0].0) == bytes)
            {
                Some(group) => group.push((frame, pages)),
                None => groups.push(vec![(frame, pages)]),
            }
        }
        let mut groups: Vec<EqualFrames> = alike
            .into_values()
            .flatten()
            .filter(|group| group.len() > 1)
            .collect();
        groups.sort_by_key(|group| group[0].0);
        groups
    }

    /// Maps all pages of a group to the group's first frame.
    fn merge(&mut self, equals: &EqualFrames, watch: Observer<'_>) {
        let Some(((keep, _), others)) = equals.split_first() else {
            return;
        };
        self.frames.change(*keep).contents = FrameContents::Merged;
        for (pid, vpn) in self.frames.maps(*keep).collect::<Vec<_>>() {
            let Some(pte) = self.pte(pid, vpn) else {
                continue;
            };
            self.set_permissions(pid, vpn, pte.flags.without(Bit::Rw));
        }
        for (frame, pages) in others {
            for (pid, vpn) in pages {
                self.merge_page(*pid, *vpn, *keep, watch);
            }
            self.release(*frame);
        }
    }

    fn merge_page(&mut self, pid: Pid, vpn: u64, keep: FrameNo, watch: Observer<'_>) {
        let Some(area) = self.area_at(pid, vpn << self.shape.page_bits) else {
            return;
        };
        self.unmap_page(pid, vpn, None);
        self.shoot_down(pid, vpn);
        self.map_page(
            pid,
            vpn,
            PageLocation::Frame(keep),
            flags_of(area.prot, false),
        );
        self.report(watch, KernelStep::Shared { frame: keep });
        if let Some(page) = self.page_of(pid, vpn) {
            self.report(
                watch,
                KernelStep::Mapped {
                    page,
                    frame: Some(keep),
                    writable: false,
                },
            );
        }
    }
}

fn is_mergeable(area: &super::vma::Vma) -> bool {
    area.mergeable && !area.shared && area.backing == Backing::Anonymous
}
