//! Tests of code actions: they apply each edit as an editor does, then check and run the result.

use super::{Action, ActionKind};
use crate::editor::Document;
use crate::editor::tests::document;

const SOURCE: &[ActionKind] = &[
    ActionKind::FixAll,
    ActionKind::AcceptAll,
    ActionKind::FillAll,
];
const AT_PLACE: &[ActionKind] = &[ActionKind::QuickFix, ActionKind::Rewrite];

fn read(text: &str) -> Document {
    document(&[("a.pw", text)])
}

/// Removes the marks `«` and `»` from the text and runs the text. Returns the text and the actions of these
/// kinds for the marked range.
fn offered(marked: &str, kinds: &[ActionKind]) -> (String, Vec<Action>) {
    let start = marked.find('«').expect("a place");
    let end = marked.find('»').expect("a place") - '«'.len_utf8();
    let text = marked.replace(['«', '»'], "");
    let document = read(&text);
    let mut actions = document.code_actions(
        start..end,
        Some(&document.run(100_000, &false.into())),
        false,
    );
    actions.retain(|action| kinds.contains(&action.kind));
    (text, actions)
}

/// Returns the text after the edits of an action.
fn applied(text: &str, action: &Action) -> String {
    assert!(!action.edits.is_empty());
    let mut text = text.to_owned();
    for edit in action.edits.iter().rev() {
        text.replace_range(edit.range.clone(), &edit.text);
    }
    text
}

/// Returns the text after the action whose title has this prefix.
fn chosen(marked: &str, title: &str) -> String {
    let (text, actions) = offered(marked, AT_PLACE);
    let action = actions
        .iter()
        .find(|action| action.title.starts_with(title));
    let titles: Vec<&str> = actions.iter().map(|action| &*action.title).collect();
    applied(
        &text,
        action.unwrap_or_else(|| panic!("{title} is not among {titles:?}")),
    )
}

fn titles(marked: &str, kinds: &[ActionKind]) -> Vec<String> {
    offered(marked, kinds)
        .1
        .into_iter()
        .map(|action| action.title)
        .collect()
}

#[test]
fn a_fix_is_preferred_and_applied() {
    let script = "machine simple\nra«»ed 0x3D4\n";
    let (text, actions) = offered(script, AT_PLACE);
    assert_eq!((actions.len(), &*actions[0].title), (1, "Write `read`"));
    assert_eq!(
        (actions[0].is_preferred, actions[0].kind),
        (true, ActionKind::QuickFix)
    );
    assert_eq!(actions[0].about, Some((15..19, "unknown-verb")));
    assert_eq!(applied(&text, &actions[0]), "machine simple\nread 0x3D4\n");
    assert_eq!(
        titles(
            "machine simple\nraed 0x3D4\nread« » 0\n",
            &[ActionKind::QuickFix]
        ),
        [""; 0]
    );
}

#[test]
fn all_fixes_are_applied_at_once() {
    let script = "machine simple\nread 0x3D4 => v«»np 0\nraed 0 => ppn 0\nread 0 => tbl hit\n";
    let wanted = "machine simple\nread 0x3D4 => vpn 0\nread 0 => ppn 0\nread 0 => tlb hit\n";
    assert_eq!(chosen(script, "Apply all fixes in this file (3)"), wanted);
    let (text, all) = offered(
        &script.replace("«»", "").replace("machine", "«»machine"),
        SOURCE,
    );
    assert_eq!((all.len(), all[0].kind), (1, ActionKind::FixAll));
    assert_eq!(applied(&text, &all[0]), wanted);
}

/// In CS:APP, 0x03D4 has VPN 0x0F, TLB index 3, and TLB tag 3.
#[test]
fn actual_values_are_accepted_one_and_all() {
    let script = "machine simple\ntranslate 0x03D4 => vpn 0«»x0E, tlbi 2, tlbt 0x03\n";
    let mut rewrites = titles(script, &[ActionKind::Rewrite]);
    rewrites.retain(|title| title.starts_with("Accept "));
    assert_eq!(
        rewrites,
        [
            "Accept the actual value `0x0F`",
            "Accept all actual values in this file"
        ]
    );
    // A quick fix would be the first action of the list.
    assert_eq!(titles(script, &[ActionKind::QuickFix]), [""; 0]);
    assert!(chosen(script, "Accept the").ends_with("=> vpn 0x0F, tlbi 2, tlbt 0x03\n"));
    assert!(chosen(script, "Accept all").ends_with("=> vpn 0x0F, tlbi 3, tlbt 0x03\n"));
    // If the statement has no failed expectation, the document offers only actions for the whole file, and
    // only on request.
    let elsewhere = "mach«»ine simple\ntranslate 0x03D4 => vpn 0x0E\n";
    assert_eq!(titles(elsewhere, AT_PLACE), [""; 0]);
    assert_eq!(
        titles(elsewhere, SOURCE),
        ["Accept all actual values in this file"]
    );
}

