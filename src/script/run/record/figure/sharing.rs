//! The data of `figure frames`: pages of processes, and the frames that contain them.

use serde::Serialize;

/// The resident pages of one or two processes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Sharing {
    /// Width of a virtual page number in bits.
    pub vpn_bits: u32,
    /// Width of a frame number in bits.
    pub frame_bits: u32,
    pub sharing: Vec<SharingProcess>,
    pub frames: Vec<SharedFrame>,
    /// Whether the script has drawn these processes before, so that changes are marked.
    pub compared: bool,
}

/// A process of a [`Sharing`].
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SharingProcess {
    pub process: String,
    /// The pages in frames, in VPN order.
    pub pages: Vec<PageInFrame>,
    /// The pages that were in frames in the previous figure, but no longer are.
    pub gone: Vec<u64>,
}

/// A page in a frame.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PageInFrame {
    /// The virtual page number.
    pub vpn: u64,
    /// The name of the page's area, possibly empty.
    pub area: String,
    pub frame: u64,
    /// Whether the page's entry allows stores.
    pub writable: bool,
    /// Whether the kernel copies the page on a store.
    pub copy_on_write: bool,
    /// Whether the page has changed since the previous figure.
    pub changed: bool,
}

/// A frame of a [`Sharing`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SharedFrame {
    pub frame: u64,
    /// The number of page-table entries that map the frame.
    pub refs: u32,
    /// Whether the frame holds other pages, or has another number of entries, than in the previous figure.
    pub changed: bool,
}

impl Sharing {
    /// Marks the changes since the previous figure of the same processes.
    pub(crate) fn compare(&mut self, before: &Self) {
        self.compared = true;
        for (process, old) in self.sharing.iter_mut().zip(&before.sharing) {
            let find =
                |pages: &[PageInFrame], vpn: u64| pages.iter().position(|page| page.vpn == vpn);
            for page in &mut process.pages {
                let state = |page: &PageInFrame| (page.frame, page.writable, page.copy_on_write);
                let same = |at: usize| state(&old.pages[at]) == state(page);
                page.changed = !find(&old.pages, page.vpn).is_some_and(same);
            }
            let gone = old.pages.iter().map(|page| page.vpn);
            process.gone = gone
                .filter(|vpn| find(&process.pages, *vpn).is_none())
                .collect();
        }
        let contents = |of: &Self, frame: u64| -> Vec<(String, u64)> {
            let pages = of
                .sharing
                .iter()
                .flat_map(|process| process.pages.iter().map(move |page| (process, page)));
            let held = pages.filter(|(_, page)| page.frame == frame);
            held.map(|(process, page)| (process.process.clone(), page.vpn))
                .collect()
        };
        let refs = |of: &Self, frame: u64| {
            of.frames
                .iter()
                .find(|old| old.frame == frame)
                .map(|old| old.refs)
        };
        let differs = |frame: &SharedFrame| {
            Some(frame.refs) != refs(before, frame.frame)
                || contents(self, frame.frame) != contents(before, frame.frame)
        };
        let changed: Vec<bool> = self.frames.iter().map(differs).collect();
        for (frame, changed) in self.frames.iter_mut().zip(changed) {
            frame.changed = changed;
        }
    }
}
