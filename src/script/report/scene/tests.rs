//! Scenes in the terminal and as SVG, and the checks that other tests use.

use std::collections::BTreeSet;

use super::lines::{Crossing, cells};
use super::shapes::{Draws, Shape};
use super::theme::POINT;
use super::{
    DARK, ElementId, INHERIT, Line, PAPER, PartClass, Place, SCREEN, Scene, Stroke, placed, svg,
    text, width,
};

/// Returns the texts that touch another text or a line.
pub(crate) fn collisions(scene: &Scene) -> Vec<String> {
    let mut taken = cells(scene);
    let mut found = Vec::new();
    for shape in &scene.shapes {
        let Draws::Label { at, text, .. } = &shape.draws else {
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
    let frame = |shape: &Shape| match &shape.draws {
        Draws::Frame { at, size, .. } => Some((*at, *size)),
        _ => None,
    };
    scene.shapes.iter().filter_map(frame).collect()
}

/// Returns the first and the last point of each arrow.
pub(crate) fn arrows(scene: &Scene) -> Vec<[Place; 2]> {
    let arrow = |shape: &Shape| match &shape.draws {
        Draws::Path {
            points,
            arrow: true,
            ..
        } => Some([*points.first()?, *points.last()?]),
        _ => None,
    };
    scene.shapes.iter().filter_map(arrow).collect()
}

/// Returns the type size in points if a figure fills a wide slide below its heading.
pub(crate) fn slide_type(scene: &Scene) -> f64 {
    let scene = scene.on(&SCREEN, 174.0);
    let placed = &placed(std::slice::from_ref(scene), &SCREEN, 174.0)[0];
    placed.text * (339.0 / placed.width).min(155.0 / placed.height) / POINT
}

/// Returns the pairs of boxes that overlap, although neither of them contains the other.
pub(crate) fn overlaps(scene: &Scene) -> Vec<[(Place, Place); 2]> {
    let inside = |outer: (u32, u32), inner: (u32, u32)| outer.0 <= inner.0 && inner.1 <= outer.1;
    let meets = |a: (u32, u32), b: (u32, u32)| a.0 < b.1 && b.0 < a.1;
    let spans = |(at, size): (Place, Place)| [(at.0, at.0 + size.0 - 1), (at.1, at.1 + size.1 - 1)];
    let frames = frames(scene);
    let mut found = Vec::new();
    for (at, one) in frames.iter().enumerate() {
        for other in &frames[at + 1..] {
            let (a, b) = (spans(*one), spans(*other));
            let both =
                |is: &dyn Fn((u32, u32), (u32, u32)) -> bool| is(a[0], b[0]) && is(a[1], b[1]);
            let nested = both(&inside) || both(&|a, b| inside(b, a));
            if both(&meets) && !nested {
                found.push([*one, *other]);
            }
        }
    }
    found
}

/// Returns the geometry of each shape, independent of its stroke.
pub(crate) fn outlines(scene: &Scene) -> BTreeSet<String> {
    let outline = |shape: &Shape| match &shape.draws {
        Draws::Frame { at, size, .. } => format!("{at:?} {size:?}"),
        Draws::Path { points, arrow, .. } => format!("{points:?} {arrow}"),
        Draws::Label { at, text, .. } => format!("{at:?} {text}"),
        Draws::Curve { points, .. } => format!("{points:?}"),
    };
    scene.shapes.iter().map(outline).collect()
}

fn two_boxes() -> Scene {
    let mut scene = Scene::new("two boxes");
    let left = scene.boxed(
        (0, 0),
        0,
        &[Line::new("VPN"), Line::labeled("", "0x0F")],
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

/// A lookup in two steps.
fn lookup() -> Scene {
    let mut scene = Scene::new("lookup");
    scene.head((0, 0), "CPU");
    scene.step(Some(1));
    scene.arrow(&[(4, 0), (8, 0)], Stroke::Taken);
    scene.answer((4, 1), "VPN");
    scene.step(Some(2));
    scene.part(Some(ElementId::Set(PartClass::Tlb, "L1<d>".to_owned(), 3)));
    scene.boxed((10, 0), 0, &[Line::head("TLB")], Stroke::Taken);
    scene.part(None);
    scene.answer((20, 1), "hit");
    scene
}

#[test]
fn steps_add_shapes_to_a_scene_of_the_same_size() {
    let scene = lookup();
    assert_eq!(scene.last_step(), 2);
    let lines = |step: u16| text(&scene.upto(step));
    assert_eq!(
        lines(0),
        "CPU ╶───▶ ┌─────┐\n          │ TLB │\n          └─────┘\n".replace("TLB", "   ")
    );
    assert_eq!(
        lines(1),
        "CPU ╺━━━▶ ┌─────┐\n    VPN   │     │\n          └─────┘\n"
    );
    assert_eq!(text(&scene), lines(2));
    assert!((0..=2).all(|step| scene.upto(step).size() == scene.size()));
    let new = |step: u16| {
        svg(&scene.upto(step), &DARK, 100.0)
            .matches(DARK.accent)
            .count()
    };
    assert_eq!((new(0), new(1), new(2)), (0, 2, 3));
}

#[test]
fn shapes_name_what_they_represent() {
    let drawing = svg(&lookup(), &PAPER, 100.0);
    let group = "<g class=\"tlb\" data-part=\"L1&lt;d&gt;\" data-set=\"3\" data-step=\"2\">";
    assert!(drawing.contains(group), "{drawing}");
    assert!(drawing.contains("<g class=\"answer\" data-step=\"1\">"));
    assert!(
        drawing.contains("fill=\"#fff\""),
        "boxes hide the lines behind them: {drawing}"
    );
    let inherited = svg(&lookup(), &INHERIT, 100.0);
    // The box of step 2 is thin outside the group of the step, and thick in it.
    let (before, after) = inherited.split_once("data-step=\"2\"").unwrap();
    let boxes = |of: &str| of.matches("<rect").count();
    assert_eq!((boxes(before), boxes(after)), (1, 1), "{inherited}");
    assert!(!inherited.contains("#fff"), "{inherited}");
    assert!(svg(&lookup(), &DARK, 100.0).contains(&format!("fill=\"{}\"", DARK.paper.unwrap())));
}
