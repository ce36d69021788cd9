//! Requests that assist with writing: completion, hovers, hints, actions, and formatting.

use std::collections::HashMap;
use std::ops::Range;

use lsp_types::{
    CodeAction, CodeActionKind, CodeActionOrCommand, CodeActionParams, CodeActionResponse,
    CompletionContext, CompletionItem, CompletionItemKind, CompletionList, CompletionTextEdit,
    CompletionTriggerKind, Documentation, Hover, HoverContents, InlayHint, InlayHintLabel,
    InlayHintParams, InlayHintTooltip, InsertTextFormat, MarkupContent, MarkupKind,
    ParameterInformation, ParameterLabel, Position, SemanticToken, SemanticTokens, SignatureHelp,
    SignatureHelpContext, SignatureHelpTriggerKind, SignatureInformation, TextEdit, WorkspaceEdit,
};
use pagewalk_script::editor::{self, Action, ActionKind, Document, ItemKind};

use super::view::View;
use super::{goldens, protocol};

/// Returns the text as Markdown or plain text.
fn markup(view: &View, value: String) -> MarkupContent {
    let kind = if view.client.markdown {
        MarkupKind::Markdown
    } else {
        MarkupKind::PlainText
    };
    MarkupContent { kind, value }
}

pub(crate) fn completion(
    view: &View,
    position: Position,
    context: Option<&CompletionContext>,
) -> CompletionList {
    let found = view
        .document
        .completion(view.byte_at(position), !view.predict);
    let typed = view.document.text().get(found.range.clone()).unwrap_or("");
    let range = view.range(&found.range);
    // Clients also send the kind of an explicit request for each first letter of a word, so only a request at an
    // empty word is certainly explicit.
    let triggered =
        context.is_some_and(|context| context.trigger_kind != CompletionTriggerKind::INVOKED);
    let blank = context.and_then(|context| context.trigger_character.as_deref()) == Some(" ");
    if found.items.is_empty()
        || found.line_may_end && (triggered || !typed.is_empty())
        || found.is_long && blank
    {
        return no_completion(typed, range);
    }
    let items = found.items.into_iter().enumerate().map(|(number, item)| {
        let snippet = item.snippet.filter(|_| view.client.snippets);
        let format = if snippet.is_some() {
            InsertTextFormat::SNIPPET
        } else {
            InsertTextFormat::PLAIN_TEXT
        };
        let new_text = snippet.unwrap_or_else(|| item.text.clone());
        CompletionItem {
            kind: Some(item_kind(&item.text, item.kind)),
            detail: Some(item.help).filter(|help| !help.is_empty()),
            documentation: item
                .documentation
                .map(|text| Documentation::MarkupContent(markup(view, text.to_owned()))),
            sort_text: Some(format!("{number:04}")),
            // Without this filter text, the client would drop an approximate match.
            filter_text: (!item.text.starts_with(typed)).then(|| typed.to_owned()),
            insert_text_format: Some(format),
            text_edit: Some(CompletionTextEdit::Edit(TextEdit { range, new_text })),
            label: item.text,
            ..CompletionItem::default()
        }
    });
    // The next keystroke may complete a word after which the line may end, so the client must not filter the items
    // itself.
    CompletionList {
        is_incomplete: true,
        items: items.collect(),
    }
}

/// Returns a list that shows nothing. After an empty list, some clients continue to show an older list. The only item
/// is therefore the typed text, with a filter text that the typed text does not match.
fn no_completion(typed: &str, range: lsp_types::Range) -> CompletionList {
    let item = CompletionItem {
        label: typed.to_owned(),
        filter_text: Some(" ".to_owned()),
        text_edit: Some(CompletionTextEdit::Edit(TextEdit {
            range,
            new_text: typed.to_owned(),
        })),
        ..CompletionItem::default()
    };
    let items = if typed.is_empty() {
        Vec::new()
    } else {
        vec![item]
    };
    CompletionList {
        is_incomplete: true,
        items,
    }
}

