//! stub
use super::policy::{Policy, PolicyState};
use super::random::SplitMix64;
/// Pool.
#[derive(Debug, Clone)]
pub struct Pool {
    policy: Policy,
}
impl Pool {
    /// New.
    pub fn new(policy: Policy, _limit: u32) -> Self {
        Self { policy }
    }
    /// Fill.
    pub fn fill(&mut self, _frame: u32) {}
    /// Touch.
    pub fn touch(&mut self, _frame: u32) {}
    /// Forget.
    pub fn forget(&mut self, _frame: u32) {}
    /// Dirty.
    pub fn note_dirty(&mut self, _frame: u32, _dirty: bool) {}
    /// Tick.
    pub fn tick(&mut self) {}
    /// Victim.
    pub fn victim(&mut self, _random: &mut SplitMix64, _may: impl Fn(u32) -> bool) -> Option<u32> {
        None
    }
    /// State.
    pub fn state(&self) -> PolicyState {
        PolicyState::default()
    }
    /// Policy.
    pub fn policy(&self) -> Policy {
        self.policy
    }
}
