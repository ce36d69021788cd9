//! Checks expectations against the results of a statement.

use crate::lang::ast::{BinaryOp, Claim, Expr, ExprKind, Fact, NO_VALUE, Stmt};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::layout::lay_out;
use crate::lang::span::Span;
use crate::lang::value::ops::binary;
use crate::lang::value::{List, Value};
use pagewalk_engine::machine::spec::{CacheSpec, Spec, TlbSpec};

use super::budget::work_of_value;
use super::eval::{eval, list_of};
use pagewalk_engine::machine::pte::Bit;

use super::facts::{self, Component, Family, Key, Values};
use super::nouns::naming::part_meant;
use super::record::{Check, Did, HexDigits, REQUESTED_COUNTS, Shown, Written};
use super::reference::string::page_list;
use super::session::Cx;
use super::settings::list;
use super::steps::{Impossible, Note};
use super::stop::Stop;

/// Placeholder for a value to fill in.
const OPEN: &str = "?";

/// Checks one expectation.
///
/// # Errors
/// Returns `unknown-fact`, or the errors in the expected value.
pub(crate) fn check_fact(
    cx: &mut Cx,
    fact: &Fact,
    did: &Did,
    family: Family,
) -> Result<Check, Stop> {
    let (_, spec) = Family::of(did);
    let key = facts::key(&fact.name.text, family, spec)
        .map_err(|near| unknown_fact(cx, fact, near, family))?;
    let (expr, before) = match &fact.claim {
        Claim::Is(expr) => (expr, ""),
        Claim::Not(expr) => (expr, "not"),
        Claim::In(expr) => (expr, "in"),
        Claim::Open => return Ok(open_fact(cx, fact, &key, did)),
        Claim::Blank => return Err(no_claim(fact, Some(&key)).into()),
    };
    let value = claimed(cx, expr, &key)?;
    cx.work(work_of_value(&value), fact.span)?;
    let actual = key.value_claimed(did, Some(&value));
    let found = actual.as_ref();
    let held = match (&fact.claim, &value) {
        (Claim::Not(_), value) => found.is_some() && !agrees(&key, value, found, did),
        (Claim::In(_), Value::List(values)) => {
            values.iter().any(|value| agrees(&key, value, found, did))
                || found.is_some_and(|actual| is_in(&actual.value, &value))
        }
        (Claim::In(_), value) => found.is_some_and(|actual| is_in(&actual.value, value)),
        (_, value) => agrees(&key, value, found, did),
    };
    // Without an actual value to compare with, the notation is the script's.
    let hex = actual.as_ref().and_then(|actual| actual.hex);
    let hex = hex.or_else(|| HexDigits::of_expr(cx.env.sources, expr));
    let expected = Shown {
        hex,
        before,
        ..Shown::plain(value)
    };
    let reason = if held {
        None
    } else if actual
        .as_ref()
        .is_some_and(|actual| is_quotient(&expected.value, &actual.value))
    {
        Some(Note::Quotient)
    } else {
        why(cx, did, &key, &expected, actual.is_none())
    };
    let impossible = actual.as_ref().filter(|_| !held).and_then(|actual| {
        written_without_prefix(&expected, actual)
            .or_else(|| address_of_page(cx, &expected, actual))
            .or_else(|| too_wide(&expected, actual))
    });
    let impossible = impossible.or_else(|| {
        let address = address_without_0x(cx, fact, did, &expected);
        address.or_else(|| decimal_row(cx, did)).filter(|_| !held)
    });
    let reason = match (impossible, reason) {
        (Some(impossible), reason) => Some(Note::Impossible(impossible, reason.map(Box::new))),
        (None, reason) => reason,
    };
    let instead = actual
        .as_ref()
        .filter(|_| !held)
        .map(|actual| instead(&key, &expected, actual, did));
    let written = written(cx, fact, &key);
    Ok(Check {
        fact: fact.name.text.to_string(),
        expected,
        actual,
        held,
        span: fact.span,
        reason,
        written,
        instead,
    })
}