fn item_kind(text: &str, kind: ItemKind) -> CompletionItemKind {
    match kind {
        ItemKind::Verb | ItemKind::Keyword => CompletionItemKind::KEYWORD,
        ItemKind::Definition | ItemKind::Call | ItemKind::Function => CompletionItemKind::FUNCTION,
        ItemKind::Process => CompletionItemKind::MODULE,
        ItemKind::Fact | ItemKind::Setting => CompletionItemKind::PROPERTY,
        ItemKind::Word => CompletionItemKind::ENUM_MEMBER,
        ItemKind::Noun | ItemKind::Part => CompletionItemKind::CLASS,
        ItemKind::Preset => CompletionItemKind::VALUE,
        ItemKind::Variable => CompletionItemKind::VARIABLE,
        ItemKind::Constant => CompletionItemKind::CONSTANT,
        ItemKind::Field | ItemKind::Column | ItemKind::Bit => CompletionItemKind::FIELD,
        ItemKind::Unit => CompletionItemKind::UNIT,
        ItemKind::File if text.ends_with('/') => CompletionItemKind::FOLDER,
        ItemKind::File => CompletionItemKind::FILE,
    }
}

pub(crate) fn signature(
    view: &View,
    position: Position,
    context: Option<&SignatureHelpContext>,
) -> Option<SignatureHelp> {
    let at = view.byte_at(position);
    let found = view.document.signature(at)?;
    // At every space, the help would cover the text above it.
    let is_typing = context.is_some_and(|context| {
        let within_call = matches!(context.trigger_character.as_deref(), Some("(" | ","));
        context.trigger_kind != SignatureHelpTriggerKind::INVOKED
            && !context.is_retrigger
            && !within_call
    });
    if is_typing && !view.document.begins_clause(&found, at) {
        return None;
    }
    let units = |byte: usize| found.label.get(..byte).unwrap_or("").encode_utf16().count() as u32;
    let parameter = |place: &Range<usize>| ParameterInformation {
        label: ParameterLabel::LabelOffsets([units(place.start), units(place.end)]),
        documentation: None,
    };
    // An index past the last parameter means that no parameter is active.
    let active = found.active.unwrap_or(found.parameters.len()) as u32;
    let information = SignatureInformation {
        parameters: Some(found.parameters.iter().map(parameter).collect()),
        active_parameter: Some(active),
        documentation: (!found.help.is_empty()).then_some(Documentation::String(found.help)),
        label: found.label,
    };
    Some(SignatureHelp {
        signatures: vec![information],
        active_signature: Some(0),
        active_parameter: Some(active),
    })
}

pub(crate) fn hover(view: &View, position: Position) -> Option<Hover> {
    let found = view
        .document
        .hover(view.byte_at(position), view.ran.as_deref(), !view.predict)?;
    let range = found.range.as_ref().map(|bytes| view.range(bytes));
    let text = found.text;
    let value = if view.client.markdown {
        text
    } else {
        let lines = text.lines().filter(|line| !line.starts_with("```"));
        let plain: Vec<String> = lines
            .map(|line| line.replace(['`'], "").replace("**", ""))
            .collect();
        plain.join("\n")
    };
    Some(Hover {
        contents: HoverContents::Markup(markup(view, value)),
        range,
    })
}

pub(crate) fn hints(view: &View, params: &InlayHintParams) -> Option<Vec<InlayHint>> {
    let found = view
        .document
        .inlay_hints(view.bytes(params.range), view.ran.as_ref()?);
    let hint = |hint: editor::Hint| {
        let text = if view.client.markdown {
            fenced(&hint.explanation)
        } else {
            hint.explanation
        };
        let tooltip =
            (!text.is_empty()).then(|| InlayHintTooltip::MarkupContent(markup(view, text)));
        InlayHint {
            position: view.range(&(hint.at..hint.at)).start,
            label: InlayHintLabel::String(hint.label),
            kind: None,
            text_edits: None,
            tooltip,
            padding_left: Some(true),
            padding_right: None,
            data: None,
        }
    };
    Some(found.into_iter().map(hint).collect())
}

/// Formats a text as a Markdown code block.
fn fenced(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat((longest + 1).max(3));
    format!("{fence}text\n{text}\n{fence}")
}

