//! A YAML document as a tree with the location of every node.
//!
//! The YAML library does not record locations. However, if a scalar is requested as a string, the library
//! returns a slice of the text, and the slice has a location. Only scalars can be requested as strings, so the
//! document is read twice: first for its shape, and then for its scalars.

use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, EnumAccess, MapAccess, SeqAccess, Visitor};

use super::said::{
    BRACKETS, BRACKETS_LIMIT, DEEP, DEPTH_LIMIT, EMPTY, KEY, LINES, LONG, NotYaml, TAG,
    VALUES_LIMIT, mark, second_document, token, wrong,
};
use crate::lang::diagnostic::Diagnostic;
use crate::lang::span::Span;

/// A key, or a value that is neither a block nor a list.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Scalar<'t> {
    /// The text without quotes, or an empty text for a missing value.
    pub(crate) text: &'t str,
    /// The location of the text, without quotes.
    pub(crate) span: Span,
    /// Whether the text was in quotes.
    pub(crate) quoted: bool,
}

impl Scalar<'_> {
    /// Whether the value is missing: an empty text, `~`, or `null`.
    pub(crate) fn is_null(&self) -> bool {
        !self.quoted && matches!(self.text, "" | "~" | "null" | "Null" | "NULL")
    }

    /// Returns the Boolean value of `true` or `false`.
    pub(crate) fn truth(&self) -> Option<bool> {
        match self.text {
            _ if self.quoted => None,
            "true" | "True" | "TRUE" => Some(true),
            "false" | "False" | "FALSE" => Some(false),
            _ => None,
        }
    }
}

/// A key and its value.
pub type Entry<'t> = (Scalar<'t>, Node<'t>);

/// A value of the document.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Node<'t> {
    /// `64 B`, `plru`, or no value.
    Scalar(Scalar<'t>),
    /// A list: `[9, 9]`, or lines that begin with `-`.
    List(Vec<Node<'t>>),
    /// A block: `{ ways: 4 }`, or lines with keys.
    Block(Vec<Entry<'t>>),
}

impl Node<'_> {
    /// Returns the span from the node's first scalar to its last, or `None` if the node has no text.
    pub(crate) fn span(&self) -> Option<Span> {
        match self {
            Self::Scalar(scalar) => Some(scalar.span).filter(|span| span.end > span.start),
            Self::List(items) => {
                let first = items.iter().find_map(Self::span)?;
                Some(join(first, items.iter().rev().find_map(Self::span)))
            }
            Self::Block(entries) => {
                let (key, value) = entries.last()?;
                Some(join(
                    entries.first()?.0.span,
                    Some(join(key.span, value.span())),
                ))
            }
        }
    }
}

/// Returns the span from one location to a later location. If the later node is an alias, its value has an
/// earlier location, so the result is only the first location.
pub(crate) fn join(from: Span, to: Option<Span>) -> Span {
    let end = to
        .filter(|to| to.start >= from.start)
        .map_or(from.end, |to| to.end);
    from.ending_at(end.max(from.end))
}

/// Reads a document.
///
/// # Errors
/// Returns `machine-file` for text that is not YAML or uses unsupported YAML features.
pub fn tree(file: u32, text: &str) -> Result<Node<'_>, Diagnostic> {
    if let Some((at, _)) = text.match_indices(['[', '{']).nth(BRACKETS_LIMIT) {
        return Err(BRACKETS.at(token(file, text, at)));
    }
    let mut shape = DocumentShape::default();
    let read = document(text, &mut shape);
    read.map_err(|error| wrong(file, text, &error, shape.refusal))?;
    let kinds = shape.kinds.into_iter();
    let mut scalars = Scalars {
        file,
        text,
        kinds,
        refusal: None,
    };
    match document(text, &mut scalars) {
        Ok(Some(node)) => Ok(node),
        Ok(None) => Err(second_document(file, text)),
        Err(error) => Err(wrong(file, text, &error, scalars.refusal)),
    }
}

