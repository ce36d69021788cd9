//! Actions on texts: applies each edit as a client would, then checks and runs the result.

use std::sync::Arc;

use lsp_types::{
    CodeAction, CodeActionContext, CodeActionKind, CodeActionOrCommand, CodeActionParams,
    PartialResultParams, TextDocumentIdentifier, TextEdit, WorkDoneProgressParams,
};

use super::actions;
use crate::face::lsp::client::Client;
use crate::face::lsp::task::Task;
use crate::face::lsp::tests::support::document;
use crate::face::lsp::view::View;
use crate::face::lsp::worker_message::WorkerMessage;

/// The document after its run.
fn view(text: &str, client: Client) -> View {
    let document = document(&[("/nowhere/a.pw".to_owned(), text)]);
    let (sender, told) = crossbeam_channel::unbounded();
    Task { document: document.clone(), stop: Arc::default() }.check_and_run(true, 100_000, &sender);
    let ran = told.try_iter().find_map(|told| match told {
        WorkerMessage::Ran { ran, .. } => Some(Arc::from(ran)),
        _ => None,
    });
    View { document, ran, client: Arc::new(client) }
}

const ABLE: Client =
    Client { snippets: false, markdown: true, actions: true, refreshes_hints: false, tells_settings: false };

/// The text without its marks `«` and `»`, and the actions for the marked range.
fn offered(marked: &str, only: Option<&str>, client: Client) -> (String, Vec<CodeAction>) {
    let start = marked.find('«').expect("a place");
    let end = marked.find('»').expect("a place") - '«'.len_utf8();
    let text = marked.replace(['«', '»'], "");
    let view = view(&text, client);
    let only = only.map(|kind| vec![CodeActionKind::from(kind.to_owned())]);
    let params = CodeActionParams {
        text_document: TextDocumentIdentifier { uri: view.uri.clone() },
        range: view.lines.range(&text, start..end),
        context: CodeActionContext { only, ..CodeActionContext::default() },
        work_done_progress_params: WorkDoneProgressParams::default(),
        partial_result_params: PartialResultParams::default(),
    };
    let actions = actions(&view, &params).unwrap_or_default().into_iter().map(|action| match action {
        CodeActionOrCommand::CodeAction(action) => action,
        CodeActionOrCommand::Command(command) => panic!("{command:?}"),
    });
    (text.clone(), actions.collect())
}

/// The text after the edits of an action.
fn applied(text: &str, action: &CodeAction) -> String {
    let view = view(text, ABLE);
    let changes = action.edit.iter().flat_map(|edit| edit.changes.iter().flatten());
    let mut edits: Vec<TextEdit> = changes.flat_map(|(_, edits)| edits.clone()).collect();
    assert!(!edits.is_empty());
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.range.start));
    let mut text = text.to_owned();
    for TextEdit { range, new_text } in edits {
        text.replace_range(view.byte_range(range), &new_text);
    }
    text
}

/// The text after the action whose title begins this way.
fn chosen(marked: &str, title: &str) -> String {
    let (text, actions) = offered(marked, None, ABLE);
    let action = actions.iter().find(|action| action.title.starts_with(title));
    let titles: Vec<&str> = actions.iter().map(|action| &*action.title).collect();
    applied(&text, action.unwrap_or_else(|| panic!("{title} is not among {titles:?}")))
}

fn titles(marked: &str, only: Option<&str>) -> Vec<String> {
    offered(marked, only, ABLE).1.into_iter().map(|action| action.title).collect()
}

#[test]
fn a_mend_is_preferred_and_applied() {
    let script = "machine simple\nra«»ed 0x3D4\n";
    let (text, actions) = offered(script, None, ABLE);
    assert_eq!((actions.len(), &*actions[0].title), (1, "Write `read`"));
    assert_eq!((actions[0].is_preferred, &actions[0].kind), (Some(true), &Some(CodeActionKind::QUICKFIX)));
    assert_eq!(applied(&text, &actions[0]), "machine simple\nread 0x3D4\n");
    assert_eq!(titles("machine simple\nraed 0x3D4\nread« » 0\n", Some("quickfix")), [""; 0]);
}

#[test]
fn all_fixes_are_applied_at_once() {
    let script = "machine simple\nread 0x3D4 => v«»np 0\nraed 0 => ppn 0\nread 0 => tbl hit\n";
    let wanted = "machine simple\nread 0x3D4 => vpn 0\nread 0 => ppn 0\nread 0 => tlb hit\n";
    assert_eq!(chosen(script, "Apply all mends of this file (3)"), wanted);
    let (text, all) =
        offered(&script.replace("«»", "").replace("machine", "«»machine"), Some("source.fixAll"), ABLE);
    assert_eq!(
        (all.len(), all[0].kind.as_ref().map(CodeActionKind::as_str)),
        (1, Some("source.fixAll.pagewalk"))
    );
    assert_eq!(applied(&text, &all[0]), wanted);
}