const KINDS: [(ActionKind, CodeActionKind); 5] = [
    (ActionKind::QuickFix, CodeActionKind::QUICKFIX),
    (ActionKind::Rewrite, CodeActionKind::REFACTOR_REWRITE),
    (
        ActionKind::FixAll,
        CodeActionKind::new("source.fixAll.pagewalk"),
    ),
    (
        ActionKind::AcceptAll,
        CodeActionKind::new("source.accept.pagewalk"),
    ),
    (
        ActionKind::FillAll,
        CodeActionKind::new("source.fill.pagewalk"),
    ),
];

/// The kinds of actions, as the protocol names them.
pub(crate) fn action_kinds() -> Vec<CodeActionKind> {
    KINDS.map(|(_, kind)| kind).into()
}

/// Returns the actions for a range of a document, or `None` if the client accepts only commands.
pub(crate) fn actions(view: &View, params: &CodeActionParams) -> Option<CodeActionResponse> {
    // A script that is expected to fail needs no fixes.
    if !view.client.actions || view.part.fails {
        return None;
    }
    let context = &params.context;
    let asked = |kind: &CodeActionKind| match &context.only {
        Some(only) => only
            .iter()
            .any(|wanted| includes(wanted.as_str(), kind.as_str())),
        // Offer actions on the whole file only on request.
        None => !kind.as_str().starts_with("source"),
    };
    let found = view
        .document
        .code_actions(
            view.bytes(params.range),
            view.ran.as_deref(),
            view.part.continued,
        )
        .into_iter();
    let actions = found.filter_map(|action| {
        let (_, kind) = KINDS
            .into_iter()
            .find(|(known, kind)| *known == action.kind && asked(kind))?;
        Some(CodeActionOrCommand::CodeAction(code_action(
            view,
            action,
            kind,
            &context.diagnostics,
        )))
    });
    let mut actions: CodeActionResponse = actions.collect();
    if asked(&CodeActionKind::QUICKFIX) {
        actions.extend(
            goldens::actions(view, params)
                .into_iter()
                .map(CodeActionOrCommand::CodeAction),
        );
    }
    Some(actions)
}

/// Whether a kind is the wanted kind or one of its subkinds.
fn includes(wanted: &str, kind: &str) -> bool {
    wanted.is_empty()
        || kind
            .strip_prefix(wanted)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// Converts an action, with the client's related diagnostics.
#[expect(
    clippy::mutable_key_type,
    reason = "the protocol's library uses URIs as keys, and the keys are never changed"
)]
fn code_action(
    view: &View,
    action: Action,
    kind: CodeActionKind,
    known: &[lsp_types::Diagnostic],
) -> CodeAction {
    let edits = protocol::edits(view.document.lines(), action.edits);
    let changes = HashMap::from([(view.uri.clone(), edits)]);
    // Editors list actions with diagnostics first, and only fixes belong there.
    let about = action.about.filter(|_| kind == CodeActionKind::QUICKFIX);
    let about = about
        .and_then(|(bytes, code)| protocol::diagnostics_about(known, view.range(&bytes), code));
    CodeAction {
        title: action.title,
        kind: Some(kind),
        diagnostics: about,
        edit: Some(WorkspaceEdit {
            changes: Some(changes),
            ..WorkspaceEdit::default()
        }),
        is_preferred: action.is_preferred.then_some(true),
        ..CodeAction::default()
    }
}

pub(crate) fn formatting(view: &View, part: Option<lsp_types::Range>) -> Option<Vec<TextEdit>> {
    let edits = match part {
        Some(range) => view.document.format_range(view.bytes(range)),
        None => view.document.format(),
    };
    Some(protocol::edits(view.document.lines(), edits?))
}

/// Aligns the table whose row was just completed by a character before the position.
pub(crate) fn on_type(view: &View, position: Position, typed: &str) -> Option<Vec<TextEdit>> {
    let edits = view
        .document
        .align_table(view.byte_at(position), typed == "\n")?;
    Some(super::protocol::edits(view.document.lines(), edits))
}

/// The tokens in the document or in a range.
pub(crate) fn semantic_tokens(view: &View, range: Option<lsp_types::Range>) -> SemanticTokens {
    let bytes = range.map_or(view.own(), |range| view.bytes(range));
    SemanticTokens {
        result_id: None,
        data: relative_tokens(&view.document, bytes),
    }
}

