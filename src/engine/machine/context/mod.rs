//! Address spaces: which one each core runs in, and what its TLBs forget when it changes.

use super::addr::{Pa, Va};
use super::datapath::Machine;
use super::event::MachineObserver;

impl Machine {
    /// From now on walks of every core read memory from this root (none: the table that stands apart). TLBs keep what
    /// they hold.
    pub fn set_cr3(&mut self, root: Option<Pa>) {
        let Some(translator) = &mut self.translator else { return };
        for context in translator.contexts_mut() {
            context.root = root.map(Pa::raw);
        }
    }

    /// Puts the current core into an address space: a process, and the root of its tables in memory (none: the table that
    /// stands apart). If it is another process than before, TLBs of this core whose entries do not carry their process
    /// drop those not global, as a load of CR3 does (Intel SDM 3A, section 4.10.4); the others keep all.
    pub(crate) fn switch_to(&mut self, asid: u16, root: Option<Pa>, watch: &mut impl MachineObserver) {
        let core = self.core();
        let Some(translator) = &mut self.translator else { return };
        let context = &mut translator.contexts_mut()[core as usize];
        let other = context.asid != asid;
        (context.asid, context.root) = (asid, root.map(Pa::raw));
        if other {
            translator.for_each_tlb_of(core, watch, |tlb, _, dropped| tlb.switch(dropped));
        }
    }

    /// Drops the entries of a process's page from the TLBs of all cores, global ones too. TLBs whose entries do not carry
    /// their process have its only on cores that run it, and global ones anywhere.
    pub fn shoot_down(&mut self, va: Va, asid: u16, watch: &mut impl MachineObserver) {
        let Some(translator) = &mut self.translator else { return };
        translator
            .for_each_tlb(watch, |tlb, running, dropped| tlb.shoot_down(va.raw(), asid, running, dropped));
    }

    /// Drops all entries of a process from the TLBs of all cores. A global entry goes if this process filled it.
    pub(crate) fn shoot_down_all(&mut self, asid: u16, watch: &mut impl MachineObserver) {
        let Some(translator) = &mut self.translator else { return };
        translator.for_each_tlb(watch, |tlb, running, dropped| tlb.shoot_down_all(asid, running, dropped));
    }
}

#[cfg(test)]
mod tests;
