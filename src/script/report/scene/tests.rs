//! Scenes in the terminal, and the check that other tests use.

use super::lines::{Crossing, cells};
use super::shapes::SceneShape;
use super::{Line, Place, Scene, Stroke, text, width};

/// Returns the texts that touch another text or a line.
pub(crate) fn collisions(scene: &Scene) -> Vec<String> {
    let mut taken = cells(scene);
    let mut found = Vec::new();
    for shape in &scene.shapes {
        let SceneShape::Label { at, text, .. } = shape else {
            continue;
        };
        let own: Vec<Place> = (0..width(text)).map(|along| (at.0 + along, at.1)).collect();
        if own.iter().any(|cell| taken.contains_key(cell)) {
            found.push(text.clone());
        }
        taken.extend(own.into_iter().map(|cell| (cell, Crossing::default())));
    }
    found
}

/// Returns the place and size of each box.
pub(crate) fn frames(scene: &Scene) -> Vec<(Place, Place)> {
    let frame = |shape: &SceneShape| match shape {
        SceneShape::Frame { at, size, .. } => Some((*at, *size)),
        _ => None,
    };
    scene.shapes.iter().filter_map(frame).collect()
}

fn two_boxes() -> Scene {
    let mut scene = Scene::new("two boxes");
    let left = scene.boxed(
        (0, 0),
        0,
        &[Line::new("VPN"), Line::answer("0x0F")],
        Stroke::Taken,
    );
    let right = scene.boxed((12, 0), 0, &[Line::head("TLB")], Stroke::Thin);
    scene.arrow(&[(left.right(), 1), (right.at.0 - 1, 1)], Stroke::Taken);
    scene
}

#[test]
fn lines_join_in_the_terminal() {
    let printed = "┏━━━━━━┓    ┌─────┐\n┃ VPN  ┣━━━▶│ TLB │\n┃ 0x0F ┃    └─────┘\n┗━━━━━━┛\n";
    assert_eq!(text(&two_boxes()), printed);
}

#[test]
fn a_paper_has_the_lines_of_its_key_but_no_answers() {
    let (scene, paper) = (two_boxes(), two_boxes().unanswered());
    assert_eq!(paper.size(), scene.size());
    let printed = "┌──────┐    ┌─────┐\n│ VPN  ├───▶│ TLB │\n│      │    └─────┘\n└──────┘\n";
    assert_eq!(text(&paper), printed);
}

#[test]
fn a_label_on_a_line_is_a_collision() {
    let mut scene = two_boxes();
    assert_eq!(collisions(&scene), Vec::<String>::new());
    scene.write((9, 1), "way 1");
    assert_eq!(collisions(&scene), ["way 1"]);
}
