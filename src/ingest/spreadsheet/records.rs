//! Comma-separated values (RFC 4180) as spreadsheet programs write them: rows are numbered as such a program numbers them, empty ones
//! and those with line ends in their cells too, so that a fault can be found.

use super::cells::coordinate;
use super::{MAX_COLUMNS, MAX_ROWS, SheetFault};

/// What may stand between cells; where the first row does not decide, the first of these.
const DELIMITERS: [u8; 3] = [b',', b';', b'\t'];
/// How a row begins by which some programs say what stands between cells.
const SAYS: &str = "sep=";

/// A row in which something stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// From 1.
    pub row: usize,
    pub cells: Vec<String>,
}

/// The rows of a sheet.
///
/// # Errors
/// Quotation marks that do not pair, and more rows or columns than are taken.
pub fn records(text: &str) -> Result<Vec<Record>, SheetFault> {
    let (delimiter, begin, before) = delimiter(text);
    let mut reader = Reader { text, at: begin, row: before, delimiter };
    let mut records = Vec::new();
    while let Some(cells) = reader.record()? {
        if cells.len() > MAX_COLUMNS || records.len() > MAX_ROWS {
            let detail = format!("a sheet has at most {MAX_COLUMNS} columns and {MAX_ROWS} rows: send it in parts");
            return Err(SheetFault::at(coordinate(0, reader.row), detail));
        }
        if cells.iter().any(|cell| !cell.trim().is_empty()) {
            records.push(Record { row: reader.row, cells });
        }
    }
    Ok(records)
}

/// What stands between cells, where the first row begins, and how many rows are before it.
fn delimiter(text: &str) -> (u8, usize, usize) {
    let first = text.split(['\r', '\n']).next().unwrap_or_default();
    if let Some([said]) = first.strip_prefix(SAYS).map(str::as_bytes) {
        let end = text[first.len()..].strip_prefix("\r\n").map_or(1, |_| 2);
        return (*said, (first.len() + end).min(text.len()), 1);
    }
    let mut counts = [0; DELIMITERS.len()];
    let mut quoted = false;
    for byte in text.bytes() {
        match byte {
            b'"' => quoted = !quoted,
            b'\r' | b'\n' if !quoted => break,
            _ if quoted => {}
            other => DELIMITERS.iter().zip(&mut counts).filter(|(known, _)| **known == other).for_each(|(_, count)| *count += 1),
        }
    }
    let most = counts.iter().copied().max().unwrap_or_default();
    let place = counts.iter().position(|count| *count == most).unwrap_or_default();
    (DELIMITERS[place], 0, 0)
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    /// Of the record that was read last.
    row: usize,
    delimiter: u8,
}

