//! Creates executables for random programs. Some of the executables do not fit in the address space.

use super::model::Model;
use crate::kernel::Kernel;
use crate::kernel::file::{Executable, Fill, Section};
use crate::kernel::ids::FileId;
use crate::kernel::vma::{Backing, Prot, Vma};

#[derive(Debug, Clone)]
pub(crate) struct Program {
    pub(crate) file: FileId,
    pub(crate) fits: bool,
    /// The areas after `execve`.
    pub(crate) areas: Vec<Vma>,
}

const RW: Prot = Prot {
    read: true,
    write: true,
    exec: false,
};
const RX: Prot = Prot {
    read: true,
    write: false,
    exec: true,
};
/// Permissions of writable code, as in formats without an R/W bit.
const RWX: Prot = Prot {
    read: true,
    write: true,
    exec: true,
};

/// Declares four executables: one that fits, one with a library, one that overlaps the stack, and one whose
/// library is too large.
pub(crate) fn declare(kernel: &mut Kernel, model: &mut Model, base: u64) -> Vec<Program> {
    let (page, top) = (model.page, kernel.config().stack_top);
    kernel.add_file("huge.so".into(), Fill::Byte(0), 1 << 47);
    let section = |name: &str, start, size, prot| Section {
        name: name.into(),
        start,
        size,
        prot,
        zero: name == ".bss",
    };
    let own = vec![
        section(".text", base + 2 * page, page, RWX),
        section(".data", base + 5 * page, 2 * page, RW),
        section(".bss", base + 7 * page, page, RW),
    ];
    let high = own
        .iter()
        .cloned()
        .chain([section(".high", top - page, page, RW)])
        .collect();
    let rows = [
        (own.clone(), vec![], true),
        (own.clone(), vec!["small.so"], true),
        (high, vec![], false),
        (own, vec!["small.so", "huge.so"], false),
    ];
    let declare = |(at, (sections, libraries, fits)): (usize, (Vec<Section>, Vec<&str>, bool))| {
        let size = 3 * page as usize;
        let with_library = !libraries.is_empty();
        let libraries = libraries.into_iter().map(Into::into).collect();
        let program = Executable {
            entry: base + 2 * page,
            sections,
            libraries,
        };
        let file = kernel
            .add_executable(format!("program{at}").into(), program)
            .expect("an executable");
        model.files.insert(file, vec![0; size]);
        let mut areas = loaded(file, (base, page), top);
        if with_library {
            // The library's text and data are at the top of the highest hole, which programs do not use.
            let end = kernel.config().mmap_base;
            areas.push(Vma::new(
                end - 2 * page..end - page,
                RX,
                true,
                Backing::Anonymous,
            ));
            areas.push(Vma::new(end - page..end, RW, false, Backing::Anonymous));
        }
        Program { file, fits, areas }
    };
    rows.into_iter().enumerate().map(declare).collect()
}

/// The areas of the executable and its stack.
fn loaded(file: FileId, (base, page): (u64, u64), top: u64) -> Vec<Vma> {
    let of_file = |at: u64, pages: u64, offset: u64, prot| {
        let backing = Backing::File {
            file,
            offset,
            writable: false,
            opened: 0,
        };
        Vma::new(
            base + at * page..base + (at + pages) * page,
            prot,
            false,
            backing,
        )
    };
    vec![
        of_file(2, 1, 0, RWX),
        of_file(5, 2, page, RW),
        Vma::new(
            base + 7 * page..base + 8 * page,
            RW,
            false,
            Backing::Anonymous,
        ),
        Vma::new(top - page..top, RW, false, Backing::Anonymous),
    ]
}
