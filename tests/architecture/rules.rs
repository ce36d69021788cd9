//! The rules for imports: a layer may import only from the layers that its row lists, and the imports between
//! files must not form a cycle.

use std::collections::btree_map::{BTreeMap, Entry};

use super::imports::{Arrow, Crate};

/// Layers, and the other layers that each may import from.
#[derive(Debug)]
pub struct Layers(BTreeMap<String, Vec<String>>);

impl Layers {
    /// Parses the table in `ARCHITECTURE.md`. Each row has a folder, the allowed imports (`–` for none), and
    /// the contents.
    pub fn of_table(markdown: &str) -> Self {
        let rows = markdown.lines().filter_map(|line| {
            let mut cells = line.strip_prefix("| `src/")?.split(" | ");
            let folder = cells.next()?.strip_suffix("/`")?;
            let layer = folder.split('/').next_back()?;
            let below = cells
                .next()?
                .split(", ")
                .map(str::trim)
                .filter(|name| *name != "–");
            Some((layer.to_owned(), below.map(ToOwned::to_owned).collect()))
        });
        Self(rows.collect())
    }

    /// The layers that a layer may import from, besides itself.
    pub fn below(&self, layer: &str) -> Option<&[String]> {
        self.0.get(layer).map(Vec::as_slice)
    }

    /// The imports that the table does not allow, one per line. A file outside the layers, such as a root of the
    /// crate, may import from any file, but no file may import from it.
    pub fn forbidden(&self, read: &Crate) -> Vec<String> {
        let allowed =
            |arrow: &Arrow| match (layer(&read.files[arrow.from]), layer(&read.files[arrow.to])) {
                (None, _) => true,
                (Some(_), None) => false,
                (Some(from), Some(to)) => {
                    from == to
                        || self
                            .below(from)
                            .is_some_and(|below| below.iter().any(|b| b == to))
                }
            };
        let messages = |arrow: &Arrow| messages(read, arrow);
        read.arrows()
            .iter()
            .filter(|arrow| !allowed(arrow))
            .map(messages)
            .collect()
    }
}

/// A file's layer: a folder directly below the package's folder.
pub fn layer(file: &str) -> Option<&str> {
    let inside = file.strip_prefix("src/")?;
    let inside = inside
        .strip_prefix("engine/")
        .or_else(|| inside.strip_prefix("script/"))
        .unwrap_or(inside);
    inside.split_once('/').map(|(layer, _)| layer)
}

fn messages(read: &Crate, arrow: &Arrow) -> String {
    format!(
        "{}:{} imports {}",
        read.files[arrow.from], arrow.line, read.files[arrow.to]
    )
}

/// The cycles of imports, with one shortest cycle for each group of mutually dependent files.
pub fn circles(read: &Crate) -> Vec<String> {
    let mut out: Vec<Vec<Arrow>> = vec![Vec::new(); read.files.len()];
    for arrow in read.arrows() {
        out[arrow.from].push(arrow);
    }
    let mut told_of = vec![false; read.files.len()];
    let mut found = Vec::new();
    for start in 0..read.files.len() {
        let Some(way) = way_back(&out, start).filter(|_| !told_of[start]) else {
            continue;
        };
        for arrow in &way {
            told_of[arrow.from] = true;
        }
        found.push(
            way.iter()
                .map(|arrow| messages(read, arrow))
                .collect::<Vec<_>>()
                .join(", "),
        );
    }
    found
}

/// The shortest path from a file to itself, found by breadth-first search.
fn way_back(out: &[Vec<Arrow>], start: usize) -> Option<Vec<Arrow>> {
    let mut came_by: BTreeMap<usize, Arrow> = BTreeMap::new();
    let mut queue = std::collections::VecDeque::from([start]);
    while let Some(at) = queue.pop_front() {
        for arrow in &out[at] {
            if arrow.to == start {
                let mut way = vec![arrow.clone()];
                while let Some(before) = came_by.get(&way[0].from).filter(|_| way[0].from != start)
                {
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
