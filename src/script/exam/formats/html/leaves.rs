//! The leaves of a page.

use super::escape::boxed;
use crate::exam::formats::canvas::Canvas;
use crate::exam::formats::leaves::Leaves;
use crate::exam::formats::tree::{Blank, Block, Table};
use crate::exam::formats::walk::{Escape, Format};
use crate::report::scene::{Placed, Theme, placed_svg};
use crate::report::xml::escaped;

/// Width of the page without margins, in millimeters.
pub(crate) const ROOM: f64 = 174.0;
/// Width of a character in a table and width of the space between columns, relative to the text size.
const CHARACTER: f64 = 0.55;
const BETWEEN: f64 = 0.8;
/// Widths of the first column of the grid of scores and of another one, relative to the text size.
const GRID_HEAD: f64 = 6.5;
const GRID_COLUMN: f64 = 2.8;

pub(crate) struct Html;

impl Escape for Html {
    fn plain(&self, text: &str) -> String {
        escaped(text)
    }

    fn code(&self, code: &str) -> String {
        format!("<code>{}</code>", escaped(code))
    }
}

impl Format for Html {
    fn leaves() -> Leaves {
        Leaves {
            points: (" <span class=\"points\">(«text»)</span>", ""),
            worth: (" <span class=\"points\">(«text»)</span>", ""),
            how: (" <span class=\"how\">(«text»)</span>", ""),
            title: ("<caption>«text»</caption>", ""),
            who: ("<b>«text»</b> ", ""),
            keep: ["<div class=\"keep\">\n«body»\n</div>\n"; 2],
            part: "<section class=\"part\">\n«head»«body»</section>\n",
            part_head: "<h3 dir=\"auto\">«name»«points»</h3>\n",
            paragraph: "<p dir=\"auto\">«text»</p>\n",
            list: ["<ul>\n«items»</ul>\n", "<ol>\n«items»</ol>\n"],
            list_item: ("<li dir=\"auto\">«text»</li>\n", ""),
            code: "<pre><code>«text»</code></pre>\n",
            lines: "<pre>«text»</pre>\n",
            pairs: "<table class=\"pairs\"><caption>«heading»</caption>\n<tbody>\n«rows»</tbody></table>\n",
            pair: (
                "<tr><th scope=\"row\">«name»</th><td>«value»</td></tr>\n",
                "",
            ),
            steps: "<ol>\n«steps»</ol>\n",
            step: ("<li>«who»«what»</li>\n", ""),
            // A caption would be as narrow as the table.
            worksheet_lead: ("<p class=\"lead\" dir=\"auto\">«text»</p>\n", ""),
            worksheet: "«lead»<table class=\"worksheet\">\n<thead><tr>«heads»</tr></thead>\n<tbody>\n«rows»</tbody></table>\n",
            worksheet_head: ("<th scope=\"col\">«text»</th>", ""),
            worksheet_row: (
                "<tr><th scope=\"row\">«label»«how»</th><td>«blank»</td></tr>\n",
                "",
            ),
            value: [
                "<p class=\"value\" dir=\"auto\"><span style=\"flex:0 0 «share»%\">«label»«how»«points»:</span> <span>«blank»</span></p>\n",
                "<p class=\"value\" dir=\"auto\"><span>«label»«how»«points»:</span> <span>«blank»</span></p>\n",
            ],
            given: "«table»",
            fill: "<p class=\"lead\">«how»«points»</p>\n«tables»",
            table: "<table class=\"«class»\"«attributes»>«title»«columns»\n<thead><tr>«heads»</tr></thead>\n<tbody>\n«rows»</tbody></table>\n",
            table_head: ("<th scope=\"col\"«class»>«name»</th>", ""),
            table_row: ("<tr>«cells»</tr>\n", ""),
            cell: ("<td«class»>«cell»</td>", ""),
            row_head: "<th scope=\"row\"«class»>«cell»</th>",
            class: (" class=\"«text»\"", ""),
            // The page places the drawings side by side if they fit.
            figure: [(
                "<figure style=\"display:flex;flex-wrap:wrap;gap:4mm\">\n«drawings»\n</figure>\n",
                "\n",
            ); 2],
            choice: "<div class=\"choice\" data-field=\"«field»\">\n<p class=\"lead\" dir=\"auto\">«text» <span class=\"how\">«how»</span>«points»</p>\n<ul class=\"options\" style=\"list-style:none\">\n«options»</ul>\n</div>\n",
            option: (
                "<li dir=\"auto\"><span class=\"tick\" style=\"display:inline-block;width:1.1em;border:1px solid;text-align:center\">«tick»</span> «text»</li>\n",
                "",
            ),
            ticks: ["&nbsp;", "<b>X</b>"],
            essay: "<div class=\"essay\" data-field=\"«field»\">\n<p class=\"lead\" dir=\"auto\">«text»«points»</p>\n<div class=\"room\" style=\"min-height:«space»mm\">\n«inside»\n</div>\n</div>\n",
            rule: "<div style=\"height:8mm;border-bottom:0.2mm solid;box-sizing:border-box\"></div>",
            rubric: "<ul class=\"rubric\">\n«rows»</ul>",
            rubric_row: ("<li dir=\"auto\"><b>«text»</b>«points»</li>\n", ""),
            space: "<div style=\"height:«height»mm\"></div>\n",
            worked: "<div class=\"worked\">\n«body»</div>\n",
            front: "<header>\n<h1 dir=\"auto\">«title»«edition»</h1>\n«cover»<div class=\"owner\">\n«owner»</div>\n«grid»«instructions»«assumptions»</header>\n",
            edition: (" <span class=\"edition\">«text»</span>", ""),
            cover: ("<p class=\"cover\">«text»</p>\n", ""),
            cover_field: ("«name»: <bdi>«words»</bdi>", " · "),
            owner: ("<div>«label» «blank»</div>\n", ""),
            grid: "<table class=\"grid\">\n<thead><tr><th scope=\"col\">«question»</th>«numbers»</tr></thead>\n<tbody>\n\
            <tr><th scope=\"row\">«worth»</th>«points»</tr>\n<tr><th scope=\"row\">«score»</th>«scores»</tr>\n</tbody></table>\n",
            grid_cells: [
                "",
                "<th scope=\"col\">«number»</th>",
                "<td>«points»</td>",
                "<td></td>",
            ],
            sentences: [
                "<h2>«heading»</h2>\n<ul>\n«sentences»</ul>\n",
                "<h3>«heading»</h3>\n<ul>\n«sentences»</ul>\n",
            ],
            sentence: ("<li>«text»</li>\n", ""),
            question: "<section class=\"question\">\n<h2 dir=\"auto\"><span class=\"points\">«points»</span>«number» «title»</h2>\n«introduction»«assumptions»«body»</section>\n",
            appendix: ("<section class=\"appendix\">\n«text»</section>\n", ""),
            ..Leaves::bare()
        }
    }

