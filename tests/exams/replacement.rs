//! Tests of page replacement against naive implementations.

use super::sheet::{Grid, SEEDS, exam};

/// The resident pages after a reference, and whether the reference hit.
struct Step {
    hit: bool,
    frames: Vec<Option<u64>>,
    used: Vec<bool>,
    hand: usize,
}

/// Runs a reference string with a policy: FIFO, LRU, optimal (arrival order breaks ties), or clock. The initially
/// resident pages were loaded and last used in the order of `held`.
fn play(string: &[u64], count: usize, policy: &str, held: &[u64]) -> Vec<Step> {
    let mut frames: Vec<Option<u64>> = held.iter().map(|page| Some(*page)).collect();
    frames.resize(count, None);
    let mut came: Vec<usize> = (0..count).collect();
    let (mut touched, mut used, mut hand) = (came.clone(), vec![false; count], 0);
    let mut steps = Vec::new();
    for (at, page) in string.iter().enumerate() {
        let (place, now) = (at, at + count);
        let found = frames.iter().position(|held| *held == Some(*page));
        let at = found.unwrap_or_else(|| {
            let next = |page: u64| {
                string[place + 1..]
                    .iter()
                    .position(|p| *p == page)
                    .unwrap_or(usize::MAX)
            };
            let all = 0..count;
            let at = frames
                .iter()
                .position(Option::is_none)
                .unwrap_or_else(|| match policy {
                    "fifo" => all.min_by_key(|at| came[*at]).expect("a frame"),
                    "lru" => all.min_by_key(|at| touched[*at]).expect("a frame"),
                    "optimal" => {
                        let far =
                            |at: &usize| (next(frames[*at].expect("full")), usize::MAX - came[*at]);
                        all.max_by_key(far).expect("a frame")
                    }
                    "clock" => {
                        while used[hand] {
                            used[hand] = false;
                            hand = (hand + 1) % count;
                        }
                        let at = hand;
                        hand = (hand + 1) % count;
                        at
                    }
                    other => panic!("no policy {other}"),
                });
            came[at] = now;
            at
        });
        frames[at] = Some(*page);
        touched[at] = now;
        used[at] = true;
        steps.push(Step {
            hit: found.is_some(),
            frames: frames.clone(),
            used: used.clone(),
            hand,
        });
    }
    steps
}

fn faults(steps: &[Step]) -> String {
    steps.iter().filter(|step| !step.hit).count().to_string()
}

/// The expected cells of a row, in the order of the column names.
fn row(step: &Step, columns: &[String]) -> Vec<String> {
    let bit = |set: bool| if set { '1' } else { '0' };
    let cell = |column: &String| match column.as_str() {
        "hit" => bit(step.hit).to_string(),
        "use" => step.used.iter().map(|set| bit(*set)).collect(),
        "hand" => step.hand.to_string(),
        frame => {
            let at: usize = frame.trim_start_matches("frame").parse().expect("a frame");
            step.frames[at].map_or("-".to_owned(), |page| page.to_string())
        }
    };
    columns.iter().map(cell).collect()
}

/// Compares a grid with the results of the policy, and returns the number of faults.
fn grid(grid: &Grid, policy: &str) -> String {
    let (how, held) = grid
        .title
        .split_once(", holding ")
        .expect("pages that are held");
    assert_eq!(how, format!("reference ({policy}, frames 3"));
    let held: Vec<u64> = held
        .trim_end_matches(')')
        .split(' ')
        .map(super::sheet::number)
        .collect();
    assert_eq!(&grid.columns[..2], ["step", "page"]);
    let string: Vec<u64> = grid
        .rows
        .iter()
        .map(|row| row[1].parse().expect("a page"))
        .collect();
    let steps = play(&string, 3, policy, &held);
    for (at, step) in steps.iter().enumerate() {
        assert_eq!(grid.rows[at][0], (at + 1).to_string());
        assert_eq!(
            grid.rows[at][2..],
            row(step, &grid.columns[2..]),
            "step {}",
            at + 1
        );
    }
    faults(&steps)
}

#[test]
fn the_naive_policies_count_as_the_textbooks_do() {
    // From Silberschatz, Galvin, and Gagne, chapter 10, and Stallings, figure 8.15, with cold faults
    // included.
    let string = [7, 0, 1, 2, 0, 3, 0, 4, 2, 3, 0, 3, 2, 1, 2, 0, 1, 7, 0, 1];
    let count = |policy| faults(&play(&string, 3, policy, &[]));
    assert_eq!(
        [count("fifo"), count("lru"), count("optimal")],
        ["15", "12", "9"]
    );
    let string = [2, 3, 2, 1, 5, 2, 4, 5, 3, 2, 5, 2];
    let count = |policy| faults(&play(&string, 3, policy, &[]));
    assert_eq!(
        [
            count("fifo"),
            count("lru"),
            count("optimal"),
            count("clock")
        ],
        ["9", "7", "6", "8"]
    );
}

#[test]
fn page_replacement() {
    for seed in SEEDS {
        let exam = exam("page-replacement", seed);
        let first = exam.question("Three policies, one string");
        let mut counts = Vec::new();
        for (part, policy) in [("a", "fifo"), ("b", "lru"), ("c", "optimal")] {
            let part = first.part(part);
            let faults = grid(&part.tables()[0], policy);
            assert_eq!(
                part.keys(),
                std::slice::from_ref(&faults),
                "seed {seed}, {policy}"
            );
            counts.push(faults);
        }
        counts.sort();
        counts.dedup();
        assert_eq!(
            counts.len(),
            3,
            "seed {seed}: the policies are distinguished"
        );
        let clock = exam.question("The clock");
        assert_eq!(
            clock.keys(),
            [grid(&clock.tables()[0], "clock")],
            "seed {seed}"
        );
        belady(
            &exam.question("One frame more").part("a"),
            &exam.question("One frame more").prose(),
            seed,
        );
    }
}

/// Checks the last question, which runs a string with three and with four frames.
fn belady(part: &super::sheet::Sheet, prose: &str, seed: u64) {
    let string = super::sheet::listed(
        prose
            .split_once("The reference string is ")
            .expect("a string")
            .1,
    );
    let mut right = Vec::new();
    for policy in ["fifo", "lru"] {
        right.extend([3, 4].map(|frames| faults(&play(&string, frames, policy, &[]))));
    }
    assert_eq!(part.keys(), right, "seed {seed}");
    let [three, four] = [0, 1].map(|at| right[at].parse::<u64>().expect("a count"));
    assert_eq!(four, three + 1, "seed {seed}: Belady's anomaly");
}
