//! The leaves of a paper as macros of `paper.tex`.

use super::text::Text;
use crate::exam::formats::canvas::Canvas;
use crate::exam::formats::code::{marked, unmarked};
use crate::exam::formats::leaves::Leaves;
use crate::exam::formats::tree::{Blank, Table};
use crate::exam::formats::walk::{Escape, Format};
use crate::report::scene::{Placed, Theme, latex};

/// Width of a character in the monospaced font, relative to the text size.
const CHARACTER: f64 = 0.525;
/// Width of a bold capital letter, relative to the text size.
const CAPITAL: f64 = 0.85;

impl Format for Text {
    fn leaves() -> Leaves {
        Leaves {
            points: ("\\worth{«text»}", ""),
            worth: ("\\worth{«text»}", ""),
            how: ("\\how{«text»}", ""),
            title: ("\\textbf{«text»}\\par\\vspace{0.3em}", ""),
            who: ("\\textbf{«text»} ", ""),
            words: [
                "\\words{«text»«points»}{«room»«points»}",
                "«text»«points»\\par",
            ],
            keep: ["\\keep{«body»}\n"; 2],
            part: "\\pwpart{«head»\n«body»}\n",
            part_head: "\\heading{«name»«points»}",
            part_divided: Some(["«body»\n", "", ""]),
            paragraph: "«text»\n",
            list: ["«items»\n"; 2],
            list_item: ("\\marked{«mark»}{«text»}", "\n"),
            bullet: "$\\bullet$",
            code: "\\par\\vspace{0.6em}«text»\\vspace{0.3em}\n",
            lines: "\\par\\vspace{0.6em}«text»\\vspace{0.3em}\n",
            pairs: "\\whole{«title»\\begin{tabular}{@{}>{\\raggedright\\arraybackslash}p{0.36\\linewidth}>{\\raggedright\\arraybackslash}p{0.56\\linewidth}@{}}\\hline\n\
            «rows»\\hline\\end{tabular}}\n",
            pair: ("«name» & «value»\\\\\n", ""),
            steps: "«steps»\n",
            step: (
                "\\par\\hangindent=2em\\hangafter=1\\makebox[2em][l]{«number».}«who»«what»\\par\n",
                "",
            ),
            worksheet: "\\whole{«lead»\\begin{tabular}{@{}«columns»@{\\hspace{2em}}l@{}}\n«heads»\\\\[0.2em]\n«rows»\\end{tabular}}\n",
            worksheet_head: ("\\textbf{«text»}", " & "),
            worksheet_row: ("«label»«how» & «blank»\\\\\n", ""),
            // Long labels may break into lines.
            worksheet_columns: (48, "l", ">{\\raggedright\\arraybackslash}m{0.6\\linewidth}"),
            value: [
                "\\whole{\\pwnear{«label»«how»«points»:}{«room»«how»«points»:}{«blank»}{0.«share»}}\n",
                "\\whole{\\pwvalue{«label»«how»«points»:}{«room»«how»«points»:}{«blank»}}\n",
            ],
            given: "«table»\n",
            fill: "\\whole{«how»«points»\n«tables»}\n",
            table: "\\whole{«title»\\fit{\\ttfamily\\setlength\\tabcolsep{0.35em}\\begin{tabular}{«columns»}\\hline\n\
            «heads»\\\\\\hline\n«rows»\\hline\\end{tabular}}}",
            table_head: ("\\textnormal{\\bfseries «name»}", " & "),
            table_row: ("«cells»\\\\\n", ""),
            cell: ("«cell»", " & "),
            figure: [
                ("\\whole{«drawings»}\n", "\\hspace{4mm}"),
                ("\\whole{«drawings»}\n", "\\par\\vspace{2mm}"),
            ],
            choice: "\\whole{«text» «how»«points»\n«options»}\n",
            option: ("\\option{«tick»}{«text»}", "\n"),
            ticks: ["", "X"],
            essay: "\\whole{«text»«points»\\room{«space»mm}{«inside»}}\n",
            rule: "\\aline",
            rubric_row: ("\\marked{$\\bullet$}{\\textbf{«text»}«points»}", ""),
            space: "\\pwspace{«height»mm}\n",
            worked: "\\worked{«body»}\n",
            indent: 8.0,
            front: "{\\LARGE\\bfseries «title»«edition»\\par}\n«cover»\\par\\vspace{0.8em}\n«owner»\\par\\vspace{0.8em}\n«grid»«instructions»«assumptions»",
            edition: ("\\hfill\\fbox{«text»}", ""),
            cover: ("«text»", ""),
            cover_field: ("«name»: «words»", " $\\cdot$ "),
            owner: ("\\mbox{«label» «blank»}\\hspace{1em}\n", ""),
            grid: "\\fit{\\renewcommand\\arraystretch{1.5}\\begin{tabular}{|c|«columns»}\\hline\n\
            \\textbf{«question»}«numbers»\\\\\\hline\n\\textbf{«worth»}«points»\\\\\\hline\n\\textbf{«score»}«scores»\\\\\\hline\n\
            \\end{tabular}}\n",
            grid_cells: [
                "w{c}{2em}|",
                " & \\textbf{«number»}",
                " & «points»",
                " & \\rule[-0.8em]{0pt}{2.2em}",
            ],
            sentences: ["\\heading{«heading»}\n«sentences»"; 2],
            sentence: ("\\marked{$\\bullet$}{«text»}\\pwstay\n", ""),
            question: "\\question{«number»}{«title»}{«points»}\n«introduction»«assumptions»«body»",
            introduction: ("«text»\\pwstay\n", ""),
            appendix: ("\\clearpage\n«text»\n", ""),
            ..Leaves::bare()
        }
    }