    fn preformatted(&self, lines: &str) -> String {
        escaped(lines)
    }

    fn blank(&self, blank: &Blank) -> String {
        boxed(blank)
    }

    fn columns(&self, table: &Table) -> String {
        let group = |group: &Vec<String>| format!("<colgroup span=\"{}\"></colgroup>", group.len());
        table.groups.iter().map(group).collect()
    }

    /// Scales a table down that is wider than the page.
    fn attributes(&self, table: Option<&Table>, canvas: Canvas) -> String {
        let wide = table.map_or(0.0, |table| {
            f64::from(table.widths().iter().sum::<u32>()) * CHARACTER
                + table.columns().count() as f64 * BETWEEN
        });
        let room = canvas.columns();
        if wide > room {
            format!(" style=\"font-size:{:.0}%\"", room / wide * 100.0)
        } else {
            String::new()
        }
    }

    fn drawing(&self, placed: &Placed, theme: &Theme) -> String {
        placed_svg(placed, theme)
    }

    fn grid_room(&self, canvas: Canvas) -> usize {
        // The last grid also has the total.
        ((canvas.columns() - GRID_HEAD - GRID_COLUMN) / GRID_COLUMN).max(1.0) as usize
    }
}

/// Returns the figures among these blocks as SVG, in order.
pub(crate) fn figures(blocks: &[Block], canvas: Canvas) -> Vec<String> {
    let of = |block: &Block| match block {
        Block::Part { body, .. } | Block::Worked(body) => figures(body, canvas),
        Block::Figure(figure) => canvas.draw(figure, placed_svg),
        _ => Vec::new(),
    };
    blocks.iter().flat_map(of).collect()
}
