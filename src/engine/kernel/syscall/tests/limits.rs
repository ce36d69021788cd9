//! Tests the maximum number of areas.

use super::lab::{Lab, args, c};
use crate::kernel::abi::Errno;

const PAGE: u64 = 0x1000;
const AT: u64 = 0x1000_0000;

/// Creates a process with a 16-page area below `AT` and, above it, as many one-page areas as are allowed.
fn full() -> Lab {
    let mut lab = Lab::i7();
    lab.hasty = true;
    assert_eq!(map(&mut lab, AT - 32 * PAGE, 16), Ok(AT - 32 * PAGE));
    for n in 1..65_530 {
        assert_eq!(map(&mut lab, AT + 2 * n * PAGE, 1), Ok(AT + 2 * n * PAGE));
    }
    assert_eq!(lab.process().space.areas.count(), 65_530);
    lab
}

fn map(lab: &mut Lab, at: u64, pages: u64) -> Result<u64, Errno> {
    let flags = c("MAP_PRIVATE|MAP_ANONYMOUS|MAP_FIXED");
    lab.call(
        "mmap",
        args![at, pages * PAGE, c("PROT_READ|PROT_WRITE"), flags, -1, 0],
    )
}

#[test]
fn no_call_leaves_more_areas_than_there_may_be() {
    let mut lab = full();
    let low = AT - 32 * PAGE;
    let read = c("PROT_READ");
    let before = lab.maps();
    assert_eq!(map(&mut lab, AT - 8 * PAGE, 1), Err(Errno::ENOMEM));
    assert_eq!(
        lab.call("munmap", args![low + PAGE, PAGE]),
        Err(Errno::ENOMEM),
        "it would split"
    );
    assert_eq!(
        lab.call("mprotect", args![low + PAGE, PAGE, read]),
        Err(Errno::ENOMEM)
    );
    assert_eq!(
        lab.call("mprotect", args![low, PAGE, read]),
        Err(Errno::ENOMEM)
    );
    assert_eq!(
        lab.call("madvise", args![low, PAGE, c("MADV_RANDOM")]),
        Err(Errno::EAGAIN)
    );
    assert_eq!(lab.call("mlock", args![low, PAGE]), Err(Errno::ENOMEM));
    let fixed = c("MREMAP_MAYMOVE|MREMAP_FIXED");
    assert_eq!(
        lab.call(
            "mremap",
            args![low + PAGE, PAGE, PAGE, fixed, AT - 8 * PAGE]
        ),
        Err(Errno::ENOMEM)
    );
    assert_eq!(
        lab.call("brk", args![lab.process().space.brk + 1]),
        Err(Errno::ENOMEM)
    );
    assert_eq!(lab.call("malloc", args![0x10_0000]), Err(Errno::ENOMEM));
    assert_eq!(lab.maps(), before);
    // A call that does not add areas still succeeds.
    assert_eq!(lab.call("munmap", args![low, PAGE]), Ok(0));
    assert_eq!(
        lab.call("mprotect", args![low, 16 * PAGE, read]),
        Err(Errno::ENOMEM),
        "a hole is there"
    );
    assert_eq!(
        map(&mut lab, AT + 3 * PAGE, 1),
        Ok(AT + 3 * PAGE),
        "it joins two"
    );
    assert_eq!(map(&mut lab, AT - 8 * PAGE, 1), Ok(AT - 8 * PAGE));
    assert_eq!(map(&mut lab, AT - 6 * PAGE, 1), Err(Errno::ENOMEM));
}
