//! Grids of students who continue from their own rows, compared with an independent model of four policies.

use std::collections::BTreeMap;

use super::running::{folder, graded, pagewalk, paper, put};
use pagewalk_script::exam::grade::Verdict;
use pagewalk_script::exam::grade::rules::Rules;

const FRAMES: usize = 3;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Policy {
    Fifo,
    Lru,
    Optimal,
    Clock,
}

/// A row of a grid, and the parts of the state that a reader infers from the rows before it.
#[derive(Debug, Clone, PartialEq)]
struct Row {
    hit: bool,
    pages: [Option<u32>; FRAMES],
    /// The row in which a page was loaded into each frame.
    since: [usize; FRAMES],
    used: [bool; FRAMES],
    hand: usize,
}

const EMPTY: Row = Row {
    hit: false,
    pages: [None; FRAMES],
    since: [0; FRAMES],
    used: [false; FRAMES],
    hand: 0,
};

/// The row of reference `at` after the row `before`, if the page goes into `chosen`.
fn after(policy: Policy, string: &[u32], at: usize, before: &Row, chosen: Option<usize>) -> Row {
    let (page, mut row) = (string[at], before.clone());
    if let Some(frame) = row.pages.iter().position(|own| *own == Some(page)) {
        row.used[frame] = true;
        return Row { hit: true, ..row };
    }
    let last = |frame: usize| {
        string[..at]
            .iter()
            .rposition(|own| Some(*own) == row.pages[frame])
    };
    let next = |frame: usize| {
        let ahead = string[at..]
            .iter()
            .position(|own| Some(*own) == row.pages[frame]);
        ahead.unwrap_or(usize::MAX)
    };
    let free = row.pages.iter().position(Option::is_none);
    let all = 0..FRAMES;
    let frame = chosen.or(free).unwrap_or_else(|| match policy {
        Policy::Fifo => all.min_by_key(|frame| row.since[*frame]).unwrap(),
        Policy::Lru => all.min_by_key(|frame| last(*frame)).unwrap(),
        // Among pages without a next use, the page that was loaded first.
        Policy::Optimal => all
            .min_by_key(|frame| (usize::MAX - next(*frame), row.since[*frame]))
            .unwrap(),
        Policy::Clock => (row.hand..2 * FRAMES)
            .map(|way| way % FRAMES)
            .find(|way| !row.used[*way])
            .unwrap_or(row.hand),
    });
    if policy == Policy::Clock && row.pages[frame].is_some() {
        let mut way = row.hand;
        let mut passed = 0;
        while way != frame || (row.used[way] && chosen.is_none() && passed < FRAMES) {
            row.used[way] = false;
            way = (way + 1) % FRAMES;
            passed += 1;
        }
        row.hand = (frame + 1) % FRAMES;
    }
    (row.pages[frame], row.since[frame], row.used[frame]) = (Some(page), at, true);
    Row { hit: false, ..row }
}

/// A student's mistake in one row. The student then continues from this row.
#[derive(Debug, Clone, Copy)]
enum Slip {
    /// Loads the page into this frame.
    Into(usize),
    /// Changes no frame.
    Unchanged,
    /// Writes another page into this frame. The string never references page 5.
    Writes(usize, u32),
}

fn student(policy: Policy, string: &[u32], at: usize, slip: Slip) -> Option<Vec<Row>> {
    let (mut rows, mut row): (Vec<Row>, Row) = (Vec::new(), EMPTY);
    for index in 0..string.len() {
        let right = after(policy, string, index, &row, None);
        let own = match slip {
            _ if index != at => right,
            Slip::Into(frame) => after(policy, string, index, &row, Some(frame)),
            Slip::Unchanged => Row { hit: true, ..row },
            Slip::Writes(frame, page) => {
                let mut own = right.clone();
                // An empty frame, a page that is also in another frame, and a frame that does not change are other
                // mistakes.
                own.pages[frame]?;
                if own.pages.contains(&Some(page)) || row.pages[frame] == Some(page) {
                    return None;
                }
                own.pages[frame] = Some(page);
                own
            }
        };
        row = own;
        rows.push(row.clone());
    }
    Some(rows)
}