/// Reports that the statement contains its address as a decimal number, but expects a part of the address with the same
/// digits in hexadecimal.
fn address_without_0x(cx: &Cx, fact: &Fact, did: &Did, expected: &Shown) -> Option<Impossible> {
    let Did::Access(access) = did else {
        return None;
    };
    let digits = access.va.raw().to_string();
    let meant = u64::from_str_radix(&digits, 16).ok()?;
    let bits = access.spec.page_bits();
    let part = match &*fact.name.text {
        "vpn" => meant.checked_shr(bits).unwrap_or(0),
        "vpo" => meant & 1_u64.checked_shl(bits).map_or(u64::MAX, |page| page - 1),
        _ => return None,
    };
    let file = cx.env.sources.file(fact.span.file)?;
    let line = file.line(file.line_number(fact.span.start));
    let is_written = line.split_whitespace().any(|word| *word == *digits);
    let is_meant = expected.value.integer("").ok() == Some(part.into());
    (access.literal && is_written && is_meant).then_some(Impossible::Address(access.va.raw()))
}

/// Reports that the page table lacks the page of an access, but has a row with the decimal digits of the page's number.
fn decimal_row(cx: &Cx, did: &Did) -> Option<Impossible> {
    let (Did::Access(access), Some(machine)) = (did, cx.state.hardware()) else {
        return None;
    };
    let is_present = |vpn| {
        machine
            .page_table_entry(vpn)
            .is_some_and(|(_, pte)| pte.flags.has(Bit::P))
    };
    let vpn = machine.vpn_of(access.va);
    let row = u64::from_str_radix(&vpn.raw().to_string(), 16).ok()?;
    let other = machine.vpn(row).ok().filter(|other| *other != vpn)?;
    let faults = access.outcome.fault.is_some() && !is_present(vpn) && is_present(other);
    faults.then_some(Impossible::Row {
        vpn: vpn.raw(),
        row,
    })
}

/// Checks a fact whose value is to be filled in: the check fails and reports the actual value.
fn open_fact(cx: &Cx, fact: &Fact, key: &Key, did: &Did) -> Check {
    let name = &fact.name.text;
    let actual = key.value_in(did);
    let expected = Shown::word(OPEN);
    let reason = match actual {
        Some(_) => Some(how_to_fill(cx)),
        None => why(cx, did, key, &expected, true),
    };
    let end = fact.span.end;
    let mark = fact.span.starting_at(end.saturating_sub(OPEN.len() as u32));
    Check {
        fact: name.to_string(),
        instead: Some(
            actual
                .as_ref()
                .map_or(NO_VALUE.to_owned(), |actual| facts::stated(key, actual)),
        ),
        expected,
        actual,
        held: false,
        span: fact.span,
        reason,
        written: Written::Open(mark),
    }
}

/// Explains why a check failed.
fn why(cx: &Cx, did: &Did, key: &Key, expected: &Shown, missing: bool) -> Option<Note> {
    let spec = match did {
        Did::Access(access) => Some(&access.spec),
        did => match did.call() {
            Some(_) if !matches!(key, Key::Call(_)) => return Some(Note::NotOfCalls),
            call => call.map(|call| &call.spec),
        },
    };
    if let Some((words, near)) = spec.and_then(|spec| similar(key, expected, spec)) {
        return Some(Note::NoWord {
            words: words.into_iter().map(ToOwned::to_owned).collect(),
            near: near.map(ToOwned::to_owned),
        });
    }
    let reason = match (did, cx.state.hardware()) {
        // The page table may differ from the TLB entry that the access used.
        (Did::Access(access), Some(machine))
            if access.walk.is_none() && access.process.is_none() =>
        {
            let mut access = access.clone();
            access.record_walk(machine);
            key.reason(&Did::Access(access))
        }
        _ => key.reason(did),
    };
    Some(if missing {
        Note::Missing(reason)
    } else {
        Note::Reason(reason)
    })
}

/// Names the file whose open values a command fills in.
pub(crate) fn how_to_fill(cx: &Cx) -> Note {
    let file = cx
        .env
        .sources
        .file(0)
        .filter(|file| file.path.is_some())
        .map_or("FILE", |file| &file.name);
    Note::FillIn {
        file: file.to_owned(),
    }
}

