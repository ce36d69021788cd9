//! Typed numbers, which prevent mixing up processes, frames, files, and swap slots.

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
    /// A process, numbered from 1 in the order of creation. The number is also the ASID of its TLB entries.
    Pid
}
id! {
    /// A user page frame: its physical page number, from 0.
    FrameNo
}
id! {
    /// A file, numbered from 1 in the order of declaration. `/proc/PID/maps` prints it as the inode.
    FileId
}
id! {
    /// An anonymous object that processes share (`MAP_SHARED | MAP_ANONYMOUS`).
    ObjectId
}
id! {
    /// A slot of the swap file, from 0.
    SlotNo
}
id! {
    /// An open file description, which file descriptors refer to.
    OpenId
}
