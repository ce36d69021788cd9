//! A naive model of process memory, with bytes but without frames and page tables.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::kernel::event::FaultClass;
use crate::kernel::fault::permits;
use crate::kernel::ids::{FileId, ObjectId, Pid};
use crate::kernel::vma::{Backing, Prot, Vma};
use crate::machine::event::AccessKind;

/// A process with its areas split into pages, and its private pages.
#[derive(Debug, Clone, Default)]
pub(crate) struct Space {
    /// The permissions and the backing of each page, and whether the page is shared.
    pub(crate) pages: BTreeMap<u64, (Prot, bool, Backing)>,
    /// Private pages that have been stored to.
    pub(crate) own: BTreeMap<u64, Vec<u8>>,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Model {
    pub(crate) page: u64,
    /// Whether private file pages are copied on their first touch because there is no R/W bit.
    pub(crate) eager: bool,
    pub(crate) spaces: BTreeMap<Pid, Space>,
    pub(crate) files: BTreeMap<FileId, Vec<u8>>,
    /// Bytes of shared objects.
    pub(crate) objects: BTreeMap<ObjectId, Vec<u8>>,
}

impl Model {
    fn space(&mut self, pid: Pid) -> &mut Space {
        self.spaces.entry(pid).or_default()
    }

    /// Maps the whole pages of an area.
    pub(crate) fn map(&mut self, pid: Pid, area: &Vma) {
        for vpn in area.start / self.page..area.end / self.page {
            let page = area.part(vpn * self.page, (vpn + 1) * self.page);
            self.space(pid)
                .pages
                .insert(vpn, (page.prot, page.shared, page.backing));
        }
    }

    pub(crate) fn unmap(&mut self, pid: Pid, vpns: Range<u64>) {
        self.drop_own(pid, vpns.clone());
        self.space(pid).pages.retain(|vpn, _| !vpns.contains(vpn));
    }

    /// Drops private pages (`MADV_DONTNEED`).
    pub(crate) fn drop_own(&mut self, pid: Pid, vpns: Range<u64>) {
        self.space(pid).own.retain(|vpn, _| !vpns.contains(vpn));
    }

    pub(crate) fn move_pages(&mut self, pid: Pid, vpns: Range<u64>, to: u64) {
        let space = self.space(pid);
        for vpn in vpns.clone() {
            let new = to + (vpn - vpns.start);
            if let Some(page) = space.pages.remove(&vpn) {
                space.pages.insert(new, page);
            }
            if let Some(own) = space.own.remove(&vpn) {
                space.own.insert(new, own);
            }
        }
    }

    pub(crate) fn protect(&mut self, pid: Pid, vpns: Range<u64>, prot: Prot) {
        for (_, page) in self.space(pid).pages.range_mut(vpns) {
            page.0 = prot;
        }
    }

    /// Makes a page private to the process.
    pub(crate) fn make_own(&mut self, pid: Pid, vpn: u64) {
        let backing = self.spaces[&pid].pages[&vpn].2;
        if let Some(bytes) = self.behind(backing) {
            self.space(pid).own.entry(vpn).or_insert(bytes);
        }
    }

    pub(crate) fn fork(&mut self, parent: Pid, child: Pid) {
        let space = self.space(parent).clone();
        self.spaces.insert(child, space);
    }

    /// Changes a file's size between multiples of the page size.
    pub(crate) fn truncate(&mut self, file: FileId, size: usize) {
        if let Some(bytes) = self.files.get_mut(&file) {
            bytes.resize(size, 0);
        }
        for space in self.spaces.values_mut() {
            let Space { pages, own } = space;
            own.retain(|vpn, _| match pages[vpn].2 {
                Backing::File {
                    file: of, offset, ..
                } => of != file || (offset as usize) < size,
                _ => true,
            });
        }
    }

    /// The bytes of a backing page, or `None` past the end.
    fn behind(&self, backing: Backing) -> Option<Vec<u8>> {
        let (bytes, offset) = match backing {
            Backing::Anonymous => return Some(vec![0; self.page as usize]),
            Backing::File { file, offset, .. } => (&self.files[&file], offset as usize),
            Backing::Object { object, offset } => (&self.objects[&object], offset as usize),
        };
        bytes
            .get(offset..offset + self.page as usize)
            .map(<[u8]>::to_vec)
    }

    /// The contents of a page, or the fault class that ends an access to it.
    fn page(&self, pid: Pid, vpn: u64, kind: AccessKind) -> Result<Vec<u8>, FaultClass> {
        let space = self.spaces.get(&pid).ok_or(FaultClass::Segmentation)?;
        let (prot, _, backing) = space
            .pages
            .get(&vpn)
            .copied()
            .ok_or(FaultClass::Segmentation)?;
        if !permits(prot, kind) {
            return Err(FaultClass::Protection);
        }
        match space.own.get(&vpn) {
            Some(own) => Ok(own.clone()),
            None => self.behind(backing).ok_or(FaultClass::Bus),
        }
    }

    /// Loads bytes. Returns the readable bytes and the end of the access. With `touch`, the load also changes
    /// the model.
    pub(crate) fn load(
        &mut self,
        pid: Pid,
        va: u64,
        len: usize,
        kind: AccessKind,
        touch: bool,
    ) -> (Vec<u8>, Option<FaultClass>) {
        let mut bytes = Vec::new();
        for at in va..va + len as u64 {
            let vpn = at / self.page;
            match self.page(pid, vpn, kind) {
                Ok(page) => {
                    bytes.push(page[(at % self.page) as usize]);
                    let private_file = matches!(
                        self.spaces[&pid].pages[&vpn],
                        (_, false, Backing::File { .. })
                    );
                    if touch && self.eager && private_file {
                        self.space(pid).own.insert(vpn, page);
                    }
                }
                Err(class) => return (bytes, Some(class)),
            }
        }
        (bytes, None)
    }

    /// Performs an instruction's store, which writes all bytes or none. If a page is forbidden, the store
    /// still touches the pages before it.
    pub(crate) fn store_all(&mut self, pid: Pid, va: u64, bytes: &[u8]) -> Option<FaultClass> {
        let mut tried = self.clone();
        let (done, class) = tried.store(pid, va, bytes);
        if class.is_none() {
            *self = tried;
            return None;
        }
        for at in va..va + done as u64 {
            let (_, shared, _) = self.spaces[&pid].pages[&(at / self.page)];
            if !shared {
                self.make_own(pid, at / self.page);
            }
        }
        class
    }

    /// Stores bytes. Returns the number of stored bytes and the end of the access.
    pub(crate) fn store(&mut self, pid: Pid, va: u64, bytes: &[u8]) -> (usize, Option<FaultClass>) {
        for (n, byte) in bytes.iter().enumerate() {
            let at = va + n as u64;
            let (vpn, within) = (at / self.page, (at % self.page) as usize);
            let mut page = match self.page(pid, vpn, AccessKind::Write) {
                Ok(page) => page,
                Err(class) => return (n, Some(class)),
            };
            let (_, shared, backing) = self.spaces[&pid].pages[&vpn];
            match backing {
                Backing::File { file, offset, .. } if shared => {
                    self.files.get_mut(&file).expect("a file")[offset as usize + within] = *byte;
                }
                Backing::Object { object, offset } => {
                    self.objects.get_mut(&object).expect("an object")[offset as usize + within] =
                        *byte;
                }
                _ => {
                    page[within] = *byte;
                    self.space(pid).own.insert(vpn, page);
                }
            }
        }
        (bytes.len(), None)
    }
}