/// Returns the expected value of a fact in script notation.
fn written(cx: &Cx, fact: &Fact, key: &Key) -> Written {
    let expr = match &fact.claim {
        Claim::Is(expr) => expr,
        Claim::Not(_) => return Written::Otherwise("`not` expects no value"),
        Claim::In(_) => return Written::Otherwise("`in` allows several values"),
        Claim::Open | Claim::Blank => {
            return Written::Otherwise("the fact has no expected value");
        }
    };
    let in_pages = matches!((&expr.kind, key), (ExprKind::List(_), Key::Reference(_)));
    let is_word = |name: &str| {
        in_pages && !cx.state.has_variable(name)
            || key.is_word(name, cx.spec().map(AsRef::as_ref))
            || (key.takes_words() || key.meaning(name).is_some()) && cx.state.find(name).is_none()
    };
    Written::classify(expr, &is_word)
}

/// Evaluates the expected value of a fact. A keyword of the fact takes precedence over a variable of the
/// same name.
///
/// # Errors
/// Returns the errors in the expression.
pub(crate) fn claimed(cx: &mut Cx, expr: &Expr, key: &Key) -> Result<Value, Stop> {
    match (&expr.kind, key) {
        (ExprKind::Name(name), _) if key.is_word(name, cx.spec().map(AsRef::as_ref)) => {
            Ok(Value::Text(name.clone()))
        }
        (ExprKind::Name(name), _)
            if cx.state.find(name).is_none() && key.meaning(name).is_some() =>
        {
            Ok(Value::Text(key.meaning(name).unwrap_or(name).into()))
        }
        (ExprKind::Name(name), _) if key.takes_words() && cx.state.find(name).is_none() => {
            Ok(Value::Text(name.clone()))
        }
        (ExprKind::List(parts), Key::Reference(_)) => page_list(cx, parts),
        // `fault in [none, page]`
        (ExprKind::List(parts), _) => {
            let parts: Vec<Value> = parts
                .iter()
                .map(|part| claimed(cx, part, key))
                .collect::<Result<_, _>>()?;
            Ok(list_of(cx, parts, expr.span)?.0)
        }
        _ => eval(cx, expr),
    }
}

/// Reports that a statement has no fact of this name.
pub(crate) fn unknown_fact(
    cx: &Cx,
    fact: &Fact,
    near: Option<String>,
    family: Family,
) -> Diagnostic {
    if let Some(dangling) = dangling(cx, fact) {
        return dangling;
    }
    let name = &fact.name.text;
    let diagnostic = Diagnostic::new(
        Code::UnknownFact,
        fact.name.span,
        format!("there is no fact `{name}` here"),
    );
    let diagnostic = match family {
        Family::None => diagnostic.label("this statement has no facts"),
        _ => diagnostic.label("not a fact of this statement on this machine"),
    };
    let spec = cx.spec().map(AsRef::as_ref);
    let requests = |(word, _): &&(&str, _)| **name == **word;
    if matches!(family, Family::Replay)
        && let Some((word, _)) = REQUESTED_COUNTS.iter().find(requests)
    {
        return diagnostic.help(format!("`replay` takes `{word}` before `=>`"));
    }
    match of_two_parts(fact, family, spec) {
        Some(Ok(fact)) => return diagnostic.did_you_mean(name, fact),
        Some(Err(help)) => return diagnostic.help(help),
        None => {}
    }
    // The number of outputs has the name `count`.
    let is_counted = name.as_ref() == "outputs" && near.as_deref() == Some("count");
    if let Some(verb) = cx.language().verb(name).filter(|_| !is_counted) {
        return diagnostic.help(verb.begins());
    }
    if let Some(of) = of_keyword(name, family, spec) {
        return diagnostic.did_you_mean(name, &format!("{of} {name}"));
    }
    if &**name == "points" {
        let wrong = diagnostic.help("points follow the last fact without a comma");
        let text = cx.env.sources.file(fact.span.file).map(|file| &*file.text);
        let before = text.and_then(|text| text.get(..fact.name.span.start as usize));
        return match before.and_then(|before| before.trim_end().strip_suffix(',')) {
            Some(before) => {
                let comma = before.len()..before.len() + 1;
                wrong.fix(Fix::replace(Span::new(fact.span.file, comma), ""))
            }
            None => wrong,
        };
    }
    if let Some(help) = of_part(name, family, spec).or_else(|| of_levels(name, family, spec)) {
        return diagnostic.help(help);
    }
    // The name of a part is nearer than a fact with a similar name, and a part must exist.
    let named = |part: &str| spec.is_none_or(|spec| Component::named(spec, part).is_some());
    let near = near.filter(|near| near != "cache" || named(near));
    let of_access = spec.filter(|_| matches!(family, Family::Access));
    let part = of_access.and_then(|spec| part_meant(cx, name, spec));
    // `L1d.victim` means a fact of the part, and not the part.
    let of_part = part.map(|part| match name.split_once('.') {
        Some((_, fact)) => format!("{part}.{fact}"),
        None => part.to_owned(),
    });
    let near = of_part
        .filter(|fact| facts::key(fact, family, spec).is_ok())
        .or(near);
    let near = match (family, name.as_ref()) {
        (Family::Reference, "misses") => Some("faults".to_owned()),
        (Family::Access, "hits" | "misses") => {
            let help = "an access has the facts `tlb` and `cache`, which are `hit` or `miss`; the counters are `tlb.misses` and `cache.misses`";
            return diagnostic.help(help);
        }
        _ => near,
    };
    match near {
        Some(near) => diagnostic.did_you_mean(name, &near),
        None => match counter(cx, fact, family).or_else(|| of_others(name, family, spec)) {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        },
    }
}

