//! Tests unmapping of few and many pages. If a range has many pages, the kernel flushes all TLB entries of
//! the process.

use proptest::prelude::*;

use super::lab::Lab;
use crate::kernel::sound;

const AT: u64 = 0x7F00_0000_0000;

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_tlb_holds_an_unmapped_page(pages in 1..80u64, first in 0..40u64, gone in 1..60u64, way in 0..3) {
        let mut lab = Lab::i7(|_| {});
        let pid = lab.spawn();
        lab.anonymous(pid, AT, pages);
        for page in 0..pages {
            lab.write(pid, AT + page * 4096, 1);
        }
        let range = AT + first.min(pages) * 4096..AT + (first + gone).min(pages) * 4096;
        match way {
            0 => lab.kernel.unmap_range(pid, range),
            1 => lab.kernel.unmap_pages(pid, range),
            _ => {
                lab.kernel.move_pages(pid, range.clone(), AT + 0x10_0000).expect("room for tables");
                lab.anonymous(pid, AT + 0x10_0000, 80);
                lab.kernel.own_area(pid, AT + 0x10_0000);
                lab.kernel.unmap_range(pid, range);
            }
        }
        sound::check(&lab.kernel);
    }
}
