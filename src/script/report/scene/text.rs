//! Scenes for the terminal.

use super::lines::{Crossing, cells};
use super::shapes::{Draws, Place, Scene, Stroke};

/// The character of each combination of arms. The digits of the index in base 3 are the weights of the arms upward, to the
/// right, downward, and to the left: none, thin, or thick.
const JOINTS: &str =
    " ╴╸╷┐┑╻┒┓╶─╾┌┬┭┎┰┱╺╼━┍┮┯┏┲┳╵┘┙│┤┥╽┧┪└┴┵├┼┽┟╁╅┕┶┷┝┾┿┢╆╈╹┚┛╿┦┩┃┨┫┖┸┹┞╀╃┠╂╉┗┺┻┡╄╇┣╊╋";
/// The heads of arrows that point upward, to the right, downward, and to the left.
const HEADS: [char; 4] = ['▲', '▶', '▼', '◀'];

/// Returns the scene as lines of text. Each line ends with a newline.
pub fn text(scene: &Scene) -> String {
    painted(scene, str::to_owned)
}

/// Returns the scene as lines of text, with its headings in the style that `paint` sets.
pub(crate) fn painted(scene: &Scene, paint: impl Fn(&str) -> String) -> String {
    let (width, height) = scene.size();
    let mut rows = vec![vec![(' ', false); width as usize]; height as usize];
    let mut put = |(x, y): Place, c: (char, bool)| {
        if let Some(cell) = rows
            .get_mut(y as usize)
            .and_then(|row| row.get_mut(x as usize))
        {
            *cell = c;
        }
    };
    let joints: Vec<char> = JOINTS.chars().collect();
    for (place, crossing) in cells(scene) {
        put(place, (character(crossing, &joints), false));
    }
    for shape in &scene.shapes {
        if let Draws::Label { at, text, bold } = &shape.draws {
            for (x, c) in (at.0..).zip(text.chars()) {
                put((x, at.1), (c, *bold));
            }
        }
    }
    let mut out = String::new();
    for row in rows {
        let mut line = String::new();
        for run in row.chunk_by(|a, b| a.1 == b.1) {
            let text: String = run.iter().map(|(c, _)| c).collect();
            line += &if run[0].1 { paint(&text) } else { text };
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

fn character(crossing: Crossing, joints: &[char]) -> char {
    if let Some(head) = crossing.head {
        return HEADS[head];
    }
    let dashed = Some(Stroke::Dashed);
    match crossing.arms {
        [up, None, down, None] if up == dashed && down == dashed => '┆',
        [None, right, None, left] if right == dashed && left == dashed => '┄',
        arms => {
            let weight = |arm: Option<Stroke>| match arm {
                None => 0,
                Some(Stroke::Faint | Stroke::Dashed | Stroke::Thin) => 1,
                Some(Stroke::Taken) => 2,
            };
            joints[arms
                .into_iter()
                .fold(0, |index, arm| index * 3 + weight(arm))]
        }
    }
}