/// Returns the statement that expects a counter of a part. The fact of one access is its outcome.
fn counter(cx: &Cx, fact: &Fact, family: Family) -> Option<String> {
    let (name, spec) = (&fact.name.text, cx.spec()?);
    let part = Component::named(spec, name.split_once('.')?.0);
    let is_count = part.is_some() && facts::key(name, Family::Replay, Some(spec)).is_ok();
    let Claim::Is(value) = &fact.claim else {
        return None;
    };
    (is_count && matches!(family, Family::Access)).then(|| {
        let value = cx.env.sources.text(value.span);
        format!("it counts all accesses up to here: write `expect {name} == {value}` as a statement of its own")
    })
}

/// Returns the only fact of this family that has this keyword, such as `fault` for `copy-on-write`.
fn of_keyword(name: &str, family: Family, spec: Option<&Spec>) -> Option<String> {
    let mut facts = facts::facts_of(family, spec).into_iter();
    let mut takes = facts.by_ref().filter(|(_, key)| key.is_word(name, spec));
    let (fact, _) = takes.next()?;
    takes.all(|(other, _)| other == fact).then_some(fact)
}

/// Returns the fact that a bare `tag` is on this machine, or a help with both if two parts of the machine have one and
/// the expected value fits both.
fn of_two_parts(
    fact: &Fact,
    family: Family,
    spec: Option<&Spec>,
) -> Option<Result<&'static str, &'static str>> {
    let spec = spec.filter(|_| matches!(family, Family::Access))?;
    let (tlb, cache) = (spec.tlbs.first(), spec.caches.first());
    let (facts, help) = match &*fact.name.text {
        "index" | "idx" | "set" => (
            [
                ("tlbi", tlb.map(TlbSpec::index_bits)),
                ("ci", cache.map(CacheSpec::index_bits)),
            ],
            "write `tlbi` for the TLB, or `ci` for the cache",
        ),
        "tag" => (
            [
                ("tlbt", tlb.map(|tlb| tlb.tag_bits(spec))),
                ("ct", cache.map(|cache| cache.tag_bits(spec))),
            ],
            "write `tlbt` for the TLB, or `ct` for the cache",
        ),
        "offset" => (
            [
                ("vpo", spec.mmu.as_ref().map(|_| spec.page_bits())),
                ("co", cache.map(CacheSpec::offset_bits)),
            ],
            "write `vpo` for the page, or `co` for the block of the cache",
        ),
        _ => return None,
    };
    let value = match &fact.claim {
        Claim::Is(Expr {
            kind: ExprKind::Value(value),
            ..
        }) => value
            .integer("")
            .ok()
            .and_then(|value| u64::try_from(value).ok()),
        _ => None,
    };
    let fits = |bits: u32| value.is_none_or(|value| u64::BITS - value.leading_zeros() <= bits);
    let own = facts.iter().filter(|(_, bits)| bits.is_some());
    let mut meant: Vec<_> = own.collect();
    if meant.iter().any(|(_, bits)| bits.is_some_and(fits)) {
        meant.retain(|(_, bits)| bits.is_some_and(fits));
    }
    match meant[..] {
        [] => None,
        [(fact, _)] => Some(Ok(fact)),
        _ => Some(Err(help)),
    }
}