/// CS:APP: 0x03D4 is VPN 0x0F, TLB index 3, TLB tag 3.
#[test]
fn actual_values_are_accepted_one_and_all() {
    let script = "machine simple\ntranslate 0x03D4 => vpn 0«»x0E, tlbi 2, tlbt 0x03\n";
    assert_eq!(
        titles(script, Some("quickfix")),
        ["Accept the actual value `0x0F`", "Accept all actual values of this file"]
    );
    assert!(chosen(script, "Accept the").ends_with("=> vpn 0x0F, tlbi 2, tlbt 0x03\n"));
    assert!(chosen(script, "Accept all").ends_with("=> vpn 0x0F, tlbi 3, tlbt 0x03\n"));
    // Actions without a failure exist only for the whole file, on request.
    let elsewhere = "mach«»ine simple\ntranslate 0x03D4 => vpn 0x0E\n";
    assert_eq!(titles(elsewhere, None), [""; 0]);
    assert_eq!(titles(elsewhere, Some("source")), ["Accept all actual values of this file"]);
}

#[test]
fn what_is_open_is_filled_in() {
    let script = "machine simple\ntranslate 0x03D4 => vpn «»?, tlbi ?, vpo 0x15\n";
    assert!(chosen(script, "Fill in `").ends_with("=> vpn 0x0F, tlbi ?, vpo 0x15\n"));
    assert!(chosen(script, "Fill in every").ends_with("=> vpn 0x0F, tlbi 0x3, vpo 0x15\n"));
    assert_eq!(titles(script, Some("source.fill")), ["Fill in every `?` of this file"]);
}

#[test]
fn a_cell_brings_its_table_along() {
    let script = "machine simple\nset page_table { | vpn ppn v |; | 0F 0D 1 | }\nexpect page_table {\n  | vpn | ppn |\n  | 0F  | «»-   |\n}\n";
    let accepted = chosen(script, "Accept the actual values of this table");
    assert!(accepted.ends_with("  | vpn | ppn |\n  | 0F  | 0D  |\n}\n"), "{accepted}");
}

#[test]
fn a_number_is_written_in_another_radix() {
    let script = "machine simple\nread «»0x03D4\n";
    assert_eq!(chosen(script, "Write in decimal: 980"), "machine simple\nread 980\n");
    assert_eq!(chosen(script, "Write in binary"), "machine simple\nread 0b11_1101_0100\n");
    assert_eq!(titles(script, Some("quickfix")), [""; 0]);
    assert_eq!(titles(script, Some("refactor.rewrite")).len(), 3);
    assert_eq!(titles(script, Some("refactor.extract")), [""; 0]);
    assert_eq!(titles(script, Some("refactor.re")), [""; 0]);
}

#[test]
fn an_access_is_turned_into_a_question_that_has_no_mistake() {
    let script =
        "machine simple\nread 0x03D4 => vpn 0x0F\ntra«»nslate 0x03D4 => vpn 0x0F, tlbi 3, fault page\n";
    let asked = chosen(script, "Turn into a question");
    assert!(asked.contains("  ask translate 0x03D4 => vpn, tlbi, fault\n}"), "{asked}");
    assert_eq!(view(&asked, ABLE).reading().diagnostics, []);
    let above = chosen(
        "machine simple\nre«»ad 0x03D4 => vpn 0x0F\nlet x = last.vpn\n",
        "Ask for this in a question above",
    );
    assert!(above.ends_with("}\nread 0x03D4 => vpn 0x0F\nlet x = last.vpn\n"), "{above}");
    assert_eq!(view(&above, ABLE).reading().diagnostics, []);
}

#[test]
fn a_client_that_takes_commands_only_is_offered_nothing() {
    let unable = Client { actions: false, ..ABLE };
    assert!(offered("machine simple\nra«»ed 0x3D4\n", None, unable).1.is_empty());
}

/// Positions count UTF-16 units, here with the line ends of Windows.
#[test]
fn a_mend_behind_other_letters_is_in_its_place() {
    let script = "machine simple\r\nfile \"𝕏é\" = \"–\"; ra«»ed 0x3D4 # é\r\n";
    assert_eq!(chosen(script, "Write `read`"), script.replace("ra«»ed", "read"));
}
