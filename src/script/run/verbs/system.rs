//! Prepares the declarations of a kernel and its objects (`kernel`, `file`, `executable`, and `process`).

use std::sync::Arc;

use crate::lang::ast::{Expr, ExprKind, Settings, Span, Table, Word};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::nearest::nearest;
use crate::lang::value::Value;
use crate::run::bind::{Bound, Slot, word};
use crate::run::eval::eval;
use crate::run::nouns::ThingNoun;
use crate::run::session::{Action, Cx};
use crate::run::settings::evaluate::field;
use crate::run::settings::{
    EXECUTABLE_SETTINGS, ExecutableDraft, FILE_SETTINGS, Field, FileDraft, KernelPlan, apply,
    build_kernel,
};
use crate::run::state::Slot as Hardware;
use crate::run::stop::Stop;
use crate::run::table::read::read_table;
use crate::run::table::{Shape, WrittenRow};
use pagewalk_engine::kernel::file::{Executable, Fill, Section};
use pagewalk_engine::kernel::spawn::AreaDeclaration;

use super::perform::declare::{
    declare_executable, declare_file, declare_kernel, declare_process, default_machine,
};
use super::plans;
use super::plans::{AreaPlan, ExecutablePlan, FilePlan, ProcessPlan};

/// `kernel { settings }`
pub(crate) fn kernel(cx: &mut Cx, bound: &Bound) -> Result<Action, Stop> {
    bound.refuse()?;
    let place = bound.place;
    let fields = only_fields(cx, bound)?;
    match &cx.state.machine {
        Hardware::Kernel(_) => Err(Diagnostic::new(Code::Duplicate, place, "a kernel runs already")
            .label("a second one")
            .help(
                "write `kernel` before the first `process`, `file`, or `executable`, or start from scratch with \
                 another `machine`",
            )
            .into()),
        Hardware::Unknowable => Err(Stop::Unknowable),
        Hardware::Empty => Ok(start(build_kernel(&default_machine(), &fields)?, place)),
        Hardware::Is(machine) => Ok(start(build_kernel(machine.spec(), &fields)?, place)),
    }
}

fn start(plan: KernelPlan, place: Span) -> Action {
    Action::declares(move |cx| declare_kernel(cx, &plan, place))
}

/// Returns the only operand, which is a name in quotes.
fn quoted(cx: &mut Cx, bound: &Bound) -> Result<(Arc<str>, Span), Stop> {
    let operand = match bound.operands {
        [operand] => operand,
        [_, more, ..] => return Err(bound.unexpected(more).into()),
        [] => bound.expr(Slot::FileName)?,
    };
    let value = match &operand.kind {
        ExprKind::Name(name) if cx.state.find(name).is_none() => None,
        _ => Some(eval(cx, operand)?),
    };
    match value {
        Some(Value::Text(name)) if !name.is_empty() => Ok((name, operand.span)),
        _ => Err(Diagnostic::new(
            Code::WrongType,
            operand.span,
            "a file name must be in quotes",
        )
        .label("not a name in quotes")
        .help(format!("write `{} \"data.txt\"`", bound.name))
        .into()),
    }
}

/// `file "name" = "text"`, `file "name" { size S, fill BYTE|zero|counting, pages BYTE }`
pub(crate) fn file(cx: &mut Cx, bound: &Bound) -> Result<Action, Stop> {
    let (name, place) = quoted(cx, bound)?;
    bound.refuse()?;
    let (fill, size) = match (bound.assigned, bound.block) {
        ([value], _) => text(cx, value)?,
        (_, Some(_)) => {
            let fields = only_fields(cx, bound)?;
            let mut draft = FileDraft::default();
            apply(FILE_SETTINGS, "file", &fields, &mut draft)?;
            draft.build(place)?
        }
        _ => {
            let what = "its contents: `= \"text\"` or `{ size 8 KB, fill 0x41 }`";
            return Err(bound.missing(what).into());
        }
    };
    let plan = FilePlan {
        name,
        fill,
        size,
        place,
    };
    Ok(Action::declares(move |cx| declare_file(cx, plan)))
}