/// Returns the facts whose name is a part and a word, such as `pte1.value` for `pte1`.
fn of_part(name: &str, family: Family, spec: Option<&Spec>) -> Option<String> {
    let facts = facts::facts_of(family, spec).into_iter();
    let of = |(fact, _): &(String, _)| fact.split_once('.').is_some_and(|(part, _)| part == name);
    let own: Vec<String> = facts
        .filter(of)
        .map(|(fact, _)| format!("`{fact}`"))
        .collect();
    (!own.is_empty() && own.len() < 5).then(|| format!("its facts are {}", own.join(" and ")))
}

/// Returns the numbers of the levels for a fact with another number, such as `vpn0`.
fn of_levels(name: &str, family: Family, spec: Option<&Spec>) -> Option<String> {
    let (before, rest) = name.split_at(name.find(|c: char| c.is_ascii_digit())?);
    let after = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    let level = |fact: &str| -> Option<u32> {
        let inside = fact.strip_prefix(before)?.strip_suffix(after)?;
        inside.parse().ok()
    };
    let facts = facts::facts_of(family, spec).into_iter();
    let levels: Vec<u32> = facts.filter_map(|(fact, _)| level(&fact)).collect();
    // `L2.misses` and `L3.misses` are those of caches, beside `L1d.misses`.
    let last = levels.iter().copied().max();
    let last = last.filter(|last| *last > 1 && levels.contains(&1))?;
    Some(format!(
        "the levels are numbered from the root: `{before}1{after}` to `{before}{last}{after}`"
    ))
}

/// The most facts that a message lists.
const FEW: usize = 16;

/// Returns the statements that have this fact, or else the facts of this family of statements.
fn of_others(name: &str, family: Family, spec: Option<&Spec>) -> Option<String> {
    let names = |family| {
        facts::facts_of(family, spec)
            .into_iter()
            .map(|(name, _)| name)
    };
    // A program has two kinds of facts, which are easily confused.
    let of_program = |family: &Family| matches!(family, Family::Outputs | Family::Run);
    let of = Family::WITH_FACTS
        .into_iter()
        .filter(|other| *other != family && names(*other).any(|other| other == name))
        .min_by_key(|other| of_program(&family) != of_program(other));
    match of {
        Some(Family::Call) if names(Family::Access).any(|other| other == name) => {
            return Some("it is a fact of an access or a system call".to_owned());
        }
        Some(of) => return Some(format!("it is a fact of {}", of.statements())),
        None => {}
    }
    let own: Vec<String> = names(family).collect();
    match own.len() {
        0 => None,
        1..=FEW => Some(format!(
            "its facts are {}",
            list(own.iter().map(String::as_str))
        )),
        _ => Some("`pagewalk reference facts` lists the facts".to_owned()),
    }
}

/// Reports a line that ends with `=>` or a comma, if the next line begins with a verb instead of a fact.
fn dangling(cx: &Cx, fact: &Fact) -> Option<Diagnostic> {
    cx.language().verb(&fact.name.text)?;
    let Span { file, start, .. } = fact.name.span;
    let text = &cx.env.sources.file(file)?.text;
    // The layout has no comments.
    let layout = lay_out(file, text).text;
    let line = layout.get(..start as usize)?.trim_end();
    let breaks = text.get(line.len()..start as usize)?.contains('\n');
    let written = line
        .strip_suffix("=>")
        .or_else(|| line.strip_suffix(','))
        .filter(|_| breaks)?;
    let arrow = Span::new(file, written.len()..line.len());
    let fix = Fix::replace(arrow.starting_at(written.trim_end().len() as u32), "");
    let message = "the line ends too early: the name of a fact is missing";
    Some(
        Diagnostic::new(Code::Syntax, arrow, message)
            .label("no fact follows")
            .fix(fix),
    )
}

