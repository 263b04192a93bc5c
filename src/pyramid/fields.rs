//! Writing TIFF directories, in little-endian order.

use std::collections::BTreeMap;

/// The fields of one directory.
pub(super) struct Fields {
    big: bool,
    fields: BTreeMap<u16, Field>,
}

struct Field {
    kind: u16,
    count: u64,
    bytes: Vec<u8>,
}

impl Fields {
    /// No fields yet; `big` for BigTIFF.
    pub(super) fn new(big: bool) -> Self {
        Self { big, fields: BTreeMap::new() }
    }

    fn with(mut self, tag: u16, kind: u16, count: usize, bytes: Vec<u8>) -> Self {
        self.fields.insert(tag, Field { kind, count: count as u64, bytes });
        self
    }

    pub(super) fn shorts(self, tag: u16, values: &[u16]) -> Self {
        self.with(tag, 3, values.len(), values.iter().flat_map(|value| value.to_le_bytes()).collect())
    }

    pub(super) fn longs(self, tag: u16, values: &[u32]) -> Self {
        self.with(tag, 4, values.len(), values.iter().flat_map(|value| value.to_le_bytes()).collect())
    }

    /// Places in the file: 64 bits in BigTIFF, otherwise the lower 32.
    pub(super) fn places(self, tag: u16, values: &[u64]) -> Self {
        let (kind, width) = if self.big { (16, 8) } else { (4, 4) };
        let bytes = values.iter().flat_map(|value| value.to_le_bytes().into_iter().take(width)).collect();
        self.with(tag, kind, values.len(), bytes)
    }

    pub(super) fn bytes(self, tag: u16, values: &[u8]) -> Self {
        self.with(tag, 7, values.len(), values.to_vec())
    }

    /// Bytes of the directory with all its values, a multiple of 8.
    pub(super) fn len(&self) -> u64 {
        let outside = self.fields.values().map(|field| self.room_outside(field)).sum::<u64>();
        (self.table_len() + outside).next_multiple_of(8)
    }

    /// The directory as it stands at `at`, a multiple of 8; `next` is the next one's place, 0 for none.
    pub(super) fn to_bytes(&self, at: u64, next: u64) -> Vec<u8> {
        let width = if self.big { 8 } else { 4 };
        let mut table = Vec::new();
        let mut outside = Vec::new();
        self.put(&mut table, self.fields.len() as u64, if self.big { 8 } else { 2 });
        for (tag, field) in &self.fields {
            self.put(&mut table, u64::from(*tag), 2);
            self.put(&mut table, u64::from(field.kind), 2);
            self.put(&mut table, field.count, width);
            if self.room_outside(field) == 0 {
                table.extend_from_slice(&field.bytes);
                table.resize(table.len() + width - field.bytes.len(), 0);
            } else {
                self.put(&mut table, at + self.table_len() + outside.len() as u64, width);
                outside.extend_from_slice(&field.bytes);
                outside.resize(outside.len().next_multiple_of(8), 0);
            }
        }
        self.put(&mut table, next, width);
        table.resize(self.table_len() as usize, 0);
        table.extend(outside);
        table.resize(self.len() as usize, 0);
        table
    }

    fn put(&self, to: &mut Vec<u8>, number: u64, width: usize) {
        to.extend_from_slice(&number.to_le_bytes()[..width]);
    }

    fn room_outside(&self, field: &Field) -> u64 {
        let inside = if self.big { 8 } else { 4 };
        if field.bytes.len() <= inside { 0 } else { (field.bytes.len() as u64).next_multiple_of(8) }
    }

    fn table_len(&self) -> u64 {
        let entries = self.fields.len() as u64;
        let length = if self.big { 8 + entries * 20 + 8 } else { 2 + entries * 12 + 4 };
        length.next_multiple_of(8)
    }
}

/// The first bytes of a file whose first directory is at `first`; 8 or 16 bytes.
pub(super) fn header(big: bool, first: u64) -> Vec<u8> {
    let places = first.to_le_bytes();
    match big {
        true => [b"II\x2B\0\x08\0\0\0".as_slice(), &places].concat(),
        false => [b"II\x2A\0".as_slice(), &places[..4]].concat(),
    }
}
