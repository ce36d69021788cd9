//! The data of `figure mapping`: an object, the areas that map the object, and the frames between them.

use serde::Serialize;

/// An object that processes map, or all objects that they map.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "they are independent members of the data"
)]
pub struct Mapping {
    /// Width of a virtual address in bits.
    pub virtual_bits: u32,
    /// Width of a virtual page number in bits.
    pub vpn_bits: u32,
    /// Width of the largest frame number in bits.
    pub frame_bits: u32,
    /// The page size.
    pub page_bytes: u64,
    /// The number of swap slots.
    pub swap_slots: u32,
    /// Whether the figure shows all areas, and not only those of one object.
    pub whole: bool,
    /// Whether the figure lists each entry of the page tables, which are small.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub each_entry: bool,
    /// Whether the figure is a part of a question. Its layout then does not depend on the answers.
    #[serde(skip)]
    pub asked: bool,
    /// Whether the script has drawn this object before, so that changes are marked.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub compared: bool,
    /// The file, or `None` for anonymous memory and for all areas.
    pub file: Option<MappedFile>,
    /// The files that the areas of a whole figure map.
    pub files: Vec<MappedFile>,
    /// The slots of the swap file, in order. If the file has many, only those of the listed pages, and in a question as
    /// many as pages can be in swap.
    pub swap: Vec<u64>,
    /// The processes, with the areas that map the object.
    pub processes: Vec<MappingProcess>,
    /// The frames that hold pages of the object, in order.
    pub frames: Vec<MappedFrame>,
    /// The number of places for frames. In a question, there are as many places as frames are possible, so that the places
    /// do not reveal which pages share a frame.
    pub places: usize,
}

/// A file on disk.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MappedFile {
    pub name: String,
    /// Size in bytes.
    pub bytes: u64,
    pub pages: Vec<FilePages>,
    /// The number of pages that the figure leaves out.
    pub omitted_pages: u64,
}

/// A page of a file, or a run of pages that are in no frame.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FilePages {
    /// The number of the first page.
    pub page: u64,
    pub pages: u64,
    /// The frame that holds the page in the page cache.
    pub frame: Option<u64>,
}

/// A process of a [`Mapping`].
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MappingProcess {
    /// The name of the process.
    pub process: String,
    /// The areas, in address order.
    pub areas: Vec<MappedArea>,
    /// The pages of a small page table that are in no area.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unallocated: Vec<MappedPages>,
    /// The number of pages that the figure leaves out.
    pub omitted_pages: u64,
    /// The first page and the number of the listed pages of the previous figure that are no longer in an area.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub gone: Vec<(u64, u64)>,
}

/// An area of a process.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MappedArea {
    /// The name, which may be empty.
    pub name: String,
    /// The first byte.
    pub start: u64,
    /// The address after the last byte.
    pub end: u64,
    /// The permissions, such as `rw-`.
    pub perms: String,
    /// Whether the area is shared or private.
    pub shared: bool,
    /// The file that the area maps, or `None` for anonymous memory.
    pub file: Option<String>,
    /// The offset of the first byte in the file.
    pub offset: Option<u64>,
    pub pages: Vec<MappedPages>,
}

/// A page of an area, or a run of pages that are not resident.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MappedPages {
    /// The virtual page number of the first page.
    pub vpn: u64,
    pub pages: u64,
    /// The number of the first page in the file.
    pub page: Option<u64>,
    #[serde(flatten)]
    pub place: PagePlace,
    /// Whether a page has changed since the previous figure.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub changed: bool,
}

/// The location of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum PagePlace {
    /// In a frame. The entry allows stores, or the kernel copies the page on a store.
    Frame {
        frame: u64,
        writable: bool,
        copy_on_write: bool,
    },
    /// In the zero frame.
    Zero,
    /// In a swap slot.
    Swapped { slot: u64 },
    /// Neither in a frame nor in swap.
    NotResident,
    /// In no area.
    Unallocated,
}

/// A frame that holds a page of the object.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MappedFrame {
    /// The number of the frame.
    pub frame: u64,
    /// The number of page-table entries that map the frame.
    pub refs: u32,
    /// The contents: `page cache` or `copy` for a file, or else `anonymous`, `merged`, or `shared`.
    pub kind: &'static str,
    /// The number of the page in the file.
    pub page: Option<u64>,
    /// The file that the frame's page is from, in a whole figure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Whether the frame has other contents, or another number of entries, than in the previous figure.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub changed: bool,
}

impl MappingProcess {
    /// Returns each listed row of pages.
    pub(crate) fn rows(&self) -> impl Iterator<Item = &MappedPages> {
        let areas = self.areas.iter().flat_map(|area| &area.pages);
        areas.chain(&self.unallocated)
    }

    pub(crate) fn rows_mut(&mut self) -> impl Iterator<Item = &mut MappedPages> {
        let areas = self.areas.iter_mut().flat_map(|area| &mut area.pages);
        areas.chain(&mut self.unallocated)
    }

    /// Marks the changes since the previous figure.
    fn compare(&mut self, before: &Self) {
        let was: Vec<MappedPages> = before.rows().cloned().collect();
        // The state of an omitted page is unknown.
        let is_known = before.omitted_pages == 0;
        for row in self.rows_mut() {
            let of = row.vpn..row.vpn + row.pages;
            let (mut same, mut listed) = (0, 0);
            for was in &was {
                let both = of
                    .end
                    .min(was.vpn + was.pages)
                    .saturating_sub(of.start.max(was.vpn));
                listed += both;
                same += if was.place == row.place { both } else { 0 };
            }
            row.changed = same < listed || is_known && listed < row.pages;
        }
        let mapped = |vpn: u64| {
            self.rows()
                .any(|row| (row.vpn..row.vpn + row.pages).contains(&vpn))
        };
        let gone = was
            .iter()
            .filter(|was| self.omitted_pages == 0 && !mapped(was.vpn));
        self.gone = gone.map(|was| (was.vpn, was.pages)).collect();
    }
}

impl Mapping {
    /// Marks the changes since the previous figure of the same object.
    pub(crate) fn compare(&mut self, before: &Self) {
        self.compared = true;
        for (process, before) in self.processes.iter_mut().zip(&before.processes) {
            process.compare(before);
        }
        for frame in &mut self.frames {
            let held =
                |frame: &MappedFrame| (frame.refs, frame.kind, frame.page, frame.file.clone());
            let was = before.frames.iter().find(|was| was.frame == frame.frame);
            frame.changed = was.map(held) != Some(held(frame));
        }
    }

    /// Returns the files on disk.
    pub(crate) fn on_disk(&self) -> impl Iterator<Item = &MappedFile> {
        self.file.iter().chain(&self.files)
    }
}