/// The tokens that overlap these bytes, each relative to the previous token. A token that spans several lines
/// is split at line ends.
fn relative_tokens(document: &Document, within: Range<usize>) -> Vec<SemanticToken> {
    let lines = document.lines();
    let mut last = Position::default();
    let mut found = Vec::new();
    for (place, class) in document.semantic_tokens(within) {
        for part in lines.split(place) {
            let lsp_types::Range { start, end } = protocol::range(lines, &part);
            let delta_line = start.line - last.line;
            found.push(SemanticToken {
                delta_line,
                delta_start: start.character - if delta_line == 0 { last.character } else { 0 },
                length: end.character - start.character,
                token_type: class as u32,
                token_modifiers_bitset: 0,
            });
            last = start;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use pagewalk_script::editor::{Document, OpenTexts};
    use pagewalk_script::services::complete::CLASSES;

    use super::{includes, relative_tokens};

    /// Formats every token that overlaps the bytes as `LINE:UNIT LENGTH TYPE`, with lines and units starting
    /// at 0.
    fn listed(text: &str, within: std::ops::Range<usize>) -> Vec<String> {
        let (mut line, mut unit) = (0, 0);
        let document = Document::new("a.pw", text, OpenTexts::default());
        let data = relative_tokens(&document, within);
        let place = data.into_iter().map(|token| {
            unit = if token.delta_line == 0 {
                unit + token.delta_start
            } else {
                token.delta_start
            };
            line += token.delta_line;
            format!(
                "{line}:{unit} {} {}",
                token.length, CLASSES[token.token_type as usize].token
            )
        });
        place.collect()
    }

    fn all(text: &str) -> Vec<String> {
        listed(text, 0..text.len())
    }

    #[test]
    fn words_have_the_types_of_their_classes() {
        assert_eq!(
            all("P1: read p => vpn 3, fault none # x"),
            [
                "0:0 2 namespace",
                "0:2 1 operator",
                "0:4 4 function",
                "0:9 1 variable",
                "0:11 2 operator",
                "0:14 3 property",
                "0:18 1 number",
                "0:21 5 property",
                "0:27 4 enumMember",
                "0:32 3 comment",
            ]
        );
        // Brackets, bars, and commas are skipped.
        assert_eq!(
            all("let x = [1, (2 | 3)]"),
            [
                "0:0 3 keyword",
                "0:4 1 variable",
                "0:6 1 operator",
                "0:9 1 number",
                "0:13 1 number",
                "0:17 1 number"
            ]
        );
    }

    #[test]
    fn lengths_are_in_units_of_utf_16() {
        // The letter 𝕏 consists of two UTF-16 code units, and the dash – consists of one.
        assert_eq!(
            all("show \"𝕏–\"; let x = 1")[..3],
            ["0:0 4 function", "0:5 5 string", "0:12 3 keyword"]
        );
    }

    #[test]
    fn prose_is_split_by_line() {
        let text = "text \"\"\"one\n  two\r\n\nend\"\"\"\nread 0";
        assert_eq!(
            all(text),
            [
                "0:0 4 function",
                "0:5 3 string",
                "0:8 3 string",
                "1:0 5 string",
                "3:0 6 string",
                "4:0 4 function",
                "4:5 1 number",
            ]
        );
        // For a range, only the tokens that overlap it are listed, at their positions in the whole text.
        let from = text.find("read").unwrap_or(0);
        assert_eq!(
            listed(text, from..text.len()),
            ["4:0 4 function", "4:5 1 number"]
        );
        assert_eq!(listed(text, 9..10)[0], "0:8 3 string");
    }

    #[test]
    fn a_kind_includes_those_below_it() {
        for wanted in ["", "refactor", "refactor.rewrite"] {
            assert!(includes(wanted, "refactor.rewrite"));
        }
        for wanted in ["refactor.extract", "refactor.re", "refactor.rewrite.more"] {
            assert!(!includes(wanted, "refactor.rewrite"));
        }
    }
}