/// Rejects expectations on a statement that has no facts.
///
/// # Errors
/// Returns `unknown-fact`.
pub(crate) fn no_facts(stmt: &Stmt, what: &str) -> Result<(), Stop> {
    let Some(fact) = stmt.facts.first() else {
        return Ok(());
    };
    Err(Diagnostic::new(
        Code::UnknownFact,
        fact.name.span,
        format!("{what} has no facts"),
    )
    .label("facts are not allowed here")
    .help("write a condition with `expect`")
    .into())
}

/// Reports that a fact has no expected value. Its key lists its possible values.
pub(crate) fn no_claim(fact: &Fact, key: Option<&Key>) -> Diagnostic {
    let words = key.filter(|key| key.kind().is_word()).map(Key::words);
    let value = words.and_then(|words| words.iter().find(|word| **word != "none"));
    let value = value
        .copied()
        .unwrap_or(match key.map(|key| key.kind().values) {
            Some(Values::Text) => "\"text\"",
            Some(Values::Set) => "[…]",
            Some(Values::Count | Values::Returned) => "3",
            Some(Values::Fraction) => "0.25",
            _ => "0x0D",
        });
    Diagnostic::new(
        Code::WrongCount,
        fact.span,
        format!("`{}` needs a value", fact.name.text),
    )
    .label("what is it?")
    .help(format!("add a value, as in `{} {value}`", fact.name.text))
}

/// Returns the text that would satisfy the check. Bytes that the script writes as a string remain a string.
fn instead(key: &Key, expected: &Shown, actual: &Shown, did: &Did) -> String {
    if let (Did::Access(access), Some(_)) = (did, bytes_stated(key, &expected.value))
        && let Some(bytes) = access.data.iter().copied().collect()
    {
        return Value::string(bytes).quoted();
    }
    facts::stated(key, actual)
}

/// Returns the bytes of a string, unless the string is a keyword of the fact.
fn bytes_stated<'v>(key: &Key, stated: &'v Value) -> Option<&'v [u8]> {
    match (key, stated) {
        (Key::Access(row), stated) if row.name != "value" || is_no_value(stated) => None,
        (Key::Access(row), Value::Text(word)) if row.kind.words().contains(&&**word) => None,
        (Key::Access(_), value) => value.bytes(),
        _ => None,
    }
}

/// Whether a value is the `-` that expects no value.
fn is_no_value(stated: &Value) -> bool {
    matches!(stated, Value::Text(word) if **word == *NO_VALUE)
}

fn is_in(value: &Value, list: &Value) -> bool {
    binary(BinaryOp::In, value, list).is_ok_and(|found| found == Value::Bool(true))
}

/// Whether an expected value matches the actual value.
fn agrees(key: &Key, stated: &Value, actual: Option<&Shown>, did: &Did) -> bool {
    if is_no_value(stated) {
        return key.is_missing(actual);
    }
    let Some(actual) = actual else { return false };
    if let (Did::Access(access), Some(bytes)) = (did, bytes_stated(key, stated)) {
        return access
            .data
            .iter()
            .copied()
            .eq(bytes.iter().copied().map(Some));
    }
    match (key, stated) {
        (_, Value::Text(word)) if is_fault(key) => fault_agrees(word, &actual.value),
        (key, Value::List(elements)) if key.kind().values == Values::Set => {
            same_elements(elements, &actual.value)
        }
        _ => stated.same(&actual.value),
    }
}

/// Reports that a decimal number has the same digits as the actual value in hexadecimal or binary.
fn written_without_prefix(expected: &Shown, actual: &Shown) -> Option<Impossible> {
    actual.hex?;
    let (stated, actual) = (
        expected.value.integer("").ok()?,
        actual.value.integer("").ok()?,
    );
    let is_read_as =
        |radix| stated > 9 && i128::from_str_radix(&stated.to_string(), radix) == Ok(actual);
    if is_read_as(16) {
        Some(Impossible::Decimal(stated))
    } else {
        is_read_as(2).then_some(Impossible::Binary(stated))
    }
}