/// Returns the only document of a text, or `None` if the text has several documents.
fn document<'t, S: DeserializeSeed<'t>>(
    text: &'t str,
    seed: S,
) -> serde_yaml::Result<Option<S::Value>> {
    let mut documents = serde_yaml::Deserializer::from_str(text.get(mark(text)..).unwrap_or(text));
    let first = documents
        .next()
        .unwrap_or_else(|| serde_yaml::Deserializer::from_str(text));
    let value = seed.deserialize(first)?;
    Ok(documents.next().is_none().then_some(value))
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum NodeKind {
    Scalar,
    List,
    Block,
}

/// The first reading, which finds the kinds of the nodes, with parents before children.
#[derive(Debug, Default)]
struct DocumentShape {
    kinds: Vec<NodeKind>,
    refusal: Option<NotYaml>,
    depth: usize,
    /// Whether the current node is a key.
    key: bool,
}

impl DocumentShape {
    fn refuse<E: de::Error>(&mut self, refusal: NotYaml) -> E {
        self.refusal = Some(refusal);
        E::custom(refusal.0)
    }

    /// Adds a node. `word` indicates whether the node may be a key.
    fn add_node<E: de::Error>(&mut self, kind: NodeKind, word: bool) -> Result<(), E> {
        match self.key {
            true if word => Ok(()),
            true => Err(self.refuse(KEY)),
            false if self.kinds.len() >= VALUES_LIMIT => Err(self.refuse(LONG)),
            false if kind != NodeKind::Scalar && self.depth >= DEPTH_LIMIT => {
                Err(self.refuse(DEEP))
            }
            false => {
                self.kinds.push(kind);
                Ok(())
            }
        }
    }
}

impl<'t> DeserializeSeed<'t> for &mut DocumentShape {
    type Value = ();

    fn deserialize<D: Deserializer<'t>>(self, node: D) -> Result<(), D::Error> {
        node.deserialize_any(self)
    }
}

impl<'t> Visitor<'t> for &mut DocumentShape {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.write_str("a value of a machine file")
    }

    fn visit_bool<E: de::Error>(self, _: bool) -> Result<(), E> {
        self.add_node(NodeKind::Scalar, false)
    }

    fn visit_i64<E: de::Error>(self, _: i64) -> Result<(), E> {
        self.add_node(NodeKind::Scalar, false)
    }

    fn visit_i128<E: de::Error>(self, _: i128) -> Result<(), E> {
        self.add_node(NodeKind::Scalar, false)
    }

    fn visit_u64<E: de::Error>(self, _: u64) -> Result<(), E> {
        self.add_node(NodeKind::Scalar, false)
    }

    fn visit_u128<E: de::Error>(self, _: u128) -> Result<(), E> {
        self.add_node(NodeKind::Scalar, false)
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<(), E> {
        self.add_node(NodeKind::Scalar, false)
    }

    fn visit_unit<E: de::Error>(self) -> Result<(), E> {
        self.add_node(NodeKind::Scalar, false)
    }

    fn visit_str<E: de::Error>(self, _: &str) -> Result<(), E> {
        self.add_node(NodeKind::Scalar, true)
    }

    /// Rejects a file without a document.
    fn visit_none<E: de::Error>(self) -> Result<(), E> {
        Err(self.refuse(EMPTY))
    }

    fn visit_seq<A: SeqAccess<'t>>(self, mut items: A) -> Result<(), A::Error> {
        self.add_node(NodeKind::List, false)?;
        self.depth += 1;
        while items.next_element_seed(&mut *self)?.is_some() {}
        self.depth -= 1;
        Ok(())
    }

    fn visit_map<A: MapAccess<'t>>(self, mut entries: A) -> Result<(), A::Error> {
        self.add_node(NodeKind::Block, false)?;
        self.depth += 1;
        loop {
            self.key = true;
            let key = entries.next_key_seed(&mut *self)?;
            self.key = false;
            if key.is_none() {
                break;
            }
            entries.next_value_seed(&mut *self)?;
        }
        self.depth -= 1;
        Ok(())
    }

    fn visit_enum<A: EnumAccess<'t>>(self, _: A) -> Result<(), A::Error> {
        Err(self.refuse(TAG))
    }
}

