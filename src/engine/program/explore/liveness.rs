//! The registers that a process may still read.
//!
//! Two processes that differ only in a variable that they do not use again behave alike. If the other
//! registers are zero, their states are equal and can be merged.

use super::super::builtin::Builtin;
use super::super::ops::{Op, Program};

/// The maximum number of passes over the code.
const MOST_PASSES: usize = 64;

/// For each operation, the registers that are read before they are written, from this operation on.
#[derive(Debug, Clone)]
pub(in super::super) struct Liveness {
    /// A bit for each register. The function of an operation with more registers has all bits.
    masks: Vec<u64>,
}

impl Liveness {
    pub fn new(program: &Program) -> Self {
        let code = &program.code;
        let mut masks = vec![0_u64; code.len()];
        let mut starts: Vec<(u32, u32)> = program
            .functions
            .iter()
            .map(|one| (one.entry, one.registers))
            .collect();
        starts.sort_unstable();
        for (at, (start, registers)) in starts.iter().enumerate() {
            let end = starts
                .get(at + 1)
                .map_or(code.len(), |(next, _)| code.len().min(*next as usize));
            if *registers > u64::BITS && (*start as usize) < end {
                masks[*start as usize..end].fill(u64::MAX);
            }
        }
        for _ in 0..MOST_PASSES {
            let mut changed = false;
            for (pc, op) in code.iter().enumerate().rev() {
                let at = |target: usize| masks.get(target).copied().unwrap_or_default();
                let next = at(pc + 1);
                let live = match *op {
                    Op::Get(register) | Op::Require(register) => next | bit(register),
                    Op::Set(register) => next & !bit(register),
                    Op::Jump(target) => at(target as usize),
                    Op::JumpIfZero(target) | Op::JumpIfNonzero(target) => {
                        next | at(target as usize)
                    }
                    Op::Return
                    | Op::NoResult
                    | Op::Builtin(Builtin::Exit | Builtin::ExitNow | Builtin::Abort, _) => 0,
                    _ => next,
                };
                changed |= live & !masks[pc] != 0;
                masks[pc] |= live;
            }
            if !changed {
                return Self { masks };
            }
        }
        masks.fill(u64::MAX);
        Self { masks }
    }

    /// Whether a register may be read from this operation on.
    pub fn is_live(&self, pc: u32, register: u32) -> bool {
        self.masks
            .get(pc as usize)
            .is_some_and(|mask| register >= u64::BITS || mask & bit(register) != 0)
    }
}

fn bit(register: u32) -> u64 {
    1_u64.checked_shl(register).unwrap_or(0)
}
