//! Compares another side, such as Pagewalk, with Linux on many sequences.

use std::fmt;
use std::time::{Duration, Instant};

use super::differ::{Look, Run, run};
use super::generate::Generator;
use super::op::Step;
use super::script::script;
use super::shrink::shrink;
use super::side::{Answer, Permits, Side};

/// Default seed of the first sequence.
const SEED: u64 = 361;

/// The totals of a comparison.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    pub sequences: u64,
    pub steps: u64,
    /// Number of steps that were failed calls or fatal accesses.
    pub failed: u64,
    /// Number of steps that were skipped because the sides may answer differently.
    pub left_out: u64,
    /// Number of sequences whose faults differed when Linux performed them again.
    pub unsteady: u64,
    pub took: Duration,
}

impl fmt::Display for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Totals {
            sequences,
            steps,
            failed,
            left_out,
            unsteady,
            took,
        } = self;
        let seconds = took.as_secs();
        write!(
            f,
            "{sequences} sequences of {steps} steps, of which {failed} failed, in {seconds} s; {left_out} left out"
        )?;
        if *unsteady > 0 {
            write!(f, "; {unsteady} sequences did not fault alike twice")
        } else {
            Ok(())
        }
    }
}

/// The sequences to compare, with this first seed and the following seeds.
#[derive(Debug, Clone, Copy)]
pub struct Sequences {
    pub seed: u64,
    pub count: u64,
}

impl Sequences {
    /// The sequences that `PAGEWALK_LINUX_SEED` and `PAGEWALK_LINUX_SEQUENCES` select, by default `count`
    /// sequences.
    pub fn asked_for(count: u64) -> Sequences {
        let number = |name: &str| {
            std::env::var(name).ok().map(|text| {
                text.parse()
                    .unwrap_or_else(|_| panic!("{name}={text}: no number"))
            })
        };
        Sequences {
            seed: number("PAGEWALK_LINUX_SEED").unwrap_or(SEED),
            count: number("PAGEWALK_LINUX_SEQUENCES").unwrap_or(count),
        }
    }
}

/// Compares two sides on a series of sequences.
///
/// # Errors
/// Returns the first difference, shrunk to a script.
pub fn compare(
    reference: &mut dyn Side,
    other: &mut dyn Side,
    look: Look,
    sequences: Sequences,
) -> Result<Totals, String> {
    let permits = reference.permits().and(other.permits());
    let (mut totals, began) = (Totals::default(), Instant::now());
    for seed in (sequences.seed..).take(sequences.count as usize) {
        let mut generator = generator(look, seed, permits);
        let run = run((reference, other), look, |view| generator.next(view));
        totals.sequences += 1;
        totals.steps += run.messages.len() as u64;
        totals.left_out += run.left_out as u64;
        let failed = |answer: &Answer| matches!(answer, Answer::Error(_) | Answer::Signal(..));
        totals.failed += run
            .messages
            .iter()
            .filter(|(_, answer)| failed(answer))
            .count() as u64;
        if run.difference.is_none() {
            continue;
        }
        // While other programs run, Linux may free pages late, which changes the number of faults by one.
        totals.unsteady += 1;
        let may_be = look == Look::Faults && totals.unsteady <= 1 + totals.sequences / 1000;
        let again = replay((reference, other), look, &run.steps());
        if again.difference.is_some() || !may_be {
            return Err(shrunk((reference, other), look, seed, run));
        }
    }
    Ok(Totals {
        took: began.elapsed(),
        ..totals
    })
}

/// The generator of the sequences for a comparison.
pub fn generator(look: Look, seed: u64, permits: Permits) -> Generator {
    match look {
        Look::Areas => Generator::of_areas(seed, permits),
        Look::Bytes | Look::Faults => Generator::new(seed, permits),
    }
}

/// Performs the given steps on both sides.
pub fn replay(sides: (&mut dyn Side, &mut dyn Side), look: Look, steps: &[Step]) -> Run {
    let mut steps = steps.iter().copied();
    run(sides, look, |_| steps.next())
}

fn shrunk(
    (reference, other): (&mut dyn Side, &mut dyn Side),
    look: Look,
    seed: u64,
    found: Run,
) -> String {
    let (names, before) = (
        format!("{} and {}", reference.name(), other.name()),
        found.messages.len(),
    );
    if replay((reference, other), look, &found.steps())
        .difference
        .is_none()
    {
        return format!(
            "# {names} differ: seed {seed}. They did not when they did it again.\n{}",
            script(&found)
        );
    }
    let run = shrink(|steps| replay((reference, other), look, steps), found);
    format!(
        "# {names} differ: seed {seed}, {before} steps shrunk to {}.\n{}",
        run.messages.len(),
        script(&run)
    )
}
