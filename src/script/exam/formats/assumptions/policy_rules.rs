//! The rules of page-replacement policies, printed on a paper.

use pagewalk_engine::machine::policy::Policy;
use pagewalk_engine::machine::reference_string::Replacement;

/// The details of a page-replacement policy on which textbooks differ.
#[derive(PartialEq, Default)]
pub(crate) struct Rule {
    /// The name of the policy, followed by the word "replacement" in a sentence.
    name: &'static str,
    /// Whether the policy has a clock hand.
    hand: bool,
    /// When the bits and counters of pages change. A string of one reference does not need this part.
    state: &'static str,
    /// How a clock tick changes the bits and counters. A string without ticks does not need this
    /// part. Beside such a string, this part would make students wonder which ticks have passed.
    tick: &'static str,
    /// How the policy selects the victim, such as in a tie.
    victim: &'static str,
}

/// Returns the rule of a page-replacement policy.
pub(crate) fn rule(replacement: Replacement) -> Option<Rule> {
    Some(match replacement {
        Replacement::Optimal { lookahead: None } => Rule {
            name: "Optimal",
            victim: "If several pages are never used again, the policy evicts the page that was loaded first.",
            ..Rule::default()
        },
        Replacement::Optimal { lookahead: Some(_) } => Rule {
            name: "Optimal",
            victim: "The lookahead does not include the current reference. If several pages are not among the known \
                     references, the policy evicts the page that was loaded first.",
            ..Rule::default()
        },
        Replacement::Policy(Policy::Clock) => Rule {
            name: "Clock",
            hand: true,
            state: "Loading a page sets its use bit, and so does each later reference.",
            victim: CLOCK,
            ..Rule::default()
        },
        Replacement::Policy(Policy::SecondChance) => Rule {
            name: "Second-chance",
            hand: true,
            state: "A page is loaded with its use bit clear, and each later reference sets it.",
            victim: CLOCK,
            ..Rule::default()
        },
        Replacement::Policy(Policy::ThirdChance) => Rule {
            name: "Third-chance (enhanced second-chance)",
            hand: true,
            state: "Loading or using a page sets its use bit, and a store sets its modified bit.",
            victim: "On a fault, the hand visits the frames in at most four rounds. The first round looks for a page with neither bit set. The second round looks for a \
                     page with only the modified bit set, and clears the use bit of each page that the hand passes. The last \
                     two rounds repeat the first two rounds. The policy evicts the page that it finds, and the hand moves to \
                     the next frame.",
            ..Rule::default()
        },
        Replacement::Policy(Policy::Lfu) => Rule {
            name: "LFU",
            victim: "The policy evicts the page with the fewest uses since it was loaded. If several pages tie, the policy \
                     evicts the page that was loaded first.",
            ..Rule::default()
        },
        Replacement::Policy(Policy::Nru) => Rule {
            name: "NRU",
            state: "Loading or using a page sets its reference bit, and a store sets its modified bit.",
            tick: "A clock tick clears all reference bits, and a table shows them after the tick.",
            victim: "The policy evicts pages in this order of classes: neither bit set, only the modified bit, only the \
                     reference bit, both bits. Within a class, it evicts the page in the lowest-numbered frame.",
            ..Rule::default()
        },
        Replacement::Policy(Policy::Aging) => Rule {
            name: "Aging",
            state: "Loading or using a page sets its reference bit. Each page has an 8-bit counter, which starts at 0.",
            tick: "A clock tick shifts each counter right by one bit, copies the reference bit to its highest bit, and clears \
                   the reference bit. A table shows them after the tick.",
            victim: "The policy evicts the page with the smallest counter. If several pages tie, it evicts the page in the \
                     lowest-numbered frame.",
            ..Rule::default()
        },
        Replacement::WorkingSet { .. } => Rule {
            state: "Working set: after each reference, the pages that are no longer in the working set leave memory.",
            ..Rule::default()
        },
        _ => return None,
    })
}

/// How a policy with a clock hand selects the victim.
const CLOCK: &str = "On a fault, the hand clears set use bits until it reaches a page whose use bit is clear. The policy evicts \
                     this page, and the hand moves to the next frame.";
impl Rule {
    /// Returns the rule as printed on a paper, with the parts that its reference strings need.
    /// The clock hand starts at this frame.
    pub(crate) fn printed(&self, several_references: bool, ticks: bool, hand: u32) -> String {
        let hand = match (self.hand, several_references) {
            (false, _) => "",
            (true, true) => &format!(
                "The clock hand starts at frame {hand} and stays there until all frames are full."
            ),
            (true, false) => &format!("The clock hand starts at frame {hand}."),
        };
        let needed = |part: &'static str, needed: bool| if needed { part } else { "" };
        let parts = [
            needed(self.state, several_references || self.victim.is_empty()),
            needed(self.tick, ticks),
            hand,
            self.victim,
        ];
        let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        let text = parts.join(" ");
        if self.name.is_empty() {
            return text;
        }
        // The first word after a colon is lowercase.
        let (first, rest) = text.split_at(text.chars().next().map_or(0, char::len_utf8));
        format!("{} replacement: {}{rest}", self.name, first.to_lowercase())
    }
}
