//! Results as parts of a web page, for notebooks.

use crate::exam::formats::html::MOST;
pub use crate::exam::formats::html::report;
use crate::lang::source::Sources;
use crate::report::doc::Block;
use crate::report::narrate::{Narrator, of_address};
use crate::run::record::{BitsView, Did, StepRecord};

/// Returns the report of a run as an element with its own style sheet. The text of the script cannot add elements to the page.
///
/// ```
/// use pagewalk_script::api::{CheckedScript, Options, Recording, html};
///
/// let script = CheckedScript::from_text("a.pw", "show \"<b>\"", &mut ());
/// let run = Recording::new(&script, Options::default(), &false.into());
/// assert!(html::steps(&run.records, &script.sources).contains("&lt;b&gt;"));
/// ```
pub fn steps(records: &[StepRecord], sources: &Sources) -> String {
    let mut narrator = Narrator::new(sources, false);
    let mut blocks = Vec::new();
    for record in records {
        blocks.extend(narrator.narrate(record));
        blocks.extend(rulers(record));
        if blocks.len() > MOST {
            break;
        }
    }
    blocks.extend(narrator.rest());
    report(&blocks)
}

/// Maximum width of an address with a ruler, in bits. `show geometry` draws wider ones.
const WIDEST: u32 = 32;

/// Returns the bit rulers of the addresses of an access outside loops. Returns nothing for other records and for wide addresses.
pub fn rulers(record: &StepRecord) -> Vec<Block> {
    let Did::Access(access) = &*record.did else {
        return Vec::new();
    };
    let ruler = |physical: bool, value: u64| {
        let bits = BitsView {
            spec: access.spec.clone(),
            physical,
            fields: true,
            value,
        };
        of_address(&bits, false)
            .filter(|ruler| ruler.bits <= WIDEST)
            .map(Block::Ruler)
    };
    let translated = access
        .spec
        .mmu
        .as_ref()
        .and_then(|_| ruler(false, access.va.raw()));
    let physical = access.outcome.pa.and_then(|pa| ruler(true, pa.raw()));
    let all = translated.into_iter().chain(physical);
    if record.depth == 0 {
        all.collect()
    } else {
        Vec::new()
    }
}