/// The second reading, which finds the scalars and their locations, in a tree with the shape from the first
/// reading.
struct Scalars<'t> {
    file: u32,
    text: &'t str,
    /// The kinds of the remaining nodes.
    kinds: std::vec::IntoIter<NodeKind>,
    refusal: Option<NotYaml>,
}

impl<'t> Scalars<'t> {
    /// Returns the scalar for a slice of the text, with its location.
    fn scalar(&self, part: &'t str) -> Option<Scalar<'t>> {
        let start = part
            .as_ptr()
            .addr()
            .checked_sub(self.text.as_ptr().addr())?;
        let end = start.checked_add(part.len())?;
        self.text.get(start..end).filter(|found| *found == part)?;
        let around = (
            start
                .checked_sub(1)
                .and_then(|before| self.text.as_bytes().get(before)),
            self.text.as_bytes().get(end),
        );
        let quoted = matches!(
            around,
            (Some(b'"'), Some(b'"')) | (Some(b'\''), Some(b'\''))
        );
        let span = Span {
            file: self.file,
            start: u32::try_from(start).ok()?,
            end: u32::try_from(end).ok()?,
        };
        Some(Scalar {
            text: part,
            span,
            quoted,
        })
    }
}

/// A reader of keys for the second reading.
struct Key<'a, 't>(&'a mut Scalars<'t>);

impl<'t> DeserializeSeed<'t> for Key<'_, 't> {
    type Value = Option<Scalar<'t>>;

    fn deserialize<D: Deserializer<'t>>(self, node: D) -> Result<Self::Value, D::Error> {
        match node.deserialize_str(self.0)? {
            Node::Scalar(scalar) => Ok(Some(scalar)),
            Node::List(_) | Node::Block(_) => Ok(None),
        }
    }
}

impl<'t> DeserializeSeed<'t> for &mut Scalars<'t> {
    type Value = Node<'t>;

    fn deserialize<D: Deserializer<'t>>(self, node: D) -> Result<Node<'t>, D::Error> {
        match self.kinds.next() {
            Some(NodeKind::Block) => node.deserialize_map(self),
            Some(NodeKind::List) => node.deserialize_seq(self),
            Some(NodeKind::Scalar) | None => node.deserialize_str(self),
        }
    }
}

impl<'t> Visitor<'t> for &mut Scalars<'t> {
    type Value = Node<'t>;

    fn expecting(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.write_str("a value of a machine file")
    }

    /// Accepts a slice of the text.
    fn visit_borrowed_str<E: de::Error>(self, part: &'t str) -> Result<Node<'t>, E> {
        self.scalar(part)
            .map(Node::Scalar)
            .ok_or_else(|| E::custom("a scalar has no position"))
    }
    /// Accepts a string whose value differs from its source text because of escapes or line breaks.
    fn visit_str<E: de::Error>(self, _: &str) -> Result<Node<'t>, E> {
        self.refusal = Some(LINES);
        Err(E::custom(LINES.0))
    }

    fn visit_seq<A: SeqAccess<'t>>(self, mut items: A) -> Result<Node<'t>, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(&mut *self)? {
            list.push(item);
        }
        Ok(Node::List(list))
    }

    fn visit_map<A: MapAccess<'t>>(self, mut entries: A) -> Result<Node<'t>, A::Error> {
        let mut block = Vec::new();
        while let Some(key) = entries.next_key_seed(Key(self))?.flatten() {
            block.push((key, entries.next_value_seed(&mut *self)?));
        }
        Ok(Node::Block(block))
    }
}
