//! Assigns responses to fields by the order of the responses alone.

use pagewalk_script::exam::field::{Asked, Field};

/// A response to a question on a learning platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Response {
    /// The parts of a question with several blanks.
    Parts(Vec<String>),
    /// The response to a single blank, or empty for any unanswered question.
    Whole(String),
}

/// Field names with their answers.
pub(crate) type PlacedAnswers<'k> = Vec<(&'k str, String)>;

/// Assigns responses to fields by order. Accepts one response per question and one per essay. Each essay may
/// follow its question, as in an export of `pagewalk exam`, or all essays may be last. Also accepts one response
/// per field. Any other order is an error.
pub(crate) fn placed<'k>(
    responses: &[Response],
    fields: &'k [Field],
) -> Result<PlacedAnswers<'k>, String> {
    let blanks: Vec<FieldGroup> = by_question(fields, |field| !is_essay(field));
    let essays: Vec<FieldGroup> = fields
        .iter()
        .filter(|field| is_essay(field))
        .map(|field| vec![field])
        .collect();
    let mut in_turn: Vec<FieldGroup> = blanks.iter().chain(&essays).cloned().collect();
    let apart = in_turn.clone();
    // Put each essay after the blanks of its question.
    in_turn.sort_by_key(|unit| unit.first().map_or(0, |field| field.question));
    let each: Vec<FieldGroup> = fields.iter().map(|field| vec![field]).collect();
    let flat: Vec<Response> = responses
        .iter()
        .flat_map(Response::parts)
        .map(Response::Whole)
        .collect();
    let orders = [
        (&in_turn, responses),
        (&apart, responses),
        (&each, flat.as_slice()),
    ];
    let apart_by_question = stay_in_question(responses, fields);
    let found = orders
        .into_iter()
        .enumerate()
        .find(|(at, (units, responses))| fits(units, responses) && (*at < 2 || apart_by_question))
        .map(|(_, order)| order);
    let (units, responses) = found.ok_or_else(|| {
        let parts = flat.len();
        let count = fields.len();
        format!("has {parts} response parts, but the paper has {count} fields; check that the export is of this exam")
    })?;
    let pairs = units.iter().zip(responses).flat_map(|(unit, response)| {
        let mut texts = response.parts().into_iter();
        unit.iter()
            .map(move |field| (field.name.as_str(), texts.next().unwrap_or_default()))
    });
    Ok(pairs.collect())
}

/// The fields of one response.
type FieldGroup<'k> = Vec<&'k Field<'k>>;

fn by_question<'k>(fields: &'k [Field], wanted: impl Fn(&Field) -> bool) -> Vec<FieldGroup<'k>> {
    let mut units: Vec<FieldGroup> = Vec::new();
    for field in fields.iter().filter(|field| wanted(field)) {
        match units.last_mut().filter(|unit| {
            unit.first()
                .is_some_and(|first| first.question == field.question)
        }) {
            Some(unit) => unit.push(field),
            None => units.push(vec![field]),
        }
    }
    units
}

fn is_essay(field: &Field) -> bool {
    matches!(field.asked, Asked::Essay)
}

/// Whether each response stays within one question, provided that each part of a response belongs to one
/// field.
fn stay_in_question(responses: &[Response], fields: &[Field]) -> bool {
    let mut rest = fields;
    responses.iter().all(|response| {
        let (own, after) = rest.split_at(response.parts().len().min(rest.len()));
        rest = after;
        own.windows(2)
            .all(|pair| pair[0].question == pair[1].question)
    })
}

fn fits(units: &[FieldGroup], responses: &[Response]) -> bool {
    let one = |(unit, response): (&FieldGroup, &Response)| match response {
        Response::Parts(parts) => parts.len() == unit.len(),
        Response::Whole(text) => text.is_empty() || unit.len() == 1,
    };
    units.len() == responses.len() && units.iter().zip(responses).all(one)
}

impl Response {
    fn parts(&self) -> Vec<String> {
        match self {
            Self::Parts(parts) => parts.clone(),
            Self::Whole(text) => vec![text.clone()],
        }
    }
}