impl Reader<'_> {
    fn record(&mut self) -> Result<Option<Vec<String>>, SheetFault> {
        if self.at == self.text.len() {
            return Ok(None);
        }
        self.row += 1;
        let mut cells = Vec::new();
        loop {
            cells.push(if self.next() == Some(b'"') { self.quoted(cells.len())? } else { self.plain().to_owned() });
            match self.next() {
                Some(byte) if byte == self.delimiter => self.at += 1,
                Some(b'\r') => break self.at += if self.text[self.at..].starts_with("\r\n") { 2 } else { 1 },
                Some(b'\n') => break self.at += 1,
                Some(_) => {
                    let detail =
                        "text follows the closing quotation mark: put the whole cell in quotation marks and double those within it";
                    return Err(SheetFault::at(coordinate(cells.len() - 1, self.row), detail));
                }
                None => break,
            }
        }
        Ok(Some(cells))
    }

    fn next(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn plain(&mut self) -> &str {
        let rest = &self.text[self.at..];
        let ends = |byte: u8| byte == self.delimiter || matches!(byte, b'\r' | b'\n');
        let length = rest.bytes().position(ends).unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    fn quoted(&mut self, column: usize) -> Result<String, SheetFault> {
        let mut cell = String::new();
        self.at += 1;
        loop {
            let rest = &self.text[self.at..];
            let Some(length) = rest.find('"') else {
                let detail = "a quotation mark opens this cell and none closes it: close it, or double it if it belongs to the text";
                return Err(SheetFault::at(coordinate(column, self.row), detail));
            };
            cell.push_str(&rest[..length]);
            self.at += length + 1;
            if self.next() != Some(b'"') {
                return Ok(cell);
            }
            cell.push('"');
            self.at += 1;
        }
    }
}

/// Adds a row to a sheet.
pub fn write<'c>(sheet: &mut String, cells: impl IntoIterator<Item = &'c str>) {
    for (place, cell) in cells.into_iter().enumerate() {
        if place > 0 {
            sheet.push(',');
        }
        if cell.contains(['"', ',', ';', '\t', '\r', '\n']) || cell.starts_with(SAYS) {
            sheet.push('"');
            sheet.push_str(&cell.replace('"', "\"\""));
            sheet.push('"');
        } else {
            sheet.push_str(cell);
        }
    }
    sheet.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Vec<(usize, Vec<String>)> {
        records(text).expect("records").into_iter().map(|record| (record.row, record.cells)).collect()
    }

    fn cells(row: usize, cells: &[&str]) -> (usize, Vec<String>) {
        (row, cells.iter().map(|cell| (*cell).to_owned()).collect())
    }

    #[test]
    fn sheets_are_read_however_programs_write_them() {
        let two = vec![cells(1, &["id", "label"]), cells(2, &["a", "b"])];
        for text in [
            "id,label\na,b",
            "id,label\r\na,b\r\n",
            "id;label\na;b",
            "id\tlabel\na\tb\n",
            "id,label\ra,b\r",
            "\"id\",\"label\"\na,\"b\"",
            "id;\"label\"\r\na;b\r\n",
        ] {
            assert_eq!(read(text), two, "{text:?}");
        }
        let said = vec![cells(2, &["id", "a;b"]), cells(3, &["x", "y"])];
        assert_eq!(read("sep=|\r\nid|a;b\r\nx|y"), said);
        assert_eq!(read("sep=,\nid,a;b\nx,y"), said);
        assert_eq!(read("\"a,b,c\";x\n1;2"), vec![cells(1, &["a,b,c", "x"]), cells(2, &["1", "2"])]);
    }

    #[test]
    fn rows_are_numbered_as_a_spreadsheet_program_numbers_them() {
        let text = "id,label\r\n\r\na,\"two\nlines, \"\"quoted\"\"\"\r\n,,\r\nb,5\" high\r\n  ,\n";
        let expected = vec![cells(1, &["id", "label"]), cells(3, &["a", "two\nlines, \"quoted\""]), cells(5, &["b", "5\" high"])];
        assert_eq!(read(text), expected);
        assert_eq!(read(""), vec![]);
    }

    #[test]
    fn quotation_marks_that_do_not_pair_are_told_with_their_cell() {
        for (text, cell) in [("a,b\nc,\"d\ne,f", "B2"), ("a,b\n\n\"c\"d,e", "A3"), ("\"a", "A1")] {
            assert_eq!(records(text).expect_err("a fault").cell.as_deref(), Some(cell), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_as_it_was(rows in proptest::collection::vec(proptest::collection::vec("[ -~,;\"\t\r\nřa]{0,6}", 2..5), 1..5)) {
            let mut sheet = String::new();
            write(&mut sheet, ["a", "b,"]);
            rows.iter().for_each(|row| write(&mut sheet, row.iter().map(String::as_str)));
            let filled = rows.into_iter().enumerate().filter(|(_, row)| row.iter().any(|cell| !cell.trim().is_empty()));
            let expected: Vec<_> = filled.map(|(place, cells)| (place + 2, cells)).collect();
            prop_assert_eq!(read(&sheet).split_off(1), expected);
        }
    }
}
