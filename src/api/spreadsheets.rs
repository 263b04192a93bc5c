//! `/api/v1/spreadsheets`: items and canvases as rows, in and out.

use std::collections::HashMap;
use std::sync::Arc;

use poem::Body as Bytes;
use poem::web::Data;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, OpenApi};
use uuid::Uuid;

use super::address::Address;
use super::auth::{Key, Reader};
use super::csv::{SheetBody, Table};
use super::etag::IfMatch;
use super::problem::{Kind, Problem};
use super::schema::{RowsName, SheetView, SpreadsheetView, StatusName, UndoneView};
use super::{App, Tags, items, publication, sheet_export};
use crate::catalog::{ItemContent, Precondition, Spreadsheet, Status};
use crate::iiif::presentation::{Descriptive, Fault};
use crate::iiif::uris::Uris;
use crate::ingest::spreadsheet::{CellFault, Export, Judged, Ran, RowReport, Sheet, SheetFault, SheetOptions, Sheets, result};

/// Spreadsheets.
pub struct Spreadsheets;

/// A sheet that was looked at or applied.
#[derive(ApiResponse)]
enum Taken {
    /// What would become of the sheet; nothing was written.
    #[oai(status = 200)]
    Tried(Json<SheetView>),
    /// Applied: what became of it.
    #[oai(status = 201)]
    Applied(
        Json<SheetView>,
        /// Where this can be read again.
        #[oai(header = "Location")]
        String,
    ),
}

/// A spreadsheet that was applied.
#[derive(ApiResponse)]
enum Told {
    /// What became of it.
    #[oai(status = 200)]
    Told(Json<SpreadsheetView>),
}

/// A spreadsheet that was undone.
#[derive(ApiResponse)]
enum TakenBack {
    /// What became of the items.
    #[oai(status = 200)]
    Done(Json<UndoneView>),
}

#[OpenApi(prefix_path = "/api/v1", tag = "Tags::Spreadsheets")]
impl Spreadsheets {
    /// Apply a spreadsheet
    ///
    /// Comma-separated values (or semicolons, or tabs). The first row has the headings. With a column `item` each row is a canvas,
    /// else an item; `id` says which one: what is there is changed, what is not is created, and what is not in the sheet stays as it is.
    ///
    /// Columns of both: `label@en`, `summary@de`, `metadata.Author@en`, `requiredStatement@en`, `requiredStatement.label@en`, `rights`,
    /// `navDate`, `behavior`, and terms such as `dcterms:title@en` or `dcterms:creator`. Of items: `status`, `viewingDirection`, and
    /// `images` or `keys` (ids of images, or the storage keys of their masters) that get canvases at the end. Of canvases: `image` or
    /// `key`, `width`, `height`, `duration`; new ones go to the end of their item.
    ///
    /// An empty cell leaves what is there, a lone `-` clears it. Several values have a `|` between them; `\|`, `\\`, `\-` and a
    /// backslash before a space at either end of a value mean just these characters.
    #[oai(path = "/spreadsheets", method = "post", operation_id = "applySpreadsheet")]
    async fn apply(
        &self,
        app: Data<&Arc<App>>,
        _key: Key,
        Address(uris): Address,
        /// Whether nothing is written: the answer lists every fault and every difference.
        #[oai(name = "dryRun")]
        dry_run: Query<Option<bool>>,
        /// Whether a fault in one row keeps the others from being written, which is so unless it is said to be false.
        atomic: Query<Option<bool>>,
        body: SheetBody,
    ) -> Result<Taken, Problem> {
        let sheet = Sheet::read(&body.bytes, body.charset.as_deref()).map_err(unreadable)?;
        drop(body);
        let (apply, atomic) = (!dry_run.0.unwrap_or(false), atomic.0.unwrap_or(true));
        let ran = run(&app, &sheet, apply, atomic, &uris).await?;
        match ran.id {
            Some(id) => {
                let location = uris.api(&["spreadsheets", &id.to_string()]);
                Ok(Taken::Applied(Json(SheetView::of(Some(id), ran.report, &uris)), location))
            }
            None if apply => Err(Problem::invalid(ran.report.all_faults().map(fault).collect())),
            None => Ok(Taken::Tried(Json(SheetView::of(None, ran.report, &uris)))),
        }
    }

    /// Export items or canvases as a spreadsheet
    ///
    /// Of the items that the list of items with the same parameters has. Read in again it changes nothing; `manifest` is for people.
    /// What no column can hold is left out and stays. Without a key only what is published is in it.
    #[oai(path = "/spreadsheets/export", method = "get", operation_id = "exportSpreadsheet")]
    async fn export(
        &self,
        app: Data<&Arc<App>>,
        reader: Reader,
        Address(uris): Address,
        /// What a row is: `items` if not given.
        rows: Query<Option<RowsName>>,
        /// Only items of this status.
        status: Query<Option<StatusName>>,
        /// Only items with this text in one of their labels; upper and lower case alike.
        label: Query<Option<String>>,
        /// Only items changed at this time or later (RFC 3339, such as 2026-01-31T00:00:00Z).
        #[oai(name = "modifiedSince")]
        modified_since: Query<Option<String>>,
    ) -> Result<Table, Problem> {
        let rows = rows.0.unwrap_or_default().into();
        let Some(filter) = items::filter(&reader, status.0, label.0, modified_since.0)? else {
            return Ok(Table::new(Export::new(rows).head(), rows.name()));
        };
        let lines = sheet_export::lines(app.catalog.clone(), filter, rows, uris).await?;
        Ok(Table::new(Bytes::from_bytes_stream(lines), rows.name()))
    }