fn written(page: Option<u32>) -> String {
    page.map_or("-".to_owned(), |page| page.to_string())
}

/// The cells of a row. Only the grid of a clock shows its state.
fn cells(policy: Policy, row: &Row) -> Vec<(String, String)> {
    let mut cells = vec![("hit".to_owned(), u8::from(row.hit).to_string())];
    let frames = row.pages.iter().enumerate();
    cells.extend(frames.map(|(frame, page)| (format!("frame{frame}"), written(*page))));
    if policy == Policy::Clock {
        let bits = row.used.iter().map(|bit| if *bit { '1' } else { '0' });
        cells.push(("use".to_owned(), bits.collect()));
        cells.push(("hand".to_owned(), row.hand.to_string()));
    }
    cells
}

fn sheet(policy: Policy, rows: &[Row]) -> BTreeMap<String, String> {
    let each = rows.iter().enumerate().flat_map(|(at, row)| {
        let name = move |column: String| format!("1.{}.{column}", at + 1);
        cells(policy, row)
            .into_iter()
            .map(move |(column, text)| (name(column), text))
    });
    each.collect()
}

/// Random strings of 10 references to 5 pages, from a linear congruential generator.
fn strings() -> Vec<Vec<u32>> {
    let mut state = 2_u32;
    let mut draw = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 16) % 5
    };
    (0..6).map(|_| (0..10).map(|_| draw()).collect()).collect()
}

const POLICIES: [(Policy, &str); 4] = [
    (Policy::Fifo, "fifo"),
    (Policy::Lru, "lru"),
    (Policy::Optimal, "optimal"),
    (Policy::Clock, "clock"),
];

fn script(string: &[u32], policy: (Policy, &str)) -> String {
    let state = if policy.0 == Policy::Clock {
        " use hand"
    } else {
        ""
    };
    let pages: Vec<String> = string.iter().map(u32::to_string).collect();
    format!(
        "question \"q\" {{\n  reference {} {{ frames {FRAMES}, replacement {} }}\n  ask reference columns hit frame0 frame1 frame2{state}\n}}\n",
        pages.join(" "),
        policy.1
    )
}

/// Every mistake of one row in every string.
fn each_slip(mut check: impl FnMut((Policy, &str), &[u32], usize, Slip, &[Row])) {
    for policy in POLICIES {
        for string in strings() {
            for at in 1..string.len() {
                let into = (0..FRAMES).map(Slip::Into);
                let writes = (0..FRAMES * 6).map(|n| Slip::Writes(n / 6, (n % 6) as u32));
                for slip in into.chain([Slip::Unchanged]).chain(writes) {
                    if let Some(rows) = student(policy.0, &string, at, slip) {
                        check(policy, &string, at, slip, &rows);
                    }
                }
            }
        }
    }
}

#[test]
fn only_the_row_of_a_mistake_loses_points() {
    let mut count = 0;
    let mut known = (String::new(), None);
    each_slip(|policy, string, at, slip, rows| {
        let text = script(string, policy);
        if known.0 != text {
            known = (text.clone(), Some(paper(&text, 0)));
        }
        let right = after(
            policy.0,
            string,
            at,
            rows.get(at.wrapping_sub(1)).unwrap_or(&EMPTY),
            None,
        );
        let pairs = cells(policy.0, &rows[at])
            .into_iter()
            .zip(cells(policy.0, &right));
        let lost: Vec<String> = pairs
            .filter(|(own, right)| own != right)
            .map(|((column, _), _)| format!("1.{}.{column}", at + 1))
            .collect();
        let marked = graded(
            known.1.as_ref().unwrap(),
            &sheet(policy.0, rows),
            &Rules::default(),
        );
        let without = marked.marks.iter().filter(|mark| mark.points.is_zero());
        let without: Vec<String> = without.map(|mark| mark.field.clone()).collect();
        assert_eq!(
            without,
            lost,
            "{policy:?} {string:?} {} {slip:?} {rows:?}",
            at + 1
        );
        count += 1;
    });
    assert!(count > 2000, "{count}");
}

