//! The rules of page-replacement policies, printed on a paper.

/// The details of a page-replacement policy on which textbooks differ.
pub(crate) struct Rule {
    /// The name of the policy, followed by the word "replacement" in a sentence.
    name: &'static str,
    /// When the bits and counters of pages change. A string of one reference does not need this part.
    state: &'static str,
    /// How a clock tick changes the bits and counters. A string without ticks does not need this
    /// part. Beside such a string, this part would make students wonder which ticks have passed.
    tick: &'static str,
    /// How the policy selects the victim, such as in a tie.
    victim: &'static str,
}

/// Returns the rule of a page-replacement policy.
pub(crate) fn rule(policy: &str) -> Option<Rule> {
    Some(match policy {
        "optimal" => Rule {
            name: "Optimal",
            state: "",
            tick: "",
            victim: "If several pages are never used again, the policy evicts the page that was loaded first.",
        },
        "optimal lookahead" => Rule {
            name: "Optimal",
            state: "",
            tick: "",
            victim: "The lookahead does not include the current reference. If several pages are not among the known \
                     references, the policy evicts the page that was loaded first.",
        },
        "clock" => Rule {
            name: "Clock",
            state: "Loading a page sets its use bit, and so does each later reference.",
            tick: "",
            victim: CLOCK,
        },
        "second-chance" => Rule {
            name: "Second-chance",
            state: "A page is loaded with its use bit clear, and each later reference sets it.",
            tick: "",
            victim: CLOCK,
        },
        "third-chance" => Rule {
            name: "Third-chance (enhanced second-chance)",
            state: "Loading or using a page sets its use bit, and a store sets its modified bit.",
            tick: "",
            victim: "On a fault, the hand visits the frames in at most four rounds. The first round looks for a page with neither bit set. The second round looks for a \
                     page with only the modified bit set, and clears the use bit of each page that the hand passes. The last \
                     two rounds repeat the first two rounds. The policy evicts the page that it finds, and the hand moves to \
                     the next frame.",
        },
        "lfu" => Rule {
            name: "LFU",
            state: "",
            tick: "",
            victim: "The policy evicts the page with the fewest uses since it was loaded. If several pages tie, the policy \
                     evicts the page that was loaded first.",
        },
        "nru" => Rule {
            name: "NRU",
            state: "Loading or using a page sets its reference bit, and a store sets its modified bit.",
            tick: "A clock tick clears all reference bits.",
            victim: "The policy evicts pages in this order of classes: neither bit set, only the modified bit, only the \
                     reference bit, both bits. Within a class, it evicts the page in the lowest-numbered frame.",
        },
        "aging" => Rule {
            name: "Aging",
            state: "Loading or using a page sets its reference bit. Each page has an 8-bit counter, which starts at 0.",
            tick: "A clock tick shifts each counter right by one bit, copies the reference bit to its highest bit, and clears \
                   the reference bit.",
            victim: "The policy evicts the page with the smallest counter. If several pages tie, it evicts the page in the \
                     lowest-numbered frame.",
        },
        "working-set" => {
            return Some(Rule {
                name: "",
                state: "Working set: after each reference, the pages that are no longer in the working set leave memory.",
                tick: "",
                victim: "",
            });
        }
        _ => return None,
    })
}

/// How a policy with a clock hand selects the victim.
const CLOCK: &str = "On a fault, the hand clears set use bits until it reaches a page whose use bit is clear. The policy evicts \
                     this page, and the hand moves to the next frame.";
/// The policies with a clock hand.
const WITH_HAND: [&str; 3] = [
    "Clock",
    "Second-chance",
    "Third-chance (enhanced second-chance)",
];

impl Rule {
    /// Returns the rule as printed on a paper, with the parts that its reference strings need.
    pub(crate) fn printed(&self, several_references: bool, ticks: bool) -> String {
        let hand = match (WITH_HAND.contains(&self.name), several_references) {
            (false, _) => "",
            (true, true) => {
                "The clock hand starts at frame 0 and stays there until all frames are full."
            }
            (true, false) => "The clock hand starts at frame 0.",
        };
        let parts = [
            if self.name.is_empty() {
                String::new()
            } else {
                format!("{} replacement:", self.name)
            },
            self.state.to_owned(),
            self.tick.to_owned(),
            hand.to_owned(),
            self.victim.to_owned(),
        ];
        let needed = [
            true,
            several_references || self.victim.is_empty(),
            ticks,
            true,
            true,
        ];
        let parts = parts
            .into_iter()
            .zip(needed)
            .filter(|(part, needed)| *needed && !part.is_empty());
        let mut text = parts.map(|(part, _)| part).collect::<Vec<_>>().join(" ");
        // The first word after the colon is lowercase, unless it is an acronym.
        if let Some((name, rest)) = text.split_once(": ").filter(|_| !self.name.is_empty()) {
            let mut letters = rest.chars();
            let first = letters
                .next()
                .map(|first| first.to_lowercase().collect::<String>());
            text = format!("{name}: {}{}", first.unwrap_or_default(), letters.as_str());
        }
        text
    }
}
