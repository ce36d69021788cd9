//! Implements `show layout`: the address space of a process.

use crate::run::record::{AreaLayout, AreaRecord, KernelArea, LayoutView, View};
use pagewalk_engine::kernel::Kernel;
use pagewalk_engine::kernel::process::{PageLocation, Process};
use pagewalk_engine::kernel::vma::Vma;

/// The kernel's part of an address space, from top to bottom. As in CS:APP figure 9.26, the areas have no addresses.
const KERNEL_AREAS: &[KernelArea] = &[
    KernelArea {
        lines: &["page tables, task and mm structs,", "kernel stack"],
        processes: "different",
    },
    KernelArea {
        lines: &["physical memory"],
        processes: "identical",
    },
    KernelArea {
        lines: &["kernel code and data"],
        processes: "identical",
    },
];

/// Returns the kernel's part of an address space, or nothing if user addresses occupy all of it. Small address spaces,
/// which textbooks use for user pages only, have no such part.
pub(super) fn kernel_areas(kernel: &Kernel) -> &'static [KernelArea] {
    let bits = kernel.machine().spec().virtual_bits();
    if bits >= 48 && u128::from(kernel.user_end()) < 1 << bits {
        KERNEL_AREAS
    } else {
        &[]
    }
}

/// Returns the areas of a process, and the ranges that they can grow into.
pub(crate) fn views(kernel: &Kernel, process: &Process) -> Vec<View> {
    let space = &process.space;
    let config = kernel.config();
    let areas = space
        .areas
        .iter()
        .map(|area| area_layout(kernel, process, *area))
        .collect();
    let table_bytes = kernel.machine_of(process.pid).page_table().bytes;
    vec![View::Layout(Box::new(LayoutView {
        process: process.into(),
        spec: kernel.machine().spec().clone(),
        areas,
        kernel: kernel_areas(kernel),
        user_end: kernel.user_end(),
        brk: (space.brk_start, space.brk),
        mmap_base: config.mmap_base,
        stack: (config.stack_top, config.stack_size),
        pc: process.pc,
        pgd: space
            .tables
            .get(1, 0)
            .map(|table| table.ppn << kernel.machine().spec().page_bits()),
        table_bytes: u64::try_from(table_bytes).unwrap_or(u64::MAX),
        rsp: process.stack_pointer(),
        forbidden_end: kernel.forbidden_end(),
        accesses: None,
        chain: false,
    }))]
}

fn area_layout(kernel: &Kernel, process: &Process, area: Vma) -> AreaLayout {
    let page_bits = kernel.machine().spec().page_bits();
    let pages = process
        .space
        .pages
        .range(area.start >> page_bits..((area.end - 1) >> page_bits) + 1);
    let (mut resident, mut swapped) = (0, 0);
    for (_, place) in pages {
        match place {
            PageLocation::Frame(_) => resident += 1,
            PageLocation::Swap(_) => swapped += 1,
            PageLocation::Zero => {}
        }
    }
    AreaLayout {
        area: AreaRecord::describe(kernel, process, area),
        resident,
        swapped,
    }
}
