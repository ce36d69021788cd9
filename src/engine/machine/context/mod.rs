//! Address spaces: context switches and the TLB invalidations that they cause.

use super::addr::{Pa, Va};
use super::datapath::Machine;
use super::event::MachineObserver;

impl Machine {
    /// The physical address of the current core's root page table, or `None` if the core uses the detached
    /// page table.
    pub fn cr3(&self) -> Option<Pa> {
        self.translator
            .as_ref()?
            .context(self.core())
            .root
            .map(Pa::new)
    }

    /// The address-space identifier of the current core: that of its process, or 0 until a script sets it.
    pub fn asid(&self) -> u16 {
        self.translator
            .as_ref()
            .map_or(0, |translator| translator.context(self.core()).asid)
    }

    /// Sets the address-space identifier (ASID) of the current core. TLB entries remain valid.
    pub fn set_asid(&mut self, asid: u16) {
        let core = self.core();
        if let Some(translator) = &mut self.translator {
            translator.contexts_mut()[core as usize].asid = asid;
        }
    }

    /// Sets the root of the page table in memory for all cores. `None` selects the detached page table. TLB
    /// entries remain valid.
    pub fn set_cr3(&mut self, root: Option<Pa>) {
        let Some(translator) = &mut self.translator else {
            return;
        };
        for context in translator.contexts_mut() {
            context.root = root.map(Pa::raw);
        }
    }

    /// Switches the current core to a process's address space, whose page table has the root `root`. `None`
    /// selects the detached page table. If the process changes, this core's TLBs without address-space
    /// identifiers invalidate their non-global entries, as on a load of CR3 (Intel SDM 3A, section 4.10.4).
    /// TLBs with identifiers keep all entries.
    pub(crate) fn switch_to(
        &mut self,
        asid: u16,
        root: Option<Pa>,
        watch: &mut impl MachineObserver,
    ) {
        let core = self.core();
        let Some(translator) = &mut self.translator else {
            return;
        };
        let context = &mut translator.contexts_mut()[core as usize];
        let other = context.asid != asid;
        (context.asid, context.root) = (asid, root.map(Pa::raw));
        if other {
            translator.for_each_tlb_of(core, watch, |tlb, _, dropped| tlb.switch(dropped));
        }
    }

    /// Invalidates the entries of a process's page in the TLBs of all cores (a TLB shootdown), including
    /// global entries. A TLB without address-space identifiers has non-global entries of the process only if
    /// its core is running the process. Returns whether a TLB held an entry.
    pub fn shoot_down(&mut self, va: Va, asid: u16, watch: &mut impl MachineObserver) -> bool {
        let Some(translator) = &mut self.translator else {
            return false;
        };
        let mut held = false;
        translator.for_each_tlb(watch, |tlb, running, dropped| {
            tlb.shoot_down(va.raw(), asid, running, |entry| {
                held = true;
                dropped(entry);
            });
        });
        held
    }

    /// Invalidates all entries of a process in the TLBs of all cores, including global entries that the
    /// process filled.
    pub(crate) fn shoot_down_all(&mut self, asid: u16, watch: &mut impl MachineObserver) {
        let Some(translator) = &mut self.translator else {
            return;
        };
        translator.for_each_tlb(watch, |tlb, running, dropped| {
            tlb.shoot_down_all(asid, running, dropped);
        });
    }
}

#[cfg(test)]
mod tests;