/// Reports an address in place of the number of its page.
fn address_of_page(cx: &Cx, expected: &Shown, actual: &Shown) -> Option<Impossible> {
    let bits = cx.spec()?.mmu.as_ref()?.page_bits;
    let address = u64::try_from(expected.value.integer("").ok()?).ok()?;
    let page = u64::try_from(actual.value.integer("").ok()?).ok()?;
    (actual.bits.is_some() && address != page && address >> bits == page && page > 0)
        .then_some(Impossible::AddressOfPage { address, page })
}

/// Reports that a value is too large for its field.
fn too_wide(expected: &Shown, actual: &Shown) -> Option<Impossible> {
    let bits = actual.bits?;
    let value = u64::try_from(expected.value.integer("").ok()?).ok()?;
    (u64::BITS - value.leading_zeros() > bits).then_some(Impossible::Wide { value, bits })
}

/// Whether a number is a fraction, and the other one is the same number rounded down.
pub(crate) fn is_quotient(fraction: &Value, rounded: &Value) -> bool {
    match (fraction, rounded) {
        (Value::Number(x), Value::Number(y)) => {
            x.as_integer().is_none() && x.floor().is_ok_and(|x| x == *y)
        }
        _ => false,
    }
}

fn is_fault(key: &Key) -> bool {
    matches!(key, Key::Access(row) if row.name == "fault")
        || matches!(key, Key::Call(row) if row.name == "fault")
}

/// Whether a class of faults matches: `normal` matches any fault that the kernel resolves, and `any` matches
/// all classes except `none`. On bare hardware, `normal` matches no fault, because no kernel
/// resolves it.
fn fault_agrees(word: &str, actual: &Value) -> bool {
    let Value::Text(actual) = actual else {
        return false;
    };
    match word {
        "any" => &**actual != "none",
        "normal" => matches!(&**actual, "demand-zero" | "file" | "swap" | "copy-on-write"),
        word => word == &**actual,
    }
}

/// Whether two lists contain the same pages, in any order.
fn same_elements(stated: &List, actual: &Value) -> bool {
    let Value::List(actual) = actual else {
        return false;
    };
    let sorted = |pages: &List| {
        let mut names: Vec<String> = pages.iter().map(Value::quoted).collect();
        names.sort_unstable();
        names
    };
    stated.len() == actual.len() && sorted(stated) == sorted(actual)
}

/// Returns the keywords of a fact and the one that is similar to the expected word. Returns `None` if the expected
/// value is no word or is a keyword.
fn similar<'s>(
    key: &Key,
    expected: &Shown,
    spec: &'s Spec,
) -> Option<(Vec<&'s str>, Option<&'s str>)> {
    let Value::Text(word) = &expected.value else {
        return None;
    };
    if !key.takes_words() || key.is_word(word, Some(spec)) {
        return None;
    }
    let served = key.kind().values == Values::ServedBy;
    let caches = spec
        .caches
        .iter()
        .filter(|_| served)
        .map(|cache| &*cache.name);
    let words: Vec<&str> = caches.chain(key.words().iter().copied()).collect();
    let near = crate::lang::nearest::nearest(word, words.iter().copied());
    Some((words, near))
}

/// Returns the fix for a failed check that expects a misspelled keyword.
pub(crate) fn fix_of_word(check: &Check, did: &Did) -> Option<Fix> {
    let (family, spec) = match did {
        Did::Access(access) => (Family::Access, &access.spec),
        did => (Family::Call, &did.call()?.spec),
    };
    let key = facts::key(&check.fact, family, Some(spec)).ok()?;
    let (_, near) = similar(&key, &check.expected, spec)?;
    let Value::Text(word) = &check.expected.value else {
        return None;
    };
    let start = check.span.end.checked_sub(word.len() as u32)?;
    Some(Fix::write(check.span.starting_at(start), &**word, near?))
}
