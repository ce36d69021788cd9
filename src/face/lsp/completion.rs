//! Completion.

use std::path::Path;

use lsp_types::{
    CompletionContext, CompletionItem, CompletionItemKind, CompletionList, CompletionOptions,
    CompletionTextEdit, Documentation, InsertTextFormat, MarkupContent, MarkupKind, Position, Range,
    TextEdit,
};

use super::view::View;
use pagewalk_script::report::hover::documentation;
use pagewalk_script::run::state::State;
use pagewalk_script::services::complete::{
    Completions, Item, ItemKind, ItemPosition, OnDisk, complete, disk, snippet,
};

/// The most items in an answer. The list is then incomplete, and the client asks again.
const MOST: usize = 1000;
/// The most items for which a typed space opens the list.
const FEW: usize = 60;

/// The characters that trigger completion.
pub(crate) fn options() -> CompletionOptions {
    let triggers = [" ", ".", "\"", "/", "(", "|", ">"].map(str::to_owned);
    CompletionOptions { trigger_characters: Some(triggers.into()), ..CompletionOptions::default() }
}

/// The completions at a position.
pub(crate) fn completion(
    view: &View,
    position: Position,
    context: Option<&CompletionContext>,
) -> Option<CompletionList> {
    let at = view.byte_at(position);
    let state = view.state(at);
    let mut found = complete(&view.text, at, &state);
    if let Some(wanted) = &found.disk {
        let more = files(view, wanted);
        found.items.extend(more);
    }
    let blank = context.and_then(|context| context.trigger_character.as_deref()) == Some(" ");
    if blank && (found.items.len() > FEW || found.position == ItemPosition::Statement) {
        return None;
    }
    let typed = view.text.get(found.from..at).unwrap_or("");
    let begins =
        |item: &Item| item.text.get(..typed.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(typed));
    let offers = ItemMaker {
        view,
        state: &state,
        typed,
        range: view.lines.range(&view.text, found.from..at),
        found: &found,
    };
    // An approximate match is requested again after the next keystroke.
    let is_incomplete = found.items.len() > MOST || !found.items.iter().any(begins);
    let items = found.items.iter().take(MOST).enumerate().map(|(number, item)| offers.item(number, item));
    Some(CompletionList { is_incomplete, items: items.collect() })
}

/// Files on disk in the script's folder, and open files that are not saved.
fn files(view: &View, wanted: &OnDisk) -> Vec<Item> {
    let folder = view.path.parent().unwrap_or(Path::new("."));
    let mut items = disk::names(folder, wanted);
    for open in view.open_files().filter(|open| *open != view.path) {
        let Some(name) = open.strip_prefix(folder).ok().and_then(Path::to_str) else { continue };
        let name = name.replace('\\', "/");
        let fits =
            name.starts_with(&wanted.typed) && wanted.endings.iter().any(|ending| name.ends_with(ending));
        if fits && !items.iter().any(|item| item.text == name) {
            items.push(Item { text: name, kind: ItemKind::File, help: "open, not saved".to_owned() });
        }
    }
    items
}

/// Makes the items of an answer.
struct ItemMaker<'a> {
    view: &'a View,
    state: &'a State,
    typed: &'a str,
    /// The range that an item replaces.
    range: Range,
    found: &'a Completions,
}

impl ItemMaker<'_> {
    fn item(&self, number: usize, item: &Item) -> CompletionItem {
        let snippet = self.snippet(item);
        let format = if snippet.is_some() { InsertTextFormat::SNIPPET } else { InsertTextFormat::PLAIN_TEXT };
        let new_text = snippet.unwrap_or_else(|| item.text.clone());
        // The client would drop an approximate match without this filter text.
        let like = !item.text.starts_with(self.typed);
        CompletionItem {
            label: item.text.clone(),
            kind: Some(kind(item)),
            detail: (!item.help.is_empty()).then(|| item.help.clone()),
            documentation: documentation(&item.text, item.kind).map(|text| self.documented(text)),
            sort_text: Some(format!("{number:04}")),
            filter_text: like.then(|| self.typed.to_owned()),
            insert_text_format: Some(format),
            text_edit: Some(CompletionTextEdit::Edit(TextEdit { range: self.range, new_text })),
            ..CompletionItem::default()
        }
    }

    fn documented(&self, text: &str) -> Documentation {
        let kind = if self.view.client.markdown { MarkupKind::Markdown } else { MarkupKind::PlainText };
        Documentation::MarkupContent(MarkupContent { kind, value: text.to_owned() })
    }

    /// The text with placeholders, if the client supports them and the rest of the line is empty.
    fn snippet(&self, item: &Item) -> Option<String> {
        let rest = self.view.text.get(self.view.byte_at(self.range.end)..).unwrap_or("");
        let line = rest.split(['\n', '\r']).next().unwrap_or("").trim();
        let free = line.is_empty() || line.starts_with(['}', ')', '#', ',']);
        if !self.view.client.snippets || !free {
            return None;
        }
        snippet(&item.text, item.kind, self.found.position, self.state)
    }
}