fn text(cx: &mut Cx, value: &Expr) -> Result<(Fill, u64), Stop> {
    let held = eval(cx, value)?;
    match held.bytes() {
        Some(bytes) => {
            cx.work(bytes.len() as u64, value.span)?;
            Ok((Fill::Bytes(bytes.into()), bytes.len() as u64))
        }
        None => Err(Diagnostic::new(
            Code::WrongType,
            value.span,
            format!("the contents of a file cannot be {}", held.kind()),
        )
        .label("a string is needed")
        .help("`{ size 8 KB, fill 0x41 }` repeats one byte")
        .into()),
    }
}

/// `executable "name" { entry VA, table of sections, library "name" }`
pub(crate) fn executable(cx: &mut Cx, bound: &Bound) -> Result<Action, Stop> {
    let (name, place) = quoted(cx, bound)?;
    bound.refuse()?;
    let Some(block) = bound.block else {
        return Err(bound.missing("the entry and sections in braces").into());
    };
    let fields = fields(cx, block)?;
    let mut draft = ExecutableDraft::default();
    apply(EXECUTABLE_SETTINGS, "executable", &fields, &mut draft)?;
    let Some(table) = &block.table else {
        return Err(
            Diagnostic::new(Code::BadTable, block.span, "an executable needs sections")
                .help("write a table of sections: `| section | start | size | perms |`")
                .into(),
        );
    };
    let (sections, spans) = sections(cx, table)?;
    let entry = draft.entry.unwrap_or_else(|| {
        sections
            .iter()
            .map(|section| section.start)
            .min()
            .unwrap_or(0)
    });
    let executable = Executable {
        entry,
        sections,
        libraries: draft.libraries,
    };
    let plan = ExecutablePlan {
        name,
        executable,
        sections: spans,
        place,
    };
    Ok(Action::declares(move |cx| declare_executable(cx, plan)))
}

/// `process NAME`, `process NAME { table of areas }`
pub(crate) fn process(cx: &mut Cx, bound: &Bound) -> Result<Action, Stop> {
    let operand = bound.expr(Slot::NewProcess)?;
    if word(operand).is_none() {
        return Err(Diagnostic::new(
            Code::WrongType,
            operand.span,
            "the name of a process must be a word",
        )
        .label("not a word")
        .help("write `process P1`")
        .into());
    }
    let name = Word::of(operand);
    if let Hardware::Kernel(kernel) = &cx.state.machine
        && kernel.named(&name.text).is_some()
    {
        let message = format!("there is already a process `{}`", name.text);
        return Err(Diagnostic::new(Code::Duplicate, name.span, message)
            .label("the name is already used")
            .help("give each process a different name; to add areas to a process, write `set P1.maps { … }`")
            .into());
    }
    let areas = match bound.block {
        None => Vec::new(),
        Some(block) => match (&block.table, block.settings.first()) {
            (_, Some(setting)) => {
                let message = format!("a process has no setting `{}`", setting.name.text);
                return Err(Diagnostic::new(Code::UnknownSetting, setting.name.span, message)
                    .label("areas must be rows of a table")
                    .help("write `| area | start | end | perms | backing | offset |`, then one row per area")
                    .into());
            }
            (Some(table), None) => areas_listed(cx, table)?,
            (None, None) => Vec::new(),
        },
    };
    let plan = ProcessPlan { name, areas };
    Ok(Action::declares(move |cx| declare_process(cx, plan)))
}

/// Evaluates the settings of a block.
///
/// # Errors
/// Returns the errors in the setting's expressions.
pub fn fields(cx: &mut Cx, block: &Settings) -> Result<Vec<Field>, Stop> {
    block
        .settings
        .iter()
        .map(|setting| field(cx, setting))
        .collect()
}

/// Evaluates the settings of a statement whose block may contain only settings. Without a block, returns an
/// empty list.
///
/// # Errors
/// Returns `bad-table`, or the errors in the settings' expressions.
pub(crate) fn only_fields(cx: &mut Cx, bound: &Bound) -> Result<Vec<Field>, Stop> {
    let Some(block) = bound.block else {
        return Ok(Vec::new());
    };
    if let Some(table) = &block.table {
        let message = format!("a table is not allowed in `{}`", bound.name);
        return Err(Diagnostic::new(Code::BadTable, table.span, message)
            .label("settings are needed here")
            .into());
    }
    fields(cx, block)
}