    fn preformatted(&self, lines: &str) -> String {
        // The braces part the line from the end of the line before, whose options would be `*` and `[`.
        let line = |line| format!("{{}}{}\\\\\n", self.fixed(line));
        format!(
            "\\fit{{\\small\\ttfamily\\begin{{tabular}}{{@{{}}l@{{}}}}{}\\end{{tabular}}}}",
            lines.lines().map(line).collect::<String>()
        )
    }

    fn blank(&self, blank: &Blank) -> String {
        let inside = match &blank.content {
            Some(content) => format!("\\bfseries {}", self.plain(content)),
            None => format!("\\ttfamily {}", self.plain(&blank.prefix)),
        };
        let unit = blank.unit.as_ref();
        let unit = unit.map_or_else(String::new, |unit| format!(" {}", self.marked(unit)));
        let width = f64::from(blank.room()) * CHARACTER + 0.6;
        format!("\\blank{{{width:.2}em}}{{{inside}}}{{{unit}}}")
    }

    fn column(&self, name: &str) -> String {
        let code = |code: &str| format!("{{\\ttfamily {}}}", self.fixed(code));
        marked(name, |words| self.fixed(words), code)
    }

    fn cell(&self, text: &str) -> String {
        self.fixed(&unmarked(text))
    }

    /// Makes each column as wide as its widest possible contents. The names of columns are proportional.
    fn columns(&self, table: &Table) -> String {
        let wide = |c: char| if c.is_uppercase() { CAPITAL } else { CHARACTER };
        let column = |((at, name, begins), width): ((usize, &str, bool), u32)| {
            let bar = if begins { "|" } else { "" };
            let side = table.side(at);
            let more = if table.has_blank(at) { 0.7 } else { 0.0 };
            let width = f64::from(width) * CHARACTER + more;
            let width = width.max(name.chars().map(wide).sum());
            format!("{bar}w{{{side}}}{{{width:.2}em}}")
        };
        table.columns().zip(table.widths()).map(column).collect()
    }

    fn grid_room(&self, _canvas: Canvas) -> usize {
        12
    }

    fn drawing(&self, placed: &Placed, _theme: &Theme) -> String {
        latex(placed, &|text| self.fixed(text))
    }
}