fn kind(item: &Item) -> CompletionItemKind {
    match item.kind {
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
        ItemKind::File if item.text.ends_with('/') => CompletionItemKind::FOLDER,
        ItemKind::File => CompletionItemKind::FILE,
    }
}

#[cfg(test)]
mod tests {
    use lsp_types::{
        CompletionContext, CompletionItem, CompletionTextEdit, CompletionTriggerKind, InsertTextFormat,
        Position,
    };

    use super::completion;
    use crate::face::lsp::tests::support::document_with_cursor;

    fn offered(text: &str, others: &[(&str, &str)]) -> Vec<CompletionItem> {
        let (view, position) = document_with_cursor(text, None, others);
        completion(&view, position, None).map(|list| list.items).unwrap_or_default()
    }

    fn item(text: &str, label: &str) -> CompletionItem {
        let found = offered(text, &[]).into_iter().find(|item| item.label == label);
        found.unwrap_or_else(|| panic!("{text} offers no {label}"))
    }

    /// The text of an item, and the range that it replaces.
    fn edit(item: &CompletionItem) -> (String, Position, Position) {
        let Some(CompletionTextEdit::Edit(edit)) = &item.text_edit else { panic!("no edit") };
        (edit.new_text.clone(), edit.range.start, edit.range.end)
    }

    fn at(line: u32, character: u32) -> Position {
        Position { line, character }
    }

    #[test]
    fn an_item_replaces_what_is_typed() {
        // 𝕏 is two UTF-16 units.
        let read = item("# 𝕏\nshow \"𝕏\"; re‸", "read");
        assert_eq!(edit(&read), ("read ${1:VA}$0".to_owned(), at(1, 11), at(1, 13)));
        assert_eq!(read.insert_text_format, Some(InsertTextFormat::SNIPPET));
        assert!(read.documentation.is_some() && read.detail.is_some());
        // A fact's name is replaced as a whole.
        let index = item("machine simple\nread 0 => tlb.in‸", "tlb.index");
        assert_eq!(edit(&index), ("tlb.index".to_owned(), at(1, 10), at(1, 16)));
        // No placeholders before other text.
        assert_eq!(edit(&item("re‸ 0x40", "read")).0, "read");
        // Approximate matches are listed.
        let near = item("tranlsate‸", "translate");
        assert_eq!(near.filter_text.as_deref(), Some("tranlsate"));
    }

    #[test]
    fn what_is_declared_above_is_offered_and_what_stands_below_is_not() {
        let text = "machine core-i7\nlet above = 1\nread ‸\nlet below = 2\nlet a = ";
        let labels: Vec<String> = offered(text, &[]).into_iter().map(|item| item.label).collect();
        assert!(labels.iter().any(|label| label == "above"), "{labels:?}");
        assert!(!labels.iter().any(|label| label == "below"), "{labels:?}");
        item("machine core-i7\nread 0 => L1d‸", "L1d.index");
        item("let p = 1\nread ) => \nprocess P1\nP1: let x = mm‸", "mmap");
    }

    #[test]
    fn open_files_are_offered_in_an_include() {
        let others = [("parts/other.pw", "let x = 1"), ("notes.txt", "")];
        let labels: Vec<String> =
            offered("include \"pa‸\"", &others).into_iter().map(|item| item.label).collect();
        assert_eq!(labels, ["parts/other.pw"]);
    }

    #[test]
    fn a_blank_by_itself_opens_no_long_list() {
        let blank = CompletionContext {
            trigger_kind: CompletionTriggerKind::TRIGGER_CHARACTER,
            trigger_character: Some(" ".to_owned()),
        };
        let answer = |text: &str| {
            let (view, position) = document_with_cursor(text, None, &[]);
            completion(&view, position, Some(&blank)).map(|list| list.items.len())
        };
        assert_eq!(answer("  ‸"), None);
        assert_eq!(answer("let x = ‸"), None);
        assert_eq!(answer("translate 0 for ‸"), Some(3));
    }
}