/// Evaluates the areas that a table lists.
///
/// # Errors
/// Returns the errors in the table, or `no-answer` for an undeclared file.
pub(crate) fn areas_listed(cx: &mut Cx, table: &Table) -> Result<Vec<AreaPlan>, Stop> {
    let shape = Shape::Objects {
        what: "areas",
        columns: ThingNoun::named("maps").map_or(&[], |noun| noun.columns),
        needed: &["start", "end", "perms"],
        expected: false,
    };
    let rows = read_table(cx, table, &shape)?;
    let (mut areas, mut wrong) = (Vec::new(), Vec::new());
    for row in rows {
        match area(cx, &row) {
            Ok(area) => areas.push(AreaPlan {
                area,
                place: row.span,
            }),
            Err(Stop::Wrong(mistakes)) => wrong.extend(mistakes),
            Err(stop) => return Err(stop),
        }
    }
    if wrong.is_empty() {
        Ok(areas)
    } else {
        Err(wrong.into())
    }
}

fn area(cx: &mut Cx, row: &WrittenRow) -> Result<AreaDeclaration, Stop> {
    let number = |column: &str| row.number(column).unwrap_or(0);
    let (prot, shared) = plans::perms_of_cell(row.word("perms"), row.span)?;
    let file = match row.word("backing") {
        None | Some(("anonymous", _)) => None,
        Some((backing, span)) => Some(backing_of(cx, backing, span)?),
    };
    let label = row
        .word("area")
        .map(|(name, _)| name.trim_matches(|c| matches!(c, '[' | ']')).into());
    Ok(AreaDeclaration {
        label,
        start: number("start"),
        end: number("end"),
        prot,
        shared,
        file,
        offset: number("offset"),
    })
}

fn backing_of(
    cx: &mut Cx,
    name: &str,
    span: Span,
) -> Result<pagewalk_engine::kernel::ids::FileId, Stop> {
    let mut known: Vec<&str> = vec!["anonymous"];
    match &cx.state.machine {
        Hardware::Unknowable => return Err(Stop::Unknowable),
        Hardware::Kernel(kernel) => {
            if let Some(file) = kernel.file_named(name) {
                return Ok(file);
            }
            known.extend(kernel.files().names.keys().map(|name| &**name));
        }
        Hardware::Empty | Hardware::Is(_) => {}
    }
    if cx.unknown_processes().others {
        return Err(Stop::Unknowable);
    }
    let diagnostic = Diagnostic::new(
        Code::UnknownWord,
        span,
        format!("there is no file `{name}`"),
    )
    .label("neither `anonymous` nor a file");
    // `/proc/PID/maps` names such areas in brackets.
    if name.starts_with('[') {
        return Err(diagnostic.fix(Fix::replace(span, "anonymous")).into());
    }
    Err(match nearest(name, known.into_iter()) {
        Some(near) => diagnostic.did_you_mean(name, near),
        None => diagnostic.help(format!(
            "declare the file first: `file \"{name}\" {{ size 8 KB }}`"
        )),
    }
    .into())
}

fn sections(cx: &mut Cx, table: &Table) -> Result<(Vec<Section>, Vec<Span>), Stop> {
    let shape = Shape::Objects {
        what: "sections",
        columns: plans::SECTION_COLUMNS,
        needed: &["section", "start", "size", "perms"],
        expected: false,
    };
    let (mut sections, mut spans) = (Vec::new(), Vec::new());
    for row in read_table(cx, table, &shape)? {
        let name: Arc<str> = row.word("section").map_or("", |(name, _)| name).into();
        let (prot, _) = plans::perms_of_cell(row.word("perms"), row.span)?;
        let (start, size) = (
            row.number("start").unwrap_or(0),
            row.number("size").unwrap_or(0),
        );
        // An executable file does not store the contents of a `.bss` section, which are zeros.
        let zero = name.ends_with("bss");
        sections.push(Section {
            name,
            start,
            size,
            prot,
            zero,
        });
        spans.push(row.span);
    }
    Ok((sections, spans))
}