#[test]
fn open_expectations_are_filled_in() {
    let script = "machine simple\ntranslate 0x03D4 => vpn «»?, tlbi ?, vpo 0x15\n";
    assert!(chosen(script, "Fill in `").ends_with("=> vpn 0x0F, tlbi ?, vpo 0x15\n"));
    assert!(chosen(script, "Fill in every").ends_with("=> vpn 0x0F, tlbi 0x3, vpo 0x15\n"));
    assert_eq!(
        titles(script, &[ActionKind::FillAll]),
        ["Fill in every `?` in this file"]
    );
}

#[test]
fn a_cell_brings_its_table_along() {
    let script = "machine simple\nset page_table { | vpn ppn v |; | 0F 0D 1 | }\nexpect page_table {\n  | vpn | ppn |\n  | 0F  | «»-   |\n}\n";
    let accepted = chosen(script, "Accept the actual values in this table");
    assert!(
        accepted.ends_with("  | vpn | ppn |\n  | 0F  | 0D  |\n}\n"),
        "{accepted}"
    );
}

#[test]
fn a_number_is_written_in_another_radix() {
    let script = "machine simple\nread «»0x03D4\n";
    assert_eq!(
        chosen(script, "Write in decimal: 980"),
        "machine simple\nread 980\n"
    );
    assert_eq!(
        chosen(script, "Write in binary"),
        "machine simple\nread 0b11_1101_0100\n"
    );
    assert_eq!(titles(script, &[ActionKind::QuickFix]), [""; 0]);
    assert_eq!(titles(script, &[ActionKind::Rewrite]).len(), 3);
}

#[test]
fn an_access_is_turned_into_a_question_that_has_no_mistake() {
    let script = "machine simple\nread 0x03D4 => vpn 0x0F\ntra«»nslate 0x03D4 => vpn 0x0F, tlbi 3, fault page\n";
    let asked = chosen(script, "Convert to a question");
    assert!(
        asked.contains("  ask translate 0x03D4 => vpn, tlbi, fault\n}"),
        "{asked}"
    );
    assert_eq!(read(&asked).script().diagnostics, []);
    let above = chosen(
        "machine simple\nre«»ad 0x03D4 => vpn 0x0F\nlet x = last.vpn\n",
        "Add a question about this statement above it",
    );
    assert!(
        above.ends_with("}\nread 0x03D4 => vpn 0x0F\nlet x = last.vpn\n"),
        "{above}"
    );
    assert_eq!(read(&above).script().diagnostics, []);
}

/// The text has Windows line endings.
#[test]
fn a_fix_after_other_letters_is_in_its_place() {
    let script = "machine simple\r\nfile \"𝕏é\" = \"–\"; ra«»ed 0x3D4 # é\r\n";
    assert_eq!(
        chosen(script, "Write `read`"),
        script.replace("ra«»ed", "read")
    );
}

#[test]
fn a_misspelled_word_is_fixed_also_in_a_definition() {
    assert_eq!(
        chosen("machine simple\nread 3 => tlb «hitt»", "Write `hit`"),
        "machine simple\nread 3 => tlb hit"
    );
    let text = "machine simple\ndef f(x) { read x => vpn 0, tlb «hitt» }\nf(1)";
    assert_eq!(chosen(text, "Write `hit`"), text.replace("«hitt»", "hit"));
}

#[test]
fn a_dangling_arrow_is_removed() {
    for rest in ["show tlb", "# a comment\n\nread 0x40 => vpn 1"] {
        let text = format!("machine simple\nread 3 => vpn 0 «=>»\n{rest}");
        assert_eq!(chosen(&text, "Remove it"), text.replace(" «=>»", ""));
    }
}
