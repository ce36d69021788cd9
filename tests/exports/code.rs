//! Code in questions: listings and code between backticks, in all formats.

use pagewalk_script::exam::formats::{Edition, Style, html, json, latex, markdown, typst};
use pagewalk_script::exam::paper::Paper;

use super::papers::{export, paper, text};
use super::xml::{Node, fragment, read};

/// The lines that a student sees. They contain the special characters of every format.
const LISTING: &str = "int f(void) {\n    for (;;) { s += a[i] & 1; }  // 100% #1 $x_1 ~^ \\n <b> ]]> {{y}}\n\n*p = `x`; [0] = @1;\n}";

fn code() -> Paper {
    let listing = format!("    {}\n", LISTING.replace('\n', "\n    "));
    paper(
        &format!(
            "question \"C\" {{\n  text \"\"\"\n    Call `f(a[0] % 2)`, {{1 + 1}} times:\n\n    ```c\n{listing}    ```\n    Then it ends.\n  \"\"\"\n  \
             ask \"Value of `a & b`\" = 1\n  choice \"Is `x < y`?\" {{ correct \"`y > x`\"; wrong \"no\" }}\n  essay \"Why `<b>`?\"\n}}"
        ),
        0,
    )
}

/// The listing and the inline code in HTML.
fn check_html(node: &Node) {
    let listings: Vec<&str> = node.all("pre").iter().map(|pre| &*pre.text).collect();
    assert_eq!(listings, [LISTING]);
    let inline: Vec<&str> = node
        .all("code")
        .iter()
        .map(|code| &*code.text)
        .filter(|code| *code != LISTING)
        .collect();
    assert_eq!(inline[0], "f(a[0] % 2)");
    for code in ["a & b", "x < y"] {
        assert!(inline.contains(&code), "{code} in {inline:?}");
    }
}

#[test]
fn html_prints_code() {
    let page = html::page(&code(), Edition::Paper, &Style::default());
    let (_, body) = page
        .split_once("<section class=\"question\">")
        .expect("a question");
    let (body, _) = body.split_once("</section>").expect("its end");
    let body = fragment(&body.replace("&nbsp;", "&#160;"));
    check_html(&body);
    let options: Vec<&str> = body
        .all("li")
        .iter()
        .map(|item| item.all("code"))
        .map(|all| all.first().map_or("", |code| &*code.text))
        .collect();
    assert!(options.contains(&"y > x"), "{options:?}");
}

#[test]
fn markdown_prints_code() {
    let out = markdown(&code(), Edition::Paper, &Style::default());
    assert!(
        out.contains(&format!("\n```text\n{LISTING}\n```\n")),
        "{out}"
    );
    for said in [
        "Call `f(a[0] % 2)`, 2 times:",
        "Value of `a & b`",
        "Is `x < y`?",
        "Why `<b>`?",
        "] `y > x`",
    ] {
        assert!(out.contains(said), "{said}: {out}");
    }
}

#[test]
fn typst_prints_code() {
    let out = typst(&code(), Edition::Paper, &Style::default());
    let listing = LISTING.replace('\\', "\\\\").replace('\n', "\\n");
    assert!(out.contains(&format!("listing(\"{listing}\")")), "{out}");
    for said in [
        "\"Call \"; code(\"f(a[0] % 2)\"); \", 2 times:\"",
        "code(\"a & b\")",
        "code(\"x < y\")",
        "code(\"y > x\")",
        "code(\"<b>\")",
    ] {
        assert!(out.contains(said), "{said}: {out}");
    }
}

#[test]
fn latex_prints_code() {
    let out = latex(&code(), Edition::Paper, &Style::default()).expect("LaTeX");
    let (_, listing) = out
        .split_once("\\begin{tabular}{@{}l@{}}")
        .expect("a listing");
    let (listing, _) = listing.split_once("\\end{tabular}").expect("its end");
    // The text of the characters, which LaTeX would print.
    let plain = [
        ("{\\ttfamily\\char92}", "\\"),
        ("{\\ttfamily\\char94}", "^"),
        ("{\\ttfamily\\char126}", "\u{1}"),
        ("{\\ttfamily\\char60}", "<"),
        ("{\\ttfamily\\char62}", ">"),
        ("{\\ttfamily\\char18}", "`"),
        ("{\\ttfamily\\char95}\\allowbreak{}", "_"),
        ("{}", ""),
        ("{-}", "-"),
        ("{,}", ","),
        ("\\\\\n", "\n"),
        ("~", " "),
        ("\u{1}", "~"),
        ("\\{", "{"),
        ("\\}", "}"),
        ("\\%", "%"),
        ("\\#", "#"),
        ("\\$", "$"),
        ("\\&", "&"),
    ];
    let printed = plain
        .iter()
        .fold(listing.to_owned(), |text, (tex, character)| {
            text.replace(tex, character)
        });
    assert_eq!(printed, format!("{LISTING}\n"));
    // After the end of a line, `*` and `[` would be its options.
    assert!(listing.contains("\\\\\n{}*p"), "{listing}");
    assert!(
        out.contains("Call {\\ttfamily f(a[0] \\% 2)}{,} 2 times:"),
        "{out}"
    );
    assert!(out.contains("Value of {\\ttfamily a \\& b}"), "{out}");
}

