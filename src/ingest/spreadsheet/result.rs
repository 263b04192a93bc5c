//! What became of each row as a sheet of its own.

use super::cells::written;
use super::records::write;
use super::report::{Outcome, RowReport};

const HEADINGS: [&str; 6] = ["row", "item", "canvas", "manifest", "outcome", "faults"];

/// The result, a row for each; `manifest` gives the URL of an item's manifest.
pub fn result(rows: &[RowReport], manifest: impl Fn(&str) -> String) -> String {
    let mut sheet = "\u{feff}".to_owned();
    write(&mut sheet, HEADINGS);
    for row in rows {
        let faults: Vec<String> = row.faults.iter().map(|fault| format!("{} {}: {}", fault.cell, fault.column, fault.detail)).collect();
        let text = |text: &str| written(&[text.to_owned()]);
        let manifest = if row.outcome == Outcome::Refused { String::new() } else { manifest(&row.item) };
        let canvas = row.canvas.as_deref().unwrap_or_default();
        let cells = [&row.row.to_string(), &text(&row.item), &text(canvas), &manifest, row.outcome.name(), &written(&faults)];
        write(&mut sheet, cells);
    }
    sheet
}

#[cfg(test)]
mod tests {
    use super::super::report::CellFault;
    use super::*;

    #[test]
    fn each_row_says_what_happened() {
        let fault = CellFault { cell: "B3".to_owned(), column: "label".to_owned(), detail: "=x, \"y\"".to_owned() };
        let row = |row, outcome, faults| RowReport { row, item: "a".to_owned(), canvas: None, outcome, differences: Vec::new(), faults };
        let rows = [row(2, Outcome::New, vec![]), row(3, Outcome::Refused, vec![fault])];
        let sheet = result(&rows, |item| format!("https://h.org/{item}"));
        let expected =
            "\u{feff}row,item,canvas,manifest,outcome,faults\r\n2,a,,https://h.org/a,new,\r\n3,a,,,refused,\"B3 label: =x, \"\"y\"\"\"\r\n";
        assert_eq!(sheet, expected);
    }
}
