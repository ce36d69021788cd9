//! Typed numbers that prevent confusion of processes, frames, files, and swap slots.

use std::fmt;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(pub u32);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

id! {
    /// A process, numbered from 1 in creation order. The number is also the ASID of the process's TLB
    /// entries.
    Pid
}
id! {
    /// A user page frame, identified by its physical page number.
    FrameNo
}
id! {
    /// A file, numbered from 1 in declaration order. `/proc/PID/maps` shows the number as the inode.
    FileId
}
id! {
    /// An anonymous object that processes share (`MAP_SHARED | MAP_ANONYMOUS`).
    ObjectId
}
id! {
    /// A slot in the swap file, numbered from 0.
    SlotNo
}
id! {
    /// An open file description, which file descriptors refer to.
    OpenId
}
