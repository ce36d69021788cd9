//! The rules of page-replacement policies, printed on a paper.

/// Explains the details of a page-replacement policy on which textbooks differ, such as ties.
pub(crate) fn explained(policy: &str) -> Option<&'static str> {
    Some(match policy {
        "optimal" => {
            "Optimal replacement: if several pages are never used again, the one that was loaded first is evicted."
        }
        "optimal lookahead" => {
            "Optimal replacement with a lookahead: the lookahead does not include the current reference. If several pages are \
             not among the known references, the one that was loaded first is evicted."
        }
        "clock" => {
            "Clock replacement: loading a page sets its use bit, and so does each later reference. The clock hand starts at frame 0 \
             and stays there until all frames are full. On a fault, the hand clears set use bits until it reaches a page whose \
             use bit is clear. The policy evicts this page, and the hand moves to the next frame."
        }
        "second-chance" => {
            "Second-chance replacement: a page is loaded with its use bit clear, and each later reference sets it. The clock \
             hand starts at frame 0 and stays there until all frames are full. On a fault, the hand clears set use bits until it \
             reaches a page whose use bit is clear. The policy evicts this page, and the hand moves to the next frame."
        }
        "third-chance" => {
            "Third-chance (enhanced second-chance) replacement: loading or using a page sets its use bit, and a store sets its \
             modified bit. The clock hand starts at frame 0 and stays there until all frames are full. On a fault, the hand visits the \
             frames in at most four rounds. The first round looks for a page with neither bit set. The second round looks for a \
             page with only the modified bit set, and clears the use bit of each page that the hand passes. The last two rounds \
             repeat the first two rounds. The policy evicts the page that it finds, and the hand moves to the next frame."
        }
        "lfu" => {
            "LFU replacement: the page with the fewest uses since it was loaded is evicted. If several pages tie, the one that was \
             loaded first is evicted."
        }
        "nru" => {
            "NRU replacement: loading or using a page sets its reference bit, a store sets its modified bit, and a clock tick \
             clears all reference bits. Pages are evicted in this order of classes: neither bit set, only the modified bit, \
             only the reference bit, both bits. Within a class, the page in the lowest-numbered frame is evicted."
        }
        "aging" => {
            "Aging replacement: loading or using a page sets its reference bit. Each page has an 8-bit counter, which starts \
             at 0. A clock tick shifts each counter right by one bit, copies the reference bit to its highest bit, and clears \
             the reference bit. The page with the smallest counter is evicted. If several pages tie, the page in the \
             lowest-numbered frame is evicted."
        }
        "working-set" => {
            "Working set: after each reference, the pages that are no longer in the working set leave memory."
        }
        _ => return None,
    })
}
