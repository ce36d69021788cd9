//! The rules for imports: a floor may import only from the floors that its row lists, and files form no cycle.

use std::collections::btree_map::{BTreeMap, Entry};

use super::imports::{Arrow, Crate};

/// Floors, and the other floors that each may import from.
#[derive(Debug)]
pub struct Floors(BTreeMap<String, Vec<String>>);

impl Floors {
    /// Parses the table of `ARCHITECTURE.md`: rows of a folder, its allowed imports (`–` is none), and its contents.
    pub fn of_table(markdown: &str) -> Self {
        let rows = markdown.lines().filter_map(|line| {
            let mut cells = line.strip_prefix("| `src/")?.split(" | ");
            let folder = cells.next()?.strip_suffix("/`")?;
            let floor = folder.split('/').next_back()?;
            let below = cells.next()?.split(", ").map(str::trim).filter(|name| *name != "–");
            Some((floor.to_owned(), below.map(ToOwned::to_owned).collect()))
        });
        Self(rows.collect())
    }

    /// The floors that a floor may import from, besides itself.
    pub fn below(&self, floor: &str) -> Option<&[String]> {
        self.0.get(floor).map(Vec::as_slice)
    }

    /// The imports that the table does not allow, one per line. A file outside the floors (the crate's two roots)
    /// may import anything, and nothing may import from it.
    pub fn forbidden(&self, read: &Crate) -> Vec<String> {
        let allowed = |arrow: &Arrow| match (floor(&read.files[arrow.from]), floor(&read.files[arrow.to])) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(from), Some(to)) => {
                from == to || self.below(from).is_some_and(|below| below.iter().any(|b| b == to))
            }
        };
        let told = |arrow: &Arrow| told(read, arrow);
        read.arrows().iter().filter(|arrow| !allowed(arrow)).map(told).collect()
    }
}

/// The folder of a file directly below its package's.
pub fn floor(file: &str) -> Option<&str> {
    let inside = file.strip_prefix("src/")?;
    let inside = inside.strip_prefix("engine/").or_else(|| inside.strip_prefix("script/")).unwrap_or(inside);
    inside.split_once('/').map(|(floor, _)| floor)
}

fn told(read: &Crate, arrow: &Arrow) -> String {
    format!("{}:{} imports {}", read.files[arrow.from], arrow.line, read.files[arrow.to])
}

/// The cycles of imports: a shortest cycle for each group of files that reach each other.
pub fn circles(read: &Crate) -> Vec<String> {
    let mut out: Vec<Vec<Arrow>> = vec![Vec::new(); read.files.len()];
    for arrow in read.arrows() {
        out[arrow.from].push(arrow);
    }
    let mut told_of = vec![false; read.files.len()];
    let mut found = Vec::new();
    for start in 0..read.files.len() {
        let Some(way) = way_back(&out, start).filter(|_| !told_of[start]) else { continue };
        for arrow in &way {
            told_of[arrow.from] = true;
        }
        found.push(way.iter().map(|arrow| told(read, arrow)).collect::<Vec<_>>().join(", "));
    }
    found
}

/// The shortest path from a file to itself, breadth first.
fn way_back(out: &[Vec<Arrow>], start: usize) -> Option<Vec<Arrow>> {
    let mut came_by: BTreeMap<usize, Arrow> = BTreeMap::new();
    let mut queue = std::collections::VecDeque::from([start]);
    while let Some(at) = queue.pop_front() {
        for arrow in &out[at] {
            if arrow.to == start {
                let mut way = vec![arrow.clone()];
                while let Some(before) = came_by.get(&way[0].from).filter(|_| way[0].from != start) {
                    way.insert(0, before.clone());
                }
                return Some(way);
            }
            if let Entry::Vacant(first) = came_by.entry(arrow.to) {
                first.insert(arrow.clone());
                queue.push_back(arrow.to);
            }
        }
    }
    None
}