    /// Get an empty spreadsheet
    ///
    /// With the headings that most need; any other column can be added.
    #[oai(path = "/spreadsheets/template", method = "get", operation_id = "getSpreadsheetTemplate")]
    async fn template(
        &self,
        /// What a row is: `items` if not given.
        rows: Query<Option<RowsName>>,
    ) -> Result<Table, Problem> {
        let rows = rows.0.unwrap_or_default().into();
        Ok(Table::new(Export::template(rows), rows.name()))
    }

    /// Read what became of a spreadsheet
    ///
    /// Row by row, as it was answered when it was applied.
    #[oai(path = "/spreadsheets/:id", method = "get", operation_id = "getSpreadsheet")]
    async fn get(
        &self,
        app: Data<&Arc<App>>,
        _key: Key,
        Address(uris): Address,
        /// The spreadsheet's id.
        id: Path<String>,
    ) -> Result<Told, Problem> {
        let (spreadsheet, rows) = found(&app, &id).await?;
        Ok(Told::Told(Json(SpreadsheetView::of(spreadsheet, rows, &uris))))
    }

    /// Get what became of a spreadsheet as one
    ///
    /// For each row of it: its number, the ids, the URL of the manifest, what happened, and what was wrong.
    #[oai(path = "/spreadsheets/:id/result", method = "get", operation_id = "getSpreadsheetResult")]
    async fn result(
        &self,
        app: Data<&Arc<App>>,
        _key: Key,
        Address(uris): Address,
        /// The spreadsheet's id.
        id: Path<String>,
    ) -> Result<Table, Problem> {
        let (spreadsheet, rows) = found(&app, &id).await?;
        Ok(Table::new(result(&rows, |item| uris.manifest(item)), &format!("result-{}", spreadsheet.id)))
    }

    /// Undo a spreadsheet
    ///
    /// Everything that it changed is as it was before, and what it created is taken away: a draft without a trace, what was published
    /// for ever. Items that somebody changed since are in the way, and named; with `partial` they are left as they are.
    #[oai(path = "/spreadsheets/:id/undo", method = "post", operation_id = "undoSpreadsheet")]
    async fn undo(
        &self,
        app: Data<&Arc<App>>,
        _key: Key,
        /// The spreadsheet's id.
        id: Path<String>,
        /// Whether items that were changed since are left as they are, and the others undone.
        partial: Query<Option<bool>>,
    ) -> Result<TakenBack, Problem> {
        let partial = partial.0.unwrap_or(false);
        let Some(undone) = app.catalog.undo_spreadsheet(parsed(&id)?, partial).await? else {
            return Err(Problem::new(Kind::Conflict, "this spreadsheet was undone already"));
        };
        if undone.kept.is_empty() || partial {
            return Ok(TakenBack::Done(Json(undone.into())));
        }
        let changed = |item: &String| Fault {
            pointer: format!("/items/{item}"),
            detail: "somebody changed or deleted this item since, or an image that was on it: look at it first".to_owned(),
        };
        let faults = undone.kept.iter().map(changed).collect();
        let detail =
            "items were changed since, or images deleted, see `faults`; nothing was undone. With `partial=true` they are left as they are";
        Err(Problem { faults, ..Problem::new(Kind::Conflict, detail) })
    }
}

/// Looks at the sheet, or applies it. Drafts that it publishes are looked at before.
async fn run(app: &App, sheet: &Sheet, apply: bool, atomic: bool, uris: &Uris) -> Result<Ran, Problem> {
    let sheets = Sheets::new(app.catalog.clone());
    if !sheet.publishes() {
        return Ok(sheets.run(sheet, &SheetOptions { apply, atomic, judged: None }).await?);
    }
    let tried = sheets.run(sheet, &SheetOptions::default()).await?;
    let judged = Some(judged(app, &tried.publishing(), uris).await?);
    Ok(sheets.run(sheet, &SheetOptions { apply, atomic, judged }).await?)
}

/// What is to be said of drafts before anyone may see them.
async fn judged(app: &App, drafts: &[String], uris: &Uris) -> Result<HashMap<String, Judged>, Problem> {
    let content = ItemContent { status: Status::Published, descriptive: Descriptive::default(), canvases: None };
    let mut found = HashMap::new();
    for item in drafts {
        let judged = match publication::check(app, item, &content, IfMatch(Precondition::Exists), uris).await {
            Err(problem) if problem.kind == Kind::Invalid => {
                Judged { revision: None, faults: problem.faults.into_iter().map(|fault| fault.detail).collect() }
            }
            Err(problem) => return Err(problem),
            Ok(IfMatch(Precondition::Revision(of))) => Judged { revision: of.first().copied(), faults: Vec::new() },
            Ok(_) => Judged::default(),
        };
        found.insert(item.clone(), judged);
    }
    Ok(found)
}

fn parsed(id: &str) -> Result<Uuid, Problem> {
    Uuid::parse_str(id).map_err(|_| Problem::not_found("spreadsheet"))
}

async fn found(app: &App, id: &str) -> Result<(Spreadsheet, Vec<RowReport>), Problem> {
    let spreadsheet = app.catalog.spreadsheet(parsed(id)?).await?;
    let rows = serde_json::from_value(spreadsheet.report.clone()).unwrap_or_default();
    Ok((spreadsheet, rows))
}

fn unreadable(SheetFault { cell, detail }: SheetFault) -> Problem {
    let pointer = cell.map(|cell| format!("/{cell}")).unwrap_or_default();
    Problem::invalid(vec![Fault { pointer, detail }])
}

fn fault(CellFault { cell, column, detail }: &CellFault) -> Fault {
    Fault { pointer: format!("/{cell}"), detail: format!("{column}: {detail}") }
}
