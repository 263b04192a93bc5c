//! A sheet of items or canvases, written while it is sent: a page of items is in memory at a time.

use bytes::Bytes;
use futures_util::stream::{Stream, try_unfold};

use super::problem::{Kind, Problem};
use crate::catalog::{Canvas, Catalog, CatalogError, Item, ItemFilter};
use crate::iiif::uris::Uris;
use crate::ingest::spreadsheet::{Export, Rows};

/// Items or canvases that are read at a time.
const AT_A_TIME: usize = 500;

/// The rows, from the headings on. The columns are known before the first of them is sent.
pub async fn lines(
    catalog: Catalog,
    filter: ItemFilter,
    rows: Rows,
    uris: Uris,
) -> Result<impl Stream<Item = Result<Bytes, std::io::Error>> + Send + 'static, Problem> {
    let mut walk = Walk { catalog: catalog.clone(), filter: filter.clone(), rows, place: Place::Items(None) };
    let mut export = Export::new(rows);
    while let Some(part) = walk.next().await? {
        let noted = match &part {
            Part::Items(items) => items.iter().try_for_each(|item| export.note(&item.descriptive)),
            Part::Canvases(canvases) => canvases.iter().try_for_each(|canvas| export.note(&canvas.descriptive)),
        };
        noted.map_err(|detail| Problem::new(Kind::BadRequest, detail))?;
    }
    let walk = Walk { catalog, filter, rows, place: Place::Items(None) };
    let head = Some(export.head());
    Ok(try_unfold((walk, head), move |(mut walk, head)| {
        let (export, uris) = (export.clone(), uris.clone());
        async move {
            if let Some(head) = head {
                return Ok(Some((Bytes::from(head), (walk, None))));
            }
            let part = walk.next().await.map_err(std::io::Error::other)?;
            Ok(part.map(|part| (Bytes::from(written(&export, &part, &uris)), (walk, None))))
        }
    }))
}

fn written(export: &Export, part: &Part, uris: &Uris) -> String {
    match part {
        Part::Items(items) => items.iter().map(|item| export.item(item, &uris.manifest(&item.id))).collect(),
        Part::Canvases(canvases) => canvases.iter().map(|canvas| export.canvas(canvas)).collect(),
    }
}

/// Some of what is exported.
enum Part {
    Items(Vec<Item>),
    Canvases(Vec<Canvas>),
}

/// Where a walk is.
enum Place {
    /// Behind this item, or before the first.
    Items(Option<String>),
    /// Within the first of these items, behind the canvas at this position; then items behind the last of them.
    Canvases {
        items: Vec<String>,
        position: Option<i32>,
        next: Option<String>,
    },
    End,
}

/// Goes through everything that is exported.
struct Walk {
    catalog: Catalog,
    filter: ItemFilter,
    rows: Rows,
    place: Place,
}

impl Walk {
    async fn next(&mut self) -> Result<Option<Part>, CatalogError> {
        loop {
            match std::mem::replace(&mut self.place, Place::End) {
                Place::End => return Ok(None),
                Place::Items(after) => {
                    let page = self.catalog.items(&self.filter, after.as_deref(), AT_A_TIME).await?;
                    if self.rows == Rows::Items {
                        self.place = page.next.map_or(Place::End, |next| Place::Items(Some(next)));
                        return Ok(Some(Part::Items(page.entries)));
                    }
                    let items = page.entries.into_iter().rev().filter(|item| item.canvas_count > 0).map(|item| item.id).collect();
                    self.place = Place::Canvases { items, position: None, next: page.next };
                }
                Place::Canvases { items, position, next } => match items.last() {
                    None => self.place = next.map_or(Place::End, |next| Place::Items(Some(next))),
                    Some(item) => {
                        let page = self.catalog.canvases(item, position, AT_A_TIME).await?;
                        self.place = behind(items, page.next, next);
                        return Ok(Some(Part::Canvases(page.entries)));
                    }
                },
            }
        }
    }
}

/// The place behind a page of canvases of the last of `items`.
fn behind(mut items: Vec<String>, position: Option<String>, next: Option<String>) -> Place {
    let position = position.and_then(|position| position.parse().ok());
    if position.is_none() {
        items.pop();
    }
    Place::Canvases { items, position, next }
}
