//! The part of Thrift's compact protocol that the metadata of a Parquet file needs.

/// The fields of a struct must be added in order of their IDs.
#[derive(Debug, Default)]
pub(crate) struct Struct {
    bytes: Vec<u8>,
    last: u8,
}

/// The types of fields and elements.
mod kind {
    pub(crate) const TRUE: u8 = 1;
    pub(crate) const BYTE: u8 = 3;
    pub(crate) const I32: u8 = 5;
    pub(crate) const I64: u8 = 6;
    pub(crate) const BINARY: u8 = 8;
    pub(crate) const LIST: u8 = 9;
    pub(crate) const STRUCT: u8 = 12;
}

impl Struct {
    /// Adds a 32-bit number, or a member of an enum.
    #[must_use]
    pub(crate) fn i32(mut self, field: u8, value: i32) -> Self {
        self.header(field, kind::I32);
        self.zigzag(value.into());
        self
    }

    /// Adds a 64-bit number.
    #[must_use]
    pub(crate) fn i64(mut self, field: u8, value: i64) -> Self {
        self.header(field, kind::I64);
        self.zigzag(value);
        self
    }

    /// Adds an 8-bit number.
    #[must_use]
    pub(crate) fn byte(mut self, field: u8, value: u8) -> Self {
        self.header(field, kind::BYTE);
        self.bytes.push(value);
        self
    }

    /// Adds the Boolean `true`.
    #[must_use]
    pub(crate) fn yes(mut self, field: u8) -> Self {
        self.header(field, kind::TRUE);
        self
    }

    /// Adds a string.
    #[must_use]
    pub fn text(mut self, field: u8, value: &str) -> Self {
        self.header(field, kind::BINARY);
        self.binary(value);
        self
    }

    #[must_use]
    pub(crate) fn one(mut self, field: u8, value: Struct) -> Self {
        self.header(field, kind::STRUCT);
        self.bytes.extend(value.end());
        self
    }

    /// Adds a list of structs.
    #[must_use]
    pub(crate) fn many(mut self, field: u8, values: Vec<Struct>) -> Self {
        self.list(field, kind::STRUCT, values.len());
        for value in values {
            self.bytes.extend(value.end());
        }
        self
    }

    /// Adds a list of 32-bit numbers, or of members of an enum.
    #[must_use]
    pub(crate) fn i32s(mut self, field: u8, values: &[i32]) -> Self {
        self.list(field, kind::I32, values.len());
        for value in values {
            self.zigzag((*value).into());
        }
        self
    }

    /// Adds a list of strings.
    #[must_use]
    pub(crate) fn texts(mut self, field: u8, values: &[&str]) -> Self {
        self.list(field, kind::BINARY, values.len());
        for value in values {
            self.binary(value);
        }
        self
    }

    /// Returns the bytes, followed by the end marker.
    pub(crate) fn end(mut self) -> Vec<u8> {
        self.bytes.push(0);
        self.bytes
    }

    /// Writes the type and the difference from the previous field ID. The difference between adjacent IDs in
    /// Parquet's metadata is at most 15.
    fn header(&mut self, field: u8, kind: u8) {
        self.bytes.push((field - self.last) << 4 | kind);
        self.last = field;
    }

    fn list(&mut self, field: u8, kind: u8, length: usize) {
        self.header(field, kind::LIST);
        if length < 15 {
            self.bytes.push((length as u8) << 4 | kind);
        } else {
            self.bytes.push(0xF0 | kind);
            varint(&mut self.bytes, length as u64);
        }
    }

    fn binary(&mut self, text: &str) {
        varint(&mut self.bytes, text.len() as u64);
        self.bytes.extend(text.as_bytes());
    }

    fn zigzag(&mut self, value: i64) {
        varint(&mut self.bytes, (value << 1 ^ value >> 63) as u64);
    }
}

/// Writes seven bits per byte, beginning with the lowest. The highest bit of a byte is set if more bytes
/// follow.
pub(crate) fn varint(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

#[cfg(test)]
mod tests {
    use super::{Struct, varint};

    /// Checks the examples in the specification of Thrift's compact protocol.
    #[test]
    fn numbers_are_written_as_the_protocol_says() {
        let number = |value: i32| Struct::default().i32(1, value).end();
        assert_eq!(number(0), [0x15, 0, 0]);
        assert_eq!(number(-1), [0x15, 1, 0]);
        assert_eq!(number(1), [0x15, 2, 0]);
        assert_eq!(number(-2), [0x15, 3, 0]);
        assert_eq!(number(i32::MAX), [0x15, 0xFE, 0xFF, 0xFF, 0xFF, 0x0F, 0]);
        let mut bytes = Vec::new();
        varint(&mut bytes, 50399);
        assert_eq!(bytes, [0xDF, 0x89, 0x03]);
    }

    #[test]
    fn fields_are_reported_by_their_distance() {
        let fields = Struct::default()
            .yes(2)
            .text(6, "ab")
            .one(10, Struct::default().byte(1, 64))
            .end();
        assert_eq!(fields, [0x21, 0x48, 2, b'a', b'b', 0x4C, 0x13, 64, 0, 0]);
        let short = Struct::default().i32s(1, &[0, 3]).end();
        assert_eq!(short, [0x19, 0x25, 0, 6, 0]);
        let long = Struct::default().i32s(1, &[1; 20]).end();
        assert_eq!(long[..4], [0x19, 0xF5, 20, 2]);
    }
}
