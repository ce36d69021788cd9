//! The program break, where the heap ends.

use super::abi::Errno;
use super::ids::Pid;
use super::state::Kernel;
use super::vma::{Backing, Prot, Vma};

impl Kernel {
    /// Moves the break, as `brk(2)` does. The heap area always ends on a page boundary. One page stays free
    /// between the heap and the next area.
    ///
    /// # Errors
    /// Returns ENOMEM and leaves the break unchanged if the new break would be below the heap's start, above
    /// the user address space, or in another area. Also returns ENOMEM if the break would decrease and no
    /// area overlaps the pages between the new break and the old one.
    pub(super) fn move_break(&mut self, pid: Pid, to: u64) -> Result<(), Errno> {
        let Some(process) = self.process(pid) else {
            return Err(Errno::ENOMEM);
        };
        let space = &process.space;
        let (old, new) = (self.whole_pages(space.brk), self.whole_pages(to));
        let (Some(old), Some(new)) = (old, new) else {
            return Err(Errno::ENOMEM);
        };
        if to < space.brk_start {
            return Err(Errno::ENOMEM);
        }
        if new < old {
            if space.areas.is_free(new..old) {
                return Err(Errno::ENOMEM);
            }
            self.room_for(pid, |areas| drop(areas.remove(new..old)))?;
            self.unmap_range(pid, new..old);
        } else if new > old {
            let beyond = new.checked_add(self.page_size()).ok_or(Errno::ENOMEM)?;
            if new > self.user_end() || !self.is_vacant(pid, old..beyond) {
                return Err(Errno::ENOMEM);
            }
            // No check of physical memory, because untouched pages cost nothing.
            let area = Vma {
                heap: true,
                ..Vma::new(old..new, Prot::RW, false, Backing::Anonymous)
            };
            self.room_for(pid, |areas| drop(areas.insert(area)))?;
            // The heap extends the area below the break only if that area is part of the heap.
            let first = old == space.brk_start;
            self.edit_areas(pid, |areas| {
                if first {
                    areas.insert_apart(area)
                } else {
                    areas.insert(area)
                }
            });
        }
        if let Some(process) = self.process_mut(pid) {
            process.space.brk = to;
        }
        Ok(())
    }
}