#[test]
fn exports_print_code() {
    let paper = [code()];
    let moodle = read(&text("moodle", &paper));
    let question = moodle
        .children
        .iter()
        .find(|node| node.attribute("type") == "cloze")
        .expect("a question");
    let stem = question.said("questiontext");
    // The list of options is no HTML.
    check_html(&fragment(stem));
    assert!(
        stem.contains("=&#60;code&#62;y &#38;gt; x&#60;/code&#62;~no"),
        "{stem}"
    );
    let versions = export("prairielearn", &paper)
        .expect("files")
        .into_iter()
        .find(|file| file.path.ends_with("versions.json"))
        .expect("versions");
    let versions: serde_json::Value = serde_json::from_slice(&versions.bytes).expect("JSON");
    let stem = fragment(versions["versions"][0]["stem"].as_str().expect("a text"));
    check_html(&stem);
    assert_eq!(stem.all("pl-answer")[0].all("code")[0].text, "y > x");
    let files = super::qti::files(&paper);
    let (_, item) = files
        .iter()
        .find(|(path, _)| path.starts_with("items/"))
        .expect("an item");
    check_html(&read(item));
}

#[test]
fn json_keeps_the_text() {
    let json = json(&code(), Edition::Paper);
    let fenced = serde_json::to_string(&format!("```c\n{LISTING}\n```")).expect("JSON");
    assert!(json.contains(fenced.trim_matches('"')), "{json}");
}

/// Code in the cover, the titles, the units, and the cells of a table, once each.
const PLACES: [&str; 12] = [
    "in_title",
    "in_course",
    "in_term",
    "in_aids",
    "in_question",
    "in_part",
    "in_as",
    "in_unit",
    "in_table",
    "in_column",
    "in_cell",
    "in_prompt",
];

fn places() -> Paper {
    paper(
        "exam { title \"T `in_title`\", course \"C `in_course`\", term \"`in_term` x\", aids \"`in_aids`\" }\nmachine simple\n\
         question \"Q `in_question`\" { ask \"L `in_prompt`\" = 1 unit \"`in_unit`\"\nask read 0x28F => tlb as \"A `in_as`\"\n\
         table \"R `in_table`\" { columns \"`in_column`\" \"B\"; row \"`in_cell`\" ? = 2 }\n\
         part \"P `in_part`\" { ask \"m\" = 1 } }",
        0,
    )
}

#[test]
fn titles_units_and_cells_contain_code_in_all_formats() {
    let (paper, style) = (places(), Style::default());
    let page = html::page(&paper, Edition::Paper, &style);
    let source = typst(&paper, Edition::Paper, &style);
    let tex = latex(&paper, Edition::Paper, &style).expect("LaTeX");
    let tex = tex.replace("{\\ttfamily\\char95}\\allowbreak{}", "_");
    let (_, tex) = tex.split_once("\\begin{document}").expect("a document");
    let marked = markdown(&paper, Edition::Paper, &style);
    for place in PLACES {
        let html = format!("<code>{place}</code>");
        assert!(page.contains(&html), "{place}: {page}");
        // The cells of a printed table are monospaced.
        let (typst, latex, md) = match place {
            "in_cell" => (
                format!("\"{place}\""),
                format!("\n{place} & "),
                place.to_owned(),
            ),
            "in_column" | "in_table" => (
                format!("code(\"{place}\")"),
                format!("{{\\ttfamily {place}}}"),
                place.to_owned(),
            ),
            _ => (
                format!("code(\"{place}\")"),
                format!("{{\\ttfamily {place}}}"),
                format!("`{place}`"),
            ),
        };
        assert!(source.contains(&typst), "{place}: {source}");
        assert!(tex.contains(&latex), "{place}: {tex}");
        assert!(marked.contains(&md), "{place}: {marked}");
    }
    assert!(page.contains("<title>T in_title</title>"), "{page}");
    assert!(
        !page.contains('`') && !tex.contains("char18"),
        "{page}\n{tex}"
    );
    assert!(marked.contains("\nR in_table\nin_column "), "{marked}");
    // Platforms print the title of an exam and of a question as plain text.
    let papers = [paper];
    let moodle = text("moodle", &papers);
    assert!(
        moodle.contains("T in_title") && moodle.contains("1 Q in_question"),
        "{moodle}"
    );
    let learn = export("prairielearn", &papers).expect("files");
    let learn = learn
        .iter()
        .map(|file| String::from_utf8_lossy(&file.bytes));
    let learn: Vec<String> = learn.map(std::borrow::Cow::into_owned).collect();
    let qti = super::qti::files(&papers);
    let qti = qti.into_values();
    for file in learn.into_iter().chain(qti).chain([moodle]) {
        // The program that grades is the same for all questions.
        assert!(!file.contains("`in_") && !file.contains("in_`"), "{file}");
    }
}