#[test]
fn an_empty_cell_costs_at_most_as_much_as_a_wrong_one() {
    let mut count = 0;
    for policy in &POLICIES[..3] {
        let string = &strings()[0];
        let paper = paper(&script(string, *policy), 0);
        let points = |sheet: &BTreeMap<String, String>| {
            let marked = graded(&paper, sheet, &Rules::default());
            marked
                .marks
                .iter()
                .filter(|mark| !mark.points.is_zero())
                .count()
        };
        for (at, frame) in (1..string.len()).flat_map(|at| (0..FRAMES).map(move |f| (at, f))) {
            let Some(rows) = student(policy.0, string, at, Slip::Into(frame)) else {
                continue;
            };
            for cell in 0..FRAMES {
                let mut own = sheet(policy.0, &rows);
                let name = format!("1.{}.frame{cell}", at + 1);
                own.insert(name.clone(), String::new());
                let empty = points(&own);
                for page in (0..5).map(Some).chain([None]) {
                    own.insert(name.clone(), written(page));
                    let marked = graded(&paper, &own, &Rules::default());
                    let mark = marked.marks.iter().find(|mark| mark.field == name).unwrap();
                    if mark.verdict == Verdict::Wrong {
                        assert!(
                            empty >= points(&own),
                            "{policy:?} {string:?} {name} {page:?} {empty} {}",
                            points(&own)
                        );
                        count += 1;
                    }
                }
            }
        }
    }
    assert!(count > 300, "{count}");
}

#[test]
fn a_wrong_cell_after_empty_rows_earns_nothing() {
    let string = [1, 2, 3, 1, 4, 2];
    for policy in &POLICIES[..3] {
        let paper = paper(&script(&string, *policy), 0);
        let rows = student(policy.0, &string, 0, Slip::Into(0)).unwrap();
        for (at, row) in rows.iter().enumerate().skip(1) {
            for (frame, right) in row.pages.iter().enumerate() {
                for page in (0..9).map(Some).filter(|page| page != right) {
                    let name = format!("1.{}.frame{frame}", at + 1);
                    let own = BTreeMap::from([(name, written(page))]);
                    let marked = graded(&paper, &own, &Rules::default());
                    assert!(marked.total.is_zero(), "{policy:?} {own:?}");
                }
            }
        }
    }
}

#[test]
fn an_ask_can_mark_a_grid_by_row_or_by_column() {
    let points = |marks: &str| {
        let script = format!(
            "question \"q\" points 4 {{\nreference 1 2 {{ frames 2, replacement lru }}\nask reference columns hit frame0 {marks} }}"
        );
        let answers = [
            ("1.hit", "N"),
            ("1.frame0", "1"),
            ("2.hit", "Y"),
            ("2.frame0", "1"),
        ];
        let exam = paper(&script, 0);
        let text = |(name, text): (&str, &str)| (format!("1.{name}"), text.to_owned());
        graded(&exam, &answers.map(text).into(), &Rules::default())
            .total
            .to_string()
    };
    assert_eq!(points(""), "3");
    assert_eq!(points("marks by row"), "2");
    assert_eq!(points("marks by column"), "2");
}

/// The hand passes no frame before all frames are full. Then it clears both use bits and evicts the page in frame 0.
#[test]
fn the_hand_of_a_clock_can_name_its_frame() {
    let folder = folder("hand");
    let script = "question \"Q\" points 3 { reference 1 2 3 { frames 2, replacement clock }\nask reference columns hand }\n";
    let exam = put(&folder, "exam.pw", script);
    let answers = put(
        &folder,
        "a.csv",
        "id,1.1.hand,1.2.hand,1.3.hand\ns1,frame 0,#0,1\n",
    );
    let ran = pagewalk(&["grade", &exam, &answers]);
    assert!(ran.out.contains("s1,,,1,1,1,3,3,0"), "{}", ran.out);
}
